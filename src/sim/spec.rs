//! What a person can ask of the world, as plain data: the world's settings, topics, producers, groups, consumers.

mod settings;
mod tuning;

pub use super::share::{Acknowledgement, AcquireMode, ShareSettings};
use crate::base::{Map, Span, Time, Uuid};
use crate::group::{self, BrokerConfigs};
use crate::log::config::Configs;
pub use crate::log::partition::Isolation;
use crate::log::record::Bytes;
pub use settings::{Commit, Protocol, Reset, Resolved, Settings};
use std::rc::Rc;
pub use tuning::{TUNABLES, Tunable, Tune, Tuning};

/// Settings of a world, fixed for its whole life.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WorldConfig {
    /// The seed of every random draw.
    pub seed: u64,
    /// The broker's settings for groups.
    pub coordinator: group::Config,
    /// When the broker looks after its logs.
    pub upkeep: Upkeep,
    /// Time that a message takes, each way.
    pub latency: Span,
    /// Further time of each message, drawn evenly from zero to this.
    pub jitter: Span,
    /// Member ids to use in place of random ones, by name: `c2#1` is the first id of the first process of `c2`,
    /// `c2#1.2` the second id of that process.
    pub member_ids: Map<Rc<str>, Rc<str>>,
}

impl Default for WorldConfig {
    fn default() -> WorldConfig {
        WorldConfig {
            seed: 1,
            coordinator: coordinator(),
            upkeep: Upkeep::default(),
            latency: Span::from_us(500),
            jitter: Span::ZERO,
            member_ids: Map::new(),
        }
    }
}

/// Bounds within which a group of the newer protocols may be set, unless an operator sets them.
const LOWEST: group::GroupSettings =
    group::GroupSettings { session_timeout_ms: 1, heartbeat_interval_ms: 1, assignment_interval_ms: 0 };
const HIGHEST: group::GroupSettings = group::GroupSettings {
    session_timeout_ms: i32::MAX,
    heartbeat_interval_ms: i32::MAX,
    assignment_interval_ms: i32::MAX,
};

/// Kafka's defaults, but for bounds: a laboratory lets sessions be shorter than an operator would.
fn coordinator() -> group::Config {
    group::Config {
        min_session_timeout_ms: 1,
        consumer_min: LOWEST,
        consumer_max: HIGHEST,
        share_min: LOWEST,
        share_max: HIGHEST,
        ..group::Config::default()
    }
}

/// The settings for groups of a broker of which this is set, under Kafka's names.
///
/// # Errors
/// What a broker says that does not start with them.
pub fn coordinator_with(set: &BrokerConfigs) -> Result<group::Config, String> {
    let mut config = coordinator();
    for (name, value) in set {
        config.set(name, value)?;
    }
    config.check().map(|()| config)
}

/// When a broker looks after its logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Upkeep {
    /// `log.initial.task.delay.ms`: the first look for segments that are to be deleted.
    pub first: Span,
    /// `log.retention.check.interval.ms`: from one look to the next.
    pub retention: Span,
    /// `log.cleaner.backoff.ms`: the same for compaction, which first looks at the start.
    pub cleaner: Span,
}

impl Default for Upkeep {
    fn default() -> Upkeep {
        Upkeep { first: Span::from_secs(30), retention: Span::from_secs(300), cleaner: Span::from_secs(15) }
    }
}

/// A topic to be created.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TopicSpec {
    /// Its name, as Kafka allows it.
    pub name: Rc<str>,
    /// Its number of partitions, from 1.
    pub partitions: i32,
    /// What it is set to, by Kafka's names.
    pub configs: Configs,
    /// Its id, when it comes from another cluster; `None`: a new one.
    pub id: Option<Uuid>,
    /// Where its partitions' replicas lie; `None`: on a broker without a rack.
    pub placement: Option<Placement>,
}

/// Where the replicas of a topic's partitions lie: on brokers of which one stands in each rack.
///
/// Kafka's `StripedReplicaPlacer` begins at a random rack and shuffles the racks after each round. Here it begins at the
/// first and never shuffles: partition `p` has its replicas in the racks `p`, `p + 1` and so on, round and round.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Placement {
    /// `broker.rack` of each broker.
    pub racks: Vec<Rc<str>>,
    /// The replication factor.
    pub replicas: u32,
}

/// For each partition of a topic the racks of its replicas, the leader's first; `None` when the brokers have no racks.
pub type Racks = Option<Rc<[Vec<Rc<str>>]>>;

impl Placement {
    /// The racks of the replicas of so many partitions.
    pub fn of(&self, partitions: i32) -> Racks {
        let replicas = |first: i32| {
            let racks = self.racks.iter().cycle().skip(first as usize % self.racks.len());
            racks.take(self.replicas as usize).cloned().collect()
        };
        Some((0..partitions).map(replicas).collect())
    }

    /// What is wrong with it, in Kafka's words where Kafka has some.
    pub(super) fn fit(&self) -> Result<(), Rc<str>> {
        let brokers = self.racks.len();
        let twice = self.racks.iter().enumerate().any(|(at, rack)| self.racks[..at].contains(rack));
        Err(match self.replicas {
            _ if brokers == 0 => "a rack at least".into(),
            _ if twice => "every rack once: a broker stands in each".into(),
            0 => "Replication factor must be larger than 0, or -1 to use the default value.".into(),
            factor if factor as usize > brokers => format!(
                "The target replication factor of {factor} cannot be reached because only {brokers} broker(s) are \
                 registered."
            )
            .into(),
            _ => return Ok(()),
        })
    }
}

/// A producer: record `i` is sent at `i / rate` after its start.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProducerSpec {
    /// Its name.
    pub name: Rc<str>,
    /// The topic that it writes to.
    pub topic: Rc<str>,
    /// Records a second, in thousandths.
    pub rate_milli: u64,
    /// Record `i` has the key `k<i mod keys>`; `None`: null keys.
    pub keys: Option<u64>,
    /// Bytes of a value.
    pub value_bytes: u32,
    /// How long it sends, from its start; `None`: for ever.
    pub until: Option<Span>,
    /// `enable.idempotence`.
    pub idempotence: bool,
    /// How it uses transactions, if it does; that needs idempotence.
    pub transactions: Option<TransactionSpec>,
}

/// How a producer uses transactions: one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TransactionSpec {
    /// `transactional.id`.
    pub id: Rc<str>,
    /// When a transaction ends.
    pub length: TransactionLength,
    /// The share of them that is aborted, in millionths.
    pub abort_ppm: u32,
    /// `transaction.timeout.ms`.
    pub timeout: Span,
}

/// When a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransactionLength {
    /// After so many records.
    Records(u64),
    /// So long after its first record.
    Time(Span),
}

/// A number of records written at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProduceSpec {
    /// The topic.
    pub topic: Rc<str>,
    /// How many.
    pub count: u64,
    /// As of [`ProducerSpec::keys`].
    pub keys: Option<u64>,
    /// Bytes of a value.
    pub value_bytes: u32,
}

/// A broker's segment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SegmentSpec {
    /// The topic.
    pub topic: Rc<str>,
    /// The partition.
    pub partition: i32,
    /// Its bytes.
    pub bytes: Bytes,
    /// The offset in its name: where the log ends when it has no batch.
    pub base: i64,
    /// Where the log starts; `None`: at its first batch. Only for a log that never held anything.
    pub start: Option<i64>,
}

/// How given records reach a topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pace {
    /// All at once.
    AtOnce,
    /// So many a second, in thousandths.
    Rate(u64),
}

/// A consumer group: its name and the settings that its consumers share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupSpec {
    /// `group.id`.
    pub name: Rc<str>,
    /// What its consumers use when they say nothing else.
    pub settings: Settings,
}

/// A consumer: a process that subscribes and polls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerSpec {
    /// Its name, which is its `client.id`.
    pub name: Rc<str>,
    /// Its group.
    pub group: Rc<str>,
    /// The topics that it subscribes to.
    pub topics: Vec<Rc<str>>,
    /// Its own settings.
    pub settings: Settings,
}

/// What `close()` does about the membership (`CloseOptions.GroupMembershipOperation`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Goodbye {
    /// A dynamic member leaves, a static one remains.
    #[default]
    Default,
    /// `LEAVE_GROUP`: a static member leaves too.
    Leave,
    /// `REMAIN_IN_GROUP`: a dynamic member remains too, until its session ends.
    Remain,
}

/// Where a group's offsets are set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResetTo {
    /// The log's start.
    Earliest,
    /// The log's end.
    Latest,
    /// This offset, brought into the log's bounds.
    Offset(i64),
    /// The first record at or after this moment.
    Time(Time),
}
