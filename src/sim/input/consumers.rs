//! Consumers: start, close, restart, subscribe. What goes wrong with them is in `fault`.

use super::named;
use crate::base::{TopicPartition, limit, small};
use crate::sim::client::{Consumer, Wish};
use crate::sim::fetch::Fetch;
use crate::sim::queue::Timer;
use crate::sim::spec::{ConsumerSpec, Goodbye, Protocol, Settings};
use crate::sim::{Refusal, World};
use std::rc::Rc;

impl World {
    /// Adds a consumer and starts its first process. A group that was never added gets Kafka's defaults.
    ///
    /// # Errors
    /// A name that is taken or not allowed, a setting that Kafka refuses, no topic at all, too many consumers.
    pub fn add_consumer(&mut self, spec: ConsumerSpec) -> Result<(), Refusal> {
        self.add(spec, Rc::default())
    }

    /// Adds a consumer that takes these partitions with `assign()`, and starts its first process. Its topics are theirs.
    ///
    /// # Errors
    /// The same, and a partition that does not exist.
    pub fn add_alone(&mut self, spec: ConsumerSpec, partitions: Vec<TopicPartition>) -> Result<(), Refusal> {
        let mut partitions = partitions;
        small::sort(&mut partitions);
        partitions.dedup();
        for partition in &partitions {
            if self.core.log_of(&partition.topic, partition.partition).is_none() {
                return Err(Refusal::NoTopic(partition.to_string().into()));
            }
        }
        let mut topics: Vec<Rc<str>> = partitions.iter().map(|of| of.topic.clone()).collect();
        topics.dedup();
        self.add(ConsumerSpec { topics, ..spec }, partitions.into())
    }

    fn add(&mut self, spec: ConsumerSpec, alone: Rc<[TopicPartition]>) -> Result<(), Refusal> {
        named("consumer", &spec.name)?;
        named("group", &spec.group)?;
        if self.consumer_of(&spec.name).is_ok() {
            return Err(Refusal::ConsumerExists(spec.name));
        }
        self.settle(&spec.group, &spec.settings)?;
        if !alone.is_empty() && self.shares(&spec) {
            return Err(Refusal::BadSetting("assign", "a share consumer only subscribes".into()));
        }
        self.subscribable(&spec.topics)?;
        if self.consumers.len() as u32 >= limit::CONSUMERS_MAX {
            return Err(Refusal::TooMany("consumers", u64::from(limit::CONSUMERS_MAX)));
        }
        let group = self.core.group_or_new(&spec.group);
        let core = &mut self.core;
        core.consumers.push(spec.name);
        core.member_of.push(group);
        core.removed.push(None);
        core.network.add_consumer();
        let slot = core.queue.slot(Timer::Fetch(self.consumers.len() as u32));
        core.fetches.push(Fetch::new(slot));
        let mut consumer = Consumer::new(core, group, spec.topics, spec.settings).with_assign(alone);
        consumer.start(core);
        self.consumers.push(consumer);
        Ok(())
    }

    /// Whether it would be a share consumer.
    fn shares(&self, spec: &ConsumerSpec) -> bool {
        let group = self.core.group_of(&spec.group).map(|place| &self.core.groups[place as usize].settings);
        let below = group.and_then(|settings| settings.protocol);
        spec.settings.protocol.or(below) == Some(Protocol::Share)
    }

    /// Starts a new process of a consumer that does not run, with the given settings in place of its former ones.
    ///
    /// # Errors
    /// No such consumer, it runs, a setting that Kafka refuses.
    pub fn start(&mut self, consumer: &str, settings: &Settings) -> Result<(), Refusal> {
        let at = self.consumer_of(consumer)?;
        if self.consumers[at].exists() {
            return Err(Refusal::Runs(consumer.into()));
        }
        let own = settings.over(&self.consumers[at].own);
        let group = self.core.groups[self.consumers[at].group as usize].name.clone();
        self.settle(&group, &own)?;
        self.consumers[at].own = own;
        self.consumers[at].start(&mut self.core);
        Ok(())
    }

    /// Closes: what the last `poll()` returned is finished, then commit (automatic only), `revoked`, and LeaveGroup where
    /// `goodbye` says so.
    ///
    /// # Errors
    /// No such consumer, it does not run.
    pub fn close(&mut self, consumer: &str, goodbye: Goodbye) -> Result<(), Refusal> {
        self.wish(consumer, Wish::Close(goodbye))
    }

    /// Closes, and starts a new process as soon as the old one is closed. A dead one is just started.
    ///
    /// # Errors
    /// No such consumer.
    pub fn restart(&mut self, consumer: &str) -> Result<(), Refusal> {
        let at = self.consumer_of(consumer)?;
        if !self.consumers[at].exists() {
            self.consumers[at].start(&mut self.core);
            return Ok(());
        }
        self.consumers[at].again = true;
        self.wish(consumer, Wish::Close(Goodbye::Default))
    }

    /// Subscribes to other topics, between two polls.
    ///
    /// # Errors
    /// No such consumer, it does not run, no topic at all.
    pub fn subscribe(&mut self, consumer: &str, topics: Vec<Rc<str>>) -> Result<(), Refusal> {
        self.running(consumer)?;
        self.subscribable(&topics)?;
        if self.consumers[self.consumer_of(consumer)?].stands_alone() {
            return Err(Refusal::BadSetting("topics", "it took its partitions with assign=".into()));
        }
        self.wish(consumer, Wish::Subscribe(topics))
    }

    /// Unsubscribes, between two polls: `revoked`, LeaveGroup; the loop does not poll from then on.
    ///
    /// # Errors
    /// No such consumer, it does not run.
    pub fn unsubscribe(&mut self, consumer: &str) -> Result<(), Refusal> {
        self.wish(consumer, Wish::Unsubscribe)
    }

    /// The place of a consumer whose process runs.
    pub(in crate::sim) fn running(&self, consumer: &str) -> Result<usize, Refusal> {
        let at = self.consumer_of(consumer)?;
        if self.consumers[at].exists() { Ok(at) } else { Err(Refusal::DoesNotRun(consumer.into())) }
    }

    /// The loop does it at the next occasion; a loop that stands idle at once.
    pub(in crate::sim) fn wish(&mut self, consumer: &str, wish: Wish) -> Result<(), Refusal> {
        let at = self.running(consumer)?;
        let of = &mut self.consumers[at];
        of.client.wishes.push(wish);
        of.nudge(&mut self.core);
        self.start_again(at as u32);
        Ok(())
    }

    fn subscribable(&self, topics: &[Rc<str>]) -> Result<(), Refusal> {
        if topics.is_empty() {
            return Err(Refusal::BadSetting("topics", "at least one".into()));
        }
        topics.iter().try_for_each(|topic| named("topic", topic))
    }
}
