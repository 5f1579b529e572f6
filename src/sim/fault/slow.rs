//! `slow`: one record takes long; the heartbeat thread goes on.

use super::Fault;
use crate::base::Span;
use crate::sim::client::Wish;
use crate::sim::{Refusal, World};

pub(super) const FAULT: Fault = Fault {
    name: "slow",
    says: "The next record takes long: the loop does not poll, heartbeats go on.",
    inflict: World::slow,
};

impl World {
    /// At the next record the poll loop alone stands still for `span`; heartbeats go on.
    ///
    /// # Errors
    /// No such consumer, it does not run.
    pub fn slow(&mut self, consumer: &str, span: Span) -> Result<(), Refusal> {
        self.wish(consumer, Wish::Slow(span))
    }
}
