//! The assignment when all members subscribe to the same topics (`ConstrainedAssignmentBuilder`).
//!
//! ```text
//! quota = partitions / members        some members get one more, so that it comes out even
//! 1  each keeps what it owns, up to its quota or one more
//! 2  with racks: each partition left to a member at home beside it, members below the quota first
//! 3  the rest in turn to members below the quota, then one each to those that have it
//! ```
//! Kafka's class fails when it runs out of members ([`super::fails`]); here the partitions that are left stay without an
//! owner.

use super::claims::Claims;
use super::{Handover, that_matter};
use crate::assign::bits::Bits;
use crate::assign::rack::Racks;
use crate::assign::{Assignment, Input, Partition, order};
use crate::base::small;
use std::collections::VecDeque;

pub(super) fn assign(
    input: &Input,
    claims: &Claims,
    racks: Option<&Racks>,
    handover: Handover,
) -> Assignment {
    let members = input.members.len() as u32;
    let (quota, over) = (claims.numbers.count / members, claims.numbers.count % members);
    let most = quota + u32::from(over > 0);
    let mut builder = Builder {
        input,
        claims,
        racks: that_matter(input, claims, racks),
        handover,
        quota,
        most,
        over,
        lists: input.members.iter().map(|_| Vec::with_capacity(most as usize)).collect(),
        held: vec![0; members as usize],
        taken: Bits::new(claims.numbers.count),
        revoked: Bits::new(claims.claimed()),
        below: Vec::new(),
        at_quota: VecDeque::new(),
    };
    builder.keep();
    let ranks = order::by_id(input.members.iter().map(|member| &*member.id));
    builder.sort_members(&ranks);
    match racks {
        Some(racks) => {
            let mut left = builder.left();
            small::sort_by_key(&mut left, |&(number, _)| racks.neighbours(number));
            builder.give_at_home(&mut left);
            builder.give_in_turn(left.into_iter());
        }
        None => builder.give_the_rest(),
    }
    builder.lists
}

struct Builder<'a> {
    input: &'a Input,
    claims: &'a Claims,
    /// Racks, if they make a difference.
    racks: Option<&'a Racks>,
    handover: Handover,
    /// What every member gets at least.
    quota: u32,
    /// What a member gets at most.
    most: u32,
    /// How many members may still get more than the quota.
    over: u32,
    lists: Assignment,
    /// How many partitions each member has, with those that it has to wait for.
    held: Vec<u32>,
    /// Partitions that were kept.
    taken: Bits,
    /// Partitions that their owner did not keep.
    revoked: Bits,
    /// Members below the quota.
    below: Vec<u32>,
    /// Members at the quota that may get one more.
    at_quota: VecDeque<u32>,
}

impl Builder<'_> {
    /// Step 1, member by member in the order of Kafka's map: who comes first may keep one more.
    fn keep(&mut self) {
        let numbers = &self.claims.numbers;
        let mut rank = vec![0u32; self.input.topics.len()];
        for (topic, place) in numbers.topics.iter().zip(0..) {
            rank[*topic as usize] = place;
        }
        // The first partition that Kafka deals out again though it was kept.
        let mut again = numbers.count;
        let mut owned: Vec<u64> = Vec::new();
        for &member in &self.claims.order {
            owned.clear();
            for &partition in &*self.input.members[member as usize].owned {
                let Some(number) = numbers.of(self.input, partition) else { continue };
                if !self.claims.owns(member, number) {
                } else if self.racks.is_some_and(|racks| !at_home(racks, member, number, numbers.count)) {
                    self.revoked.add(number);
                } else if !self.claims.contested(number) {
                    owned.push(key(partition, rank[partition.topic as usize]));
                }
            }
            small::sort_unstable(&mut owned);
            let keep = self.share_of(member, owned.len() as u32) as usize;
            self.held[member as usize] = keep.min(owned.len()) as u32;
            for (place, &key) in owned.iter().enumerate() {
                let partition = of_key(key, &numbers.topics);
                let number = numbers.of(self.input, partition).expect("found above");
                if place >= keep {
                    self.revoked.add(number);
                    continue;
                }
                self.lists[member as usize].push(partition);
                if number < numbers.count {
                    self.taken.add(number);
                } else {
                    again = again.min(numbers.after(self.input, partition));
                }
            }
        }
        (again..numbers.count).for_each(|number| self.taken.remove(number));
    }

    /// How many of its `owned` partitions a member keeps, and in which list it waits for more.
    fn share_of(&mut self, member: u32, owned: u32) -> u32 {
        if owned < self.quota {
            self.below.push(member);
            return owned;
        }
        if owned >= self.most && self.over > 0 {
            self.one_more_over();
            return self.most;
        }
        if self.over > 0 {
            self.at_quota.push_back(member);
        }
        self.quota
    }

    /// A member got more than the quota; the last one that may leaves nothing to hope for.
    fn one_more_over(&mut self) {
        self.over -= 1;
        if self.over == 0 {
            self.at_quota.clear();
        }
    }

    /// Both lists by member id, whose order `ranks` is.
    fn sort_members(&mut self, ranks: &[u32]) {
        let mut place = vec![0u32; ranks.len()];
        for (&member, rank) in ranks.iter().zip(0..) {
            place[member as usize] = rank;
        }
        for list in [&mut self.below, self.at_quota.make_contiguous()] as [&mut [u32]; 2] {
            list.iter_mut().for_each(|member| *member = place[*member as usize]);
            small::sort_unstable(list);
            list.iter_mut().for_each(|rank| *rank = ranks[*rank as usize]);
        }
    }

    /// The partitions that nobody kept, by topic name and number.
    fn left(&self) -> Vec<(u32, Partition)> {
        let mut left = Vec::new();
        self.each_left(|number, partition| left.push((number, partition)));
        left
    }

    fn each_left(&self, mut each: impl FnMut(u32, Partition)) {
        let numbers = &self.claims.numbers;
        for &topic in &numbers.topics {
            let first = numbers.first[topic as usize];
            let end = first + self.input.topics[topic as usize].partitions as u32;
            let mut number = self.taken.first_without(first);
            while number < end {
                each(number, Partition { topic, number: (number - first) as i32 });
                number = self.taken.first_without(number + 1);
            }
        }
    }

    /// Gives a partition to a member, which may have to wait for it; says how many the member has now.
    #[inline]
    fn give(&mut self, member: u32, number: u32, partition: Partition) -> u32 {
        let held = &mut self.held[member as usize];
        *held += 1;
        let moves = self.claims.contested(number)
            || self.revoked.has(number) && self.claims.owner(number) != Some(member);
        if !(moves && self.handover == Handover::NextTime) {
            self.lists[member as usize].push(partition);
        }
        *held
    }

    /// Step 2. What found nobody stays in `left`.
    fn give_at_home(&mut self, left: &mut Vec<(u32, Partition)>) {
        let Some(racks) = self.racks else { return };
        let mut next = 0;
        left.retain(|&(number, partition)| {
            let shared = |&member: &u32| racks.shared(member, number);
            let (before, after) = self.below.split_at(next);
            let found =
                after.iter().position(shared).map(|i| next + i).or_else(|| before.iter().position(shared));
            if let Some(at) = found {
                let member = self.below[at];
                next = at + 1;
                if self.give(member, number, partition) >= self.quota {
                    self.below.remove(at);
                    next = at;
                    if self.held[member as usize] < self.most && self.over > 0 {
                        self.at_quota.push_back(member);
                    }
                }
                next = next.checked_rem(self.below.len()).unwrap_or(0);
                return false;
            }
            let Some(at) = self.at_quota.iter().position(shared) else { return true };
            let member = self.at_quota[at];
            if self.give(member, number, partition) == self.most {
                self.at_quota.remove(at);
                self.one_more_over();
            }
            false
        });
    }

    /// Step 3 for what nobody kept.
    fn give_the_rest(&mut self) {
        if self.claims.claimed() == 0 && self.below.len() == self.lists.len() {
            // Nobody has anything: all are below the quota together.
            return self.deal_everything();
        }
        let left = self.left();
        self.give_in_turn(left.into_iter());
    }

    /// Step 3 when nobody has anything.
    fn deal_everything(&mut self) {
        let below = std::mem::take(&mut self.below);
        let mut turn = below.iter().cycle();
        let topics = &self.claims.numbers.topics;
        for &topic in topics {
            for number in 0..self.input.topics[topic as usize].partitions {
                let member = *turn.next().expect("there are members");
                self.lists[member as usize].push(Partition { topic, number });
            }
        }
    }

    /// Step 3: round by round to members below the quota, each leaving the round for the other list when it reaches it.
    fn give_in_turn(&mut self, left: impl Iterator<Item = (u32, Partition)>) {
        let mut left = left;
        let mut below = std::mem::take(&mut self.below);
        while !below.is_empty() {
            let mut ended = false;
            below.retain(|&member| {
                let Some((number, partition)) = (if ended { None } else { left.next() }) else {
                    ended = true;
                    return true;
                };
                let full = self.give(member, number, partition) == self.quota;
                if full {
                    self.at_quota.push_back(member);
                }
                !full
            });
            if ended {
                return;
            }
        }
        for (number, partition) in left {
            let Some(member) = self.at_quota.pop_front() else { return };
            self.give(member, number, partition);
        }
    }
}

/// Kafka knows no racks of a partition that does not exist.
fn at_home(racks: &Racks, member: u32, number: u32, count: u32) -> bool {
    if number < count { racks.at_home(member, number) } else { !racks.known(member) }
}

/// A number for each partition, ordered as Kafka sorts what a member owns: by number, then by topic name.
fn key(partition: Partition, rank: u32) -> u64 {
    u64::from(partition.number as u32 ^ 1 << 31) << 32 | u64::from(rank)
}

fn of_key(key: u64, topics: &[u32]) -> Partition {
    Partition { topic: topics[key as u32 as usize], number: ((key >> 32) as u32 ^ 1 << 31) as i32 }
}
