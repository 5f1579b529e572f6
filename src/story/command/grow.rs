//! `grow orders partitions=12`: more partitions for a topic.

use super::{Command, Spec};
use crate::base::limit::PARTITIONS_MAX;
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "grow",
    syntax: "grow TOPIC partitions=N",
    help: "Raises the number of a topic's partitions.",
    parse,
};

/// Raises the number of partitions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Grow {
    /// The topic.
    pub topic: Name,
    /// Partitions that it has afterwards.
    pub partitions: i32,
}

fn parse(args: &mut Args) -> Command {
    let topic = args.topic();
    let partitions = args.required_number("partitions", (1, PARTITIONS_MAX as u64)) as i32;
    Command::Grow(Grow { topic, partitions })
}

impl fmt::Display for Grow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "grow").name(&self.topic).pair("partitions", self.partitions).end()
    }
}
