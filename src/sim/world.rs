//! The world: what holds everything, and how time goes on in it.

use super::query::*;
use super::spec::*;
use super::{Refusal, Trace};
use crate::backup::{RestoredState, Snapshot};
use crate::base::{Span, Time};
use crate::log::Record;
use std::rc::Rc;

/// A cluster of one broker with everything that talks to it. Cheap to clone: logs are shared.
#[derive(Clone)]
pub struct World {
    config: WorldConfig,
    now: Time,
    trace: Trace,
}

/// Driving.
impl World {
    /// An empty world at time 0.
    pub fn new(config: WorldConfig) -> World {
        World { config, now: Time::ZERO, trace: Trace::default() }
    }

    /// Its settings.
    pub fn config(&self) -> &WorldConfig {
        &self.config
    }

    /// The present: all events up to and including this moment have happened.
    pub fn now(&self) -> Time {
        self.now
    }

    /// When the next event is due; `None` when nothing will ever happen by itself.
    pub fn next_event_at(&self) -> Option<Time> {
        todo!()
    }

    /// Lets everything happen that is due up to and including `time`, and makes it the present. An earlier time is no
    /// news: nothing happens.
    pub fn advance_to(&mut self, _time: Time) {
        todo!()
    }

    /// Lets the next event happen; its time, which is the present afterwards. `None` when there is none.
    pub fn step(&mut self) -> Option<Time> {
        todo!()
    }

    /// The state hash: over everything that decides what happens next, and over the trace.
    pub fn hash(&self) -> u64 {
        todo!()
    }

    /// What happened so far.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }
}

/// Inputs: topics and records.
impl World {
    /// Creates a topic.
    pub fn create_topic(&mut self, _spec: TopicSpec) -> Result<(), Refusal> {
        todo!()
    }

    /// Gives a topic more partitions: `partitions` in all. Producers learn of it within a second, a classic group's
    /// leader with its next metadata refresh.
    pub fn grow_topic(&mut self, _topic: &str, _partitions: i32) -> Result<(), Refusal> {
        todo!()
    }

    /// Deletes a topic with its records and the offsets committed for it. Its producers stop.
    pub fn delete_topic(&mut self, _topic: &str) -> Result<(), Refusal> {
        todo!()
    }

    /// Writes records at once, each with the present as its timestamp.
    pub fn produce(&mut self, _spec: ProduceSpec) -> Result<(), Refusal> {
        todo!()
    }

    /// Writes given records to a topic, partitioned as a producer does it: all at once, or so many a second from now on.
    /// A record whose timestamp is −1 (Kafka's `NO_TIMESTAMP`) gets the time at which it is written.
    pub fn load(&mut self, _topic: &str, _records: Vec<Record>, _pace: Pace) -> Result<(), Refusal> {
        todo!()
    }

    /// Starts a producer now.
    pub fn add_producer(&mut self, _spec: ProducerSpec) -> Result<(), Refusal> {
        todo!()
    }

    /// Stops a producer for good.
    pub fn stop_producer(&mut self, _name: &str) -> Result<(), Refusal> {
        todo!()
    }
}

/// Inputs: groups and consumers.
impl World {
    /// Makes the settings of a group known. The coordinator learns of it with the first member.
    pub fn add_group(&mut self, _spec: GroupSpec) -> Result<(), Refusal> {
        todo!()
    }

    /// Sets the committed offsets of a group, as `kafka-consumer-groups --reset-offsets` does: refused while it lives.
    pub fn reset_offsets(&mut self, _group: &str, _topic: &str, _to: ResetTo) -> Result<(), Refusal> {
        todo!()
    }

    /// Deletes an empty group with its offsets.
    pub fn delete_group(&mut self, _group: &str) -> Result<(), Refusal> {
        todo!()
    }

    /// Adds a consumer and starts its first process. A group that was never added gets Kafka's defaults.
    pub fn add_consumer(&mut self, _spec: ConsumerSpec) -> Result<(), Refusal> {
        todo!()
    }

    /// Starts a new process of a consumer that does not run, with the given settings instead of its former ones.
    pub fn start(&mut self, _consumer: &str, _settings: &Settings) -> Result<(), Refusal> {
        todo!()
    }

    /// Stops all threads for ever and closes the sockets: no leave, no commit, the record in flight is lost.
    pub fn kill(&mut self, _consumer: &str) -> Result<(), Refusal> {
        todo!()
    }

    /// Closes: the record in flight is finished, then commit (automatic only), `revoked`, LeaveGroup.
    pub fn close(&mut self, _consumer: &str) -> Result<(), Refusal> {
        todo!()
    }

    /// At the next record, or after an empty poll, all threads stand still for `span`. Sockets stay open.
    pub fn pause(&mut self, _consumer: &str, _span: Span) -> Result<(), Refusal> {
        todo!()
    }

    /// At the next record the poll loop alone stands still for `span`; heartbeats go on.
    pub fn slow(&mut self, _consumer: &str, _span: Span) -> Result<(), Refusal> {
        todo!()
    }

    /// Closes, and starts a new process as soon as the old one is closed. A dead one is just started.
    pub fn restart(&mut self, _consumer: &str) -> Result<(), Refusal> {
        todo!()
    }

    /// Subscribes to other topics, between two polls.
    pub fn subscribe(&mut self, _consumer: &str, _topics: Vec<Rc<str>>) -> Result<(), Refusal> {
        todo!()
    }

    /// Unsubscribes, between two polls: `revoked`, LeaveGroup; the loop does not poll from then on.
    pub fn unsubscribe(&mut self, _consumer: &str) -> Result<(), Refusal> {
        todo!()
    }
}

/// Backup and restore.
impl World {
    /// Topics, groups and offsets of this moment, for a backup.
    pub fn snapshot(&self) -> Snapshot<'_> {
        todo!()
    }

    /// Puts the topics of a backup with their records, and its groups with their offsets, in the place of those of the
    /// same names. Refused with [`Refusal::MembersAlive`] while consumers of those groups run.
    pub fn restore(&mut self, _state: RestoredState) -> Result<(), Refusal> {
        todo!()
    }
}

/// Questions.
impl World {
    /// All topics, by name.
    pub fn topics(&self) -> Vec<TopicFacts> {
        todo!()
    }

    /// A partition as `group` sees it (`None`: as nobody sees it). `None` when there is no such partition.
    pub fn partition(&self, _topic: &str, _partition: i32, _group: Option<&str>) -> Option<PartitionFacts> {
        todo!()
    }

    /// Ranges of a partition's offsets as `group` made them, in order of their first offsets.
    pub fn ranges(&self, _topic: &str, _partition: i32, _group: &str) -> Vec<RangeFacts> {
        todo!()
    }

    /// The newest records of a partition, oldest first, at most `count`.
    pub fn records(&self, _topic: &str, _partition: i32, _count: u32) -> Vec<LineFacts> {
        todo!()
    }

    /// All groups that were added or that the coordinator knows, by name.
    pub fn groups(&self) -> Vec<GroupFacts> {
        todo!()
    }

    /// All consumers, in the order in which they were added.
    pub fn consumers(&self) -> Vec<ConsumerFacts> {
        todo!()
    }

    /// One consumer.
    pub fn consumer(&self, _name: &str) -> Option<ConsumerFacts> {
        todo!()
    }

    /// The newest lines of a consumer's output, oldest first, at most 40.
    pub fn output(&self, _consumer: &str) -> Vec<LineFacts> {
        todo!()
    }

    /// The newest messages of a consumer with the coordinator, oldest first, at most 40.
    pub fn messages(&self, _consumer: &str) -> Vec<MessageFacts> {
        todo!()
    }

    /// Messages of the group protocol so far, requests and answers together.
    pub fn message_count(&self) -> u64 {
        todo!()
    }

    /// The first record that `group` was given of a partition since the last restore.
    pub fn first_delivered_after_restore(
        &self,
        _group: &str,
        _topic: &str,
        _partition: i32,
    ) -> Option<FirstDelivered> {
        todo!()
    }
}
