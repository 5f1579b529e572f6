//! The bytes of a `.log` file, batch by batch, with every check.
//!
//! A slice of a log that is cut at batch boundaries is itself a segment.

use super::batch::{self, BatchError, Header, RecordView};
use std::fmt;

/// Kafka's `segment.bytes` by default: 1 GiB.
pub const SEGMENT_BYTES: u32 = 1 << 30;

/// The largest segment: positions are 31 bits wide.
pub const SEGMENT_BYTES_MAX: u32 = i32::MAX as u32;

/// The name of the segment whose first batch begins at `base_offset`: 20 digits.
pub fn file_name(base_offset: i64) -> String {
    format!("{base_offset:020}.log")
}

/// A sound batch of a segment.
#[derive(Clone, Copy, Debug)]
pub struct SegmentBatch<'a> {
    /// Where it begins in the segment, in bytes.
    pub position: u32,
    /// Its header.
    pub header: Header,
    /// Its bytes, header included.
    pub bytes: &'a [u8],
    /// Smallest and largest timestamp of its records; none without records, or when they were not looked at.
    pub stamps: Option<(i64, i64)>,
}

impl<'a> SegmentBatch<'a> {
    /// Hands out its records, which were checked: not after [`Batches::headers_only`].
    pub fn for_each_record(&self, mut each: impl FnMut(RecordView<'_>)) {
        let body = batch::unpacked(&self.header, self.bytes).expect("the batch was checked");
        body.records().for_each(|record| each(record.expect("the batch was checked")));
    }
}

/// What is wrong with a segment, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentError {
    /// Where the batch begins that is wrong, in bytes from the start of the segment.
    pub position: u32,
    /// What is wrong.
    pub what: SegmentFault,
}

/// What is wrong with a batch of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentFault {
    /// The batch itself.
    Batch(BatchError),
    /// Its base offset is not after the last offset before it.
    Order {
        /// Its base offset.
        base_offset: i64,
        /// The smallest that would do.
        expected: i64,
    },
    /// The bytes left are too few for a batch.
    Trailing(u64),
    /// Bytes that are all zero, as a broker preallocates.
    Zeros(u64),
    /// More bytes than a segment may have.
    TooLarge(u64),
}

impl fmt::Display for SegmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: ", self.position)?;
        match &self.what {
            SegmentFault::Batch(error) => error.fmt(f),
            SegmentFault::Order { base_offset, expected } => {
                write!(f, "baseOffset is {base_offset}, expected {expected} or more")
            }
            SegmentFault::Trailing(bytes) => write!(f, "{bytes} bytes at the end are not a batch"),
            SegmentFault::TooLarge(bytes) => {
                write!(f, "a segment of {bytes} bytes is over the limit of {SEGMENT_BYTES_MAX}")
            }
            SegmentFault::Zeros(bytes) => write!(f, "{bytes} bytes of zeros at the end"),
        }
    }
}

impl std::error::Error for SegmentError {}

/// The batches of a segment. After an error that leaves the next batch's place in doubt, it ends.
pub fn batches(segment: &[u8]) -> Batches<'_> {
    Batches { segment, position: 0, next_offset: 0, look: Look::Records }
}

/// Where a batch has the length of what follows this field, and where it ends.
pub const LENGTH: std::ops::Range<usize> = 8..12;

/// How many bytes there are of whole batches, and how long the one after them is, as far as that is known. `None` when a
/// length cannot be.
pub fn whole_batches(bytes: &[u8]) -> Option<(usize, u32)> {
    let mut at = 0;
    while let Some(length) = bytes[at..].get(LENGTH) {
        let length = i32::from_be_bytes(length.try_into().expect("four bytes"));
        let size = u32::try_from(length).ok()?.checked_add(LENGTH.end as u32)?;
        match bytes.len() - at >= size as usize {
            true => at += size as usize,
            false => return Some((at, size)),
        }
    }
    Some((at, 0))
}

/// An iterator over a segment: see [`batches`].
#[derive(Clone, Debug)]
pub struct Batches<'a> {
    segment: &'a [u8],
    position: u32,
    next_offset: i64,
    look: Look,
}

/// A place between two batches of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where the next batch begins in the segment, in bytes.
    pub position: u32,
    /// The smallest offset that it may have.
    pub next_offset: i64,
}

/// Whose records are looked at.
#[derive(Clone, Copy, Debug)]
enum Look {
    /// All.
    Records,
    /// None.
    HeadersOnly,
}

impl<'a> Batches<'a> {
    /// Checks headers, order and CRC only.
    pub fn headers_only(mut self) -> Batches<'a> {
        self.look = Look::HeadersOnly;
        self
    }

    /// Goes on where another iterator over the same segment was.
    pub fn from_mark(mut self, mark: Mark) -> Batches<'a> {
        (self.position, self.next_offset) = (mark.position, mark.next_offset);
        self
    }

    /// Where it is.
    pub fn mark(&self) -> Mark {
        Mark { position: self.position, next_offset: self.next_offset }
    }

    /// Demands that the first batch begins at `offset` or later, as a segment's name promises.
    pub fn starting_at(mut self, offset: i64) -> Batches<'a> {
        self.next_offset = offset;
        self
    }
}

impl<'a> Iterator for Batches<'a> {
    type Item = Result<SegmentBatch<'a>, SegmentError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.segment[self.position as usize..];
        if rest.is_empty() {
            return None;
        }
        let position = self.position;
        if self.segment.len() as u64 > u64::from(SEGMENT_BYTES_MAX) {
            let what = SegmentFault::TooLarge(std::mem::take(&mut self.segment).len() as u64);
            return Some(Err(SegmentError { position, what }));
        }
        let found =
            self.take(rest).map(|(header, bytes, stamps)| SegmentBatch { position, header, bytes, stamps });
        Some(found.map_err(|what| SegmentError { position, what }))
    }
}

/// Header, bytes and timestamps of a batch.
type Taken<'a> = (Header, &'a [u8], Option<(i64, i64)>);

impl<'a> Batches<'a> {
    /// Takes the batch that `rest` begins with, and moves on: past the batch when its length is sound, else to the end.
    fn take(&mut self, rest: &'a [u8]) -> Result<Taken<'a>, SegmentFault> {
        let there = rest.len() as u64;
        self.position += rest.len() as u32;
        let header = Header::read(rest).map_err(|error| match error {
            _ if rest.iter().all(|&b| b == 0) => SegmentFault::Zeros(there),
            BatchError::Cut { .. } if rest.len() < batch::HEADER_BYTES => SegmentFault::Trailing(there),
            error => SegmentFault::Batch(error),
        })?;
        let bytes = &rest[..header.size as usize];
        header.check_crc(bytes).map_err(SegmentFault::Batch)?;
        self.position -= (rest.len() - bytes.len()) as u32;
        let expected = self.next_offset;
        if header.base_offset < expected {
            return Err(SegmentFault::Order { base_offset: header.base_offset, expected });
        }
        self.next_offset = header.last_offset() + 1;
        let stamps = self.check_records(&header, bytes).map_err(SegmentFault::Batch)?;
        Ok((header, bytes, stamps))
    }

    fn check_records(&self, header: &Header, bytes: &[u8]) -> Result<Option<(i64, i64)>, BatchError> {
        match self.look {
            Look::Records => batch::check_records(header, bytes),
            Look::HeadersOnly => Ok(None),
        }
    }
}
