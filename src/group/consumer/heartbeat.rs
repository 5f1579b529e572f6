//! ConsumerGroupHeartbeat: a member joins (epoch 0), lives (its epoch), or leaves (-1; -2 for a static member that will be
//! back).
//!
//! In version 0 a member may come without an id and is given one. From version 1 on it brings its own.

use super::assignment::{as_lists, as_set, is_within};
use super::member::{AWAY, Member, MemberState, distinct};
use super::scene::Step;
use super::state::ConsumerGroup;
use super::{Partitions, regex};
use crate::assign::server::Kind;
use crate::base::Time;
use crate::group::ErrorCode;
use crate::group::config::Config;
use crate::group::coordinator::{Coordinator, Group};
use crate::group::event::{Batch, Checked, Outcome};
use crate::group::record::Record;
use crate::group::reply::{ConsumerHeartbeatReply, Reply};
use crate::group::request::{ConsumerHeartbeat, Context};
use crate::group::timer::{Task, TimerKey};
use std::rc::Rc;

/// The first version whose members bring their own id.
const OWN_MEMBER_ID_VERSION: i16 = 1;

impl ConsumerHeartbeat {
    /// What is wrong with the request by itself.
    fn check(&self, version: i16, config: &Config) -> Checked {
        let is_empty = |text: &Option<Rc<str>>| text.as_deref() == Some("");
        let needs_id = version >= OWN_MEMBER_ID_VERSION || self.member_epoch > 0 || self.member_epoch == -1;
        let malformed = (needs_id && self.member_id.is_empty())
            || self.group_id.is_empty()
            || is_empty(&self.instance_id)
            || is_empty(&self.rack_id)
            || match self.member_epoch {
                0 => {
                    self.rebalance_timeout_ms == -1
                        || self.owned.as_ref().is_none_or(|owned| !owned.is_empty())
                        || (self.topics.is_none() && self.regex.is_none())
                }
                AWAY => self.instance_id.is_none(),
                epoch => epoch < AWAY,
            };
        if malformed {
            return Err(ErrorCode::INVALID_REQUEST);
        }
        match &self.assignor {
            Some(name) if !config.consumer_assignors.contains(name) => Err(ErrorCode::UNSUPPORTED_ASSIGNOR),
            _ => Ok(()),
        }
    }

    /// All that a member has to say is said when it joins, and again after an error.
    fn is_full(&self) -> bool {
        self.member_epoch == 0
            || (self.rebalance_timeout_ms != -1
                && (self.topics.is_some() || self.regex.is_some())
                && self.owned.is_some())
    }

    /// The member as it is with what the request says; what it does not say stays.
    fn applied(&self, context: &Context, member: &Member) -> Member {
        let mut after = member.clone();
        let about = &mut after.about;
        about.heard_from(context, &self.rack_id);
        about.classic = None;
        if self.instance_id.is_some() {
            about.instance.clone_from(&self.instance_id);
        }
        if self.rebalance_timeout_ms != -1 {
            about.rebalance_timeout_ms = self.rebalance_timeout_ms;
        }
        if self.assignor.is_some() {
            about.assignor.clone_from(&self.assignor);
        }
        if let Some(topics) = &self.topics {
            about.topics = distinct(topics);
        }
        if let Some(regex) = &self.regex {
            about.regex = Some(regex.clone()).filter(|regex| !regex.is_empty());
        }
        after
    }
}

impl ConsumerHeartbeatReply {
    pub(in crate::group) fn refused(error: ErrorCode) -> ConsumerHeartbeatReply {
        ConsumerHeartbeatReply { error, member_id: None, member_epoch: 0, interval_ms: 0, assignment: None }
    }

    /// To a member that joined or stays; with its assignment, if it is to be told.
    pub(in crate::group) fn told(member: &Member, interval_ms: i32, tell: bool) -> ConsumerHeartbeatReply {
        ConsumerHeartbeatReply {
            error: ErrorCode::NONE,
            member_id: Some(member.id.clone()),
            member_epoch: member.current.epoch,
            interval_ms,
            assignment: tell.then(|| as_lists(&member.current.assigned)),
        }
    }

    /// To a member that left, or went away: its own words.
    pub(in crate::group) fn gone(member_id: &Rc<str>, member_epoch: i32) -> ConsumerHeartbeatReply {
        let member_id = Some(member_id.clone());
        ConsumerHeartbeatReply { member_id, member_epoch, ..ConsumerHeartbeatReply::refused(ErrorCode::NONE) }
    }
}

impl Coordinator {
    /// Answers a heartbeat, and then does what it set off.
    pub(in crate::group) fn consumer_heartbeat(
        &mut self,
        now: Time,
        (token, context): (u64, &Context),
        request: &ConsumerHeartbeat,
        out: &mut Outcome,
    ) {
        let answer = match request.check(context.version, &self.config) {
            Err(error) => Err(error),
            Ok(()) if request.member_epoch < 0 => {
                self.consumer_leave(now, request, out).map(|reply| (reply, false))
            }
            Ok(()) => self.consumer_beat(now, context, request, out),
        };
        let resolve = matches!(answer, Ok((_, true)));
        let reply = answer.map_or_else(ConsumerHeartbeatReply::refused, |(reply, _)| reply);
        out.reply(token, Reply::ConsumerHeartbeat(reply));
        if resolve {
            self.resolve_expressions(now, &request.group_id, out);
        }
    }

    /// A heartbeat of one that joins or stays; also whether expressions are to be resolved.
    fn consumer_beat(
        &mut self,
        now: Time,
        context: &Context,
        request: &ConsumerHeartbeat,
        out: &mut Outcome,
    ) -> Checked<(ConsumerHeartbeatReply, bool)> {
        let clock_ms = self.clock_ms(now);
        let (fresh, mut records) = self.consumer_group_for(now, request, out)?;
        let settings = self.settings_of(&request.group_id, Kind::Consumer);
        let group = fresh.as_ref().or_else(|| self.consumer(&request.group_id)).expect("it is found or made");
        if !group.has_room(&self.config, request) {
            return Err(ErrorCode::GROUP_MAX_SIZE_REACHED);
        }
        let id = match &*request.member_id {
            "" => self.ids.text(),
            _ => request.member_id.clone(),
        };
        let group = fresh.as_ref().or_else(|| self.consumer(&request.group_id)).expect("it is found or made");
        let scene = self.scene(clock_ms, group, &settings, None);
        let owned = request.owned.as_ref().map(as_set);
        let before = group.member_for(request, &id, owned.as_ref(), &mut records)?;
        let joined = !group.members.contains_key(&id);
        let after = request.applied(context, &before);
        let said = regex::said(&scene, self.topics_version, &before, &after, &mut records)?;
        let step = scene.advance(&before, after, said.change, owned.as_ref(), &mut records)?;

        let tell = request.is_full() || before.partitions() != step.member.partitions();
        let reply = ConsumerHeartbeatReply::told(&step.member, settings.heartbeat_interval_ms, tell);
        if joined {
            out.event(step.member.joined_event(&request.group_id));
        }
        if step.looked && fresh.is_none() {
            let group = self.consumer_mut(&request.group_id).expect("it was there");
            group.looked_at(clock_ms);
        }
        self.append(Batch { producer: None, records }, out);
        self.arm_rebalance(now, &request.group_id, &step);
        self.arm_session(now, &request.group_id, &id, settings.session_timeout_ms);
        Ok((reply, said.resolve))
    }

    /// A member that has to give partitions up has its rebalance timeout for it. (One that uses the classic protocol is told
    /// to join, and has it for that.)
    pub(super) fn arm_rebalance(&mut self, now: Time, group: &Rc<str>, step: &Step) {
        let Step { member, moved: true, .. } = step else { return };
        if member.uses_classic_protocol() {
            return;
        }
        let key = TimerKey::Rebalance(group.clone(), member.id.clone());
        match member.current.state {
            MemberState::UnrevokedPartitions => {
                let task = Task::ExpireRebalance { epoch: member.current.epoch };
                self.arm_ms(now, member.about.rebalance_timeout_ms, key, task);
            }
            _ => self.timers.cancel(&key),
        }
    }

    /// A member has its session timeout to be heard of again.
    pub(in crate::group) fn arm_session(
        &mut self,
        now: Time,
        group: &Rc<str>,
        id: &Rc<str>,
        timeout_ms: i32,
    ) {
        if let Some(group) = self.modern_mut(group) {
            group.heard.insert(id.clone(), now);
        }
        self.arm_ms(now, timeout_ms, TimerKey::Session(group.clone(), id.clone()), Task::ExpireMember);
    }

    /// The group of a heartbeat, when it has to be made, with the records that make room for it. `None`: it is there.
    fn consumer_group_for(
        &mut self,
        now: Time,
        request: &ConsumerHeartbeat,
        out: &mut Outcome,
    ) -> Checked<(Option<ConsumerGroup>, Vec<Record>)> {
        let id = &request.group_id;
        let joins = request.member_epoch == 0;
        match self.groups.get(id) {
            Some(Group::Consumer(_)) => Ok((None, Vec::new())),
            None if joins => Ok((Some(ConsumerGroup::new(id.clone())), Vec::new())),
            Some(Group::Classic(group)) if joins && group.is_empty() => {
                let records = vec![Record::ClassicGroup(id.clone(), None)];
                Ok((Some(ConsumerGroup::new(id.clone())), records))
            }
            Some(Group::Classic(_)) if joins => {
                self.upgraded(now, id, out).map(|(group, records)| (Some(group), records))
            }
            _ => Err(ErrorCode::GROUP_ID_NOT_FOUND),
        }
    }
}

impl ConsumerGroup {
    /// Members are let in however large the group is; one that takes the place of another under a new id is not.
    fn has_room(&self, config: &Config, request: &ConsumerHeartbeat) -> bool {
        let max = config.consumer_max_size.max(0) as usize;
        self.members.len() < max || self.members.contains_key(&request.member_id)
    }

    /// The member that a heartbeat comes from, made if it joins.
    fn member_for(
        &self,
        request: &ConsumerHeartbeat,
        id: &Rc<str>,
        owned: Option<&Partitions>,
        records: &mut Vec<Record>,
    ) -> Checked<Member> {
        let joins = request.member_epoch == 0;
        let Some(instance) = &request.instance_id else {
            return match self.members.get(id) {
                Some(member) => member.check_epoch(request.member_epoch, owned).map(|()| member.clone()),
                None if joins => Ok(Member::new(id.clone())),
                None => Err(ErrorCode::UNKNOWN_MEMBER_ID),
            };
        };
        match self.static_member(instance)? {
            None if joins => Ok(self.members.get(id).cloned().unwrap_or_else(|| Member::new(id.clone()))),
            None => Err(ErrorCode::UNKNOWN_MEMBER_ID),
            Some(member) if !joins && member.id != *id => Err(ErrorCode::FENCED_INSTANCE_ID),
            Some(member) if !joins => {
                member.check_epoch(request.member_epoch, owned)?;
                Ok(member.clone())
            }
            Some(member) if !member.uses_classic_protocol() && member.current.epoch != AWAY => {
                Err(ErrorCode::UNRELEASED_INSTANCE_ID)
            }
            Some(old) => Ok(self.replace(old, id, records)),
        }
    }

    /// A static member comes back, perhaps under another id: it has everything of the old one but its epoch.
    pub(super) fn replace(&self, old: &Member, id: &Rc<str>, records: &mut Vec<Record>) -> Member {
        let mut member = Member { id: id.clone(), ..old.clone() };
        (member.current.epoch, member.current.previous_epoch) = (0, 0);
        records.extend(Member::tombstones(&self.id, &old.id));
        records.push(member.about_record(&self.id));
        let target = self.targets.get(&old.id).cloned().unwrap_or_default();
        records.push(Record::ConsumerMemberTarget(member.key(&self.id), Some(target)));
        records.push(member.current_record(&self.id));
        member
    }
}

impl Member {
    /// A member may be behind by one epoch, when the last reply was lost: then it must not have more than it was given.
    fn check_epoch(&self, received: i32, owned: Option<&Partitions>) -> Checked {
        let current = &self.current;
        let forgiven = || {
            received == current.previous_epoch
                && owned.is_some_and(|owned| is_within(owned, &current.assigned))
        };
        match received {
            0 => Ok(()),
            epoch if epoch == current.epoch => Ok(()),
            epoch if epoch < current.epoch && forgiven() => Ok(()),
            _ => Err(ErrorCode::FENCED_MEMBER_EPOCH),
        }
    }
}
