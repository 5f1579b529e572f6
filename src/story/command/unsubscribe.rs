//! `unsubscribe c2`: the consumer leaves its group and stops polling.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "unsubscribe",
    syntax: "unsubscribe CONSUMER…",
    help: "Calls unsubscribe() between two polls; then the loop does not poll.",
    parse,
};

/// Calls unsubscribe() between two polls; then the loop does not poll.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unsubscribe {
    /// The consumers' names.
    pub consumers: Vec<Name>,
}

fn parse(args: &mut Args) -> Command {
    Command::Unsubscribe(Unsubscribe { consumers: args.names("a consumer's name") })
}

impl fmt::Display for Unsubscribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "unsubscribe").names(&self.consumers).end()
    }
}
