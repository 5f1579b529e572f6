//! Time never goes back.

use super::{Check, Memory};
use crate::sim::World;

pub(super) const CHECK: Check = Check { says: "time never goes back", look };

fn look(world: &World, memory: &mut Memory) -> Result<(), String> {
    let (before, now) = (memory.now, world.now());
    memory.now = now;
    if now < before { Err(format!("{before}, then {now}")) } else { Ok(()) }
}
