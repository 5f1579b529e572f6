//! Nothing lies beyond the end of a log: no position, no committed offset, no processed record.

use super::{Check, Memory};
use crate::sim::World;

pub(super) const CHECK: Check = Check { says: "offsets are never beyond the log's end", look };

fn look(world: &World, _: &mut Memory) -> Result<(), String> {
    for of in world.touched().filter(|of| of.log.exists) {
        let end = of.log.data.end();
        let seen = of.progress.seen.iter().last().map(|(_, to)| to);
        for (what, offset, end) in [
            ("position", of.progress.position, end),
            // Who is not restored keeps what it committed in the log that was there.
            ("committed offset", of.progress.committed, end.max(of.log.known)),
            ("processed", seen, end),
        ] {
            if let Some(offset) = offset.filter(|offset| *offset > end) {
                if world.made_anew(&of.log.name) {
                    continue;
                }
                return Err(format!("{}: {what} {offset}, end {end}", of.name()));
            }
        }
    }
    Ok(())
}
