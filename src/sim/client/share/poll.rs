//! `poll()` of a share consumer, and the records that it returns.

use super::Held;
use crate::base::Span;
use crate::sim::client::{Consumer, Task};
use crate::sim::core::Core;
use crate::sim::fetch::{Chunk, Phase};
use crate::sim::share::{Ack, Verdict};

/// How much later than asked a sleeping thread wakes up, as of the new consumer.
const LATE: Span = Span::from_us(250);

impl Consumer {
    /// A `poll()` begins: without explicit acknowledgement it accepts what the last one returned.
    pub(in crate::sim::client) fn share_poll_opens(&mut self) {
        self.accept_returned();
        let sharing = self.sharing();
        sharing.returned.clear();
        for held in std::mem::take(&mut sharing.renewed).into_iter().rev() {
            sharing.buffer.push_front(held);
        }
    }

    /// Goes on with a `poll()` after news; whether it has returned.
    pub(in crate::sim::client) fn share_pass(&mut self, core: &mut Core) -> bool {
        let Task::Poll { until } = self.client.task else { return false };
        if let Some(exception) = self.client.fatal.take() {
            self.fail(core, exception);
            return true;
        }
        self.refresh_metadata(core);
        self.client.polled = core.now;
        self.rejoin_stale(core);
        self.background(core);
        if !matches!(self.client.task, Task::Poll { .. }) {
            return true;
        }
        if self.share_collect(core) {
            self.share_acknowledge(core);
            self.client.task = Task::Next;
            return true;
        }
        self.sharing().wants_more = true;
        self.share_fetch(core);
        if core.now >= until {
            self.client.task = Task::Between { empty: true };
            return true;
        }
        core.queue.set(self.app, until + LATE);
        false
    }

    /// Moves records from the buffer to the batch, at most `max.poll.records` but whole batches; whether there are any.
    fn share_collect(&mut self, core: &Core) -> bool {
        if !(self.sharing().renewing.is_empty() && self.sharing().renewed.is_empty()) {
            return false;
        }
        let mut room = i64::from(self.settings.max_poll_records);
        while room > 0
            && let Some(held) = self.sharing().buffer.pop_front()
        {
            let assigned = self.sharing().logs.contains(&held.log);
            if !assigned || !core.logs[held.log as usize].exists {
                // What was acquired of a partition that was taken away meanwhile is dropped: its lock times out.
                continue;
            }
            let mut taken = held;
            if held.last - held.first >= room {
                let data = &core.logs[held.log as usize].data;
                let whole = data.batch_end(held.first + room - 1).unwrap_or(held.last);
                taken.last = whole.min(held.last);
                if taken.last < held.last {
                    self.sharing().buffer.push_front(Held { first: taken.last + 1, ..held });
                }
            }
            room -= self.share_return(core, taken);
        }
        !self.client.batch.is_empty()
    }

    /// Returns the records among these offsets. Of those that hold none the broker is told so. How many there are.
    fn share_return(&mut self, core: &Core, held: Held) -> i64 {
        let data = &core.logs[held.log as usize].data;
        let mut next = held.first;
        let mut count = 0;
        while next <= held.last {
            let most = (held.last - next + 1) as u32;
            let found = data.fetch(self.settings.isolation, next, most, u64::MAX);
            let (first, last) = match found.count {
                0 => (held.last + 1, held.last),
                // A stretch without a hole; else record by record.
                n if i64::from(n) == found.last - found.first + 1 => (found.first, found.last.min(held.last)),
                _ => (found.first, found.first),
            };
            let first = first.min(held.last + 1);
            if first > next {
                let gap = Ack { first: next, last: first - 1, verdict: Verdict::Gap };
                self.sharing().acks.push((held.log, gap));
            }
            if first <= held.last {
                let length = (last - first + 1) as u32;
                self.sharing().returned.push(Held { first, last, ..held });
                let chunk = Chunk {
                    place: 0,
                    log: held.log,
                    from: first,
                    next: last + 1,
                    count: length,
                    fault: None,
                };
                self.client.batch.add(chunk);
                count += i64::from(length);
            }
            next = last.max(first - 1) + 1;
        }
        count
    }

    /// Whether a request to the leader is under way.
    pub(super) fn share_under_way(&self, core: &Core) -> bool {
        core.fetches[self.id as usize].phase != Phase::Idle
    }
}
