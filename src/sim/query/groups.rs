//! Questions about groups and the group protocol.

use super::{ConsumerGroupFacts, ConsumerGroupMemberFacts, Counters, GroupFacts, GroupState};
use crate::base::{TopicPartition, small};
use crate::group::{ConsumerDescribedMember, NamedPartitions};
use crate::sim::World;
use crate::sim::client::Life;
use crate::sim::core::Log;
use crate::sim::progress::Progress;
use crate::sim::share::{SharePartition, State};
use crate::sim::spec::Protocol;
use std::rc::Rc;

impl World {
    /// All groups that were added or that the coordinator knows, by name.
    pub fn groups(&self) -> Vec<GroupFacts> {
        let mut names: Vec<Rc<str>> = self.core.groups.iter().map(|group| group.name.clone()).collect();
        names.extend(self.core.coordinator.groups().cloned());
        small::sort(&mut names);
        names.dedup();
        names.into_iter().map(|name| self.group_facts(name)).collect()
    }

    /// The generation or epoch of a group, or of the first one by name; 0 when there is none.
    pub fn generation(&self, group: Option<&str>) -> i32 {
        let added = self.core.groups.iter().map(|group| &group.name);
        let first = || added.chain(self.core.coordinator.groups()).min().map(|name| &**name);
        let name = group.or_else(first);
        name.and_then(|name| self.core.coordinator.state(name)).map_or(0, |(_, generation)| generation)
    }

    fn group_facts(&self, name: Rc<str>) -> GroupFacts {
        let view = self.core.coordinator.group(&name);
        let known = view.as_ref().filter(|view| view.state != GroupState::Empty);
        let leader = known.and_then(|view| view.leader.as_ref());
        let leader = leader.and_then(|id| self.core.members.get(id));
        let settings = self.core.group_of(&name).map(|at| self.core.groups[at as usize].settings.clone());
        let settings = settings.unwrap_or_default();
        let consumer = self.consumer_group(&name);
        GroupFacts {
            state: view.as_ref().map_or(GroupState::Dead, |view| view.state),
            generation: view.as_ref().map_or(0, |view| view.generation),
            assignor: known.and_then(|view| view.protocol.clone()),
            leader: leader.map(|address| self.core.consumers[address.consumer as usize].clone()),
            members: view.as_ref().map_or(0, |view| view.members.len() as u32),
            alive: self.alive(&name),
            protocol: match (&consumer, known) {
                (_, Some(view)) if view.protocol_type.as_deref() == Some("share") => Protocol::Share,
                (Some(_), _) => Protocol::Consumer,
                (None, Some(_)) => Protocol::Classic,
                (None, None) => settings.protocol.unwrap_or_default(),
            },
            settings,
            consumer,
            name,
        }
    }

    /// A group of the consumer protocol.
    fn consumer_group(&self, name: &str) -> Option<ConsumerGroupFacts> {
        let group =
            self.core.coordinator.consumer_group(name).or_else(|| self.core.coordinator.share_group(name))?;
        let member = |member: ConsumerDescribedMember| ConsumerGroupMemberFacts {
            consumer: self
                .core
                .members
                .get(&member.member_id)
                .map(|address| self.core.consumers[address.consumer as usize].clone()),
            id: member.member_id,
            rack: member.about.rack,
            epoch: member.epoch,
            current: flat(&member.assignment),
            target: flat(&member.target),
        };
        Some(ConsumerGroupFacts {
            epoch: group.epoch,
            assignment_epoch: group.assignment_epoch,
            assignor: group.assignor,
            members: group.members.into_iter().map(member).collect(),
        })
    }

    /// The consumers of a group whose process runs, in the order in which they were added.
    pub(in crate::sim) fn alive(&self, group: &Rc<str>) -> Vec<Rc<str>> {
        let place = self.core.group_of(group);
        let alive = self.consumers.iter().filter(|of| Some(of.group) == place && of.life == Life::Running);
        alive.map(|of| self.core.consumers[of.id as usize].clone()).collect()
    }

    /// What can be counted now, of all groups together or of one.
    pub fn counters(&self, group: Option<&str>) -> Counters {
        let mut sum = Counters::default();
        let groups = self.core.groups.iter().filter(|of| group.is_none_or(|name| &*of.name == name));
        for of in groups {
            sum.messages += of.messages;
            sum.rebalancing |= of.rebalancing.is_some();
            for (log, progress) in of.progress.iter().enumerate() {
                self.count(&self.core.logs[log], progress, &mut sum);
            }
        }
        for ((of, log), partition) in self.core.shares.partitions.iter() {
            if group.is_none_or(|name| &*self.core.groups[*of as usize].name == name) {
                self.count_shared(*of, *log, partition, &mut sum);
            }
        }
        sum
    }

    fn count(&self, log: &Log, progress: &Progress, sum: &mut Counters) {
        sum.reread += progress.reread;
        sum.distinct += progress.distinct() as u64;
        if !log.exists {
            return;
        }
        sum.skipped += progress.skipped.max(0) as u64;
        if let Some(committed) = progress.committed {
            sum.lag = Some(sum.lag.unwrap_or(0) + (log.data.end() - committed).max(0));
        }
        if progress.position.is_some() || progress.committed.is_some() {
            sum.unread += log.unread(progress);
        }
        if progress.owners.is_empty() && progress.last_owner.is_some() {
            sum.unowned_now += 1;
            sum.reread_to_come += progress.at_risk().max(0) as u64;
        }
    }

    /// What is unread of a share partition is what was neither acknowledged nor archived, whoever has seen it.
    fn count_shared(&self, group: u32, log: u32, of: &SharePartition, sum: &mut Counters) {
        let log_of = &self.core.logs[log as usize];
        let seen = self.core.progress_of(group, log).map_or(0, |of| log_of.unread(of));
        sum.unread += of.unread(log_of.data.end()) - seen;
        let share = &mut sum.share;
        share.acquired += of.count(|state| matches!(state, State::Acquired { .. }));
        share.acknowledged += of.tally().acknowledged;
        share.archived += of.tally().archived();
        share.redelivered += of.tally().redelivered;
    }

    /// The place of a group among the samples of [`World::samples`].
    pub fn group_place(&self, group: &str) -> Option<u32> {
        self.core.group_of(group)
    }

    /// The place of a partition's log among the samples of [`World::samples`].
    pub fn log_place(&self, topic: &str, partition: i32) -> Option<u32> {
        self.core.log_of(topic, partition)
    }
}

/// Partitions in their order.
fn flat(topics: &[NamedPartitions]) -> Vec<TopicPartition> {
    let of = |topic: &NamedPartitions| {
        let name = topic.name.clone();
        topic.partitions.clone().into_iter().map(move |number| TopicPartition::new(name.clone(), number))
    };
    let mut flat: Vec<TopicPartition> = topics.iter().flat_map(of).collect();
    small::sort(&mut flat);
    flat
}
