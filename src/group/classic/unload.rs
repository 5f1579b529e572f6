//! The coordinator loses the group and finds it again.

use super::ClassicGroup;
use crate::group::ErrorCode;
use crate::group::classic::ClassicState;
use crate::group::reply::{JoinGroupReply, Reply, SyncGroupReply};
use crate::group::turn::Turn;
use std::rc::Rc;

impl ClassicGroup {
    /// Answers every held request NOT_COORDINATOR.
    pub(in crate::group) fn unload(&mut self, turn: &mut Turn) {
        let error = ErrorCode::NOT_COORDINATOR;
        for member in self.members.values_mut() {
            if let Some(token) = member.join.take() {
                turn.reply(token, Reply::JoinGroup(JoinGroupReply::refused(error, member.id.clone())));
            }
            if let Some(token) = member.sync.take() {
                turn.reply(token, Reply::SyncGroup(SyncGroupReply::refused(error)));
            }
        }
        self.awaiting_join = 0;
    }

    /// After the log was read: every member has its session timeout to be heard of.
    pub(in crate::group) fn loaded(&mut self, turn: &mut Turn) {
        let ids: Vec<Rc<str>> = self.members.keys().cloned().collect();
        for id in ids {
            self.members.get_mut(&id).expect("a member").last_heard = turn.now;
            self.await_heartbeat(turn, &id);
        }
        let max = turn.config.max_size.max(0) as usize;
        if self.members.len() > max && self.state == ClassicState::Stable {
            let (id, size) = (&self.id, self.members.len());
            let reason = format!("Freshly-loaded group {id} (size {size}) is over capacity {max}");
            self.prepare_rebalance(turn, reason);
        }
    }
}
