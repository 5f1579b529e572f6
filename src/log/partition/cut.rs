//! Parts of a log: the bytes of a range, a prefix, what lies between two offsets.

use super::run::{Batch, Content};
use super::{Isolation, OpenTransaction, Partition, SegmentBytes, Span, Totals};
use std::rc::Rc;

/// Records that a log lost when it was cut back to before its open transactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CutBack {
    /// Those that a reader of committed records was given or would have been: of no transaction, or of a committed one.
    pub committed: u64,
    /// Those of the open transactions.
    pub open: u64,
}

impl Partition {
    /// Whether this log is `was` with perhaps more at its end: all that `was` holds is shared with it. Never says so of
    /// logs that only happen to be equal.
    pub fn extends(&self, was: &Partition) -> bool {
        let recipes = was.recipes.iter().zip(&self.recipes);
        let same = self.log_start == was.log_start
            && self.runs.len() >= was.runs.len()
            && self.recipes.len() >= was.recipes.len()
            && recipes.into_iter().all(|(was, is)| Rc::ptr_eq(&was.recipe, &is.recipe));
        // A log may end behind its last batch: what this one has more begins where it ended, too.
        let held = was.runs.last().map_or(was.log_start, |run| run.end_offset());
        let more = self.batches_from(held).next();
        if !same || self.end < was.end || more.is_some_and(|batch| batch.base_offset() < was.end) {
            return false;
        }
        let Some((last, before)) = was.runs.split_last() else { return true };
        before.iter().zip(&self.runs).all(|(was, is)| Rc::ptr_eq(was, is))
            && self.runs[before.len()].extends(last)
    }

    /// The largest of the batches' timestamps.
    pub fn max_batch_timestamp(&self) -> Option<i64> {
        self.batches().map(|batch| batch.max_timestamp()).max()
    }

    /// The bytes of the batches whose base offset lies in `from..to`.
    pub fn bytes_between(&self, from: i64, to: i64) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.batches_between(from, to).for_each(|batch| batch.write(&mut bytes));
        bytes
    }

    /// As [`Partition::segments`], of the batches whose base offset lies in `from..to`.
    pub fn segments_between(&self, from: i64, to: i64) -> Vec<SegmentBytes> {
        let spans = self.spans_between(from, to).into_iter();
        spans
            .map(|span| {
                let mut bytes = Vec::with_capacity(span.bytes as usize);
                self.write_between((span.from, span.to), u64::MAX, &mut bytes);
                SegmentBytes { base_offset: span.base_offset, bytes }
            })
            .collect()
    }

    /// The same without their bytes.
    pub fn spans_between(&self, from: i64, to: i64) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let mut bases = self.segment_list().map(|segment| segment.base_offset).peekable();
        for batch in self.batches_between(from, to) {
            let at = batch.base_offset();
            let mut begins = None;
            while let Some(base) = bases.next_if(|base| *base <= at) {
                begins = Some(base);
            }
            let base_offset = if spans.is_empty() { Some(at) } else { begins };
            if let Some(base_offset) = base_offset {
                spans.push(Span { base_offset, from: at, to: at, bytes: 0 });
            }
            let span = spans.last_mut().expect("the first batch begins one");
            span.to = batch.last_offset() + 1;
            span.bytes += u64::from(batch.size());
        }
        spans
    }

    /// Writes the batches whose base offset lies in `from..to`, as many as `size` bytes take and at least one. Where to go
    /// on; `to` when all are written.
    pub fn write_between(&self, (from, to): (i64, i64), size: u64, bytes: &mut Vec<u8>) -> i64 {
        let mut written = 0;
        for batch in self.batches_between(from, to) {
            if written >= size {
                return batch.base_offset();
            }
            batch.write(bytes);
            written += u64::from(batch.size());
        }
        to
    }

    /// Whether it is `was`, with the same batches in the same segments.
    pub fn is_still(&self, was: &Partition) -> bool {
        let marks = |of: &Partition| (of.end, of.leader_epoch, of.history);
        marks(self) == marks(was) && self.extends(was)
    }

    /// Whether no batch lies across an offset: what is before it and what begins there can be told apart.
    pub fn is_boundary(&self, offset: i64) -> bool {
        self.batches_from(offset).next().is_none_or(|batch| batch.base_offset() >= offset)
    }

    /// Base offset of the first batch that the log holds.
    pub fn first_batch(&self) -> Option<i64> {
        self.batches().next().map(|batch| batch.base_offset())
    }

    /// Records that consumers would be given from `from` on, before `to`.
    pub fn count_between(&self, from: i64, to: i64) -> u64 {
        let (from, to) = (from.max(self.log_start), to.min(self.end));
        let first = self.runs.partition_point(|run| run.end_offset() <= from);
        let mut count = 0;
        for run in &self.runs[first..] {
            if let Content::Made(made) = &run.content
                && !made.has_markers()
            {
                count += (to.min(made.end()) - from.max(made.base_offset)).max(0) as u64;
                continue;
            }
            for place in run.place_of(from)..run.len() {
                if let Some((first, last, records)) = run.told(place)
                    && from <= first
                    && last < to
                {
                    count += records;
                    continue;
                }
                let batch = run.batch(place, &self.recipes);
                if batch.base_offset() >= to {
                    break;
                }
                count += within(&batch, from, to);
            }
        }
        count
    }

    /// Records from `from` on whose timestamp is `timestamp_ms` or earlier.
    pub fn count_stamped(&self, from: i64, timestamp_ms: i64) -> u64 {
        let stamps = self.batches_from(from.max(self.log_start)).flat_map(|batch| batch.stamps());
        stamps.filter(|(offset, stamp)| *offset >= from && *stamp <= timestamp_ms).count() as u64
    }

    /// Where the log ended at a moment: every batch that ends at or before `surely` was there; of those behind it up to
    /// `possibly`, the ones before the first whose largest timestamp is after `timestamp_ms`.
    pub fn end_at(&self, surely: i64, possibly: i64, timestamp_ms: i64) -> i64 {
        let (surely, possibly) = (surely.min(self.end), possibly.min(self.end));
        let mut end = surely.max(self.log_start);
        let batches = self.batches_from(end).skip_while(|batch| batch.base_offset() < surely);
        for batch in batches.take_while(|batch| batch.base_offset() < possibly) {
            if batch.max_timestamp() > timestamp_ms {
                return end;
            }
            end = batch.last_offset() + 1;
        }
        end.max(possibly)
    }

    /// Drops the batches from `end` on: the log is a prefix of what it was, and goes on at `end`. Never cuts a batch; one
    /// that holds `end` goes whole, and the log ends where it began.
    pub fn cut_to(&mut self, end: i64) {
        let end = end.clamp(self.log_start, self.end);
        let mut runs: Vec<Rc<super::run::Run>> = Vec::new();
        let mut cut = end;
        for run in &self.runs {
            let kept = (0..run.len()).take_while(|place| {
                let batch = run.batch(*place, &self.recipes);
                cut = if batch.base_offset() < end && batch.last_offset() >= end {
                    batch.base_offset()
                } else {
                    cut
                };
                batch.last_offset() < end
            });
            match kept.count() {
                0 => break,
                all if all == run.len() => runs.push(run.clone()),
                some => {
                    runs.push(Rc::new(run.part(0..some, &self.recipes)));
                    break;
                }
            }
        }
        self.runs = runs;
        self.end = cut.max(self.log_start);
        self.reroll(self.policy.clone());
        let totals = self.batches().fold(Totals::default(), |sum, batch| sum.plus(&batch));
        self.totals = totals;
        self.see_all();
        self.remember([self.end as u64, u64::MAX, u64::MAX]);
    }

    /// Drops batches from the end on until no transaction is open, and says what went: the log is a prefix of what it was,
    /// and its last stable offset its end.
    pub fn cut_open(&mut self) -> CutBack {
        let was = self.clone();
        // What ended behind the first open transaction is open again once the log ends there, and may have begun earlier.
        let first = |log: &Partition| log.open_transactions().next().map(|of| of.first_offset);
        while let Some(end) = first(self) {
            self.cut_to(end);
        }
        let open: Vec<_> = was.open_transactions().collect();
        let mut lost = CutBack::default();
        // Among them one that the log's start lies in.
        for batch in was.batches_from(self.end) {
            let records = within(&batch, was.log_start.max(self.end), was.end);
            let is_open = |of: &OpenTransaction| {
                of.producer_id == batch.producer_id() && of.first_offset <= batch.base_offset()
            };
            if batch.is_transactional() && open.iter().any(is_open) {
                lost.open += records;
            } else if !was.leaves_out(Isolation::ReadCommitted, &batch) {
                lost.committed += records;
            }
        }
        lost
    }

    /// Base and last offset of each batch with records for readers of committed ones, with its bytes.
    pub fn for_each_batch(&self, mut each: impl FnMut(i64, i64, &[u8])) {
        let mut bytes = Vec::new();
        let end = self.last_stable_offset();
        let given = |batch: &Batch<'_>| !self.leaves_out(Isolation::ReadCommitted, batch);
        for batch in self.batches().take_while(|batch| batch.base_offset() < end).filter(given) {
            bytes.clear();
            batch.write(&mut bytes);
            each(batch.base_offset(), batch.last_offset(), &bytes);
        }
    }

    pub(super) fn batches_between(&self, from: i64, to: i64) -> impl Iterator<Item = Batch<'_>> {
        let batches =
            self.batches_from(from.max(self.log_start)).skip_while(move |batch| batch.base_offset() < from);
        batches.take_while(move |batch| batch.base_offset() < to)
    }
}

/// Records of a batch that lie in `from..to`.
fn within(batch: &Batch<'_>, from: i64, to: i64) -> u64 {
    if batch.is_control() {
        return 0;
    }
    if batch.has_every_offset() {
        return ((batch.last_offset() + 1).min(to) - batch.base_offset().max(from)).max(0) as u64;
    }
    batch.stamps().filter(|(offset, _)| (from..to).contains(offset)).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::batch::{BatchInfo, Timestamps, encode};
    use crate::log::{Recipe, Record};

    /// Twelve made-up records, then batches of two records at 12 and 14.
    fn log() -> Partition {
        let recipe = Rc::new(Recipe { producer: "web".into(), seed: 7, keys: Some(10), value_bytes: 24 });
        let mut log = Partition::new();
        for index in 0..12 {
            log.append_generated(100 * index as i64, &recipe, index);
        }
        for base in [2000, 1500] {
            let records = [Record::new(base, None, Some(b"a")), Record::new(base + 1, None, None)];
            log.append_records(Timestamps::Create, &records);
        }
        log
    }

    #[test]
    fn a_prefix_has_the_digest_of_the_log_of_that_moment() {
        let whole = log();
        for end in 0..=16 {
            let mut cut = whole.clone();
            cut.cut_to(end);
            let expected = if end == 13 || end == 15 { end - 1 } else { end };
            let restored = Partition::restore(0, 0, &[whole.bytes_between(0, expected).into()]);
            let expected_log = restored.expect("whole batches");
            assert_eq!((cut.end(), cut.state_digest()), (expected, expected_log.state_digest()), "{end}");
            assert_eq!(cut.totals(), expected_log.totals(), "{end}");
        }
        let mut trimmed = whole.clone();
        trimmed.delete_before(5);
        trimmed.cut_to(3);
        assert_eq!((trimmed.log_start(), trimmed.end(), trimmed.batch_count()), (5, 5, 0));
    }

    #[test]
    fn a_prefix_goes_on_at_its_end() {
        let mut cut = log();
        cut.cut_to(14);
        let first = cut.append_records(Timestamps::Create, &[Record::new(9, None, Some(b"x"))]);
        assert_eq!((first, cut.end(), cut.record_count()), (14, 15, 15));
        assert_ne!(cut.state_digest(), log().state_digest());
    }

    #[test]
    fn the_end_at_a_moment_lies_between_what_is_sure_and_what_is_possible() {
        let log = log();
        let cases = [
            ("the clock alone", 4, 4, 9999, 4),
            ("timestamps refine", 0, 16, 450, 5),
            ("a later batch that is out of order stays behind", 12, 16, 1600, 12),
            ("everything", 12, 16, 9999, 16),
            ("what is sure stays whatever its timestamps say", 9, 16, 0, 9),
        ];
        for (name, surely, possibly, at, expected) in cases {
            assert_eq!(log.end_at(surely, possibly, at), expected, "{name}");
        }
    }

    #[test]
    fn records_between_offsets_are_counted_without_markers_and_holes() {
        let mut log = log();
        let info = BatchInfo { base_offset: 20, control: true, ..BatchInfo::default() };
        log.append_bytes(encode(&info, &[Record::new(1, Some(b"\0\0\0\x01"), Some(b"x"))]).into())
            .expect("a marker after a hole");
        for (from, to, count) in [(0, 99, 16), (3, 5, 2), (11, 13, 2), (13, 99, 3), (20, 99, 0), (5, 2, 0)] {
            assert_eq!(log.count_between(from, to), count, "{from} to {to}");
        }
    }
}
