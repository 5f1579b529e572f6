//! One pass of the application thread inside `poll()`.
//!
//! Poll event (reconcile, automatic commit, positions, fetch) → callbacks → records, or sleep.

use crate::base::{Span, Time};
use crate::sim::client::{Consumer, Link, Task};
use crate::sim::core::Core;
use crate::sim::spec::Commit;

/// How much later than asked a sleeping thread wakes up: Java's timers count whole milliseconds, and recorded polls of
/// 100 ms last 100.25 ms. Without it all passes of a consumer would stay in step with its start, and with each other.
const LATE: Span = Span::from_us(250);

impl Consumer {
    /// Goes on with a `poll()`, if it is time for a pass; whether it has returned.
    pub(in crate::sim::client) fn pass(&mut self, core: &mut Core) -> bool {
        let Task::Poll { until } = self.client.task else { return false };
        if self.membership().in_callback.is_some() {
            return false;
        }
        if let Some(exception) = self.client.fatal.take() {
            self.fail(core, exception);
            return true;
        }
        let sleeps_until = self.membership().sleeps_until;
        match sleeps_until {
            Some(_) if self.has_records() && self.collect_records(core) => return true,
            Some(_) if self.has_records() => {}
            Some(at) if core.now < at => return false,
            Some(_) if core.now >= until => return self.poll_empty(),
            _ => {}
        }
        let fetches = self.poll_event(core);
        self.call_pending(core);
        if !fetches {
            // With nothing to fetch the background thread wakes the application thread at once, for one more pass.
            self.call_pending(core);
        }
        if !matches!(self.client.task, Task::Poll { .. }) {
            return true;
        }
        if self.membership().in_callback.is_some() {
            return false;
        }
        if self.collect_records(core) {
            return true;
        }
        self.sleep(core, until);
        false
    }

    fn poll_empty(&mut self) -> bool {
        self.membership().sleeps_until = None;
        self.client.task = Task::Between { empty: true };
        true
    }

    fn has_records(&self) -> bool {
        !self.client.buffer.is_empty()
    }

    fn collect_records(&mut self, core: &mut Core) -> bool {
        let returns = self.collect(core);
        if !matches!(self.client.task, Task::Poll { .. }) {
            return true;
        }
        if returns {
            // The next fetch is under way while the records are processed.
            self.send_fetch(core);
            self.membership().sleeps_until = None;
            self.client.task = Task::Next;
        }
        returns
    }

    /// A fetch was answered, even with nothing: a sleeping application thread makes a pass.
    pub(in crate::sim::client) fn fetch_wakes(&mut self, core: &Core) {
        if let Some(at) = &mut self.membership().sleeps_until {
            *at = core.now.min(*at);
        }
    }

    /// What the background thread does with a poll event (`AsyncPollEvent`); whether it sends a fetch.
    fn poll_event(&mut self, core: &mut Core) -> bool {
        self.refresh_metadata(core);
        self.reconcile(core, true);
        if self.client.link.coordinator == Link::Ready {
            self.commit_when_due(core);
        }
        self.client.polled = core.now;
        self.rejoin_stale(core);
        self.step_positions(core, true);
        let fetches = self.send_fetch(core);
        self.background(core);
        fetches
    }

    /// Sleeps until records come, but not longer than the poll lasts, a timer of the background thread needs it, or,
    /// while a position is missing, `retry.backoff.ms`.
    fn sleep(&mut self, core: &mut Core, until: Time) {
        let auto = self.settings.commit == Commit::Auto && !self.client.places.is_empty();
        let commit = auto.then_some(self.client.commits.next_auto);
        let missing = (self.client.unready > 0).then_some(core.now + self.settings.tuning.retry());
        // As long as the broker has not said the interval, the next heartbeat could be due after the backoff.
        let joining = self.membership().interval.is_zero();
        let joining = joining.then_some(core.now + self.settings.tuning.retry());
        let due = [commit, missing, joining, self.next_heartbeat()].into_iter().flatten();
        let wakes = due.filter(|&at| at > core.now).fold(until, Time::min).max(core.now) + LATE;
        self.membership().sleeps_until = Some(wakes);
        core.queue.set(self.app, wakes);
    }

    /// Something came from the broker: the background thread goes on with what waited for it.
    pub(in crate::sim::client) fn background_on(&mut self, core: &mut Core) {
        self.step_positions(core, false);
        self.background(core);
    }
}
