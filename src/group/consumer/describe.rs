//! ConsumerGroupDescribe.

use super::assignment::numbers;
use super::member::Member;
use super::state::ConsumerGroup;
use super::target::first_with_most;
use crate::base::Uuid;
use crate::group::ErrorCode;
use crate::group::coordinator::{Coordinator, Group};
use crate::group::metadata::Metadata;
use crate::group::reply::{ConsumerDescribedGroup, ConsumerDescribedMember, NamedPartitions};
use std::rc::Rc;

impl Coordinator {
    /// A group of the consumer protocol in detail, to look at; `None` when there is none of that name.
    pub fn consumer_group(&self, id: &str) -> Option<ConsumerDescribedGroup> {
        Some(self.consumer(id)?.described(&self.metadata, self.config.consumer_assignor()))
    }

    /// A share group in detail; `None` when there is none of this name.
    pub fn share_group(&self, id: &str) -> Option<ConsumerDescribedGroup> {
        Some(self.share(id)?.group.described(&self.metadata, "simple".into()))
    }

    /// A consumer group in detail. One that is not there, or of another type, is Dead.
    pub(in crate::group) fn describe_consumer(&self, id: &Rc<str>) -> ConsumerDescribedGroup {
        match self.seen(id) {
            Some(Group::Consumer(group)) => group.described(&self.metadata, self.config.consumer_assignor()),
            _ => ConsumerDescribedGroup::not_found(id),
        }
    }

    /// A share group in detail.
    pub(in crate::group) fn describe_share(&self, id: &Rc<str>) -> ConsumerDescribedGroup {
        match self.share(id) {
            Some(share) => ConsumerDescribedGroup {
                state: share.state_name(),
                ..share.group.described(&self.metadata, "simple".into())
            },
            None => ConsumerDescribedGroup::not_found(id),
        }
    }
}

impl ConsumerDescribedGroup {
    fn not_found(id: &Rc<str>) -> ConsumerDescribedGroup {
        ConsumerDescribedGroup {
            error: match id.is_empty() {
                true => ErrorCode::INVALID_GROUP_ID,
                false => ErrorCode::GROUP_ID_NOT_FOUND,
            },
            group_id: id.clone(),
            state: "",
            epoch: 0,
            assignment_epoch: 0,
            assignor: "".into(),
            members: Vec::new(),
        }
    }
}

impl ConsumerGroup {
    fn described(&self, metadata: &Metadata, assignor: Rc<str>) -> ConsumerDescribedGroup {
        let members = self.members.values().map(|member| {
            let target = self.targets.get(&member.id).map_or(&[][..], |target| &target.topics);
            ConsumerDescribedMember {
                member_id: member.id.clone(),
                epoch: member.current.epoch,
                about: member.about.clone(),
                assignment: named(metadata, &member.holds()),
                target: named(metadata, target),
            }
        });
        ConsumerDescribedGroup {
            error: ErrorCode::NONE,
            group_id: self.id.clone(),
            state: self.state().name(),
            epoch: self.epoch,
            assignment_epoch: self.assignment_epoch,
            assignor: first_with_most(self.votes.iter().map(|(name, count)| (name, *count)))
                .unwrap_or(assignor),
            members: members.collect(),
        }
    }
}

impl Member {
    /// What it has, and what it has not given up yet.
    fn holds(&self) -> Vec<(Uuid, Vec<i32>)> {
        let mut all = numbers(&self.current.assigned);
        for (topic, pending) in numbers(&self.current.pending) {
            all.or_default(topic).extend(pending);
        }
        all.into_iter().map(|(topic, numbers)| (topic, numbers.into_iter().collect())).collect()
    }
}

/// Topics that are gone are left out.
fn named(metadata: &Metadata, lists: &[(Uuid, Vec<i32>)]) -> Vec<NamedPartitions> {
    let with_names = lists.iter().filter_map(|(id, partitions)| {
        let name = metadata.name_of(*id)?.clone();
        Some(NamedPartitions { id: *id, name, partitions: partitions.clone() })
    });
    with_names.collect()
}
