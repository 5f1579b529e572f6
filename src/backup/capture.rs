//! Kinds of backups, what a person chooses, and why a backup is not taken.

use super::label::Label;
use super::manifest::{FormatError, KindName};
use super::store::Transaction;
use crate::base::Map;
use std::fmt;
use std::rc::Rc;

/// A kind of backup: what it builds on is all that kinds differ in.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its name in commands and manifests.
    pub name: KindName,
    /// The last letter of its labels.
    pub letter: char,
    /// It holds what changed since the newest backup of one of these kinds; none: everything.
    pub builds_on: &'static [KindName],
}

/// What a person chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The topics to keep; empty: all.
    pub topics: Vec<Rc<str>>,
    /// Notes for the manifest.
    pub annotations: Map<Rc<str>, Rc<str>>,
}

/// A backup that was taken but not stored yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// Its label.
    pub label: Rc<str>,
    /// What the store must apply. Empty when the store has an equal backup, whose label is given then.
    pub transaction: Transaction,
    /// What a person should know, a sentence each.
    pub warnings: Vec<Rc<str>>,
}

/// Why a backup was not taken or not deleted. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A topic that was asked for does not exist.
    UnknownTopic(Rc<str>),
    /// A name that no Kafka topic has.
    TopicName(Rc<str>),
    /// A group whose id or metadata is longer than Kafka's records can say.
    GroupText(Rc<str>),
    /// No such backup.
    UnknownLabel(Rc<str>),
    /// The newest label lies too far ahead of the present moment.
    LabelAhead {
        /// That label.
        newest: Rc<str>,
        /// Seconds that it lies ahead.
        seconds: i64,
    },
    /// Others build on it.
    Needed {
        /// The backup.
        label: Rc<str>,
        /// What builds on it.
        by: Vec<Rc<str>>,
    },
    /// Retention without a rule.
    NoRule,
    /// A rule of retention that would keep nothing: its name.
    KeepNothing(&'static str),
    /// Too many backups.
    TooMany,
    /// The stored catalog cannot be read.
    Catalog(FormatError),
    /// A log does not give sound batches.
    Log {
        /// The partition.
        partition: Rc<str>,
        /// What is wrong.
        what: String,
    },
}

/// Backups that are named when they are in the way; further ones are counted.
const NEEDING_MAX: usize = 8;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::UnknownTopic(topic) => write!(f, "There is no topic {topic:?} to back up."),
            Refusal::TopicName(topic) => write!(
                f,
                "Topic {topic:?} cannot be backed up: Kafka's names are 1 to 249 of a-z A-Z 0-9 . _ - (not . or ..)."
            ),
            Refusal::GroupText(group) => write!(
                f,
                "Group {:?} cannot be backed up: its id or its metadata is over {} bytes.",
                group.chars().take(40).collect::<String>(),
                super::offsets::TEXT_BYTES_MAX
            ),
            Refusal::UnknownLabel(label) => write!(f, "There is no backup {label}."),
            Refusal::LabelAhead { newest, seconds } => write!(
                f,
                "The newest backup, {newest}, lies {seconds} s ahead of the present moment, and labels must increase. \
                 Export and delete it first."
            ),
            Refusal::Needed { label, by } => write!(
                f,
                "{label} is not deleted: {}{} build{} on it. Delete {} first.",
                by.iter().take(NEEDING_MAX).cloned().collect::<Vec<_>>().join(", "),
                if by.len() > NEEDING_MAX {
                    format!(" and {} more", by.len() - NEEDING_MAX)
                } else {
                    String::new()
                },
                if by.len() == 1 { "s" } else { "" },
                if by.len() == 1 { "that" } else { "those" },
            ),
            Refusal::NoRule => {
                f.write_str("No rule says what is kept: give full=N, time=T or diff=N. Nothing was deleted.")
            }
            Refusal::KeepNothing(rule) => {
                write!(f, "{rule}=0 would keep nothing, and at least one is kept: give {rule}=1 or more.")
            }
            Refusal::TooMany => {
                write!(
                    f,
                    "There are {} backups already. Export and delete some.",
                    super::catalog::BACKUPS_MAX
                )
            }
            Refusal::Catalog(error) => write!(f, "The stored catalog {error}."),
            Refusal::Log { partition, what } => write!(f, "{partition} cannot be backed up: {what}."),
        }
    }
}

impl std::error::Error for Refusal {}

impl Kind {
    /// The kind with that name in commands (`full`).
    pub fn by_name(name: &str) -> Option<&'static Kind> {
        super::ALL.iter().find(|kind| kind.name.name() == name)
    }

    /// The kind of a backup.
    pub fn of(name: KindName) -> &'static Kind {
        super::ALL.iter().find(|kind| kind.name == name).expect("every kind is registered")
    }

    /// Whether `label` is of this kind.
    pub fn owns(&self, label: &Label) -> bool {
        label.letter == self.letter
    }
}
