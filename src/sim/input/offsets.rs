//! Committed offsets that another cluster kept.

use super::group_named;
use crate::base::{Map, Uuid};
use crate::group::{Batch, ClassicGroupValue, OffsetKey, OffsetValue, Record};
use crate::sim::World;
use crate::sim::core::Core;
use crate::sim::trace::Happening;
use std::rc::Rc;

/// What became of offsets from another cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdoptedOffsets {
    /// Those that are committed now, or dropped.
    pub taken: u64,
    /// The groups that have them.
    pub groups: Vec<Rc<str>>,
    /// Those that lay beyond the end of their log and are committed at its end.
    pub beyond: u64,
    /// Those that were left out, by why.
    pub left: Map<LeftOut, u64>,
}

/// Why an offset was left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// There is no such partition here: the topic.
    NoPartition(Rc<str>),
    /// The topic of that name has another id here: the topic, and the id that the offset names.
    OtherTopic(Rc<str>, Uuid),
    /// The group has members here.
    HasMembers(Rc<str>),
    /// No group here can have such a name.
    BadName(Rc<str>),
}

impl World {
    /// Gives groups the offsets that they had committed in another cluster, as of now: a group that is not known here is
    /// empty then. Offsets name the topics that they have here. What cannot be taken is left out, and said.
    pub fn adopt_offsets(&mut self, offsets: Vec<(OffsetKey, Option<OffsetValue>)>) -> AdoptedOffsets {
        let mut adopted = AdoptedOffsets::default();
        let mut by_group: Map<Rc<str>, Vec<Record>> = Map::new();
        for (key, value) in offsets {
            let known = self.core.coordinator.committed_offset(&key.group, &key.topic, key.partition);
            if value.is_none() && known.is_none() {
                continue;
            }
            let beyond = match self.fits(&key, value.as_ref()) {
                Ok(end) => value.as_ref().is_some_and(|value| value.offset > end).then_some(end),
                Err(why) => {
                    *adopted.left.or_default(why) += 1;
                    continue;
                }
            };
            let now_ms = self.core.now.timestamp_ms();
            let value = value.map(|value| OffsetValue {
                offset: beyond.unwrap_or(value.offset),
                // What is kept for some days is kept from now on.
                commit_timestamp_ms: now_ms,
                ..value
            });
            adopted.beyond += u64::from(beyond.is_some());
            adopted.taken += 1;
            by_group.or_default(key.group.clone()).push(Record::Offset(key, value));
        }
        for (group, records) in by_group {
            self.core.adopt_offsets(&group, records);
            adopted.groups.push(group);
        }
        self.core.arm_coordinator();
        self.core.note(Happening::OffsetsAdopted(adopted.groups.clone(), adopted.taken));
        adopted
    }

    /// Where the log of an offset ends, or why it is left out.
    fn fits(&self, key: &OffsetKey, value: Option<&OffsetValue>) -> Result<i64, LeftOut> {
        let core = &self.core;
        let log = core.log_of(&key.topic, key.partition);
        let log = log.ok_or_else(|| LeftOut::NoPartition(key.topic.clone()))?;
        let named_id = value.map_or(Uuid::ZERO, |value| value.topic_id);
        if named_id != Uuid::ZERO && core.topics[&key.topic].id != named_id {
            return Err(LeftOut::OtherTopic(key.topic.clone(), named_id));
        }
        if group_named(&key.group).is_err() {
            return Err(LeftOut::BadName(key.group.clone()));
        }
        let members = core.coordinator.group(&key.group).is_some_and(|of| !of.members.is_empty());
        if members || !self.alive(&key.group).is_empty() {
            return Err(LeftOut::HasMembers(key.group.clone()));
        }
        Ok(core.logs[log as usize].data.high_watermark())
    }
}

impl Core {
    /// The coordinator reads the offsets as it reads its own records.
    fn adopt_offsets(&mut self, group: &Rc<str>, mut records: Vec<Record>) {
        let place = self.group_or_new(group);
        for record in &records {
            let Record::Offset(key, value) = record else { continue };
            self.remember(key, value.as_ref(), self.now.timestamp_ms());
            let Some(log) = self.log_of(&key.topic, key.partition) else { continue };
            let progress = self.progress(place, log);
            match value {
                Some(value) => progress.set_committed(value.offset),
                None => drop(progress.commit(None)),
            }
        }
        if self.coordinator.group(group).is_none() {
            records.insert(0, Record::ClassicGroup(group.clone(), Some(self.empty_classic(0))));
        }
        self.coordinator.replay(&Batch { producer: None, records });
    }

    /// What a group of consumers is that has no members now.
    pub(super) fn empty_classic(&self, generation: i32) -> ClassicGroupValue {
        ClassicGroupValue {
            protocol_type: "consumer".into(),
            generation,
            protocol: None,
            leader: None,
            current_state_timestamp_ms: self.now.timestamp_ms(),
            members: Vec::new(),
        }
    }
}
