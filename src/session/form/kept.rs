//! The fields of backups: of which topics, how often, and which of them are kept.

use super::Field;

/// The topics of a backup.
pub(super) fn topics(topics: Field) -> Field {
    let help = "a space between two; empty: all";
    Field { label: "topics", key: "", help, between: Some(' '), ..topics }
}

/// When a backup is taken again, and its kind.
pub(super) fn schedule(
    plain: impl Fn(&'static str, &'static str, &'static str, &str) -> Field,
    closed: impl Fn(&'static str, &str, &[&'static str]) -> Field,
) -> Vec<Field> {
    let help = "of the run's time, such as 5m; a second at least";
    vec![
        Field { help, ..plain("every", "every", "every", "") },
        closed("type", "incremental", &["full", "incremental", "differential"]),
    ]
}

/// The rules of retention.
pub(super) fn rules(plain: impl Fn(&'static str, &'static str, &'static str, &str) -> Field) -> Vec<Field> {
    let rules = [
        ("full", "so many of the newest fulls stay"),
        ("diff", "so many of the newest differentials stay, fulls counted"),
        ("time", "every moment of so long, such as 1h, stays within reach"),
    ];
    rules.map(|(id, help)| Field { help, ..plain(id, id, id, "no rule") }).to_vec()
}
