//! What a folder's `__consumer_offsets` says: which groups had committed what when its broker stopped.

use super::{Folder, FolderFile, FolderTopic};
use crate::backup::kept;
use crate::backup::offsets::{self, Key};
use crate::base::{Map, Set, Uuid};
use crate::group::OffsetValue;
use std::rc::Rc;

/// Committed offsets of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderOffsets {
    /// The groups that have any, in the order of their names.
    pub groups: Vec<Rc<str>>,
    /// How many offsets they have.
    pub count: u64,
    /// The id that the newest offset of a topic names.
    pub(super) ids: Map<Rc<str>, Uuid>,
}

impl Folder {
    /// The committed offsets, when this is the topic that keeps them.
    pub fn offsets_in(&self, topic: &FolderTopic) -> Option<&FolderOffsets> {
        self.offsets.as_ref().filter(|_| topic.holds_offsets())
    }
}

impl FolderTopic {
    /// Whether it is where a broker keeps committed offsets, and all of it can be read.
    pub fn holds_offsets(&self) -> bool {
        &*self.name == offsets::TOPIC && self.partitions.iter().all(|partition| partition.refused.is_none())
    }
}

/// Reads them, partition by partition; `None` when there are none.
pub(super) fn read(topics: &mut [FolderTopic], files: &[FolderFile]) -> Option<FolderOffsets> {
    let topic = topics.iter_mut().find(|topic| &*topic.name == offsets::TOPIC)?;
    let mut last: Map<Key, OffsetValue> = Map::new();
    for partition in &mut topic.partitions {
        let mut reading = kept::Reading::default();
        for place in &partition.logs {
            let file = &files[*place as usize];
            let kept = match reading.segment(&file.bytes) {
                Ok(kept) => kept,
                Err(error) => {
                    partition.refused.get_or_insert(format!("{}: {error}", file.path).into());
                    break;
                }
            };
            for (key, value) in kept.offsets {
                match value {
                    Some(value) => drop(last.insert(key, value)),
                    None => drop(last.remove(&key)),
                }
            }
            if let Some(first) = kept.first_unread {
                partition.remarks.push(
                    format!("{}: the record at offset {first} is none that Kafka 4.3 has there.", file.path)
                        .into(),
                );
            }
        }
    }
    let mut groups = Set::new();
    let mut newest: Map<Rc<str>, (i64, Uuid)> = Map::new();
    for ((group, of, _), value) in last.iter().filter(|_| topic.holds_offsets()) {
        groups.insert(group.clone());
        let at = value.commit_timestamp_ms;
        if value.topic_id != Uuid::ZERO && newest.get(of).is_none_or(|(known, _)| *known < at) {
            newest.insert(of.clone(), (at, value.topic_id));
        }
    }
    (!groups.is_empty()).then(|| FolderOffsets {
        groups: groups.iter().cloned().collect(),
        count: last.len() as u64,
        ids: newest.into_iter().map(|(of, (_, id))| (of, id)).collect(),
    })
}
