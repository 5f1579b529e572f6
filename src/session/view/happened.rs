//! What happened, as facts; the page's table of texts puts them into words.

use crate::base::{Span, Time};
use std::rc::Rc;

/// What happened, oldest first, at most the newest 500.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HappenedView {
    /// How many were left out at the beginning.
    pub left_out: u64,
    /// The newest.
    pub events: Vec<Happened>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Counts all that happened in this run: a key that stays.
    pub number: u64,
    /// When.
    pub at: Time,
    /// What.
    pub what: What,
}

/// Kinds of things that happen and deserve a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A command was carried out: its canonical line.
    Command(Rc<str>),
    /// A command was refused: its line and the reason in words.
    Refused(Rc<str>, Rc<str>),
    /// A topic was created, with so many partitions.
    TopicCreated(Rc<str>, i32),
    /// A topic was given more partitions: how many it has now.
    TopicGrown(Rc<str>, i32),
    /// A topic was deleted.
    TopicDeleted(Rc<str>),
    /// Retention deleted segments: partition, segments, records, the log start now.
    SegmentsDeleted(Rc<str>, u32, u64, i64),
    /// A log was compacted: partition, records before and after.
    Compacted(Rc<str>, u64, u64),
    /// Records were deleted: partition, how many, the log start now.
    RecordsDeleted(Rc<str>, u64, i64),
    /// Records were written at once: topic, how many.
    Produced(Rc<str>, u64),
    /// A group's offsets of a topic were set: group, topic.
    OffsetsReset(Rc<str>, Rc<str>),
    /// A group was deleted.
    GroupDeleted(Rc<str>),
    /// A consumer's process started.
    Started(Rc<str>),
    /// A member was given its id and joined: consumer, group.
    Joined(Rc<str>, Rc<str>),
    /// A rebalance began: group, and the reason as the coordinator words it.
    RebalanceBegan(Rc<str>, Rc<str>),
    /// A producer was killed.
    ProducerKilled(Rc<str>),
    /// An open transaction was aborted because a new process has its transactional id: the id.
    TransactionFenced(Rc<str>),
    /// An open transaction was aborted because it took too long: its transactional id, the timeout.
    TransactionTimedOut(Rc<str>, Span),
    /// A generation became stable: group, generation, members, and how long the rebalance took.
    Stable(Rc<str>, i32, u32, Span),
    /// All members of a group of the consumer protocol came to an epoch: group, epoch, members, and how long it took.
    Reconciled(Rc<str>, i32, u32, Span),
    /// `assigned` was called: consumer, partitions.
    Assigned(Rc<str>, Vec<Rc<str>>),
    /// `revoked` was called: consumer, partitions.
    Revoked(Rc<str>, Vec<Rc<str>>),
    /// `lost` was called: consumer, partitions.
    Lost(Rc<str>, Vec<Rc<str>>),
    /// The coordinator removed a member that it had not heard of: consumer, session timeout.
    Removed(Rc<str>, Span),
    /// A member left by itself: consumer, reason as on the wire.
    Left(Rc<str>, Rc<str>),
    /// A group lost its last member and is empty: group.
    Emptied(Rc<str>),
    /// A consumer was killed, with so many records processed and not committed.
    Killed(Rc<str>, u64),
    /// A consumer closed.
    Closed(Rc<str>),
    /// A consumer's threads stand still for so long.
    Paused(Rc<str>, Span),
    /// A consumer's poll loop stands still for so long.
    Slowed(Rc<str>, Span),
    /// A consumer that stood still goes on.
    WentOn(Rc<str>),
    /// A commit failed inside the loop: consumer, Java's name of the exception.
    CommitFailed(Rc<str>, Rc<str>),
    /// Records were read again: consumer, partition, first and last offset.
    Reread(Rc<str>, Rc<str>, i64, i64),
    /// Records were passed over: partition, first and last offset, reason.
    Skipped(Rc<str>, i64, i64),
    /// A share consumer was given records again: consumer, partition, first and last offset, which delivery it is.
    Redelivered(Rc<str>, Rc<str>, i64, i64, u16),
    /// The locks of a share consumer's records are over: consumer, partition, first and last offset.
    LockExpired(Rc<str>, Rc<str>, i64, i64),
    /// A share consumer's session was closed, which gave records back: consumer, partition, first and last offset.
    Released(Rc<str>, Rc<str>, i64, i64),
    /// A share consumer rejected records: consumer, partition, first and last offset.
    Rejected(Rc<str>, Rc<str>, i64, i64),
    /// Records were delivered as often as they may be, and archived: partition, first and last offset.
    Archived(Rc<str>, i64, i64),
    /// A consumer ended with an error.
    Failed(Rc<str>, Rc<str>),
    /// A file was loaded: topic, file, records, lines that could not be used.
    Loaded(Rc<str>, Rc<str>, u64, u64),
    /// A remark about a loaded file: file, remark.
    LoadRemark(Rc<str>, Rc<str>),
    /// A line of a loaded file could not be used: file, line number, reason.
    LineRefused(Rc<str>, u64, Rc<str>),
    /// A backup was taken: label, records, offsets.
    BackedUp(Rc<str>, u64, u32),
    /// Something to know about a backup that was taken: label, remark.
    BackupRemark(Rc<str>, Rc<str>),
    /// A backup was verified, every byte of it: label, number of findings.
    Verified(Rc<str>, u64),
    /// A backup was deleted: label.
    BackupDeleted(Rc<str>),
    /// A backup was written as an archive: label, file, bytes.
    Exported(Rc<str>, Rc<str>, u64),
    /// Backups were taken in from an archive: file, labels.
    Imported(Rc<str>, Vec<Rc<str>>),
    /// Data was restored from a backup: label, records, offsets.
    Restored(Rc<str>, u64, u32),
    /// A restore was proven: label.
    RestoreProven(Rc<str>),
    /// A restore was proven wrong: label, what was found.
    RestoreDisproven(Rc<str>, Rc<str>),
    /// A check held or failed: its line, what was found.
    Check(Rc<str>, Rc<str>, bool),
}
