//! LeaveGroup: members go, by their own wish or by their instance id.

use super::ClassicGroup;
use crate::group::ErrorCode;
use crate::group::classic::ClassicState;
use crate::group::event::{Checked, Removal};
use crate::group::reply::{JoinGroupReply, LeftMember};
use crate::group::request::{LeaveGroup, LeavingMember};
use crate::group::timer::TimerKey;
use crate::group::turn::Turn;
use std::rc::Rc;

impl ClassicGroup {
    /// Removes each member of the batch that can be removed, then looks once at what follows.
    pub(in crate::group) fn leave(&mut self, turn: &mut Turn, request: &LeaveGroup) -> Vec<LeftMember> {
        let mut left: Vec<&str> = Vec::new();
        let mut answers = Vec::new();
        for leaving in &request.members {
            let error = self.leave_one(turn, leaving).err().unwrap_or(ErrorCode::NONE);
            if error.is_none() {
                left.push(&leaving.member_id);
            }
            answers.push(LeftMember {
                member_id: leaving.member_id.clone(),
                group_instance_id: leaving.group_instance_id.clone(),
                error,
            });
        }
        if !left.is_empty() && self.state != ClassicState::Empty {
            let reason = format!("explicit `LeaveGroup` request for ({}) members.", left.join(", "));
            self.rebalance_or_complete(turn, reason);
        }
        answers
    }

    fn leave_one(&mut self, turn: &mut Turn, leaving: &LeavingMember) -> Checked {
        let id = &leaving.member_id;
        if id.is_empty() {
            let owner =
                leaving.group_instance_id.as_ref().and_then(|instance| self.statics.get(instance)).cloned();
            let owner = owner.ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
            self.let_go(turn, &owner, leaving);
        } else if self.pending_joins.contains(id) {
            self.remove(id);
            turn.timers.cancel(&TimerKey::Heartbeat(self.id.clone(), id.clone()));
        } else {
            self.validate_member(id, leaving.group_instance_id.as_ref())?;
            self.let_go(turn, id, leaving);
        }
        Ok(())
    }

    fn let_go(&mut self, turn: &mut Turn, id: &Rc<str>, leaving: &LeavingMember) {
        self.answer_join(turn, id, JoinGroupReply::refused(ErrorCode::UNKNOWN_MEMBER_ID, "".into()));
        let reason = leaving.reason.clone().unwrap_or_else(|| "not provided".into());
        self.dismiss(turn, id, Removal::Left { reason });
    }
}
