//! A static member comes back without an id (KIP-345): it takes the place, the assignment and perhaps the lead of the
//! member that had its instance id, which is fenced.

use super::join::Join;
use super::{ClassicGroup, Member};
use crate::group::ErrorCode;
use crate::group::classic::ClassicState;
use crate::group::event::Event;
use crate::group::record::Record;
use crate::group::reply::{JoinGroupReply, Reply, SyncGroupReply};
use crate::group::turn::Turn;
use std::rc::Rc;

/// The first version whose leader understands that it is to skip the assignment.
const SKIP_ASSIGNMENT_VERSION: i16 = 9;

impl ClassicGroup {
    pub(super) fn replace_static(&mut self, turn: &mut Turn, join: Join, old: Rc<str>, new: Rc<str>) {
        let request = join.request;
        let instance = request.group_instance_id.clone().expect("a static member");
        let leader_before = self.leader.clone();
        self.fence(turn, &old);
        self.take_place(&old, &new, &instance);
        turn.event(Event::MemberReplaced {
            group: self.id.clone(),
            old,
            new: new.clone(),
            instance: instance.clone(),
        });
        self.await_heartbeat(turn, &new);
        self.update(&new, &request.protocols, join.timeouts_ms(), join.token, turn.now);
        let reason = join.reason();
        match self.state {
            ClassicState::Stable if self.protocol == self.select_protocol() => {
                self.store_replaced(turn, join, &new, leader_before);
            }
            ClassicState::Stable => self.rebalance_or_complete(
                turn,
                format!(
                    "Group's selectedProtocol will change because static member {new} with instance id {instance} \
                     joined with change of protocol; client reason: {reason}"
                ),
            ),
            ClassicState::CompletingRebalance => self.prepare_rebalance(
                turn,
                format!(
                    "Updating metadata for static member {new} with instance id {instance}; client reason: {reason}"
                ),
            ),
            ClassicState::PreparingRebalance => self.maybe_complete_join(turn),
            ClassicState::Empty | ClassicState::Dead => unreachable!("a group with a member is neither empty nor dead"),
        }
    }

    /// Answers what the old member waits for.
    fn fence(&mut self, turn: &mut Turn, old: &Rc<str>) {
        let error = ErrorCode::FENCED_INSTANCE_ID;
        let reply = JoinGroupReply { protocol_name: None, ..JoinGroupReply::refused(error, old.clone()) };
        self.answer_join(turn, old, reply);
        if let Some(token) = self.members.get_mut(old).and_then(|m| m.sync.take()) {
            turn.reply(token, Reply::SyncGroup(SyncGroupReply::refused(error)));
        }
    }

    /// The new member has everything of the old one but its id. The old one's timer runs out without effect.
    fn take_place(&mut self, old: &Rc<str>, new: &Rc<str>, instance: &Rc<str>) {
        let replaced = self.members.remove(old).expect("an instance id belongs to a member");
        self.members.put(new.clone(), Member { id: new.clone(), is_new: false, ..replaced });
        self.statics.insert(instance.clone(), new.clone());
        if self.is_leader(old) {
            self.leader = Some(new.clone());
        }
    }

    /// The group stays as it is: only the new id is stored. Older clients must not think that they lead, so they are
    /// told the leader as it was before.
    fn store_replaced(&mut self, turn: &mut Turn, join: Join, new: &Rc<str>, leader_before: Option<Rc<str>>) {
        let value = self.recorded(|m| m.assignment.clone());
        turn.append(Record::ClassicGroup(self.id.clone(), Some(value)));
        let mut reply = self.joined_reply(new);
        if join.context.version >= SKIP_ASSIGNMENT_VERSION {
            reply.skip_assignment = self.is_leader(new);
        } else {
            reply.leader = leader_before.unwrap_or_default();
            reply.members.clear();
        }
        self.answer_join(turn, new, reply);
    }
}
