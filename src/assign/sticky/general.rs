//! The assignment when members subscribe to different topics (`GeneralAssignmentBuilder`).
//!
//! Members keep what they own, what is left goes to whoever has least, and then partitions are moved until nothing can
//! be moved to make it more even (`sweep`). Members are known here by their rank of id, so that comparing
//! numbers compares ids.

use super::claims::{Claims, NONE};
use super::sweep::{self, Holdings};
use super::that_matter;
use crate::assign::bits::Bits;
use crate::assign::levels::Levels;
use crate::assign::rack::Racks;
use crate::assign::{Assignment, Input, order};
use crate::base::small;

/// A topic's subscribers.
#[derive(Default)]
pub(super) struct Audience {
    /// By rank.
    pub members: Bits,
    /// How many there are; one that lists the topic twice counts twice.
    pub count: u32,
}

/// Members, topics and partitions as this assignment numbers them.
pub(super) struct Scene<'a> {
    pub input: &'a Input,
    pub claims: &'a Claims,
    /// The member of each rank.
    pub ranks: Vec<u32>,
    /// The audience of each topic of the input.
    pub audiences: Vec<Audience>,
    /// The topic of each partition.
    pub topics: Vec<u32>,
    /// Topics with fewer subscribers first, then by name.
    pub narrow_first: Vec<u32>,
    /// Who owned a partition in an earlier generation, by rank, or [`NONE`]; empty when nobody did.
    pub before: Vec<u32>,
}

pub(super) fn assign(input: &Input, claims: &Claims, racks: Option<&Racks>) -> Assignment {
    let racks = that_matter(input, claims, racks);
    let scene = Scene::new(input, claims);
    let (kept, must_revoke) = keep(&scene, racks);
    let unassigned = unassigned(&scene, &kept);
    let counts: Vec<u32> = kept.iter().map(|list| list.len() as u32).collect();
    let started_empty = counts.iter().all(|&count| count == 0);
    let mut holdings = Holdings::new(&scene, kept, Levels::new(counts));
    give(&scene, &mut holdings, &unassigned, racks);
    sweep::balance(&scene, &mut holdings, sweep::Start { unassigned, must_revoke, started_empty });

    let mut lists: Assignment = input.members.iter().map(|_| Vec::new()).collect();
    for (&member, list) in scene.ranks.iter().zip(&holdings.lists) {
        let partition = |&number: &u32| claims.numbers.partition(number, scene.topics[number as usize]);
        lists[member as usize] = list.iter().map(partition).collect();
    }
    lists
}

/// Takes away what another member still owns (`CooperativeStickyAssignor.computePartitionsTransferringOwnership`).
pub(super) fn withhold(input: &Input, claims: &Claims, lists: &mut Assignment) {
    let numbers = &claims.numbers;
    if claims.claimed() == 0 {
        return;
    }
    let mut owners = vec![NONE; numbers.all() as usize];
    for (list, member) in lists.iter().zip(0..) {
        for &partition in list {
            owners[numbers.of(input, partition).expect("given out, so it has a number") as usize] = member;
        }
    }
    let (mut given_up, mut kept) = (Bits::new(numbers.all()), Bits::new(numbers.all()));
    for (member, place) in input.members.iter().zip(0..) {
        for number in member.owned.iter().filter_map(|&partition| numbers.of(input, partition)) {
            let stays = owners[number as usize] == place;
            (if stays { &mut kept } else { &mut given_up }).add(number);
        }
    }
    for list in lists {
        list.retain(|&partition| {
            numbers.of(input, partition).is_none_or(|number| !given_up.has(number) || kept.has(number))
        });
    }
}

impl<'a> Scene<'a> {
    fn new(input: &'a Input, claims: &'a Claims) -> Scene<'a> {
        let ranks = order::by_id(input.members.iter().map(|member| &*member.id));
        let mut audiences: Vec<Audience> = input.topics.iter().map(|_| Audience::default()).collect();
        for &topic in &claims.numbers.topics {
            audiences[topic as usize].members = Bits::new(ranks.len() as u32);
        }
        let mut rank_of = vec![0; ranks.len()];
        for (&member, rank) in ranks.iter().zip(0..) {
            rank_of[member as usize] = rank;
            for &topic in &*input.members[member as usize].topics {
                let audience = &mut audiences[topic as usize];
                if claims.numbers.first[topic as usize] != NONE {
                    audience.members.add(rank);
                    audience.count += 1;
                }
            }
        }
        let mut narrow_first = claims.numbers.topics.clone();
        small::sort_by_key(&mut narrow_first, |&topic| audiences[topic as usize].count);
        let topics = claims.numbers.topic_of_each(input);
        let before = earlier_owners(input, claims, &rank_of);
        Scene { input, claims, ranks, audiences, topics, narrow_first, before }
    }

    /// The numbers of a topic's partitions.
    pub fn partitions(&self, topic: u32) -> std::ops::Range<u32> {
        let first = self.claims.numbers.first[topic as usize];
        first..first + self.input.topics[topic as usize].partitions as u32
    }

    /// The topics that exist to which the member of a rank subscribes.
    pub fn subscribed(&self, rank: u32) -> impl Iterator<Item = u32> {
        let topics = &self.input.members[self.ranks[rank as usize] as usize].topics;
        topics.iter().copied().filter(|&topic| self.claims.numbers.first[topic as usize] != NONE)
    }
}

/// Owners of generations before the latest: of two the later, of two of one generation the first in Kafka's map.
fn earlier_owners(input: &Input, claims: &Claims, rank_of: &[u32]) -> Vec<u32> {
    let generation = |member: u32| input.members[member as usize].generation.unwrap_or(-1);
    let is_old = |member: u32| generation(member) < claims.generation;
    let mut before = Vec::new();
    if claims.claimed() == 0 || !claims.order.iter().any(|&member| is_old(member)) {
        return before;
    }
    before.resize(claims.numbers.all() as usize, NONE);
    for &member in claims.order.iter().filter(|&&member| is_old(member)) {
        for &partition in &*input.members[member as usize].owned {
            let Some(number) = claims.numbers.of(input, partition) else { continue };
            let known = &mut before[number as usize];
            if *known == NONE || generation(member) > generation(*known) {
                *known = member;
            }
        }
    }
    for owner in before.iter_mut().filter(|owner| **owner != NONE) {
        *owner = rank_of[*owner as usize];
    }
    before
}

/// What each member keeps, by rank, and whether somebody has to give up something for another reason than balance.
fn keep(scene: &Scene, racks: Option<&Racks>) -> (Vec<Vec<u32>>, bool) {
    let Scene { input, claims, .. } = scene;
    let mut must_revoke = false;
    let mut kept: Vec<Vec<u32>> = Vec::with_capacity(scene.ranks.len());
    for (&member, rank) in scene.ranks.iter().zip(0..) {
        let owned = input.members[member as usize].owned.iter();
        let numbers = owned.filter_map(|&partition| claims.numbers.of(input, partition));
        let mut list: Vec<u32> = numbers.filter(|&number| claims.owns(member, number)).collect();
        let before = list.len();
        list.retain(|&number| {
            let topic = scene.topics[number as usize];
            let at_home = racks.is_none_or(|racks| {
                if number < claims.numbers.count {
                    racks.at_home(member, number)
                } else {
                    !racks.known(member)
                }
            });
            scene.audiences[topic as usize].members.has(rank) && at_home
        });
        must_revoke |= list.len() < before;
        kept.push(list);
    }
    (kept, must_revoke)
}

/// What nobody keeps, narrow topics first. After the first kept partition that does not exist, Kafka takes everything for
/// unassigned.
fn unassigned(scene: &Scene, kept: &[Vec<u32>]) -> Vec<u32> {
    let numbers = &scene.claims.numbers;
    let mut taken = Bits::new(numbers.all());
    for &number in kept.iter().flatten() {
        taken.add(number);
    }
    let mut strange: Vec<(u32, u32)> = Vec::new();
    for number in (numbers.count..numbers.all()).filter(|&number| taken.has(number)) {
        let topic = scene.topics[number as usize];
        strange.push((topic, numbers.after(scene.input, numbers.partition(number, topic))));
    }
    let mut unassigned = Vec::new();
    let mut lost = false;
    for &topic in &scene.narrow_first {
        let here = strange.iter().filter(|(of, _)| *of == topic).map(|&(_, after)| after).min();
        for number in scene.partitions(topic) {
            lost |= here.is_some_and(|after| number >= after);
            if lost || !taken.has(number) {
                unassigned.push(number);
            }
        }
        lost |= here.is_some();
    }
    unassigned
}

/// Each partition to the subscriber that has least; first, where racks matter, to one that is at home beside it.
fn give(scene: &Scene, holdings: &mut Holdings, unassigned: &[u32], racks: Option<&Racks>) {
    let audience = |number: u32| &scene.audiences[scene.topics[number as usize] as usize].members;
    let mut left = Vec::new();
    if let Some(racks) = racks {
        for &number in unassigned {
            let suits = |rank: u32| racks.at_home(scene.ranks[rank as usize], number);
            match holdings.levels.find(audience(number), suits) {
                Some(rank) => holdings.add(number, rank),
                None => left.push(number),
            }
        }
    }
    for &number in if racks.is_some() { &left } else { unassigned } {
        if let Some(rank) = holdings.levels.first(audience(number)) {
            holdings.add(number, rank);
        }
    }
}
