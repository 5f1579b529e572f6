//! How a rebalance begins, gathers members, forms a generation, and what its timers do.

use super::ClassicGroup;
use crate::group::classic::ClassicState;
use crate::group::event::{Event, Removal};
use crate::group::record::Record;
use crate::group::reply::{JoinGroupReply, Reply, SyncGroupReply};
use crate::group::timer::{Task, TimerKey};
use crate::group::turn::Turn;
use crate::group::{Bytes, ErrorCode};
use std::rc::Rc;

impl ClassicGroup {
    /// Begins a rebalance where the state allows one; otherwise looks whether the one that runs can go on.
    pub(super) fn rebalance_or_complete(&mut self, turn: &mut Turn, reason: String) {
        use ClassicState::*;
        match self.state {
            Stable | CompletingRebalance | Empty => self.prepare_rebalance(turn, reason),
            PreparingRebalance | Dead => self.maybe_complete_join(turn),
        }
    }

    /// Begins a rebalance. The first of an empty group waits for the initial delay; later ones until all members have
    /// joined, at most the longest rebalance timeout.
    pub(in crate::group) fn prepare_rebalance(&mut self, turn: &mut Turn, reason: String) {
        if self.state == ClassicState::CompletingRebalance {
            self.set_assignments(|_| Bytes::default());
            self.answer_syncs(turn, ErrorCode::REBALANCE_IN_PROGRESS);
        }
        self.end_sync_phase(turn);
        let initial = self.state == ClassicState::Empty;
        if initial {
            let delay_ms = turn.config.initial_rebalance_delay_ms;
            let remaining_ms = (self.rebalance_timeout_ms() - delay_ms).max(0);
            let task = Task::InitialJoin { delay_ms, remaining_ms };
            turn.arm_ms(delay_ms, TimerKey::Join(self.id.clone()), task);
        }
        self.become_state(ClassicState::PreparingRebalance, turn.clock_ms());
        self.rebalances += 1;
        self.reason = reason.into();
        turn.event(Event::RebalanceBegan {
            group: self.id.clone(),
            old_generation: self.generation,
            reason: self.reason.clone(),
        });
        if initial {
            return;
        }
        if self.all_joined() {
            self.complete_join(turn);
        } else {
            turn.arm_ms(self.rebalance_timeout_ms(), TimerKey::Join(self.id.clone()), Task::CompleteJoin);
        }
    }

    /// Forms the generation if all have joined. The initial delay is always waited out.
    pub(super) fn maybe_complete_join(&mut self, turn: &mut Turn) {
        if self.state == ClassicState::PreparingRebalance
            && self.previous != ClassicState::Empty
            && self.all_joined()
        {
            self.complete_join(turn);
        }
    }

    /// The initial delay is over: it is extended if somebody came meanwhile, as long as rebalance timeouts allow.
    pub(in crate::group) fn initial_join_due(&mut self, turn: &mut Turn, delay_ms: i32, remaining_ms: i32) {
        if self.newcomer && remaining_ms != 0 {
            self.newcomer = false;
            let next_ms = turn.config.initial_rebalance_delay_ms.min(remaining_ms);
            let task =
                Task::InitialJoin { delay_ms: next_ms, remaining_ms: (remaining_ms - delay_ms).max(0) };
            turn.arm_ms(next_ms, TimerKey::Join(self.id.clone()), task);
        } else {
            self.complete_join(turn);
        }
    }

    /// The join phase ends: who has not joined goes (static members stay), and the others form a generation.
    pub(in crate::group) fn complete_join(&mut self, turn: &mut Turn) {
        turn.timers.cancel(&TimerKey::Join(self.id.clone()));
        let late = self.members.values().filter(|m| m.join.is_none() && m.instance.is_none());
        let late: Vec<Rc<str>> = late.map(|m| m.id.clone()).collect();
        for id in late {
            self.dismiss(turn, &id, Removal::MissedRebalance);
        }
        if self.state == ClassicState::Dead {
            return;
        }
        if !self.elect_joined_leader() && !self.members.is_empty() {
            turn.arm_ms(self.rebalance_timeout_ms(), TimerKey::Join(self.id.clone()), Task::CompleteJoin);
            return;
        }
        self.next_generation(turn);
    }

    fn next_generation(&mut self, turn: &mut Turn) {
        self.generation += 1;
        self.protocol = self.select_protocol();
        self.topics = self.subscribed_topics();
        // Kafka leaves the timer of a join phase as it is when the group is upgraded in it. It then ends a phase that the
        // group, once it is a classic one again, is not in, and Kafka fails here, with the members gone that have not joined.
        if !self.may_become(ClassicState::CompletingRebalance) {
            return;
        }
        self.pending_syncs = Default::default();
        if self.members.is_empty() {
            self.become_state(ClassicState::Empty, turn.clock_ms());
            let value = self.recorded(|_| Bytes::default());
            turn.append(Record::ClassicGroup(self.id.clone(), Some(value)));
            turn.event(Event::GroupEmpty { group: self.id.clone(), generation: self.generation });
            return;
        }
        self.become_state(ClassicState::CompletingRebalance, turn.clock_ms());
        turn.event(Event::GenerationFormed {
            group: self.id.clone(),
            generation: self.generation,
            protocol: self.protocol.clone().unwrap_or_default(),
            leader: self.leader.clone().unwrap_or_default(),
            members: self.members.len() as u32,
        });
        let ids: Vec<Rc<str>> = self.members.keys().cloned().collect();
        for id in ids {
            let reply = self.joined_reply(&id);
            self.answer_join(turn, &id, reply);
            self.await_heartbeat(turn, &id);
            self.members.get_mut(&id).expect("a member").is_new = false;
            self.pending_syncs.put(id, ());
        }
        let task = Task::ExpireSync { generation: self.generation };
        turn.arm_ms(self.rebalance_timeout_ms(), TimerKey::Sync(self.id.clone()), task);
    }

    /// What a member is told of the generation; the leader learns of all members.
    pub(super) fn joined_reply(&self, id: &Rc<str>) -> JoinGroupReply {
        let members = if self.is_leader(id) { self.joined_members() } else { Vec::new() };
        JoinGroupReply {
            error: ErrorCode::NONE,
            generation_id: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol.clone(),
            leader: self.leader.clone().unwrap_or_default(),
            skip_assignment: false,
            member_id: id.clone(),
            members,
        }
    }

    /// Answers a member's join, if it is held.
    pub(super) fn answer_join(&mut self, turn: &mut Turn, id: &str, reply: JoinGroupReply) {
        if let Some(token) = self.members.get_mut(id).and_then(|member| member.join.take()) {
            self.awaiting_join -= 1;
            turn.reply(token, Reply::JoinGroup(reply));
        }
    }

    pub(super) fn set_assignments(&mut self, of: impl Fn(&Rc<str>) -> Bytes) {
        for member in self.members.values_mut() {
            member.assignment = of(&member.id);
        }
    }

    /// Answers every sync that is held, and expects the member's next heartbeat from now on.
    pub(super) fn answer_syncs(&mut self, turn: &mut Turn, error: ErrorCode) {
        let told =
            if error.is_none() { (self.protocol_type.clone(), self.protocol.clone()) } else { (None, None) };
        let ids: Vec<Rc<str>> =
            self.members.values().filter(|m| m.sync.is_some()).map(|m| m.id.clone()).collect();
        for id in ids {
            let member = self.members.get_mut(&id).expect("a member");
            let token = member.sync.take().expect("it waits");
            let reply = SyncGroupReply {
                error,
                protocol_type: told.0.clone(),
                protocol_name: told.1.clone(),
                assignment: member.assignment.clone(),
            };
            turn.reply(token, Reply::SyncGroup(reply));
            self.await_heartbeat(turn, &id);
        }
    }

    /// Answers every join and every sync that is held.
    pub(in crate::group) fn send_away(&mut self, turn: &mut Turn, error: ErrorCode) {
        let ids: Vec<Rc<str>> = self.members.keys().cloned().collect();
        for id in &ids {
            self.answer_join(turn, id, JoinGroupReply::refused(error, id.clone()));
        }
        for member in self.members.values_mut() {
            if let Some(token) = member.sync.take() {
                turn.reply(token, Reply::SyncGroup(SyncGroupReply::refused(error)));
            }
        }
    }

    /// (Re)arms the timer of a member with its session timeout.
    pub(in crate::group) fn await_heartbeat(&mut self, turn: &mut Turn, id: &Rc<str>) {
        let timeout_ms = self.members.get(id).expect("a member").session_timeout_ms;
        turn.arm_ms(timeout_ms, TimerKey::Heartbeat(self.id.clone(), id.clone()), Task::ExpireMember);
    }

    /// Nobody is expected to sync any more.
    fn end_sync_phase(&mut self, turn: &mut Turn) {
        self.pending_syncs = Default::default();
        turn.timers.cancel(&TimerKey::Sync(self.id.clone()));
    }

    /// Removes a member and its timer, without looking at what follows.
    pub(super) fn dismiss(&mut self, turn: &mut Turn, id: &Rc<str>, why: Removal) {
        turn.timers.cancel(&TimerKey::Heartbeat(self.id.clone(), id.clone()));
        if self.remove(id).is_some() {
            turn.event(Event::MemberRemoved { group: self.id.clone(), member: id.clone(), why });
        }
    }

    /// The sync phase took too long: who has not synced goes.
    pub(in crate::group) fn sync_expired(&mut self, turn: &mut Turn, generation: i32) {
        let syncing = matches!(self.state, ClassicState::CompletingRebalance | ClassicState::Stable);
        if generation != self.generation || !syncing || self.pending_syncs.is_empty() {
            return;
        }
        let late: Vec<Rc<str>> = self.pending_syncs.keys().cloned().collect();
        for id in &late {
            self.dismiss(turn, id, Removal::MissedSync);
        }
        self.prepare_rebalance(
            turn,
            format!("Removing [{}] on pending sync request expiration", late.join(", ")),
        );
    }

    /// Nothing was heard of a member, or of one that was given an id, for its session timeout.
    pub(in crate::group) fn heartbeat_expired(&mut self, turn: &mut Turn, id: &Rc<str>) {
        if self.pending_joins.contains(id) {
            self.remove(id);
            turn.event(Event::MemberRemoved {
                group: self.id.clone(),
                member: id.clone(),
                why: Removal::NeverJoined,
            });
            if self.state == ClassicState::PreparingRebalance && self.all_joined() {
                self.complete_join(turn);
            }
            return;
        }
        let Some(member) = self.members.get(id) else { return };
        if member.may_be_silent() {
            return;
        }
        let why = Removal::SessionExpired { timeout: member.session_timeout() };
        self.answer_join(turn, id, JoinGroupReply::refused(ErrorCode::UNKNOWN_MEMBER_ID, "".into()));
        self.dismiss(turn, id, why);
        match self.state {
            ClassicState::Stable | ClassicState::CompletingRebalance => {
                self.rebalance_or_complete(turn, format!("removing member {id} on heartbeat expiration."));
            }
            ClassicState::PreparingRebalance if self.all_joined() => self.complete_join(turn),
            _ => {}
        }
    }
}
