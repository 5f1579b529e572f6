//! JoinGroup of a member that uses the classic protocol, to a consumer group: what it says of itself comes all at once, as
//! from one that joins with a full heartbeat, and it is answered at once. Its generation is its member epoch, nobody leads,
//! and the assignment waits for its SyncGroup (`classicGroupJoinToConsumerGroup`).

use super::assignment::as_set;
use super::downgrade::Downgrade;
use super::member::{Member, distinct};
use super::record::ClassicMemberValue;
use super::state::ConsumerGroup;
use super::upgrade::with_ids;
use super::{Partitions, regex};
use crate::assign::server::Kind;
use crate::base::Time;
use crate::group::ErrorCode;
use crate::group::classic::{CONSUMER, Join, KNOWN_MEMBER_ID_VERSION};
use crate::group::config::Migration;
use crate::group::coordinator::Coordinator;
use crate::group::event::{Batch, Checked, Event, Outcome};
use crate::group::protocol::Subscription;
use crate::group::record::Record;
use crate::group::reply::{JoinGroupReply, Reply};
use crate::group::request::JoinGroup;
use crate::group::timer::{Task, TimerKey};
use std::rc::Rc;

/// A member that joins.
struct Joining {
    before: Member,
    after: Member,
    /// The member in whose place it turns the group into a classic one.
    replaced: Option<Rc<str>>,
    /// What the client says that it has.
    owned: Partitions,
}

impl Coordinator {
    /// Answers a join to a consumer group that has members.
    pub(in crate::group) fn join_consumer(&mut self, now: Time, join: Join, out: &mut Outcome) {
        let (reply, resolve) = self
            .admit_classic(now, join, out)
            .unwrap_or_else(|error| (JoinGroupReply::refused(error, "".into()), false));
        out.reply(join.token, Reply::JoinGroup(reply));
        if resolve {
            self.resolve_expressions(now, &join.request.group_id, out);
        }
    }

    /// The answer, and whether expressions are to be resolved.
    fn admit_classic(&mut self, now: Time, join: Join, out: &mut Outcome) -> Checked<(JoinGroupReply, bool)> {
        let request = join.request;
        if self.config.migration == Migration::Disabled {
            return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        let is_unknown = request.member_id.is_empty();
        let id: Rc<str> = match is_unknown {
            true => self.ids.text(),
            false => request.member_id.clone(),
        };
        let group = self.consumer(&request.group_id).expect("a consumer group");
        let max = self.config.consumer_max_size.max(0) as usize;
        if group.members.len() >= max && !group.members.contains_key(&id) {
            return Err(ErrorCode::GROUP_MAX_SIZE_REACHED);
        }
        if !group.supports(request) {
            return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        let is_dynamic = request.group_instance_id.is_none();
        if is_unknown && is_dynamic && join.context.version >= KNOWN_MEMBER_ID_VERSION {
            return Ok((JoinGroupReply::refused(ErrorCode::MEMBER_ID_REQUIRED, id), false));
        }
        let mut records = Vec::new();
        let before = group.classic_member_for(request, &id, &mut records)?;
        let replaced = match &request.group_instance_id {
            Some(instance) => group.static_member(instance)?,
            None => None,
        };
        let replaced =
            replaced.filter(|old| self.may_downgrade_replacing(group, old)).map(|old| old.id.clone());
        let subscription = request.subscription()?;
        let owned = as_set(&with_ids(&subscription.owned, &self.metadata));
        let after = before.with_join(join, &subscription);
        let joining = Joining { before, after, replaced, owned };
        let (member, resolve) = self.follow_join(now, &request.group_id, joining, records, out)?;
        self.timers.cancel(&TimerKey::MemberJoin(request.group_id.clone(), id.clone()));
        if self.consumer(&request.group_id).is_some() {
            self.arm_session(now, &request.group_id, &id, request.session_timeout_ms);
            let key = TimerKey::MemberSync(request.group_id.clone(), id.clone());
            self.arm_ms(now, request.rebalance_timeout_ms, key, Task::ExpireMemberSync);
        }
        let reply = JoinGroupReply {
            error: ErrorCode::NONE,
            generation_id: member.current.epoch,
            protocol_type: Some(CONSUMER.into()),
            protocol_name: request.protocols.first().map(|protocol| protocol.name.clone()),
            leader: "".into(),
            skip_assignment: false,
            member_id: id,
            members: Vec::new(),
        };
        Ok((reply, resolve))
    }

    /// Takes the member one step on, or the whole group back to the classic protocol.
    fn follow_join(
        &mut self,
        now: Time,
        id: &Rc<str>,
        joining: Joining,
        mut records: Vec<Record>,
        out: &mut Outcome,
    ) -> Checked<(Member, bool)> {
        let Joining { before, after, replaced, owned } = joining;
        let clock_ms = self.clock_ms(now);
        let settings = self.settings_of(id, Kind::Consumer);
        let group = self.consumer(id).expect("a consumer group");
        let scene = self.scene(clock_ms, group, &settings, None);
        let said = regex::said(&scene, self.topics_version, &before, &after, &mut records)?;
        let Some(old) = replaced else {
            let joined = !group.members.contains_key(&after.id);
            let step = scene.advance(&before, after, said.change, Some(&owned), &mut records)?;
            if joined {
                out.event(step.member.joined_event(id));
            }
            if step.looked {
                self.consumer_mut(id).expect("it was there").looked_at(clock_ms);
            }
            self.append(Batch { producer: None, records }, out);
            return Ok((step.member, said.resolve));
        };
        let (epoch, _) = scene.raise(&after, said.change, &mut records);
        let stale = group.assignment_epoch < epoch;
        let member = match stale {
            true => after,
            false => scene.settle(after, Some(&owned), &mut records)?,
        };
        // Kafka looks for the member that goes by its instance id, and does not expect one that took another since.
        if group.members.get(&old).is_some_and(|old| old.about.instance != member.about.instance) {
            return Err(ErrorCode::UNKNOWN_SERVER_ERROR);
        }
        out.event(Event::MemberReplaced {
            group: id.clone(),
            old: old.clone(),
            new: member.id.clone(),
            instance: member.about.instance.clone().unwrap_or_default(),
        });
        let why = Downgrade::Replaced { old: &old, by: &member, stale };
        self.downgrade(now, id, &why, &mut records, out);
        out.append(Batch { producer: None, records });
        Ok((member, false))
    }
}

impl JoinGroup {
    /// What the member subscribes to. All its protocols say the same; the first is read.
    fn subscription(&self) -> Checked<Subscription> {
        let first = self.protocols.first().map_or(&[][..], |protocol| &protocol.metadata);
        Subscription::decode(first).map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)
    }
}

impl ConsumerGroup {
    /// Whether one of the protocols is supported by all members that use the classic protocol. As in Kafka, a member that
    /// names a protocol twice counts twice.
    fn supports(&self, request: &JoinGroup) -> bool {
        let classic = || self.members.values().filter_map(|member| member.about.classic.as_ref());
        let said =
            |name: &str| classic().flat_map(|said| &said.protocols).filter(|p| *p.name == *name).count();
        &*request.protocol_type == CONSUMER
            && request.protocols.iter().any(|protocol| said(&protocol.name) == classic().count())
    }

    /// The member that a join comes from, made unless it is a static one that says that it is known.
    fn classic_member_for(
        &self,
        request: &JoinGroup,
        id: &Rc<str>,
        records: &mut Vec<Record>,
    ) -> Checked<Member> {
        let known = || self.members.get(id).cloned().unwrap_or_else(|| Member::new(id.clone()));
        let Some(instance) = &request.group_instance_id else { return Ok(known()) };
        match self.static_member(instance)? {
            None if request.member_id.is_empty() => Ok(known()),
            Some(old) if request.member_id.is_empty() => Ok(self.replace(old, id, records)),
            None => Err(ErrorCode::UNKNOWN_MEMBER_ID),
            Some(member) if member.id != *id => Err(ErrorCode::FENCED_INSTANCE_ID),
            Some(member) => Ok(member.clone()),
        }
    }
}

impl Member {
    /// The member as it is with what a join says.
    fn with_join(&self, join: Join, subscription: &Subscription) -> Member {
        let request = join.request;
        let mut after = self.clone();
        let about = &mut after.about;
        about.heard_from(join.context, &subscription.rack);
        if request.group_instance_id.is_some() {
            about.instance.clone_from(&request.group_instance_id);
        }
        if request.rebalance_timeout_ms != -1 {
            about.rebalance_timeout_ms = request.rebalance_timeout_ms;
        }
        about.topics = distinct(&subscription.topics);
        // A classic member has no expression for the coordinator, whatever the member had whose place it takes.
        about.regex = None;
        about.classic = Some(ClassicMemberValue {
            session_timeout_ms: request.session_timeout_ms,
            protocols: request.protocols.clone(),
        });
        after
    }
}
