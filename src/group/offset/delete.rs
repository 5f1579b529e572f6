//! Offsets are deleted: by OffsetDelete, or because their topic is gone.

use crate::base::{Map, Uuid};
use crate::group::ErrorCode;
use crate::group::classic::ClassicState;
use crate::group::coordinator::{Coordinator, Group};
use crate::group::event::{Batch, Checked, Outcome};
use crate::group::offset::commit::Errors;
use crate::group::record::{OffsetKey, Record};
use std::rc::Rc;

/// What is gone of a topic.
pub(in crate::group) struct Gone {
    /// The topic's id.
    pub(in crate::group) id: Uuid,
    /// The first partition that is gone: 0 when the whole topic is.
    pub(in crate::group) from: i32,
}

impl Coordinator {
    /// Deletes offsets of topics that the group does not read.
    pub(in crate::group) fn delete_offsets(
        &mut self,
        group_id: &Rc<str>,
        topics: &[(Rc<str>, Vec<i32>)],
        out: &mut Outcome,
    ) -> Checked<Errors> {
        let group = self.groups.get(group_id).ok_or(ErrorCode::GROUP_ID_NOT_FOUND)?;
        if let Group::Share(_) = group {
            return Err(ErrorCode::GROUP_ID_NOT_FOUND);
        }
        if let Group::Classic(group) = group {
            match group.state {
                ClassicState::Dead => return Err(ErrorCode::GROUP_ID_NOT_FOUND),
                ClassicState::Empty => {}
                _ if group.is_consumers() => {}
                _ => return Err(ErrorCode::NON_EMPTY_GROUP),
            }
        }
        let mut records = Vec::new();
        let mut errors = Vec::new();
        for (topic, partitions) in topics {
            if group.reads(topic) {
                errors.push(partitions.iter().map(|&p| (p, ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC)).collect());
                continue;
            }
            errors.push(partitions.iter().map(|&p| (p, ErrorCode::NONE)).collect());
            for &partition in partitions {
                let key = OffsetKey { group: group_id.clone(), topic: topic.clone(), partition };
                if self.offsets.get(group_id, topic, partition).is_some() || self.offsets.is_pending(&key) {
                    records.push(Record::Offset(key, None));
                }
            }
        }
        self.append(Batch { producer: None, records }, out);
        Ok(errors)
    }

    /// Drops the offsets of partitions that are gone, the committed ones and then those of each open transaction: a partition may
    /// get several tombstones. Those of a topic made again under the same name stay: they carry its new id.
    pub(in crate::group) fn drop_offsets_of(&mut self, gone: &Map<Rc<str>, Gone>, out: &mut Outcome) {
        let concerned = |topic: &Rc<str>, partition: i32, id: Uuid| {
            gone.get(topic).is_some_and(|g| partition >= g.from && (id == Uuid::ZERO || id == g.id))
        };
        let mut keys = Vec::new();
        for (group, topics) in &self.offsets.committed {
            for (topic, partitions) in topics {
                for (&partition, _) in
                    partitions.iter().filter(|(p, s)| concerned(topic, **p, s.value.topic_id))
                {
                    keys.push(OffsetKey { group: group.clone(), topic: topic.clone(), partition });
                }
            }
        }
        for (key, _) in self
            .offsets
            .pending
            .values()
            .flatten()
            .filter(|(k, s)| concerned(&k.topic, k.partition, s.value.topic_id))
        {
            keys.push(key.clone());
        }
        let records = keys.into_iter().map(|key| Record::Offset(key, None)).collect();
        self.append(Batch { producer: None, records }, out);
    }
}
