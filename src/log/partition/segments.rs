//! Where a log's segments begin.
//!
//! A log is cut into segments, of which the last one is active: it is appended to. What retention deletes and compaction
//! rewrites are whole segments, never the active one. A segment is what [`Segment`] knows of it; the batches lie in the
//! log's runs, which know nothing of segments.
//!
//! Source: `LogSegment.shouldRoll` and `append`, `UnifiedLog.maybeRoll`. Jitter is 0. A segment whose first batch has no
//! time (below 0) is not closed by time: Kafka goes by the file's then.

use super::Partition;
use super::run::Batch;
use crate::log::batch::Header;
use crate::log::config::Policy;
use std::rc::Rc;

/// A segment of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Segment {
    /// The first offset that it may hold, which names its file.
    pub base_offset: i64,
    /// Bytes of its batches.
    pub bytes: u32,
    /// The largest timestamp of its first batch; −1 without a batch.
    pub first_timestamp: i64,
    /// Its largest timestamp; −1 when there is none.
    pub max_timestamp: i64,
    /// The last offset of the first batch that has it.
    pub max_timestamp_offset: i64,
    /// Bytes since the last entry of its offset index.
    unindexed: u32,
    /// Entries of its offset index.
    offset_entries: u32,
    /// Entries of its time index.
    time_entries: u32,
    /// The timestamp of the last of them.
    indexed_timestamp: i64,
}

/// What a segment needs to know of a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Appended {
    pub base_offset: i64,
    pub last_offset: i64,
    pub size: u32,
    pub max_timestamp: i64,
}

impl Appended {
    pub fn of_header(header: &Header) -> Appended {
        Appended {
            base_offset: header.base_offset,
            last_offset: header.last_offset(),
            size: header.size,
            max_timestamp: header.max_timestamp,
        }
    }

    pub fn of(batch: &Batch<'_>) -> Appended {
        Appended {
            base_offset: batch.base_offset(),
            last_offset: batch.last_offset(),
            size: batch.size(),
            max_timestamp: batch.max_timestamp(),
        }
    }
}

impl Segment {
    pub(super) fn new(base_offset: i64) -> Segment {
        Segment {
            base_offset,
            bytes: 0,
            first_timestamp: -1,
            max_timestamp: -1,
            max_timestamp_offset: -1,
            unindexed: 0,
            offset_entries: 0,
            time_entries: 0,
            indexed_timestamp: -1,
        }
    }

    /// Whether a new segment begins with `batch`.
    fn rolls(&self, policy: &Policy, batch: &Appended) -> bool {
        if self.bytes == 0 {
            return false;
        }
        let full = i64::from(self.bytes) > i64::from(policy.segment_bytes) - i64::from(batch.size);
        let waited = self.first_timestamp >= 0
            && batch.max_timestamp.saturating_sub(self.first_timestamp) > policy.segment_ms;
        let indexed = self.offset_entries >= policy.index_bytes / 8
            || i64::from(self.time_entries) >= i64::from(policy.index_bytes / 12) - 1;
        full || waited || indexed || batch.last_offset - self.base_offset > i64::from(i32::MAX)
    }

    pub(super) fn take(&mut self, policy: &Policy, batch: &Appended) {
        if self.bytes == 0 {
            self.first_timestamp = batch.max_timestamp;
        }
        if batch.max_timestamp > self.max_timestamp {
            (self.max_timestamp, self.max_timestamp_offset) = (batch.max_timestamp, batch.last_offset);
        }
        if self.unindexed > policy.index_interval {
            self.offset_entries += 1;
            self.index_time();
            self.unindexed = 0;
        }
        self.bytes += batch.size;
        self.unindexed += batch.size;
    }

    /// An entry of the time index, if the largest timestamp has grown.
    fn index_time(&mut self) {
        if self.max_timestamp > self.indexed_timestamp {
            self.time_entries += 1;
            self.indexed_timestamp = self.max_timestamp;
        }
    }

    /// It is not appended to any more.
    pub(super) fn close(&mut self) {
        self.index_time();
    }

    /// Bytes of its offset index and its time index.
    pub(super) fn index_sizes(&self) -> (u64, u64) {
        (u64::from(self.offset_entries) * 8, u64::from(self.time_entries) * 12)
    }
}

/// The segments of a log. Copies share the closed ones.
#[derive(Clone, Debug)]
pub(super) struct Segments {
    pub closed: Rc<Vec<Segment>>,
    pub active: Segment,
}

impl Default for Segments {
    fn default() -> Segments {
        Segments::starting_at(0)
    }
}

impl Segments {
    /// One segment, without a batch.
    pub fn starting_at(offset: i64) -> Segments {
        Segments { closed: Rc::default(), active: Segment::new(offset) }
    }

    /// Takes the next batch; the base offset of the segment that begins with it, if one does.
    #[inline]
    pub fn append(&mut self, policy: &Policy, batch: &Appended) -> Option<i64> {
        let rolls = self.active.rolls(policy, batch);
        if rolls {
            self.roll(batch.base_offset);
        }
        self.active.take(policy, batch);
        rolls.then_some(batch.base_offset)
    }

    /// Closes the active segment; the next one begins at `base_offset`. One without a batch only moves.
    pub fn roll(&mut self, base_offset: i64) {
        let mut closed = std::mem::replace(&mut self.active, Segment::new(base_offset));
        if closed.bytes > 0 {
            closed.close();
            Rc::make_mut(&mut self.closed).push(closed);
        }
    }

    /// Forgets the closed segments that end at or before `offset`.
    pub fn forget_before(&mut self, offset: i64) {
        let ends = self.closed.iter().skip(1).chain([&self.active]).map(|next| next.base_offset);
        let gone = ends.take_while(|end| *end <= offset).count().min(self.closed.len());
        if gone > 0 {
            Rc::make_mut(&mut self.closed).drain(..gone);
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Segment> {
        self.closed.iter().chain([&self.active])
    }
}

impl Partition {
    /// The log's segments, the active one last.
    pub fn segment_list(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter()
    }

    /// What the log's topic is set to.
    pub fn policy(&self) -> &Rc<Policy> {
        &self.policy
    }

    /// The log's topic is set to this from now on. Segments that exist stay as they are.
    pub fn set_policy(&mut self, policy: Rc<Policy>) {
        self.policy = policy;
    }

    /// Cuts the log into segments anew, as if it had been appended under this policy. For a log that comes from a
    /// backup: its files are cut where backups were taken as well, and what it does next must not depend on that.
    pub fn reroll(&mut self, policy: Rc<Policy>) {
        let first = self.first_batch().map_or(self.log_start, |first| first.min(self.log_start));
        let mut segments = Segments::starting_at(first);
        for batch in self.batches() {
            segments.append(&policy, &Appended::of(&batch));
        }
        if segments.active.bytes == 0 {
            segments.active.base_offset = self.end;
        }
        (self.segments, self.policy, self.cleaned) = (segments, policy, None);
    }

    /// A batch of the log's end was appended.
    #[inline]
    pub(super) fn grew(&mut self, batch: &Appended) {
        if let Some(base_offset) = self.segments.append(&self.policy, batch) {
            self.remember([base_offset as u64, ROLLED, 0]);
        }
    }

    /// Closes the active segment; the next one begins at `base_offset`.
    pub(super) fn roll_at(&mut self, base_offset: i64) {
        self.segments.roll(base_offset);
        self.remember([base_offset as u64, ROLLED, 0]);
    }
}

/// Stands in the history for a new segment.
const ROLLED: u64 = u64::MAX - 1;
