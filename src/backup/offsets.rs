//! Committed offsets as Kafka keeps them: records of `__consumer_offsets`, key version 1 and value version 3.
//!
//! ```text
//! key    int16 1, group, topic (int16 length and UTF-8 each), int32 partition
//! value  int16 3, int64 offset, int32 leader epoch = -1, metadata (int16 length and UTF-8), int64 commit time
//! ```
//! Neither topic id nor leader epoch goes into an archive: under another cluster's ids a consumer-protocol group would
//! silently start over, and an epoch above the partition's own hangs the group. The manifest has both.

use super::manifest::GroupEntry;
use crate::base::{Map, small};
use crate::log::Record;
use crate::log::batch::{self, BatchInfo};
use std::rc::Rc;

/// Kafka's `offsets.topic.num.partitions`.
pub const PARTITIONS: i32 = 50;

/// The topic that Kafka keeps offsets in.
pub const TOPIC: &str = "__consumer_offsets";

/// The longest group id or metadata, in bytes: what an int16 length can say.
pub const TEXT_BYTES_MAX: usize = i16::MAX as usize;

/// Records of one batch at most.
const BATCH_RECORDS_MAX: usize = 1000;

const KEY_VERSION: i16 = 1;
const VALUE_VERSION: i16 = 3;
const NO_EPOCH: i32 = -1;

/// A commit as its record says it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commit {
    /// When, in milliseconds since 1970.
    pub commit_ms: i64,
    /// Group.
    pub group: Rc<str>,
    /// Topic.
    pub topic: Rc<str>,
    /// Partition.
    pub partition: i32,
    /// The next offset to read.
    pub offset: i64,
    /// What the committer wrote beside it.
    pub metadata: Rc<str>,
}

/// The partition of `__consumer_offsets` that keeps a group: the absolute value of Java's string hash (that of the
/// smallest integer is 0) modulo 50.
pub fn partition_of(group: &str) -> i32 {
    let hash =
        group.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    hash.checked_abs().unwrap_or(0) % PARTITIONS
}

/// The folder of the partition that keeps a group.
pub fn folder(group: &str) -> String {
    format!("data/{TOPIC}-{}", partition_of(group))
}

/// The bytes of each partition of `__consumer_offsets` that has commits: in the order of time, a batch a group and
/// moment, offsets from 0.
pub fn logs(groups: &[GroupEntry]) -> Map<i32, Vec<u8>> {
    let mut commits: Map<i32, Vec<Commit>> = Map::new();
    for group in groups {
        commits.or_default(partition_of(&group.group)).extend(commits_of(group));
    }
    commits.retain(|_, commits| !commits.is_empty());
    commits.into_iter().map(|(partition, commits)| (partition, log(commits))).collect()
}

/// A group's commits.
pub fn commits_of(group: &GroupEntry) -> impl Iterator<Item = Commit> + '_ {
    group.offsets.iter().map(|entry| Commit {
        commit_ms: entry.commit_ms,
        group: group.group.clone(),
        topic: entry.topic.clone(),
        partition: entry.partition,
        offset: entry.offset.0,
        metadata: entry.metadata.clone(),
    })
}

fn log(mut commits: Vec<Commit>) -> Vec<u8> {
    small::sort(&mut commits);
    let mut bytes = Vec::new();
    let mut base_offset = 0;
    for request in commits.chunk_by(|a, b| (a.commit_ms, &a.group) == (b.commit_ms, &b.group)) {
        for chunk in request.chunks(BATCH_RECORDS_MAX) {
            let records: Vec<Record> = chunk.iter().map(Commit::record).collect();
            bytes.extend(batch::encode(&BatchInfo { base_offset, ..BatchInfo::default() }, &records));
            base_offset += records.len() as i64;
        }
    }
    bytes
}

impl Commit {
    fn record(&self) -> Record {
        let mut key = KEY_VERSION.to_be_bytes().to_vec();
        put_text(&mut key, &self.group);
        put_text(&mut key, &self.topic);
        key.extend(self.partition.to_be_bytes());
        let mut value = VALUE_VERSION.to_be_bytes().to_vec();
        value.extend(self.offset.to_be_bytes());
        value.extend(NO_EPOCH.to_be_bytes());
        put_text(&mut value, &self.metadata);
        value.extend(self.commit_ms.to_be_bytes());
        Record::new(self.commit_ms, Some(&key), Some(&value))
    }

    /// Reads a record of this kind; `None` when it is anything else.
    pub fn parse(timestamp_ms: i64, key: &[u8], value: &[u8]) -> Option<Commit> {
        let mut key = key.strip_prefix(&KEY_VERSION.to_be_bytes())?;
        let mut value = value.strip_prefix(&VALUE_VERSION.to_be_bytes())?;
        let commit = Commit {
            group: take_text(&mut key)?,
            topic: take_text(&mut key)?,
            partition: i32::from_be_bytes(take(&mut key)?),
            offset: i64::from_be_bytes(take(&mut value)?),
            metadata: {
                (i32::from_be_bytes(take(&mut value)?) == NO_EPOCH).then_some(())?;
                take_text(&mut value)?
            },
            commit_ms: i64::from_be_bytes(take(&mut value)?),
        };
        (key.is_empty() && value.is_empty() && commit.commit_ms == timestamp_ms).then_some(commit)
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    let length = i16::try_from(text.len()).expect("a capture refuses longer texts");
    out.extend(length.to_be_bytes());
    out.extend(text.as_bytes());
}

fn take_text(from: &mut &[u8]) -> Option<Rc<str>> {
    let length = usize::try_from(i16::from_be_bytes(take(from)?)).ok()?;
    let (text, rest) = from.split_at_checked(length)?;
    *from = rest;
    std::str::from_utf8(text).ok().map(Rc::from)
}

fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (field, rest) = from.split_first_chunk::<N>()?;
    *from = rest;
    Some(*field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_lies_where_kafka_looks_for_it() {
        for (group, partition) in
            [("my-group", 12), ("test", 48), ("group1", 40), ("", 0), ("polygenelubricants", 0)]
        {
            assert_eq!(partition_of(group), partition, "{group}");
        }
    }

    #[test]
    fn a_commit_has_kafkas_bytes_and_only_those_are_read() {
        let commit = Commit {
            commit_ms: 1_767_225_600_000,
            group: "g".into(),
            topic: "t".into(),
            partition: 3,
            offset: 42,
            metadata: "m".into(),
        };
        let record = commit.record();
        let (key, value) = (record.key.expect("a key"), record.value.expect("a value"));
        assert_eq!(*key, [0, 1, 0, 1, b'g', 0, 1, b't', 0, 0, 0, 3]);
        assert_eq!(value[..15], [0, 3, 0, 0, 0, 0, 0, 0, 0, 42, 255, 255, 255, 255, 0]);
        assert_eq!(Commit::parse(record.timestamp_ms, &key, &value), Some(commit));
        assert_eq!(Commit::parse(record.timestamp_ms + 1, &key, &value), None, "another time");
        for cut in 0..value.len() {
            assert_eq!(Commit::parse(record.timestamp_ms, &key, &value[..cut]), None, "{cut} bytes");
        }
        assert_eq!(Commit::parse(record.timestamp_ms, &[&*key, &[0]].concat(), &value), None, "a longer key");
    }
}
