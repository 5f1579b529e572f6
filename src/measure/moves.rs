//! Which moves of partitions a best assignment would have spared.
//!
//! For each generation: *before* is who owned each partition in the generation before, as far as that member is still
//! in the group; *after* is who was given it. A partition **moved** when both are known and differ.
//!
//! The best assignment gives as many partitions to each member as this generation did (the same numbers, dealt to
//! whomever suits best) and leaves as many as possible where they were: the largest share goes to the member that held
//! most. What moved beyond that was moved *needlessly*. Where members subscribe to different topics such a deal may not
//! be possible; the number is then an upper bound.

use crate::base::{Map, TopicPartition, small};
use crate::sim::trace::{Entry, Happening, Process};
use std::rc::Rc;

/// The moves of one group.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    generation: i32,
    /// Who owned what before this generation.
    before: Map<TopicPartition, Process>,
    /// What each member was given in it.
    after: Map<Process, Rc<[TopicPartition]>>,
    /// Of all generations before this.
    needless: u64,
}

impl Moves {
    /// A member was given its part of a generation.
    fn synced(&mut self, process: &Process, generation: i32, partitions: &Rc<[TopicPartition]>) {
        if generation != self.generation {
            self.needless = self.needless();
            for (member, partitions) in std::mem::take(&mut self.after) {
                for partition in partitions.iter() {
                    self.before.insert(partition.clone(), member.clone());
                }
            }
            self.generation = generation;
        }
        self.after.insert(process.clone(), partitions.clone());
    }

    /// Moves so far that a best assignment would have spared.
    pub fn needless(&self) -> u64 {
        let mut held: Map<&Process, u64> = self.after.keys().map(|member| (member, 0)).collect();
        let mut moved = 0;
        for (member, partitions) in &self.after {
            for partition in partitions.iter() {
                let Some(before) = self.before.get(partition) else { continue };
                let Some(count) = held.get_mut(before) else { continue };
                *count += 1;
                moved += u64::from(before != member);
            }
        }
        let mut held: Vec<u64> = held.into_values().collect();
        let mut shares: Vec<u64> = self.after.values().map(|partitions| partitions.len() as u64).collect();
        small::sort(&mut held);
        small::sort(&mut shares);
        let must: u64 = held.iter().zip(&shares).map(|(held, share)| held.saturating_sub(*share)).sum();
        self.needless + moved.saturating_sub(must)
    }
}

/// Takes in what happened.
pub(super) fn take(moves: &mut Map<Rc<str>, Moves>, entry: &Entry) {
    if let Happening::Synced(process, group, generation, partitions) = &entry.what {
        moves.or_default(group.clone()).synced(process, *generation, partitions);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Generations as `member: partitions`, and how many moves were needless.
    #[test]
    fn a_move_is_needless_when_as_even_an_assignment_would_have_spared_it() {
        type Generation = &'static [(&'static str, &'static [i32])];
        let cases: [(&str, &[Generation], u64); 5] = [
            ("nothing moves", &[&[("a", &[0, 1]), ("b", &[2])], &[("a", &[0, 1]), ("b", &[2])]], 0),
            ("two change places", &[&[("a", &[0]), ("b", &[1])], &[("a", &[1]), ("b", &[0])]], 2),
            ("a newcomer gets its part", &[&[("a", &[0, 1, 2])], &[("a", &[0, 1]), ("b", &[2])]], 0),
            (
                "range shifts: two of three moves would have been enough",
                &[&[("a", &[0, 1, 2]), ("b", &[3, 4, 5])], &[("a", &[0, 1]), ("b", &[2, 3]), ("c", &[4, 5])]],
                1,
            ),
            ("one left, its partitions had to go", &[&[("a", &[0]), ("b", &[1])], &[("a", &[0, 1])]], 0),
        ];
        for (name, generations, needless) in cases {
            let mut moves = Moves::default();
            for (generation, members) in generations.iter().enumerate() {
                for (member, partitions) in *members {
                    let process = Process { consumer: (*member).into(), number: 1 };
                    let partitions: Vec<TopicPartition> =
                        partitions.iter().map(|p| TopicPartition::new("t", *p)).collect();
                    moves.synced(&process, generation as i32 + 1, &partitions.into());
                }
            }
            assert_eq!(moves.needless(), needless, "{name}");
        }
    }
}
