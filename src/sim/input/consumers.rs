//! Consumers: start, close, restart, subscribe. What goes wrong with them is in `fault`.

use super::{group_named, named};
use crate::base::{TopicPartition, limit, small};
use crate::group::compile;
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
        self.subscribable(&spec.topics)?;
        self.add(spec, Rc::default(), None)
    }

    /// Adds a consumer that subscribes with a regular expression in place of topics, and starts its first process.
    ///
    /// # Errors
    /// The same; a share consumer; of a classic consumer, whose own library reads it, an expression that is none.
    pub fn add_matching(&mut self, spec: ConsumerSpec, pattern: Rc<str>) -> Result<(), Refusal> {
        matchable(&pattern, self.protocol_in(&spec.group, &spec.settings))?;
        self.add(ConsumerSpec { topics: Vec::new(), ..spec }, Rc::default(), Some(pattern))
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
        self.subscribable(&topics)?;
        self.add(ConsumerSpec { topics, ..spec }, partitions.into(), None)
    }

    fn add(
        &mut self,
        spec: ConsumerSpec,
        alone: Rc<[TopicPartition]>,
        pattern: Option<Rc<str>>,
    ) -> Result<(), Refusal> {
        named("consumer", &spec.name)?;
        group_named(&spec.group)?;
        if self.consumer_of(&spec.name).is_ok() {
            return Err(Refusal::ConsumerExists(spec.name));
        }
        self.settle(&spec.group, &spec.settings)?;
        if !alone.is_empty() && self.protocol_in(&spec.group, &spec.settings) == Protocol::Share {
            return Err(Refusal::BadSetting("assign", "a share consumer only subscribes".into()));
        }
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
        let consumer = Consumer::new(core, group, spec.topics, spec.settings);
        let mut consumer = consumer.with_assign(alone).with_pattern(pattern);
        consumer.start(core);
        self.consumers.push(consumer);
        Ok(())
    }

    /// What a consumer of a group with these settings of its own speaks.
    fn protocol_in(&self, group: &str, own: &Settings) -> Protocol {
        let group = self.core.group_of(group).map(|place| &self.core.groups[place as usize].settings);
        own.protocol.or(group.and_then(|settings| settings.protocol)).unwrap_or_default()
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
        if let Some(pattern) = self.consumers[at].pattern() {
            matchable(pattern, self.protocol_in(&group, &own))?;
        }
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
        let of = &self.consumers[self.consumer_of(consumer)?];
        if of.stands_alone() {
            return Err(Refusal::BadSetting("topics", "it took its partitions with assign=".into()));
        }
        if of.will_match() == Some(true) {
            return Err(Refusal::BadSetting(
                "topics",
                "it subscribes with pattern=: unsubscribe it first".into(),
            ));
        }
        self.wish(consumer, Wish::Subscribe(topics))
    }

    /// Subscribes with another regular expression, between two polls.
    ///
    /// # Errors
    /// No such consumer, it does not run, it subscribes to topics, it is a share consumer; of a classic consumer, an
    /// expression that is none.
    pub fn subscribe_matching(&mut self, consumer: &str, pattern: Rc<str>) -> Result<(), Refusal> {
        let of = &self.consumers[self.running(consumer)?];
        if of.stands_alone() {
            return Err(Refusal::BadSetting("pattern", "it took its partitions with assign=".into()));
        }
        if of.will_match() == Some(false) {
            return Err(Refusal::BadSetting(
                "pattern",
                "it subscribes to topics: unsubscribe it first".into(),
            ));
        }
        matchable(&pattern, of.settings.protocol)?;
        self.wish(consumer, Wish::Match(pattern))
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

/// Whether a consumer of this protocol can subscribe with an expression. Of the new one the coordinator says whether it is one.
fn matchable(pattern: &str, protocol: Protocol) -> Result<(), Refusal> {
    let reason = match protocol {
        Protocol::Share => "a share consumer subscribes to topics by name",
        _ if pattern.is_empty() => "an expression of one character at least",
        Protocol::Classic if compile(pattern).is_err() => {
            "a regular expression that Java's Pattern and RE2 both know, such as orders-.*"
        }
        _ => return Ok(()),
    };
    Err(Refusal::BadSetting("pattern", reason.into()))
}
