//! `disconnect` and `connect`: the network holds everything to and from a consumer, and lets it go.

use crate::sim::core::Core;
use crate::sim::fetch::Phase;
use crate::sim::network::Message;
use crate::sim::{Refusal, World};

impl World {
    /// Holds every message in both directions; no connection is reset.
    ///
    /// # Errors
    /// No such consumer.
    pub fn disconnect(&mut self, consumer: &str) -> Result<(), Refusal> {
        let at = self.consumer_of(consumer)?;
        self.core.network.cut(at as u32);
        Ok(())
    }

    /// Lets go what was held, in order. What processes sent that are no more goes nowhere: their sockets are closed.
    ///
    /// # Errors
    /// No such consumer.
    pub fn connect(&mut self, consumer: &str) -> Result<(), Refusal> {
        let at = self.consumer_of(consumer)?;
        let of = &self.consumers[at];
        let (alive, process) = (of.exists(), of.process);
        let core = &mut self.core;
        for message in core.network.join(at as u32) {
            let (Message::Call { from: of, .. } | Message::Answer { to: of, .. }) = &message;
            if alive && of.process == process {
                core.queue.post(core.now, message);
            }
        }
        let fetch = &mut core.fetches[at];
        if std::mem::take(&mut fetch.held) {
            core.queue.set(fetch.slot, core.now);
        }
        Ok(())
    }
}

impl Core {
    /// Whether the network holds the fetch of a consumer, or its answer, that would arrive now.
    pub fn hold_fetch(&mut self, consumer: u32) -> bool {
        let fetch = &mut self.fetches[consumer as usize];
        fetch.held =
            self.network.is_cut(consumer) && matches!(fetch.phase, Phase::ToBroker | Phase::ToClient);
        fetch.held
    }
}
