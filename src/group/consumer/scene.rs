//! What a request to a consumer group is computed from, and how a member is taken one step on.

use super::Partitions;
use super::member::Member;
use super::reconcile::{Aim, reconcile};
use super::record::{ConsumerGroupValue, CurrentValue, MemberTargetValue};
use super::state::ConsumerGroup;
use super::subscription::Subscriptions;
use super::target;
use crate::base::{Map, Uuid};
use crate::group::config::{Config, GroupSettings};
use crate::group::coordinator::Coordinator;
use crate::group::event::Checked;
use crate::group::metadata::Metadata;
use crate::group::record::Record;
use crate::group::share::record::ShareTopic;
use std::rc::Rc;

/// The group as it is, and its surroundings.
#[derive(Clone, Copy)]
pub(in crate::group) struct Scene<'a> {
    /// The wall clock, in milliseconds since 1970.
    pub clock_ms: i64,
    pub group: &'a ConsumerGroup,
    pub config: &'a Config,
    pub settings: &'a GroupSettings,
    pub metadata: &'a Metadata,
    /// In share groups: the partitions that may be assigned.
    pub initialized: Option<&'a Map<Uuid, ShareTopic>>,
}

/// What changed in a member's subscription.
#[derive(Clone, Copy, Default)]
pub(in crate::group) struct Change {
    /// Something did.
    pub any: bool,
    /// Topics are to be shared out anew.
    pub bumps: bool,
}

/// A member one step further.
pub(in crate::group) struct Step {
    pub member: Member,
    /// Whether it stands elsewhere than before.
    pub moved: bool,
    /// Whether topics were looked at.
    pub looked: bool,
}

impl Coordinator {
    /// What a request to this group is computed from.
    pub(in crate::group) fn scene<'a>(
        &'a self,
        clock_ms: i64,
        group: &'a ConsumerGroup,
        settings: &'a GroupSettings,
        initialized: Option<&'a Map<Uuid, ShareTopic>>,
    ) -> Scene<'a> {
        Scene { clock_ms, group, config: &self.config, settings, metadata: &self.metadata, initialized }
    }
}

impl Scene<'_> {
    /// Writes what a member says of itself, if that is new; says whether the names it subscribes to are.
    pub fn note(&self, before: &Member, after: &Member, records: &mut Vec<Record>) -> bool {
        let renamed = before.topic_set() != after.topic_set();
        let mut same = before.about.clone();
        same.topics.clone_from(&after.about.topics);
        if renamed || same != after.about {
            records.push(after.about_record(&self.group.id));
        }
        renamed
    }

    /// Raises the group epoch when that is due, makes a target when that is due, and leads the member towards its target.
    pub fn advance(
        &self,
        before: &Member,
        after: Member,
        change: Change,
        owned: Option<&Partitions>,
        records: &mut Vec<Record>,
    ) -> Checked<Step> {
        let (epoch, looked) = self.raise(&after, change, records);
        let (target_epoch, target) = if epoch > self.group.assignment_epoch && self.may_assign() {
            let (targets, own) = target::make(self, (before, &after), looked, epoch)?;
            records.extend(targets);
            (epoch, own)
        } else {
            (self.group.assignment_epoch, self.target_of(&after))
        };
        let aim = (target_epoch, &target);
        let current = match self.initialized {
            None => self.follow(&after, aim, change, owned)?,
            Some(_) => self.jump(&after, aim, epoch > self.group.epoch),
        };
        let moved = !current.is_as(&after.current);
        let member = Member { current, ..after };
        if moved {
            records.push(member.current_record(&self.group.id));
        }
        Ok(Step { member, moved, looked })
    }

    /// Raises the group epoch when that is due. Returns the epoch, and whether topics were looked at.
    pub fn raise(&self, after: &Member, change: Change, records: &mut Vec<Record>) -> (i32, bool) {
        let mut epoch = self.group.epoch;
        let looked = change.bumps || self.clock_ms >= self.group.refresh_at_ms;
        if looked {
            let metadata_hash = Subscriptions::with(self.group, after).metadata_hash(self.metadata);
            if change.bumps || metadata_hash != self.group.metadata_hash {
                epoch += 1;
                let value = ConsumerGroupValue { epoch, metadata_hash };
                records.push(Record::ConsumerGroup(self.group.id.clone(), Some(value)));
            }
        }
        (epoch, looked)
    }

    /// Leads a member whose subscription did not change towards the target that there is.
    pub fn settle(
        &self,
        member: Member,
        owned: Option<&Partitions>,
        records: &mut Vec<Record>,
    ) -> Checked<Member> {
        let target = self.target_of(&member);
        let aim = (self.group.assignment_epoch, &target);
        let current = self.follow(&member, aim, Change::default(), owned)?;
        if current.is_as(&member.current) {
            return Ok(member);
        }
        let member = Member { current, ..member };
        records.push(member.current_record(&self.group.id));
        Ok(member)
    }

    /// A member of a share group goes straight to its target (`ShareGroupAssignmentBuilder`).
    fn jump(
        &self,
        member: &Member,
        (epoch, target): (i32, &MemberTargetValue),
        changed: bool,
    ) -> CurrentValue {
        let mut current = member.current.clone();
        if !changed && member.is_reconciled_to(epoch) {
            return current;
        }
        if epoch != current.epoch {
            (current.previous_epoch, current.epoch) = (current.epoch, epoch);
        }
        let subscribed = self.group.topic_ids_of(member, self.metadata);
        current.assigned.clear();
        current.order.clear();
        for (topic, numbers) in target.topics.iter().filter(|(topic, _)| subscribed.contains(topic)) {
            current.order.push(*topic);
            current.assigned.insert(*topic, numbers.iter().map(|&number| (number, 0)).collect());
        }
        current
    }

    /// The names of the topics that the group reads with this member.
    pub fn names_with(&self, member: &Member) -> Vec<Rc<str>> {
        Subscriptions::with(self.group, member).names().cloned().collect()
    }

    /// The target as it was made. A static member has none before somebody was there under its instance id.
    fn target_of(&self, member: &Member) -> MemberTargetValue {
        let holder = match &member.about.instance {
            Some(instance) => self.group.statics.get(instance),
            None => Some(&member.id),
        };
        holder.and_then(|id| self.group.targets.get(id)).cloned().unwrap_or_default()
    }

    /// A target is made at most once in an interval.
    fn may_assign(&self) -> bool {
        let interval_ms = i64::from(self.settings.assignment_interval_ms);
        let made_ms = self.group.assignment_timestamp_ms;
        made_ms == 0 || interval_ms == 0 || self.clock_ms >= made_ms + interval_ms
    }

    fn follow(
        &self,
        member: &Member,
        (epoch, target): (i32, &MemberTargetValue),
        change: Change,
        owned: Option<&Partitions>,
    ) -> Checked<CurrentValue> {
        if !change.any && member.is_reconciled_to(epoch) {
            return Ok(member.current.clone());
        }
        let subscribed = self.group.topic_ids_of(member, self.metadata);
        let is_held = |topic, number| self.group.is_held(topic, number);
        let aim = Aim {
            epoch,
            target: &target.as_set(),
            order: &target.topics,
            owned,
            subscribed: &subscribed,
            reads_nothing: self.group.topics_of(member).is_empty(),
            changed: change.any,
            is_held: &is_held,
        };
        reconcile(&member.current, &aim)
    }
}
