//! ShareGroupHeartbeat: a member joins (epoch 0), lives (its epoch), or leaves (-1). It brings its own id.

use super::ShareGroup;
use super::record::as_share;
use crate::assign::server::Kind;
use crate::base::{Set, Time};
use crate::group::ErrorCode;
use crate::group::consumer::{Change, Member};
use crate::group::coordinator::{Coordinator, Group};
use crate::group::event::{Batch, Checked, Outcome, Removal};
use crate::group::record::Record;
use crate::group::reply::{ConsumerHeartbeatReply, Reply};
use crate::group::request::{Context, ShareHeartbeat};
use std::rc::Rc;

impl ShareHeartbeat {
    /// What is wrong with the request by itself.
    fn check(&self) -> Checked {
        let first_without_topics =
            self.member_epoch == 0 && self.topics.as_ref().is_none_or(|topics| topics.is_empty());
        let malformed = self.member_id.is_empty()
            || self.group_id.is_empty()
            || self.rack_id.as_deref() == Some("")
            || self.member_epoch < -1
            || first_without_topics;
        if malformed { Err(ErrorCode::INVALID_REQUEST) } else { Ok(()) }
    }

    /// The member as it is with what the request says; what it does not say stays.
    fn applied(&self, context: &Context, member: &Member) -> Member {
        let mut after = member.clone();
        let about = &mut after.about;
        about.heard_from(context, &self.rack_id);
        if let Some(topics) = &self.topics {
            about.topics = crate::group::consumer::distinct(topics);
        }
        after
    }
}

impl Coordinator {
    /// Answers a heartbeat, and then does what it set off.
    pub(in crate::group) fn share_heartbeat(
        &mut self,
        now: Time,
        (token, context): (u64, &Context),
        request: &ShareHeartbeat,
        out: &mut Outcome,
    ) {
        let answer = match request.check() {
            Err(error) => Err(error),
            Ok(()) if request.member_epoch < 0 => {
                self.share_leave(now, request, out).map(|reply| (reply, false))
            }
            Ok(()) => self.share_beat(now, context, request, out),
        };
        let initialize = matches!(answer, Ok((_, true)));
        let reply = answer.map_or_else(ConsumerHeartbeatReply::refused, |(reply, _)| reply);
        out.reply(token, Reply::ShareHeartbeat(reply));
        if initialize {
            self.share_initialized(&request.group_id, out);
        }
    }

    /// A heartbeat of one that joins or stays; also whether partitions are to be initialized.
    fn share_beat(
        &mut self,
        now: Time,
        context: &Context,
        request: &ShareHeartbeat,
        out: &mut Outcome,
    ) -> Checked<(ConsumerHeartbeatReply, bool)> {
        let (id, clock_ms) = (&request.group_id, self.clock_ms(now));
        let fresh = match self.groups.get(id) {
            Some(Group::Share(_)) => None,
            None if request.member_epoch == 0 => Some(ShareGroup::new(id.clone())),
            _ => return Err(ErrorCode::GROUP_ID_NOT_FOUND),
        };
        let settings = self.settings_of(id, Kind::Share);
        let share = fresh.as_ref().or_else(|| self.share(id)).expect("it is found or made");
        let group = &share.group;
        let max = self.config.share_max_size.max(0) as usize;
        let before = share.member_for(request, max)?;
        let joined = !group.members.contains_key(&request.member_id);
        let scene = self.scene(clock_ms, group, &settings, Some(&share.partitions.initialized));
        let after = request.applied(context, &before);
        let mut records = Vec::new();
        let bumps = scene.note(&before, &after, &mut records) || share.is_pending();
        let step = scene.advance(&before, after, Change { any: bumps, bumps }, None, &mut records)?;
        let mut records: Vec<Record> = records.into_iter().map(as_share).collect();
        let names = scene.names_with(&step.member);
        let initialize = share.with_topics(&names, &self.metadata);
        let initializes = initialize.is_some();
        records.extend(initialize.map(|value| Record::SharePartitions(id.clone(), Some(value))));

        let tell = request.member_epoch == 0
            || request.topics.is_some()
            || before.partitions() != step.member.partitions();
        let reply = ConsumerHeartbeatReply::told(&step.member, settings.heartbeat_interval_ms, tell);
        if joined {
            out.event(step.member.joined_event(id));
        }
        if step.looked && fresh.is_none() {
            self.modern_mut(id).expect("it was there").looked_at(clock_ms);
        }
        self.append(Batch { producer: None, records }, out);
        self.arm_session(now, id, &request.member_id, settings.session_timeout_ms);
        Ok((reply, initializes))
    }

    fn share_leave(
        &mut self,
        now: Time,
        request: &ShareHeartbeat,
        out: &mut Outcome,
    ) -> Checked<ConsumerHeartbeatReply> {
        let share = self.share(&request.group_id).ok_or(ErrorCode::GROUP_ID_NOT_FOUND)?;
        if !share.group.members.contains_key(&request.member_id) {
            return Err(ErrorCode::UNKNOWN_MEMBER_ID);
        }
        let why = Removal::Left { reason: "not provided".into() };
        self.fence(now, &request.group_id, &Set::from([request.member_id.clone()]), why, out);
        Ok(ConsumerHeartbeatReply::gone(&request.member_id, request.member_epoch))
    }

    pub(in crate::group) fn share(&self, id: &str) -> Option<&ShareGroup> {
        match self.groups.get(id) {
            Some(Group::Share(share)) => Some(share),
            _ => None,
        }
    }

    /// Takes a record of a share group in. Tombstones of what is not there do nothing.
    pub(in crate::group) fn replay_share(&mut self, record: &Record) {
        let (id, gone) = match record {
            Record::ShareGroup(id, value) => (id, value.is_none()),
            Record::ShareTarget(id, value) => (id, value.is_none()),
            Record::SharePartitions(id, value) => (id, value.is_none()),
            Record::ShareMember(key, value) => (&key.group, value.is_none()),
            Record::ShareMemberTarget(key, value) => (&key.group, value.is_none()),
            Record::ShareMemberCurrent(key, value) => (&key.group, value.is_none()),
            _ => return,
        };
        if !matches!(self.groups.get(id), Some(Group::Share(_))) {
            if gone {
                return;
            }
            self.groups.insert(id.clone(), Group::Share(ShareGroup::new(id.clone())));
        }
        let Some(Group::Share(share)) = self.groups.get_mut(id) else { unreachable!("it is one now") };
        match record {
            Record::ShareGroup(id, None) => _ = self.groups.remove(id),
            Record::SharePartitions(_, value) => {
                share.recorded = value.is_some();
                share.partitions = value.clone().unwrap_or_default();
            }
            record => share.group.replay(&super::record::as_consumer(record.clone())),
        }
    }
}

impl ShareGroup {
    /// The member that a heartbeat comes from, made if it joins. A member may be behind by one epoch, when the last reply
    /// was lost.
    fn member_for(&self, request: &ShareHeartbeat, max: usize) -> Checked<Member> {
        let known = self.group.members.get(&request.member_id);
        if self.group.members.len() >= max && known.is_none() {
            return Err(ErrorCode::GROUP_MAX_SIZE_REACHED);
        }
        let member = match known {
            Some(member) => member.clone(),
            None if request.member_epoch == 0 => Member::new(Rc::clone(&request.member_id)),
            None => return Err(ErrorCode::UNKNOWN_MEMBER_ID),
        };
        let (received, current) = (request.member_epoch, &member.current);
        match received == 0 || received == current.epoch || received == current.previous_epoch {
            true => Ok(member),
            false => Err(ErrorCode::FENCED_MEMBER_EPOCH),
        }
    }
}
