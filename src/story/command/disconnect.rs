//! `disconnect c2`: the network holds everything to and from a consumer.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "disconnect",
    syntax: "disconnect CONSUMER…",
    help: "Holds all messages between consumers and the cluster, until connect.",
    parse,
};

/// Holds all messages between consumers and the cluster, until connect.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Disconnect {
    /// The consumers' names.
    pub consumers: Vec<Name>,
}

fn parse(args: &mut Args) -> Command {
    Command::Disconnect(Disconnect { consumers: args.names("a consumer's name") })
}

impl fmt::Display for Disconnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "disconnect").names(&self.consumers).end()
    }
}
