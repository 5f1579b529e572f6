//! The settings of consumers, as a `group`, a `consumer` or a `start` line gives them.
//!
//! Short names are canonical; Kafka's own are read as well, with bare milliseconds. What is not given is inherited: a
//! consumer takes it from its group, a group from Kafka's defaults.

use super::args::{Args, Name};
use super::error::nearest;
use super::token::{Word, quote};
use super::unit;
use super::words::{Words, join};
use crate::base::Span;
use crate::sim::{self as client, Commit, Reset};

pub use crate::sim::Protocol;

/// Settings of a consumer; `None` is inherited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Settings {
    /// As the world takes them.
    pub client: client::Settings,
}

const PROTOCOLS: [(&str, Protocol); 2] = [("classic", Protocol::Classic), ("consumer", Protocol::Consumer)];
const RESETS: [(&str, Reset); 3] =
    [("earliest", Reset::Earliest), ("latest", Reset::Latest), ("none", Reset::None)];
const COMMITS: [(&str, Commit); 5] = [
    ("auto", Commit::Auto),
    ("sync", Commit::Sync),
    ("async", Commit::Async),
    ("record", Commit::Record),
    ("none", Commit::None),
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
        let client = client::Settings {
            protocol: choice(args, ["protocol", "group.protocol"], &PROTOCOLS),
            assignors: assignors(args),
            session_timeout: span(args, ["session-timeout", "session.timeout.ms"]),
            heartbeat: span(args, ["heartbeat", "heartbeat.interval.ms"]),
            max_poll_interval: span(args, ["max-poll-interval", "max.poll.interval.ms"]),
            max_poll_records: args
                .any_value(&["max-poll-records", "max.poll.records"])
                .map(|(_, word)| args.as_number(&word, (1, i32::MAX as u64)) as u32),
            auto_commit_interval: span(args, ["auto-commit-interval", "auto.commit.interval.ms"]),
            reset: choice(args, ["reset", "auto.offset.reset"], &RESETS),
            commit: commit(args),
            commit_on_revoke: choice(args, ["commit-on-revoke", "commit-on-revoke"], &YES_NO),
            metadata_max_age: span(args, ["metadata-max-age", "metadata.max.age.ms"]),
            instance: None,
            poll: span(args, ["poll", "poll"]),
            process: span(args, ["process", "process"]),
        };
        Settings { client }
    }

    /// Takes `instance=` as well, which no two consumers of a group can share.
    pub(super) fn take_own(args: &mut Args, consumers: &[Name]) -> Settings {
        let mut settings = Settings::take(args);
        args.ask("instance");
        settings.client.instance = args.any_value(&["instance", "group.instance.id"]).map(|(_, word)| {
            if consumers.len() > 1 {
                args.error(
                    word.column,
                    format!("one instance id for {} consumers", consumers.len()),
                    "one consumer",
                );
            }
            args.as_name(&word, "an instance id")
        });
        settings
    }

    /// These settings where they are given, else those of `base`.
    pub fn over(&self, base: &Settings) -> Settings {
        Settings { client: self.client.over(&base.client) }
    }

    /// These settings without those that say what `base` says already.
    pub fn beyond(&self, base: &Settings) -> Settings {
        fn differs<T: PartialEq + Clone>(own: &Option<T>, base: &Option<T>) -> Option<T> {
            own.clone().filter(|_| own != base)
        }
        let (own, below) = (&self.client, &base.client);
        let client = client::Settings {
            protocol: differs(&own.protocol, &below.protocol),
            assignors: differs(&own.assignors, &below.assignors),
            session_timeout: differs(&own.session_timeout, &below.session_timeout),
            heartbeat: differs(&own.heartbeat, &below.heartbeat),
            max_poll_interval: differs(&own.max_poll_interval, &below.max_poll_interval),
            max_poll_records: differs(&own.max_poll_records, &below.max_poll_records),
            auto_commit_interval: differs(&own.auto_commit_interval, &below.auto_commit_interval),
            reset: differs(&own.reset, &below.reset),
            commit: differs(&own.commit, &below.commit),
            commit_on_revoke: differs(&own.commit_on_revoke, &below.commit_on_revoke),
            metadata_max_age: differs(&own.metadata_max_age, &below.metadata_max_age),
            instance: differs(&own.instance, &below.instance),
            poll: differs(&own.poll, &below.poll),
            process: differs(&own.process, &below.process),
        };
        Settings { client }
    }

    /// What holds when nothing is given: Kafka's defaults for the protocol that these settings speak.
    pub fn defaults(&self) -> Settings {
        let spoken = client::Settings { protocol: self.client.protocol, ..client::Settings::default() };
        let known = spoken.resolved();
        let client = client::Settings {
            protocol: Some(Protocol::Classic),
            assignors: None,
            session_timeout: Some(known.session_timeout),
            heartbeat: Some(known.heartbeat),
            max_poll_interval: Some(known.max_poll_interval),
            max_poll_records: Some(known.max_poll_records),
            auto_commit_interval: Some(known.auto_commit_interval),
            reset: Some(known.reset),
            commit: Some(known.commit),
            commit_on_revoke: Some(known.commit_on_revoke),
            metadata_max_age: Some(known.metadata_max_age),
            instance: None,
            poll: Some(known.poll),
            process: Some(known.process),
        };
        Settings { client }
    }

    /// Writes what is given.
    pub(super) fn write<'a, 'f>(&self, words: Words<'a, 'f>) -> Words<'a, 'f> {
        let own = &self.client;
        words
            .maybe("instance", own.instance.as_deref().map(quote))
            .maybe("protocol", own.protocol.map(|p| name_of(&PROTOCOLS, p)))
            .maybe("assignor", own.assignors.as_deref().map(join))
            .maybe("session-timeout", own.session_timeout)
            .maybe("heartbeat", own.heartbeat)
            .maybe("max-poll-interval", own.max_poll_interval)
            .maybe("max-poll-records", own.max_poll_records)
            .maybe("auto-commit-interval", own.auto_commit_interval)
            .maybe("reset", own.reset.map(|r| name_of(&RESETS, r)))
            .maybe("commit", own.commit.map(|c| name_of(&COMMITS, c)))
            .maybe("commit-on-revoke", own.commit_on_revoke.map(|yes| name_of(&YES_NO, yes)))
            .maybe("metadata-max-age", own.metadata_max_age)
            .maybe("poll", own.poll)
            .maybe("process", own.process)
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

fn commit(args: &mut Args) -> Option<Commit> {
    let (key, word) = args.any_value(&["commit", "enable.auto.commit"])?;
    let on_off = [("true", Commit::Auto), ("false", Commit::None)];
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
