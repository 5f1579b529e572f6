//! What records of a share group say: what those of a consumer group do, under other types, and how far partitions are.

use crate::base::{Map, Set, Uuid};
use crate::group::record::Record;
use std::rc::Rc;

/// How far the state of a group's partitions is, by topic id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SharePartitionsValue {
    /// It is being made.
    pub initializing: Map<Uuid, ShareTopic>,
    /// It is there.
    pub initialized: Map<Uuid, ShareTopic>,
    /// It is being deleted: topic names.
    pub deleting: Map<Uuid, Rc<str>>,
}

/// Partitions of a topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ShareTopic {
    /// The topic's name.
    pub name: Rc<str>,
    /// Partition numbers.
    pub partitions: Set<i32>,
}

/// The record of a share group that says what a record of a consumer group would. What older coordinators remember of
/// topics stands in the same place as the state of partitions.
pub(in crate::group) fn as_share(record: Record) -> Record {
    match record {
        Record::ConsumerGroup(id, value) => Record::ShareGroup(id, value),
        Record::ConsumerTopics(id) => Record::SharePartitions(id, None),
        Record::ConsumerMember(key, value) => Record::ShareMember(key, value),
        Record::ConsumerTarget(id, value) => Record::ShareTarget(id, value),
        Record::ConsumerMemberTarget(key, value) => Record::ShareMemberTarget(key, value),
        Record::ConsumerMemberCurrent(key, value) => Record::ShareMemberCurrent(key, value),
        other => other,
    }
}

/// The other way round.
pub(in crate::group) fn as_consumer(record: Record) -> Record {
    match record {
        Record::ShareGroup(id, value) => Record::ConsumerGroup(id, value),
        Record::ShareMember(key, value) => Record::ConsumerMember(key, value),
        Record::ShareTarget(id, value) => Record::ConsumerTarget(id, value),
        Record::ShareMemberTarget(key, value) => Record::ConsumerMemberTarget(key, value),
        Record::ShareMemberCurrent(key, value) => Record::ConsumerMemberCurrent(key, value),
        other => other,
    }
}
