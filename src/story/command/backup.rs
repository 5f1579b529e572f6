//! `backup full`: takes a backup; also verifies and deletes one.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "backup",
    syntax: "backup full [TOPIC…] | backup verify LABEL | backup delete LABEL",
    help: "Takes a full backup of all topics (or those named), groups and offsets; verifies or deletes one. \
           LABEL may be latest.",
    parse,
};

/// Takes, verifies or deletes a backup.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Backup {
    /// A full backup of these topics, with every group; no name means all topics.
    Full(Vec<Name>),
    /// Reads every byte of the backup with this label (or `latest`).
    Verify(Name),
    /// Deletes the backup with this label (or `latest`).
    Delete(Name),
}

/// What is wanted of a backup.
#[derive(Clone, Copy)]
enum Verb {
    Full,
    Verify,
    Delete,
}

fn parse(args: &mut Args) -> Command {
    let verbs = [("full", Verb::Full), ("verify", Verb::Verify), ("delete", Verb::Delete)];
    Command::Backup(match args.choice(&verbs) {
        Verb::Full => {
            let mut topics = Vec::new();
            while let Some(word) = args.maybe_word() {
                topics.push(args.as_topic(&word));
            }
            Backup::Full(topics)
        }
        Verb::Verify => Backup::Verify(args.name("a backup's label or latest")),
        Verb::Delete => Backup::Delete(args.name("a backup's label or latest")),
    })
}

impl fmt::Display for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Backup::Full(topics) => Words::new(f, "backup full").names(topics).end(),
            Backup::Verify(label) => Words::new(f, "backup verify").name(label).end(),
            Backup::Delete(label) => Words::new(f, "backup delete").name(label).end(),
        }
    }
}
