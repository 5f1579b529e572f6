//! Members go: by a heartbeat with a negative epoch, removed by LeaveGroup, or because a timeout is over.

use super::downgrade::Downgrade;
use super::member::{AWAY, Member};
use super::record::{ConsumerGroupValue, RegexKey};
use super::subscription::Subscriptions;
use crate::assign::server::Kind;
use crate::base::{Set, Span, Time};
use crate::group::ErrorCode;
use crate::group::coordinator::Coordinator;
use crate::group::event::{Batch, Checked, Event, Outcome, Removal};
use crate::group::record::Record;
use crate::group::reply::{ConsumerHeartbeatReply, LeftMember};
use crate::group::request::{ConsumerHeartbeat, LeaveGroup, LeavingMember};
use crate::group::share::record::as_share;
use crate::group::timer::{Task, TimerKey};
use std::rc::Rc;

impl Coordinator {
    /// A heartbeat with epoch -1 or -2.
    pub(super) fn consumer_leave(
        &mut self,
        now: Time,
        request: &ConsumerHeartbeat,
        out: &mut Outcome,
    ) -> Checked<ConsumerHeartbeatReply> {
        let group = self.consumer(&request.group_id).ok_or(ErrorCode::GROUP_ID_NOT_FOUND)?;
        let member = match &request.instance_id {
            None => group.members.get(&request.member_id).ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?,
            Some(instance) => {
                let member = group.static_member(instance)?.ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
                if member.id != request.member_id {
                    return Err(ErrorCode::FENCED_INSTANCE_ID);
                }
                member
            }
        };
        if request.member_epoch == AWAY {
            let record = member.away().current_record(&group.id);
            self.append(Batch { producer: None, records: vec![record] }, out);
        } else {
            let gone = Set::from([member.id.clone()]);
            let why = Removal::Left { reason: "not provided".into() };
            self.fence(now, &request.group_id, &gone, why, out);
        }
        Ok(ConsumerHeartbeatReply::gone(&request.member_id, request.member_epoch))
    }

    /// LeaveGroup to a consumer group: removes those that can be removed at once.
    pub(in crate::group) fn remove_members(
        &mut self,
        now: Time,
        request: &LeaveGroup,
        out: &mut Outcome,
    ) -> Vec<LeftMember> {
        let mut gone = Set::new();
        let mut answers = Vec::new();
        for leaving in &request.members {
            let found = self.find_leaving(&request.group_id, leaving);
            let error = found.as_ref().err().copied().unwrap_or(ErrorCode::NONE);
            gone.extend(found);
            answers.push(LeftMember {
                member_id: leaving.member_id.clone(),
                group_instance_id: leaving.group_instance_id.clone(),
                error,
            });
        }
        if !gone.is_empty() {
            let reason = request.members.iter().find_map(|m| m.reason.clone());
            let why = Removal::Left { reason: reason.unwrap_or_else(|| "not provided".into()) };
            self.fence(now, &request.group_id, &gone, why, out);
        }
        answers
    }

    fn find_leaving(&self, group: &str, leaving: &LeavingMember) -> Checked<Rc<str>> {
        let group = self.consumer(group).ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        let id = &leaving.member_id;
        let member = match &leaving.group_instance_id {
            None => group.members.get(id),
            Some(instance) => group.static_member(instance)?,
        };
        match member {
            None => Err(ErrorCode::UNKNOWN_MEMBER_ID),
            Some(member) if !id.is_empty() && member.id != *id => Err(ErrorCode::FENCED_INSTANCE_ID),
            Some(member) => Ok(member.id.clone()),
        }
    }

    /// Removes members. When those that are left use the classic protocol, the group is a classic one again; else they, their targets, and the expressions that only they had are gone, and the group epoch rises.
    pub(in crate::group) fn fence(
        &mut self,
        now: Time,
        id: &Rc<str>,
        gone: &Set<Rc<str>>,
        why: Removal,
        out: &mut Outcome,
    ) {
        let group = self.modern(id).expect("the group of its members");
        if self.may_downgrade_without(group, gone) {
            for member in gone {
                out.event(Event::MemberRemoved {
                    group: id.clone(),
                    member: member.clone(),
                    why: why.clone(),
                });
            }
            let mut records = Vec::new();
            self.downgrade(now, id, &Downgrade::Gone(gone), &mut records, out);
            return out.append(Batch { producer: None, records });
        }
        let mut records: Vec<Record> =
            gone.iter().flat_map(|member| Member::tombstones(id, member)).collect();
        let left = Subscriptions::without(group, gone);
        let had = gone.iter().filter_map(|id| group.members.get(id)?.about.regex.as_ref());
        for regex in had.collect::<Set<_>>().into_iter().filter(|regex| !left.regexes.contains_key(regex)) {
            records.push(Record::ConsumerRegex(RegexKey { group: id.clone(), regex: regex.clone() }, None));
        }
        let metadata_hash = left.metadata_hash(&self.metadata);
        let value = ConsumerGroupValue { epoch: group.epoch + 1, metadata_hash };
        records.push(Record::ConsumerGroup(id.clone(), Some(value)));
        if group.kind == Kind::Share {
            records = records.into_iter().map(as_share).collect();
        }
        let emptied = left.members.is_empty().then_some(group.epoch + 1);
        for member in gone {
            self.cancel_timers(id, member);
            out.event(Event::MemberRemoved { group: id.clone(), member: member.clone(), why: why.clone() });
        }
        self.append(Batch { producer: None, records }, out);
        if let Some(generation) = emptied {
            out.event(Event::GroupEmpty { group: id.clone(), generation });
        }
    }

    fn cancel_timers(&mut self, group: &Rc<str>, member: &Rc<str>) {
        for key in [TimerKey::Session, TimerKey::Rebalance, TimerKey::MemberJoin, TimerKey::MemberSync] {
            self.timers.cancel(&key(group.clone(), member.clone()));
        }
    }

    /// A timer of a member is due.
    pub(in crate::group) fn member_expired(
        &mut self,
        now: Time,
        (id, member): (&Rc<str>, &Rc<str>),
        task: Task,
        out: &mut Outcome,
    ) {
        let Some(group) = self.modern(id) else { return };
        let Some(found) = group.members.get(member) else { return };
        let why = match task {
            Task::ExpireRebalance { epoch } if found.current.epoch != epoch => return,
            Task::ExpireRebalance { .. } => Removal::MissedRebalance,
            Task::ExpireMemberJoin => Removal::MissedRebalance,
            Task::ExpireMemberSync => Removal::MissedSync,
            _ => {
                let own = found.classic_session_timeout_ms();
                let timeout_ms = own.unwrap_or_else(|| self.settings_of(id, group.kind).session_timeout_ms);
                Removal::SessionExpired { timeout: Span::from_ms(timeout_ms.max(0) as u64) }
            }
        };
        self.fence(now, id, &Set::from([member.clone()]), why, out);
    }
}

impl Member {
    /// A static member that will be back keeps what it has, and owes nothing.
    fn away(&self) -> Member {
        let mut away = self.clone();
        away.current.epoch = AWAY;
        away.current.pending.clear();
        away.current
            .assigned
            .values_mut()
            .flat_map(|numbers| numbers.values_mut())
            .for_each(|epoch| *epoch = 0);
        away
    }
}
