//! No partition has two owners within one generation. (A zombie of an older generation may believe to own it too.)

use super::{Check, Memory};
use crate::sim::World;

pub(super) const CHECK: Check = Check { says: "a partition has one owner in a generation", look };

fn look(world: &World, _: &mut Memory) -> Result<(), String> {
    for of in world.touched() {
        for (place, owner) in of.progress.owners.iter().enumerate() {
            let twin = of.progress.owners[..place].iter().find(|other| other.generation == owner.generation);
            if let Some(twin) = twin {
                let name = |consumer: u32| &world.core.consumers[consumer as usize];
                return Err(format!(
                    "{} is owned by {} and {} in generation {}",
                    of.name(),
                    name(twin.consumer),
                    name(owner.consumer),
                    owner.generation
                ));
            }
        }
    }
    Ok(())
}
