//! `simple` (`org.apache.kafka.coordinator.group.assignor.SimpleAssignor`), for share groups: several members may have a
//! partition, and all have about as many.
//!
//! When all subscribe alike all partitions are shared out together, otherwise each topic by itself; the steps are the
//! same ([`sharing`]). What a member gives up when it has too much follows from the order of Kafka's hash tables.

mod sharing;

use super::server::{Kind, Promise, ServerAssignor};
use super::target::{Group, Run, Targets, Writer, uuid_hash};
use crate::base::java_order::{self, Adds, spread};
use sharing::{Holding, Task};

pub(super) const ASSIGNOR: ServerAssignor =
    ServerAssignor { name: "simple", kind: Kind::Share, assign, promise: Promise::Nothing };

/// No place.
const NONE: u32 = u32::MAX;

fn assign(group: &Group) -> Targets {
    if group.members.is_empty() {
        return Targets::new();
    }
    let order = group.member_order();
    let scene = Scene { group, topics_hash: group.topics.iter().map(|topic| uuid_hash(topic.id)).collect() };
    if group.alike {
        if group.subscribed(order[0]).next().is_none() {
            return group.members.iter().map(|_| None).collect();
        }
        return scene.alike(&order);
    }
    scene.mixed(&order)
}

struct Scene<'a> {
    group: &'a Group,
    /// Hash codes of the topics' ids.
    topics_hash: Vec<i32>,
}

/// How many partitions each of `members` is to have: `sharing` members for each of `count` partitions, spread evenly.
fn desired(members: u32, count: u32) -> (u32, impl Fn(u32) -> u32) {
    let sharing = if count == 0 { 0 } else { members.div_ceil(count) };
    let each = f64::from(sharing * count) / f64::from(members);
    (sharing, move |place: u32| {
        ((each * (f64::from(place) + 1.0)).ceil() - (each * f64::from(place)).ceil()) as u32
    })
}

impl Scene<'_> {
    fn alike(&self, order: &[u32]) -> Targets {
        let topics: Vec<u32> = self.group.subscribed(order[0]).collect();
        let mut first = vec![NONE; self.group.topics.len()];
        let mut pieces: Vec<(u32, i32)> = Vec::new();
        for &topic in &topics {
            first[topic as usize] = pieces.len() as u32;
            pieces.extend((0..self.group.topics[topic as usize].partitions).map(|number| (topic, number)));
        }
        let count = pieces.len() as u32;
        let (sharing, wanted) = desired(order.len() as u32, count);
        let mut holdings: Vec<Holding> = Vec::new();
        let mut changed = vec![false; order.len()];
        for (&member, place) in order.iter().zip(0..) {
            self.each_held(member, |topic, number| {
                if first[topic as usize] == NONE {
                    changed[place as usize] = true;
                } else if number < self.group.topics[topic as usize].partitions {
                    holdings.push(Holding::new(place, first[topic as usize] + number as u32));
                }
            });
            let runs = self.group.members[member as usize].target.runs();
            changed[place as usize] |= runs.iter().any(|run| first[run.topic as usize] == NONE);
        }
        let hash = |&(topic, number): &(u32, i32)| {
            spread(self.topics_hash[topic as usize].wrapping_mul(31).wrapping_add(number))
        };
        let hashes: Vec<u32> = pieces.iter().map(hash).collect();
        let wanted: Vec<u32> = (0..order.len() as u32).map(wanted).collect();
        let mut task = Task::new(holdings, &wanted, sharing, count);
        let added = task.run(|piece| hashes[piece as usize], |met| in_table_order(met, &hashes, count));
        for holding in task.holdings.iter().filter(|holding| holding.given_up()) {
            changed[holding.member() as usize] = true;
        }
        for &(place, _) in &added {
            changed[place as usize] = true;
        }
        let kept =
            task.holdings.iter().map(|holding| (holding.member(), holding.piece(), holding.given_up()));
        let kept = kept.map(|(place, piece, gone)| (order[place as usize], pieces[piece as usize], gone));
        let added = added.iter().map(|&(place, piece)| (order[place as usize], pieces[piece as usize]));
        let subscribed = |_: u32, topic: u32| first[topic as usize] != NONE;
        self.write(order, &changed, (kept, added), subscribed)
    }

    /// The partitions that a member has, in the order of Kafka's map of topics and sets of numbers.
    fn each_held(&self, member: u32, mut each: impl FnMut(u32, i32)) {
        let runs = self.group.members[member as usize].target.runs();
        let topics: Vec<&[Run]> = runs.chunk_by(|a, b| a.topic == b.topic).collect();
        let hash = |runs: &&[Run]| spread(self.topics_hash[runs[0].topic as usize]);
        let hashes: Vec<u32> = topics.iter().map(hash).collect();
        for place in java_order::order(&hashes, java_order::grown(hashes.len()), Adds::Last) {
            let runs = topics[place as usize];
            for number in numbers_in_set_order(runs) {
                each(runs[0].topic, number);
            }
        }
    }

    /// New targets of members that `changed`: what they kept, what was added, and their topics, even when nothing is left.
    fn write(
        &self,
        order: &[u32],
        changed: &[bool],
        (kept, added): (
            impl Iterator<Item = (u32, (u32, i32), bool)> + Clone,
            impl Iterator<Item = (u32, (u32, i32))> + Clone,
        ),
        stays: impl Fn(u32, u32) -> bool,
    ) -> Targets {
        let mut room: Vec<Option<u32>> = vec![None; order.len()];
        for (&member, _) in order.iter().zip(changed).filter(|(_, changed)| **changed) {
            room[member as usize] = Some(0);
        }
        let mut grow = |member: u32, by: u32| {
            if let Some(room) = &mut room[member as usize] {
                *room += by;
            }
        };
        kept.clone().filter(|(_, _, gone)| !gone).for_each(|(member, _, _)| grow(member, 1));
        added.clone().for_each(|(member, _)| grow(member, 1));
        let named = |member: u32| {
            let topics =
                self.group.members[member as usize].target.runs().chunk_by(|a, b| a.topic == b.topic);
            topics.map(|runs| runs[0].topic)
        };
        for (&member, place) in order.iter().zip(0..).filter(|(_, place)| changed[*place as usize]) {
            grow(member, named(member).filter(|&topic| stays(place as u32, topic)).count() as u32);
        }
        let mut writer = Writer::new(room.into_iter());
        for (&member, place) in order.iter().zip(0..).filter(|(_, place)| changed[*place as usize]) {
            for topic in named(member).filter(|&topic| stays(place as u32, topic)) {
                writer.push(member, Run { topic, first: 0, count: 0 });
            }
        }
        let left = kept.filter(|(_, _, gone)| !gone).map(|(member, piece, _)| (member, piece));
        for (member, (topic, first)) in left.chain(added) {
            if writer.writes(member) {
                writer.push(member, Run { topic, first, count: 1 });
            }
        }
        writer.targets(self.group)
    }

    fn mixed(&self, order: &[u32]) -> Targets {
        let members = order.len() as u32;
        // For each topic its subscribers, and who holds what of it: places in `order`.
        let mut subscribers: Vec<Vec<u32>> = vec![Vec::new(); self.group.topics.len()];
        let mut held: Vec<Vec<(u32, i32)>> = vec![Vec::new(); self.group.topics.len()];
        for (&member, place) in order.iter().zip(0..) {
            for topic in self.group.subscribed(member) {
                subscribers[topic as usize].push(place);
            }
            let runs = self.group.members[member as usize].target.runs();
            for runs in runs.chunk_by(|a, b| a.topic == b.topic) {
                let of_topic = &mut held[runs[0].topic as usize];
                of_topic.extend(numbers_in_set_order(runs).into_iter().map(|number| (place, number)));
            }
        }
        let mut changed = vec![false; order.len()];
        let (mut kept, mut added) = (Vec::new(), Vec::new());
        let mut wanted = vec![0; order.len()];
        for topic in 0..self.group.topics.len() as u32 {
            let held = held[topic as usize].iter();
            let among = &subscribers[topic as usize];
            if among.is_empty() {
                kept.extend(held.map(|&(place, number)| (order[place as usize], (topic, number), false)));
                continue;
            }
            let count = self.group.topics[topic as usize].partitions;
            let (sharing, wants) = desired(among.len() as u32, count as u32);
            wanted.fill(0);
            among.iter().zip(0..).for_each(|(&place, i)| wanted[place as usize] = wants(i));
            let exist = held.filter(|&&(_, number)| number < count);
            let holdings = exist.map(|&(place, number)| Holding::new(place, number as u32)).collect();
            debug_assert!(wanted.len() == members as usize);
            let mut task = Task::new(holdings, &wanted, sharing, count as u32);
            let more = task.run(spread_number, |_| (0..count as u32).collect());
            for holding in &task.holdings {
                changed[holding.member() as usize] |= holding.given_up();
                let piece = (topic, holding.piece() as i32);
                kept.push((order[holding.member() as usize], piece, holding.given_up()));
            }
            for (place, piece) in more {
                changed[place as usize] = true;
                added.push((order[place as usize], (topic, piece as i32)));
            }
        }
        let all = (kept.iter().copied(), added.iter().copied());
        self.write(order, &changed, all, |_, _| true)
    }
}

fn spread_number(number: u32) -> u32 {
    spread(number as i32)
}

/// Numbers of one topic in the order of a `HashSet` made of a list of them.
fn numbers_in_set_order(runs: &[Run]) -> Vec<i32> {
    let numbers: Vec<i32> = runs.iter().flat_map(|run| run.first..run.first + run.count).collect();
    if numbers.len() < 2 {
        return numbers;
    }
    let hashes: Vec<u32> = numbers.iter().map(|&number| spread(number)).collect();
    let order = java_order::order(&hashes, java_order::copied_set(numbers.len()), Adds::Last);
    order.into_iter().map(|place| numbers[place as usize]).collect()
}

/// The order of Kafka's table of partitions: first those that were held came into it, in the order in which they were
/// `met`, then the others.
fn in_table_order(met: &[u32], hashes: &[u32], count: u32) -> Vec<u32> {
    let mut known = crate::assign::bits::Bits::new(count);
    met.iter().for_each(|&piece| _ = known.add(piece));
    let rest = (0..count).filter(|&piece| !known.has(piece));
    let all: Vec<u32> = met.iter().copied().chain(rest).collect();
    let all_hashes: Vec<u32> = all.iter().map(|&piece| hashes[piece as usize]).collect();
    let order = java_order::order(&all_hashes, java_order::made_for(count as usize), Adds::First);
    order.into_iter().map(|place| all[place as usize]).collect()
}
