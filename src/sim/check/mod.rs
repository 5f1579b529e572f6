//! Invariants: what holds after every single event of every world, whatever a person does to it.
//!
//! One file an invariant, one line in [`ALL`]. Property tests run all of them after every step, and a run may do so too.

mod at_least_once;
mod committed;
mod counted;
mod delivery;
mod isolation;
mod one_owner;
mod time;
mod within_log;

use super::World;
use crate::base::{Map, Time, TopicPartition};

/// An invariant.
pub struct Check {
    /// What it says, as a sentence.
    pub says: &'static str,
    /// Looks at a world; what is wrong, in words.
    pub look: fn(&World, &mut Memory) -> Result<(), String>,
}

/// What checks remember from one look to the next.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    now: Time,
    /// Looks since time went on.
    at_once: u64,
    /// Offsets stored at the last look.
    stored: u64,
    /// By group and log: the start offset of its share partition at the last look.
    starts: Map<(u32, u32), i64>,
}

/// Every invariant.
pub const ALL: &[Check] = &[
    one_owner::CHECK,
    within_log::CHECK,
    committed::CHECK,
    counted::CHECK,
    at_least_once::CHECK,
    delivery::CHECK,
    isolation::CHECK,
    time::CHECK,
];

/// Looks at all of them.
///
/// # Errors
/// The first that is broken, with what is wrong.
pub fn all(world: &World, memory: &mut Memory) -> Result<(), String> {
    ALL.iter()
        .try_for_each(|check| (check.look)(world, memory).map_err(|wrong| format!("{}: {wrong}", check.says)))
}

impl World {
    /// Every partition that a group touched.
    fn touched(&self) -> impl Iterator<Item = Touched<'_>> {
        self.core.groups.iter().flat_map(|group| {
            let logs = group.progress.iter().zip(&self.core.logs);
            logs.map(move |(progress, log)| Touched { group: &group.name, progress, log })
        })
    }
}

impl World {
    /// Whether there was a topic of that name before. Clients know partitions by their names: they go on in the new one
    /// at their position in the old one, and may commit it, and Kafka takes it.
    fn made_anew(&self, name: &TopicPartition) -> bool {
        self.core.logs.iter().any(|old| !old.exists && old.name == *name)
    }
}

/// A partition that a group touched.
struct Touched<'a> {
    group: &'a str,
    progress: &'a super::progress::Progress,
    log: &'a super::core::Log,
}

impl Touched<'_> {
    fn name(&self) -> String {
        format!("{} of {}", self.log.name, self.group)
    }
}
