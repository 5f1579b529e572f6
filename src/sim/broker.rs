//! The broker's answers, and what the coordinator's outcomes mean for the world.

mod api;

pub(super) use api::{api, error_of};

use super::core::Core;
use super::network::{Address, Answer, Call, Found, Target};
use super::trace::{Happening, Process};
use crate::backup::offsets::{Commit, Committed};
use crate::base::Time;
use crate::group::{
    Context, Event, GroupState, Metadata, OffsetKey, OffsetValue, Outcome, Output, Record, Removal, Reply,
    Request, TopicInfo,
};
use crate::log::partition::Isolation;
use api::version;
use std::rc::Rc;

impl Core {
    /// A request has reached the broker.
    pub fn called(&mut self, from: Address, token: u64, call: Call) {
        if self.behind_fetch(from, token, &call) {
            return;
        }
        let answer = match call {
            Call::Group(request) => return self.ask_coordinator(from, token, *request),
            Call::Closed => return self.close_session(from),
            Call::ApiVersions => Answer::ApiVersions,
            Call::FindCoordinator => Answer::FindCoordinator,
            Call::Metadata(topics) => Answer::Metadata(self.metadata(topics)),
            Call::ListOffsets(targets) => {
                Answer::Offsets(targets.iter().filter_map(|t| self.target(from, *t)).collect())
            }
            Call::OffsetForLeaderEpoch(logs) => {
                let end = |log: &u32| (*log, self.logs[*log as usize].data.end());
                Answer::EpochEnds(logs.iter().map(end).collect())
            }
        };
        self.answer(from, token, answer);
    }

    fn metadata(&self, topics: Option<Vec<Rc<str>>>) -> Vec<(Rc<str>, Found)> {
        let topics = topics.unwrap_or_else(|| self.topics.keys().cloned().collect());
        let found = |topic: &Rc<str>| match self.topics.get(topic) {
            Some(topic) => {
                Found { id: topic.id, partitions: topic.logs.len() as i32, racks: topic.racks.clone() }
            }
            None => Found::default(),
        };
        topics.into_iter().map(|topic| (topic.clone(), found(&topic))).collect()
    }

    fn target(&self, of: Address, target: Target) -> Option<(u32, i64)> {
        let data = |log: u32| &self.logs[log as usize].data;
        let isolation = self.fetches[of.consumer as usize].isolation;
        Some(match target {
            Target::Start(log) => (log, data(log).log_start()),
            Target::End(log) => (log, data(log).readable(isolation)),
            Target::Since(log, from_ms) => (log, data(log).offset_for_timestamp(from_ms)?.0),
        })
    }

    fn ask_coordinator(&mut self, from: Address, token: u64, request: Request) {
        self.count_message(from);
        self.network.waiting.insert(token, from);
        let context = Context {
            client_id: self.consumers[from.consumer as usize].clone(),
            client_host: "/127.0.0.1".into(),
            version: version(&request),
        };
        let joins = matches!(request, Request::JoinGroup(_));
        let outcome = self.coordinator.handle(self.now, token, &context, request);
        if joins {
            self.learn_members(from, &outcome);
        }
        self.absorb(outcome);
    }

    /// A join may have made a member id for the process that sent it.
    fn learn_members(&mut self, from: Address, outcome: &Outcome) {
        for output in &outcome.outputs {
            let id = match output {
                Output::Event(Event::MemberJoined { member, .. }) => member,
                Output::Event(Event::MemberReplaced { new, .. }) => new,
                Output::Reply { reply: Reply::JoinGroup(reply), .. } if !reply.member_id.is_empty() => {
                    &reply.member_id
                }
                _ => continue,
            };
            if !self.members.contains_key(id) {
                self.members.insert(id.clone(), from);
                let group = self.groups[self.member_of[from.consumer as usize] as usize].name.clone();
                self.note(Happening::MemberId(self.process(from), group, id.clone()));
            }
        }
    }

    /// A request of an administrator: it takes no time, and its answer is looked at here.
    pub fn administer(&mut self, request: Request) -> Option<Reply> {
        let token = self.network.token();
        let context = Context {
            client_id: "admin".into(),
            client_host: "/127.0.0.1".into(),
            version: version(&request),
        };
        let outcome = self.coordinator.handle(self.now, token, &context, request);
        let mut answer = None;
        let others = outcome.outputs.into_iter().filter_map(|output| match output {
            Output::Reply { token: of, reply } if of == token => {
                answer = Some(reply);
                None
            }
            other => Some(other),
        });
        let others = others.collect();
        self.absorb(Outcome { at: outcome.at, outputs: others });
        answer
    }

    /// The coordinator's timers that are due.
    pub fn fire_coordinator(&mut self) {
        let outcome = self.coordinator.fire(self.now);
        self.absorb(outcome);
    }

    /// The coordinator learns which topics exist.
    pub fn publish_topics(&mut self) {
        let topics = self.topics.iter().map(|(name, topic)| {
            let racks = topic.racks.as_ref().map_or(Vec::new(), |racks| racks.to_vec());
            (name.clone(), TopicInfo { id: topic.id, partitions: topic.logs.len() as i32, racks })
        });
        let metadata = Metadata { topics: topics.collect() };
        let outcome = self.coordinator.set_metadata(self.now, metadata);
        self.absorb(outcome);
    }

    /// Sends the replies, takes note of committed offsets, writes events down.
    pub fn absorb(&mut self, outcome: Outcome) {
        for output in outcome.outputs {
            match output {
                Output::Reply { token, reply } => self.reply(token, reply),
                Output::Records(batch) => {
                    batch.records.iter().for_each(|record| self.stored(record));
                    self.reconciled(&batch.records);
                }
                Output::Event(event) => self.happened(event),
            }
        }
        self.arm_coordinator();
    }

    fn reply(&mut self, token: u64, reply: Reply) {
        let Some(to) = self.network.waiting.remove(&token) else { return };
        self.count_message(to);
        self.note_reply(to, &reply);
        self.answer(to, token, Answer::Group(Box::new(reply)));
    }

    fn count_message(&mut self, of: Address) {
        let group = self.member_of[of.consumer as usize];
        self.groups[group as usize].messages += 1;
    }

    fn note_reply(&mut self, to: Address, reply: &Reply) {
        let (api, error) = (api(reply), error_of(reply));
        if !error.is_none() {
            let process = self.process(to);
            self.note(Happening::WireError(process, api, error.name()));
        }
    }

    fn stored(&mut self, record: &Record) {
        let (key, value) = match record {
            Record::Offset(key, value) => (key, value),
            Record::ConsumerGroup(group, Some(value)) => return self.epoch_began(group, value.epoch),
            _ => return,
        };
        self.stored += 1;
        let now_ms = self.now.timestamp_ms();
        let commit_ms = value.as_ref().map_or(now_ms, |value| value.commit_timestamp_ms);
        self.remember(key, value.as_ref(), commit_ms);
        let Some(log) = self.log_of(&key.topic, key.partition) else { return };
        let group = self.group_or_new(&key.group);
        self.flush_rerun(group, log);
        let skipped = self.passed_over(group, log, value.as_ref().map(|value| value.offset));
        for (from, to) in skipped {
            let partition = self.logs[log as usize].name.clone();
            self.note(Happening::Skipped(key.group.clone(), partition, from, to - 1));
        }
    }

    /// Notes for restores to a moment that an offset was committed, or dropped.
    pub fn remember(&mut self, key: &OffsetKey, value: Option<&OffsetValue>, commit_ms: i64) {
        let committed =
            value.map(|value| Committed { offset: value.offset, metadata: value.metadata.clone() });
        let (group, topic) = (key.group.clone(), key.topic.clone());
        self.past.commit(Commit { commit_ms, group, topic, partition: key.partition, committed });
    }

    /// A group commits an offset, or it is dropped: the records that it passed over, as ranges.
    fn passed_over(&mut self, group: u32, log: u32, committed: Option<i64>) -> Vec<(i64, i64)> {
        let missed = self.progress(group, log).commit(committed);
        let mut holes = Vec::new();
        for (from, to) in &missed {
            let data = &self.logs[log as usize].data;
            let from = (*from).max(data.log_start());
            data.for_each_hole(Isolation::ReadUncommitted, from, *to, |from, to| holes.push((from, to)));
        }
        holes.retain(|(from, to)| from < to);
        if holes.is_empty() {
            return missed;
        }
        let progress = self.progress(group, log);
        holes.iter().for_each(|(from, to)| progress.pass(*from, *to));
        missed.iter().flat_map(|(from, to)| progress.seen.missing(*from, *to)).collect()
    }

    /// Writes down the records that were read again, if there are any that the trace does not know of.
    pub fn flush_rerun(&mut self, group: u32, log: u32) {
        let Some(rerun) = self.progress(group, log).rerun.take() else { return };
        let process = self.process(Address { consumer: rerun.consumer, process: rerun.process });
        let (name, partition) =
            (self.groups[group as usize].name.clone(), self.logs[log as usize].name.clone());
        self.note(Happening::Reread(process, name, partition, rerun.from, rerun.to - 1));
    }

    fn happened(&mut self, event: Event) {
        match event {
            Event::MemberJoined { group, member, client_id, .. } => {
                if let Some(address) = self.members.get(&member) {
                    self.removed[address.consumer as usize] = None;
                }
                let process = self.member(&member, &client_id);
                self.note(Happening::Joined(process, group));
            }
            // Its new id was written down when it was made.
            Event::MemberReplaced { .. } => {}
            Event::MemberRemoved { group, member, why } => self.removed(group, &member, why),
            Event::RebalanceBegan { group, reason, .. } => {
                let place = self.group_or_new(&group);
                let now = self.now;
                self.groups[place as usize].rebalancing.get_or_insert(now);
                self.note(Happening::RebalanceBegan(group, reason));
            }
            Event::GenerationFormed { group, generation, protocol, leader, members } => {
                let place = self.group_or_new(&group);
                self.groups[place as usize].generation = generation;
                self.note(Happening::Generation(group, generation, protocol, leader, members));
            }
            Event::GenerationStable { group, generation, members } => {
                let took = self.rebalance_ended(&group);
                self.note(Happening::Stable(group, generation, members, self.now.since(took)));
            }
            Event::GroupEmpty { group, generation } => {
                self.rebalance_ended(&group);
                self.note(Happening::Emptied(group, generation));
            }
            Event::GroupDeleted { group } => {
                self.rebalance_ended(&group);
                self.note(Happening::GroupDeleted(group));
            }
            // The record that drops it was taken in already.
            Event::OffsetDropped { .. } => {}
        }
    }

    /// A new epoch of a group of the consumer protocol: what the classic protocol does at a barrier begins, and every
    /// member comes to its end by itself.
    fn epoch_began(&mut self, group: &Rc<str>, epoch: i32) {
        let (place, now) = (self.group_or_new(group), self.now);
        let of = &mut self.groups[place as usize];
        if epoch != of.generation {
            of.generation = epoch;
            of.rebalancing.get_or_insert(now);
            self.note(Happening::RebalanceBegan(group.clone(), format!("group epoch {epoch}").into()));
        }
    }

    /// Whether these records were the last ones that a rebalance of the consumer protocol waited for.
    fn reconciled(&mut self, records: &[Record]) {
        let group = records.iter().rev().find_map(|record| match record {
            Record::ConsumerGroup(group, _) | Record::ConsumerTarget(group, _) => Some(group),
            Record::ConsumerMember(key, _) | Record::ConsumerMemberCurrent(key, _) => Some(&key.group),
            _ => None,
        });
        let Some(group) = group else { return };
        let place = self.group_or_new(group);
        let Some(began) = self.groups[place as usize].rebalancing else { return };
        match self.coordinator.state(group) {
            Some((GroupState::Stable, epoch)) => {
                let members = self.coordinator.group(group).map_or(0, |view| view.members.len() as u32);
                self.groups[place as usize].rebalancing = None;
                self.note(Happening::Reconciled(group.clone(), epoch, members, self.now.since(began)));
            }
            // Nobody is left who could come to its end.
            Some((GroupState::Empty, _)) | None => self.groups[place as usize].rebalancing = None,
            Some(_) => {}
        }
    }

    /// When the rebalance that ends now began.
    fn rebalance_ended(&mut self, group: &Rc<str>) -> Time {
        let place = self.group_or_new(group);
        self.groups[place as usize].rebalancing.take().unwrap_or(self.now)
    }

    fn removed(&mut self, group: Rc<str>, member: &Rc<str>, why: Removal) {
        let Some(address) = self.members.get(member).copied() else { return };
        self.removed[address.consumer as usize] = Some((address.process, self.now));
        let process = self.process(address);
        self.note(match why {
            Removal::SessionExpired { timeout } => Happening::Removed(process, group, timeout),
            Removal::Left { reason } => Happening::Left(process, group, reason),
            Removal::MissedRebalance => {
                Happening::Left(process, group, "did not join again before the rebalance timeout".into())
            }
            Removal::MissedSync => {
                Happening::Left(process, group, "did not sync before the rebalance timeout".into())
            }
            Removal::GroupFull => Happening::Left(process, group, "the group is full".into()),
            Removal::NeverJoined => {
                Happening::Left(process, group, "never came back with its member id".into())
            }
        });
    }

    /// The process that a member id belongs to.
    fn member(&self, member: &Rc<str>, client_id: &Rc<str>) -> Process {
        match self.members.get(member) {
            Some(address) => self.process(*address),
            None => Process { consumer: client_id.clone(), number: 0 },
        }
    }
}
