//! `delete topic orders`, `delete group checkout`: as Kafka's admin client.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "delete",
    syntax: "delete topic NAME | delete group NAME",
    help: "Deletes a topic with all its records, or an empty group with its offsets.",
    parse,
};

/// Deletes a topic or a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Delete {
    /// A topic with all its records. Offsets committed for it go as well.
    Topic(Name),
    /// A group with its offsets. Refused while it has members.
    Group(Name),
}

fn parse(args: &mut Args) -> Command {
    Command::Delete(match args.choice(&[("topic", true), ("group", false)]) {
        true => Delete::Topic(args.topic()),
        false => Delete::Group(args.name("a group name")),
    })
}

impl fmt::Display for Delete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Delete::Topic(name) => Words::new(f, "delete topic").name(name).end(),
            Delete::Group(name) => Words::new(f, "delete group").name(name).end(),
        }
    }
}
