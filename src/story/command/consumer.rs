//! `consumer c1 c2 group=checkout topics=orders`: new processes that consume.

use super::{Command, Spec};
use crate::base::TopicPartition;
use crate::story::args::{Args, Name};
use crate::story::settings::Settings;
use crate::story::token::{Word, quote};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "consumer",
    syntax: "consumer NAME… group=G topics=A,B|assign=T:P,… [instance=ID] [SETTING=VALUE…]",
    help: "Starts consumers. With assign= they take partitions for themselves, without the group's coordinator.",
    parse,
};

/// Starts consumers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Consumer {
    /// Their names; each is its process's `client.id`.
    pub names: Vec<Name>,
    /// Their group; `None` only with [`Source::Assign`].
    pub group: Option<Name>,
    /// What they read.
    pub source: Source,
    /// Settings beside those of the group; `group.instance.id` only with one name.
    pub settings: Settings,
}

/// What a consumer reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// `subscribe()`: topics, shared with the group's other members.
    Subscribe(Vec<Name>),
    /// `assign()`: these partitions, without membership.
    Assign(Vec<TopicPartition>),
}

fn parse(args: &mut Args) -> Command {
    let names = args.names("a consumer's name");
    let topics = args.value("topics").map(|word| (word.column, args.as_topics(&word)));
    let assign = args.value("assign").map(|word| partitions(args, &word));
    let source = match (topics, assign) {
        (Some((_, topics)), None) => Source::Subscribe(topics),
        (None, Some(partitions)) => Source::Assign(partitions),
        (None, None) => {
            args.missing("topics=A,B or assign=T:P");
            Source::Subscribe(Vec::new())
        }
        (Some((column, _)), Some(partitions)) => {
            args.error(column, "topics= and assign=", "one of them");
            Source::Assign(partitions)
        }
    };
    let group = args.value("group").map(|word| args.as_name(&word, "a group name"));
    if group.is_none() && matches!(source, Source::Subscribe(_)) {
        args.missing("group=NAME");
    }
    let settings = Settings::take_own(args, &names);
    Command::Consumer(Consumer { names, group, source, settings })
}

fn partitions(args: &mut Args, word: &Word) -> Vec<TopicPartition> {
    word.split(',').iter().map(|part| args.as_partition(part)).collect()
}

impl fmt::Display for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = Words::new(f, "consumer").names(&self.names);
        let words = words.maybe("group", self.group.as_deref().map(quote));
        let words = match &self.source {
            Source::Subscribe(topics) => words.list("topics", topics),
            Source::Assign(partitions) => {
                let texts: Vec<String> =
                    partitions.iter().map(|tp| format!("{}:{}", quote(&tp.topic), tp.partition)).collect();
                words.pair("assign", texts.join(","))
            }
        };
        self.settings.write(words).end()
    }
}
