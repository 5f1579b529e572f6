//! Everything that looks into a log.

use super::digest::StateDigest;
use super::run::Batch;
use super::{Isolation, Partition};
use crate::log::batch::Header;
use crate::log::record::Record;

/// What a fetch found. Offsets only: [`Partition::record_at`] makes a record when somebody looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fetched {
    /// Offset of the first record; where the fetch began if there is none.
    pub first: i64,
    /// Offset of the last record; one before `first` if there is none.
    pub last: i64,
    /// Records from first to last.
    pub count: u32,
    /// Bytes of the batches that hold them, which a fetch transfers whole.
    pub bytes: u64,
    /// Where the next fetch begins: after the last record, and after markers and holes behind it.
    pub next: i64,
}

/// A segment of a log: a file's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentBytes {
    /// The first offset that it may hold, which names the file; of the first, that of its first batch.
    pub base_offset: i64,
    /// Whole batches.
    pub bytes: Vec<u8>,
}

/// The batches of a segment: what its file's bytes are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// As in [`SegmentBytes`].
    pub base_offset: i64,
    /// Base offset of its first batch.
    pub from: i64,
    /// After the last offset of its last batch.
    pub to: i64,
    /// Bytes of its batches.
    pub bytes: u64,
}

impl Partition {
    /// The records from offset `from` on: at most `max_records` (at least 1), in batches of at most `max_bytes`
    /// together, though always at least one batch with a record, as Kafka's broker answers. Markers are passed over.
    pub fn read(&self, from: i64, max_records: u32, max_bytes: u64) -> Fetched {
        self.fetch(Isolation::ReadUncommitted, from, max_records, max_bytes)
    }

    /// The first offset at or after `offset` that has a record.
    pub fn next_offset_at_or_after(&self, offset: i64) -> Option<i64> {
        let found = self.read(offset, 1, 0);
        (found.count > 0).then_some(found.first)
    }

    /// Last offset of the batch that holds `offset`; `None` where there is none.
    pub fn batch_end(&self, offset: i64) -> Option<i64> {
        self.batch_at(offset).map(|batch| batch.last_offset())
    }

    /// The record at `offset`, markers of the broker included; `None` where there is none, or below the log start.
    pub fn record_at(&self, offset: i64) -> Option<Record> {
        self.batch_at(offset)?.record(offset)
    }

    /// Timestamp of the record at `offset`, in milliseconds since 1970.
    pub fn timestamp_at(&self, offset: i64) -> Option<i64> {
        self.batch_at(offset)?.stamps().find(|(at, _)| *at == offset).map(|(_, timestamp)| timestamp)
    }

    /// Offset and timestamp of the first record with a timestamp of `timestamp_ms` or later.
    pub fn offset_for_timestamp(&self, timestamp_ms: i64) -> Option<(i64, i64)> {
        let runs = self.runs.iter().filter(|run| run.max_timestamp >= timestamp_ms);
        let batches = runs.flat_map(|run| (0..run.len()).map(|place| run.batch(place, &self.recipes)));
        batches
            .filter(|batch| batch.max_timestamp() >= timestamp_ms && batch.last_offset() >= self.log_start)
            .flat_map(|batch| batch.stamps())
            .find(|(offset, timestamp)| *offset >= self.log_start && *timestamp >= timestamp_ms)
    }

    /// Smallest and largest timestamp of the records in the batches that the log holds.
    pub fn timestamps(&self) -> Option<(i64, i64)> {
        let stamps = self.batches().flat_map(|batch| batch.stamps());
        stamps.map(|(_, timestamp)| timestamp).fold(None, |range, timestamp| {
            let (min, max) = range.unwrap_or((timestamp, timestamp));
            Some((min.min(timestamp), max.max(timestamp)))
        })
    }

    /// The bytes of the log's segments. None without a batch.
    pub fn segments(&self) -> Vec<SegmentBytes> {
        self.segments_between(i64::MIN, i64::MAX)
    }

    /// The [state digest](super::digest) of the batches that the log holds.
    pub fn state_digest(&self) -> [u8; 32] {
        let mut digest = StateDigest::new();
        let mut bytes = Vec::new();
        for batch in self.batches() {
            match batch {
                Batch::Kept(header, _) => digest.add(&header),
                Batch::Made(_) => {
                    bytes.clear();
                    batch.write(&mut bytes);
                    digest.add(&Header::read(&bytes).expect("a batch made here is sound"));
                }
            }
        }
        digest.value()
    }

    /// The batches that the log holds, wholly or in part.
    pub(super) fn batches(&self) -> impl Iterator<Item = Batch<'_>> {
        self.batches_from(self.log_start)
    }

    /// The batches from the one that holds `offset`, or is the first after it.
    pub(super) fn batches_from(&self, offset: i64) -> impl Iterator<Item = Batch<'_>> {
        let first = self.runs.partition_point(|run| run.end_offset() <= offset);
        self.runs[first..].iter().flat_map(move |run| {
            (run.place_of(offset)..run.len()).map(move |place| run.batch(place, &self.recipes))
        })
    }

    fn batch_at(&self, offset: i64) -> Option<Batch<'_>> {
        if offset < self.log_start {
            return None;
        }
        self.batches_from(offset).next().filter(|batch| batch.base_offset() <= offset)
    }
}

impl Fetched {
    /// Takes the records of `batch` from offset `from` on; says whether there is room for more.
    pub(super) fn take(&mut self, batch: &Batch<'_>, from: i64, max_records: u32) -> bool {
        let room = max_records - self.count;
        let last_offset = batch.last_offset();
        if batch.has_every_offset() {
            let first = batch.base_offset().max(from);
            let count = (last_offset - first + 1).min(i64::from(room));
            self.add(first, first + count - 1, count as u32);
            return self.count < max_records;
        }
        let stamps = batch.stamps().filter(|(offset, _)| *offset >= from);
        let mut offsets = stamps.map(|(offset, _)| offset);
        offsets.by_ref().take(room as usize).for_each(|offset| self.add(offset, offset, 1));
        if offsets.next().is_none() {
            // Past what compaction took from the end of the batch.
            self.next = last_offset + 1;
        }
        self.count < max_records
    }

    fn add(&mut self, first: i64, last: i64, count: u32) {
        if self.count == 0 {
            self.first = first;
        }
        self.last = last;
        self.count += count;
        self.next = last + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::crc::crc32c;
    use crate::log::batch::{BatchInfo, Parts, encode_into};

    /// A batch of empty records at these offsets, markers if `control`.
    fn batch(offsets: &[i64], control: bool) -> Vec<u8> {
        let base_offset = offsets[0];
        let parts = offsets.iter().map(|offset| Parts {
            offset_delta: (offset - base_offset) as i32,
            timestamp_ms: 5,
            key: None,
            value: None,
            headers: &[],
        });
        let mut bytes = Vec::new();
        encode_into(&mut bytes, &BatchInfo { base_offset, control, ..BatchInfo::default() }, parts);
        bytes
    }

    #[test]
    fn a_fetch_passes_over_markers_and_holes() {
        let mut log = Partition::new();
        for bytes in [batch(&[0, 2, 5], false), batch(&[6], true), batch(&[9], false), batch(&[10], true)] {
            log.append_bytes(bytes.into()).expect("a sound batch");
        }
        // From, most records → first, last, count, next.
        let cases = [
            ("a hole between records", 0, 2, (0, 2, 2, 3)),
            ("from a hole on", 3, 1, (5, 5, 1, 6)),
            ("over a marker to the next record", 1, 3, (2, 9, 3, 10)),
            ("a marker behind the last record", 1, 9, (2, 9, 3, 11)),
            ("a marker alone", 10, 9, (10, 9, 0, 11)),
            ("a hole and then a record", 7, 1, (9, 9, 1, 10)),
            ("at the end", 11, 9, (11, 10, 0, 11)),
        ];
        for (name, from, most, expected) in cases {
            let found = log.read(from, most, u64::MAX);
            assert_eq!((found.first, found.last, found.count, found.next), expected, "{name}");
        }
        assert_eq!(log.next_offset_at_or_after(6), Some(9));
        assert_eq!(log.next_offset_at_or_after(10), None);
    }

    #[test]
    fn what_compaction_took_from_the_end_of_a_batch_is_passed_over_too() {
        let mut bytes = batch(&[0, 2], false);
        bytes[23..27].copy_from_slice(&7i32.to_be_bytes());
        let crc = crc32c(&bytes[21..]);
        bytes[17..21].copy_from_slice(&crc.to_be_bytes());
        let mut log = Partition::new();
        log.append_bytes(bytes.into()).expect("a sound batch");
        let next = |from, most| log.read(from, most, u64::MAX).next;
        assert_eq!((next(0, 1), next(0, 2), next(0, 3), next(3, 1), log.end()), (1, 8, 8, 8, 8));
    }
}
