//! A consumer group, and how records change it. Nothing else does, but for what is marked as soft.

use super::member::{AWAY, Member};
use super::record::{MemberTargetValue, RegexValue};
use super::{Assigned, Partitions};
use crate::assign::server::Kind;
use crate::base::{Map, Time, TimelineMap, Uuid};
use crate::group::ErrorCode;
use crate::group::coordinator::{Coordinator, Group};
use crate::group::event::Checked;
use crate::group::record::Record;
use crate::group::share::ShareGroup;
use crate::group::view::GroupState;
use std::rc::Rc;

/// How long topics that did not change are not looked at again (`METADATA_REFRESH_INTERVAL_MS`).
const REFRESH_INTERVAL_MS: i64 = i32::MAX as i64;

/// A group of the consumer protocol, or what a share group has in common with one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::group) struct ConsumerGroup {
    pub id: Rc<str>,
    pub kind: Kind,
    /// Rises with every change of what is to be shared out or among whom.
    pub epoch: i32,
    pub metadata_hash: i64,
    /// The epoch for which the target was made; 0 once the target is gone.
    pub assignment_epoch: i32,
    /// When it was made; 0 when not known.
    pub assignment_timestamp_ms: i64,
    pub members: TimelineMap<Rc<str>, Member>,
    /// Member ids by instance id.
    pub statics: Map<Rc<str>, Rc<str>>,
    pub targets: Map<Rc<str>, MemberTargetValue>,
    /// How many members ask for each assignor.
    pub votes: TimelineMap<Rc<str>, u32>,
    /// Whether members subscribe alike, as it was when a member last changed.
    pub alike: bool,
    /// What regular expressions mean, those that have been resolved.
    pub regexes: Map<Rc<str>, RegexValue>,
    /// The epoch of the member that has a partition, or has it pending.
    owners: Map<Uuid, Map<i32, i32>>,
    /// Soft: wall clock at which topics are looked at again, 0 for the next heartbeat.
    pub refresh_at_ms: i64,
    /// Soft: when members were last heard of.
    pub heard: Map<Rc<str>, Time>,
}

impl ConsumerGroup {
    /// A group that is not there yet. Kafka's begin with epoch 1.
    pub fn new(id: Rc<str>) -> ConsumerGroup {
        ConsumerGroup::of_kind(Kind::Consumer, id)
    }

    /// The same for both kinds.
    pub fn of_kind(kind: Kind, id: Rc<str>) -> ConsumerGroup {
        ConsumerGroup {
            id,
            kind,
            epoch: 1,
            metadata_hash: 0,
            assignment_epoch: 1,
            assignment_timestamp_ms: 0,
            members: TimelineMap::new(),
            statics: Map::new(),
            targets: Map::new(),
            votes: TimelineMap::new(),
            alike: true,
            regexes: Map::new(),
            owners: Map::new(),
            refresh_at_ms: 0,
            heard: Map::new(),
        }
    }

    pub fn state(&self) -> GroupState {
        if self.members.is_empty() {
            GroupState::Empty
        } else if self.epoch > self.assignment_epoch {
            GroupState::Assigning
        } else if self.members.values().all(|member| member.is_reconciled_to(self.assignment_epoch)) {
            GroupState::Stable
        } else {
            GroupState::Reconciling
        }
    }

    /// Whether a member has the partition, or has it pending.
    pub fn is_held(&self, topic: Uuid, number: i32) -> bool {
        self.owners.get(&topic).is_some_and(|numbers| numbers.contains_key(&number))
    }

    /// Soft: topics were looked at just now.
    pub fn looked_at(&mut self, clock_ms: i64) {
        self.refresh_at_ms = clock_ms + REFRESH_INTERVAL_MS;
    }

    /// The member with an instance id. A member that took another instance id keeps the first one as well; once it is gone
    /// Kafka looks for it under that in vain.
    pub fn static_member(&self, instance: &str) -> Checked<Option<&Member>> {
        let id = self.statics.get(instance);
        id.map(|id| self.members.get(id).ok_or(ErrorCode::UNKNOWN_MEMBER_ID)).transpose()
    }

    /// The id under which a member's target is stored: for a static member that of the one whose place it takes.
    pub fn predecessor<'a>(&'a self, member: &'a Member) -> &'a Rc<str> {
        member.about.instance.as_ref().and_then(|i| self.statics.get(i)).unwrap_or(&member.id)
    }

    /// How many members subscribe to a regular expression.
    pub fn subscribers_of(&self, regex: &str) -> usize {
        self.members.values().filter(|member| member.about.regex.as_deref() == Some(regex)).count()
    }

    /// Tombstones for all of the group. A member that takes the place of another in the same batch goes under its own
    /// `name`.
    pub fn tombstones<'a>(&'a self, name: impl Fn(&'a Rc<str>) -> &'a Rc<str>) -> Vec<Record> {
        let ids = || self.members.keys().map(|id| name(id).clone());
        let key = |member| super::record::MemberKey { group: self.id.clone(), member };
        let mut records: Vec<Record> = ids().map(|id| Record::ConsumerMemberCurrent(key(id), None)).collect();
        records.extend(ids().map(|id| Record::ConsumerMemberTarget(key(id), None)));
        records.push(Record::ConsumerTarget(self.id.clone(), None));
        records.extend(ids().map(|id| Record::ConsumerMember(key(id), None)));
        for regex in self.regexes.keys() {
            let key = super::record::RegexKey { group: self.id.clone(), regex: regex.clone() };
            records.push(Record::ConsumerRegex(key, None));
        }
        records.push(Record::ConsumerTopics(self.id.clone()));
        records.push(Record::ConsumerGroup(self.id.clone(), None));
        records
    }

    pub(super) fn put(&mut self, member: Member) {
        if let Some(old) = self.members.get(&member.id) {
            let (epoch, parts) =
                (old.current.epoch, [old.current.assigned.clone(), old.current.pending.clone()]);
            self.release(epoch, &parts);
        }
        self.hold(member.current.epoch, [&member.current.assigned, &member.current.pending]);
        if let Some(instance) = &member.about.instance {
            self.statics.insert(instance.clone(), member.id.clone());
        }
        let old = self.members.get(&member.id).and_then(|old| old.about.assignor.clone());
        self.vote(old, member.about.assignor.clone());
        self.members.put(member.id.clone(), member);
        self.alike = self.are_alike();
    }

    fn remove(&mut self, id: &str) {
        let Some(member) = self.members.remove(id) else { return };
        self.release(member.current.epoch, &[member.current.assigned, member.current.pending]);
        self.vote(member.about.assignor, None);
        if let Some(instance) = member.about.instance {
            self.statics.remove(&instance);
        }
        self.heard.remove(id);
        self.alike = self.are_alike();
    }

    /// As in Kafka, the last vote for a name takes it out of the map, and a new one puts it in anew.
    fn vote(&mut self, old: Option<Rc<str>>, new: Option<Rc<str>>) {
        if let Some(name) = old {
            match self.votes.get(&name).copied().unwrap_or(1) {
                1 => self.votes.remove(&name),
                count => self.votes.put(name, count - 1),
            };
        }
        if let Some(name) = new {
            let count = self.votes.get(&name).copied().unwrap_or(0);
            self.votes.put(name, count + 1);
        }
    }

    fn hold(&mut self, epoch: i32, parts: [&Assigned; 2]) {
        if self.kind == Kind::Share {
            return;
        }
        for (topic, numbers) in parts.into_iter().flatten() {
            let owners = self.owners.or_default(*topic);
            owners.extend(numbers.keys().map(|&number| (number, epoch)));
        }
    }

    /// What has passed to another epoch meanwhile stays as it is.
    fn release(&mut self, epoch: i32, parts: &[Assigned; 2]) {
        for (topic, numbers) in parts.iter().flatten() {
            let Some(owners) = self.owners.get_mut(topic) else { continue };
            for number in
                numbers.keys().filter(|number| owners.get(number) == Some(&epoch)).collect::<Vec<_>>()
            {
                owners.remove(number);
            }
            if owners.is_empty() {
                self.owners.remove(topic);
            }
        }
    }

    fn replay_member(&mut self, id: &Rc<str>, change: impl FnOnce(&mut Member)) {
        let mut member = self.members.get(id).cloned().unwrap_or_else(|| Member::new(id.clone()));
        change(&mut member);
        self.put(member);
    }
}

impl MemberTargetValue {
    /// The partitions as a set.
    pub(super) fn as_set(&self) -> Partitions {
        super::assignment::as_set(&self.topics)
    }
}

impl Coordinator {
    /// A consumer group; a simple classic group of that name becomes one.
    fn consumer_made(&mut self, id: &Rc<str>) -> &mut ConsumerGroup {
        if !matches!(self.groups.get(id), Some(Group::Consumer(_))) {
            self.groups.insert(id.clone(), Group::Consumer(ConsumerGroup::new(id.clone())));
        }
        self.consumer_mut(id).expect("it is one now")
    }

    pub(super) fn consumer_mut(&mut self, id: &str) -> Option<&mut ConsumerGroup> {
        match self.groups.get_mut(id) {
            Some(Group::Consumer(group)) => Some(group),
            _ => None,
        }
    }

    pub(super) fn consumer(&self, id: &str) -> Option<&ConsumerGroup> {
        match self.groups.get(id) {
            Some(Group::Consumer(group)) => Some(group),
            _ => None,
        }
    }

    /// A group whose members the coordinator assigns to: a consumer group or a share group.
    pub(in crate::group) fn modern(&self, id: &str) -> Option<&ConsumerGroup> {
        match self.groups.get(id) {
            Some(Group::Consumer(group) | Group::Share(ShareGroup { group, .. })) => Some(group),
            _ => None,
        }
    }

    pub(in crate::group) fn modern_mut(&mut self, id: &str) -> Option<&mut ConsumerGroup> {
        match self.groups.get_mut(id) {
            Some(Group::Consumer(group) | Group::Share(ShareGroup { group, .. })) => Some(group),
            _ => None,
        }
    }

    /// Takes a record of a consumer group in. Tombstones of what is not there do nothing.
    pub(in crate::group) fn replay_consumer(&mut self, record: &Record) {
        let (id, gone) = match record {
            Record::ConsumerGroup(id, value) => (id, value.is_none()),
            Record::ConsumerTarget(id, value) => (id, value.is_none()),
            Record::ConsumerMember(key, value) => (&key.group, value.is_none()),
            Record::ConsumerMemberTarget(key, value) => (&key.group, value.is_none()),
            Record::ConsumerMemberCurrent(key, value) => (&key.group, value.is_none()),
            Record::ConsumerRegex(key, value) => (&key.group, value.is_none()),
            _ => return,
        };
        let group = match gone {
            true => self.consumer_mut(id),
            false => Some(self.consumer_made(id)),
        };
        match (group, record) {
            (None, _) => {}
            (Some(_), Record::ConsumerGroup(id, None)) => _ = self.groups.remove(id),
            (Some(group), record) => group.replay(record),
        }
    }
}

impl ConsumerGroup {
    /// Takes in a record that does not end the group.
    pub fn replay(&mut self, record: &Record) {
        match record {
            Record::ConsumerGroup(_, Some(value)) => {
                (self.epoch, self.metadata_hash) = (value.epoch, value.metadata_hash);
            }
            Record::ConsumerMember(key, Some(about)) => {
                self.replay_member(&key.member, |member| member.about = about.clone());
            }
            Record::ConsumerMember(key, None) => self.remove(&key.member),
            Record::ConsumerMemberCurrent(key, Some(current)) => {
                self.replay_member(&key.member, |member| member.current = current.clone());
            }
            Record::ConsumerMemberCurrent(key, None) if self.members.contains_key(&key.member) => {
                self.replay_member(&key.member, |member| {
                    (member.current.epoch, member.current.previous_epoch) = (AWAY + 1, AWAY + 1);
                    member.current.assigned.clear();
                    member.current.order.clear();
                    member.current.pending.clear();
                });
            }
            Record::ConsumerMemberTarget(key, Some(target)) => {
                self.targets.insert(key.member.clone(), target.clone());
            }
            Record::ConsumerMemberTarget(key, None) => _ = self.targets.remove(&key.member),
            Record::ConsumerTarget(_, value) => {
                (self.assignment_epoch, self.assignment_timestamp_ms) =
                    value.as_ref().map_or((0, 0), |value| (value.epoch, value.timestamp_ms));
            }
            Record::ConsumerRegex(key, Some(value)) => {
                self.regexes.insert(key.regex.clone(), value.clone());
            }
            Record::ConsumerRegex(key, None) => _ = self.regexes.remove(&key.regex),
            _ => {}
        }
    }
}
