//! `uniform` when all subscribe to the same topics (`UniformHomogeneousAssignmentBuilder`).
//!
//! ```text
//! quota = partitions / members; the first (partitions mod members) that can use one more may have it
//! 1  members in order keep up to their quota; what is above goes to the end of the pool
//! 2  members below their quota take from the front of the pool: first what nobody had, topic by topic
//! ```
//! A member with room gives its one more up, as long as enough members come after it.

use crate::assign::bits::Bits;
use crate::assign::target::{Group, Run, Share, Targets, push};
use crate::base::java_order::{self, Adds, spread};
use std::rc::Rc;

pub(super) fn assign(group: &Group) -> Targets {
    let order = group.member_order();
    let Some(&first) = order.first() else { return Targets::new() };
    let topics: Vec<u32> = group.subscribed(first).collect();
    if topics.is_empty() {
        return group.members.iter().map(|_| None).collect();
    }
    // The set of topics is copied, unknown ones counted.
    let hashes: Vec<u32> = topics.iter().map(|&topic| group.id_hash(topic)).collect();
    let buckets = java_order::copied_set(group.members[first as usize].topics.len());
    let in_order = java_order::order(&hashes, buckets, Adds::Last);
    let topics: Vec<u32> = in_order.into_iter().map(|place| topics[place as usize]).collect();

    let total: u32 = topics.iter().map(|&topic| group.topics[topic as usize].partitions as u32).sum();
    let mut subscribed = Bits::new(group.topics.len() as u32);
    topics.iter().for_each(|&topic| _ = subscribed.add(topic));
    let members = order.len() as u32;
    let mut keeper = Keeper {
        group,
        subscribed,
        returned: Vec::new(),
        parts: vec![Part::Same; members as usize],
        runs: Vec::new(),
        below: Vec::new(),
    };
    let mut extra = total % members;
    for (&member, place) in order.iter().zip(0..) {
        let mut has_extra = extra > 0;
        let mut room = keeper.keep(member, total / members + u32::from(has_extra));
        if room > 0 && has_extra && members - place > extra {
            room -= 1;
            has_extra = false;
        }
        if room > 0 {
            keeper.below.push((member, room));
        }
        extra -= u32::from(has_extra);
    }
    keeper.fill(&topics);
    keeper.targets()
}

/// Kafka says so when partitions are left that all quotas together have no room for.
pub(super) fn fails(group: &Group, targets: &Targets) -> bool {
    let Some(&first) = group.member_order().first() else { return false };
    let (numbers, count) = group.numbers();
    let mut given = Bits::new(count);
    for run in targets.iter().flatten().flat_map(Share::runs) {
        let end = (run.first + run.count).min(group.topics[run.topic as usize].partitions);
        if run.first < end {
            let begin = numbers[run.topic as usize];
            given.add_range(begin + run.first as u32..begin + end as u32);
        }
    }
    group.subscribed(first).any(|topic| {
        let begin = numbers[topic as usize];
        given.first_without(begin) < begin + group.topics[topic as usize].partitions as u32
    })
}

/// What a member has at the end.
#[derive(Clone, Copy)]
enum Part {
    /// What it had.
    Same,
    /// A part of the list of new runs.
    New(u32, u32),
}

struct Keeper<'a> {
    group: &'a Group,
    subscribed: Bits,
    /// What members gave back, in order.
    returned: Vec<(u32, i32)>,
    parts: Vec<Part>,
    runs: Vec<Run>,
    /// Members below their quota, and how many they may still take.
    below: Vec<(u32, u32)>,
}

impl Keeper<'_> {
    /// Keeps up to `quota` partitions of what a member has; says how many more it may take.
    fn keep(&mut self, member: u32, quota: u32) -> u32 {
        let old = self.group.members[member as usize].target.runs();
        let has: u32 = old.iter().map(|run| run.count as u32).sum();
        if has <= quota && old.iter().all(|run| self.subscribed.has(run.topic)) {
            return quota - has;
        }
        let topics: Vec<&[Run]> = old.chunk_by(|a, b| a.topic == b.topic).collect();
        let hashes: Vec<u32> = topics.iter().map(|runs| self.group.id_hash(runs[0].topic)).collect();
        let start = self.runs.len();
        let mut room = quota;
        for place in java_order::order(&hashes, java_order::grown(hashes.len()), Adds::Last) {
            let runs = topics[place as usize];
            let topic = runs[0].topic;
            let size: u32 = runs.iter().map(|run| run.count as u32).sum();
            if !self.subscribed.has(topic) {
            } else if size <= room {
                self.runs.extend_from_slice(runs);
                room -= size;
            } else {
                let set = as_set(runs);
                set[..room as usize].iter().for_each(|&number| push(&mut self.runs, start, topic, number));
                self.returned.extend(set[room as usize..].iter().map(|&number| (topic, number)));
                room = 0;
            }
        }
        self.parts[member as usize] = Part::New(start as u32, self.runs.len() as u32);
        room
    }

    /// Hands the pool out: what nobody had, topic by topic, then what was given back.
    fn fill(&mut self, topics: &[u32]) {
        let (first, count) = self.group.numbers();
        let mut taken = Bits::new(count);
        let others = self.group.others.iter();
        let targets = self.group.members.iter().flat_map(|member| member.target.runs());
        for run in targets.chain(others) {
            let count = self.group.topics[run.topic as usize].partitions;
            let (from, to) = (run.first.max(0), (run.first + run.count).min(count));
            if from < to {
                let first = first[run.topic as usize];
                taken.add_range(first + from as u32..first + to as u32);
            }
        }
        let taken = &taken;
        let free = topics.iter().flat_map(|&topic| {
            let begin = first[topic as usize];
            let end = begin + self.group.topics[topic as usize].partitions as u32;
            let next = move |after: u32| Some(taken.first_without(after)).filter(|&number| number < end);
            std::iter::successors(next(begin), move |&number| next(number + 1))
                .map(move |number| (topic, (number - begin) as i32))
        });
        let mut pool = free.chain(self.returned.iter().copied());
        // What comes from the pool mostly follows each other.
        let room = |&(member, room): &(u32, u32)| {
            room.min(2) as usize
                + match self.parts[member as usize] {
                    Part::Same => self.group.members[member as usize].target.runs().len(),
                    Part::New(from, to) => (to - from) as usize,
                }
        };
        self.runs.reserve(self.below.iter().map(room).sum());
        for &(member, room) in &self.below {
            let start = self.runs.len();
            match self.parts[member as usize] {
                Part::Same => self.runs.extend_from_slice(self.group.members[member as usize].target.runs()),
                Part::New(from, to) => self.runs.extend_from_within(from as usize..to as usize),
            }
            for (topic, number) in pool.by_ref().take(room as usize) {
                push(&mut self.runs, start, topic, number);
            }
            self.parts[member as usize] = Part::New(start as u32, self.runs.len() as u32);
        }
    }

    fn targets(self) -> Targets {
        let runs = Rc::new(self.runs);
        let with_parts = self.group.members.iter().zip(self.parts);
        let share = |(member, part): (&crate::assign::target::GroupMember, Part)| match part {
            Part::Same => member.target.clone(),
            Part::New(from, to) => Share::part(&runs, (from, to)),
        };
        with_parts.map(|pair| Some(share(pair))).collect()
    }
}

/// Partitions in the order of a `HashSet` made of a list of them.
fn as_set(runs: &[Run]) -> Vec<i32> {
    let numbers: Vec<i32> = runs.iter().flat_map(|run| run.first..run.first + run.count).collect();
    let hashes: Vec<u32> = numbers.iter().map(|&number| spread(number)).collect();
    let order = java_order::order(&hashes, java_order::copied_set(numbers.len()), Adds::Last);
    order.into_iter().map(|place| numbers[place as usize]).collect()
}
