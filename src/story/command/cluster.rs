//! `cluster initial-rebalance-delay=0s`: settings of the brokers.

use super::{Command, Spec};
use crate::base::Span;
use crate::story::args::Args;
use crate::story::settings::span;
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "cluster",
    syntax: "cluster [initial-rebalance-delay=3s]",
    help: "Settings of the brokers. At the beginning only.",
    parse,
};

/// Settings of the brokers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cluster {
    /// `group.initial.rebalance.delay.ms`; 3 s is the default.
    pub initial_rebalance_delay: Span,
}

/// Kafka's `group.initial.rebalance.delay.ms`.
pub const INITIAL_REBALANCE_DELAY: Span = Span::from_secs(3);

impl Default for Cluster {
    fn default() -> Cluster {
        Cluster { initial_rebalance_delay: INITIAL_REBALANCE_DELAY }
    }
}

fn parse(args: &mut Args) -> Command {
    let keys = ["initial-rebalance-delay", "group.initial.rebalance.delay.ms"];
    args.ask(keys[0]);
    let initial_rebalance_delay = span(args, &keys).unwrap_or(INITIAL_REBALANCE_DELAY);
    Command::Cluster(Cluster { initial_rebalance_delay })
}

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "cluster")
            .unless(INITIAL_REBALANCE_DELAY, "initial-rebalance-delay", self.initial_rebalance_delay)
            .end()
    }
}
