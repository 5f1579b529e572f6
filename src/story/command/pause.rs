//! `pause c2 for=9s`: a long garbage collection.

use super::{Command, Spec};
use crate::base::Span;
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "pause",
    syntax: "pause CONSUMER… for=TIME",
    help: "Stops all threads of consumers for a while; their connections stay open.",
    parse,
};

/// All threads of consumers stand still.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pause {
    /// Their names.
    pub consumers: Vec<Name>,
    /// For how long.
    pub span: Span,
}

fn parse(args: &mut Args) -> Command {
    let consumers = args.names("a consumer's name");
    Command::Pause(Pause { consumers, span: args.required_span("for") })
}

impl fmt::Display for Pause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "pause").names(&self.consumers).pair("for", self.span).end()
    }
}
