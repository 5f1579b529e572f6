//! JoinGroup.
//!
//! Who comes without an id is given one and, from version 4 on and without an instance id, sent back to come with it
//! (MEMBER_ID_REQUIRED); the id is expected until its session timeout. Static members: [`super::static_join`].

use super::{ClassicGroup, Member};
use crate::group::ErrorCode;
use crate::group::classic::ClassicState;
use crate::group::event::{Event, Removal};
use crate::group::reply::{JoinGroupReply, Reply};
use crate::group::request::{Context, JoinGroup};
use crate::group::timer::{Task, TimerKey};
use crate::group::turn::Turn;
use std::rc::Rc;

/// The first version whose clients come back with the id that they are given.
pub(in crate::group) const KNOWN_MEMBER_ID_VERSION: i16 = 4;

/// A join and where its answer goes.
#[derive(Clone, Copy)]
pub(in crate::group) struct Join<'a> {
    pub token: u64,
    pub context: &'a Context,
    pub request: &'a JoinGroup,
}

impl JoinGroupReply {
    /// A refusal. (Kafka leaves the protocol's name at its default, which is not null.)
    pub(in crate::group) fn refused(error: ErrorCode, member_id: Rc<str>) -> JoinGroupReply {
        JoinGroupReply {
            error,
            generation_id: -1,
            protocol_type: None,
            protocol_name: Some("".into()),
            leader: "".into(),
            skip_assignment: false,
            member_id,
            members: Vec::new(),
        }
    }
}

impl Join<'_> {
    /// The client's reason, for the group's reason.
    pub(super) fn reason(&self) -> &str {
        self.request.reason.as_deref().filter(|reason| !reason.is_empty()).unwrap_or("not provided")
    }

    fn refuse(&self, turn: &mut Turn, error: ErrorCode, member_id: &Rc<str>) {
        turn.reply(self.token, Reply::JoinGroup(JoinGroupReply::refused(error, member_id.clone())));
    }

    pub(super) fn timeouts_ms(&self) -> (i32, i32) {
        (self.request.rebalance_timeout_ms, self.request.session_timeout_ms)
    }
}

impl ClassicGroup {
    /// Answers a join, or holds it.
    pub(in crate::group) fn join(&mut self, turn: &mut Turn, join: Join) {
        let request = join.request;
        if !self.has_room(turn, &request.member_id) {
            self.remove_full(turn, &request.member_id);
            join.refuse(turn, ErrorCode::GROUP_MAX_SIZE_REACHED, &"".into());
        } else if self.state == ClassicState::Dead {
            join.refuse(turn, ErrorCode::COORDINATOR_NOT_AVAILABLE, &request.member_id);
        } else if !self.supports(&request.protocol_type, &request.protocols) {
            join.refuse(turn, ErrorCode::INCONSISTENT_GROUP_PROTOCOL, &request.member_id);
        } else if request.member_id.is_empty() {
            self.join_without_id(turn, join);
        } else {
            self.join_with_id(turn, join);
        }
    }

    /// Members count against the size, but while they gather only those whose join is held.
    fn has_room(&self, turn: &Turn, id: &str) -> bool {
        use ClassicState::*;
        let max = turn.config.max_size.max(0) as usize;
        match self.state {
            Empty | Dead => true,
            PreparingRebalance => {
                let held = self.members.get(id).is_some_and(|m| m.join.is_some());
                held || (self.awaiting_join as usize) < max
            }
            CompletingRebalance | Stable => self.members.contains_key(id) || self.members.len() < max,
        }
    }

    fn remove_full(&mut self, turn: &mut Turn, id: &Rc<str>) {
        if self.remove(id).is_some() {
            let why = Removal::GroupFull;
            turn.event(Event::MemberRemoved { group: self.id.clone(), member: id.clone(), why });
        }
    }

    fn join_without_id(&mut self, turn: &mut Turn, join: Join) {
        let instance = &join.request.group_instance_id;
        let id = turn.ids.classic(instance.as_ref().unwrap_or(&join.context.client_id));
        match instance {
            Some(instance) => match self.statics.get(instance).cloned() {
                Some(old) => self.replace_static(turn, join, old, id),
                None => self.join_newcomer(turn, join, id),
            },
            None if join.context.version >= KNOWN_MEMBER_ID_VERSION => {
                self.pending_joins.insert(id.clone());
                let key = TimerKey::Heartbeat(self.id.clone(), id.clone());
                turn.arm_ms(join.request.session_timeout_ms, key, Task::ExpireMember);
                join.refuse(turn, ErrorCode::MEMBER_ID_REQUIRED, &id);
            }
            None => self.join_newcomer(turn, join, id),
        }
    }

    /// Adds a member. It has no id to beat with until its join is answered, so its session timeout does not count yet.
    fn join_newcomer(&mut self, turn: &mut Turn, join: Join, id: Rc<str>) {
        let request = join.request;
        if self.state == ClassicState::PreparingRebalance && self.previous == ClassicState::Empty {
            self.newcomer = true;
        }
        if self.members.is_empty() {
            self.protocol_type = Some(request.protocol_type.clone());
        }
        self.add(Member {
            id: id.clone(),
            instance: request.group_instance_id.clone(),
            client_id: join.context.client_id.clone(),
            client_host: join.context.client_host.clone(),
            rebalance_timeout_ms: request.rebalance_timeout_ms,
            session_timeout_ms: request.session_timeout_ms,
            protocols: request.protocols.clone(),
            assignment: Default::default(),
            join: Some(join.token),
            sync: None,
            is_new: true,
            last_heard: turn.now,
        });
        let key = TimerKey::Heartbeat(self.id.clone(), id.clone());
        turn.arm_ms(turn.config.new_member_join_timeout_ms, key, Task::ExpireMember);
        turn.event(Event::MemberJoined {
            group: self.id.clone(),
            member: id.clone(),
            client_id: join.context.client_id.clone(),
            instance: request.group_instance_id.clone(),
        });
        let instance = request.group_instance_id.as_deref().unwrap_or("null");
        let reason = join.reason();
        let reason =
            format!("Adding new member {id} with group instance id {instance}; client reason: {reason}");
        self.rebalance_or_complete(turn, reason);
    }

    fn join_with_id(&mut self, turn: &mut Turn, join: Join) {
        use ClassicState::*;
        let (request, id) = (join.request, &join.request.member_id);
        if self.pending_joins.contains(id) {
            // Kafka did not think of one who was sent away as a dynamic member and comes back as a static one.
            if request.group_instance_id.is_some() {
                return join.refuse(turn, ErrorCode::UNKNOWN_SERVER_ERROR, &"".into());
            }
            return self.join_newcomer(turn, join, id.clone());
        }
        if let Err(error) = self.validate_member(id, request.group_instance_id.as_ref()) {
            let reply = JoinGroupReply { protocol_name: None, ..JoinGroupReply::refused(error, id.clone()) };
            return turn.reply(join.token, Reply::JoinGroup(reply));
        }
        let state = self.state.name();
        let member = self.members.get_mut(id).expect("validated");
        member.last_heard = turn.now;
        let changed = member.protocols != request.protocols;
        match self.state {
            PreparingRebalance => {
                self.rejoin(turn, join, format!("Member {id} is joining group during {state}"))
            }
            CompletingRebalance | Stable if changed && !(self.state == Stable && self.is_leader(id)) => {
                self.rejoin(turn, join, format!("Updating metadata for member {id} during {state}"));
            }
            Stable if self.is_leader(id) => {
                self.rejoin(turn, join, format!("Leader {id} re-joining group during {state}"));
            }
            CompletingRebalance | Stable => {
                let reply = self.joined_reply(id);
                turn.reply(join.token, Reply::JoinGroup(reply));
            }
            Empty | Dead => join.refuse(turn, ErrorCode::UNKNOWN_MEMBER_ID, id),
        }
    }

    /// A member joins again, with what it now says of itself.
    fn rejoin(&mut self, turn: &mut Turn, join: Join, reason: String) {
        let request = join.request;
        self.update(&request.member_id, &request.protocols, join.timeouts_ms(), join.token, turn.now);
        self.rebalance_or_complete(turn, format!("{reason}; client reason: {}", join.reason()));
    }
}
