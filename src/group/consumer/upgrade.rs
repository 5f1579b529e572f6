//! A classic group with members becomes a consumer group while they go on: each is taken over at the epoch that was the
//! generation, with what it had both as its target and as its own (`convertToConsumerGroup`).

use super::Assigned;
use super::MemberState;
use super::member::Member;
use super::record::{
    ClassicMemberValue, ConsumerGroupValue, ConsumerMemberValue, ConsumerTargetValue, CurrentValue,
    MemberTargetValue,
};
use super::state::ConsumerGroup;
use super::subscription::Subscriptions;
use crate::base::{Time, TopicPartition, Uuid};
use crate::group::classic::{self, ClassicGroup};
use crate::group::coordinator::{Coordinator, Group};
use crate::group::event::{Checked, Outcome};
use crate::group::metadata::Metadata;
use crate::group::protocol::{self, ProtocolError, Subscription};
use crate::group::record::Record;
use crate::group::{Bytes, ErrorCode};
use std::rc::Rc;

impl Coordinator {
    /// The consumer group that a classic group would be, and the records that make it one. Who waits in a join or a sync
    /// is told to join again, and the members' session timers are armed, even when nothing comes of it: the group only
    /// changes when the records are replayed.
    pub(super) fn upgraded(
        &mut self,
        now: Time,
        id: &Rc<str>,
        out: &mut Outcome,
    ) -> Checked<(ConsumerGroup, Vec<Record>)> {
        let refused = ErrorCode::GROUP_ID_NOT_FOUND;
        let max = self.config.consumer_max_size.max(0) as usize;
        let allowed = self.config.migration.upgrades();
        let Some((Group::Classic(group), mut turn)) = self.turn(id, now, out) else { return Err(refused) };
        if !allowed || !group.is_consumers() || group.members.len() > max {
            return Err(refused);
        }
        group.send_away(&mut turn, ErrorCode::REBALANCE_IN_PROGRESS);
        let Some(Group::Classic(group)) = self.groups.get(id) else { return Err(refused) };
        let group = ConsumerGroup::of_classic(group, &self.metadata)?;
        let mut records = vec![Record::ClassicGroup(id.clone(), None)];
        group.put_records(&mut records);
        for member in group.members.values() {
            self.arm_session(now, id, &member.id, member.classic_session_timeout_ms().unwrap_or(0));
        }
        Ok((group, records))
    }
}

impl ConsumerGroup {
    fn of_classic(classic: &ClassicGroup, metadata: &Metadata) -> Checked<ConsumerGroup> {
        let mut group = ConsumerGroup::new(classic.id.clone());
        (group.epoch, group.assignment_epoch) = (classic.generation, classic.generation);
        for old in classic.members.values() {
            let member = Member::of_classic(classic, old, metadata)?;
            let topics = member.current.assigned_lists();
            group.targets.insert(member.id.clone(), MemberTargetValue { topics });
            group.put(member);
        }
        let all = Subscriptions::without(&group, &Default::default());
        group.metadata_hash = all.metadata_hash(metadata);
        Ok(group)
    }

    /// Records that make the group as it is.
    fn put_records(&self, records: &mut Vec<Record>) {
        let id = &self.id;
        records.extend(self.members.values().map(|member| member.about_record(id)));
        let value = ConsumerGroupValue { epoch: self.epoch, metadata_hash: self.metadata_hash };
        records.push(Record::ConsumerGroup(id.clone(), Some(value)));
        for member in self.members.values() {
            let target = self.targets.get(&member.id).cloned().unwrap_or_default();
            records.push(Record::ConsumerMemberTarget(member.key(id), Some(target)));
        }
        let value = ConsumerTargetValue { epoch: self.epoch, timestamp_ms: 0 };
        records.push(Record::ConsumerTarget(id.clone(), Some(value)));
        records.extend(self.members.values().map(|member| member.current_record(id)));
    }
}

impl Member {
    /// A member as it was in a classic group. Kafka takes no user data along, which only assignors of one's own write.
    fn of_classic(group: &ClassicGroup, old: &classic::Member, metadata: &Metadata) -> Checked<Member> {
        let (mut assigned, mut order) = (Assigned::new(), Vec::new());
        if !old.assignment.is_empty() {
            let assignment = protocol::Assigned::decode(&old.assignment).map_err(refusal)?;
            if assignment.user_data.is_some_and(|data| !data.is_empty()) {
                return Err(ErrorCode::GROUP_ID_NOT_FOUND);
            }
            for (topic, numbers) in with_ids(&assignment.partitions, metadata) {
                order.push(topic);
                assigned.insert(topic, numbers.into_iter().map(|n| (n, group.generation)).collect());
            }
        }
        let protocol = group.protocol.as_ref().ok_or(ErrorCode::UNKNOWN_SERVER_ERROR)?;
        let subscription: &Bytes = old.metadata(protocol).ok_or(ErrorCode::UNKNOWN_SERVER_ERROR)?;
        let subscription = Subscription::decode(subscription).map_err(refusal)?;
        let about = ConsumerMemberValue {
            instance: old.instance.clone(),
            rack: subscription.rack,
            client_id: old.client_id.clone(),
            client_host: old.client_host.clone(),
            topics: super::member::distinct(&subscription.topics),
            regex: None,
            rebalance_timeout_ms: old.rebalance_timeout_ms,
            assignor: None,
            classic: Some(ClassicMemberValue {
                session_timeout_ms: old.session_timeout_ms,
                protocols: old.protocols.clone(),
            }),
        };
        let current = CurrentValue {
            epoch: group.generation,
            previous_epoch: group.generation,
            state: MemberState::Stable,
            assigned,
            order,
            pending: Assigned::new(),
        };
        Ok(Member { id: old.id.clone(), about, current })
    }
}

/// Bytes that cannot be read bar the way; Kafka does not expect all the ways in which they cannot.
fn refusal(error: ProtocolError) -> ErrorCode {
    match error.is_expected() {
        true => ErrorCode::GROUP_ID_NOT_FOUND,
        false => ErrorCode::UNKNOWN_SERVER_ERROR,
    }
}

/// Partitions by topic id, in their order; those of topics that do not exist are left out.
pub(super) fn with_ids(partitions: &[TopicPartition], metadata: &Metadata) -> Vec<(Uuid, Vec<i32>)> {
    let mut lists: Vec<(Uuid, Vec<i32>)> = Vec::new();
    for p in partitions {
        let Some(topic) = metadata.topics.get(&p.topic) else { continue };
        match lists.iter_mut().find(|(id, _)| *id == topic.id) {
            Some((_, numbers)) => numbers.push(p.partition),
            None => lists.push((topic.id, vec![p.partition])),
        }
    }
    lists
}
