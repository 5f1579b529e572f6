//! The settings of consumers, as a `group`, a `consumer` or a `start` line gives them.
//!
//! Short names are canonical; Kafka's own are read as well, with bare milliseconds. What is not given is inherited: a
//! consumer takes it from its group, a group from Kafka's defaults.

use super::args::{Args, Name};
use super::error::nearest;
use super::token::Word;
use super::unit;
use super::words::{Words, join};
use crate::base::Span;
use std::fmt;

/// Which protocol a consumer speaks with its coordinator (`group.protocol`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// JoinGroup and SyncGroup; the client's leader computes the assignment.
    Classic,
    /// ConsumerGroupHeartbeat (KIP-848); the coordinator computes the assignment.
    Consumer,
}

/// Where a consumer begins without a committed offset (`auto.offset.reset`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResetPolicy {
    /// At the first record.
    Earliest,
    /// At the end. Kafka's default.
    Latest,
    /// Not at all: the consumer ends with an error.
    None,
}

/// How a consumer commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CommitMode {
    /// By itself, every `auto-commit-interval` (`enable.auto.commit`). Kafka's default.
    Auto,
    /// `commitSync()` after each non-empty poll.
    Sync,
    /// `commitAsync()` after each non-empty poll.
    Async,
    /// `commitSync` of offset + 1 after each record.
    Record,
    /// Never.
    None,
}

/// Settings of a consumer; `None` is inherited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Settings {
    /// `protocol`, Kafka's `group.protocol`.
    pub protocol: Option<Protocol>,
    /// `assignor`, by preference; Kafka's `partition.assignment.strategy` or `group.remote.assignor`.
    pub assignor: Option<Vec<Name>>,
    /// `session-timeout`, Kafka's `session.timeout.ms`.
    pub session_timeout: Option<Span>,
    /// `heartbeat`, Kafka's `heartbeat.interval.ms`.
    pub heartbeat: Option<Span>,
    /// `max-poll-interval`, Kafka's `max.poll.interval.ms`.
    pub max_poll_interval: Option<Span>,
    /// `max-poll-records`, Kafka's `max.poll.records`.
    pub max_poll_records: Option<u32>,
    /// `auto-commit-interval`, Kafka's `auto.commit.interval.ms`.
    pub auto_commit_interval: Option<Span>,
    /// `reset`, Kafka's `auto.offset.reset`.
    pub reset: Option<ResetPolicy>,
    /// `commit`.
    pub commit: Option<CommitMode>,
    /// `commit-on-revoke`: `commitSync` of what was processed when partitions are taken.
    pub commit_on_revoke: Option<bool>,
    /// `metadata-max-age`, Kafka's `metadata.max.age.ms`.
    pub metadata_max_age: Option<Span>,
    /// `poll`: the timeout of `poll`.
    pub poll: Option<Span>,
    /// `process`: how long the loop takes for a record.
    pub process: Option<Span>,
}

/// Kafka's defaults (`process`, `poll` and `commit-on-revoke` are ours).
pub mod default {
    use super::{CommitMode, Protocol, ResetPolicy, Span};

    /// `group.protocol`.
    pub const PROTOCOL: Protocol = Protocol::Classic;
    /// `partition.assignment.strategy`.
    pub const ASSIGNORS: [&str; 2] = ["range", "cooperative-sticky"];
    /// `session.timeout.ms`, and the broker's `group.consumer.session.timeout.ms`.
    pub const SESSION_TIMEOUT: Span = Span::from_secs(45);
    /// `heartbeat.interval.ms`.
    pub const HEARTBEAT: Span = Span::from_secs(3);
    /// The broker's `group.consumer.heartbeat.interval.ms`.
    pub const HEARTBEAT_CONSUMER: Span = Span::from_secs(5);
    /// `max.poll.interval.ms`.
    pub const MAX_POLL_INTERVAL: Span = Span::from_secs(300);
    /// `max.poll.records`.
    pub const MAX_POLL_RECORDS: u32 = 500;
    /// `auto.commit.interval.ms`.
    pub const AUTO_COMMIT_INTERVAL: Span = Span::from_secs(5);
    /// `auto.offset.reset`.
    pub const RESET: ResetPolicy = ResetPolicy::Latest;
    /// `enable.auto.commit`.
    pub const COMMIT: CommitMode = CommitMode::Auto;
    /// `metadata.max.age.ms`.
    pub const METADATA_MAX_AGE: Span = Span::from_secs(300);
    /// The timeout of `poll`.
    pub const POLL: Span = Span::from_ms(100);
    /// Time a record takes.
    pub const PROCESS: Span = Span::ZERO;
}

const PROTOCOLS: [(&str, Protocol); 2] = [("classic", Protocol::Classic), ("consumer", Protocol::Consumer)];
const RESETS: [(&str, ResetPolicy); 3] =
    [("earliest", ResetPolicy::Earliest), ("latest", ResetPolicy::Latest), ("none", ResetPolicy::None)];
const COMMITS: [(&str, CommitMode); 5] = [
    ("auto", CommitMode::Auto),
    ("sync", CommitMode::Sync),
    ("async", CommitMode::Async),
    ("record", CommitMode::Record),
    ("none", CommitMode::None),
];
pub(super) const YES_NO: [(&str, bool); 2] = [("yes", true), ("no", false)];

/// Assignors that the language knows, under their protocol names, with their Java classes.
pub const ASSIGNORS: [(&str, &str); 5] = [
    ("range", "org.apache.kafka.clients.consumer.RangeAssignor"),
    ("roundrobin", "org.apache.kafka.clients.consumer.RoundRobinAssignor"),
    ("sticky", "org.apache.kafka.clients.consumer.StickyAssignor"),
    ("cooperative-sticky", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"),
    ("uniform", "org.apache.kafka.coordinator.group.assignor.UniformAssignor"),
];

/// What `help` says of the settings: name, Kafka's name, form.
pub const HELP: [(&str, &str, &str); 13] = [
    ("protocol", "group.protocol", "classic (default) or consumer"),
    ("assignor", "partition.assignment.strategy, group.remote.assignor", "names between commas"),
    ("session-timeout", "session.timeout.ms", "default 45s"),
    ("heartbeat", "heartbeat.interval.ms", "default 3s; 5s with protocol=consumer"),
    ("max-poll-interval", "max.poll.interval.ms", "default 5m"),
    ("max-poll-records", "max.poll.records", "default 500"),
    ("auto-commit-interval", "auto.commit.interval.ms", "default 5s"),
    ("reset", "auto.offset.reset", "earliest, latest (default) or none"),
    ("commit", "enable.auto.commit", "auto (default), sync, async, record or none"),
    ("commit-on-revoke", "", "yes or no (default): commitSync when partitions are taken"),
    ("metadata-max-age", "metadata.max.age.ms", "default 5m"),
    ("poll", "", "the timeout of poll(), default 100ms"),
    ("process", "", "time a record takes, default 0ms"),
];

impl Settings {
    /// Takes all settings from a line.
    pub(super) fn take(args: &mut Args) -> Settings {
        for (name, ..) in HELP {
            args.ask(name);
        }
        let commit = commit(args);
        Settings {
            protocol: choice(args, ["protocol", "group.protocol"], &PROTOCOLS),
            assignor: assignors(args),
            session_timeout: span(args, ["session-timeout", "session.timeout.ms"]),
            heartbeat: span(args, ["heartbeat", "heartbeat.interval.ms"]),
            max_poll_interval: span(args, ["max-poll-interval", "max.poll.interval.ms"]),
            max_poll_records: args
                .any_value(&["max-poll-records", "max.poll.records"])
                .map(|(_, word)| args.as_number(&word, (1, u64::from(u32::MAX))) as u32),
            auto_commit_interval: span(args, ["auto-commit-interval", "auto.commit.interval.ms"]),
            reset: choice(args, ["reset", "auto.offset.reset"], &RESETS),
            commit,
            commit_on_revoke: choice(args, ["commit-on-revoke", "commit-on-revoke"], &YES_NO),
            metadata_max_age: span(args, ["metadata-max-age", "metadata.max.age.ms"]),
            poll: span(args, ["poll", "poll"]),
            process: span(args, ["process", "process"]),
        }
    }

    /// These settings where they are given, else those of `base`.
    pub fn over(&self, base: &Settings) -> Settings {
        Settings {
            protocol: self.protocol.or(base.protocol),
            assignor: self.assignor.clone().or_else(|| base.assignor.clone()),
            session_timeout: self.session_timeout.or(base.session_timeout),
            heartbeat: self.heartbeat.or(base.heartbeat),
            max_poll_interval: self.max_poll_interval.or(base.max_poll_interval),
            max_poll_records: self.max_poll_records.or(base.max_poll_records),
            auto_commit_interval: self.auto_commit_interval.or(base.auto_commit_interval),
            reset: self.reset.or(base.reset),
            commit: self.commit.or(base.commit),
            commit_on_revoke: self.commit_on_revoke.or(base.commit_on_revoke),
            metadata_max_age: self.metadata_max_age.or(base.metadata_max_age),
            poll: self.poll.or(base.poll),
            process: self.process.or(base.process),
        }
    }

    /// These settings without those that say what `base` says already.
    pub fn beyond(&self, base: &Settings) -> Settings {
        fn differs<T: PartialEq + Clone>(own: &Option<T>, base: &Option<T>) -> Option<T> {
            own.clone().filter(|_| own != base)
        }
        Settings {
            protocol: differs(&self.protocol, &base.protocol),
            assignor: differs(&self.assignor, &base.assignor),
            session_timeout: differs(&self.session_timeout, &base.session_timeout),
            heartbeat: differs(&self.heartbeat, &base.heartbeat),
            max_poll_interval: differs(&self.max_poll_interval, &base.max_poll_interval),
            max_poll_records: differs(&self.max_poll_records, &base.max_poll_records),
            auto_commit_interval: differs(&self.auto_commit_interval, &base.auto_commit_interval),
            reset: differs(&self.reset, &base.reset),
            commit: differs(&self.commit, &base.commit),
            commit_on_revoke: differs(&self.commit_on_revoke, &base.commit_on_revoke),
            metadata_max_age: differs(&self.metadata_max_age, &base.metadata_max_age),
            poll: differs(&self.poll, &base.poll),
            process: differs(&self.process, &base.process),
        }
    }

    /// What holds when nothing is given, for a protocol.
    pub fn defaults(protocol: Protocol) -> Settings {
        let heartbeat = match protocol {
            Protocol::Classic => default::HEARTBEAT,
            Protocol::Consumer => default::HEARTBEAT_CONSUMER,
        };
        Settings {
            protocol: Some(default::PROTOCOL),
            assignor: None,
            session_timeout: Some(default::SESSION_TIMEOUT),
            heartbeat: Some(heartbeat),
            max_poll_interval: Some(default::MAX_POLL_INTERVAL),
            max_poll_records: Some(default::MAX_POLL_RECORDS),
            auto_commit_interval: Some(default::AUTO_COMMIT_INTERVAL),
            reset: Some(default::RESET),
            commit: Some(default::COMMIT),
            commit_on_revoke: Some(false),
            metadata_max_age: Some(default::METADATA_MAX_AGE),
            poll: Some(default::POLL),
            process: Some(default::PROCESS),
        }
    }

    /// Writes what is given.
    pub(super) fn write<'a, 'f>(&self, words: Words<'a, 'f>) -> Words<'a, 'f> {
        words
            .maybe("protocol", self.protocol.map(|p| name_of(&PROTOCOLS, p)))
            .maybe("assignor", self.assignor.as_deref().map(join))
            .maybe("session-timeout", self.session_timeout)
            .maybe("heartbeat", self.heartbeat)
            .maybe("max-poll-interval", self.max_poll_interval)
            .maybe("max-poll-records", self.max_poll_records)
            .maybe("auto-commit-interval", self.auto_commit_interval)
            .maybe("reset", self.reset)
            .maybe("commit", self.commit.map(|c| name_of(&COMMITS, c)))
            .maybe("commit-on-revoke", self.commit_on_revoke.map(|yes| name_of(&YES_NO, yes)))
            .maybe("metadata-max-age", self.metadata_max_age)
            .maybe("poll", self.poll)
            .maybe("process", self.process)
    }
}

/// As the language writes it.
impl fmt::Display for ResetPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(name_of(&RESETS, *self))
    }
}

fn name_of<T: PartialEq>(choices: &[(&'static str, T)], value: T) -> &'static str {
    choices.iter().find(|(_, v)| *v == value).map(|(name, _)| *name).expect("every variant has a name")
}

fn choice<T: Copy>(args: &mut Args, keys: [&'static str; 2], choices: &[(&'static str, T)]) -> Option<T> {
    args.any_value(&keys).map(|(_, word)| args.as_choice(&word, choices))
}

/// A duration under its short name, or whole milliseconds under Kafka's.
pub(super) fn span(args: &mut Args, keys: [&'static str; 2]) -> Option<Span> {
    let (key, word) = args.any_value(&keys)?;
    if !key.ends_with(".ms") {
        return Some(args.as_span(&word));
    }
    let Some(ms) = unit::integer(&word.text()).filter(|&ms| ms <= crate::base::limit::RUN_MAX.ms()) else {
        args.error(word.column, word.shown(), "milliseconds such as 10000");
        return None;
    };
    Some(Span::from_ms(ms))
}

fn commit(args: &mut Args) -> Option<CommitMode> {
    let (key, word) = args.any_value(&["commit", "enable.auto.commit"])?;
    let on_off = [("true", CommitMode::Auto), ("false", CommitMode::None)];
    Some(args.as_choice(&word, if key == "commit" { &COMMITS[..] } else { &on_off[..] }))
}

fn assignors(args: &mut Args) -> Option<Vec<Name>> {
    let keys = ["assignor", "partition.assignment.strategy", "group.remote.assignor"];
    let (_, word) = args.any_value(&keys)?;
    let names: Vec<Name> = word.split(',').iter().map(|part| assignor(args, part)).collect();
    Some(names)
}

fn assignor(args: &mut Args, word: &Word) -> Name {
    let text = word.text();
    if let Some((name, _)) = ASSIGNORS.iter().find(|(name, class)| *name == text || *class == text) {
        return (*name).into();
    }
    let names = ASSIGNORS.map(|(name, _)| name);
    args.error(word.column, word.shown(), format!("one of the assignors {}", names.join(", ")));
    args.suggest(nearest(&text, names).map(Into::into));
    text.into()
}
