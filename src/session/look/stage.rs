//! The stage: who owns what now.

use crate::session::view::{
    ConsumerState, ConsumerView, GroupState, GroupView, PartitionView, StageView, TopicView,
};
use crate::sim::World;
use crate::sim::query::{self, ConsumerFacts, GroupFacts, TopicFacts};
use std::rc::Rc;

/// Everything on the stage.
pub fn stage(world: &World) -> StageView {
    StageView {
        topics: world.topics().into_iter().map(|facts| topic(world, facts)).collect(),
        groups: world.groups().into_iter().map(group).collect(),
        consumers: world.consumers().into_iter().map(consumer).collect(),
    }
}

/// A partition as the first group, by name, sees it; `None` when there is no such partition.
pub fn partition(
    world: &World,
    topic: &Rc<str>,
    number: i32,
    group: Option<&Rc<str>>,
) -> Option<PartitionView> {
    let facts = world.partition(topic, number, group.map(|name| &**name))?;
    Some(PartitionView {
        topic: topic.clone(),
        partition: number,
        group: group.cloned(),
        owner: facts.owner,
        unowned_since: facts.unowned_since,
        log_start: facts.log_start,
        high_watermark: facts.high_watermark,
        end: facts.end,
        committed: facts.committed,
        position: facts.position,
        lag: facts.lag,
        unread: facts.unread,
    })
}

fn topic(world: &World, facts: TopicFacts) -> TopicView {
    let group = facts.groups.first();
    TopicView {
        partitions: (0..facts.partitions).filter_map(|n| partition(world, &facts.name, n, group)).collect(),
        name: facts.name,
        rate_milli: facts.rate_milli,
    }
}

fn group(facts: GroupFacts) -> GroupView {
    GroupView {
        name: facts.name,
        state: group_state(facts.state),
        generation: facts.generation,
        assignor: facts.assignor,
        leader: facts.leader,
        members: facts.members,
    }
}

fn group_state(state: query::GroupState) -> GroupState {
    match state {
        query::GroupState::Empty => GroupState::Empty,
        query::GroupState::PreparingRebalance => GroupState::PreparingRebalance,
        query::GroupState::CompletingRebalance => GroupState::CompletingRebalance,
        query::GroupState::Stable => GroupState::Stable,
        query::GroupState::Dead => GroupState::Dead,
    }
}

/// One consumer.
pub fn consumer(facts: ConsumerFacts) -> ConsumerView {
    ConsumerView {
        name: facts.name,
        group: Some(facts.group),
        index: facts.index,
        state: consumer_state(facts.state),
        since: facts.since,
        member_id: facts.member_id,
        generation: facts.generation,
        owns: facts.owns,
        rate: facts.rate,
        busy_milli: facts.busy_milli,
        last_heartbeat: facts.last_heartbeat,
        lag: facts.lag,
        uncommitted: facts.uncommitted,
        removed_at: facts.removed_at,
        until: facts.until,
        settings: facts.settings,
        process: facts.process,
    }
}

fn consumer_state(state: query::ConsumerState) -> ConsumerState {
    match state {
        query::ConsumerState::Joining => ConsumerState::Joining,
        query::ConsumerState::Syncing => ConsumerState::Syncing,
        query::ConsumerState::Running => ConsumerState::Running,
        query::ConsumerState::NotTold => ConsumerState::NotTold,
        query::ConsumerState::Told => ConsumerState::Told,
        query::ConsumerState::Paused => ConsumerState::Paused,
        query::ConsumerState::Slow => ConsumerState::Slow,
        query::ConsumerState::Zombie => ConsumerState::Zombie,
        query::ConsumerState::Killed => ConsumerState::Killed,
        query::ConsumerState::Closed => ConsumerState::Closed,
        query::ConsumerState::Failed => ConsumerState::Failed,
    }
}
