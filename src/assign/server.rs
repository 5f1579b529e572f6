//! Server-side assignors: those of the coordinator itself, for consumer groups of the new protocol and for share groups.

use super::target::{Group, Targets};
use super::{server_range, simple, uniform};
use crate::base::Map;
use crate::base::java_order::Adds;

/// For which groups an assignor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Consumer groups: a partition belongs to one member.
    Consumer,
    /// Share groups: members may have the same partition.
    Share,
}

/// How evenly a server-side assignor shares out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Of each topic, no subscriber has two partitions more than another.
    EvenForEachTopic,
    /// When all subscribe to the same topics, no member has two partitions more than another.
    EvenWhenAllSubscribeAlike,
    /// Nobody promises anything about numbers.
    Nothing,
}

/// An assignor of the coordinator: what `group.consumer.assignors` names.
pub struct ServerAssignor {
    /// Its name in the protocol: `range`, `uniform`, `simple`.
    pub name: &'static str,
    /// For which groups it is.
    pub kind: Kind,
    /// The function itself.
    pub assign: fn(&Group) -> Targets,
    /// Whether Kafka's fails where this answered the targets: it does not expect members to have what there is not, or
    /// what another one has, as those of a classic group may.
    pub fails: fn(&Group, &Targets) -> bool,
    /// At which end of its bucket it adds a topic to a member's map of them.
    pub adds: fn(&Group) -> Adds,
    /// What it promises beyond what every one owes.
    pub promise: Promise,
}

/// Every server-side assignor. The first of a kind is what groups get that do not choose.
pub const SERVER: &[ServerAssignor] = &[uniform::ASSIGNOR, server_range::ASSIGNOR, simple::ASSIGNOR];

/// The assignor for groups of a kind that the protocol calls `name`.
pub fn for_groups(kind: Kind, name: &str) -> Option<&'static ServerAssignor> {
    SERVER.iter().find(|assignor| assignor.kind == kind && assignor.name == name)
}

/// What `assignor` still owes after answering `targets` to `group`; empty when it kept its word. A line each:
///
/// * every member is answered, unless nobody subscribes to anything;
/// * what a member has exists, and it subscribes to it (in share groups it may keep what nobody subscribes to any more);
/// * a partition belongs to one member (share groups: a member has it once);
/// * every partition of a topic with a subscriber belongs to somebody;
/// * the assignor's own [`Promise`].
pub fn debts(assignor: &ServerAssignor, group: &Group, targets: &Targets) -> Vec<String> {
    if targets.len() != group.members.len() {
        return vec![format!("{} answers for {} members", targets.len(), group.members.len())];
    }
    let wanted = |topic: u32| group.members.iter().any(|member| member.topics.contains(&topic));
    let mut debts = Vec::new();
    let mut owners: Map<(u32, i32), Vec<&str>> = Map::new();
    for (member, share) in group.members.iter().zip(targets) {
        let Some(share) = share else {
            if group.members.iter().any(|member| !member.topics.is_empty()) {
                debts.push(format!("{} is not answered", member.id));
            }
            continue;
        };
        for (topic, partitions) in share.by_topic() {
            let name = &group.topics[topic as usize].name;
            for number in partitions {
                let left = assignor.kind == Kind::Share && !wanted(topic);
                if !member.topics.contains(&topic) && !left {
                    debts.push(format!(
                        "{} has {name}-{number} and does not subscribe to its topic",
                        member.id
                    ));
                }
                if !(0..group.topics[topic as usize].partitions).contains(&number) {
                    debts.push(format!("{} has {name}-{number}, which does not exist", member.id));
                }
                owners.or_default((topic, number)).push(&member.id);
            }
        }
    }
    for (topic, info) in (0..).zip(&group.topics) {
        for number in 0..info.partitions {
            let owners = owners.get(&(topic, number)).map_or(&[][..], |owners| owners);
            if owners.len() > 1 && assignor.kind == Kind::Consumer {
                debts.push(format!("{}-{number} belongs to {owners:?}", info.name));
            } else if owners.is_empty() && wanted(topic) {
                debts.push(format!("{}-{number} belongs to nobody", info.name));
            }
        }
    }
    debts.extend(uneven(assignor.promise, group, targets));
    debts
}

fn uneven(promise: Promise, group: &Group, targets: &Targets) -> Option<String> {
    let topics: Vec<u32> = (0..group.topics.len() as u32).collect();
    let counts = |topics: &[u32], all: bool| -> Vec<i32> {
        let subscribers = group.members.iter().zip(targets);
        let subscribers =
            subscribers.filter(|(member, _)| all || topics.iter().any(|t| member.topics.contains(t)));
        let count = |runs: &[super::target::Run]| {
            runs.iter().filter(|run| topics.contains(&run.topic)).map(|run| run.count).sum::<i32>()
        };
        subscribers.map(|(_, share)| share.as_ref().map_or(0, |share| count(share.runs()))).collect()
    };
    let spread =
        |counts: &[i32]| counts.iter().max().zip(counts.iter().min()).map_or(0, |(most, least)| most - least);
    match promise {
        Promise::Nothing => None,
        Promise::EvenWhenAllSubscribeAlike => {
            let counts = counts(&topics, true);
            (group.alike && spread(&counts) > 1).then(|| format!("members have {counts:?} partitions"))
        }
        Promise::EvenForEachTopic => topics
            .iter()
            .map(|&topic| (topic, counts(&[topic], false)))
            .find(|(_, counts)| spread(counts) > 1)
            .map(|(topic, counts)| {
                format!("{} is shared out as {counts:?}", group.topics[topic as usize].name)
            }),
    }
}
