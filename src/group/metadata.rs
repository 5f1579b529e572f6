//! What the coordinator knows of topics.

use crate::base::{Map, Uuid};
use std::rc::Rc;

/// The topics that exist, by name. Hand it over whole after each change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Metadata {
    /// Each topic.
    pub topics: Map<Rc<str>, TopicInfo>,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TopicInfo {
    /// Its id.
    pub id: Uuid,
    /// How many partitions it has.
    pub partitions: i32,
    /// For each partition the racks of its replicas; empty when racks are unknown.
    pub racks: Vec<Vec<Rc<str>>>,
}

impl Metadata {
    /// Whether the partition exists.
    pub fn has_partition(&self, topic: &str, partition: i32) -> bool {
        self.topics.get(topic).is_some_and(|t| (0..t.partitions).contains(&partition))
    }

    /// The id of a topic; [`Uuid::ZERO`] when it does not exist.
    pub fn id_of(&self, topic: &str) -> Uuid {
        self.topics.get(topic).map_or(Uuid::ZERO, |t| t.id)
    }

    /// The name of the topic with this id.
    pub fn name_of(&self, id: Uuid) -> Option<&Rc<str>> {
        self.topics.iter().find(|(_, t)| t.id == id).map(|(name, _)| name)
    }
}
