//! The machine: its state, its doors, and how an input goes through it.

use super::classic::ClassicGroup;
use super::config::{Config, DynamicSettings, GroupSettings};
use super::consumer::{ConsumerGroup, TopicsVersion};
use super::event::{Batch, Event, Outcome, Output, Producer};
use super::ids::MemberIds;
use super::metadata::Metadata;
use super::offset::{Gone, Offsets};
use super::record::{OffsetValue, Record};
use super::request::{Context, Request};
use super::share::ShareGroup;
use super::timer::{Task, TimerKey, Timers};
use super::turn::Turn;
use super::view::{GroupState, GroupView};
use crate::assign::server::Kind;
use crate::base::{Map, Time, TimelineMap};
use std::rc::Rc;

/// A group coordinator for all groups of a cluster.
///
/// Inputs: [`handle`](Self::handle), [`fire`](Self::fire), [`set_metadata`](Self::set_metadata),
/// [`end_transaction`](Self::end_transaction), [`restart`](Self::restart). Reading: [`groups`](Self::groups),
/// [`group`](Self::group), [`committed`](Self::committed), [`next_deadline`](Self::next_deadline).
///
/// Times must not go back from one input to the next, and timers that are due before an input are fired before it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Coordinator {
    pub(super) config: Config,
    pub(super) ids: MemberIds,
    pub(super) metadata: Metadata,
    pub(super) groups: Map<Rc<str>, Group>,
    /// Groups that were made or forgotten without a record, as they were before. As in Kafka, where who only reads sees what
    /// is written, they are described and listed like this until something is.
    pub(super) unwritten: Map<Rc<str>, Option<Group>>,
    pub(super) offsets: Offsets,
    pub(super) timers: Timers,
    pub(super) topics_version: TopicsVersion,
    pub(super) settings: Map<Rc<str>, DynamicSettings>,
}

/// A group of one of Kafka's types.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Group {
    Classic(ClassicGroup),
    Consumer(ConsumerGroup),
    Share(ShareGroup),
}

impl Group {
    /// Whether offsets of the topic are in use.
    pub(super) fn reads(&self, topic: &str) -> bool {
        match self {
            Group::Classic(group) => group.subscribes_to(topic),
            Group::Consumer(group) => group.reads(topic),
            Group::Share(share) => share.group.reads(topic),
        }
    }

    /// Whether it has no members.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Group::Classic(group) => group.is_empty(),
            Group::Consumer(group) => group.members.is_empty(),
            Group::Share(share) => share.group.members.is_empty(),
        }
    }
}

impl Coordinator {
    /// An empty coordinator at virtual time 0.
    pub fn new(config: Config, ids: MemberIds) -> Coordinator {
        let mut coordinator = Coordinator {
            config,
            ids,
            metadata: Metadata::default(),
            groups: Map::new(),
            unwritten: Map::new(),
            offsets: Offsets::default(),
            timers: Timers::default(),
            topics_version: TopicsVersion::default(),
            settings: Map::new(),
        };
        coordinator.arm_offset_expiry(Time::ZERO);
        coordinator
    }

    /// Answers a request, at once or by a later outcome. `token` names the request in the reply.
    pub fn handle(&mut self, now: Time, token: u64, context: &Context, request: Request) -> Outcome {
        let mut out = Outcome::new(now);
        self.front(now, (token, context), &request, &mut out);
        self.written(&out);
        out
    }

    /// Who only reads sees how it is now, if something was written.
    fn written(&mut self, out: &Outcome) {
        if !self.unwritten.is_empty() && out.outputs.iter().any(|output| matches!(output, Output::Records(_)))
        {
            self.unwritten.clear();
        }
    }

    /// A group as who only reads sees it.
    pub(super) fn seen(&self, id: &str) -> Option<&Group> {
        self.unwritten.get(id).map_or_else(|| self.groups.get(id), Option::as_ref)
    }

    /// All groups as who only reads sees them.
    pub(super) fn all_seen(&self) -> impl Iterator<Item = &Group> {
        let written = self.groups.iter().filter(|(id, _)| !self.unwritten.contains_key(*id));
        written.map(|(_, group)| group).chain(self.unwritten.values().flatten())
    }

    /// When the next timer is due.
    pub fn next_deadline(&self) -> Option<Time> {
        self.timers.next_deadline()
    }

    /// Fires the earliest timer that is due at `now`, with the clock at its own deadline ([`Outcome::at`]); an empty
    /// outcome when none is. Call it until [`next_deadline`](Self::next_deadline) is later than `now`.
    pub fn fire(&mut self, now: Time) -> Outcome {
        let Some((at, key, task)) = self.timers.pop(now) else { return Outcome::new(now) };
        let mut out = Outcome::new(at);
        match (key, task) {
            (TimerKey::OffsetExpiry, _) | (_, Task::ExpireOffsets) => self.expire_offsets(at, &mut out),
            (TimerKey::Join(id) | TimerKey::Sync(id), task) => self.fire_for_group(&id, at, task, &mut out),
            (
                TimerKey::Session(id, member)
                | TimerKey::Rebalance(id, member)
                | TimerKey::MemberJoin(id, member)
                | TimerKey::MemberSync(id, member),
                task,
            ) => self.member_expired(at, (&id, &member), task, &mut out),
            (TimerKey::Heartbeat(id, member), _) => {
                if let Some((Group::Classic(group), mut turn)) = self.turn(&id, at, &mut out) {
                    group.heartbeat_expired(&mut turn, &member);
                }
            }
        }
        self.written(&out);
        out
    }

    fn fire_for_group(&mut self, id: &str, at: Time, task: Task, out: &mut Outcome) {
        let Some((Group::Classic(group), mut turn)) = self.turn(id, at, out) else { return };
        match task {
            Task::InitialJoin { delay_ms, remaining_ms } => {
                group.initial_join_due(&mut turn, delay_ms, remaining_ms)
            }
            Task::CompleteJoin => group.complete_join(&mut turn),
            Task::ExpireSync { generation } => group.sync_expired(&mut turn, generation),
            _ => unreachable!("not a timer of a group"),
        }
    }

    /// Takes note of the topics that exist. Offsets of topics that are gone are dropped, and so are those of partitions that
    /// a topic has no more: Kafka takes none away, but a restore does.
    pub fn set_metadata(&mut self, now: Time, metadata: Metadata) -> Outcome {
        let mut out = Outcome::new(now);
        self.note_topics(&metadata);
        let old = std::mem::replace(&mut self.metadata, metadata);
        let gone = old.topics.into_iter().filter_map(|(name, topic)| {
            let now = self.metadata.topics.get(&name).filter(|now| now.id == topic.id);
            let left = now.map_or(0, |now| now.partitions);
            (left < topic.partitions).then_some((name, Gone { id: topic.id, from: left }))
        });
        let gone: Map<Rc<str>, Gone> = gone.collect();
        if !gone.is_empty() {
            self.drop_offsets_of(&gone, &mut out);
            self.forget_shared(&gone, &mut out);
        }
        self.written(&out);
        out
    }

    /// Replaces what is set for a group; `None`: nothing is.
    pub fn set_group_settings(&mut self, group: &Rc<str>, settings: Option<DynamicSettings>) {
        match settings {
            Some(settings) => _ = self.settings.insert(group.clone(), settings),
            None => _ = self.settings.remove(group),
        }
    }

    pub(super) fn settings_of(&self, group: &str, kind: Kind) -> GroupSettings {
        self.config.settings(kind, self.settings.get(group))
    }

    /// A transaction marker: the pending offsets of the producer count, or are dropped.
    pub fn end_transaction(&mut self, now: Time, producer: Producer, commit: bool) -> Outcome {
        let mut out = Outcome::new(now);
        let records = vec![Record::TransactionEnd { commit }];
        self.append(Batch { producer: Some(producer), records }, &mut out);
        self.written(&out);
        out
    }

    /// Loses the partition and gets it back at once: held requests are answered `NOT_COORDINATOR`, timers and soft
    /// state are gone, and `log`, all batches ever appended, is replayed.
    pub fn restart(&mut self, now: Time, log: &[Batch]) -> Outcome {
        let mut out = Outcome::new(now);
        for id in self.groups.keys().cloned().collect::<Vec<_>>() {
            if let Some((Group::Classic(group), mut turn)) = self.turn(&id, now, &mut out) {
                group.unload(&mut turn);
            }
        }
        self.groups.clear();
        self.unwritten.clear();
        self.offsets = Offsets::default();
        self.timers.clear();
        self.topics_version.with_new_topics = self.topics_version.changes.unwrap_or(0);
        for id in self.load(log) {
            match self.turn(&id, now, &mut out) {
                Some((Group::Classic(group), mut turn)) => group.loaded(&mut turn),
                _ => self.consumer_loaded(now, &id),
            }
        }
        self.arm_offset_expiry(now);
        out
    }

    /// Replays all batches. Returns the groups that there are then, in the order of Kafka's table of them: each record of a
    /// classic group puts it in anew.
    fn load(&mut self, log: &[Batch]) -> Vec<Rc<str>> {
        let mut order: TimelineMap<Rc<str>, ()> = TimelineMap::new();
        for batch in log {
            for record in &batch.records {
                let Some(id) = record.group() else {
                    self.replay_one(record, batch.producer);
                    continue;
                };
                let before = self.groups.get(id).map(std::mem::discriminant);
                self.replay_one(record, batch.producer);
                let after = self.groups.get(id).map(std::mem::discriminant);
                if after.is_none() {
                    order.remove(id);
                } else if before != after || matches!(record, Record::ClassicGroup(..)) {
                    order.put(id.clone(), ());
                }
            }
        }
        order.keys().cloned().collect()
    }

    /// Takes records into memory: the only writer of offsets, and what a restart finds of groups.
    pub fn replay(&mut self, batch: &Batch) {
        for record in &batch.records {
            self.replay_one(record, batch.producer);
        }
    }

    fn replay_one(&mut self, record: &Record, producer: Option<Producer>) {
        match record {
            Record::Offset(key, value) => {
                // An offset without a group makes a simple one, which stores offsets only.
                if value.is_some() && !self.groups.contains_key(&key.group) {
                    let group = ClassicGroup::new(key.group.clone(), self.config.epoch_ms);
                    self.groups.insert(key.group.clone(), Group::Classic(group));
                }
                self.offsets.replay(key, value.as_ref(), producer);
            }
            Record::ClassicGroup(id, Some(value)) => {
                let group = ClassicGroup::remembered(id.clone(), value);
                self.groups.insert(id.clone(), Group::Classic(group));
            }
            Record::ClassicGroup(id, None) => {
                self.groups.remove(id);
            }
            record @ (Record::ConsumerGroup(..)
            | Record::ConsumerTopics(_)
            | Record::ConsumerMember(..)
            | Record::ConsumerTarget(..)
            | Record::ConsumerMemberTarget(..)
            | Record::ConsumerMemberCurrent(..)
            | Record::ConsumerRegex(..)) => self.replay_consumer(record),
            record @ (Record::ShareGroup(..)
            | Record::ShareMember(..)
            | Record::ShareTarget(..)
            | Record::ShareMemberTarget(..)
            | Record::ShareMemberCurrent(..)
            | Record::SharePartitions(..)) => self.replay_share(record),
            Record::TransactionEnd { commit } => {
                let producer = producer.expect("a marker belongs to a producer");
                self.offsets.end_transaction(producer.id, *commit);
            }
        }
    }

    /// The names of all groups.
    pub fn groups(&self) -> impl Iterator<Item = &Rc<str>> {
        self.groups.keys()
    }

    /// A group as it is now; `None` when there is none of that name.
    pub fn group(&self, group: &str) -> Option<GroupView> {
        Some(match self.groups.get(group)? {
            Group::Classic(group) => GroupView::of_classic(group, &self.config),
            Group::Consumer(group) | Group::Share(ShareGroup { group, .. }) => {
                let timeout_ms = self.settings_of(&group.id, group.kind).session_timeout_ms;
                GroupView::of_consumer(group, timeout_ms, &self.metadata)
            }
        })
    }

    /// The state of a group, and its generation or epoch; `None` when there is none of that name. Costs less than all
    /// of [`Coordinator::group`].
    pub fn state(&self, group: &str) -> Option<(GroupState, i32)> {
        Some(match self.groups.get(group)? {
            Group::Classic(group) => (group.state.into(), group.generation),
            Group::Consumer(group) | Group::Share(ShareGroup { group, .. }) => (group.state(), group.epoch),
        })
    }

    /// The committed offsets of a group: topic, partition, value, in that order.
    pub fn committed(&self, group: &str) -> impl Iterator<Item = (&Rc<str>, i32, &OffsetValue)> {
        let topics = self.offsets.of(group).into_iter().flatten();
        topics.flat_map(|(topic, partitions)| {
            partitions.iter().map(move |(&p, stored)| (topic, p, &stored.value))
        })
    }

    /// The committed offset of one partition.
    pub fn committed_offset(&self, group: &str, topic: &str, partition: i32) -> Option<&OffsetValue> {
        self.offsets.get(group, topic, partition).map(|stored| &stored.value)
    }

    /// The wall clock, in milliseconds since 1970.
    pub(super) fn clock_ms(&self, now: Time) -> i64 {
        self.config.epoch_ms + now.ms() as i64
    }

    /// A group, and what it may touch while it works on an input.
    pub(super) fn turn<'a>(
        &'a mut self,
        id: &str,
        now: Time,
        out: &'a mut Outcome,
    ) -> Option<(&'a mut Group, Turn<'a>)> {
        let group = self.groups.get_mut(id)?;
        let turn = Turn { now, config: &self.config, ids: &mut self.ids, timers: &mut self.timers, out };
        Some((group, turn))
    }

    /// Makes an empty classic group, without a record so far.
    pub(super) fn create_classic(&mut self, now: Time, id: &Rc<str>) {
        self.unwritten.or_insert_with(id.clone(), || None);
        let group = ClassicGroup::new(id.clone(), self.clock_ms(now));
        self.groups.insert(id.clone(), Group::Classic(group));
    }

    /// Writes a batch, if it has records, and replays it.
    pub(super) fn append(&mut self, batch: Batch, out: &mut Outcome) {
        if !batch.records.is_empty() {
            self.replay(&batch);
            out.append(batch);
        }
    }
}

impl Outcome {
    /// Nothing yet.
    pub(super) fn new(at: Time) -> Outcome {
        Outcome { at, outputs: Vec::new() }
    }

    pub(super) fn reply(&mut self, token: u64, reply: super::Reply) {
        self.outputs.push(Output::Reply { token, reply });
    }

    pub(super) fn event(&mut self, event: Event) {
        self.outputs.push(Output::Event(event));
    }

    /// A batch that was written.
    pub(super) fn append(&mut self, batch: Batch) {
        self.outputs.push(Output::Records(batch));
    }
}
