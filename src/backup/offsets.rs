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
    /// What was committed; `None` when the offset was dropped, which a record without a value says.
    pub committed: Option<Committed>,
}

/// What a commit says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Committed {
    /// The next offset to read.
    pub offset: i64,
    /// What the committer wrote beside it.
    pub metadata: Rc<str>,
}

/// Whose offset of what a commit is.
pub type Key = (Rc<str>, Rc<str>, i32);

/// The commits that count: the last in the log for each key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed(pub Map<Key, Commit>);

impl Replayed {
    /// What groups have committed at a cut.
    pub fn of(groups: &[GroupEntry]) -> Replayed {
        let mut replayed = Replayed::default();
        groups.iter().flat_map(commits_of).for_each(|commit| replayed.add(commit));
        replayed
    }

    /// The next record.
    pub fn add(&mut self, commit: Commit) {
        let key = commit.key();
        match commit.committed {
            Some(_) => drop(self.0.insert(key, commit)),
            None => drop(self.0.remove(&key)),
        }
    }

    /// The records that lead from this state to `to`; what is dropped is dropped at `now_ms`.
    pub fn steps_to(&self, to: &Replayed, now_ms: i64) -> Vec<Commit> {
        let gone = self.0.iter().filter(|(key, _)| !to.0.contains_key(key));
        let gone = gone.map(|(_, commit)| Commit { commit_ms: now_ms, committed: None, ..commit.clone() });
        let new = to.0.iter().filter(|(key, commit)| self.0.get(key) != Some(commit));
        gone.chain(new.map(|(_, commit)| commit.clone())).collect()
    }
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
        committed: Some(Committed { offset: entry.offset.0, metadata: entry.metadata.clone() }),
    })
}

fn log(mut commits: Vec<Commit>) -> Vec<u8> {
    small::sort(&mut commits);
    log_from(0, &commits)
}

/// The bytes of these records in this order, a batch a group and moment, offsets from `base_offset`.
pub fn log_from(mut base_offset: i64, commits: &[Commit]) -> Vec<u8> {
    let mut bytes = Vec::new();
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
    /// Whose offset of what it is.
    pub fn key(&self) -> Key {
        (self.group.clone(), self.topic.clone(), self.partition)
    }

    fn record(&self) -> Record {
        let mut key = KEY_VERSION.to_be_bytes().to_vec();
        put_text(&mut key, &self.group);
        put_text(&mut key, &self.topic);
        key.extend(self.partition.to_be_bytes());
        let value = self.committed.as_ref().map(|committed| {
            let mut value = VALUE_VERSION.to_be_bytes().to_vec();
            value.extend(committed.offset.to_be_bytes());
            value.extend(NO_EPOCH.to_be_bytes());
            put_text(&mut value, &committed.metadata);
            value.extend(self.commit_ms.to_be_bytes());
            value
        });
        Record::new(self.commit_ms, Some(&key), value.as_deref())
    }

    /// Reads a record of this kind; `None` when it is anything else.
    pub fn parse(timestamp_ms: i64, key: &[u8], value: Option<&[u8]>) -> Option<Commit> {
        let mut key = key.strip_prefix(&KEY_VERSION.to_be_bytes())?;
        let committed = match value {
            Some(value) => Some(Committed::parse(timestamp_ms, value)?),
            None => None,
        };
        let commit = Commit {
            commit_ms: timestamp_ms,
            group: take_text(&mut key)?,
            topic: take_text(&mut key)?,
            partition: i32::from_be_bytes(take(&mut key)?),
            committed,
        };
        key.is_empty().then_some(commit)
    }
}

impl Committed {
    fn parse(timestamp_ms: i64, value: &[u8]) -> Option<Committed> {
        let mut value = value.strip_prefix(&VALUE_VERSION.to_be_bytes())?;
        let offset = i64::from_be_bytes(take(&mut value)?);
        (i32::from_be_bytes(take(&mut value)?) == NO_EPOCH).then_some(())?;
        let metadata = take_text(&mut value)?;
        let commit_ms = i64::from_be_bytes(take(&mut value)?);
        (value.is_empty() && commit_ms == timestamp_ms).then_some(Committed { offset, metadata })
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    let length = i16::try_from(text.len()).expect("a capture refuses longer texts");
    out.extend(length.to_be_bytes());
    out.extend(text.as_bytes());
}

pub(super) fn take_text(from: &mut &[u8]) -> Option<Rc<str>> {
    let length = usize::try_from(i16::from_be_bytes(take(from)?)).ok()?;
    let (text, rest) = from.split_at_checked(length)?;
    *from = rest;
    std::str::from_utf8(text).ok().map(Rc::from)
}

pub(super) fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
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
            committed: Some(Committed { offset: 42, metadata: "m".into() }),
        };
        let record = commit.record();
        let (key, value) = (record.key.expect("a key"), record.value.expect("a value"));
        assert_eq!(*key, [0, 1, 0, 1, b'g', 0, 1, b't', 0, 0, 0, 3]);
        assert_eq!(value[..15], [0, 3, 0, 0, 0, 0, 0, 0, 0, 42, 255, 255, 255, 255, 0]);
        assert_eq!(Commit::parse(record.timestamp_ms, &key, Some(&value)), Some(commit.clone()));
        assert_eq!(Commit::parse(record.timestamp_ms + 1, &key, Some(&value)), None, "another time");
        for cut in 0..value.len() {
            assert_eq!(Commit::parse(record.timestamp_ms, &key, Some(&value[..cut])), None, "{cut} bytes");
        }
        assert_eq!(
            Commit::parse(record.timestamp_ms, &[&*key, &[0]].concat(), Some(&value)),
            None,
            "a longer key"
        );
        let dropped = Commit { committed: None, ..commit };
        assert_eq!(dropped.record().value, None);
        assert_eq!(Commit::parse(record.timestamp_ms, &key, None), Some(dropped));
    }
}
