//! At least once, with no gap: every record below the committed offset was processed by somebody, from where the reset
//! policy, an administrator or a restore let the group begin.

use super::{Check, Memory};
use crate::sim::World;

pub(super) const CHECK: Check = Check { says: "nothing below the committed offset was passed over", look };

fn look(world: &World, _: &mut Memory) -> Result<(), String> {
    for of in world.touched().filter(|of| of.log.exists) {
        let Some(committed) = of.progress.committed else { continue };
        let from = of.progress.begins();
        if let Some((first, after)) = of.progress.seen.missing(from, committed).first()
            && !world.made_anew(&of.log.name)
        {
            return Err(format!(
                "{}: {first} to {} were passed, committed {committed}",
                of.name(),
                after - 1
            ));
        }
    }
    Ok(())
}
