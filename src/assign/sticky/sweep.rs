//! Moving partitions until nothing can be moved to make an assignment more even (`performReassignments`).
//!
//! Kafka asks before every partition whether all is balanced, which takes it a walk over everything. The answers follow
//! from less. While every member holds only what it subscribes to, "balanced" and "no partition can go to its topic's
//! least loaded subscriber" are the same, and the second is one look at [`Levels`]; so the question itself is put only
//! where a partition goes back to an earlier owner that no longer subscribes, and from then on.
//!
//! Kafka's two searches for a better owner, first in the partition's racks and then anywhere, both end with the least
//! loaded subscriber, so one search is enough.

use super::claims::NONE;
use super::general::Scene;
use super::moves::{Moves, Piece};
use crate::assign::levels::Levels;
use crate::base::{JavaHash, small};

/// Who holds what, by rank of member.
pub(super) struct Holdings {
    pub lists: Vec<Vec<u32>>,
    pub levels: Levels,
    owners: Vec<u32>,
}

impl Holdings {
    pub fn new(scene: &Scene, lists: Vec<Vec<u32>>, levels: Levels) -> Holdings {
        let mut owners = vec![NONE; scene.topics.len()];
        for (list, rank) in lists.iter().zip(0..) {
            list.iter().for_each(|&number| owners[number as usize] = rank);
        }
        Holdings { lists, levels, owners }
    }

    /// Gives a partition to a member.
    pub fn add(&mut self, number: u32, rank: u32) {
        self.lists[rank as usize].push(number);
        self.levels.set(rank, self.levels.count(rank) + 1);
        self.owners[number as usize] = rank;
    }

    fn remove(&mut self, number: u32, rank: u32) {
        let list = &mut self.lists[rank as usize];
        if let Some(at) = list.iter().position(|&held| held == number) {
            list.remove(at);
        }
        self.levels.set(rank, self.lists[rank as usize].len() as u32);
    }
}

/// From where balancing starts.
pub(super) struct Start {
    /// What nobody kept.
    pub unassigned: Vec<u32>,
    /// Whether somebody had to give up something.
    pub must_revoke: bool,
    /// Whether nobody had anything.
    pub started_empty: bool,
}

/// Moves partitions; takes all moves back when that did not make it more even.
pub(super) fn balance(scene: &Scene, holdings: &mut Holdings, start: Start) {
    let shared = |topic: u32| scene.audiences[topic as usize].count >= 2;
    let all = scene.narrow_first.iter().filter(|&&topic| shared(topic));
    let all: Vec<u32> = all.flat_map(|&topic| scene.partitions(topic)).collect();
    let mut unassigned = start.unassigned;
    unassigned.retain(|&number| shared(scene.topics[number as usize]));
    let most: Vec<u32> = (0..scene.ranks.len() as u32).map(|rank| most_of(scene, rank)).collect();
    let is_fixed = |rank: usize, list: &Vec<u32>| {
        list.len() as u32 >= most[rank] && !list.iter().any(|&number| shared(scene.topics[number as usize]))
    };
    let fixed: Vec<bool> =
        holdings.lists.iter().enumerate().map(|(rank, list)| is_fixed(rank, list)).collect();
    for (_, rank) in fixed.iter().zip(0..).filter(|(fixed, _)| **fixed) {
        holdings.levels.take(rank);
    }
    let lists = if start.started_empty { None } else { Some(holdings.lists.clone()) };
    let score_before = score(holdings, &fixed);
    let mut sweeper = Sweeper {
        scene,
        moves: Moves::default(),
        strays: false,
        balanced: None,
        fixed: &fixed,
        most,
        hashes: scene.input.topics.iter().map(|topic| topic.name.java_hash()).collect(),
    };
    if !start.must_revoke {
        sweeper.run(holdings, &unassigned);
    }
    let performed = sweeper.run(holdings, &all);
    if let Some(lists) = lists
        && performed
        && score(holdings, &fixed) >= score_before
    {
        holdings.lists = lists;
    }
}

/// How many partitions a member can have at most.
fn most_of(scene: &Scene, rank: u32) -> u32 {
    let count = scene.subscribed(rank).count();
    if count == scene.narrow_first.len() {
        return scene.claims.numbers.count;
    }
    scene.subscribed(rank).map(|topic| scene.partitions(topic).len() as u32).sum()
}

/// The sum of all differences between two members, as a Java `int`.
fn score(holdings: &Holdings, fixed: &[bool]) -> i32 {
    let counts = holdings.levels.counts().iter().zip(fixed);
    let mut counts: Vec<u32> = counts.filter(|(_, fixed)| !**fixed).map(|(&count, _)| count).collect();
    small::sort_unstable(&mut counts);
    let (mut sum, mut score) = (0i64, 0i64);
    for (&count, before) in counts.iter().zip(0i64..) {
        score += i64::from(count) * before - sum;
        sum += i64::from(count);
    }
    score as i32
}

struct Sweeper<'a> {
    scene: &'a Scene<'a>,
    moves: Moves,
    /// Whether some member holds what it does not subscribe to.
    strays: bool,
    /// Whether all is balanced, if that was asked since the last move.
    balanced: Option<bool>,
    /// Members that take no part.
    fixed: &'a [bool],
    most: Vec<u32>,
    /// Hash codes of topics' names.
    hashes: Vec<i32>,
}

impl Sweeper<'_> {
    /// Goes over the partitions again and again until nothing moves; says whether anything did.
    fn run(&mut self, holdings: &mut Holdings, partitions: &[u32]) -> bool {
        let mut performed = false;
        loop {
            let mut moved = false;
            for &number in partitions {
                if self.strays && self.is_balanced(holdings) {
                    break;
                }
                match self.better_owner(holdings, number) {
                    Better::None => {}
                    Better::Balanced => break,
                    Better::Owner(rank) => {
                        self.move_to(holdings, number, rank);
                        moved = true;
                    }
                }
            }
            if !moved {
                return performed;
            }
            performed = true;
        }
    }

    fn better_owner(&mut self, holdings: &mut Holdings, number: u32) -> Better {
        let owner = holdings.owners[number as usize];
        if owner == NONE {
            return Better::None;
        }
        let has = holdings.levels.count(owner);
        let audience = &self.scene.audiences[self.scene.topics[number as usize] as usize].members;
        let before = self.scene.before.get(number as usize).copied().filter(|&rank| rank != NONE);
        if let Some(rank) = before.filter(|&rank| !self.fixed[rank as usize])
            && has > holdings.levels.count(rank) + 1
        {
            if !audience.has(rank) {
                if self.is_balanced(holdings) {
                    return Better::Balanced;
                }
                self.strays = true;
            }
            return Better::Owner(rank);
        }
        match holdings.levels.first(audience) {
            Some(least) if has > holdings.levels.count(least) + 1 => Better::Owner(least),
            _ => Better::None,
        }
    }

    fn move_to(&mut self, holdings: &mut Holdings, number: u32, receiver: u32) {
        let owner = holdings.owners[number as usize];
        let number = self.moves.instead(self.piece(number), owner, receiver);
        let owner = holdings.owners[number as usize];
        self.moves.record(self.piece(number), owner, receiver);
        holdings.remove(number, owner);
        holdings.add(number, receiver);
        self.balanced = None;
    }

    fn piece(&self, number: u32) -> Piece {
        let topic = self.scene.topics[number as usize];
        let partition = self.scene.claims.numbers.partition(number, topic).number;
        let hash =
            31i32.wrapping_mul(31i32.wrapping_add(partition)).wrapping_add(self.hashes[topic as usize]);
        Piece { number, topic, hash }
    }

    /// Kafka's `isBalanced`: nobody who has less than he can could take a partition of his topics from one who has at
    /// least two more.
    fn is_balanced(&mut self, holdings: &Holdings) -> bool {
        if let Some(known) = self.balanced {
            return known;
        }
        let scene = self.scene;
        let mut highest = vec![0; scene.input.topics.len()];
        for &topic in &scene.narrow_first {
            let owners = scene.partitions(topic).map(|number| holdings.owners[number as usize]);
            let counts = owners.filter(|&owner| owner != NONE).map(|owner| holdings.levels.count(owner));
            highest[topic as usize] = counts.max().unwrap_or(0);
        }
        let could_take = |rank: u32| {
            let has = holdings.levels.count(rank);
            has != self.most[rank as usize] && scene.subscribed(rank).any(|t| highest[t as usize] > has + 1)
        };
        let taking_part = (0..scene.ranks.len() as u32).filter(|&rank| !self.fixed[rank as usize]);
        let balanced = !taking_part.into_iter().any(could_take);
        self.balanced = Some(balanced);
        balanced
    }
}

/// What can be done with a partition.
enum Better {
    /// Leave it.
    None,
    /// End the sweep: all is balanced.
    Balanced,
    /// Move it.
    Owner(u32),
}
