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
    syntax: "consumer NAME… group=G topics=A,B|pattern=REGEX|assign=T:P,… [instance=ID] [SETTING=VALUE…]",
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
    /// `subscribe()` with a regular expression: the topics whose whole names match.
    Match(Name),
    /// `assign()`: these partitions, without membership.
    Assign(Vec<TopicPartition>),
}

fn parse(args: &mut Args) -> Command {
    let names = args.names("a consumer's name");
    let source = Source::take(args, true);
    let group = args.value("group").map(|word| args.as_name(&word, "a group name"));
    if group.is_none() && !matches!(source, Source::Assign(_)) {
        args.missing("group=NAME");
    }
    let settings = Settings::take_own(args, &names);
    Command::Consumer(Consumer { names, group, source, settings })
}

impl Source {
    /// Takes what is read from a line: one of its keys.
    pub(super) fn take(args: &mut Args, assigns: bool) -> Source {
        let topics = args.value("topics").map(|word| (word.column, Source::Subscribe(args.as_topics(&word))));
        let pattern = args.value("pattern").map(|word| {
            let pattern = args.as_name(&word, "a regular expression such as orders-.*");
            (word.column, Source::Match(pattern))
        });
        let assign = assigns.then(|| args.value("assign")).flatten();
        let assign = assign.map(|word| (word.column, Source::Assign(partitions(args, &word))));
        let mut given = topics.into_iter().chain(pattern).chain(assign);
        let Some((_, source)) = given.next() else {
            let or_assign = if assigns { ", pattern=REGEX or assign=T:P" } else { " or pattern=REGEX" };
            args.missing(&format!("topics=A,B{or_assign}"));
            return Source::Subscribe(Vec::new());
        };
        if let Some((column, second)) = given.next() {
            let keys = format!("{}= and {}=", source.key(), second.key());
            args.error(column, keys, "one of them");
        }
        source
    }

    fn key(&self) -> &'static str {
        match self {
            Source::Subscribe(_) => "topics",
            Source::Match(_) => "pattern",
            Source::Assign(_) => "assign",
        }
    }

    /// Writes it as it is taken.
    pub(super) fn write<'a, 'f>(&self, words: Words<'a, 'f>) -> Words<'a, 'f> {
        match self {
            Source::Subscribe(topics) => words.list(self.key(), topics),
            Source::Match(pattern) => words.named(self.key(), pattern),
            Source::Assign(partitions) => {
                let texts: Vec<String> =
                    partitions.iter().map(|tp| format!("{}:{}", quote(&tp.topic), tp.partition)).collect();
                words.pair(self.key(), texts.join(","))
            }
        }
    }
}

fn partitions(args: &mut Args, word: &Word) -> Vec<TopicPartition> {
    word.split(',').iter().map(|part| args.as_partition(part)).collect()
}

impl fmt::Display for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = Words::new(f, "consumer").names(&self.names);
        let words = words.maybe("group", self.group.as_deref().map(quote));
        self.settings.write(self.source.write(words)).end()
    }
}
