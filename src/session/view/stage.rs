//! Who owns what now.

use crate::base::{TopicPartition, small};
use crate::sim::World;
use crate::sim::query::{
    ConsumerFacts, ConsumerGroupMemberFacts, GroupFacts, PartitionFacts, SharePartitionFacts, TopicFacts,
};
use std::rc::Rc;

/// Topics, groups and consumers at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageView {
    /// In order of their names.
    pub topics: Vec<TopicView>,
    /// In order of their names.
    pub groups: Vec<GroupFacts>,
    /// In the order in which they were added.
    pub consumers: Vec<ConsumerFacts>,
    /// Partitions that a member of a group of the consumer protocol still has to give up.
    pub moves: Vec<Move>,
    /// Partitions as share groups have them: the group, and what it has read of each.
    pub shares: Vec<(Rc<str>, SharePartitionFacts)>,
}

/// A partition that goes from one member to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The group.
    pub group: Rc<str>,
    /// The partition.
    pub partition: TopicPartition,
    /// The consumer that is to have it; `None`: nobody.
    pub to: Option<Rc<str>>,
}

/// A topic and, for the group that reads it (the first one, by name, that has consumers, else the first one that has
/// offsets), each partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicView {
    /// Its name.
    pub name: Rc<str>,
    /// Records a second that its producers send now, in thousandths.
    pub rate_milli: u64,
    /// In order of their numbers.
    pub partitions: Vec<PartitionFacts>,
}

impl StageView {
    /// Everything on the stage.
    pub(in crate::session) fn of(world: &World) -> StageView {
        let (groups, consumers) = (world.groups(), world.consumers());
        let topic = |facts: TopicFacts| {
            let reads = |name: &&Rc<str>| consumers.iter().any(|of| of.group == **name);
            let group = facts.groups.iter().find(reads).or(facts.groups.first()).map(|name| &**name);
            TopicView {
                partitions: (0..facts.partitions)
                    .filter_map(|n| world.partition(&facts.name, n, group))
                    .collect(),
                name: facts.name,
                rate_milli: facts.rate_milli,
            }
        };
        StageView {
            moves: groups.iter().flat_map(moves).collect(),
            shares: groups.iter().flat_map(|group| shares(world, group)).collect(),
            topics: world.topics().into_iter().map(topic).collect(),
            groups,
            consumers,
        }
    }
}

impl StageView {
    /// How a partition is shared out, as the share group sees it that reads it.
    pub fn share_of(&self, of: &PartitionFacts) -> Option<&SharePartitionFacts> {
        let mine = |(group, facts): &&(Rc<str>, SharePartitionFacts)| {
            Some(group) == of.group.as_ref() && facts.partition == of.partition && facts.topic == of.topic
        };
        self.shares.iter().find(mine).map(|(_, facts)| facts)
    }

    /// Whether a group is a share group.
    pub fn is_share(&self, group: &str) -> bool {
        self.groups.iter().any(|of| *of.name == *group && of.is_share())
    }

    /// What is under way with a partition, as one group sees it.
    pub fn move_of(&self, facts: &PartitionFacts) -> Option<&Move> {
        self.moves.iter().find(|of| {
            Some(&of.group) == facts.group.as_ref()
                && of.partition.partition == facts.partition
                && of.partition.topic == facts.topic
        })
    }
}

/// What a share group has read.
fn shares(world: &World, group: &GroupFacts) -> Vec<(Rc<str>, SharePartitionFacts)> {
    if !group.is_share() {
        return Vec::new();
    }
    world.share_partitions(&group.name).into_iter().map(|facts| (group.name.clone(), facts)).collect()
}

/// What the members of a group still have to give up, and who is to have it.
fn moves(group: &GroupFacts) -> Vec<Move> {
    let members = group.consumer.iter().flat_map(|group| &group.members);
    let leaving: Vec<TopicPartition> = members.clone().flat_map(|member| member.gives_up()).collect();
    if leaving.is_empty() {
        return Vec::new();
    }
    let of_member = |member: &ConsumerGroupMemberFacts| -> Vec<(TopicPartition, Option<Rc<str>>)> {
        member.target.iter().map(|partition| (partition.clone(), member.consumer.clone())).collect()
    };
    let mut heirs: Vec<_> = members.flat_map(of_member).collect();
    small::sort(&mut heirs);
    let heir = |partition: &TopicPartition| {
        let at = heirs.partition_point(|(of, _)| of < partition);
        heirs.get(at).filter(|(of, _)| of == partition)?.1.clone()
    };
    let to = |partition: TopicPartition| Move { group: group.name.clone(), to: heir(&partition), partition };
    leaving.into_iter().map(to).collect()
}
