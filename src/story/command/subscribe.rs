//! `subscribe c2 topics=east`: other topics for a consumer.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "subscribe",
    syntax: "subscribe CONSUMER… topics=A,B",
    help: "Calls subscribe() with other topics, between two polls.",
    parse,
};

/// Changes what consumers read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subscribe {
    /// Their names.
    pub consumers: Vec<Name>,
    /// All topics that they read from now on.
    pub topics: Vec<Name>,
}

fn parse(args: &mut Args) -> Command {
    let consumers = args.names("a consumer's name");
    let topics = args.required("topics", "topics=A,B").map_or_else(Vec::new, |word| args.as_topics(&word));
    Command::Subscribe(Subscribe { consumers, topics })
}

impl fmt::Display for Subscribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "subscribe").names(&self.consumers).list("topics", &self.topics).end()
    }
}
