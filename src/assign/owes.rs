//! What every assignor owes, and what some promise beyond.

use super::{Assignment, Assignor, Input, Partition, Protocol};
use crate::base::{Map, Set};

/// How evenly an assignor shares out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Of each topic, no subscriber has two partitions more than another.
    EvenForEachTopic,
    /// When all subscribe to the same topics, no member has two partitions more than another.
    EvenWhenAllSubscribeAlike,
}

/// What `assignor` still owes after answering `assignment` to `input`; empty when it kept its word. A line each:
///
/// * every member of the input has a list;
/// * a partition exists, and its owner subscribes to its topic;
/// * no partition has two owners;
/// * every partition of a topic with a subscriber has an owner (a cooperative assignor may withhold one that a member
///   still claims, and withheld ones count for nobody's evenness);
/// * the assignor's own [`Promise`].
pub fn debts(assignor: &Assignor, input: &Input, assignment: &Assignment) -> Vec<String> {
    let mut debts = Vec::new();
    if input.members.len() != assignment.len() {
        return vec![format!("{} lists for {} members", assignment.len(), input.members.len())];
    }
    let mut owners: Map<Partition, &str> = Map::new();
    for (member, list) in input.members.iter().zip(assignment) {
        let id = &member.id;
        for &partition in list {
            let name = input.name(partition);
            if !member.topics.contains(&partition.topic) {
                debts.push(format!("{id} has {name} and does not subscribe to its topic"));
            }
            if !(0..input.topics[partition.topic as usize].partitions).contains(&partition.number) {
                debts.push(format!("{id} has {name}, which does not exist"));
            }
            if let Some(other) = owners.insert(partition, id) {
                debts.push(format!("{name} belongs to {other} and to {id}"));
            }
        }
    }
    let mut withheld = false;
    for partition in missing(input, &owners) {
        let claimed = || input.members.iter().any(|m| m.owned.contains(&partition));
        if assignor.protocol == Protocol::Eager || !claimed() {
            debts.push(format!("{} belongs to nobody", input.name(partition)));
        } else {
            withheld = true;
        }
    }
    if !withheld {
        debts.extend(uneven(assignor.promise, input, assignment));
    }
    debts
}

/// Partitions of subscribed topics that have no owner.
fn missing(input: &Input, owners: &Map<Partition, &str>) -> Vec<Partition> {
    let subscribed: Set<u32> = input.members.iter().flat_map(|m| m.topics.iter().copied()).collect();
    let all = subscribed.into_iter().flat_map(|topic| {
        (0..input.topics[topic as usize].partitions).map(move |number| Partition { topic, number })
    });
    all.filter(|partition| !owners.contains_key(partition)).collect()
}

fn uneven(promise: Promise, input: &Input, assignment: &Assignment) -> Vec<String> {
    let spread =
        |counts: &[usize]| counts.iter().max().zip(counts.iter().min()).map_or(0, |(max, min)| max - min);
    match promise {
        Promise::EvenForEachTopic => {
            let of_topic = |topic: u32| -> Vec<usize> {
                let with_lists = input.members.iter().zip(assignment);
                let subscribers = with_lists.filter(|(m, _)| m.topics.contains(&topic));
                subscribers.map(|(_, list)| list.iter().filter(|p| p.topic == topic).count()).collect()
            };
            let uneven = (0..).zip(&input.topics).filter(|(topic, _)| spread(&of_topic(*topic)) > 1);
            uneven.map(|(i, t)| format!("{} is shared out as {:?}", t.name, of_topic(i))).collect()
        }
        Promise::EvenWhenAllSubscribeAlike => {
            let sets: Set<Set<u32>> =
                input.members.iter().map(|m| m.topics.iter().copied().collect()).collect();
            let counts: Vec<usize> = assignment.iter().map(Vec::len).collect();
            match sets.len() == 1 && spread(&counts) > 1 {
                true => vec![format!("members have {counts:?} partitions")],
                false => Vec::new(),
            }
        }
    }
}
