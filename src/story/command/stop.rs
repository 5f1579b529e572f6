//! `stop web`: ends producers.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec =
    Spec { word: "stop", syntax: "stop PRODUCER…", help: "Ends producers. What was sent stays.", parse };

/// Ends producers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stop {
    /// Their names.
    pub producers: Vec<Name>,
}

fn parse(args: &mut Args) -> Command {
    Command::Stop(Stop { producers: args.names("a producer's name") })
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "stop").names(&self.producers).end()
    }
}
