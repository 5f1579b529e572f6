//! The parts of a manifest.

use super::json::{Offset, object, words};
use crate::backup::digest::Digest;
use crate::backup::manifest::FileEntry;
use crate::base::Map;
use std::fmt;
use std::rc::Rc;

/// The kinds of backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KindName {
    /// Everything; depends on nothing.
    Full,
    /// What changed since the last full.
    Differential,
    /// What changed since the last backup of any kind.
    Incremental,
}

words!(KindName { Full = "full", Differential = "differential", Incremental = "incremental" });

impl KindName {
    /// As commands and manifests have it.
    pub fn name(self) -> &'static str {
        match self {
            KindName::Full => "full",
            KindName::Differential => "differential",
            KindName::Incremental => "incremental",
        }
    }
}

impl fmt::Display for KindName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A feature that a reader needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Its name.
    pub name: Rc<str>,
    /// What needs it: `read`, `restore`, `verify`.
    pub operations: Vec<Rc<str>>,
}

object!(Feature { name, operations });

/// See [`Lineage`](crate::backup::Lineage).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineageEntry {
    /// The backup's label.
    pub label: Rc<str>,
    /// The digest of its manifest.
    pub manifest_sha256: Digest,
}

object!(LineageEntry { label, manifest_sha256 });

/// How a cut was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutMode {
    /// Logs and offsets in one tick of the engine: nothing happened in between.
    SingleTick,
}

words!(CutMode { SingleTick = "single tick" });

/// Where the logs ended at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelinePoint {
    /// The append clock, in milliseconds since 1970.
    pub clock_ms: i64,
    /// The log end of each of `partitions`, in that order; `None` where the partition did not exist.
    pub end_offsets: Vec<Option<Offset>>,
}

object!(TimelinePoint { clock_ms, end_offsets });

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicEntry {
    /// Its name.
    pub name: Rc<str>,
    /// Its id, in Kafka's text form.
    pub topic_id: Rc<str>,
    /// How many partitions it has.
    pub partition_count: i32,
    /// Configuration entries that were set.
    pub config: Map<Rc<str>, Rc<str>>,
    /// When it was created, in milliseconds since 1970.
    pub created_ms: i64,
}

object!(TopicEntry { name, topic_id, partition_count, config, created_ms });

/// A topic that is no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DroppedTopic {
    /// Its name.
    pub name: Rc<str>,
    /// Its id.
    pub topic_id: Rc<str>,
}

object!(DroppedTopic { name, topic_id });

/// A topic that exists again under its old name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecreatedTopic {
    /// Its name.
    pub name: Rc<str>,
    /// Its id.
    pub topic_id: Rc<str>,
    /// The id that it had in the prior.
    pub prior_topic_id: Rc<str>,
}

object!(RecreatedTopic { name, topic_id, prior_topic_id });

/// A partition's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionEntry {
    /// Its topic.
    pub topic: Rc<str>,
    /// Its number.
    pub id: i32,
    /// The first offset that can be read.
    pub log_start_offset: Offset,
    /// The offset of the next record.
    pub log_end_offset: Offset,
    /// See Kafka.
    pub high_watermark: Offset,
    /// See Kafka; equals the high watermark when no transaction is open.
    pub last_stable_offset: Offset,
    /// Leader epochs and where each began.
    pub leader_epochs: Vec<EpochEntry>,
    /// Records in all batches of its files.
    pub records: u64,
    /// Batches in its files.
    pub batches: u64,
    /// The smallest record timestamp, in milliseconds since 1970; `None` without records.
    pub min_ts: Option<i64>,
    /// The largest.
    pub max_ts: Option<i64>,
    /// Whether no batch's largest timestamp is below that of the batch before.
    pub max_ts_so_far_monotonic: bool,
    /// Offsets that should be here and are not.
    pub gaps: Vec<Gap>,
    /// The prior's `state_digest`.
    pub prior_state_digest: Option<Digest>,
    /// See [`Partition::state_digest`](crate::log::Partition::state_digest).
    pub state_digest: Digest,
    /// What happened to it since the prior; `None` in a full.
    pub change: Option<Change>,
    /// Its files, sorted by path.
    pub files: Vec<FileEntry>,
}

object!(PartitionEntry {
    topic,
    id,
    log_start_offset,
    log_end_offset,
    high_watermark,
    last_stable_offset,
    leader_epochs,
    records,
    batches,
    min_ts,
    max_ts,
    max_ts_so_far_monotonic,
    gaps,
    prior_state_digest,
    state_digest,
    change,
    files
});

/// A leader epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochEntry {
    /// The epoch.
    pub epoch: i32,
    /// Its first offset.
    pub start_offset: Offset,
}

object!(EpochEntry { epoch, start_offset });

/// Offsets that are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first missing offset.
    pub from: Offset,
    /// The first that is there again.
    pub to: Offset,
    /// Why, in words.
    pub reason: Rc<str>,
    /// When it was found, in milliseconds since 1970.
    pub detected_ms: i64,
}

object!(Gap { from, to, reason, detected_ms });

/// What happened to a partition since the prior backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Unchanged,
    /// Records were added at the end.
    Appended,
    /// Records were dropped at the start (and perhaps added at the end).
    HeadTrimmed,
    /// Records in the middle differ.
    Rewritten,
    /// It belongs to another topic of the same name, or is new.
    Recreated,
}

words!(Change {
    Unchanged = "unchanged", Appended = "appended", HeadTrimmed = "head_trimmed", Rewritten =
    "rewritten", Recreated = "recreated",
});

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupEntry {
    /// Its id.
    pub group: Rc<str>,
    /// Its state at the cut, in Kafka's words.
    pub state_at_cut: Rc<str>,
    /// Its generation.
    pub generation: i32,
    /// Sorted by topic and partition.
    pub offsets: Vec<OffsetEntry>,
}

object!(GroupEntry { group, state_at_cut, generation, offsets });

/// A committed offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetEntry {
    /// Topic.
    pub topic: Rc<str>,
    /// Its id at the commit; `None` when the commit named none.
    pub topic_id: Option<Rc<str>>,
    /// Partition.
    pub partition: i32,
    /// The next offset to read.
    pub offset: Offset,
    /// The leader epoch that the commit named.
    pub leader_epoch: Option<i32>,
    /// What the committer wrote beside it.
    pub metadata: Rc<str>,
    /// When it was committed, in milliseconds since 1970.
    pub commit_ms: i64,
    /// Whether it lies beyond the end of the log.
    pub beyond_cut: bool,
}

object!(OffsetEntry { topic, topic_id, partition, offset, leader_epoch, metadata, commit_ms, beyond_cut });

/// Transactional state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Producers {
    /// The next producer id to give out.
    pub next_producer_id: Offset,
    /// Transactions that were open at the cut.
    pub open_transactions: Vec<OpenTransaction>,
}

object!(Producers { next_producer_id, open_transactions });

/// A transaction that was open at the cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenTransaction {
    /// Topic.
    pub topic: Rc<str>,
    /// Partition.
    pub partition: i32,
    /// Whose it is.
    pub producer_id: Offset,
    /// That producer's epoch.
    pub producer_epoch: i16,
    /// Its first record.
    pub first_offset: Offset,
}

object!(OpenTransaction { topic, partition, producer_id, producer_epoch, first_offset });

/// Sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Topics.
    pub topics: u64,
    /// Partitions.
    pub partitions: u64,
    /// Records of all partitions.
    pub records: u64,
    /// Batches of all partitions.
    pub batches: u64,
    /// Groups.
    pub groups: u64,
    /// Committed offsets.
    pub offsets: u64,
    /// Files, referenced ones included.
    pub files: u64,
    /// Bytes of the files that this backup keeps itself.
    pub bytes_own: u64,
    /// Bytes of all files.
    pub bytes_total: u64,
}

object!(Totals { topics, partitions, records, batches, groups, offsets, files, bytes_own, bytes_total });
