//! Faults: what goes wrong with one named consumer.
//!
//! One file a fault, one line in [`ALL`]. Random worlds draw from all of them, so a new one is covered by itself.

mod disconnect;
mod kill;
mod pause;
mod slow;

use super::{Refusal, World};
use crate::base::Span;

/// A fault.
pub struct Fault {
    /// Its name, which is its command in a story.
    pub name: &'static str,
    /// What it does, as a sentence.
    pub says: &'static str,
    /// Lets it happen to a consumer; a fault that lasts, lasts for the span.
    pub inflict: fn(&mut World, consumer: &str, span: Span) -> Result<(), Refusal>,
}

/// Every fault.
pub const ALL: &[Fault] = &[kill::FAULT, pause::FAULT, slow::FAULT];
