//! `topic orders partitions=6`: creates a topic.

use super::{Command, Spec};
use crate::base::limit::PARTITIONS_MAX;
use crate::log::config::Configs;
use crate::story::args::{Args, Name};
use crate::story::settings;
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "topic",
    syntax: "topic NAME [partitions=N] [SETTING=VALUE]…",
    help: "Creates a topic; one partition without partitions=. The settings of topics are listed below.",
    parse,
};

/// Creates a topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Topic {
    /// Its name.
    pub name: Name,
    /// Its partitions; 1 is the default.
    pub partitions: i32,
    /// What it is set to, by Kafka's names.
    pub configs: Configs,
}

/// Kafka's `num.partitions`.
const PARTITIONS: i32 = 1;

fn parse(args: &mut Args) -> Command {
    let name = args.topic();
    let partitions = args.number("partitions", (1, PARTITIONS_MAX as u64)).map_or(PARTITIONS, |n| n as i32);
    let configs = settings::topic::take(args);
    Command::Topic(Topic { name, partitions, configs })
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = Words::new(f, "topic").name(&self.name).unless(PARTITIONS, "partitions", self.partitions);
        settings::topic::write(&self.configs, words).end()
    }
}
