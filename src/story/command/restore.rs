//! `restore stop latest`, `restore data latest`, `restore restart`: the steps of a restore, one after the other.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "restore",
    syntax: "restore stop LABEL | restore data LABEL | restore restart",
    help: "The steps of a restore, in this order: close the consumers of the backup's groups, put its data and \
           offsets in place, start those consumers again. LABEL may be latest.",
    parse,
};

/// A step of a restore.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Restore {
    /// Closes the running consumers of the groups in the backup with this label (or `latest`).
    Stop(Name),
    /// Puts the data and the offsets of that backup in place.
    Data(Name),
    /// Starts the consumers again that `restore stop` closed.
    Restart,
}

/// Which step.
#[derive(Clone, Copy)]
enum Step {
    Stop,
    Data,
    Restart,
}

fn parse(args: &mut Args) -> Command {
    let steps = [("stop", Step::Stop), ("data", Step::Data), ("restart", Step::Restart)];
    Command::Restore(match args.choice(&steps) {
        Step::Stop => Restore::Stop(args.name("a backup's label or latest")),
        Step::Data => Restore::Data(args.name("a backup's label or latest")),
        Step::Restart => Restore::Restart,
    })
}

impl fmt::Display for Restore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Restore::Stop(label) => Words::new(f, "restore stop").name(label).end(),
            Restore::Data(label) => Words::new(f, "restore data").name(label).end(),
            Restore::Restart => f.write_str("restore restart"),
        }
    }
}
