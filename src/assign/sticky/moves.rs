//! Which partitions were moved in this assignment, from whom to whom (`PartitionMovements`).
//!
//! When a partition of a topic is to go where another one of the topic came from, Kafka sends that other one back
//! instead. Which one, if there are several, is what a `HashSet` of partitions iterates first.

use crate::base::java_order::spread;
use std::collections::BTreeMap;

/// A topic, and the members between which some of its partitions moved.
type Way = (u32, u32, u32);

/// A `HashSet` that is asked for its first element only.
struct Moved {
    /// Elements in the order in which they came, with their hash codes, spread.
    elements: Vec<(u32, u32)>,
    /// How many buckets the table has; it never shrinks.
    buckets: u32,
}

impl Moved {
    fn add(&mut self, element: (u32, u32)) {
        self.elements.push(element);
        if self.elements.len() as u32 > self.buckets / 4 * 3 {
            self.buckets *= 2;
        }
    }

    fn first(&self) -> u32 {
        let bucket = |(hash, _): &&(u32, u32)| hash & (self.buckets - 1);
        self.elements.iter().min_by_key(bucket).expect("an empty set is dropped").1
    }
}

/// All moves of one assignment.
#[derive(Default)]
pub(super) struct Moves {
    /// From whom to whom each partition moved.
    of_partitions: BTreeMap<u32, (u32, u32)>,
    by_way: BTreeMap<Way, Moved>,
}

/// A partition: its number, its topic's place, and its hash code.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub number: u32,
    pub topic: u32,
    pub hash: i32,
}

impl Moves {
    /// The number of the partition that goes from `owner` to `receiver` in place of this one.
    pub fn instead(&self, piece: Piece, owner: u32, receiver: u32) -> u32 {
        let origin = self.of_partitions.get(&piece.number).map_or(owner, |&(from, _)| from);
        self.by_way.get(&(piece.topic, receiver, origin)).map_or(piece.number, Moved::first)
    }

    /// Remembers that a partition went from `owner` to `receiver`.
    pub fn record(&mut self, piece: Piece, owner: u32, receiver: u32) {
        let mut origin = owner;
        if let Some((from, to)) = self.of_partitions.remove(&piece.number) {
            let way = (piece.topic, from, to);
            let moved = self.by_way.get_mut(&way).expect("both tables say the same");
            moved.elements.retain(|&(_, number)| number != piece.number);
            if moved.elements.is_empty() {
                self.by_way.remove(&way);
            }
            if from == receiver {
                return;
            }
            origin = from;
        }
        self.of_partitions.insert(piece.number, (origin, receiver));
        let new = || Moved { elements: Vec::new(), buckets: 16 };
        let moved = self.by_way.entry((piece.topic, origin, receiver)).or_insert_with(new);
        moved.add((spread(piece.hash), piece.number));
    }
}
