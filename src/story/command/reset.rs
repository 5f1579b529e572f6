//! `reset checkout topic=orders to=earliest`: other committed offsets for a group.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "reset",
    syntax: "reset GROUP topic=T to=earliest|latest",
    help: "Commits the first or the last offset of every partition for a group. Refused while the group has members.",
    parse,
};

/// Resets the offsets of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reset {
    /// The group.
    pub group: Name,
    /// The topic.
    pub topic: Name,
    /// The new position.
    pub to: ResetTo,
}

/// Where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResetTo {
    /// The first offset of the log.
    Earliest,
    /// The end of the log.
    Latest,
}

const POSITIONS: [(&str, ResetTo); 2] = [("earliest", ResetTo::Earliest), ("latest", ResetTo::Latest)];

fn parse(args: &mut Args) -> Command {
    let group = args.name("a group name");
    let topic = args.required_topic();
    let to = args
        .required("to", "to=earliest or to=latest")
        .map_or(ResetTo::Earliest, |word| args.as_choice(&word, &POSITIONS));
    Command::Reset(Reset { group, topic, to })
}

impl fmt::Display for Reset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = if self.to == ResetTo::Earliest { "earliest" } else { "latest" };
        Words::new(f, "reset").name(&self.group).named("topic", &self.topic).pair("to", to).end()
    }
}
