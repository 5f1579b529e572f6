//! Heartbeat: a sign of life, answered with REBALANCE_IN_PROGRESS while members are to join again.

use super::ClassicGroup;
use crate::group::ErrorCode;
use crate::group::classic::ClassicState;
use crate::group::request::Heartbeat;
use crate::group::turn::Turn;

impl ClassicGroup {
    /// Answers a heartbeat.
    pub(in crate::group) fn heartbeat(&mut self, turn: &mut Turn, request: &Heartbeat) -> ErrorCode {
        let id = &request.member_id;
        if let Err(error) = self.validate(id, request.group_instance_id.as_ref(), request.generation_id) {
            return error;
        }
        self.members.get_mut(id).expect("validated").last_heard = turn.now;
        self.await_heartbeat(turn, id);
        match self.state {
            ClassicState::PreparingRebalance => ErrorCode::REBALANCE_IN_PROGRESS,
            _ => ErrorCode::NONE,
        }
    }
}
