//! What happened, as data: rare events whole, frequent ones counted.
//!
//! The trace is what a run leaves behind. It only grows, its digest is part of the state hash, and a copy of it shares
//! what is old. What happens with every record or heartbeat is not here but in counters and in [`Samples`].

mod happening;
mod samples;

use crate::base::{StateHasher, Time};
pub use happening::{Callback, Happening, Process};
pub use samples::{Sample, Samples, SeriesOf};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// Entries that lie together; full shelves are shared by copies.
const SHELF: usize = 512;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Counts everything that happened in this world, from 0.
    pub number: u64,
    /// When.
    pub at: Time,
    /// What.
    pub what: Happening,
}

/// All that happened, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    full: Vec<Rc<[Entry]>>,
    newest: Vec<Entry>,
    digest: u64,
}

impl Trace {
    pub(super) fn push(&mut self, at: Time, what: Happening) {
        let mut hasher = StateHasher::new();
        (self.digest, at, &what).hash(&mut hasher);
        self.digest = hasher.finish();
        let number = self.len();
        self.newest.push(Entry { number, at, what });
        if self.newest.len() == SHELF {
            self.full.push(std::mem::take(&mut self.newest).into());
        }
    }

    /// How many things happened.
    pub fn len(&self) -> u64 {
        (self.full.len() * SHELF + self.newest.len()) as u64
    }

    /// Whether nothing happened yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everything from entry `number` on, oldest first.
    pub fn since(&self, number: u64) -> impl Iterator<Item = &Entry> {
        let shelf = (number as usize / SHELF).min(self.full.len());
        let skip = number as usize - shelf * SHELF;
        let old = self.full[shelf..].iter().flat_map(|shelf| shelf.iter());
        old.chain(&self.newest).skip(skip)
    }

    /// Stands for everything that happened: equal traces have equal digests.
    pub fn digest(&self) -> u64 {
        self.digest
    }
}

impl Hash for Trace {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_from_a_number_on_is_found_across_shelves() {
        let mut trace = Trace::default();
        for i in 0..1300u64 {
            trace.push(Time::from_us(i), Happening::Produced("t".into(), i));
        }
        for from in [0, 1, 511, 512, 513, 1024, 1299, 1300] {
            let found: Vec<u64> = trace.since(from).map(|entry| entry.number).collect();
            assert_eq!(found, (from..1300).collect::<Vec<u64>>());
        }
    }
}
