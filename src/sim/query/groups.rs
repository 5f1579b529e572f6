//! Questions about groups and the group protocol.

use super::{GroupFacts, GroupState};
use crate::group;
use crate::sim::World;
use crate::sim::client::Life;
use std::rc::Rc;

impl World {
    /// All groups that were added or that the coordinator knows, by name.
    pub fn groups(&self) -> Vec<GroupFacts> {
        let mut names: Vec<Rc<str>> = self.core.groups.iter().map(|group| group.name.clone()).collect();
        names.extend(self.core.coordinator.groups().cloned());
        names.sort();
        names.dedup();
        names.into_iter().map(|name| self.group_facts(name)).collect()
    }

    fn group_facts(&self, name: Rc<str>) -> GroupFacts {
        let view = self.core.coordinator.group(&name);
        let known = view.as_ref().filter(|view| view.state != group::GroupState::Empty);
        let leader = known.and_then(|view| view.leader.as_ref());
        let leader = leader.and_then(|id| self.core.members.get(id));
        GroupFacts {
            state: view.as_ref().map_or(GroupState::Dead, |view| state(view.state)),
            generation: view.as_ref().map_or(0, |view| view.generation),
            assignor: known.and_then(|view| view.protocol.clone()),
            leader: leader.map(|address| self.core.consumers[address.consumer as usize].clone()),
            members: view.as_ref().map_or(0, |view| view.members.len() as u32),
            alive: self.alive(&name),
            name,
        }
    }

    /// The consumers of a group whose process runs, in the order in which they were added.
    pub(in crate::sim) fn alive(&self, group: &Rc<str>) -> Vec<Rc<str>> {
        let place = self.core.group_of(group);
        let alive = self.consumers.iter().filter(|of| Some(of.group) == place && of.life == Life::Running);
        alive.map(|of| self.core.consumers[of.id as usize].clone()).collect()
    }

    /// Messages of the group protocol so far, requests and answers together.
    pub fn message_count(&self) -> u64 {
        self.core.message_count
    }
}

fn state(state: group::GroupState) -> GroupState {
    match state {
        group::GroupState::Empty => GroupState::Empty,
        group::GroupState::PreparingRebalance => GroupState::PreparingRebalance,
        group::GroupState::CompletingRebalance => GroupState::CompletingRebalance,
        group::GroupState::Stable => GroupState::Stable,
        group::GroupState::Dead => GroupState::Dead,
    }
}
