//! `simple` (`org.apache.kafka.coordinator.group.assignor.SimpleAssignor`), for share groups: several members may have a
//! partition, and all have about as many.
//!
//! When all subscribe alike all partitions are shared out together, otherwise each topic by itself; the steps are the
//! same ([`sharing`]). What a member gives up when it has too much follows from the order of Kafka's hash tables.

mod held;
mod sharing;

use super::server::{Kind, Promise, ServerAssignor};
use super::target::{Group, Run, Targets, Writer};
use crate::assign::bits::Bits;
use crate::base::JavaHash;
use crate::base::java_order::{Adds, made_for, spread};
use held::Reader;
use sharing::{Holding, Task};

pub(super) const ASSIGNOR: ServerAssignor = ServerAssignor {
    name: "simple",
    kind: Kind::Share,
    assign,
    fails: |_, _| false,
    adds: |_| Adds::First,
    promise: Promise::Nothing,
};

/// No place.
const NONE: u32 = u32::MAX;

fn assign(group: &Group) -> Targets {
    if group.members.is_empty() {
        return Targets::new();
    }
    let order = group.member_order();
    let scene = Scene { group, topics_hash: group.topics.iter().map(|topic| topic.id.java_hash()).collect() };
    // When all subscribe alike, the first speaks for all.
    let asked = if group.alike { &order[..1] } else { &order[..] };
    let asks = |&member: &u32| group.members[member as usize].topics.iter().any(|&topic| group.exists(topic));
    if !asked.iter().any(asks) {
        return group.members.iter().map(|_| None).collect();
    }
    match group.alike {
        true => scene.alike(&order),
        false => scene.mixed(&order),
    }
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
        let mut first = vec![NONE; self.group.topics.len()];
        let mut count = 0;
        for topic in self.group.subscribed(order[0]) {
            first[topic as usize] = count;
            count += self.group.topics[topic as usize].partitions as u32;
        }
        // The topic of each piece: a partition, numbered through.
        let mut topics: Vec<u32> = Vec::with_capacity(count as usize);
        let mut hashes: Vec<u32> = Vec::with_capacity(count as usize);
        for topic in self.group.subscribed(order[0]) {
            let partitions = self.group.topics[topic as usize].partitions;
            topics.extend(std::iter::repeat_n(topic, partitions as usize));
            let hash = self.topics_hash[topic as usize].wrapping_mul(31);
            hashes.extend((0..partitions).map(|number| spread(hash.wrapping_add(number))));
        }
        let (sharing, wanted) = desired(order.len() as u32, count);
        let held =
            self.group.members.iter().flat_map(|member| member.target.runs()).map(|run| run.count as usize);
        let mut holdings: Vec<Holding> = Vec::with_capacity(held.sum());
        let mut changed = Bits::new(order.len() as u32);
        let mut reader = Reader::default();
        for (&member, place) in order.iter().zip(0..) {
            let runs = self.group.members[member as usize].target.runs();
            if runs.iter().any(|run| first[run.topic as usize] == NONE) {
                changed.add(place);
            }
            let hash = |topic: u32| spread(self.topics_hash[topic as usize]);
            reader.each(runs, hash, |topic, number| {
                let exists = number < self.group.topics[topic as usize].partitions;
                if first[topic as usize] != NONE && exists {
                    holdings.push(Holding::new(place, first[topic as usize] + number as u32));
                }
            });
        }
        let wanted: Vec<u32> = (0..order.len() as u32).map(wanted).collect();
        let mut task = Task::new(holdings, &wanted, sharing, count);
        let added = task.run(|piece| hashes[piece as usize], |met| in_table_order(met, &hashes));
        for holding in task.holdings.iter().filter(|holding| holding.given_up()) {
            changed.add(holding.member());
        }
        for &(place, _) in &added {
            changed.add(place);
        }
        let name = |piece: u32| {
            let topic = topics[piece as usize];
            (topic, (piece - first[topic as usize]) as i32)
        };
        let kept = task.holdings.iter().filter(|holding| !holding.given_up());
        let kept = kept.map(|holding| (holding.member(), name(holding.piece())));
        let added = added.iter().map(|&(place, piece)| (place, name(piece)));
        self.write(order, &changed, kept.chain(added), |topic| first[topic as usize] != NONE)
    }

    /// New targets of members that `changed`: what they have, and their old topics, even when nothing is left of one that
    /// `stays`. Members by place.
    fn write(
        &self,
        order: &[u32],
        changed: &Bits,
        has: impl Iterator<Item = (u32, (u32, i32))> + Clone,
        stays: impl Fn(u32) -> bool,
    ) -> Targets {
        let mut room: Vec<Option<u32>> = vec![None; order.len()];
        let named = |member: u32| {
            let topics =
                self.group.members[member as usize].target.runs().chunk_by(|a, b| a.topic == b.topic);
            topics.map(|runs| runs[0].topic).filter(|&topic| stays(topic))
        };
        let new =
            || order.iter().zip(0..).filter(|(_, place)| changed.has(*place)).map(|(&member, _)| member);
        for member in new() {
            room[member as usize] = Some(named(member).count() as u32);
        }
        for (place, _) in has.clone().filter(|(place, _)| changed.has(*place)) {
            if let Some(room) = &mut room[order[place as usize] as usize] {
                *room += 1;
            }
        }
        let mut writer = Writer::new(room.into_iter());
        for member in new() {
            named(member).for_each(|topic| writer.push(member, Run { topic, first: 0, count: 0 }));
        }
        for (place, (topic, first)) in has.filter(|(place, _)| changed.has(*place)) {
            writer.push(order[place as usize], Run { topic, first, count: 1 });
        }
        writer.targets(self.group)
    }

    fn mixed(&self, order: &[u32]) -> Targets {
        // For each topic its subscribers, and who holds what of it: by place.
        let mut subscribers: Vec<Vec<u32>> = vec![Vec::new(); self.group.topics.len()];
        // Topics as they come into Kafka's set of them, which new topics of a member follow.
        let mut topics: Vec<u32> = Vec::with_capacity(self.group.topics.len());
        let mut held: Vec<Vec<(u32, i32)>> = vec![Vec::new(); self.group.topics.len()];
        let mut reader = Reader::default();
        for (&member, place) in order.iter().zip(0..) {
            for topic in self.group.subscribed(member) {
                if subscribers[topic as usize].is_empty() {
                    topics.push(topic);
                }
                subscribers[topic as usize].push(place);
            }
            let runs = self.group.members[member as usize].target.runs();
            for runs in runs.chunk_by(|a, b| a.topic == b.topic) {
                reader.each_number(runs, &mut |topic, number| held[topic as usize].push((place, number)));
            }
        }
        let mut changed = Bits::new(order.len() as u32);
        let mut has: Vec<(u32, (u32, i32))> = Vec::new();
        let mut wanted = vec![0; order.len()];
        topics.extend((0..self.group.topics.len() as u32).filter(|&t| subscribers[t as usize].is_empty()));
        for topic in topics {
            let held = std::mem::take(&mut held[topic as usize]);
            let among = &subscribers[topic as usize];
            if among.is_empty() {
                has.extend(held.into_iter().map(|(place, number)| (place, (topic, number))));
                continue;
            }
            let count = self.group.topics[topic as usize].partitions;
            let (sharing, wants) = desired(among.len() as u32, count as u32);
            wanted.fill(0);
            among.iter().zip(0..).for_each(|(&place, i)| wanted[place as usize] = wants(i));
            let exist = held.into_iter().filter(|&(_, number)| number < count);
            let holdings = exist.map(|(place, number)| Holding::new(place, number as u32)).collect();
            let mut task = Task::new(holdings, &wanted, sharing, count as u32);
            let more = task.run(spread_number, |_| (0..count as u32).collect());
            has.reserve(task.holdings.len() + more.len());
            for holding in &task.holdings {
                if holding.given_up() {
                    changed.add(holding.member());
                } else {
                    has.push((holding.member(), (topic, holding.piece() as i32)));
                }
            }
            for (place, piece) in more {
                changed.add(place);
                has.push((place, (topic, piece as i32)));
            }
        }
        self.write(order, &changed, has.iter().copied(), |_| true)
    }
}

fn spread_number(number: u32) -> u32 {
    spread(number as i32)
}

/// The order of Kafka's table of partitions: first those that were held came into it, in the order in which they were
/// `met`, then the others. It is filled by `computeIfAbsent`, so in a bucket the last comes first.
fn in_table_order(met: &[u32], hashes: &[u32]) -> Vec<u32> {
    let mask = made_for(hashes.len()) as u32 - 1;
    let mut next = vec![0u32; mask as usize + 1];
    hashes.iter().for_each(|hash| next[(hash & mask) as usize] += 1);
    let mut sum = 0;
    for next in &mut next {
        sum += std::mem::replace(next, sum);
    }
    let mut known = Bits::new(hashes.len() as u32);
    met.iter().for_each(|&piece| _ = known.add(piece));
    let rest = (0..hashes.len() as u32).rev().filter(|&piece| !known.has(piece));
    let mut order = vec![0u32; hashes.len()];
    for piece in rest.chain(met.iter().rev().copied()) {
        let next = &mut next[(hashes[piece as usize] & mask) as usize];
        order[*next as usize] = piece;
        *next += 1;
    }
    order
}
