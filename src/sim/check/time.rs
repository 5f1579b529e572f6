//! Time never goes back, and it goes on: a world that does ever more in one moment hangs.

use super::{Check, Memory};
use crate::sim::World;

/// Events in one moment: far more than any world needs.
const AT_ONCE_MAX: u64 = 100_000;

pub(super) const CHECK: Check = Check { says: "time goes on and never goes back", look };

fn look(world: &World, memory: &mut Memory) -> Result<(), String> {
    let (before, now) = (memory.now, world.now());
    memory.now = now;
    memory.at_once = if now == before { memory.at_once + 1 } else { 0 };
    if now < before {
        return Err(format!("{before}, then {now}"));
    }
    if memory.at_once > AT_ONCE_MAX {
        return Err(format!("{AT_ONCE_MAX} events at {now}"));
    }
    Ok(())
}
