//! Committed offsets: a log of records, of which memory holds the newest for each partition.
//!
//! Only [`Offsets::replay`] and [`Offsets::end_transaction`] write. Offsets of an open transaction are kept apart until
//! its end; of an offset committed in a transaction and one committed beside it, the later in the log counts.

mod commit;
mod delete;
mod expiry;
mod fetch;

pub(super) use commit::{CommitTopic, Errors};
pub(in crate::group) use delete::Gone;
pub(super) use fetch::Wanted;

use super::event::Producer;
use super::record::{OffsetKey, OffsetValue, Record};
use crate::base::{Map, Set};
use std::rc::Rc;

/// A group's offsets: topic, partition, offset.
pub(super) type ByTopic = Map<Rc<str>, Map<i32, Stored>>;

/// A committed offset and its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stored {
    pub value: OffsetValue,
    place: u64,
}

/// All committed offsets of all groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Offsets {
    committed: Map<Rc<str>, ByTopic>,
    /// Offsets of open transactions, by producer id.
    pending: Map<i64, Map<OffsetKey, Stored>>,
    /// How many records have been replayed: the place of the next.
    replayed: u64,
}

impl Offsets {
    /// Takes one record in.
    pub fn replay(&mut self, key: &OffsetKey, value: Option<&OffsetValue>, producer: Option<Producer>) {
        let place = self.replayed;
        self.replayed += 1;
        match (value, producer) {
            (Some(value), None) => self.put(key, Stored { value: value.clone(), place }),
            (Some(value), Some(producer)) => {
                let stored = Stored { value: value.clone(), place };
                self.pending.or_default(producer.id).insert(key.clone(), stored);
            }
            (None, _) => self.forget(key),
        }
    }

    /// The pending offsets of a producer count from now on, or are dropped.
    pub fn end_transaction(&mut self, producer: i64, commit: bool) {
        let pending = self.pending.remove(&producer).unwrap_or_default();
        if !commit {
            return;
        }
        for (key, stored) in pending {
            let newer =
                self.get(&key.group, &key.topic, key.partition).is_none_or(|old| old.place < stored.place);
            if newer {
                self.put(&key, stored);
            }
        }
    }

    fn put(&mut self, key: &OffsetKey, stored: Stored) {
        let topics = self.committed.or_default(key.group.clone());
        topics.or_default(key.topic.clone()).insert(key.partition, stored);
    }

    fn forget(&mut self, key: &OffsetKey) {
        if let Some(topics) = self.committed.get_mut(&key.group) {
            if let Some(partitions) = topics.get_mut(&key.topic) {
                partitions.remove(&key.partition);
                if partitions.is_empty() {
                    topics.remove(&key.topic);
                }
            }
            if topics.is_empty() {
                self.committed.remove(&key.group);
            }
        }
        self.pending.retain(|_, offsets| {
            offsets.remove(key);
            !offsets.is_empty()
        });
    }

    /// A group's offsets.
    pub fn of(&self, group: &str) -> Option<&ByTopic> {
        self.committed.get(group)
    }

    /// The offset of a partition.
    pub fn get(&self, group: &str, topic: &str, partition: i32) -> Option<&Stored> {
        self.of(group)?.get(topic)?.get(&partition)
    }

    /// Whether an open transaction has an offset for the partition.
    pub fn is_pending(&self, key: &OffsetKey) -> bool {
        self.pending.values().any(|offsets| offsets.contains_key(key))
    }

    /// Whether an open transaction has an offset for the group.
    pub fn has_open_transaction(&self, group: &str) -> bool {
        self.pending_of(group).next().is_some()
    }

    fn pending_of(&self, group: &str) -> impl Iterator<Item = &OffsetKey> {
        self.pending.values().flat_map(|offsets| offsets.keys()).filter(move |key| &*key.group == group)
    }

    /// Tombstones for everything of a group, each partition once.
    pub fn tombstones(&self, group: &Rc<str>) -> Vec<Record> {
        let committed = self.of(group).into_iter().flatten().flat_map(|(topic, partitions)| {
            partitions.keys().map(|&partition| OffsetKey {
                group: group.clone(),
                topic: topic.clone(),
                partition,
            })
        });
        let keys: Set<OffsetKey> = committed.chain(self.pending_of(group).cloned()).collect();
        keys.into_iter().map(|key| Record::Offset(key, None)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(offset: i64) -> OffsetValue {
        OffsetValue {
            offset,
            leader_epoch: -1,
            metadata: "".into(),
            commit_timestamp_ms: 0,
            expire_timestamp_ms: None,
            topic_id: Default::default(),
        }
    }

    #[test]
    fn of_a_transactional_and_a_plain_commit_the_later_in_the_log_counts() {
        let key = OffsetKey { group: "g".into(), topic: "t".into(), partition: 0 };
        let producer = Some(Producer { id: 7, epoch: 0 });
        for (plain_first, expected) in [(true, 2), (false, 1)] {
            let mut offsets = Offsets::default();
            for plain in [plain_first, !plain_first] {
                match plain {
                    true => offsets.replay(&key, Some(&value(1)), None),
                    false => offsets.replay(&key, Some(&value(2)), producer),
                }
            }
            assert!(offsets.is_pending(&key) && offsets.has_open_transaction("g"));
            offsets.end_transaction(7, true);
            assert_eq!(offsets.get("g", "t", 0).map(|s| s.value.offset), Some(expected));
            assert!(!offsets.has_open_transaction("g"));
        }
    }

    #[test]
    fn an_aborted_transaction_leaves_nothing_and_a_tombstone_removes_what_is_pending() {
        let key = OffsetKey { group: "g".into(), topic: "t".into(), partition: 0 };
        let producer = Some(Producer { id: 7, epoch: 0 });
        let mut offsets = Offsets::default();
        offsets.replay(&key, Some(&value(1)), producer);
        offsets.end_transaction(7, false);
        assert_eq!(offsets, Offsets { replayed: 1, ..Offsets::default() });
        offsets.replay(&key, Some(&value(1)), producer);
        offsets.replay(&key, None, None);
        assert_eq!(offsets, Offsets { replayed: 3, ..Offsets::default() });
    }
}
