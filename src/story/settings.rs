//! The settings of consumers, as a `group`, a `consumer` or a `start` line gives them.
//!
//! Short names are canonical; Kafka's own are read as well, with bare milliseconds. What is not given is inherited: a
//! consumer takes it from its group, a group from Kafka's defaults.

pub mod broker;
mod producer;
mod share;
pub mod topic;
mod tuning;

pub(in crate::story) use producer::take as take_delivery;
pub use producer::{Delivery, PRODUCER_SETTINGS};
pub use share::SHARE_SETTINGS;
pub use tuning::TUNING_SETTINGS;

use super::args::{Args, Name};
use super::error::nearest;
use super::token::{Word, quote};
use super::unit;
use super::words::{Words, join};
use crate::base::Span;
use crate::sim::{self as client, Commit, Isolation, Reset, Tuning};

pub use crate::sim::Protocol;

/// Settings of a consumer; `None` is inherited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Settings {
    /// As the world takes them.
    pub client: client::Settings,
}

const PROTOCOLS: [(&str, Protocol); 3] =
    [("classic", Protocol::Classic), ("consumer", Protocol::Consumer), ("share", Protocol::Share)];
const RESETS: [(&str, Reset); 3] =
    [("earliest", Reset::Earliest), ("latest", Reset::Latest), ("none", Reset::None)];
const ISOLATIONS: [(&str, Isolation); 2] =
    [("read_uncommitted", Isolation::ReadUncommitted), ("read_committed", Isolation::ReadCommitted)];
/// What a reset policy must look like, in Kafka's words.
const A_RESET: &str = "earliest, latest, none or by_duration:PnDTnHnMn.nS";
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

/// A setting as the language has it.
#[derive(Debug)]
pub struct Setting {
    /// Its names. The short one, which is canonical, comes first, then Kafka's: that of the classic protocol, and where
    /// it differs that of the consumer protocol. What is not Kafka's but the poll loop's has a short one only.
    pub names: &'static [&'static str],
    /// What its value can be.
    pub kind: Kind,
    /// What `help` says of it.
    pub help: &'static str,
}

/// What the value of a setting can be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A duration; under a name of Kafka's that ends in `.ms`, whole milliseconds.
    Span,
    /// A number.
    Count,
    /// A word of the person's own.
    Name,
    /// Records, or a duration.
    Length,
    /// A share between 0 and 1.
    Share,
    /// One of a few words.
    OneOf(fn() -> Vec<&'static str>),
    /// Keys of records, between commas.
    Keys,
    /// Assignors between commas, most preferred first; of the consumer protocol, one.
    Assignors,
    /// A size; under a name of Kafka's, bytes.
    Bytes,
}

const fn setting(names: &'static [&'static str], kind: Kind, help: &'static str) -> Setting {
    Setting { names, kind, help }
}

/// The settings that a group, a consumer and a start share, in the order in which help lists them.
pub static SETTINGS: [Setting; 15] = [
    setting(
        &["protocol", "group.protocol", "type"],
        Kind::OneOf(|| words(&PROTOCOLS)),
        "classic (default), consumer, or share: a share group",
    ),
    setting(
        &["assignor", "partition.assignment.strategy", "group.remote.assignor"],
        Kind::Assignors,
        "names between commas",
    ),
    setting(
        &["session-timeout", "session.timeout.ms", "consumer.session.timeout.ms", "share.session.timeout.ms"],
        Kind::Span,
        "default 45s",
    ),
    setting(
        &[
            "heartbeat",
            "heartbeat.interval.ms",
            "consumer.heartbeat.interval.ms",
            "share.heartbeat.interval.ms",
        ],
        Kind::Span,
        "default 3s; 5s with protocol=consumer or share",
    ),
    setting(&["max-poll-interval", "max.poll.interval.ms"], Kind::Span, "default 5m"),
    setting(&["max-poll-records", "max.poll.records"], Kind::Count, "default 500"),
    setting(&["auto-commit-interval", "auto.commit.interval.ms"], Kind::Span, "default 5s"),
    setting(
        &["reset", "auto.offset.reset", "share.auto.offset.reset"],
        Kind::OneOf(|| words(&RESETS)),
        "earliest, latest (default), none, or by_duration:PT1H: what is not older than that",
    ),
    setting(
        &["isolation", "isolation.level", "share.isolation.level"],
        Kind::OneOf(|| words(&ISOLATIONS)),
        "read_uncommitted (default) or read_committed",
    ),
    setting(
        &["commit", "enable.auto.commit"],
        Kind::OneOf(|| words(&COMMITS)),
        "auto (default), sync, async, record or none",
    ),
    setting(
        &["commit-on-revoke"],
        Kind::OneOf(|| words(&YES_NO)),
        "yes or no (default): commitSync when partitions are taken",
    ),
    setting(&["metadata-max-age", "metadata.max.age.ms"], Kind::Span, "default 5m"),
    setting(&["rack", "client.rack"], Kind::Name, "the rack that it is in: for assignors that look at racks"),
    setting(&["poll"], Kind::Span, "the timeout of poll(), default 100ms"),
    setting(&["process"], Kind::Span, "time a record takes, default 0ms"),
];

/// The setting that only a consumer of its own has.
pub static INSTANCE: Setting =
    setting(&["instance", "group.instance.id"], Kind::Name, "a static member's id");

/// The names of a setting of [`SETTINGS`], by its short one.
fn names(short: &str) -> &'static [&'static str] {
    let of = SETTINGS.iter().find(|of| of.names[0] == short);
    of.expect("a setting of the table").names
}

fn words<T>(choices: &[(&'static str, T)]) -> Vec<&'static str> {
    choices.iter().map(|(word, _)| *word).collect()
}

impl Settings {
    /// Takes all settings from a line.
    pub(super) fn take(args: &mut Args) -> Settings {
        for of in SETTINGS.iter().chain(&TUNING_SETTINGS).chain(&SHARE_SETTINGS) {
            args.ask(of.names[0]);
        }
        let client = client::Settings {
            protocol: choice(args, "protocol", &PROTOCOLS),
            assignors: assignors(args),
            session_timeout: span(args, names("session-timeout")),
            heartbeat: span(args, names("heartbeat")),
            max_poll_interval: span(args, names("max-poll-interval")),
            max_poll_records: args
                .any_value(names("max-poll-records"))
                .map(|(_, word)| args.as_number(&word, (1, i32::MAX as u64)) as u32),
            auto_commit_interval: span(args, names("auto-commit-interval")),
            reset: reset(args),
            isolation: choice(args, "isolation", &ISOLATIONS),
            commit: commit(args),
            commit_on_revoke: choice(args, "commit-on-revoke", &YES_NO),
            metadata_max_age: span(args, names("metadata-max-age")),
            instance: None,
            rack: args.any_value(names("rack")).map(|(_, word)| args.as_name(&word, "a rack")),
            poll: span(args, names("poll")),
            process: span(args, names("process")),
            tuning: tuning::take(args),
            share: share::take(args),
        };
        Settings { client }
    }

    /// Takes `instance=` as well, which no two consumers of a group can share.
    pub(super) fn take_own(args: &mut Args, consumers: &[Name]) -> Settings {
        let mut settings = Settings::take(args);
        args.ask(INSTANCE.names[0]);
        settings.client.instance = args.any_value(INSTANCE.names).map(|(_, word)| {
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
            isolation: differs(&own.isolation, &below.isolation),
            commit: differs(&own.commit, &below.commit),
            commit_on_revoke: differs(&own.commit_on_revoke, &below.commit_on_revoke),
            metadata_max_age: differs(&own.metadata_max_age, &below.metadata_max_age),
            instance: differs(&own.instance, &below.instance),
            rack: differs(&own.rack, &below.rack),
            poll: differs(&own.poll, &below.poll),
            process: differs(&own.process, &below.process),
            tuning: own.tuning.zip(&below.tuning, |own, below| own.filter(|_| own != below)),
            share: share::beyond(&own.share, &below.share),
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
            isolation: Some(known.isolation),
            commit: Some(known.commit),
            commit_on_revoke: Some(known.commit_on_revoke),
            metadata_max_age: Some(known.metadata_max_age),
            instance: None,
            rack: None,
            poll: Some(known.poll),
            process: Some(known.process),
            tuning: Tuning::defaults(),
            share: share::defaults(),
        };
        Settings { client }
    }

    /// Writes what is given.
    pub(super) fn write<'a, 'f>(&self, words: Words<'a, 'f>) -> Words<'a, 'f> {
        self.given().into_iter().fold(words, |words, (name, value)| words.pair(name, value))
    }

    /// What is given: short names and values, in the order in which a line has them.
    fn given(&self) -> Vec<(&'static str, String)> {
        let own = &self.client;
        let span = |value: Option<Span>| value.map(|span| span.to_string());
        let list = [
            ("instance", own.instance.as_deref().map(|id| quote(id).to_string())),
            ("protocol", own.protocol.map(|p| name_of(&PROTOCOLS, p).to_owned())),
            ("assignor", own.assignors.as_deref().map(join)),
            ("session-timeout", span(own.session_timeout)),
            ("heartbeat", span(own.heartbeat)),
            ("max-poll-interval", span(own.max_poll_interval)),
            ("max-poll-records", own.max_poll_records.map(|count| count.to_string())),
            ("auto-commit-interval", span(own.auto_commit_interval)),
            ("reset", own.reset.map(|r| r.text().to_string())),
            ("isolation", own.isolation.map(|i| name_of(&ISOLATIONS, i).to_owned())),
            ("commit", own.commit.map(|c| name_of(&COMMITS, c).to_owned())),
            ("commit-on-revoke", own.commit_on_revoke.map(|yes| name_of(&YES_NO, yes).to_owned())),
            ("metadata-max-age", span(own.metadata_max_age)),
            ("rack", own.rack.as_deref().map(|rack| quote(rack).to_string())),
            ("poll", span(own.poll)),
            ("process", span(own.process)),
        ];
        let list = list.into_iter().chain(tuning::given(&own.tuning)).chain(share::given(&own.share));
        list.filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// What is given under `name`, one of those that a setting has, in the units of that name.
    pub fn value(&self, name: &str) -> Option<String> {
        let mut all = SETTINGS.iter().chain(&TUNING_SETTINGS).chain(&SHARE_SETTINGS).chain([&INSTANCE]);
        let of = all.find(|of| of.names.contains(&name))?;
        let (_, value) = self.given().into_iter().find(|(short, _)| *short == of.names[0])?;
        let kafkas = match name.rsplit_once('.') {
            Some((_, "ms")) => unit::span(&value).map(|span| span.ms()),
            Some((_, "bytes")) => unit::size(&value),
            _ => None,
        };
        Some(kafkas.map_or(value, |number| number.to_string()))
    }

    /// What holds when nothing is given, every setting said: Kafka's defaults for the protocol that these settings speak.
    pub fn spoken(&self) -> Settings {
        let mut all = self.defaults();
        let known =
            client::Settings { protocol: self.client.protocol, ..client::Settings::default() }.resolved();
        all.client.protocol = Some(known.protocol);
        all.client.assignors = match known.protocol {
            Protocol::Classic => Some(known.assignors),
            Protocol::Consumer => Some(vec!["uniform".into()]),
            Protocol::Share => None,
        };
        all
    }
}

/// What is said here and not there.
fn differs<T: PartialEq + Clone>(own: &Option<T>, base: &Option<T>) -> Option<T> {
    own.clone().filter(|_| own != base)
}

fn name_of<T: PartialEq>(choices: &[(&'static str, T)], value: T) -> &'static str {
    choices.iter().find(|(_, v)| *v == value).map(|(name, _)| *name).expect("every variant has a name")
}

fn reset(args: &mut Args) -> Option<Reset> {
    let (_, word) = args.any_value(names("reset"))?;
    let text = word.text();
    let duration = text.strip_prefix("by_duration:").and_then(Span::of_iso);
    let named = RESETS.iter().find(|(name, _)| *name == text).map(|(_, reset)| *reset);
    let reset = named.or(duration.map(Reset::Since));
    if reset.is_none() && word.column > 0 {
        args.error(word.column, word.shown(), A_RESET);
        args.suggest(nearest(&text, words(&RESETS)).map(Into::into));
    }
    reset
}

fn choice<T: Copy>(args: &mut Args, short: &str, choices: &[(&'static str, T)]) -> Option<T> {
    args.any_value(names(short)).map(|(_, word)| args.as_choice(&word, choices))
}

/// A duration under its short name, or whole milliseconds under Kafka's.
pub(super) fn span(args: &mut Args, names: &[&'static str]) -> Option<Span> {
    let (key, word) = args.any_value(names)?;
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
    let (key, word) = args.any_value(names("commit"))?;
    let on_off = [("true", Commit::Auto), ("false", Commit::None)];
    Some(args.as_choice(&word, if key == "commit" { &COMMITS[..] } else { &on_off[..] }))
}

fn assignors(args: &mut Args) -> Option<Vec<Name>> {
    let (_, word) = args.any_value(names("assignor"))?;
    Some(word.split(',').iter().map(|part| assignor(args, part)).collect())
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
