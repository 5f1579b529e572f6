//! `range` (`org.apache.kafka.clients.consumer.RangeAssignor`): each topic by itself is cut into ranges, one a member,
//! the first members getting one partition more when it does not come out even.
//!
//! With racks there is a first pass in which members get only partitions that have a replica in their rack; topics with
//! equal members and equally many partitions stay co-partitioned in it. Not sticky. The order of a list without racks is
//! that of a Java hash map of topic names; with racks lists are sorted.

use super::owes::Promise;
use super::{Assignment, Assignor, Input, Member, Protocol, Topic, rack};
use crate::base::{JavaMap, TopicPartition};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub(super) const ASSIGNOR: Assignor =
    Assignor { name: "range", protocol: Protocol::Eager, assign, promise: Promise::EvenForEachTopic };

/// A member's place in the order of members.
type Place = usize;

/// Partitions given out so far, by member.
type Lists = Vec<Vec<TopicPartition>>;

/// A topic while it is being given out.
struct Share<'a> {
    topic: &'a Topic,
    /// Subscribers in order, each with its place among all members.
    subscribers: Vec<Place>,
    /// Which partitions nobody has.
    free: BTreeSet<i32>,
    /// How many each subscriber has, by place.
    held: BTreeMap<Place, i32>,
    /// What everybody gets.
    quota: i32,
    /// How many members may still get one more.
    extra: i32,
    /// Whether any subscriber has a rack.
    has_racks: bool,
    /// Whether racks make a difference.
    needs_racks: bool,
}

fn assign(input: &Input) -> Assignment {
    let members = input.members_in_order();
    let mut shares = shares(input, &members);
    let mut lists: Lists = vec![Vec::new(); members.len()];
    let racks = shares.iter().any(|share| share.needs_racks);
    if racks {
        match_racks(&mut shares, &members, &mut lists);
    }
    for share in &mut shares {
        give_ranges(share, |_, _| true, &mut lists);
    }
    let mut by_id: BTreeMap<&str, Vec<TopicPartition>> = BTreeMap::new();
    for (member, mut list) in members.iter().zip(lists) {
        if racks {
            list.sort_by(|a, b| {
                super::input::java_order(&a.topic, &b.topic).then(a.partition.cmp(&b.partition))
            });
        }
        by_id.insert(&member.id, list);
    }
    input.members.iter().map(|m| (m.id.clone(), by_id.remove(&*m.id).unwrap_or_default())).collect()
}

fn shares<'a>(input: &'a Input, members: &[&Member]) -> Vec<Share<'a>> {
    let mut subscribers: BTreeMap<&str, BTreeSet<Place>> = BTreeMap::new();
    for (place, member) in members.iter().enumerate() {
        for topic in &member.topics {
            subscribers.entry(topic).or_default().insert(place);
        }
    }
    let topics: JavaMap<Rc<str>, &Topic> = input.topics.iter().map(|t| (t.name.clone(), t)).collect();
    let shares = topics.values().filter(|t| t.partitions > 0).filter_map(|topic| {
        let subscribers: Vec<Place> = subscribers.get(&*topic.name)?.iter().copied().collect();
        let racks: Vec<&Rc<str>> = subscribers.iter().filter_map(|&place| members[place].rack()).collect();
        let count = i32::try_from(subscribers.len()).expect("members are limited");
        Some(Share {
            topic,
            free: (0..topic.partitions).collect(),
            held: subscribers.iter().map(|&place| (place, 0)).collect(),
            quota: topic.partitions / count,
            extra: topic.partitions % count,
            has_racks: !racks.is_empty(),
            needs_racks: rack::matter(racks, topic),
            subscribers,
        })
    });
    shares.collect()
}

impl Share<'_> {
    /// How many more the member may get.
    fn room(&self, place: Place) -> usize {
        let room = self.quota + i32::from(self.extra > 0) - self.held[&place];
        usize::try_from(room).unwrap_or(0)
    }

    fn give(&mut self, place: Place, partitions: &[i32], lists: &mut Lists) {
        let held = self.held.get_mut(&place).expect("a subscriber");
        *held += partitions.len() as i32;
        if *held > self.quota {
            self.extra -= 1;
        }
        for &partition in partitions {
            self.free.remove(&partition);
            lists[place].push(TopicPartition { topic: self.topic.name.clone(), partition });
        }
    }

    /// Whether a replica of the partition is in the member's rack. A member without one is at home everywhere.
    fn at_home(&self, member: &Member, partition: i32) -> bool {
        let Some(rack) = member.rack() else { return true };
        let replicas = self.topic.racks.as_ref().and_then(|racks| racks.get(partition as usize));
        replicas.is_some_and(|replicas| replicas.contains(rack))
    }

    /// Kafka's number of partitions with known racks: none when no subscriber has a rack.
    fn rack_entries(&self) -> i32 {
        if self.has_racks { self.topic.partitions } else { 0 }
    }
}

fn give_ranges(share: &mut Share, may: impl Fn(&Share, (Place, i32)) -> bool, lists: &mut Lists) {
    for place in share.subscribers.clone() {
        if share.free.is_empty() {
            break;
        }
        let fits = |partition: &i32| may(share, (place, *partition));
        let partitions: Vec<i32> = share.free.iter().copied().filter(fits).take(share.room(place)).collect();
        if !partitions.is_empty() {
            share.give(place, &partitions, lists);
        }
    }
}

/// The first pass: topics with the same subscribers and as many partitions together, the others alone.
fn match_racks(shares: &mut [Share], members: &[&Member], lists: &mut Lists) {
    let mut together: BTreeMap<(Vec<Place>, i32), Vec<usize>> = BTreeMap::new();
    for (index, share) in shares.iter().enumerate() {
        together.entry((share.subscribers.clone(), share.rack_entries())).or_default().push(index);
    }
    for ((subscribers, partitions), indexes) in together {
        match indexes[..] {
            [index] if shares[index].needs_racks => {
                let at_home = |share: &Share, (place, p): (Place, i32)| share.at_home(members[place], p);
                give_ranges(&mut shares[index], at_home, lists);
            }
            [_] => {}
            _ => give_co_partitioned(shares, &indexes, subscribers, partitions, (members, lists)),
        }
    }
}

/// Partition by partition: the first member that is at home in all topics and has room in all of them gets it of each.
fn give_co_partitioned(
    shares: &mut [Share],
    indexes: &[usize],
    mut remaining: Vec<Place>,
    partitions: i32,
    (members, lists): (&[&Member], &mut Lists),
) {
    for partition in 0..partitions {
        let suits = |&&place: &&Place| {
            let fits = |&i: &usize| shares[i].at_home(members[place], partition) && shares[i].room(place) > 0;
            indexes.iter().all(fits)
        };
        let Some(&place) = remaining.iter().find(suits) else { continue };
        for &index in indexes {
            shares[index].give(place, &[partition], lists);
        }
        if indexes.iter().all(|&index| shares[index].room(place) == 0) {
            remaining.retain(|&other| other != place);
            if remaining.is_empty() {
                return;
            }
        }
    }
}
