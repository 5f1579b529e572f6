//! `kill`: a process dies without a goodbye.

use super::Fault;
use crate::sim::{Refusal, World};

pub(super) const FAULT: Fault = Fault {
    name: "kill",
    says: "The process dies: no leave, no commit; the broker sees only the silence.",
    inflict: |world, consumer, _| world.kill(consumer),
};

impl World {
    /// Stops all threads for ever and closes the sockets: no leave, no commit, the record in flight is lost.
    ///
    /// # Errors
    /// No such consumer, it does not run.
    pub fn kill(&mut self, consumer: &str) -> Result<(), Refusal> {
        let at = self.running(consumer)?;
        self.consumers[at].kill(&mut self.core);
        Ok(())
    }
}
