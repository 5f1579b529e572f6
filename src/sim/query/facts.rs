//! What can be asked of a world, as plain data: what the page shows is made of these.

use crate::base::{Span, Time, TopicPartition};
use crate::sim::spec::{Protocol, Settings};
use std::rc::Rc;

pub use crate::group::GroupState;

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicFacts {
    /// Its name.
    pub name: Rc<str>,
    /// Its number of partitions.
    pub partitions: i32,
    /// Records a second that its producers send now, in thousandths.
    pub rate_milli: u64,
    /// The groups whose consumers subscribe to it or that have committed offsets of it, by name.
    pub groups: Vec<Rc<str>>,
}

/// A partition as seen by one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartitionFacts {
    /// Its topic.
    pub topic: Rc<str>,
    /// Its number.
    pub partition: i32,
    /// The group whose offsets these are; `None` when it is seen as nobody sees it.
    pub group: Option<Rc<str>>,
    /// The consumer that owns it now (the newest, when a zombie believes so too).
    pub owner: Option<Rc<str>>,
    /// Since when it has had no owner; `None` when it has one or never had one.
    pub unowned_since: Option<Time>,
    /// First offset still in the log.
    pub log_start: i64,
    /// First offset that consumers may not read yet.
    pub high_watermark: i64,
    /// First offset that readers of committed records may not read yet.
    pub last_stable: i64,
    /// Transactions that have not ended, oldest first.
    pub open_transactions: Vec<TransactionFacts>,
    /// Next offset to be written.
    pub end: i64,
    /// Next offset to read, as committed.
    pub committed: Option<i64>,
    /// Next offset that the owner (or, while unowned, the last owner) reads; `None` before the first read.
    pub position: Option<i64>,
    /// `end - committed`, as monitors say it.
    pub lag: Option<i64>,
    /// Records that the group has not processed and, by its policy, should.
    pub unread: i64,
    /// Leader epoch.
    pub leader_epoch: i32,
    /// Records of the log that consumers can read.
    pub records: u64,
    /// Bytes of the log.
    pub bytes: u64,
    /// Batches of the log.
    pub batches: u64,
}

/// A transaction that has not ended, in a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionFacts {
    /// Whose it is.
    pub producer_id: i64,
    /// Under which `transactional.id`, and since when; `None` when the coordinator knows nothing of it.
    pub known: Option<(Rc<str>, Time)>,
    /// Its first record here.
    pub first_offset: i64,
}

/// Why a range of offsets is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeKind {
    /// Processed and committed.
    Read,
    /// Processed, not committed.
    AtRisk,
    /// Delivered more than once.
    Reread,
    /// Passed without being processed.
    Skipped,
    /// Not processed yet.
    Unread,
}

/// A range of offsets `from..to` and its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeFacts {
    /// First offset.
    pub from: i64,
    /// The offset after the last.
    pub to: i64,
    /// Its kind.
    pub kind: RangeKind,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupFacts {
    /// Its epochs and members, when it is a group of the consumer protocol.
    pub consumer: Option<ConsumerGroupFacts>,
    /// Its name.
    pub name: Rc<str>,
    /// The protocol that its members speak; of a group without members, the one that its settings name.
    pub protocol: Protocol,
    /// Its state.
    pub state: GroupState,
    /// Its generation; 0 before the first.
    pub generation: i32,
    /// The assignor in use.
    pub assignor: Option<Rc<str>>,
    /// The consumer that computes assignments.
    pub leader: Option<Rc<str>>,
    /// Members that the coordinator knows.
    pub members: u32,
    /// Names of its consumers whose process runs.
    pub alive: Vec<Rc<str>>,
    /// What its consumers use when they say nothing else.
    pub settings: Settings,
}

impl GroupFacts {
    /// Whether it shares out records instead of partitions.
    pub fn is_share(&self) -> bool {
        self.protocol == Protocol::Share
    }
}

/// What can be counted at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Records delivered to a group again.
    pub reread: u64,
    /// Records processed and not committed by members that are gone: to be read again.
    pub reread_to_come: u64,
    /// Records below the committed offset that nobody processed.
    pub skipped: u64,
    /// Different records that were processed.
    pub distinct: u64,
    /// `end - committed` summed, as monitors say it; `None` before the first commit.
    pub lag: Option<i64>,
    /// Records that nobody has processed and that were not passed.
    pub unread: i64,
    /// Partitions without an owner that had one before.
    pub unowned_now: u32,
    /// Whether a rebalance is running.
    pub rebalancing: bool,
    /// Messages of the group protocol, requests and answers together.
    pub messages: u64,
    /// Of share groups: what became of their records.
    pub share: ShareCounters,
}

/// What can be counted of share groups at a moment. A record that is delivered again is no fault there, but how they work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShareCounters {
    /// Records that somebody has now.
    pub acquired: u64,
    /// Records acknowledged.
    pub acknowledged: u64,
    /// Records archived: rejected, delivered as often as they may be, or gone from the log.
    pub archived: u64,
    /// Deliveries of records that had been delivered before.
    pub redelivered: u64,
}

/// What a consumer is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsumerState {
    /// Looking for the coordinator or waiting for its JoinGroup answer.
    Joining,
    /// Waiting for its SyncGroup answer.
    Syncing,
    /// Has an assignment and polls.
    Running,
    /// The group rebalances, and this member has not been told yet.
    NotTold,
    /// Told, and busy before it can rejoin.
    Told,
    /// All its threads stand still (`pause`).
    Paused,
    /// Its poll loop stands still, heartbeats go on (`slow`).
    Slow,
    /// Removed by the coordinator and does not know it yet.
    Zombie,
    /// Killed: no goodbye was said.
    Killed,
    /// Closed: it left the group.
    Closed,
    /// Ended by an error.
    Failed,
}

impl ConsumerState {
    /// Whether its process runs.
    pub fn is_alive(self) -> bool {
        !matches!(self, ConsumerState::Killed | ConsumerState::Closed | ConsumerState::Failed)
    }
}

/// A member of the consumer protocol, as its client sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MembershipFacts {
    /// Kafka's name of its state: JOINING, RECONCILING and so on.
    pub state: &'static str,
    /// Its epoch; `None` while it has none.
    pub epoch: Option<i32>,
    /// What it still has to give up in the reconciliation under way.
    pub gives_up: Vec<TopicPartition>,
    /// What it is given in the reconciliation under way.
    pub receives: Vec<TopicPartition>,
}

/// A group of the consumer protocol, as the coordinator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerGroupFacts {
    /// The group epoch.
    pub epoch: i32,
    /// The epoch of its target assignment.
    pub assignment_epoch: i32,
    /// The server-side assignor.
    pub assignor: Rc<str>,
    /// Its members, in the order of Kafka's hash map.
    pub members: Vec<ConsumerGroupMemberFacts>,
}

/// A member of a group of the consumer protocol, as the coordinator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerGroupMemberFacts {
    /// Its member id.
    pub id: Rc<str>,
    /// The consumer that it belongs to, if one is known.
    pub consumer: Option<Rc<str>>,
    /// `client.rack`, if it said one.
    pub rack: Option<Rc<str>>,
    /// Its member epoch.
    pub epoch: i32,
    /// What it has, in order: what is assigned to it, and what it has not given up yet.
    pub current: Vec<TopicPartition>,
    /// What it is to have, in order.
    pub target: Vec<TopicPartition>,
}

impl ConsumerGroupMemberFacts {
    /// What it has and is not to have: it still has to give that up.
    pub fn gives_up(&self) -> Vec<TopicPartition> {
        without(&self.current, &self.target)
    }

    /// What it is to have and does not have: it waits for that.
    pub fn receives(&self) -> Vec<TopicPartition> {
        without(&self.target, &self.current)
    }
}

/// What is in the one and not in the other; both are in order.
fn without(all: &[TopicPartition], some: &[TopicPartition]) -> Vec<TopicPartition> {
    all.iter().filter(|partition| some.binary_search(partition).is_err()).cloned().collect()
}

/// A consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerFacts {
    /// Its membership, when it speaks the consumer protocol.
    pub membership: Option<MembershipFacts>,
    /// Its name.
    pub name: Rc<str>,
    /// Its group.
    pub group: Rc<str>,
    /// The number of consumers added before it.
    pub index: u32,
    /// Its processes so far.
    pub processes: u32,
    /// What it is doing.
    pub state: ConsumerState,
    /// Since when.
    pub since: Time,
    /// Its member id.
    pub member_id: Option<Rc<str>>,
    /// Its generation.
    pub generation: Option<i32>,
    /// What it owns in its own eyes.
    pub owns: Vec<TopicPartition>,
    /// Records processed in the last second.
    pub rate: u64,
    /// The part of the last second spent processing, in thousandths.
    pub busy_milli: u32,
    /// When its last heartbeat was sent.
    pub last_heartbeat: Option<Time>,
    /// `end - committed` summed over what it owns.
    pub lag: i64,
    /// Records processed and not committed; of a dead one: those still to be read again.
    pub uncommitted: u64,
    /// Of a share consumer: records that its process has acquired.
    pub acquired: u64,
    /// When the coordinator removed it.
    pub removed_at: Option<Time>,
    /// When the `pause` or `slow` in force ends.
    pub until: Option<Time>,
    /// Processing time per record.
    pub process: Span,
    /// Records that it has processed, over all its processes.
    pub processed: u64,
}

/// A setting of a consumer that matters for its protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFacts {
    /// Kafka's name.
    pub name: &'static str,
    /// Its value, as Kafka writes it.
    pub value: Rc<str>,
    /// Whether it is another than Kafka's default.
    pub changed: bool,
}

/// A record, made printable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineFacts {
    /// When it was processed; of a record of a log: its timestamp.
    pub at: Time,
    /// Its topic.
    pub topic: Rc<str>,
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Its key, cut at 80 characters.
    pub key: Option<Rc<str>>,
    /// Its value, cut at 200 characters.
    pub value: Option<Rc<str>>,
    /// Whether the group had processed it before.
    pub again: bool,
    /// Of a record that a share consumer processed: which delivery it was, from 1.
    pub delivery: Option<u16>,
}

/// A request to the coordinator and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageFacts {
    /// When it was sent.
    pub sent: Time,
    /// When it was answered.
    pub answered: Option<Time>,
    /// The API.
    pub api: &'static str,
    /// Kafka's name of the error in the answer.
    pub error: Option<&'static str>,
    /// What matters in it, in short.
    pub note: Rc<str>,
}

/// The first record that a group was given of a partition after a restore.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FirstDelivered {
    /// Its offset.
    pub offset: i64,
    /// The consumer that received it.
    pub consumer: Rc<str>,
}
