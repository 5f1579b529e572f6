//! `end 60s`: the story ends here.

use super::{Command, Spec};
use crate::base::Time;
use crate::story::args::Args;
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "end",
    syntax: "end TIME",
    help: "The moment at which the story ends. The last line.",
    parse,
};

/// The end of the story.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct End {
    /// When.
    pub at: Time,
}

fn parse(args: &mut Args) -> Command {
    let word = args.word("a moment such as 60s");
    Command::End(End { at: args.as_moment(&word) })
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "end").word(self.at).end()
    }
}
