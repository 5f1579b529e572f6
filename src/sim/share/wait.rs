//! Share consumers that wait for an answer, and what they wait for.
//!
//! An answer goes when the acknowledgements that came with its request are written. A fetch that waits for records is looked
//! at again when the log grows, when a lock is over, when the start offset has moved, when another fetch of the group got
//! its answer, and once more before it is answered with nothing: not when records are merely released.

use super::{ShareCall, SharePartition};
use crate::base::Time;
use crate::sim::core::Core;
use crate::sim::fetch::Phase;
use crate::sim::trace::Happening;

impl Core {
    /// A request has waited for records as long as it may, or for what it acknowledged to be written.
    pub fn share_waited(&mut self, consumer: u32) {
        if self.shares.waiting.contains(&consumer) {
            self.acquires(consumer);
            return self.answer_share(consumer);
        }
        self.answer_fetch(consumer);
    }

    /// Acquires what there is now for a fetch that waits; whether that is anything.
    fn acquires(&mut self, consumer: u32) -> bool {
        let Some(mut exchange) = self.fetches[consumer as usize].share.take() else { return false };
        exchange.answer.acquired = self.acquire(&exchange.call);
        let anything = !exchange.answer.acquired.is_empty();
        self.fetches[consumer as usize].share = Some(exchange);
        anything
    }

    /// The answer is known. It goes once the acknowledgements are written, and others who wait may have what it left.
    pub(super) fn answer_share(&mut self, consumer: u32) {
        self.shares.waits_no_more(consumer);
        self.turn_session(consumer);
        let fetch = &mut self.fetches[consumer as usize];
        let Some(exchange) = &fetch.share else { return };
        let logs = exchange.call.fetch.as_ref().map_or(Vec::new(), |(logs, _)| logs.clone());
        match exchange.written.filter(|at| *at > self.now) {
            None => self.answer_fetch(consumer),
            Some(at) => {
                fetch.phase = Phase::Parked;
                self.queue.set(fetch.slot, at);
            }
        }
        let group = self.member_of[consumer as usize];
        logs.into_iter().for_each(|log| self.wake_shares(log, Some(group)));
    }

    /// There may be records of a log for those who wait: of this group, or of all.
    pub fn wake_shares(&mut self, log: u32, group: Option<u32>) {
        let mut at = 0;
        while let Some(&consumer) = self.shares.waiting.get(at) {
            at += 1;
            let of = self.member_of[consumer as usize];
            let reads = |call: &ShareCall| call.fetch.as_ref().is_some_and(|(logs, _)| logs.contains(&log));
            let share = &self.fetches[consumer as usize].share;
            let reads = share.as_ref().is_some_and(|exchange| reads(&exchange.call));
            if reads && group.is_none_or(|group| group == of) && self.acquires(consumer) {
                at -= 1;
                self.answer_share(consumer);
            }
        }
    }

    /// Locks may be over, and something written.
    pub fn end_locks(&mut self) {
        let now = self.now;
        let mut over = Vec::new();
        for ((group, log), partition) in self.shares.partitions.iter_mut() {
            if partition.next_deadline().is_some_and(|at| at <= now) {
                let limits = self.groups[*group as usize].settings.share.limits();
                let moved = partition.write(now);
                over.push((*group, *log, moved, partition.expire(now, &limits)));
            }
        }
        for (group, log, moved, freed) in over {
            self.freed(group, log, &freed, Happening::LockExpired);
            if moved || !freed.is_empty() {
                self.wake_shares(log, Some(group));
            }
        }
        let next = self.shares.partitions.values().filter_map(SharePartition::next_deadline).min();
        if let Some(at) = next {
            self.arm_locks(at);
        }
    }

    /// A lock is over at `at`. The timer is not moved for one that ends later: it looks again when it goes off.
    pub(super) fn arm_locks(&mut self, at: Time) {
        if self.queue.due(self.shares.slot).is_none_or(|due| at < due) {
            self.queue.set(self.shares.slot, at);
        }
    }
}
