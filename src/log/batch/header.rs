//! The 61 bytes before the records.

use super::error::BatchError;
use crate::base::crc::crc32c;
use std::fmt;

/// Bytes of a batch before its records.
pub const HEADER_BYTES: usize = 61;

/// Bytes before those that the length field counts: base offset and the length itself.
const LENGTH_OVERHEAD: usize = 12;
/// The smallest length of any format (a message of format v0 without key and value).
const LENGTH_MIN: i32 = 14;
const CRC_AT: usize = 17;
const CRC_FROM: usize = 21;

/// Every field of a batch's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Offset of the first record that the batch was made with.
    pub base_offset: i64,
    /// Bytes of the whole batch: the length field and 12.
    pub size: u32,
    /// Epoch of the leader that appended it. Outside the CRC.
    pub leader_epoch: i32,
    /// CRC-32C of everything after the CRC field.
    pub crc: u32,
    /// Compression, timestamp type and three flags.
    pub attributes: Attributes,
    /// Offset of the last record that the batch was made with, less the base offset.
    pub last_offset_delta: i32,
    /// What the records' timestamps are relative to; the delete horizon when the attributes say so.
    pub base_timestamp: i64,
    /// The largest timestamp, or the time of the append for [`TimestampType::LogAppendTime`].
    pub max_timestamp: i64,
    /// −1: none.
    pub producer_id: i64,
    /// −1: none.
    pub producer_epoch: i16,
    /// Sequence number of the first record; −1: none.
    pub base_sequence: i32,
    /// Records in the batch; compaction may leave none.
    pub count: i32,
}

impl Header {
    /// Reads the header at the start of `bytes`, which hold the whole batch and perhaps more.
    ///
    /// Checks what can be said without the records: lengths, format, signs. Not the CRC: see [`Header::check_crc`].
    pub fn read(bytes: &[u8]) -> Result<Header, BatchError> {
        let size = frame(bytes)?;
        let batch: &[u8; HEADER_BYTES] = bytes.first_chunk().expect("a frame has a header");
        let header = Header {
            base_offset: i64::from_be_bytes(field(batch, 0)),
            size,
            leader_epoch: i32::from_be_bytes(field(batch, 12)),
            crc: u32::from_be_bytes(field(batch, CRC_AT)),
            attributes: Attributes(u16::from_be_bytes(field(batch, 21))),
            last_offset_delta: i32::from_be_bytes(field(batch, 23)),
            base_timestamp: i64::from_be_bytes(field(batch, 27)),
            max_timestamp: i64::from_be_bytes(field(batch, 35)),
            producer_id: i64::from_be_bytes(field(batch, 43)),
            producer_epoch: i16::from_be_bytes(field(batch, 51)),
            base_sequence: i32::from_be_bytes(field(batch, 53)),
            count: i32::from_be_bytes(field(batch, 57)),
        };
        header.check_signs()?;
        Ok(header)
    }

    /// Writes the header over the beginning of `batch`, whose records stand behind it: size and CRC follow from them.
    pub(super) fn seal(&self, batch: &mut [u8]) {
        let length = i32::try_from(batch.len() - LENGTH_OVERHEAD).expect("a batch is smaller than 2 GiB");
        batch[0..8].copy_from_slice(&self.base_offset.to_be_bytes());
        batch[8..12].copy_from_slice(&length.to_be_bytes());
        batch[12..16].copy_from_slice(&self.leader_epoch.to_be_bytes());
        batch[16] = 2;
        batch[21..23].copy_from_slice(&self.attributes.0.to_be_bytes());
        batch[23..27].copy_from_slice(&self.last_offset_delta.to_be_bytes());
        batch[27..35].copy_from_slice(&self.base_timestamp.to_be_bytes());
        batch[35..43].copy_from_slice(&self.max_timestamp.to_be_bytes());
        batch[43..51].copy_from_slice(&self.producer_id.to_be_bytes());
        batch[51..53].copy_from_slice(&self.producer_epoch.to_be_bytes());
        batch[53..57].copy_from_slice(&self.base_sequence.to_be_bytes());
        batch[57..61].copy_from_slice(&self.count.to_be_bytes());
        let crc = crc32c(&batch[CRC_FROM..]);
        batch[CRC_AT..CRC_FROM].copy_from_slice(&crc.to_be_bytes());
    }

    /// Compares the CRC with `batch`, the bytes of exactly this batch.
    pub fn check_crc(&self, batch: &[u8]) -> Result<(), BatchError> {
        let computed = crc32c(&batch[CRC_FROM..]);
        if computed == self.crc { Ok(()) } else { Err(BatchError::Crc { stored: self.crc, computed }) }
    }

    /// Offset of the last record that the batch was made with.
    pub fn last_offset(&self) -> i64 {
        self.base_offset + i64::from(self.last_offset_delta)
    }

    /// Sequence number of the last record, which wraps from 2³¹−1 to 0; −1 without a producer's numbers.
    pub fn last_sequence(&self) -> i32 {
        if self.base_sequence < 0 {
            return -1;
        }
        ((i64::from(self.base_sequence) + i64::from(self.last_offset_delta)) & i64::from(i32::MAX)) as i32
    }

    /// When compaction may remove the batch's tombstones or markers, in milliseconds since 1970.
    pub fn delete_horizon(&self) -> Option<i64> {
        self.attributes.has_delete_horizon().then_some(self.base_timestamp)
    }

    /// Whether every offset from first to last has its record.
    pub fn is_contiguous(&self) -> bool {
        i64::from(self.count) == i64::from(self.last_offset_delta) + 1
    }

    fn check_signs(&self) -> Result<(), BatchError> {
        let at_least_0 = |field, says: i64| {
            if says >= 0 {
                return Ok(());
            }
            Err(BatchError::Field { field, says, expected: "0 or more".to_owned() })
        };
        at_least_0("baseOffset", self.base_offset)?;
        at_least_0("lastOffsetDelta", i64::from(self.last_offset_delta))?;
        at_least_0("count", i64::from(self.count))?;
        if self.base_offset > i64::MAX - i64::from(self.last_offset_delta) - 1 {
            let expected = "an offset with room for the batch after it".to_owned();
            return Err(BatchError::Field { field: "baseOffset", says: self.base_offset, expected });
        }
        self.attributes.compression()?;
        // Numbers of a producer come all together, or none of them; a marker has no sequence.
        let expected = match self.attributes.is_transactional() {
            true => "0 or more in a transaction",
            false => "-1, or 0 or more",
        };
        if self.producer_id < -i64::from(!self.attributes.is_transactional()) {
            let expected = expected.to_owned();
            return Err(BatchError::Field { field: "producerId", says: self.producer_id, expected });
        }
        if self.producer_id >= 0 {
            at_least_0("producerEpoch", i64::from(self.producer_epoch))?;
            if !self.attributes.is_control() {
                at_least_0("baseSequence", i64::from(self.base_sequence))?;
            }
        }
        Ok(())
    }
}

/// The size of the batch that `bytes` start with, held against what is there.
fn frame(bytes: &[u8]) -> Result<u32, BatchError> {
    let there = bytes.len() as u64;
    let Some(start) = bytes.first_chunk::<LENGTH_OVERHEAD>() else {
        return Err(BatchError::Cut { needed: HEADER_BYTES as u64, there });
    };
    let length = i32::from_be_bytes(field(start, 8));
    if length < LENGTH_MIN {
        return Err(BatchError::Length(length));
    }
    match bytes.get(16) {
        None => return Err(BatchError::Cut { needed: HEADER_BYTES as u64, there }),
        Some(&magic @ (0 | 1)) => return Err(BatchError::OldFormat(magic)),
        Some(2) => {}
        Some(&magic) => return Err(BatchError::UnknownFormat(magic)),
    }
    let size = length as u32 + LENGTH_OVERHEAD as u32;
    if (size as usize) < HEADER_BYTES {
        return Err(BatchError::Length(length));
    }
    if u64::from(size) > there {
        return Err(BatchError::Cut { needed: u64::from(size), there });
    }
    Ok(size)
}

/// The `N` bytes at `at`, which must lie inside.
fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N].try_into().expect("fields lie inside the header")
}

/// The attributes: bits 0 to 2 compression, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon.
/// The others are unused; they are kept as they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attributes(pub u16);

impl Attributes {
    /// Bit of [`TimestampType::LogAppendTime`].
    pub const LOG_APPEND_TIME: u16 = 1 << 3;
    /// Bit of a transactional batch.
    pub const TRANSACTIONAL: u16 = 1 << 4;
    /// Bit of a control batch.
    pub const CONTROL: u16 = 1 << 5;
    /// Bit of a delete horizon in the place of the base timestamp.
    pub const DELETE_HORIZON: u16 = 1 << 6;

    /// How the records are compressed.
    pub fn compression(self) -> Result<Compression, BatchError> {
        let id = (self.0 & 7) as u8;
        Compression::of_id(id).ok_or(BatchError::UnknownCompression(id))
    }

    /// Whose time the timestamps are.
    pub fn timestamp_type(self) -> TimestampType {
        match self.0 & Attributes::LOG_APPEND_TIME {
            0 => TimestampType::CreateTime,
            _ => TimestampType::LogAppendTime,
        }
    }

    /// Part of a transaction.
    pub fn is_transactional(self) -> bool {
        self.0 & Attributes::TRANSACTIONAL != 0
    }

    /// Holds markers of the broker, which consumers never see.
    pub fn is_control(self) -> bool {
        self.0 & Attributes::CONTROL != 0
    }

    /// The base timestamp is a delete horizon.
    pub fn has_delete_horizon(self) -> bool {
        self.0 & Attributes::DELETE_HORIZON != 0
    }
}

/// A codec of record batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compression {
    /// Plain records.
    None,
    /// A gzip member.
    Gzip,
    /// Snappy blocks in Kafka's framing.
    Snappy,
    /// An LZ4 frame.
    Lz4,
    /// Zstandard frames.
    Zstd,
}

impl Compression {
    /// All of them, in the order of their ids.
    pub const ALL: [Compression; 5] =
        [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

    /// Kafka's name.
    pub fn name(self) -> &'static str {
        ["none", "gzip", "snappy", "lz4", "zstd"][self as usize]
    }

    fn of_id(id: u8) -> Option<Compression> {
        Compression::ALL.get(usize::from(id)).copied()
    }
}

/// Kafka's name.
impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whose time a batch's timestamps are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimestampType {
    /// The producer's, one a record.
    CreateTime,
    /// The broker's at the append: every record has the batch's max timestamp.
    LogAppendTime,
}

impl TimestampType {
    /// Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            TimestampType::CreateTime => "CreateTime",
            TimestampType::LogAppendTime => "LogAppendTime",
        }
    }
}
