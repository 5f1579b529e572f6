//! Topics: create, grow, delete.

use super::named;
use crate::base::{Uuid, limit};
use crate::log::{Partition, Policy, config};
use crate::sim::core::{Core, Log, Topic};
use crate::sim::spec::TopicSpec;
use crate::sim::trace::Happening;
use crate::sim::{Refusal, World};
use std::rc::Rc;

impl World {
    /// Creates a topic.
    ///
    /// # Errors
    /// A name that Kafka does not allow or that is taken, and more partitions than a world may have.
    pub fn create_topic(&mut self, spec: TopicSpec) -> Result<(), Refusal> {
        named("topic", &spec.name)?;
        if self.core.topics.contains_key(&spec.name) {
            return Err(Refusal::TopicExists(spec.name));
        }
        if spec.partitions < 1 {
            return Err(Refusal::BadSetting("partitions", "a topic has at least one".into()));
        }
        self.room_for(spec.partitions)?;
        if let Some(placement) = &spec.placement {
            placement.fit().map_err(|reason| Refusal::BadSetting("racks, replicas", reason))?;
        }
        config::check(&spec.configs).map_err(|sentence| Refusal::BadConfig(sentence.into()))?;
        if let Some(of) = spec.id.and_then(|id| self.core.topic_named(id)) {
            return Err(Refusal::BadSetting("topic-id", format!("{of} has this id").into()));
        }
        // Drawn in any case: other ids do not depend on it.
        let new = Uuid(self.core.ids.uuid());
        let id = spec.id.unwrap_or(new);
        let policy = Rc::new(Policy::of(&spec.configs));
        let created = self.core.now.timestamp_ms();
        let (config, placement) = (spec.configs, spec.placement);
        let topic = Topic { id, created, config, policy, logs: Vec::new(), placement, racks: None };
        self.core.topics.insert(spec.name.clone(), topic);
        self.core.add_partitions(&spec.name, spec.partitions);
        self.core.publish_topics();
        self.core.note(Happening::TopicCreated(spec.name.clone(), spec.partitions));
        self.topic_is_here(&spec.name);
        Ok(())
    }

    /// Gives a topic more partitions: `partitions` in all. Producers learn of it within a second, a classic group's
    /// leader with its next metadata refresh.
    ///
    /// # Errors
    /// No such topic, not more than it has, more than a world may have.
    pub fn grow_topic(&mut self, topic: &str, partitions: i32) -> Result<(), Refusal> {
        let (name, of) =
            self.core.topics.get_key_value(topic).ok_or_else(|| Refusal::NoTopic(topic.into()))?;
        let (name, have) = (name.clone(), of.logs.len() as i32);
        if partitions <= have {
            return Err(Refusal::NotMore(name, have));
        }
        self.room_for(partitions - have)?;
        self.core.add_partitions(&name, partitions);
        self.core.publish_topics();
        self.core.note(Happening::TopicGrown(name, partitions));
        Ok(())
    }

    /// Deletes a topic with its records and the offsets committed for it. Its producers wait for a topic of that name.
    ///
    /// # Errors
    /// No such topic.
    pub fn delete_topic(&mut self, topic: &str) -> Result<(), Refusal> {
        let (name, of) =
            self.core.topics.remove_entry(topic).ok_or_else(|| Refusal::NoTopic(topic.into()))?;
        for producer in
            self.producers.iter_mut().filter(|producer| producer.topic == name && producer.sends())
        {
            producer.wait(&mut self.core);
        }
        self.core.publish_topics();
        self.core.note(Happening::TopicDeleted(name));
        self.keep_fetched(|log, _| of.logs.contains(&log));
        for log in of.logs {
            self.core.drop_log(log);
        }
        Ok(())
    }

    /// Producers that waited for the topic go on.
    pub(in crate::sim) fn topic_is_here(&mut self, topic: &str) {
        for producer in &mut self.producers {
            producer.go_on(&mut self.core, topic);
        }
    }

    fn room_for(&self, more: i32) -> Result<(), Refusal> {
        let have: usize = self.core.topics.values().map(|topic| topic.logs.len()).sum();
        if have as i64 + i64::from(more) > i64::from(limit::PARTITIONS_MAX) {
            return Err(Refusal::TooMany("partitions", limit::PARTITIONS_MAX as u64));
        }
        Ok(())
    }
}

impl Core {
    /// Adds empty partitions to a topic, up to `partitions`.
    pub(in crate::sim) fn add_partitions(&mut self, name: &Rc<str>, partitions: i32) {
        let topic = self.topics.get_mut(name).expect("the topic exists");
        let before = topic.logs.len();
        for partition in before as i32..partitions {
            topic.logs.push(self.logs.len() as u32);
            let mut log = Log::new(name, topic.id, partition);
            log.data.set_policy(topic.policy.clone());
            self.logs.push(log);
        }
        topic.racks = topic.placement.as_ref().and_then(|of| of.of(partitions));
        for log in topic.logs.clone().into_iter().skip(before) {
            self.arm_retention(log);
        }
        self.arm_cleaner();
    }

    /// A log's topic is gone: those who wait for its records are told.
    pub(in crate::sim) fn drop_log(&mut self, log: u32) {
        let gone = &mut self.logs[log as usize];
        gone.exists = false;
        gone.data = Partition::new();
        self.forget_shares(|_, of| of == log);
        self.appended(log);
    }
}
