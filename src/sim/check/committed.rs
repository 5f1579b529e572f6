//! What is committed was returned by `poll()` before: the committed offset is never beyond the position of the member
//! that owns the partition in the newest generation. And the world counts what the coordinator stores.

use super::{Check, Memory};
use crate::sim::World;
use crate::sim::client::Consumer;

pub(super) const CHECK: Check = Check { says: "the committed offset is never beyond the position", look };

fn look(world: &World, _: &mut Memory) -> Result<(), String> {
    for consumer in world.consumers.iter().filter(|consumer| consumer.exists()) {
        look_at(world, consumer)?;
    }
    Ok(())
}

fn look_at(world: &World, consumer: &Consumer) -> Result<(), String> {
    let core = &world.core;
    let group = &core.groups[consumer.group as usize].name;
    let newest = core.coordinator.group(group).map_or(0, |view| view.generation);
    for place in consumer.client.places.iter().filter(|place| place.ready()) {
        let Some(progress) = core.progress_of(consumer.group, place.log) else { continue };
        let name = &core.logs[place.log as usize].name;
        let stored = core.coordinator.committed_offset(group, &name.topic, name.partition);
        let stored = stored.map(|value| value.offset);
        if core.logs[place.log as usize].exists && stored != progress.committed {
            return Err(format!("{name}: stored {stored:?}, counted {:?}", progress.committed));
        }
        let owns = consumer.client.member.generation == newest;
        if let Some(committed) = progress.committed.filter(|committed| owns && *committed > place.position) {
            return Err(format!("{name}: committed {committed}, position {}", place.position));
        }
    }
    Ok(())
}
