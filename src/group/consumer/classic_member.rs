//! SyncGroup and Heartbeat of a member of a consumer group that uses the classic protocol.
//!
//! | the member | a heartbeat is answered |
//! |---|---|
//! | is behind the target's epoch | REBALANCE_IN_PROGRESS |
//! | has partitions to give up | REBALANCE_IN_PROGRESS |
//! | waited for partitions that are free now | REBALANCE_IN_PROGRESS |
//! | else | NONE |
//!
//! Who is told to join has the rebalance timeout for it, and after that for the sync.

use super::downgrade::assignment_bytes;
use super::member::{Member, MemberState};
use super::state::ConsumerGroup;
use crate::base::{Time, java_order};
use crate::group::ErrorCode;
use crate::group::classic::CONSUMER;
use crate::group::coordinator::Coordinator;
use crate::group::event::Checked;
use crate::group::protocol;
use crate::group::reply::SyncGroupReply;
use crate::group::request::{Heartbeat, SyncGroup};
use crate::group::timer::{Task, TimerKey};
use std::rc::Rc;

impl Coordinator {
    /// Answers a heartbeat.
    pub(in crate::group) fn beat_as_classic(&mut self, now: Time, request: &Heartbeat) -> Checked {
        let (group, id) = (&request.group_id, &request.member_id);
        let found = self.consumer(group).ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        let member = found.classic_member(id, request.group_instance_id.as_ref(), request.generation_id)?;
        let (session_ms, rebalance_ms) =
            (member.classic_session_timeout_ms().unwrap_or(0), member.about.rebalance_timeout_ms);
        let state = member.current.state;
        let is_to_join = member.current.epoch < found.assignment_epoch
            || state == MemberState::UnrevokedPartitions
            || (state == MemberState::UnreleasedPartitions && !found.waits_for_others(member));
        self.arm_session(now, group, id, session_ms);
        match is_to_join {
            false => Ok(()),
            true => Err(self.send_to_join(now, group, id, rebalance_ms)),
        }
    }

    /// Answers a sync: it gets what the member has.
    pub(in crate::group) fn sync_as_classic(
        &mut self,
        now: Time,
        request: &SyncGroup,
    ) -> Checked<SyncGroupReply> {
        let (group, id) = (&request.group_id, &request.member_id);
        let found = self.consumer(group).ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        let member = found.classic_member(id, request.group_instance_id.as_ref(), request.generation_id)?;
        let said = member.about.classic.as_ref().expect("it uses the classic protocol");
        let first = said.protocols.first();
        let differs = |said: &Option<Rc<str>>, known: &str| said.as_deref().is_some_and(|said| said != known);
        if differs(&request.protocol_type, CONSUMER)
            || differs(&request.protocol_name, first.map_or("", |protocol| &protocol.name))
        {
            return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        // One that has partitions to give up has joined already and is not to join before it has.
        if member.current.epoch < found.assignment_epoch
            && member.current.state != MemberState::UnrevokedPartitions
        {
            let rebalance_ms = member.about.rebalance_timeout_ms;
            return Err(self.send_to_join(now, group, id, rebalance_ms));
        }
        let version = first.map_or(Ok(protocol::VERSION), |protocol| protocol::version(&protocol.metadata));
        let version = version.map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)?;
        let assignment =
            assignment_bytes(&member.current.assigned_lists(), java_order::grown, version, &self.metadata);
        let session_ms = said.session_timeout_ms;
        self.timers.cancel(&TimerKey::MemberSync(group.clone(), id.clone()));
        self.arm_session(now, group, id, session_ms);
        Ok(SyncGroupReply {
            error: ErrorCode::NONE,
            protocol_type: request.protocol_type.clone(),
            protocol_name: request.protocol_name.clone(),
            assignment,
        })
    }

    /// A member is told to join and has its rebalance timeout for it, from when it was told first.
    fn send_to_join(&mut self, now: Time, group: &Rc<str>, id: &Rc<str>, timeout_ms: i32) -> ErrorCode {
        let key = TimerKey::MemberJoin(group.clone(), id.clone());
        if !self.timers.is_armed(&key) {
            self.arm_ms(now, timeout_ms, key, Task::ExpireMemberJoin);
        }
        ErrorCode::REBALANCE_IN_PROGRESS
    }
}

impl ConsumerGroup {
    /// The member of the classic protocol that a request comes from. The instance id is looked at first.
    fn classic_member(&self, id: &str, instance: Option<&Rc<str>>, generation: i32) -> Checked<&Member> {
        let member = match instance {
            None => self.members.get(id),
            Some(instance) => self.static_member(instance)?,
        };
        let member = member.ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        if *member.id != *id {
            return Err(ErrorCode::FENCED_INSTANCE_ID);
        }
        if !member.uses_classic_protocol() {
            return Err(ErrorCode::UNKNOWN_MEMBER_ID);
        }
        if member.current.epoch != generation {
            return Err(ErrorCode::ILLEGAL_GENERATION);
        }
        Ok(member)
    }

    /// Whether another member still has some of the target of this one.
    fn waits_for_others(&self, member: &Member) -> bool {
        let lacks = |topic: &_, number: &i32| {
            let has = member.current.assigned.get(topic).is_some_and(|numbers| numbers.contains_key(number));
            !has && self.is_held(*topic, *number)
        };
        let target = self.targets.get(&member.id).into_iter().flat_map(|target| &target.topics);
        target.into_iter().any(|(topic, numbers)| numbers.iter().any(|number| lacks(topic, number)))
    }
}
