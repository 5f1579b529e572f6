//! Who owns what now.

use crate::base::{Span, Time};
use std::rc::Rc;

/// Topics, groups and consumers at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageView {
    /// In order of their names.
    pub topics: Vec<TopicView>,
    /// In order of their names.
    pub groups: Vec<GroupView>,
    /// In the order in which they were added.
    pub consumers: Vec<ConsumerView>,
}

/// A topic and, for the group that reads it, each partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicView {
    /// Its name.
    pub name: Rc<str>,
    /// Records a second that its producers send now, in thousandths.
    pub rate_milli: u64,
    /// In order of their numbers.
    pub partitions: Vec<PartitionView>,
}

/// One partition as seen by one group (the first one, by name, that reads it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionView {
    /// Its topic.
    pub topic: Rc<str>,
    /// Its number.
    pub partition: i32,
    /// The group whose offsets these are; `None` when no group reads the topic.
    pub group: Option<Rc<str>>,
    /// The consumer that owns it now.
    pub owner: Option<Rc<str>>,
    /// Since when it has had no owner; `None` when it has one.
    pub unowned_since: Option<Time>,
    /// First offset still in the log.
    pub log_start: i64,
    /// First offset that consumers may not read yet.
    pub high_watermark: i64,
    /// Next offset to be written.
    pub end: i64,
    /// Next offset to read, as committed; `None` before the first commit.
    pub committed: Option<i64>,
    /// Next offset that the owner (or, while unowned, the last owner) reads; `None` before the first read.
    pub position: Option<i64>,
    /// `end - committed`, as monitors say it; `None` when it cannot be told.
    pub lag: Option<i64>,
    /// Records that nobody has processed yet.
    pub unread: i64,
}

/// A consumer group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView {
    /// Its name.
    pub name: Rc<str>,
    /// Its state, as Kafka prints it.
    pub state: GroupState,
    /// Its generation.
    pub generation: i32,
    /// The assignor in use; `None` before the first.
    pub assignor: Option<Rc<str>>,
    /// The consumer that computes assignments.
    pub leader: Option<Rc<str>>,
    /// Living members.
    pub members: u32,
}

/// States of a classic group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupState {
    /// No members.
    Empty,
    /// Members are being waited for.
    PreparingRebalance,
    /// The leader's assignment is being waited for.
    CompletingRebalance,
    /// Everyone has an assignment.
    Stable,
    /// Gone.
    Dead,
}

impl GroupState {
    /// The name as Kafka prints it.
    pub fn name(self) -> &'static str {
        match self {
            GroupState::Empty => "Empty",
            GroupState::PreparingRebalance => "PreparingRebalance",
            GroupState::CompletingRebalance => "CompletingRebalance",
            GroupState::Stable => "Stable",
            GroupState::Dead => "Dead",
        }
    }
}

/// One consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerView {
    /// Its name in the story.
    pub name: Rc<str>,
    /// Its group; `None` for one that assigns partitions to itself.
    pub group: Option<Rc<str>>,
    /// Its colour: the number of consumers added before it.
    pub index: u32,
    /// What it is doing.
    pub state: ConsumerState,
    /// Since when it has been in this state.
    pub since: Time,
    /// Its member id, once the coordinator has given it one.
    pub member_id: Option<Rc<str>>,
    /// Its generation; `None` when it has none.
    pub generation: Option<i32>,
    /// Partitions that it owns in its own eyes.
    pub owns: Vec<(Rc<str>, i32)>,
    /// Records processed in the last second.
    pub rate: u64,
    /// The part of the last second that it spent processing, in thousandths.
    pub busy_milli: u32,
    /// When its last heartbeat was sent.
    pub last_heartbeat: Option<Time>,
    /// `end - committed` summed over what it owns.
    pub lag: i64,
    /// Records processed and not committed: what would be read again if it died now, or (when dead) is to be read again.
    pub uncommitted: u64,
    /// When the coordinator removed it, for one that is dead.
    pub removed_at: Option<Time>,
    /// Extra time that each record takes now (a `slow` in force ends at this moment).
    pub until: Option<Time>,
    /// Settings that differ from Kafka's defaults, as `name=value` in the story's words.
    pub settings: Vec<(Rc<str>, Rc<str>)>,
    /// Processing time per record.
    pub process: Span,
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
    /// Told, and busy with a record before it can rejoin.
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
    /// Ended by an error, for instance a reset policy of `none`.
    Failed,
}

impl ConsumerState {
    /// Whether its process runs.
    pub fn is_alive(self) -> bool {
        !matches!(self, ConsumerState::Killed | ConsumerState::Closed | ConsumerState::Failed)
    }
}
