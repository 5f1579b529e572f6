//! `kill c2`: no goodbye is said.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "kill",
    syntax: "kill CONSUMER…",
    help: "Stops consumers for ever, without leaving the group and without a commit.",
    parse,
};

/// Kills consumers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kill {
    /// Their names.
    pub consumers: Vec<Name>,
}

fn parse(args: &mut Args) -> Command {
    Command::Kill(Kill { consumers: args.names("a consumer's name") })
}

impl fmt::Display for Kill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "kill").names(&self.consumers).end()
    }
}
