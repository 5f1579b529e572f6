//! Which partitions have their state, so that they may be assigned.

use super::ShareGroup;
use super::record::{SharePartitionsValue, ShareTopic};
use crate::base::{Map, Set, Uuid};
use crate::group::coordinator::{Coordinator, Group};
use crate::group::event::{Batch, Outcome};
use crate::group::metadata::Metadata;
use crate::group::offset::Gone;
use crate::group::record::Record;
use std::rc::Rc;

impl ShareGroup {
    /// Whether there are initialized partitions that the targets leave out, or the other way round, among the topics that
    /// members read. Then topics are to be shared out anew, unless they are anyway.
    pub(super) fn is_pending(&self) -> bool {
        if self.group.epoch > self.group.assignment_epoch {
            return false;
        }
        let read = |topic: &ShareTopic| self.group.reads(&topic.name);
        let assigned = |id: &Uuid| {
            let targets = self.group.targets.values().flat_map(|target| &target.topics);
            let of_topic = targets.filter(|(topic, _)| topic == id);
            of_topic.flat_map(|(_, numbers)| numbers.iter().copied()).collect::<Set<i32>>()
        };
        let mut topics = self.partitions.initialized.iter().filter(|(_, topic)| read(topic));
        topics.any(|(id, topic)| assigned(id) != topic.partitions)
    }

    /// What becomes of the partitions when these topics are read; `None` when all have their state. What is being
    /// initialized already is asked for again: here it only ever is when a log ends right there. (Kafka waits thirty
    /// seconds.)
    pub(super) fn with_topics(&self, names: &[Rc<str>], metadata: &Metadata) -> Option<SharePartitionsValue> {
        let mut value = self.partitions.clone();
        let mut changed = false;
        for name in names {
            let Some(topic) = metadata.topics.get(name) else { continue };
            let has = self.partitions.initialized.get(&topic.id);
            let lacks = |number: &i32| has.is_none_or(|topic| !topic.partitions.contains(number));
            let missing: Vec<i32> = (0..topic.partitions).filter(lacks).collect();
            if missing.is_empty() {
                continue;
            }
            changed = true;
            add(&mut value.initializing, topic.id, name, missing);
            value.deleting.remove(&topic.id);
        }
        changed.then_some(value)
    }
}

fn add(topics: &mut Map<Uuid, ShareTopic>, id: Uuid, name: &Rc<str>, numbers: impl IntoIterator<Item = i32>) {
    let topic = topics.or_insert_with(id, || ShareTopic { name: name.clone(), partitions: Set::new() });
    topic.partitions.extend(numbers);
}

impl Coordinator {
    /// The persister has made the state of what was being initialized.
    pub(super) fn share_initialized(&mut self, id: &Rc<str>, out: &mut Outcome) {
        let Some(share) = self.share(id) else { return };
        let mut value = share.partitions.clone();
        for (id, topic) in std::mem::take(&mut value.initializing) {
            add(&mut value.initialized, id, &topic.name, topic.partitions);
        }
        let records = vec![Record::SharePartitions(id.clone(), Some(value))];
        self.append(Batch { producer: None, records }, out);
    }

    /// Topics are gone, and with them the state of their partitions.
    pub(in crate::group) fn forget_shared(&mut self, gone: &Map<Rc<str>, Gone>, out: &mut Outcome) {
        let mut records = Vec::new();
        for (id, group) in &self.groups {
            let Group::Share(share) = group else { continue };
            let mut value = share.partitions.clone();
            for topic in gone.values().filter(|gone| gone.from == 0) {
                value.initializing.remove(&topic.id);
                value.initialized.remove(&topic.id);
                value.deleting.remove(&topic.id);
            }
            if value != share.partitions {
                records.push(Record::SharePartitions(id.clone(), Some(value)));
            }
        }
        self.append(Batch { producer: None, records }, out);
    }

    /// Before share groups are deleted, the state of their partitions is. Kafka asks again for what was being deleted already,
    /// if it still exists.
    pub(in crate::group) fn delete_shared<'a>(
        &mut self,
        ids: impl Iterator<Item = &'a Rc<str>>,
        out: &mut Outcome,
    ) {
        let mut records = Vec::new();
        for id in ids {
            let deletable = |share: &&ShareGroup| share.recorded && share.group.members.is_empty();
            let Some(share) = self.share(id).filter(deletable) else { continue };
            let mut value = SharePartitionsValue::default();
            let has = &share.partitions;
            for (topic, what) in has.initializing.iter().chain(&has.initialized) {
                value.deleting.insert(*topic, what.name.clone());
            }
            for (topic, name) in &has.deleting {
                if self.metadata.name_of(*topic).is_some() {
                    value.deleting.insert(*topic, name.clone());
                }
            }
            records.push(Record::SharePartitions(id.clone(), Some(value)));
        }
        self.append(Batch { producer: None, records }, out);
    }
}
