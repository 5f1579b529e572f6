//! The settings of a consumer.
//!
//! Every one is optional. What a consumer does not say, its group says; what the group does not say is Kafka's default,
//! from ConsumerConfig of Apache Kafka 4.3.1 ([`Settings::resolved`]).

use super::{Isolation, ShareSettings, Tuning};
use crate::base::Span;
use std::rc::Rc;

/// Where reading starts when nothing was committed (`auto.offset.reset`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reset {
    /// At the log's start.
    Earliest,
    /// At the log's end: only what comes later.
    Latest,
    /// At the first record that is not older than this (`by_duration:`, KIP-1106).
    Since(Span),
    /// Nowhere: the consumer ends with an error.
    None,
}

/// The group protocol that a consumer speaks (`group.protocol`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// The classic one: JoinGroup, SyncGroup, assignors in the clients.
    #[default]
    Classic,
    /// The consumer protocol of KIP-848: ConsumerGroupHeartbeat, assignors in the coordinator.
    Consumer,
    /// None of Kafka's `group.protocol`: a share consumer (KIP-932), whose group shares out records, not partitions.
    Share,
}

/// When a consumer commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Commit {
    /// `enable.auto.commit`: by a timer inside `poll()`, before a rejoin, and on `close()`.
    Auto,
    /// `commitSync()` after each poll that returned something.
    Sync,
    /// `commitAsync()` after each poll that returned something.
    Async,
    /// `commitSync()` of offset + 1 after each record.
    Record,
    /// Never.
    None,
}

/// Settings of a consumer; `None` means "as the group says", and there "as Kafka's default".
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Settings {
    /// `group.protocol`.
    pub protocol: Option<Protocol>,
    /// `partition.assignment.strategy`, by the assignors' names, most preferred first.
    pub assignors: Option<Vec<Rc<str>>>,
    /// `session.timeout.ms`.
    pub session_timeout: Option<Span>,
    /// `heartbeat.interval.ms`.
    pub heartbeat: Option<Span>,
    /// `max.poll.interval.ms`.
    pub max_poll_interval: Option<Span>,
    /// `max.poll.records`.
    pub max_poll_records: Option<u32>,
    /// `metadata.max.age.ms`.
    pub metadata_max_age: Option<Span>,
    /// `auto.offset.reset`.
    pub reset: Option<Reset>,
    /// `isolation.level`.
    pub isolation: Option<Isolation>,
    /// When it commits.
    pub commit: Option<Commit>,
    /// `auto.commit.interval.ms`.
    pub auto_commit_interval: Option<Span>,
    /// `commitSync` of what was processed inside `onPartitionsRevoked`.
    pub commit_on_revoke: Option<bool>,
    /// `group.instance.id`.
    pub instance: Option<Rc<str>>,
    /// `client.rack`.
    pub rack: Option<Rc<str>>,
    /// The timeout given to `poll()`.
    pub poll: Option<Span>,
    /// Time that the loop spends on each record.
    pub process: Option<Span>,
    /// Of its requests.
    pub tuning: Tuning,
    /// What only share groups and share consumers have.
    pub share: ShareSettings,
}

/// Settings of a consumer, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Resolved {
    /// `group.protocol`.
    pub protocol: Protocol,
    /// `group.remote.assignor`, of the consumer protocol; `None`: the broker's first.
    pub assignor: Option<Rc<str>>,
    /// `partition.assignment.strategy`.
    pub assignors: Vec<Rc<str>>,
    /// `session.timeout.ms`.
    pub session_timeout: Span,
    /// `heartbeat.interval.ms`.
    pub heartbeat: Span,
    /// `max.poll.interval.ms`.
    pub max_poll_interval: Span,
    /// `max.poll.records`.
    pub max_poll_records: u32,
    /// `metadata.max.age.ms`.
    pub metadata_max_age: Span,
    /// `auto.offset.reset`.
    pub reset: Reset,
    /// `isolation.level`.
    pub isolation: Isolation,
    /// When it commits.
    pub commit: Commit,
    /// `auto.commit.interval.ms`.
    pub auto_commit_interval: Span,
    /// Whether it commits inside `onPartitionsRevoked`.
    pub commit_on_revoke: bool,
    /// `group.instance.id`.
    pub instance: Option<Rc<str>>,
    /// `client.rack`.
    pub rack: Option<Rc<str>>,
    /// The timeout given to `poll()`.
    pub poll: Span,
    /// Time that the loop spends on each record.
    pub process: Span,
    /// Of its requests.
    pub tuning: Tuning,
    /// What only share groups and share consumers have.
    pub share: ShareSettings,
}

impl Settings {
    /// These settings, and where they say nothing, those of `below`.
    pub fn over(&self, below: &Settings) -> Settings {
        fn pick<T: Clone>(own: &Option<T>, below: &Option<T>) -> Option<T> {
            own.clone().or_else(|| below.clone())
        }
        Settings {
            protocol: pick(&self.protocol, &below.protocol),
            assignors: pick(&self.assignors, &below.assignors),
            session_timeout: pick(&self.session_timeout, &below.session_timeout),
            heartbeat: pick(&self.heartbeat, &below.heartbeat),
            max_poll_interval: pick(&self.max_poll_interval, &below.max_poll_interval),
            max_poll_records: pick(&self.max_poll_records, &below.max_poll_records),
            metadata_max_age: pick(&self.metadata_max_age, &below.metadata_max_age),
            reset: pick(&self.reset, &below.reset),
            isolation: pick(&self.isolation, &below.isolation),
            commit: pick(&self.commit, &below.commit),
            auto_commit_interval: pick(&self.auto_commit_interval, &below.auto_commit_interval),
            commit_on_revoke: pick(&self.commit_on_revoke, &below.commit_on_revoke),
            instance: pick(&self.instance, &below.instance),
            rack: pick(&self.rack, &below.rack),
            poll: pick(&self.poll, &below.poll),
            process: pick(&self.process, &below.process),
            tuning: self.tuning.zip(&below.tuning, Option::or),
            share: self.share.over(&below.share),
        }
    }

    /// These settings, and where they say nothing, Kafka's defaults. (The default assignors together mean the eager
    /// protocol with `range`.)
    pub fn resolved(&self) -> Resolved {
        let defaults = || vec!["range".into(), "cooperative-sticky".into()];
        let protocol = self.protocol.unwrap_or_default();
        let heartbeat = match protocol {
            Protocol::Classic => Span::from_secs(3),
            // The broker's `group.consumer.heartbeat.interval.ms`, `group.share.heartbeat.interval.ms`.
            Protocol::Consumer | Protocol::Share => Span::from_secs(5),
        };
        Resolved {
            protocol,
            assignor: self.assignors.as_ref().and_then(|names| names.first().cloned()),
            assignors: self.assignors.clone().unwrap_or_else(defaults),
            session_timeout: self.session_timeout.unwrap_or(Span::from_secs(45)),
            heartbeat: self.heartbeat.unwrap_or(heartbeat),
            max_poll_interval: self.max_poll_interval.unwrap_or(Span::from_secs(300)),
            max_poll_records: self.max_poll_records.unwrap_or(500),
            metadata_max_age: self.metadata_max_age.unwrap_or(Span::from_secs(300)),
            reset: self.reset.unwrap_or(Reset::Latest),
            isolation: self.isolation.unwrap_or_default(),
            commit: self.commit.unwrap_or(Commit::Auto),
            auto_commit_interval: self.auto_commit_interval.unwrap_or(Span::from_secs(5)),
            commit_on_revoke: self.commit_on_revoke.unwrap_or(false),
            instance: self.instance.clone(),
            rack: self.rack.clone(),
            poll: self.poll.unwrap_or(Span::from_ms(100)),
            process: self.process.unwrap_or(Span::ZERO),
            tuning: self.tuning.clone(),
            share: self.share.clone(),
        }
    }

    /// Whether a setting is given that is a share group's, not a share consumer's.
    pub(in crate::sim) fn of_share_group(&self) -> bool {
        let broker = self.reset.is_some() || self.session_timeout.is_some() || self.heartbeat.is_some();
        broker || self.isolation.is_some() || self.share.of_group()
    }
}
