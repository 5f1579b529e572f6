//! A consumer with `assign()`: it takes its partitions for itself. It is no member, has no heartbeats and no callbacks; the
//! coordinator keeps its commits, which name no member and no generation.

use super::Consumer;
use crate::base::TopicPartition;
use crate::sim::core::Core;
use std::rc::Rc;

impl Consumer {
    /// The same consumer with these partitions, before its first process starts.
    pub fn with_assign(mut self, partitions: Rc<[TopicPartition]>) -> Consumer {
        self.alone = partitions;
        self
    }

    /// Whether it was given its partitions with `assign()`.
    pub fn stands_alone(&self) -> bool {
        !self.alone.is_empty()
    }

    /// A new process calls `assign()`; its commit timer starts.
    pub(super) fn take_alone(&mut self, core: &mut Core) {
        let partitions = self.alone.clone();
        self.assign(core, &partitions);
        self.client.commits.next_auto = core.now + self.settings.auto_commit_interval;
    }

    /// Its part of a `poll()`: positions, and the automatic commit. The coordinator is looked for when it is needed.
    pub(super) fn poll_alone(&mut self, core: &mut Core) {
        let due = self.client.commits.next_auto <= core.now;
        if (self.client.unready > 0 || due) && self.coordinator_ready(core) {
            self.commit_when_due(core);
            if self.client.unready > 0 {
                self.find_positions(core);
            }
        }
    }
}
