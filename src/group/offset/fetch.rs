//! OffsetFetch: what is stored.

use super::Stored;
use crate::base::Uuid;
use crate::group::ErrorCode;
use crate::group::coordinator::Coordinator;
use crate::group::record::OffsetKey;
use crate::group::reply::FetchedOffset;
use std::rc::Rc;

/// A partition to look up, with the id that its topic has for the asker ([`Uuid::ZERO`] for none).
pub(in crate::group) struct Wanted<'a> {
    pub group: &'a Rc<str>,
    pub topic: &'a Rc<str>,
    pub topic_id: Uuid,
    pub partition: i32,
    pub require_stable: bool,
    /// Whether the group is there. What is pending is told all the same.
    pub exists: bool,
}

impl FetchedOffset {
    /// Nothing is stored, or it may not be told.
    pub(in crate::group) fn nothing(partition: i32, error: ErrorCode) -> FetchedOffset {
        FetchedOffset { partition, offset: None, leader_epoch: -1, metadata: "".into(), error }
    }
}

impl Coordinator {
    /// What is stored for a partition. An offset of a topic that had another id is none.
    pub(in crate::group) fn fetch(&self, wanted: &Wanted) -> FetchedOffset {
        let partition = wanted.partition;
        let key = OffsetKey { group: wanted.group.clone(), topic: wanted.topic.clone(), partition };
        if wanted.require_stable && self.offsets.is_pending(&key) {
            return FetchedOffset::nothing(partition, ErrorCode::UNSTABLE_OFFSET_COMMIT);
        }
        let same_topic = |stored: &&Stored| {
            let id = stored.value.topic_id;
            id == Uuid::ZERO || wanted.topic_id == Uuid::ZERO || id == wanted.topic_id
        };
        let stored = self.offsets.get(wanted.group, wanted.topic, partition);
        match stored.filter(|_| wanted.exists).filter(same_topic) {
            None => FetchedOffset::nothing(partition, ErrorCode::NONE),
            Some(Stored { value, .. }) => FetchedOffset {
                partition,
                offset: Some(value.offset),
                leader_epoch: value.leader_epoch,
                metadata: value.metadata.clone(),
                error: ErrorCode::NONE,
            },
        }
    }
}
