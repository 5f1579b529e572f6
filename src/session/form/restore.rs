//! The fields of a restore: where to, its moment, its strategy, and how open transactions end.

use super::{Field, Values, value};
use crate::backup::{Ending, Strategy};

/// The choice of a restore beside what is there, under new names.
pub(super) const BESIDE: &str = "beside";

/// The fields of a restore, as they are when this stands in them.
pub(super) fn restore_fields(
    values: &Values,
    plain: impl Fn(&'static str, &'static str, &'static str, &str) -> Field,
    closed: impl Fn(&'static str, &str, &[&'static str]) -> Field,
) -> Vec<Field> {
    let place = value(values, "into");
    let choices = [(BESIDE, "beside it, under new names"), ("existing", "into topics that exist")];
    let into = Field {
        choices: choices.map(|(choice, word)| (choice.into(), word.into())).to_vec(),
        ..closed("into", "in place", &[])
    };
    let names = Field { help: "the old name stands for *", ..plain("as", "as", "as", "") };
    // Into topics that exist offsets cannot stay as they are, so that translated ones are the default.
    let default = if place.as_deref() == Some("existing") { "translated" } else { "identical" };
    let some = |id| Field { between: Some(','), ..plain(id, id, id, "all") };
    let said = |id, default: &str, choices: &[(&'static str, &'static str)]| Field {
        choices: choices
            .iter()
            .map(|(choice, what)| ((*choice).into(), format!("{choice}: {what}").into()))
            .collect(),
        ..closed(id, default, &[])
    };
    let others = [
        plain("at", "at", "at", "the backup's own"),
        said("offsets", default, &Strategy::ALL.map(|strategy| (strategy.name(), meaning(strategy)))),
        said(
            "transactions",
            Ending::default().name(),
            &[(Ending::Abort.name(), "markers end them"), (Ending::Cut.name(), "the log ends before them")],
        ),
        some("topics"),
        some("groups"),
    ];
    let names = (place.as_deref() == Some(BESIDE)).then_some(names);
    std::iter::once(into).chain(names).chain(others).collect()
}

/// What a strategy means, in few words.
fn meaning(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Identical => "the same number",
        Strategy::Translated => "the same record",
        Strategy::Time => "the first record not older than the commit",
        Strategy::Earliest => "the log's start",
        Strategy::Latest => "the log's end",
    }
}
