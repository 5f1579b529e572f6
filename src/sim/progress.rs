//! What a group did to a partition: who owned it, what was processed, committed, read again and passed over.
//!
//! These are the exact counters of a run. They are kept as ranges of offsets, so they cost next to nothing while all
//! goes well and still say *which* offsets when it does not.

use super::ranges::Ranges;
use crate::base::Time;

/// Who believes to own a partition: from `assigned` to `revoked`, `lost`, death or close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Owner {
    pub consumer: u32,
    pub process: u32,
    pub generation: i32,
    pub since: Time,
}

/// A run of records that were delivered again, still growing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Rerun {
    pub consumer: u32,
    pub process: u32,
    pub from: i64,
    pub to: i64,
}

/// The first delivery after a restore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum First {
    /// Nothing was restored here.
    #[default]
    NotAsked,
    /// Restored, and nothing delivered since.
    Awaited,
    /// Offset and consumer of the first record delivered.
    Delivered(i64, u32),
}

/// One partition as one group made it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Progress {
    /// In the order in which they were assigned; more than one only while a zombie believes.
    pub owners: Vec<Owner>,
    /// The last one, once there is none.
    pub last_owner: Option<Owner>,
    /// Since when there is no owner.
    pub unowned_since: Option<Time>,
    /// Where the group's reading began, or begins again after a reset by policy.
    pub start: Option<i64>,
    /// The next offset that the (last) owner's `poll()` returns.
    pub position: Option<i64>,
    /// As the coordinator stores it.
    pub committed: Option<i64>,
    /// Below it nothing is counted: the log's start when the group first saw it.
    pub floor: i64,
    /// From here on no gap may be: the policy, an administrator or a restore let the group begin here.
    pub begin: i64,
    /// Processed at least once, or passed over because there is nothing.
    pub seen: Ranges,
    /// Passed over: markers, records of aborted transactions, what compaction took.
    pub empty: Ranges,
    /// Processed more than once.
    pub again: Ranges,
    /// How many times a record was processed that had been processed before.
    pub reread: u64,
    /// Records below `committed` that nobody processed.
    pub skipped: i64,
    /// Repeated records that the trace does not know of yet.
    pub rerun: Option<Rerun>,
    /// For the proof of a restore.
    pub first: First,
}

impl Progress {
    /// A record was processed. Whether the group had processed it before.
    pub fn process(&mut self, offset: i64) -> bool {
        if self.seen.insert(offset) {
            if self.committed.is_some_and(|committed| offset < committed) {
                self.skipped -= 1;
            }
            return false;
        }
        if self.empty.contains(offset) {
            // Nothing to a member that reads committed records only, a record to one that reads all.
            return false;
        }
        self.reread += 1;
        self.again.insert(offset);
        true
    }

    /// There is no record at these offsets.
    pub fn pass(&mut self, from: i64, to: i64) {
        for offset in from..to {
            if !self.seen.insert(offset) {
                continue;
            }
            self.empty.insert(offset);
            if self.committed.is_some_and(|committed| offset < committed) {
                self.skipped -= 1;
            }
        }
    }

    /// Different records that were processed.
    pub fn distinct(&self) -> i64 {
        self.processed(0)
    }

    fn processed(&self, from: i64) -> i64 {
        self.seen.count(from, i64::MAX) - self.empty.count(from, i64::MAX)
    }

    /// The coordinator stored an offset, or dropped it. Records newly passed over, as ranges.
    pub fn commit(&mut self, committed: Option<i64>) -> Vec<(i64, i64)> {
        let before = self.committed.unwrap_or(self.floor);
        self.committed = committed;
        let Some(now) = committed else {
            self.skipped = 0;
            return Vec::new();
        };
        if now < before {
            let passed = now.max(self.floor) - self.floor;
            self.skipped = passed - self.seen.count(self.floor, now);
            return Vec::new();
        }
        let missed = self.seen.missing(before, now);
        self.skipped += missed.iter().map(|(from, to)| to - from).sum::<i64>();
        missed
    }

    /// From where on nothing may be passed over.
    pub fn begins(&self) -> i64 {
        self.begin.max(self.floor)
    }

    /// Where reading has to go on to miss nothing: below it, what was not processed counts as skipped.
    pub fn base(&self, log_start: i64) -> i64 {
        self.committed.or(self.start).unwrap_or(log_start).max(log_start)
    }

    /// Records of a log that ends at `end` which the group has not processed and has not passed.
    pub fn unread(&self, log_start: i64, end: i64) -> i64 {
        let base = self.base(log_start);
        (end - base).max(0) - self.seen.count(base, end)
    }

    /// Records processed at or above the committed offset: read again when the owner dies.
    pub fn at_risk(&self) -> i64 {
        self.processed(self.committed.or(self.start).unwrap_or(self.floor))
    }

    /// The log was replaced by an older state of itself, from `log_start` to `end`: what lay above exists no more.
    pub fn restored(&mut self, log_start: i64, end: i64) {
        self.seen.truncate(end);
        self.empty.truncate(end);
        self.again.truncate(end);
        self.floor = self.floor.min(log_start);
        self.keep_committed();
        self.position = None;
        self.start = None;
        self.rerun = None;
        self.first = First::Awaited;
    }

    /// The log was replaced by one that starts at `log_start` and that the group has never seen.
    pub fn replaced(&mut self, log_start: i64) {
        let owners = std::mem::take(&mut self.owners);
        let (last_owner, unowned_since, committed) = (self.last_owner, self.unowned_since, self.committed);
        let floor = log_start;
        *self = Progress { owners, last_owner, unowned_since, committed, floor, ..Progress::default() };
        self.keep_committed();
        self.first = First::Awaited;
    }

    /// A group that is not restored keeps the offset that it had committed, whatever it means now.
    fn keep_committed(&mut self) {
        if let Some(committed) = self.committed {
            self.begin = self.begin.max(committed);
            self.skipped = (committed - self.floor).max(0) - self.seen.count(self.floor, committed);
        }
    }

    /// The offset that a restore brought back, which nobody committed now. What lies below it and beyond everything
    /// seen in this world had been processed when the backup was taken.
    pub fn set_committed(&mut self, committed: i64) {
        self.begin = committed;
        self.committed = Some(committed);
        let known = self.seen.end().unwrap_or(self.floor).max(self.floor);
        self.seen.append(known, committed);
        self.skipped = (committed - self.floor).max(0) - self.seen.count(self.floor, committed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restored_offset_passes_over_only_what_this_world_saw_passed_over() {
        for (name, seen, same_log, committed, skipped) in [
            ("read to the end, then set back", [(0, 9), (9, 9)], true, 5, 0),
            ("with a gap that was there before", [(0, 2), (4, 9)], true, 5, 2),
            ("a backup from later than this world", [(0, 2), (2, 2)], true, 5, 0),
            ("a log that the group has never seen", [(0, 2), (2, 2)], false, 5, 0),
        ] {
            let mut progress = Progress::default();
            for (from, to) in seen {
                for offset in from..to {
                    progress.process(offset);
                }
            }
            if same_log {
                progress.restored(0, 7)
            } else {
                progress.replaced(0)
            }
            progress.set_committed(committed);
            assert_eq!((progress.skipped, progress.first), (skipped, First::Awaited), "{name}");
        }
    }

    /// (what is processed, commits between, reread, skipped, unread of a log 0..10)
    #[test]
    fn what_is_read_again_and_what_is_passed_over_is_counted_exactly() {
        enum Step {
            Processed(i64, i64),
            Committed(i64),
        }
        use Step::*;
        let cases: [(&str, &[Step], u64, i64, i64); 6] = [
            ("all goes well", &[Processed(0, 5), Committed(5), Processed(5, 8)], 0, 0, 2),
            ("a crash after the commit", &[Processed(0, 8), Committed(5), Processed(5, 10)], 3, 0, 0),
            ("reading began at the end", &[Committed(6), Processed(6, 8)], 0, 6, 2),
            ("a zombie fills the gap", &[Processed(0, 4), Committed(7), Processed(4, 5)], 0, 2, 3),
            ("offsets were set back", &[Processed(0, 9), Committed(9), Committed(2)], 0, 0, 1),
            ("offsets were set forward, then back", &[Committed(9), Committed(3)], 0, 3, 7),
        ];
        for (name, steps, reread, skipped, unread) in cases {
            let mut progress = Progress::default();
            for step in steps {
                match *step {
                    Processed(from, to) => (from..to).for_each(|offset| {
                        progress.process(offset);
                    }),
                    Committed(offset) => {
                        progress.commit(Some(offset));
                    }
                }
            }
            assert_eq!(
                (progress.reread, progress.skipped, progress.unread(0, 10)),
                (reread, skipped, unread),
                "{name}"
            );
        }
    }
}
