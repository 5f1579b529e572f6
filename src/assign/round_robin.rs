//! `roundrobin` (`org.apache.kafka.clients.consumer.RoundRobinAssignor`): all partitions of all topics, in order of
//! name and number, are dealt out in turn to members that subscribe to them.
//!
//! Not sticky, and blind to racks.

use super::bits::Bits;
use super::owes::Promise;
use super::{Assignment, Assignor, Input, Partition, Protocol, order};
use std::rc::Rc;

pub(super) const ASSIGNOR: Assignor = Assignor {
    name: "roundrobin",
    protocol: Protocol::Eager,
    assign,
    fails: |_, _| false,
    promise: Promise::EvenWhenAllSubscribeAlike,
};

fn assign(input: &Input) -> Assignment {
    let members = order::of_members(&input.members);
    let topics = input.topics_by_name();
    let Some(first) = input.members.first() else { return Assignment::new() };
    if input.members.iter().all(|member| Rc::ptr_eq(&member.topics, &first.topics)) {
        return to_all_in_turn(input, &members, &topics);
    }
    let audiences = audiences(input, &members);
    // First who gets each, so that lists are made once, as long as they will be.
    let mut owners: Vec<u32> = Vec::with_capacity(partitions_of(input, &topics));
    let mut counts = vec![0u32; members.len()];
    let mut turn = 0;
    let dealt: Vec<u32> = topics.into_iter().filter(|&topic| audiences[topic as usize].1).collect();
    for &topic in &dealt {
        for _ in 0..input.topics[topic as usize].partitions {
            while !audiences[topic as usize].0.has(turn) {
                turn = if turn as usize + 1 == members.len() { 0 } else { turn + 1 };
            }
            let member = members[turn as usize];
            owners.push(member);
            counts[member as usize] += 1;
            turn = if turn as usize + 1 == members.len() { 0 } else { turn + 1 };
        }
    }
    let mut lists: Assignment = counts.iter().map(|&count| Vec::with_capacity(count as usize)).collect();
    let mut owners = owners.into_iter();
    for topic in dealt {
        for (number, owner) in (0..input.topics[topic as usize].partitions).zip(&mut owners) {
            lists[owner as usize].push(Partition { topic, number });
        }
    }
    lists
}

fn partitions_of(input: &Input, topics: &[u32]) -> usize {
    topics.iter().map(|&topic| input.topics[topic as usize].partitions as usize).sum()
}

/// Members with one list of topics: nobody is passed over.
fn to_all_in_turn(input: &Input, members: &[u32], topics: &[u32]) -> Assignment {
    let mut subscribed = Bits::new(input.topics.len() as u32);
    input.members[0].topics.iter().for_each(|&topic| _ = subscribed.add(topic));
    let topics: Vec<u32> = topics.iter().copied().filter(|&topic| subscribed.has(topic)).collect();
    let each = partitions_of(input, &topics).div_ceil(members.len());
    let mut lists: Assignment = members.iter().map(|_| Vec::with_capacity(each)).collect();
    let mut turn = members.iter().cycle();
    for topic in topics {
        for number in 0..input.topics[topic as usize].partitions {
            let member = *turn.next().expect("there are members");
            lists[member as usize].push(Partition { topic, number });
        }
    }
    lists
}

/// For each topic of the input its subscribers, by their turn, and whether there are any.
fn audiences(input: &Input, members: &[u32]) -> Vec<(Bits, bool)> {
    let mut audiences = vec![(Bits::new(members.len() as u32), false); input.topics.len()];
    for (&member, turn) in members.iter().zip(0..) {
        for &topic in &*input.members[member as usize].topics {
            let (subscribers, any) = &mut audiences[topic as usize];
            subscribers.add(turn);
            *any = true;
        }
    }
    audiences
}
