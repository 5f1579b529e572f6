//! The state of a classic group and its small changes (Kafka's `ClassicGroup`). Nothing here answers or arms a timer
//! except where a held request must be answered because its member goes.

use super::member::Member;
use crate::base::{JavaMap, Map, Set, Time};
use crate::group::event::Checked;
use crate::group::protocol::Subscription;
use crate::group::record::ClassicGroupValue;
use crate::group::reply::JoinedMember;
use crate::group::request::JoinProtocol;
use crate::group::view::GroupState;
use crate::group::{Bytes, ErrorCode};
use std::rc::Rc;

/// The protocol type of consumers.
pub(in crate::group) const CONSUMER: &str = "consumer";

/// The state of a classic group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::group) enum ClassicState {
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}

impl From<ClassicState> for GroupState {
    fn from(state: ClassicState) -> GroupState {
        match state {
            ClassicState::Empty => GroupState::Empty,
            ClassicState::PreparingRebalance => GroupState::PreparingRebalance,
            ClassicState::CompletingRebalance => GroupState::CompletingRebalance,
            ClassicState::Stable => GroupState::Stable,
            ClassicState::Dead => GroupState::Dead,
        }
    }
}

impl ClassicState {
    /// Kafka's name.
    pub fn name(self) -> &'static str {
        GroupState::from(self).name()
    }
}

/// A classic group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::group) struct ClassicGroup {
    pub id: Rc<str>,
    pub state: ClassicState,
    /// The state before; only "was it Empty" is asked.
    pub previous: ClassicState,
    /// When it entered its state, in milliseconds since 1970; `None` when a record does not say.
    pub since_ms: Option<i64>,
    pub generation: i32,
    pub protocol_type: Option<Rc<str>>,
    pub protocol: Option<Rc<str>>,
    pub leader: Option<Rc<str>>,
    pub members: JavaMap<Rc<str>, Member>,
    /// Member id of each static member, by instance id.
    pub statics: Map<Rc<str>, Rc<str>>,
    /// Ids that were given out and have not come back.
    pub pending_joins: Set<Rc<str>>,
    /// Members that have not synced in this generation, in the order of Kafka's hash set.
    pub pending_syncs: JavaMap<Rc<str>, ()>,
    /// How many members support each protocol.
    pub supported: Map<Rc<str>, u32>,
    /// How many joins are held.
    pub awaiting_join: u32,
    /// Whether somebody was added during the initial delay, which extends it.
    pub newcomer: bool,
    /// What all members together subscribe to; `None` when that cannot be known.
    pub topics: Option<Set<Rc<str>>>,
    /// Rebalances begun, for readers.
    pub rebalances: u32,
    /// Why the last one began, for readers.
    pub reason: Rc<str>,
}

impl ClassicGroup {
    /// An empty group.
    pub fn new(id: Rc<str>, clock_ms: i64) -> ClassicGroup {
        ClassicGroup {
            id,
            state: ClassicState::Empty,
            previous: ClassicState::Dead,
            since_ms: Some(clock_ms),
            generation: 0,
            protocol_type: None,
            protocol: None,
            leader: None,
            members: JavaMap::new(),
            statics: Map::new(),
            pending_joins: Set::new(),
            pending_syncs: JavaMap::new(),
            supported: Map::new(),
            awaiting_join: 0,
            newcomer: false,
            topics: None,
            rebalances: 0,
            reason: "".into(),
        }
    }

    /// The group that a record remembers.
    pub fn remembered(id: Rc<str>, value: &ClassicGroupValue) -> ClassicGroup {
        let mut group = ClassicGroup::new(id, 0);
        group.state = if value.members.is_empty() { ClassicState::Empty } else { ClassicState::Stable };
        group.since_ms = Some(value.current_state_timestamp_ms).filter(|ms| *ms != -1);
        group.generation = value.generation;
        group.protocol_type = Some(value.protocol_type.clone()).filter(|t| !t.is_empty());
        group.protocol = value.protocol.clone();
        group.leader = value.leader.clone();
        for member in &value.members {
            group.add(Member::remembered(member, value.protocol.as_ref()));
        }
        group.topics = group.subscribed_topics();
        group
    }

    /// The record of the group, with the assignments given.
    pub fn recorded(&self, assignments: impl Fn(&Member) -> Bytes) -> ClassicGroupValue {
        let protocol = self.protocol.clone().unwrap_or_default();
        ClassicGroupValue {
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            generation: self.generation,
            protocol: self.protocol.clone(),
            leader: self.leader.clone(),
            current_state_timestamp_ms: self.since_ms.unwrap_or(-1),
            members: self.members.values().map(|m| m.recorded(&protocol, assignments(m))).collect(),
        }
    }

    /// Whether it may change to a state: Kafka's table of allowed changes.
    pub fn may_become(&self, state: ClassicState) -> bool {
        use ClassicState::*;
        match state {
            Empty | CompletingRebalance => self.state == PreparingRebalance,
            PreparingRebalance => matches!(self.state, Stable | CompletingRebalance | Empty),
            Stable => self.state == CompletingRebalance,
            Dead => true,
        }
    }

    /// Changes the state.
    pub fn become_state(&mut self, state: ClassicState, clock_ms: i64) {
        assert!(self.may_become(state), "group {} cannot go from {:?} to {state:?}", self.id, self.state);
        self.previous = std::mem::replace(&mut self.state, state);
        self.since_ms = Some(clock_ms);
    }

    pub fn is_empty(&self) -> bool {
        self.state == ClassicState::Empty
    }

    pub fn is_leader(&self, member: &str) -> bool {
        self.leader.as_deref() == Some(member)
    }

    /// Whether every member's join is held and nobody is expected.
    pub fn all_joined(&self) -> bool {
        self.members.len() == self.awaiting_join as usize && self.pending_joins.is_empty()
    }

    /// The longest rebalance timeout of a member, in milliseconds.
    pub fn rebalance_timeout_ms(&self) -> i32 {
        self.members.values().map(|m| m.rebalance_timeout_ms).max().unwrap_or(0)
    }

    pub fn is_consumers(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER)
    }

    /// Whether offsets of the topic are in use. When subscriptions cannot be read, all are.
    pub fn subscribes_to(&self, topic: &str) -> bool {
        self.topics.as_ref().map_or(self.is_consumers(), |topics| topics.contains(topic))
    }

    pub fn add(&mut self, member: Member) {
        if let Some(instance) = &member.instance {
            self.statics.insert(instance.clone(), member.id.clone());
        }
        self.count_protocols(&member.protocols, 1);
        self.awaiting_join += u32::from(member.join.is_some());
        self.leader.get_or_insert_with(|| member.id.clone());
        self.pending_joins.remove(&member.id);
        self.members.put(member.id.clone(), member);
    }

    /// Forgets a member, or an id that was given out. The lead passes to the first of the hash map.
    pub fn remove(&mut self, id: &str) -> Option<Member> {
        let removed = self.members.remove(id);
        if let Some(member) = &removed {
            self.count_protocols(&member.protocols, -1);
            self.awaiting_join -= u32::from(member.join.is_some());
            if let Some(instance) = &member.instance {
                self.statics.remove(instance);
            }
        }
        if self.is_leader(id) {
            self.leader = self.members.keys().next().cloned();
        }
        self.pending_joins.remove(id);
        self.pending_syncs.remove(id);
        removed
    }

    /// What a member now says of itself, with the join that says it.
    pub fn update(
        &mut self,
        id: &str,
        protocols: &[JoinProtocol],
        timeouts_ms: (i32, i32),
        token: u64,
        now: Time,
    ) {
        let member = self.members.get_mut(id).expect("a member is updated");
        let old = std::mem::replace(&mut member.protocols, protocols.to_vec());
        (member.rebalance_timeout_ms, member.session_timeout_ms) = timeouts_ms;
        member.last_heard = now;
        self.awaiting_join += u32::from(member.join.replace(token).is_none());
        self.count_protocols(&old, -1);
        self.count_protocols(protocols, 1);
    }

    fn count_protocols(&mut self, protocols: &[JoinProtocol], change: i32) {
        for protocol in protocols {
            let count = self.supported.or_default(protocol.name.clone());
            *count = count.checked_add_signed(change).expect("no protocol is supported by less than nobody");
        }
        self.supported.retain(|_, count| *count > 0);
    }

    /// Whether a member of this type with these protocols fits in.
    pub fn supports(&self, protocol_type: &str, protocols: &[JoinProtocol]) -> bool {
        if self.state == ClassicState::Empty {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        let by_all =
            |p: &JoinProtocol| self.supported.get(&p.name).map_or(0, |n| *n as usize) == self.members.len();
        self.protocol_type.as_deref() == Some(protocol_type) && protocols.iter().any(by_all)
    }

    /// The protocol with most votes among those that all support; of equals the first in a hash map of names.
    pub fn select_protocol(&self) -> Option<Rc<str>> {
        let by_all = |(_, count): &(_, &u32)| **count as usize == self.members.len();
        let candidates: Set<&str> = self.supported.iter().filter(by_all).map(|(name, _)| &**name).collect();
        let mut votes: JavaMap<Rc<str>, u32> = JavaMap::new();
        for name in self.members.values().filter_map(|member| member.vote(&candidates)) {
            let count = votes.get(name).copied().unwrap_or(0);
            votes.put(name.clone(), count + 1);
        }
        let mut best: Option<(&Rc<str>, u32)> = None;
        for (name, &count) in votes.iter() {
            if best.is_none_or(|(_, most)| count > most) {
                best = Some((name, count));
            }
        }
        best.map(|(name, _)| name.clone())
    }

    /// What all members together subscribe to, where their subscriptions can be read.
    pub fn subscribed_topics(&self) -> Option<Set<Rc<str>>> {
        if !self.is_consumers() {
            return None;
        }
        if self.members.is_empty() {
            return Some(Set::new());
        }
        let protocol = self.protocol.as_ref()?;
        let mut topics = Set::new();
        for member in self.members.values() {
            topics.extend(Subscription::decode_topics(member.metadata(protocol)?).ok()?);
        }
        Some(topics)
    }

    /// If the leader's join is not held, the first member whose join is becomes leader. Whether there is a leader now
    /// whose join is held.
    pub fn elect_joined_leader(&mut self) -> bool {
        let Some(leader) = &self.leader else { return false };
        if self.members.get(leader).is_some_and(|m| m.join.is_some()) {
            return true;
        }
        let joined = self.members.values().find(|m| m.join.is_some()).map(|m| m.id.clone());
        let elected = joined.is_some();
        if elected {
            self.leader = joined;
        }
        elected
    }

    /// All members as the leader is shown them.
    pub fn joined_members(&self) -> Vec<JoinedMember> {
        let protocol = self.protocol.clone().unwrap_or_default();
        self.members.values().map(|m| m.joined(&protocol)).collect()
    }

    /// Whether the request comes from whom it says. The instance id is looked at first.
    pub fn validate_member(&self, id: &str, instance: Option<&Rc<str>>) -> Checked {
        if let Some(instance) = instance {
            match self.statics.get(instance) {
                None => return Err(ErrorCode::UNKNOWN_MEMBER_ID),
                Some(owner) if **owner != *id => return Err(ErrorCode::FENCED_INSTANCE_ID),
                Some(_) => {}
            }
        }
        if self.members.contains_key(id) { Ok(()) } else { Err(ErrorCode::UNKNOWN_MEMBER_ID) }
    }

    /// Whether the request comes from a member of this generation.
    pub fn validate(&self, id: &str, instance: Option<&Rc<str>>, generation: i32) -> Checked {
        if self.state == ClassicState::Dead {
            return Err(ErrorCode::COORDINATOR_NOT_AVAILABLE);
        }
        self.validate_member(id, instance)?;
        if generation == self.generation { Ok(()) } else { Err(ErrorCode::ILLEGAL_GENERATION) }
    }
}
