//! Offset index and time index: where in the log an offset or a time is.
//!
//! ```text
//! .index       { int32 offset - base, int32 position }…              the last offset of a batch, and where it begins
//! .timeindex   { int64 largest timestamp so far, int32 offset - base }…     the last offset of the batch that has it
//! ```
//! Both are sparse: a batch gets an entry when more than `index.interval.bytes` were appended since the last one. The
//! time index gets its entry with it, when the largest timestamp has grown, and a last one when the segment is closed.

use super::{SideError, entries, field};
use crate::log::batch::Header;
use crate::log::segment::SegmentBatch;

/// Kafka's `index.interval.bytes` by default.
pub const INTERVAL_BYTES: u32 = 4096;

const BEYOND: &str = "its offset does not fit 63 bits";

/// An entry of an offset index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OffsetEntry {
    /// The last offset of a batch.
    pub offset: i64,
    /// Where the batch begins, in bytes from the start of the log.
    pub position: u32,
}

/// An entry of a time index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeEntry {
    /// The largest timestamp up to here, in milliseconds since 1970.
    pub timestamp_ms: i64,
    /// The last offset of the first batch that has it.
    pub offset: i64,
}

/// Reads an offset index: offsets and positions increase, and the first entry is never at the start of the log.
pub fn read_offsets(base: i64, bytes: &[u8]) -> Result<Vec<OffsetEntry>, SideError> {
    let mut read: Vec<OffsetEntry> = Vec::new();
    for (index, entry) in (0u64..).zip(entries::<8>(bytes)?) {
        let (offset, position) = (i32::from_be_bytes(field(entry, 0)), i32::from_be_bytes(field(entry, 4)));
        let fault = |what| Err(SideError::Entry { index, what });
        let Ok(position) = u32::try_from(position) else { return fault("its position is negative") };
        if offset < 0 {
            return fault("its offset is below the base");
        }
        let Some(offset) = base.checked_add(i64::from(offset)) else { return fault(BEYOND) };
        if read.last().is_some_and(|last| last.offset >= offset) {
            return fault("its offset is not after the one before");
        }
        if read.last().map_or(0, |last| last.position) >= position {
            return fault("its position is not after the one before");
        }
        read.push(OffsetEntry { offset, position });
    }
    Ok(read)
}

/// Writes an offset index. Offsets lie within 2³¹ of the base, as those of a segment do.
pub fn write_offsets(base: i64, entries: &[OffsetEntry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(entries.len() * 8);
    for entry in entries {
        out.extend_from_slice(&relative(base, entry.offset));
        out.extend_from_slice(&entry.position.to_be_bytes());
    }
    out
}

/// Reads a time index: timestamps and offsets increase.
pub fn read_times(base: i64, bytes: &[u8]) -> Result<Vec<TimeEntry>, SideError> {
    let mut read: Vec<TimeEntry> = Vec::new();
    for (index, entry) in (0u64..).zip(entries::<12>(bytes)?) {
        let offset = i32::from_be_bytes(field(entry, 8));
        let timestamp_ms = i64::from_be_bytes(field(entry, 0));
        let fault = |what| Err(SideError::Entry { index, what });
        if offset < 0 {
            return fault("its offset is below the base");
        }
        let Some(offset) = base.checked_add(i64::from(offset)) else { return fault(BEYOND) };
        let entry = TimeEntry { timestamp_ms, offset };
        if read.last().is_some_and(|last| last.timestamp_ms >= entry.timestamp_ms) {
            return fault("its timestamp is not after the one before");
        }
        if read.last().is_some_and(|last| last.offset > entry.offset) {
            return fault("its offset is before the one before");
        }
        read.push(entry);
    }
    Ok(read)
}

/// Writes a time index.
pub fn write_times(base: i64, entries: &[TimeEntry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(entries.len() * 12);
    for entry in entries {
        out.extend_from_slice(&entry.timestamp_ms.to_be_bytes());
        out.extend_from_slice(&relative(base, entry.offset));
    }
    out
}

fn relative(base: i64, offset: i64) -> [u8; 4] {
    i32::try_from(offset - base).expect("offsets of a segment lie within 2³¹ of its base").to_be_bytes()
}

/// Both indexes of a closed segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Indexes {
    /// The offset index.
    pub offsets: Vec<OffsetEntry>,
    /// The time index.
    pub times: Vec<TimeEntry>,
}

impl Indexes {
    /// Those that a broker makes of a segment with these batches when it closes it once.
    ///
    /// A broker adds a last time entry at each clean stop, so the index of a log that was written on after one may have
    /// more entries than this.
    pub fn of<'a>(batches: impl IntoIterator<Item = SegmentBatch<'a>>, interval_bytes: u32) -> Indexes {
        let mut indexing = Indexing::new(interval_bytes);
        batches.into_iter().for_each(|batch| indexing.take(&batch.header));
        indexing.closed()
    }

    fn push_time(&mut self, largest: Option<TimeEntry>) {
        let before = self.times.last().map_or(-1, |entry| entry.timestamp_ms);
        self.times.extend(largest.filter(|entry| entry.timestamp_ms > before));
    }
}

/// Makes the indexes of a segment, batch by batch from its first.
#[derive(Clone, Debug)]
pub struct Indexing {
    made: Indexes,
    interval_bytes: u32,
    largest: Option<TimeEntry>,
    /// Where the next batch begins.
    position: u32,
    since_entry: u64,
}

impl Indexing {
    /// Of a segment without a batch so far.
    pub fn new(interval_bytes: u32) -> Indexing {
        Indexing { made: Indexes::default(), interval_bytes, largest: None, position: 0, since_entry: 0 }
    }

    /// Takes the next batch.
    pub fn take(&mut self, header: &Header) {
        let offset = header.last_offset();
        if self.largest.map_or(-1, |entry| entry.timestamp_ms) < header.max_timestamp {
            self.largest = Some(TimeEntry { timestamp_ms: header.max_timestamp, offset });
        }
        if self.since_entry > u64::from(self.interval_bytes) {
            self.made.offsets.push(OffsetEntry { offset, position: self.position });
            self.made.push_time(self.largest);
            self.since_entry = 0;
        }
        self.since_entry += u64::from(header.size);
        self.position = self.position.wrapping_add(header.size);
    }

    /// The indexes, once the segment is closed.
    pub fn closed(mut self) -> Indexes {
        self.made.push_time(self.largest);
        self.made
    }
}
