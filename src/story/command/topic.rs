//! `topic orders partitions=6`: creates a topic.

use super::{Command, Spec};
use crate::base::limit::PARTITIONS_MAX;
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "topic",
    syntax: "topic NAME [partitions=N]",
    help: "Creates a topic; one partition without partitions=.",
    parse,
};

/// Creates a topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Topic {
    /// Its name.
    pub name: Name,
    /// Its partitions; 1 is the default.
    pub partitions: i32,
}

/// Kafka's `num.partitions`.
const PARTITIONS: i32 = 1;

fn parse(args: &mut Args) -> Command {
    let name = args.topic();
    let partitions = args.number("partitions", (1, PARTITIONS_MAX as u64)).map_or(PARTITIONS, |n| n as i32);
    Command::Topic(Topic { name, partitions })
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "topic").name(&self.name).unless(PARTITIONS, "partitions", self.partitions).end()
    }
}
