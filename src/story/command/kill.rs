//! `kill c2`: no goodbye is said. A name that a consumer and a producer share is the consumer's.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "kill",
    syntax: "kill CONSUMER|PRODUCER…",
    help: "Ends consumers without leaving the group and without a commit, producers in the midst of a transaction.",
    parse,
};

/// Kills consumers and producers.
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
