//! Kinds of things that happen in a world.

use crate::base::{Span, TopicPartition};
use crate::log::partition::{Cleaned, Retired};
use std::rc::Rc;

/// A process of a consumer, as the trace names it: `c2#1` is the first of `c2`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Process {
    /// The consumer's name.
    pub consumer: Rc<str>,
    /// Its processes are counted from 1.
    pub number: u32,
}

impl std::fmt::Display for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.consumer, self.number)
    }
}

/// A callback of the rebalance listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Callback {
    /// `onPartitionsAssigned`.
    Assigned,
    /// `onPartitionsRevoked`.
    Revoked,
    /// `onPartitionsLost`.
    Lost,
}

/// Something that happened. Names and numbers, no handles: a trace can be read without its world.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Happening {
    /// A topic was created, with so many partitions.
    TopicCreated(Rc<str>, i32),
    /// A topic was given more partitions: how many it has now.
    TopicGrown(Rc<str>, i32),
    /// A topic was deleted.
    TopicDeleted(Rc<str>),
    /// A topic is set to something else.
    TopicConfigured(Rc<str>),
    /// Retention deleted segments: partition, what they were, the log start now.
    SegmentsDeleted(TopicPartition, Retired, i64),
    /// A log was compacted: partition, what of it is left.
    Compacted(TopicPartition, Cleaned),
    /// Records were deleted by a person: partition, how many could have been read, the log start now.
    RecordsDeleted(TopicPartition, u64, i64),
    /// Records were written at once: topic, how many.
    Produced(Rc<str>, u64),
    /// A group's offsets of a topic were set: group, topic, and the new offset a partition.
    OffsetsReset(Rc<str>, Rc<str>, Vec<(i32, i64)>),
    /// A group was deleted.
    GroupDeleted(Rc<str>),
    /// A process started.
    Started(Process),
    /// The coordinator gave a process a member id: process, group, id.
    MemberId(Process, Rc<str>, Rc<str>),
    /// A member's JoinGroup with its id was taken by the coordinator: process, group.
    Joined(Process, Rc<str>),
    /// A rebalance began: group, the reason as the coordinator words it; of the consumer protocol, the new group epoch.
    RebalanceBegan(Rc<str>, Rc<str>),
    /// A generation was formed by the coordinator: group, generation, protocol, leader's member id, members.
    Generation(Rc<str>, i32, Rc<str>, Rc<str>, u32),
    /// A member received its part of a generation: process, group, generation, partitions.
    Synced(Process, Rc<str>, i32, Rc<[TopicPartition]>),
    /// A generation became stable: group, generation, members, and how long the rebalance took.
    Stable(Rc<str>, i32, u32, Span),
    /// A group lost its last member and is empty: group, generation.
    Emptied(Rc<str>, i32),
    /// A callback was called: process, group, which, the client's generation, partitions.
    Called(Process, Rc<str>, Callback, i32, Rc<[TopicPartition]>),
    /// A heartbeat of the consumer protocol was answered: process, group, member epoch, the assignment if it named one.
    Epoch(Process, Rc<str>, i32, Option<Rc<[TopicPartition]>>),
    /// A heartbeat was answered with REBALANCE_IN_PROGRESS: process.
    Told(Process),
    /// The coordinator removed a member that it had not heard of: process, group, session timeout.
    Removed(Process, Rc<str>, Span),
    /// A member left by itself: process, group, the reason as on the wire.
    Left(Process, Rc<str>, Rc<str>),
    /// An answer of the coordinator had an error: process, API, Kafka's name of the error.
    WireError(Process, &'static str, &'static str),
    /// A process was killed, with so many records processed and not committed.
    Killed(Process, u64),
    /// A process began to close.
    Closing(Process),
    /// A process closed.
    Closed(Process),
    /// All threads of a process stand still for so long.
    Paused(Process, Span),
    /// They go on.
    Resumed(Process),
    /// The poll loop of a process stands still for so long.
    Slowed(Process, Span),
    /// It goes on.
    SlowEnded(Process),
    /// Records were delivered to the group again: process, group, partition, first and last offset.
    Reread(Process, Rc<str>, TopicPartition, i64, i64),
    /// A commit passed records that nobody of the group had processed: group, partition, first and last offset.
    Skipped(Rc<str>, TopicPartition, i64, i64),
    /// A share group was given records again: process, group, partition, first and last offset, which delivery it is.
    Redelivered(Process, Rc<str>, TopicPartition, i64, i64, u16),
    /// The lock of acquired records is over: who had them, group, partition, first and last offset.
    LockExpired(Process, Rc<str>, TopicPartition, i64, i64),
    /// A share session was closed, which gave records back: who had them, group, partition, first and last offset.
    Released(Process, Rc<str>, TopicPartition, i64, i64),
    /// A share consumer rejected records: process, group, partition, first and last offset.
    Rejected(Process, Rc<str>, TopicPartition, i64, i64),
    /// Records were archived because they had been delivered as often as they may be: who had them last, group, partition,
    /// first and last offset.
    Archived(Process, Rc<str>, TopicPartition, i64, i64),
    /// A commit failed inside the loop: process, Java's name of the exception.
    CommitFailed(Process, &'static str),
    /// An exception ended the loop: process, Java's name of the exception.
    Failed(Process, &'static str),
    /// A producer was killed.
    ProducerKilled(Rc<str>),
    /// A producer that had ended was started again.
    ProducerStarted(Rc<str>),
    /// An exception ended a producer: its name, Java's name of the exception.
    ProducerFailed(Rc<str>, &'static str),
    /// An open transaction was aborted because a new process has its transactional id: the id, its producer id and epoch.
    TransactionFenced(Rc<str>, i64, i16),
    /// An open transaction was aborted because it took too long: its transactional id, producer id and epoch, the timeout.
    TransactionTimedOut(Rc<str>, i64, i16, Span),
    /// Topics and groups were replaced by those of a backup: topics, records, offsets.
    Restored(Vec<Rc<str>>, u64, u32),
    /// All members of a group of the consumer protocol have what they are to have: group, group epoch, members, and how
    /// long it took since the group's epoch went on.
    Reconciled(Rc<str>, i32, u32, Span),
    /// Groups got the offsets that they had committed in another cluster: the groups, and how many offsets.
    OffsetsAdopted(Vec<Rc<str>>, u64),
}
