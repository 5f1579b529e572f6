//! `connect c2`: what `disconnect` held goes on.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec =
    Spec { word: "connect", syntax: "connect CONSUMER…", help: "Lets go what disconnect held.", parse };

/// Lets go what disconnect held.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Connect {
    /// The consumers' names.
    pub consumers: Vec<Name>,
}

fn parse(args: &mut Args) -> Command {
    Command::Connect(Connect { consumers: args.names("a consumer's name") })
}

impl fmt::Display for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "connect").names(&self.consumers).end()
    }
}
