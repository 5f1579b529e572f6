//! `subscribe c2 topics=east`: other topics for a consumer.

use super::{Command, Source, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "subscribe",
    syntax: "subscribe CONSUMER… topics=A,B|pattern=REGEX",
    help: "Calls subscribe() with other topics or another regular expression, between two polls.",
    parse,
};

/// Changes what consumers read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subscribe {
    /// Their names.
    pub consumers: Vec<Name>,
    /// All that they read from now on; never [`Source::Assign`].
    pub source: Source,
}

fn parse(args: &mut Args) -> Command {
    let consumers = args.names("a consumer's name");
    let source = Source::take(args, false);
    Command::Subscribe(Subscribe { consumers, source })
}

impl fmt::Display for Subscribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.write(Words::new(f, "subscribe").names(&self.consumers)).end()
    }
}
