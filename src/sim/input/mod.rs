//! What a person does to the world. Every input acts now, after all events of this moment, and is refused whole or done
//! whole.

mod consumers;
mod groups;
mod offsets;
mod records;
mod restore;
mod topics;
mod upkeep;

pub use offsets::{AdoptedOffsets, LeftOut};

use super::{Refusal, World};
use crate::base::limit;
use std::rc::Rc;

impl World {
    /// The place of a consumer.
    pub(super) fn consumer_of(&self, name: &str) -> Result<usize, Refusal> {
        let found = self.core.consumers.iter().position(|of| &**of == name);
        found.ok_or_else(|| Refusal::NoConsumer(name.into()))
    }
}

/// Whether a group can have the name: Kafka takes every text that is not empty. A line of a story has no place for control
/// characters.
fn group_named(name: &Rc<str>) -> Result<(), Refusal> {
    let fits =
        (1..=limit::GROUP_NAME_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(Refusal::BadGroup(name.clone())) }
}

/// Whether Kafka allows the name for a topic. Names of consumers and producers are held to the same rule, so that each can
/// stand in a story and in a file name.
fn named(what: &'static str, name: &Rc<str>) -> Result<(), Refusal> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let fits = (1..=limit::TOPIC_NAME_MAX).contains(&name.len()) && name.chars().all(allowed);
    if fits && !matches!(&**name, "." | "..") { Ok(()) } else { Err(Refusal::BadName(what, name.clone())) }
}
