//! A consumer group becomes a classic one again when the last member that uses the consumer protocol goes, or is replaced by
//! a member with its instance id that uses the classic protocol (`convertToClassicGroup`).
//!
//! The generation is the group epoch, the assignments are the targets. As in Kafka memory is changed at once, and the
//! records only say so.

use super::member::Member;
use super::record::MemberTargetValue;
use super::state::ConsumerGroup;
use crate::base::{JavaHash, Set, Time, TopicPartition, Uuid, java_order};
use crate::group::Bytes;
use crate::group::classic::{self, ClassicGroup};
use crate::group::coordinator::{Coordinator, Group};
use crate::group::event::Outcome;
use crate::group::metadata::Metadata;
use crate::group::protocol::{self, Assigned};
use crate::group::record::Record;

use std::rc::Rc;

/// Why a group becomes a classic one.
pub(super) enum Downgrade<'a> {
    /// These members go.
    Gone(&'a Set<Rc<str>>),
    /// A static member of the classic protocol takes the place of the last one of the other.
    Replaced {
        old: &'a Rc<str>,
        by: &'a Member,
        /// Whether there is no target for the newest epoch yet, so that there has to be a rebalance.
        stale: bool,
    },
}

impl Coordinator {
    /// Whether a group may become a classic one when these members go.
    pub(super) fn may_downgrade_without(&self, group: &ConsumerGroup, gone: &Set<Rc<str>>) -> bool {
        let mut left = 0;
        for member in group.members.values().filter(|member| !gone.contains(&member.id)) {
            if !member.uses_classic_protocol() {
                return false;
            }
            left += 1;
        }
        left > 0 && self.may_hold_as_classic(left)
    }

    /// Whether a group may become a classic one when one that uses the classic protocol takes this member's place.
    pub(super) fn may_downgrade_replacing(&self, group: &ConsumerGroup, old: &Member) -> bool {
        let others = || group.members.values().filter(|member| member.id != old.id);
        !old.uses_classic_protocol()
            && others().all(Member::uses_classic_protocol)
            && self.may_hold_as_classic(group.members.len())
    }

    fn may_hold_as_classic(&self, members: usize) -> bool {
        self.config.migration.downgrades() && members <= self.config.max_size.max(0) as usize
    }

    /// Makes the group a classic one; what says so is added to the records.
    pub(super) fn downgrade(
        &mut self,
        now: Time,
        id: &Rc<str>,
        why: &Downgrade,
        records: &mut Vec<Record>,
        out: &mut Outcome,
    ) {
        let clock_ms = self.clock_ms(now);
        let Some(Group::Consumer(group)) = self.groups.remove(id) else { unreachable!("a consumer group") };
        let classic = group.as_classic(clock_ms, why, &self.metadata);
        records.extend(group.tombstones(|member| match why {
            Downgrade::Replaced { old, by, .. } if member == *old => &by.id,
            _ => member,
        }));
        records.push(Record::ClassicGroup(id.clone(), Some(classic.recorded(|m| m.assignment.clone()))));
        self.groups.insert(id.clone(), Group::Classic(classic));
        let Some((Group::Classic(classic), mut turn)) = self.turn(id, now, out) else { return };
        for member in classic.members.keys().cloned().collect::<Vec<_>>() {
            classic.await_heartbeat(&mut turn, &member);
        }
        let reason = match why {
            Downgrade::Gone(_) => "for member leaving",
            Downgrade::Replaced { stale: true, .. } => "with stale assignment",
            Downgrade::Replaced { .. } => return,
        };
        classic
            .prepare_rebalance(&mut turn, format!("Downgrade group {id} from consumer to classic {reason}."));
    }
}

impl ConsumerGroup {
    fn as_classic(&self, clock_ms: i64, why: &Downgrade, metadata: &Metadata) -> ClassicGroup {
        let mut group = ClassicGroup::new(self.id.clone(), clock_ms);
        group.state = classic::ClassicState::Stable;
        group.generation = self.epoch;
        group.protocol_type = Some(classic::CONSUMER.into());
        for member in self.members.values() {
            let (member, target) = match why {
                Downgrade::Gone(gone) if gone.contains(&member.id) => continue,
                Downgrade::Replaced { old, .. } if member.id == **old => continue,
                _ => (member, &member.id),
            };
            group.add(member.as_classic(self, target, metadata));
        }
        if let Downgrade::Replaced { old, by, .. } = why {
            group.add(by.as_classic(self, old, metadata));
        }
        group.protocol = group.select_protocol();
        group.topics = group.subscribed_topics();
        let version = |member: &classic::Member| {
            let subscription = group.protocol.as_ref().and_then(|protocol| member.metadata(protocol));
            subscription.map_or(protocol::VERSION, |bytes| protocol::version(bytes).unwrap_or(0))
        };
        let versions: Vec<i16> = group.members.values().map(version).collect();
        for (member, version) in group.members.values_mut().zip(versions) {
            let mut bytes = member.assignment.to_vec();
            bytes[..2].copy_from_slice(&version.to_be_bytes());
            member.assignment = bytes.into();
        }
        group
    }
}

impl Member {
    /// The member as one of a classic group, with the target stored under `target` as its assignment.
    fn as_classic(&self, group: &ConsumerGroup, target: &Rc<str>, metadata: &Metadata) -> classic::Member {
        let said = self.about.classic.as_ref().expect("it uses the classic protocol");
        let nothing = MemberTargetValue::default();
        let target = &group.targets.get(target).unwrap_or(&nothing).topics;
        classic::Member {
            id: self.id.clone(),
            instance: self.about.instance.clone(),
            client_id: self.about.client_id.clone(),
            client_host: self.about.client_host.clone(),
            rebalance_timeout_ms: self.about.rebalance_timeout_ms,
            session_timeout_ms: said.session_timeout_ms,
            protocols: said.protocols.clone(),
            assignment: assignment_bytes(target, java_order::copied_set, protocol::VERSION, metadata),
            join: None,
            sync: None,
            is_new: false,
            last_heard: group.heard.get(&self.id).copied().unwrap_or_default(),
        }
    }
}

/// Partitions as members of the classic protocol are told them: topics and numbers in the order of Java's maps; how many
/// buckets those of numbers have depends on how they were made. Topics that are gone are left out.
pub(super) fn assignment_bytes(
    lists: &[(Uuid, Vec<i32>)],
    buckets: fn(usize) -> usize,
    version: i16,
    metadata: &Metadata,
) -> Bytes {
    let mut partitions = Vec::new();
    for topic in in_java_order(lists.iter().map(|(id, _)| id.java_hash()), java_order::grown) {
        let (id, numbers) = &lists[topic as usize];
        let Some(name) = metadata.name_of(*id) else { continue };
        for number in in_java_order(numbers.iter().copied(), buckets) {
            partitions.push(TopicPartition::new(name.clone(), numbers[number as usize]));
        }
    }
    Assigned { partitions, user_data: None }.encode_as(version)
}

fn in_java_order(hashes: impl Iterator<Item = i32>, buckets: fn(usize) -> usize) -> Vec<u32> {
    let hashes: Vec<u32> = hashes.map(java_order::spread).collect();
    java_order::order(&hashes, buckets(hashes.len()), java_order::Adds::Last)
}
