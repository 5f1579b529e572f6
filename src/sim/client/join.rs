//! Joining and syncing, as `ConsumerCoordinator` and `AbstractCoordinator` do it, and the leader's part.
//!
//! Commit (automatic only, its answer is waited for) → `revoked` → JoinGroup → (leader: assign) → SyncGroup →
//! `assigned`. All of it happens inside `poll()`.

use super::subscription::{Memory, input_member};
use super::{Consumer, Note};
use crate::assign::{self, Input, Topic};
use crate::base::{Map, TopicPartition, small};
use crate::group::protocol::Assigned;
use crate::group::{self, ErrorCode, JoinGroupReply, SyncGroupReply};
use crate::sim::core::Core;
use crate::sim::network::{Call, Found};
use crate::sim::spec::{Commit, Racks};
use std::rc::Rc;

/// Where a member stands. Kafka: UNJOINED, PREPARING_REBALANCE, COMPLETING_REBALANCE, STABLE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::sim) enum Phase {
    /// No member, or a member whose generation is void. Next: `Joining`.
    #[default]
    Unjoined,
    /// JoinGroup waits for its answer. Next: `Syncing`, or `Joining` again with an id.
    Joining(u64),
    /// The leader waits for metadata of topics that it did not know. Next: `Syncing`.
    Learning,
    /// SyncGroup waits for its answer. Next: `Stable`.
    Syncing(u64),
    /// It has its part of the generation. Next: `Joining`, when a rejoin is wanted.
    Stable,
}

/// How far a member is with what comes before JoinGroup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Prepare {
    /// Nothing done. Next: `Committing`, or `Committed` when there is nothing to commit.
    #[default]
    Not,
    /// The answer of the commit is waited for.
    Committing(u64),
    /// It is time for the callback.
    Committed,
    /// The answer of the commit inside the callback is waited for.
    InCallback(u64),
    /// The same, in the callback after a cooperative rebalance. Next: `Not`.
    Releasing(u64),
    /// JoinGroup may be sent.
    Done,
}

/// Membership as the client sees it.
#[derive(Clone, Debug, Hash)]
pub(in crate::sim) struct Member {
    pub phase: Phase,
    /// `""` before the coordinator gave one.
    pub id: Rc<str>,
    /// −1 when there is none, as on the wire.
    pub generation: i32,
    /// The generation of the last `assigned`: what callbacks name.
    pub known_generation: i32,
    /// Why it has to join (again); `None` when it need not.
    pub rejoin: Option<Rc<str>>,
    pub(super) prepare: Prepare,
    /// Whether it led the generation.
    pub leads: bool,
    /// Whether subscription or metadata may have changed since they were last looked at.
    pub(super) news: bool,
    /// The topics of its last join.
    subscribed: Vec<Rc<str>>,
    /// What the leader assigned from: each topic's number of partitions, and when it is in a rack itself, where they lie.
    snapshot: Map<Rc<str>, (i32, Racks)>,
    /// The answer that the leader keeps while it learns of topics.
    kept: Option<Box<JoinGroupReply>>,
    /// The assignor of the generation.
    pub(super) assignor: Option<Rc<str>>,
    /// What the assignors remember.
    pub(super) memory: Memory,
    /// What is assigned as soon as the callback for what is given up has returned.
    pub(super) coming: Vec<TopicPartition>,
}

impl Default for Member {
    fn default() -> Member {
        Member {
            phase: Phase::Unjoined,
            id: "".into(),
            generation: -1,
            known_generation: -1,
            rejoin: Some("".into()),
            prepare: Prepare::Not,
            leads: false,
            news: false,
            subscribed: Vec::new(),
            snapshot: Map::new(),
            kept: None,
            assignor: None,
            memory: Memory::default(),
            coming: Vec::new(),
        }
    }
}

impl Consumer {
    /// A request to the coordinator, which people may look at.
    pub(super) fn ask(&mut self, core: &mut Core, request: group::Request, note: Note) -> u64 {
        let api = request.api();
        let token = core.send(self.address(), Call::Group(Box::new(request)));
        self.desk.asked(core.now, token, api, note);
        token
    }

    /// Whether the generation was reset: what the member owns is lost.
    pub(super) fn is_reset(&self) -> bool {
        self.client.member.generation < 0 || self.client.member.id.is_empty()
    }

    /// The member has to join again, at the next `poll()`.
    pub(super) fn want_rejoin(&mut self, reason: &str) {
        self.client.member.rejoin.get_or_insert_with(|| reason.into());
    }

    /// Id and generation are void: the next `poll()` reports the partitions lost and joins anew.
    pub(super) fn forget_generation(&mut self, reason: &str) {
        let member = &mut self.client.member;
        member.phase = Phase::Unjoined;
        member.id = "".into();
        member.generation = -1;
        self.want_rejoin(reason);
    }

    /// An answer said that the member or its generation is not known. Answers to an older generation say nothing.
    pub(super) fn refused(&mut self, core: &mut Core, api: &str, generation: i32, error: ErrorCode) {
        if generation != self.client.member.generation {
            return;
        }
        let reason = format!("encountered {error} from {api} response");
        match error {
            ErrorCode::UNKNOWN_MEMBER_ID => {
                self.forget_generation(&reason);
                self.disable_beats(core);
            }
            ErrorCode::ILLEGAL_GENERATION => {
                self.client.member.phase = Phase::Unjoined;
                self.client.member.generation = -1;
                self.want_rejoin(&reason);
                self.disable_beats(core);
            }
            ErrorCode::FENCED_INSTANCE_ID => {
                self.disable_beats(core);
                self.fail(core, "FencedInstanceIdException");
            }
            _ => self.want_rejoin(&reason),
        }
    }

    /// Whether the member has its part of the newest generation that it knows of; does what has to be done until then.
    pub(super) fn in_generation(&mut self, core: &mut Core) -> bool {
        self.notice_changes();
        match self.client.member.phase {
            Phase::Stable if self.client.member.rejoin.is_none() => return true,
            Phase::Joining(_) | Phase::Syncing(_) | Phase::Learning => return false,
            _ => {}
        }
        if self.client.link.topics.is_empty() && self.client.link.asking.is_some() {
            return false;
        }
        if !self.looked_before_join(core) {
            return false;
        }
        if self.prepared(core) {
            self.send_join(core);
        }
        false
    }

    /// A changed subscription, or topics that the leader did not assign from, make the member join again.
    fn notice_changes(&mut self) {
        let member = &mut self.client.member;
        if !member.news || member.phase != Phase::Stable || member.rejoin.is_some() {
            return;
        }
        member.news = false;
        if member.subscribed != self.topics {
            self.want_rejoin("subscription has changed");
        } else if member.leads {
            let nothing = Found::default();
            let now = |topic: &Rc<str>| {
                let found = self.client.link.topics.get(topic).unwrap_or(&nothing);
                (found.partitions, found.racks.as_ref().filter(|_| self.settings.rack.is_some()))
            };
            let same = |topic, then: &(i32, Racks)| now(topic) == (then.0, then.1.as_ref());
            if member.snapshot.iter().any(|(topic, then)| !same(topic, then)) {
                self.want_rejoin("cached metadata has changed");
            }
        }
    }

    /// Whether everything before JoinGroup is done: the commit, and the callback for what is given up.
    fn prepared(&mut self, core: &mut Core) -> bool {
        if self.client.member.prepare == Prepare::Not {
            let commits = self.settings.commit == Commit::Auto;
            let token = if commits { self.commit_positions(core) } else { None };
            self.client.member.prepare = token.map_or(Prepare::Committed, Prepare::Committing);
        }
        if self.client.member.prepare == Prepare::Committed {
            self.give_up(core);
        }
        self.client.member.prepare == Prepare::Done
    }

    fn send_join(&mut self, core: &mut Core) {
        self.disable_beats(core);
        let request = group::JoinGroup {
            group_id: core.groups[self.group as usize].name.clone(),
            session_timeout_ms: self.settings.session_timeout.ms() as i32,
            rebalance_timeout_ms: self.settings.max_poll_interval.ms().min(i32::MAX as u64) as i32,
            member_id: self.client.member.id.clone(),
            group_instance_id: self.settings.instance.clone(),
            protocol_type: "consumer".into(),
            protocols: self.protocols(core),
            reason: self.client.member.rejoin.clone(),
        };
        let note = Note::Text(self.client.member.rejoin.clone().unwrap_or_default());
        self.client.member.subscribed = self.topics.clone();
        let token = self.ask(core, group::Request::JoinGroup(request), note);
        self.client.member.phase = Phase::Joining(token);
    }

    /// JoinGroup was answered.
    pub(super) fn joined(&mut self, core: &mut Core, token: u64, reply: JoinGroupReply) {
        if self.client.member.phase != Phase::Joining(token) {
            return;
        }
        let member = &mut self.client.member;
        match reply.error {
            ErrorCode::NONE => {
                member.generation = reply.generation_id;
                member.id = reply.member_id.clone();
                member.leads = reply.leader == reply.member_id;
                member.assignor = reply.protocol_name.clone();
                self.enable_beats(core);
                if self.client.member.leads {
                    return self.lead(core, reply);
                }
                self.send_sync(core, reply.protocol_name, Vec::new());
            }
            ErrorCode::MEMBER_ID_REQUIRED => {
                member.id = reply.member_id.clone();
                member.phase = Phase::Unjoined;
                member.rejoin =
                    Some(format!("need to re-join with the given member-id: {}", member.id).into());
            }
            error => self.join_refused(core, error),
        }
    }

    fn join_refused(&mut self, core: &mut Core, error: ErrorCode) {
        self.client.member.phase = Phase::Unjoined;
        match error {
            ErrorCode::UNKNOWN_MEMBER_ID => {
                self.forget_generation("rebalance failed due to UnknownMemberIdException")
            }
            ErrorCode::NOT_COORDINATOR | ErrorCode::COORDINATOR_NOT_AVAILABLE => {
                self.coordinator_lost(core.now)
            }
            ErrorCode::REBALANCE_IN_PROGRESS | ErrorCode::ILLEGAL_GENERATION => {
                self.client.member.generation = -1;
            }
            ErrorCode::INCONSISTENT_GROUP_PROTOCOL => self.fail(core, "InconsistentGroupProtocolException"),
            ErrorCode::INVALID_SESSION_TIMEOUT => self.fail(core, "InvalidSessionTimeoutException"),
            ErrorCode::GROUP_MAX_SIZE_REACHED => self.fail(core, "GroupMaxSizeReachedException"),
            ErrorCode::FENCED_INSTANCE_ID => self.fail(core, "FencedInstanceIdException"),
            ErrorCode::INVALID_GROUP_ID => self.fail(core, "InvalidGroupIdException"),
            _ => self.fail(core, "KafkaException"),
        }
    }

    /// The leader's part: everybody's subscription, the assignor, and each member's share.
    fn lead(&mut self, core: &mut Core, reply: JoinGroupReply) {
        let assignor = reply.protocol_name.as_deref();
        let members: Vec<assign::Subscriber> =
            reply.members.iter().map(|member| input_member(member, assignor)).collect();
        let mut wanted: Vec<Rc<str>> =
            members.iter().flat_map(|member| member.topics.iter().cloned()).collect();
        small::sort(&mut wanted);
        wanted.dedup();
        let known = &self.client.link.topics;
        if wanted.iter().any(|topic| !known.contains_key(topic)) {
            self.client.member.phase = Phase::Learning;
            self.client.member.kept = Some(Box::new(reply));
            return self.ask_metadata(core, wanted);
        }
        let count = |topic: &Rc<str>| known[topic].partitions;
        let in_rack = self.settings.rack.is_some();
        let seen = |topic: &Rc<str>| (count(topic), known[topic].racks.clone().filter(|_| in_rack));
        self.client.member.snapshot = wanted.iter().map(|topic| (topic.clone(), seen(topic))).collect();
        let exist = wanted.iter().filter(|topic| count(topic) > 0);
        let topic = |topic: &Rc<str>| Topic {
            name: topic.clone(),
            partitions: count(topic),
            racks: known[topic].racks.clone(),
        };
        let topics = exist.map(topic).collect();
        let protocol = reply.protocol_name.clone();
        let assignments = match protocol.as_deref().and_then(assign::by_name) {
            Some(assignor) if !reply.skip_assignment => {
                let input = Input::new(topics, &members);
                let assignment = (assignor.assign)(&input);
                if (assignor.fails)(&input, &assignment) {
                    return self.fail(core, "IllegalStateException");
                }
                input.named(&assignment)
            }
            _ => Vec::new(),
        };
        let encoded = assignments.into_iter();
        let encoded = encoded.map(|(id, partitions)| (id, Assigned { partitions, user_data: None }.encode()));
        self.send_sync(core, protocol, encoded.collect());
    }

    /// Metadata came: a leader that waited for it goes on.
    pub(super) fn metadata_known(&mut self, core: &mut Core) {
        self.client.member.news = true;
        if self.client.member.phase == Phase::Learning
            && let Some(reply) = self.client.member.kept.take()
        {
            self.lead(core, *reply);
        }
    }

    fn send_sync(
        &mut self,
        core: &mut Core,
        protocol: Option<Rc<str>>,
        assignments: Vec<(Rc<str>, group::Bytes)>,
    ) {
        let count = assignments.len() as u32;
        let request = group::SyncGroup {
            group_id: core.groups[self.group as usize].name.clone(),
            generation_id: self.client.member.generation,
            member_id: self.client.member.id.clone(),
            group_instance_id: self.settings.instance.clone(),
            protocol_type: Some("consumer".into()),
            protocol_name: protocol,
            assignments,
        };
        let note = if count > 0 { Note::Members(count) } else { Note::Generation(request.generation_id) };
        let token = self.ask(core, group::Request::SyncGroup(request), note);
        self.client.member.phase = Phase::Syncing(token);
    }

    /// SyncGroup was answered.
    pub(super) fn synced(&mut self, core: &mut Core, token: u64, reply: SyncGroupReply) {
        if self.client.member.phase != Phase::Syncing(token) {
            return;
        }
        let generation = self.client.member.generation;
        match reply.error {
            ErrorCode::NONE => {
                let partitions = Assigned::decode(&reply.assignment).map(|assigned| assigned.partitions);
                self.complete(core, partitions.unwrap_or_default());
            }
            ErrorCode::REBALANCE_IN_PROGRESS => {
                self.client.member.phase = Phase::Unjoined;
                self.client.member.rejoin =
                    Some("rebalance failed due to RebalanceInProgressException".into());
            }
            ErrorCode::NOT_COORDINATOR | ErrorCode::COORDINATOR_NOT_AVAILABLE => {
                self.client.member.phase = Phase::Unjoined;
                self.coordinator_lost(core.now);
            }
            error => self.refused(core, "SYNC_GROUP", generation, error),
        }
    }
}
