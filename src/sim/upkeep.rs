//! What the broker does to its logs by itself: retention, compaction.
//!
//! Kafka looks at regular moments, counted from the broker's start; so does this, but only at those of them at which it
//! may find something. So a run without anything to delete has no such events.

use super::core::Core;
use super::fetch;
use super::trace::Happening;
use super::world::World;
use crate::base::time::EPOCH_MS;
use crate::base::{Span, Time};
use crate::log::{Partition, Policy};

/// How much earlier than now the timestamps of records may be that are yet to come from a producer of the lab.
pub(super) const ON_THE_WAY_MS: i64 = 60_000;

impl World {
    /// The look for segments that are to be deleted.
    pub(super) fn retain(&mut self) {
        let now_ms = self.core.now.timestamp_ms();
        self.keep_fetched(|_, of| !of.policy().compact && retires(of, now_ms));
        self.core.retain();
    }

    /// The look for logs that are to be compacted.
    pub(super) fn compact(&mut self) {
        let now_ms = self.core.now.timestamp_ms();
        let cleans = |of: &Partition| of.wants_cleaning(&of.cleanable(now_ms));
        self.keep_fetched(|_, of| of.policy().compact && (cleans(of) || retires(of, now_ms)));
        self.core.compact();
    }

    /// Logs are about to lose records: consumers know from now on by themselves what they fetched.
    pub(super) fn keep_fetched(&mut self, loses: impl Fn(u32, &Partition) -> bool) {
        let Core { logs, fetches, .. } = &mut self.core;
        for (log, of) in (0..).zip(logs.iter()).filter(|(log, of)| of.exists && loses(*log, &of.data)) {
            for fetch in fetches.iter_mut() {
                fetch::keep_fetched(&mut fetch.chunks, log, &of.data, fetch.isolation);
            }
            self.consumers.iter_mut().for_each(|consumer| consumer.keep_fetched(log, &of.data));
        }
    }
}

/// Whether retention may find something.
fn retires(of: &Partition, now_ms: i64) -> bool {
    of.retires_at(now_ms).is_some_and(|at_ms| at_ms <= now_ms)
}

impl Core {
    /// Sets the timers of retention and compaction, after topics or what they are set to changed.
    pub fn arm_upkeep(&mut self) {
        self.arm_all_retention(self.now);
        self.arm_cleaner();
    }

    /// Sets the timer of compaction, or clears it when no topic is compacted.
    pub fn arm_cleaner(&mut self) {
        let compacts = self.topics.values().any(|topic| topic.policy.compact);
        match (compacts, self.queue.due(self.cleaner_timer)) {
            (true, None) => {
                let at = grid(Time::ZERO, self.config.upkeep.cleaner, self.now);
                self.queue.set(self.cleaner_timer, at);
            }
            (false, Some(_)) => self.queue.clear(self.cleaner_timer),
            _ => {}
        }
    }

    /// A log has older records than a producer brings, or is set to something else: the next look may have to come
    /// earlier.
    pub fn arm_retention(&mut self, log: u32) {
        self.arm_retention_from(log, self.now);
    }

    fn arm_all_retention(&mut self, from: Time) {
        self.queue.clear(self.retention_timer);
        for log in 0..self.logs.len() as u32 {
            self.arm_retention_from(log, from);
        }
    }

    /// Sets the timer for a log to a moment at or after `from`, unless it goes off before.
    fn arm_retention_from(&mut self, log: u32, from: Time) {
        let of = &self.logs[log as usize];
        if !of.exists || of.data.policy().compact {
            return;
        }
        let now_ms = self.now.timestamp_ms();
        let yet_to_come = || unretired(of.data.policy()).map(|after| now_ms - ON_THE_WAY_MS + after);
        let Some(at_ms) = of.data.retires_at(now_ms).or_else(yet_to_come) else { return };
        let upkeep = self.config.upkeep;
        let at = Time::from_ms((at_ms - EPOCH_MS).max(0) as u64).max(from);
        let at = grid(Time::ZERO + upkeep.first, upkeep.retention, at);
        if self.queue.due(self.retention_timer).is_none_or(|due| at < due) {
            self.queue.set(self.retention_timer, at);
        }
    }

    /// The look for segments that are to be deleted. Those of compacted logs are the cleaner's.
    pub fn retain(&mut self) {
        self.retire(false);
        self.arm_all_retention(self.now + Span::from_us(1));
    }

    /// The look for logs that are to be compacted.
    pub fn compact(&mut self) {
        let now_ms = self.now.timestamp_ms();
        for log in 0..self.logs.len() as u32 {
            let of = &mut self.logs[log as usize];
            if !of.exists || !of.data.policy().compact {
                continue;
            }
            let what = of.data.cleanable(now_ms);
            if of.data.wants_cleaning(&what) {
                let cleaned = of.data.clean(now_ms, &what);
                let name = of.name.clone();
                self.note(Happening::Compacted(name, cleaned));
            }
        }
        self.retire(true);
        self.queue.set(self.cleaner_timer, self.now + self.config.upkeep.cleaner);
    }

    /// Deletes what the logs give up, those of compacted topics or all others.
    fn retire(&mut self, compacted: bool) {
        let now_ms = self.now.timestamp_ms();
        for log in 0..self.logs.len() as u32 {
            let of = &mut self.logs[log as usize];
            if !of.exists || of.data.policy().compact != compacted {
                continue;
            }
            let retired = of.data.retire(now_ms);
            if retired.segments() > 0 {
                let (name, start) = (of.name.clone(), of.data.log_start());
                self.note(Happening::SegmentsDeleted(name, retired, start));
                self.appended(log);
            }
        }
    }
}

/// The first moment at or after `at` of those that begin at `first` and have this distance.
fn grid(first: Time, distance: Span, at: Time) -> Time {
    let (first, distance, at) = (first.us(), distance.us().max(1), at.us());
    Time::from_us(first + at.saturating_sub(first).div_ceil(distance) * distance)
}

/// How long after a record came it may go, in milliseconds; `None`: never.
fn unretired(policy: &Policy) -> Option<i64> {
    match policy {
        Policy { delete: false, .. } => None,
        Policy { retention_bytes: 0.., .. } => Some(0),
        Policy { retention_ms: 0.., .. } => Some(policy.retention_ms),
        _ => None,
    }
}
