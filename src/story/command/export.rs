//! `export latest`: a backup with its chain as an archive file.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "export",
    syntax: "export LABEL|all [file=NAME]",
    help: "Writes a backup, with what it builds on, as an archive: rejoin-LABEL.zip unless a name is given. LABEL may \
           be latest; all writes every backup, as rejoin-all.zip. In the page the file is handed to the browser; rejoin run writes it beside the story.",
    parse,
};

/// In place of a label: every backup.
pub const EVERY: &str = "all";

/// Writes a backup as an archive.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Export {
    /// The backup's label, `latest` or [`EVERY`].
    pub label: Name,
    /// The file's name, without a folder; `None`: `rejoin-<label>.zip`.
    pub file: Option<Name>,
}

fn parse(args: &mut Args) -> Command {
    let label = args.name("a backup's label, latest or all");
    let file = args.value("file").map(|word| args.as_file(&word));
    Command::Export(Export { label, file })
}

impl fmt::Display for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_deref().map(crate::story::token::quote);
        Words::new(f, "export").name(&self.label).maybe("file", file).end()
    }
}
