//! `roundrobin` (`org.apache.kafka.clients.consumer.RoundRobinAssignor`): all partitions of all topics, in order of
//! name and number, are dealt out in turn to members that subscribe to them.
//!
//! Not sticky, and blind to racks.

use super::input::java_order;
use super::owes::Promise;
use super::{Assignment, Assignor, Input, Protocol, Topic};
use crate::base::TopicPartition;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const ASSIGNOR: Assignor = Assignor {
    name: "roundrobin",
    protocol: Protocol::Eager,
    assign,
    promise: Promise::EvenWhenAllSubscribeAlike,
};

fn assign(input: &Input) -> Assignment {
    let members = input.members_in_order();
    let subscriptions: Vec<BTreeSet<&str>> =
        members.iter().map(|m| m.topics.iter().map(|t| &**t).collect()).collect();
    let subscribed: BTreeSet<&str> = subscriptions.iter().flatten().copied().collect();
    let mut topics: Vec<&Topic> = input.topics.iter().filter(|t| subscribed.contains(&*t.name)).collect();
    topics.sort_by(|a, b| java_order(&a.name, &b.name));

    let mut lists: BTreeMap<&str, Vec<TopicPartition>> = BTreeMap::new();
    let mut turn = 0;
    for topic in topics {
        for partition in 0..topic.partitions {
            while !subscriptions[turn].contains(&*topic.name) {
                turn = (turn + 1) % members.len();
            }
            let list = lists.entry(&*members[turn].id).or_default();
            list.push(TopicPartition { topic: topic.name.clone(), partition });
            turn = (turn + 1) % members.len();
        }
    }
    input.members.iter().map(|m| (m.id.clone(), lists.remove(&*m.id).unwrap_or_default())).collect()
}
