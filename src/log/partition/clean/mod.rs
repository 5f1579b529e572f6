//! Compaction: of every key the last record stays.
//!
//! ```text
//!          log start      first dirty            uncleanable                end
//! segments ├── clean ──────────┼───── dirty ───────────┼───── not yet ────────┤
//! ```
//! A round reads the keys of the dirty segments, then goes over all segments from the log start on and writes what is left
//! into new ones. Offsets stay: where a record went there is a gap. The active segment is never touched, nor anything
//! behind the last stable offset or younger than the topic says.
//!
//! Source: `LogCleanerManager` (what is to be cleaned), `Cleaner` (how).

mod filter;
mod latest;
mod rewrite;
mod transactions;

use super::made::MadeBody;
use super::run::{Batch, unpacked, views};
use super::segments::Segment;
use super::{Partition, Totals};
use crate::base::Map;
use crate::log::side::aborted::Aborted;
use crate::log::side::snapshot::ProducerEntry;
use filter::Filter;
use latest::Latest;
use rewrite::{Group, Rewrite};
use std::rc::Rc;
use transactions::Transactions;

/// Kafka's `producer.id.expiration.ms`: a producer that wrote nothing for so long is forgotten.
const PRODUCER_EXPIRES_MS: i64 = 24 * 3600 * 1000;
/// Stands in the history for a round.
const CLEANED: u64 = u64::MAX - 2;

/// What a round would clean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cleanable {
    /// Below it the last round has been.
    pub first_dirty: i64,
    /// Where the round ends: a segment begins there.
    pub end: i64,
    /// Bytes of the segments below `first_dirty`.
    pub clean_bytes: u64,
    /// Bytes of those from there to `end`.
    pub dirty_bytes: u64,
    /// A record waits for longer than `max.compaction.lag.ms`.
    pub overdue: bool,
}

/// What a round came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cleaned {
    /// What the segments held.
    pub before: Totals,
    /// What of that is left.
    pub after: Totals,
}

impl Partition {
    /// What a round would clean now.
    pub fn cleanable(&self, now_ms: i64) -> Cleanable {
        let first_dirty =
            self.cleaned.filter(|at| (self.log_start..=self.end).contains(at)).unwrap_or(self.log_start);
        let closed = &self.segments.closed;
        // The segment that holds the offset, and those behind it.
        let from = closed.partition_point(|of| of.base_offset <= first_dirty).saturating_sub(1);
        let dirty = if first_dirty >= self.segments.active.base_offset { &[] } else { &closed[from..] };
        let lag = self.policy.min_compaction_lag_ms;
        let young = |of: &&Segment| lag > 0 && of.max_timestamp > now_ms.saturating_sub(lag);
        let young = dirty.iter().find(young).map(|of| of.base_offset);
        let bounds = [self.last_stable_offset(), self.segments.active.base_offset];
        let bound = bounds.into_iter().chain(young).min().unwrap_or(first_dirty).max(first_dirty);
        let holds = closed.partition_point(|of| of.base_offset <= bound).saturating_sub(1);
        let end = match closed.get(holds).filter(|_| bound < self.segments.active.base_offset) {
            Some(segment) => segment.base_offset,
            None => self.segments.active.base_offset,
        };
        let bytes = |segments: &[Segment]| segments.iter().map(|of| u64::from(of.bytes)).sum();
        let below = |offset: i64| closed.partition_point(|of| of.base_offset < offset);
        let least = now_ms.saturating_sub(self.policy.max_compaction_lag_ms);
        let overdue = dirty.iter().any(|of| of.first_timestamp > 0 && of.first_timestamp < least);
        Cleanable {
            first_dirty,
            end,
            clean_bytes: bytes(&closed[..below(first_dirty)]),
            dirty_bytes: if first_dirty < end { bytes(&closed[from..below(end)]) } else { 0 },
            overdue,
        }
    }

    /// Whether the log's policy asks for the round.
    pub fn wants_cleaning(&self, what: &Cleanable) -> bool {
        let (dirty, all) = (u128::from(what.dirty_bytes), u128::from(what.dirty_bytes + what.clean_bytes));
        let ratio = u128::from(self.policy.dirty_ratio_ppm);
        dirty > 0 && (what.overdue || dirty * 1_000_000 > ratio * all)
    }

    /// Cleans the log.
    pub fn clean(&mut self, now_ms: i64, what: &Cleanable) -> Cleaned {
        let (producers, aborted) = (self.living_producers(now_ms), self.aborted_transactions());
        let latest = self.latest(what, &aborted);
        let mut filter = Filter {
            latest: &latest,
            transactions: Transactions::new(&aborted, self.log_start),
            producers: &producers,
            end: what.end,
            now_ms,
            delete_retention_ms: self.policy.delete_retention_ms,
        };
        let mut rewrite = Rewrite::new(self, self.groups(what.end));
        let mut rest = Vec::new();
        for run in &self.runs {
            let places = run.place_of(self.log_start)..run.place_of(what.end);
            match places.end {
                0 => rest.push(run.clone()),
                end if end < run.len() => rest.push(Rc::new(run.part(end..run.len(), &self.recipes))),
                _ => {}
            }
            rewrite.take(run, places, &mut filter);
        }
        let done = rewrite.done();
        self.runs = done.runs.into_iter().chain(rest).collect();
        let behind = self.segments.closed.iter().filter(|of| of.base_offset >= what.end).copied();
        self.segments.closed = Rc::new(done.segments.into_iter().chain(behind).collect());
        let cleaned = Cleaned { before: done.before, after: done.after };
        self.totals.batches -= cleaned.before.batches - cleaned.after.batches;
        self.totals.records -= cleaned.before.records - cleaned.after.records;
        self.totals.bytes = self.totals.bytes + cleaned.after.bytes - cleaned.before.bytes;
        self.cleaned = Some(what.end);
        self.abort_anew();
        self.remember([what.end as u64, CLEANED, now_ms as u64]);
        cleaned
    }

    /// The producers that may go on.
    fn living_producers(&self, now_ms: i64) -> Map<i64, ProducerEntry> {
        let lives = |of: &ProducerEntry| {
            of.open_since.is_some() || now_ms.saturating_sub(of.timestamp_ms) < PRODUCER_EXPIRES_MS
        };
        self.producers().into_iter().filter(lives).map(|of| (of.producer_id, of)).collect()
    }

    /// Where the keys of the dirty part stand last.
    fn latest(&self, what: &Cleanable, aborted: &[Aborted]) -> Latest {
        let mut latest = Latest::new();
        let mut transactions = Transactions::new(aborted, what.first_dirty);
        for batch in self.batches_from(what.first_dirty).take_while(|batch| batch.base_offset() < what.end) {
            if transactions.take(&batch) || batch.is_control() {
                continue;
            }
            match batch {
                Batch::Made(made) => {
                    if let MadeBody::Record { index, recipe, .. } = made.body
                        && let Some(key) = recipe.key(index)
                    {
                        latest.put(&key, made.offset);
                    }
                }
                Batch::Kept(header, bytes) => {
                    for view in views(&unpacked(&header, bytes)).filter(|of| of.offset >= what.first_dirty) {
                        view.key.into_iter().for_each(|key| latest.put(key, view.offset));
                    }
                }
            }
        }
        latest.tidied()
    }

    /// The segments below `end`, those together that fit into one.
    fn groups(&self, end: i64) -> Vec<Group> {
        let closed = &self.segments.closed;
        let below = &closed[..closed.partition_point(|of| of.base_offset < end)];
        let most = (u64::from(self.policy.segment_bytes), u64::from(self.policy.index_bytes));
        let mut groups: Vec<Group> = Vec::new();
        let (mut bytes, mut indexes, mut last_base) = (0, (0, 0), 0);
        for (at, segment) in below.iter().enumerate() {
            let index = segment.index_sizes();
            let last_offset = below.get(at + 1).map_or(end, |next| next.base_offset) - 1;
            let size = u64::from(segment.bytes);
            let fits = bytes + size <= most.0
                && indexes.0 + index.0 <= most.1
                && indexes.1 + index.1 <= most.1
                && (size == 0 || last_offset - last_base <= i64::from(i32::MAX));
            match groups.last_mut() {
                Some(group) if fits => group.end = last_offset + 1,
                _ => {
                    let segment = Segment::new(segment.base_offset);
                    groups.push(Group { segment, end: last_offset + 1 });
                    (bytes, indexes, last_base) = (0, (0, 0), segment.base_offset);
                }
            }
            bytes += size;
            indexes = (indexes.0 + index.0, indexes.1 + index.1);
        }
        groups
    }
}
