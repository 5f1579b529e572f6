//! What every assignor owes, and what some promise beyond.

use super::{Assignment, Assignor, Input, Protocol};
use crate::base::TopicPartition;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

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
/// * every member has one entry, in the order of the input, and nobody else has;
/// * a partition exists, and its owner subscribes to its topic;
/// * no partition has two owners;
/// * every partition of a topic with a subscriber has an owner (a cooperative assignor may withhold one that another
///   member still claims);
/// * the assignor's own [`Promise`].
pub fn debts(assignor: &Assignor, input: &Input, assignment: &Assignment) -> Vec<String> {
    let mut debts = Vec::new();
    let expected: Vec<&Rc<str>> = input.members.iter().map(|m| &m.id).collect();
    let given: Vec<&Rc<str>> = assignment.iter().map(|(id, _)| id).collect();
    if expected != given {
        return vec![format!("entries for {given:?} instead of {expected:?}")];
    }
    let counts: BTreeMap<&str, i32> = input.topics.iter().map(|t| (&*t.name, t.partitions)).collect();
    let mut owners: BTreeMap<&TopicPartition, &str> = BTreeMap::new();
    for (member, (id, list)) in input.members.iter().zip(assignment) {
        for partition in list {
            if !member.topics.contains(&partition.topic) {
                debts.push(format!("{id} has {partition} and does not subscribe to its topic"));
            }
            let count = counts.get(&*partition.topic).copied().unwrap_or(0);
            if !(0..count).contains(&partition.partition) {
                debts.push(format!("{id} has {partition}, which does not exist"));
            }
            if let Some(other) = owners.insert(partition, id) {
                debts.push(format!("{partition} belongs to {other} and to {id}"));
            }
        }
    }
    for partition in missing(input, &owners) {
        let claimed = || input.members.iter().any(|m| m.owned.contains(&partition));
        if assignor.protocol == Protocol::Eager || !claimed() {
            debts.push(format!("{partition} belongs to nobody"));
        }
    }
    debts.extend(uneven(assignor.promise, input, assignment));
    debts
}

/// Partitions of subscribed topics that have no owner.
fn missing(input: &Input, owners: &BTreeMap<&TopicPartition, &str>) -> Vec<TopicPartition> {
    let subscribed: BTreeSet<&str> = input.members.iter().flat_map(|m| &m.topics).map(|t| &**t).collect();
    let topics = input.topics.iter().filter(|t| subscribed.contains(&*t.name));
    let all = topics
        .flat_map(|t| (0..t.partitions).map(|p| TopicPartition { topic: t.name.clone(), partition: p }));
    all.filter(|partition| !owners.contains_key(partition)).collect()
}

fn uneven(promise: Promise, input: &Input, assignment: &Assignment) -> Vec<String> {
    let spread =
        |counts: &[usize]| counts.iter().max().zip(counts.iter().min()).map_or(0, |(max, min)| max - min);
    match promise {
        Promise::EvenForEachTopic => {
            let of_topic = |topic: &Rc<str>| -> Vec<usize> {
                let with_lists = input.members.iter().zip(assignment);
                let subscribers = with_lists.filter(|(m, _)| m.topics.contains(topic));
                subscribers.map(|(_, (_, list))| list.iter().filter(|p| p.topic == *topic).count()).collect()
            };
            let uneven = input.topics.iter().filter(|t| spread(&of_topic(&t.name)) > 1);
            uneven.map(|t| format!("{} is shared out as {:?}", t.name, of_topic(&t.name))).collect()
        }
        Promise::EvenWhenAllSubscribeAlike => {
            let sets: BTreeSet<BTreeSet<&Rc<str>>> =
                input.members.iter().map(|m| m.topics.iter().collect()).collect();
            let counts: Vec<usize> = assignment.iter().map(|(_, list)| list.len()).collect();
            match sets.len() == 1 && spread(&counts) > 1 {
                true => vec![format!("members have {counts:?} partitions")],
                false => Vec::new(),
            }
        }
    }
}
