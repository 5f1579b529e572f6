//! Files in a manifest.

use super::json::{Offset, object, words};
use crate::backup::digest::{Crc32, Digest};
use std::rc::Rc;

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Its path inside the folder of the backup that keeps it.
    pub path: Rc<str>,
    /// What it is.
    pub kind: FileKind,
    /// The backup that keeps it; `None`: this one.
    pub reference: Option<Rc<str>>,
    /// The offset that a log file starts at; `None` for others.
    pub base_offset: Option<Offset>,
    /// The offset after its last.
    pub end_offset: Option<Offset>,
    /// Bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Digest,
    /// Its checksum as the container has it.
    pub crc32: Crc32,
    /// Batches in a log file; 0 for others.
    pub batches: u64,
    /// Records in a log file; 0 for others.
    pub records: u64,
    /// The smallest record timestamp in a log file.
    pub min_ts: Option<i64>,
    /// The largest.
    pub max_ts: Option<i64>,
    /// Compression codecs in a log file, by Kafka's names, sorted.
    pub codecs: Vec<Rc<str>>,
    /// Whether it follows from the rest of the backup, and can be made again.
    pub derived: bool,
}

object!(FileEntry {
    path,
    kind,
    reference,
    base_offset,
    end_offset,
    size,
    sha256,
    crc32,
    batches,
    records,
    min_ts,
    max_ts,
    codecs,
    derived
});

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// Batches of a partition.
    Log,
    /// Its offset index.
    OffsetIndex,
    /// Its time index.
    TimeIndex,
    /// Its aborted transactions.
    TxnIndex,
    /// Its producers' state.
    ProducerSnapshot,
    /// Leader epochs of a partition.
    LeaderEpochCheckpoint,
    /// The topic's id.
    PartitionMetadata,
    /// Batches of committed offsets.
    OffsetsLog,
    /// Log starts that lie inside a segment.
    LogStartOffsetCheckpoint,
    /// Committed offsets for `kafka-consumer-groups --from-file`.
    OffsetsCsv,
    /// Topics for people.
    Topics,
    /// A script that creates the topics.
    CreateTopics,
}

words!(FileKind {
    Log = "log", OffsetIndex = "offset-index", TimeIndex = "time-index", TxnIndex = "txn-index",
    ProducerSnapshot = "producer-snapshot", LeaderEpochCheckpoint = "leader-epoch-checkpoint",
    PartitionMetadata = "partition-metadata", OffsetsLog = "offsets-log", LogStartOffsetCheckpoint =
    "log-start-offset-checkpoint", OffsetsCsv = "offsets-csv", Topics = "topics", CreateTopics =
    "create-topics",
});
