//! `cluster initial-rebalance-delay=0s`: settings of the brokers.

use super::{Command, Spec};
use crate::base::Span;
use crate::group::BrokerConfigs;
use crate::sim::Upkeep;
use crate::story::args::Args;
use crate::story::settings::{broker, span};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "cluster",
    syntax: "cluster [task-delay=30s] [retention-check=5m] [cleaner-backoff=15s] [SETTING=VALUE]…",
    help: "Settings of the brokers. At the beginning only. Old segments are looked for after task-delay=, then every \
           retention-check=; logs to be compacted every cleaner-backoff=. (log.initial.task.delay.ms, \
           log.retention.check.interval.ms, log.cleaner.backoff.ms) The settings for groups are listed below.",
    parse,
};

/// Settings of the brokers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cluster {
    /// What is set for groups, by Kafka's names.
    pub broker: BrokerConfigs,
    /// When they look after their logs.
    pub upkeep: Upkeep,
}

const FIRST: [&str; 2] = ["task-delay", "log.initial.task.delay.ms"];
const RETENTION: [&str; 2] = ["retention-check", "log.retention.check.interval.ms"];
const CLEANER: [&str; 2] = ["cleaner-backoff", "log.cleaner.backoff.ms"];

fn parse(args: &mut Args) -> Command {
    let mut take = |keys: [&'static str; 2], default| {
        args.ask(keys[0]);
        span(args, &keys).unwrap_or(default)
    };
    let of = Upkeep::default();
    let upkeep = Upkeep {
        first: take(FIRST, of.first),
        retention: take(RETENTION, of.retention).max(Span::from_ms(1)),
        cleaner: take(CLEANER, of.cleaner).max(Span::from_ms(1)),
    };
    Command::Cluster(Cluster { broker: broker::take(args), upkeep })
}

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = Upkeep::default();
        broker::write(&self.broker, Words::new(f, "cluster"))
            .unless(of.first, FIRST[0], self.upkeep.first)
            .unless(of.retention, RETENTION[0], self.upkeep.retention)
            .unless(of.cleaner, CLEANER[0], self.upkeep.cleaner)
            .end()
    }
}
