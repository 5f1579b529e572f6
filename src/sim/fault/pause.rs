//! `pause`: all threads of a process stand still, as in a long collection of garbage.

use super::Fault;
use crate::base::Span;
use crate::sim::client::Wish;
use crate::sim::{Refusal, World};

pub(super) const FAULT: Fault = Fault {
    name: "pause",
    says: "All threads stand still: no heartbeat, no poll; the sockets stay open.",
    inflict: World::pause,
};

impl World {
    /// At the next record, or after an empty poll, all threads stand still for `span`. Sockets stay open.
    ///
    /// # Errors
    /// No such consumer, it does not run.
    pub fn pause(&mut self, consumer: &str, span: Span) -> Result<(), Refusal> {
        self.wish(consumer, Wish::Pause(span))
    }
}
