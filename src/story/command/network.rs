//! `network latency=2ms jitter=1ms`: how long messages take.

use super::{Command, Spec};
use crate::base::Span;
use crate::story::args::Args;
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "network",
    syntax: "network [latency=500us] [jitter=0s]",
    help: "How long every message takes, each way, and how much chance adds. At the beginning only.",
    parse,
};

/// How long messages take.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// Time of a message, each way; 0.5 ms is the default.
    pub latency: Span,
    /// At most so much is added by chance; nothing is the default.
    pub jitter: Span,
}

const LATENCY: Span = Span::from_us(500);

impl Default for Network {
    fn default() -> Network {
        Network { latency: LATENCY, jitter: Span::ZERO }
    }
}

fn parse(args: &mut Args) -> Command {
    let latency = args.span("latency").unwrap_or(LATENCY);
    let jitter = args.span("jitter").unwrap_or(Span::ZERO);
    Command::Network(Network { latency, jitter })
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "network")
            .unless(LATENCY, "latency", self.latency)
            .unless(Span::ZERO, "jitter", self.jitter)
            .end()
    }
}
