//! The world counts what the coordinator stores: both know the same committed offsets. (Looked at after each commit.)

use super::{Check, Memory};
use crate::sim::World;

pub(super) const CHECK: Check = Check { says: "the committed offsets counted are those stored", look };

fn look(world: &World, memory: &mut Memory) -> Result<(), String> {
    if memory.stored == world.core.stored {
        return Ok(());
    }
    memory.stored = world.core.stored;
    for of in world.touched().filter(|of| of.log.exists) {
        let stored =
            world.core.coordinator.committed_offset(of.group, &of.log.name.topic, of.log.name.partition);
        let stored = stored.map(|value| value.offset);
        if stored != of.progress.committed {
            return Err(format!("{}: stored {stored:?}, counted {:?}", of.name(), of.progress.committed));
        }
    }
    Ok(())
}
