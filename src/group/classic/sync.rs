//! SyncGroup: the leader hands in the assignment, everyone gets his own.

use super::ClassicGroup;
use crate::base::Map;
use crate::group::classic::ClassicState;
use crate::group::event::{Checked, Event};
use crate::group::record::Record;
use crate::group::reply::{Reply, SyncGroupReply};
use crate::group::request::SyncGroup;
use crate::group::timer::TimerKey;
use crate::group::turn::Turn;
use crate::group::{Bytes, ErrorCode};
use std::rc::Rc;

impl SyncGroupReply {
    /// A refusal.
    pub(in crate::group) fn refused(error: ErrorCode) -> SyncGroupReply {
        SyncGroupReply { error, protocol_type: None, protocol_name: None, assignment: Bytes::default() }
    }
}

impl ClassicGroup {
    /// Answers a sync, or holds it until the leader's comes.
    pub(in crate::group) fn sync(&mut self, turn: &mut Turn, token: u64, request: &SyncGroup) {
        use ClassicState::*;
        let id = &request.member_id;
        let refuse = |error| Reply::SyncGroup(SyncGroupReply::refused(error));
        if let Err(error) = self.validate_sync(request) {
            return turn.reply(token, refuse(error));
        }
        self.members.get_mut(id).expect("validated").last_heard = turn.now;
        match self.state {
            PreparingRebalance => turn.reply(token, refuse(ErrorCode::REBALANCE_IN_PROGRESS)),
            CompletingRebalance => {
                self.members.get_mut(id).expect("validated").sync = Some(token);
                self.has_synced(turn, id);
                if self.is_leader(id) {
                    self.assign(turn, request);
                }
            }
            Stable => {
                self.has_synced(turn, id);
                let reply = SyncGroupReply {
                    error: ErrorCode::NONE,
                    protocol_type: self.protocol_type.clone(),
                    protocol_name: self.protocol.clone(),
                    assignment: self.members.get(id).expect("validated").assignment.clone(),
                };
                turn.reply(token, Reply::SyncGroup(reply));
            }
            Empty | Dead => turn.reply(token, refuse(ErrorCode::UNKNOWN_MEMBER_ID)),
        }
    }

    fn validate_sync(&self, request: &SyncGroup) -> Checked {
        if self.state == ClassicState::Empty {
            return Err(ErrorCode::UNKNOWN_MEMBER_ID);
        }
        self.validate(&request.member_id, request.group_instance_id.as_ref(), request.generation_id)?;
        let differs = |said: &Option<Rc<str>>, known: &Option<Rc<str>>| {
            said.is_some() && known.is_some() && said != known
        };
        if differs(&request.protocol_type, &self.protocol_type)
            || differs(&request.protocol_name, &self.protocol)
        {
            return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        Ok(())
    }

    /// The timer of the sync phase stops when all have synced.
    fn has_synced(&mut self, turn: &mut Turn, id: &str) {
        self.pending_syncs.remove(id);
        if self.pending_syncs.is_empty() {
            turn.timers.cancel(&TimerKey::Sync(self.id.clone()));
        }
    }

    /// The leader's assignment is stored, handed out, and the group is stable. Who is not mentioned gets nothing.
    fn assign(&mut self, turn: &mut Turn, request: &SyncGroup) {
        let assignments: Map<&Rc<str>, &Bytes> =
            request.assignments.iter().map(|(id, bytes)| (id, bytes)).collect();
        let of = |id: &Rc<str>| assignments.get(id).copied().cloned().unwrap_or_default();
        let value = self.recorded(|member| of(&member.id));
        turn.append(Record::ClassicGroup(self.id.clone(), Some(value)));
        self.set_assignments(of);
        self.answer_syncs(turn, ErrorCode::NONE);
        self.become_state(ClassicState::Stable, turn.clock_ms());
        turn.event(Event::GenerationStable {
            group: self.id.clone(),
            generation: self.generation,
            members: self.members.len() as u32,
        });
    }
}
