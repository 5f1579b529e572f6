//! Share groups: every record is with one member at most, is delivered no more often than it may be, and ends acknowledged or
//! archived; the start offset never goes back.

use super::{Check, Memory};
use crate::sim::World;

pub(super) const CHECK: Check =
    Check { says: "a record of a share group is in one state, and none is lost", look };

fn look(world: &World, memory: &mut Memory) -> Result<(), String> {
    let partitions = &world.core.shares.partitions;
    memory.starts.retain(|key, _| partitions.contains_key(key));
    for (key, of) in partitions.iter() {
        let name = || {
            format!("{} of {}", world.core.logs[key.1 as usize].name, world.core.groups[key.0 as usize].name)
        };
        let limits = world.core.groups[key.0 as usize].settings.share.limits();
        of.sound(&limits).map_err(|wrong| format!("{}: {wrong}", name()))?;
        if of.next_deadline().is_some_and(|at| at < world.now()) {
            return Err(format!("{}: a lock is held that is over", name()));
        }
        let before = memory.starts.insert(*key, of.start());
        // In a log that took the place of another a group begins anew.
        let known = world.core.logs[key.1 as usize].known;
        if before.is_some_and(|before| before > of.start() && before > known) {
            return Err(format!("{}: the start offset went back to {}", name(), of.start()));
        }
    }
    Ok(())
}
