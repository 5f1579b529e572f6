//! A consumer that reads committed records only has no record of an aborted or an open transaction in work.

use super::{Check, Memory};
use crate::sim::World;
use crate::sim::spec::{Isolation, Protocol};

pub(super) const CHECK: Check =
    Check { says: "an aborted record is given to no reader of committed ones", look };

fn look(world: &World, _: &mut Memory) -> Result<(), String> {
    for consumer in world.consumers.iter().filter(|of| of.settings.isolation == Isolation::ReadCommitted) {
        // A share group hands out what stands in its window, whatever became of the log.
        let Some((log, offset)) =
            consumer.working().filter(|_| consumer.settings.protocol != Protocol::Share)
        else {
            continue;
        };
        let of = &world.core.logs[log as usize];
        // Retention and compaction take records that are in work as well.
        let gone = !of.exists || of.data.record_at(offset).is_none();
        if !gone && of.data.next_offset(Isolation::ReadCommitted, offset) != Some(offset) {
            return Err(format!("{}: {offset} is in work", of.name));
        }
    }
    Ok(())
}
