//! What happened, as data: rare events whole, frequent ones counted.

mod happening;

use crate::base::Time;
pub use happening::{Callback, Happening, Process};

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
    entries: Vec<Entry>,
}

impl Trace {
    /// How many things happened.
    pub fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Whether nothing happened yet.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Everything from entry `number` on, oldest first.
    pub fn since(&self, number: u64) -> impl Iterator<Item = &Entry> {
        self.entries.iter().skip(number as usize)
    }
}
