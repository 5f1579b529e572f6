//! `slow c2 for=14s`: a record that takes long.

use super::{Command, Spec};
use crate::base::Span;
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "slow",
    syntax: "slow CONSUMER… for=TIME",
    help: "The next record takes so much longer; heartbeats go on.",
    parse,
};

/// The poll loop of consumers stands still.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slow {
    /// Their names.
    pub consumers: Vec<Name>,
    /// For how long.
    pub span: Span,
}

fn parse(args: &mut Args) -> Command {
    let consumers = args.names("a consumer's name");
    Command::Slow(Slow { consumers, span: args.required_span("for") })
}

impl fmt::Display for Slow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "slow").names(&self.consumers).pair("for", self.span).end()
    }
}
