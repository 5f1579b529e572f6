//! `seed 7`: where all chance of the run comes from.

use super::{Command, Spec};
use crate::story::args::Args;
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "seed",
    syntax: "seed N",
    help: "The seed of the run's chance; 1 without it. At the beginning only.",
    parse,
};

/// The seed of the run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seed {
    /// Any number of 64 bits.
    pub seed: u64,
}

fn parse(args: &mut Args) -> Command {
    let word = args.word("a seed: a whole number");
    Command::Seed(Seed { seed: args.as_number(&word, (0, u64::MAX)) })
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "seed").word(self.seed).end()
    }
}
