//! `range` where racks make a difference.

use crate::assign::bits::Bits;
use crate::assign::rack::Racks;
use crate::assign::{Assignment, Input, Partition};
use crate::base::{Map, small};
use std::rc::Rc;

/// A topic while it is being given out.
struct Share {
    topic: u32,
    /// The racks' number of its first partition.
    first: u32,
    count: u32,
    /// Subscribers in order.
    subscribers: Rc<[u32]>,
    /// Which partitions somebody has, and how many do.
    taken: Bits,
    given: u32,
    /// How many each subscriber has, by its place.
    held: Vec<u32>,
    /// What everybody gets.
    quota: u32,
    /// How many members may still get one more.
    extra: u32,
    /// Whether any subscriber has a rack.
    has_racks: bool,
    /// Whether racks make a difference.
    needs_racks: bool,
}

/// `None` when racks make no difference for any topic.
pub(super) fn assign(input: &Input, topics: &[u32], members: &[u32], racks: &Racks) -> Option<Assignment> {
    let mut shares = shares(input, topics, members, racks);
    if !shares.iter().any(|share| share.needs_racks) {
        return None;
    }
    let mut lists: Assignment = input.members.iter().map(|_| Vec::new()).collect();
    match_racks(&mut shares, racks, &mut lists);
    for share in &mut shares {
        share.give_ranges(|_, _| true, &mut lists);
    }
    let mut rank = vec![0u32; input.topics.len()];
    for (&topic, place) in input.topics_by_name().iter().zip(0..) {
        rank[topic as usize] = place;
    }
    for list in &mut lists {
        small::sort_by_key(list, |partition| (rank[partition.topic as usize], partition.number));
    }
    Some(lists)
}

fn shares(input: &Input, topics: &[u32], members: &[u32], racks: &Racks) -> Vec<Share> {
    let mut subscribers: Vec<Vec<u32>> = vec![Vec::new(); input.topics.len()];
    for &member in members {
        for &topic in &*input.members[member as usize].topics {
            let list = &mut subscribers[topic as usize];
            if list.last() != Some(&member) {
                list.push(member);
            }
        }
    }
    let mut first = 0;
    let mut shares: Vec<Share> = Vec::with_capacity(topics.len());
    for &topic in topics {
        let count = input.topics[topic as usize].partitions as u32;
        let list = std::mem::take(&mut subscribers[topic as usize]);
        let among = list.len() as u32;
        if among > 0 {
            let same = shares.last().map(|share| &share.subscribers).filter(|last| ***last == *list);
            let subscribers = same.cloned().unwrap_or_else(|| list.into());
            shares.push(Share {
                topic,
                first,
                count,
                taken: Bits::new(count),
                given: 0,
                held: vec![0; among as usize],
                quota: count / among,
                extra: count % among,
                has_racks: subscribers.iter().any(|&member| racks.known(member)),
                needs_racks: racks.matter(subscribers.iter().copied(), first..first + count),
                subscribers,
            });
        }
        first += count;
    }
    shares
}

impl Share {
    /// How many more the subscriber at a place may get.
    fn room(&self, place: usize) -> u32 {
        (self.quota + u32::from(self.extra > 0)).saturating_sub(self.held[place])
    }

    /// Gives up to `most` partitions, those that the subscriber may have.
    fn give(&mut self, place: usize, most: u32, may: impl Fn(u32) -> bool, lists: &mut Assignment) {
        let list = &mut lists[self.subscribers[place] as usize];
        let before = self.given;
        let mut number = self.taken.first_without(0);
        while number < self.count && self.given - before < most {
            if may(self.first + number) {
                self.taken.add(number);
                self.given += 1;
                list.push(Partition { topic: self.topic, number: number as i32 });
            }
            number = self.taken.first_without(number + 1);
        }
        if self.given > before {
            self.held[place] += self.given - before;
            self.extra -= u32::from(self.held[place] > self.quota);
        }
    }

    fn give_ranges(&mut self, may: impl Fn(u32, u32) -> bool, lists: &mut Assignment) {
        for place in 0..self.subscribers.len() {
            if self.given == self.count {
                break;
            }
            let (member, room) = (self.subscribers[place], self.room(place));
            if room > 0 {
                self.give(place, room, |partition| may(member, partition), lists);
            }
        }
    }

    /// Kafka's number of partitions with known racks: none when no subscriber has a rack.
    fn rack_entries(&self) -> u32 {
        if self.has_racks { self.count } else { 0 }
    }
}

/// The first pass: topics with the same subscribers and as many partitions together, the others alone.
fn match_racks(shares: &mut [Share], racks: &Racks, lists: &mut Assignment) {
    let mut together: Map<(Rc<[u32]>, u32), Vec<usize>> = Map::new();
    for (index, share) in shares.iter().enumerate() {
        together.or_default((share.subscribers.clone(), share.rack_entries())).push(index);
    }
    for ((_, partitions), indexes) in together {
        match indexes[..] {
            [index] if shares[index].needs_racks => {
                shares[index].give_ranges(|member, partition| racks.at_home(member, partition), lists);
            }
            [_] => {}
            _ => give_co_partitioned(shares, &indexes, partitions, (racks, lists)),
        }
    }
}

/// Partition by partition: the first member that is at home in all topics and has room gets it of each. It has as much
/// room in one topic as in another, because all are as large and are given out together.
fn give_co_partitioned(
    shares: &mut [Share],
    indexes: &[usize],
    partitions: u32,
    (racks, lists): (&Racks, &mut Assignment),
) {
    let first = indexes[0];
    let subscribers = shares[first].subscribers.clone();
    let mut remaining: Vec<u32> = (0..subscribers.len() as u32).collect();
    for number in 0..partitions {
        let suits = |&place: &u32| {
            let member = subscribers[place as usize];
            shares[first].room(place as usize) > 0
                && indexes.iter().all(|&index| racks.at_home(member, shares[index].first + number))
        };
        let Some(at) = remaining.iter().position(suits) else { continue };
        let place = remaining[at] as usize;
        for &index in indexes {
            let partition = shares[index].first + number;
            shares[index].give(place, 1, |other| other == partition, lists);
        }
        if shares[first].room(place) == 0 {
            remaining.remove(at);
            if remaining.is_empty() {
                return;
            }
        }
    }
}
