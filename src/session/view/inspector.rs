//! What is selected, and why it is as it is.

use super::stage::{ConsumerView, PartitionView};
use crate::base::Time;
use std::rc::Rc;

/// The details of what is selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum InspectorView {
    /// Nothing is selected, or what was is gone.
    #[default]
    Nothing,
    /// A partition.
    Partition(Box<PartitionDetail>),
    /// A consumer.
    Consumer(Box<ConsumerDetail>),
}

/// A partition: its offset ruler and its newest records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionDetail {
    /// What the stage shows of it.
    pub view: PartitionView,
    /// Leader epoch.
    pub leader_epoch: i32,
    /// Ranges of offsets worth painting, in order.
    pub ranges: Vec<Range>,
    /// Backups of this partition: label and end offset.
    pub pins: Vec<(Rc<str>, i64)>,
    /// The newest records, oldest first, at most 20.
    pub records: Vec<PollLine>,
    /// Bytes of the log.
    pub bytes: u64,
    /// Number of batches.
    pub batches: u64,
}

/// A range of offsets, `from..to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First offset.
    pub from: i64,
    /// The offset after the last.
    pub to: i64,
    /// Why it is painted.
    pub kind: RangeKind,
}

/// Why a range of offsets is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeKind {
    /// Processed and committed.
    Read,
    /// Processed, not committed: read again if the owner dies.
    AtRisk,
    /// Was delivered more than once.
    Reread,
    /// Was passed without being processed.
    Skipped,
    /// Not processed yet.
    Unread,
}

/// A consumer: settings, poll loop, messages with the coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerDetail {
    /// What the stage shows of it.
    pub view: ConsumerView,
    /// All settings that matter, `name` as Kafka has it and value.
    pub settings: Vec<(&'static str, Rc<str>)>,
    /// The newest lines of its poll loop's output, oldest first, at most 40.
    pub output: Vec<PollLine>,
    /// Records that it has processed since it was first started.
    pub processed: u64,
    /// The newest messages with the coordinator, oldest first, at most 40.
    pub messages: Vec<Message>,
}

/// One line of a poll loop's output: `offset = …, key = …, value = …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollLine {
    /// When it was processed (for a record of a partition: its timestamp, as virtual time).
    pub at: Time,
    /// Its topic.
    pub topic: Rc<str>,
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Its key, made printable and cut at 80 characters; `None` for a null key.
    pub key: Option<Rc<str>>,
    /// Its value, made printable and cut at 200 characters; `None` for a tombstone.
    pub value: Option<Rc<str>>,
    /// Whether the group had processed it before.
    pub again: bool,
}

/// A request to the coordinator and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When it was sent.
    pub sent: Time,
    /// When it was answered; `None` while it is held or lost.
    pub answered: Option<Time>,
    /// `JoinGroup`, `SyncGroup`, `Heartbeat`, `OffsetCommit` and so on.
    pub api: &'static str,
    /// Kafka's name of the error in the answer; `None` when it had none.
    pub error: Option<&'static str>,
    /// What matters in it, in short: `generation 3`, `6 partitions`.
    pub note: Rc<str>,
}
