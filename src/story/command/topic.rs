//! `topic orders partitions=6`: creates a topic.

use super::{Command, Spec};
use crate::base::limit::PARTITIONS_MAX;
use crate::log::config::Configs;
use crate::sim::Placement;
use crate::story::args::{Args, Name};
use crate::story::settings;
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "topic",
    syntax: "topic NAME [partitions=N] [racks=A,B,… [replicas=N]] [SETTING=VALUE]…",
    help: "Creates a topic; one partition without partitions=. racks= says that a broker stands in each of these racks \
           (broker.rack): partition p has its replicas, one without replicas= (replication factor), in the racks p, p+1 \
           and so on, as Kafka's StripedReplicaPlacer places them when its random start is the first rack. Only \
           assignors look at racks: consumers read from leaders (no replica.selector.class). The settings of topics \
           are listed below.",
    parse,
};

/// Creates a topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Topic {
    /// Its name.
    pub name: Name,
    /// Its partitions; 1 is the default.
    pub partitions: i32,
    /// Where their replicas lie, when that is said.
    pub placement: Option<Placement>,
    /// What it is set to, by Kafka's names.
    pub configs: Configs,
}

/// Kafka's `num.partitions`.
const PARTITIONS: i32 = 1;
/// The most racks that a line names.
const RACKS_MAX: u64 = 64;

fn parse(args: &mut Args) -> Command {
    let name = args.topic();
    let partitions = args.number("partitions", (1, PARTITIONS_MAX as u64)).map_or(PARTITIONS, |n| n as i32);
    let placement = placement(args);
    let configs = settings::topic::take(args);
    Command::Topic(Topic { name, partitions, placement, configs })
}

const RACKS: [&str; 2] = ["racks", "broker.rack"];
const REPLICAS: [&str; 2] = ["replicas", "replication-factor"];

fn placement(args: &mut Args) -> Option<Placement> {
    args.ask(RACKS[0]);
    args.ask(REPLICAS[0]);
    let racks = args.any_value(&RACKS);
    let replicas =
        args.any_value(&REPLICAS).map(|(_, word)| (word.column, args.as_number(&word, (1, RACKS_MAX))));
    let Some((_, word)) = racks else {
        if let Some((column, _)) = replicas {
            args.error(column, "replicas=", "racks=A,B,… beside it: the brokers that the replicas lie on");
        }
        return None;
    };
    let mut racks: Vec<Name> = Vec::new();
    for part in word.split(',') {
        let rack = args.as_name(&part, "a rack");
        if racks.contains(&rack) {
            args.error(part.column, part.shown(), "every rack once: a broker stands in each");
        }
        racks.push(rack);
    }
    if racks.len() as u64 > RACKS_MAX {
        args.error(word.column, format!("{} racks", racks.len()), format!("at most {RACKS_MAX}"));
    }
    let replicas = replicas.map_or(1, |(_, replicas)| replicas as u32);
    Some(Placement { racks, replicas })
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = Words::new(f, "topic").name(&self.name).unless(PARTITIONS, "partitions", self.partitions);
        let words = match &self.placement {
            Some(of) => words.list(RACKS[0], &of.racks).unless(1, REPLICAS[0], of.replicas),
            None => words,
        };
        settings::topic::write(&self.configs, words).end()
    }
}
