//! What is committed was returned by `poll()` before: the committed offset is never beyond the position of the member
//! that owns the partition in the newest generation.

use super::{Check, Memory};
use crate::sim::World;
use crate::sim::core::Log;

pub(super) const CHECK: Check = Check { says: "the committed offset is never beyond the position", look };

fn look(world: &World, _: &mut Memory) -> Result<(), String> {
    let core = &world.core;
    for consumer in world.consumers.iter().filter(|consumer| consumer.exists()) {
        if consumer.client.member.generation != core.groups[consumer.group as usize].generation {
            continue;
        }
        for place in consumer.client.places.iter().filter(|place| place.ready()) {
            let committed =
                core.progress_of(consumer.group, place.log).and_then(|progress| progress.committed);
            let Log { name, known, .. } = &core.logs[place.log as usize];
            // A position beyond the end of a log that was replaced was brought down to it.
            let highest = place.position.max(*known);
            if let Some(committed) = committed.filter(|committed| *committed > highest)
                && !world.made_anew(name)
            {
                return Err(format!("{name}: committed {committed}, position {}", place.position));
            }
        }
    }
    Ok(())
}
