//! Batches as Kafka's `FileRecords` finds them in a file: by their lengths, whatever else they say.
//!
//! Much more lenient than [`crate::log::segment`]: the tool looks at damaged files, and prints what is there.

use super::output::{Done, Stop, thrown};
use crate::base::crc::{crc32, crc32c};
use crate::log::batch::{Compression, HEADER_BYTES, TimestampType};

/// Bytes of a batch before those that its length counts.
const OVERHEAD_BYTES: i64 = 12;
/// Bytes up to the one that says the format.
const UP_TO_MAGIC_BYTES: i64 = 17;
/// The least length: that of a message of format 0 without key and value.
const LENGTH_MIN: i32 = 14;

/// Batches of a file from a position to an end.
#[derive(Clone, Copy, Debug)]
pub struct Batches<'a> {
    /// The file's name as the tool was given it, for messages.
    path: &'a str,
    file: &'a [u8],
    position: i64,
    end: i64,
}

impl<'a> Batches<'a> {
    /// `FileRecords.slice`: from `position`, and at most `size` bytes.
    pub fn slice(path: &'a str, file: &'a [u8], position: i32, size: i32) -> Done<Batches<'a>> {
        let length = file.len() as i64;
        let illegal = |what: String| {
            let records = format!("FileRecords(size={length}, file={path}, start=0, end={})", i32::MAX);
            Err(thrown("java.lang.IllegalArgumentException", what + &records))
        };
        if position < 0 {
            return illegal(format!("Invalid position: {position} in read from "));
        }
        let position = i64::from(position);
        if position > length {
            return illegal(format!("Slice from position {position} exceeds end position of "));
        }
        if size < 0 {
            return illegal(format!("Invalid size: {size} in read from "));
        }
        Ok(Batches { path, file, position, end: length.min(position + i64::from(size)) })
    }

    /// Where the next batch begins.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// The next batch; none when what is left is no batch that can be whole.
    pub fn take(&mut self) -> Done<Option<Batch<'a>>> {
        let bytes = &self.file[(self.position as usize).min(self.file.len())..];
        let Some((offset, magic, size)) = frame(self.path, bytes, self.position, self.end)? else {
            return Ok(None);
        };
        self.position += size;
        Ok(Some(Batch { offset, magic, size, from: bytes }))
    }
}

/// First offset, format and size of the batch at `position`, which `bytes` begin with; none when it cannot be whole.
pub(super) fn frame(path: &str, bytes: &[u8], position: i64, end: i64) -> Done<Option<(i64, i8, i64)>> {
    if position >= end - UP_TO_MAGIC_BYTES {
        return Ok(None);
    }
    let start = bytes.first_chunk::<17>().expect("17 bytes are there");
    let length = i32::from_be_bytes(field(start, 8));
    if length < LENGTH_MIN {
        let what = format!(
            "Found record size {length} smaller than minimum record overhead ({LENGTH_MIN}) in file {path}."
        );
        return Err(thrown("org.apache.kafka.common.errors.CorruptRecordException", what));
    }
    if position > end - OVERHEAD_BYTES - i64::from(length) {
        return Ok(None);
    }
    Ok(Some((i64::from_be_bytes(field(start, 0)), start[16] as i8, OVERHEAD_BYTES + i64::from(length))))
}

/// A batch in a file, of any format.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// What its first eight bytes say: the base offset, and the last one in formats 0 and 1.
    pub offset: i64,
    /// The format.
    pub magic: i8,
    /// Bytes of the whole.
    pub size: i64,
    /// The file from the batch's start to its end: headers are read without regard for the batch's length.
    pub(super) from: &'a [u8],
}

impl<'a> Batch<'a> {
    /// Formats before Kafka 0.11.
    pub fn is_legacy(&self) -> bool {
        self.magic < 2
    }

    /// Its bytes.
    pub fn bytes(&self) -> &'a [u8] {
        &self.from[..self.size as usize]
    }

    /// The header of format 2 and later.
    pub fn header(&self) -> Done<Header<'a>> {
        match self.from.first_chunk::<HEADER_BYTES>() {
            Some(bytes) => Ok(Header { bytes }),
            None => Err(self.unexpected_end(HEADER_BYTES)),
        }
    }

    /// The header of formats 0 and 1: what stands after offset and length.
    pub fn legacy_header(&self) -> Done<LegacyHeader<'a>> {
        let bytes = match self.magic {
            0 => 12 + 6,
            1 => 12 + 14,
            magic => {
                let what = format!("Invalid magic used in LegacyRecord: {magic}");
                return Err(thrown("java.lang.IllegalArgumentException", what));
            }
        };
        let header = self.from.get(12..bytes).ok_or_else(|| self.unexpected_end(bytes))?;
        Ok(LegacyHeader { bytes: header })
    }

    fn unexpected_end(&self, needed: usize) -> Stop {
        let what = format!("Failed to load record batch: {needed} bytes expected, {} found", self.from.len());
        thrown("org.apache.kafka.common.KafkaException", what)
    }

    /// The offset of its last record, as its header says.
    pub fn last_offset(&self) -> Done<i64> {
        if self.is_legacy() { Ok(self.offset) } else { Ok(self.header()?.last_offset()) }
    }

    /// Whether the checksum fits the bytes.
    pub fn is_valid(&self) -> bool {
        let batch = self.bytes();
        if self.is_legacy() {
            return is_valid_legacy(&batch[12..]);
        }
        batch.len() >= HEADER_BYTES && u32::from_be_bytes(field(batch, 17)) == crc32c(&batch[21..])
    }
}

/// Whether the checksum of a message of format 0 or 1 fits: bytes after offset and length.
pub fn is_valid_legacy(message: &[u8]) -> bool {
    message.len() >= LENGTH_MIN as usize && u32::from_be_bytes(field(message, 0)) == crc32(&message[4..])
}

/// The `N` bytes at `at`, which must lie inside.
fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N].try_into().expect("fields lie inside")
}

/// The codec that the lowest bits of the attributes name.
pub fn compression(attributes: u8) -> Done<Compression> {
    Compression::ALL.get(usize::from(attributes & 7)).copied().ok_or_else(|| {
        let what = format!("Unknown compression type id: {}", attributes & 7);
        thrown("java.lang.IllegalArgumentException", what)
    })
}

/// A header of 61 bytes, none of it checked.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    bytes: &'a [u8; HEADER_BYTES],
}

impl Header<'_> {
    fn i64(&self, at: usize) -> i64 {
        i64::from_be_bytes(field(self.bytes, at))
    }

    fn i32(&self, at: usize) -> i32 {
        i32::from_be_bytes(field(self.bytes, at))
    }

    /// Offset of the first record.
    pub fn base_offset(&self) -> i64 {
        self.i64(0)
    }

    /// Offset of the last record.
    pub fn last_offset(&self) -> i64 {
        self.base_offset().wrapping_add(i64::from(self.last_offset_delta()))
    }

    fn last_offset_delta(&self) -> i32 {
        self.i32(23)
    }

    /// Epoch of the leader that appended it.
    pub fn leader_epoch(&self) -> i32 {
        self.i32(12)
    }

    /// The stored checksum.
    pub fn crc(&self) -> u32 {
        self.i32(17) as u32
    }

    fn attributes(&self) -> u8 {
        self.bytes[22]
    }

    /// The codec.
    pub fn compression(&self) -> Done<Compression> {
        compression(self.attributes())
    }

    /// Whose time the timestamps are.
    pub fn timestamp_type(&self) -> TimestampType {
        if self.attributes() & 8 == 0 { TimestampType::CreateTime } else { TimestampType::LogAppendTime }
    }

    /// Part of a transaction.
    pub fn is_transactional(&self) -> bool {
        self.attributes() & 16 != 0
    }

    /// Holds markers.
    pub fn is_control(&self) -> bool {
        self.attributes() & 32 != 0
    }

    /// When tombstones or markers may go, in milliseconds since 1970.
    pub fn delete_horizon(&self) -> Option<i64> {
        (self.attributes() & 64 != 0).then(|| self.base_timestamp())
    }

    /// What the records' timestamps are relative to.
    pub fn base_timestamp(&self) -> i64 {
        self.i64(27)
    }

    /// The largest timestamp.
    pub fn max_timestamp(&self) -> i64 {
        self.i64(35)
    }

    /// −1: none.
    pub fn producer_id(&self) -> i64 {
        self.i64(43)
    }

    /// −1: none.
    pub fn producer_epoch(&self) -> i16 {
        i16::from_be_bytes(field(self.bytes, 51))
    }

    /// −1: none.
    pub fn base_sequence(&self) -> i32 {
        self.i32(53)
    }

    /// Sequence number of the last record.
    pub fn last_sequence(&self) -> i32 {
        match self.base_sequence() {
            -1 => -1,
            base => increment_sequence(base, self.last_offset_delta()),
        }
    }

    /// How many records it says it has.
    pub fn count(&self) -> i32 {
        self.i32(57)
    }
}

/// The sequence number so many further, which wraps from 2³¹−1 to 0.
pub fn increment_sequence(sequence: i32, by: i32) -> i32 {
    if sequence > i32::MAX.wrapping_sub(by) {
        return by.wrapping_sub(i32::MAX.wrapping_sub(sequence)).wrapping_sub(1);
    }
    sequence.wrapping_add(by)
}

/// The sequence number so many before.
pub fn decrement_sequence(sequence: i32, by: i32) -> i32 {
    if sequence < by {
        return i32::MAX.wrapping_sub(by.wrapping_sub(sequence)).wrapping_add(1);
    }
    sequence.wrapping_sub(by)
}

/// The start of a message of format 0 or 1: checksum, format, attributes, and in format 1 a timestamp.
#[derive(Clone, Copy, Debug)]
pub struct LegacyHeader<'a> {
    bytes: &'a [u8],
}

impl LegacyHeader<'_> {
    /// The stored checksum.
    pub fn crc(&self) -> u32 {
        u32::from_be_bytes(field(self.bytes, 0))
    }

    /// The codec.
    pub fn compression(&self) -> Done<Compression> {
        compression(self.bytes[5])
    }

    /// The name of the timestamp's type.
    pub fn timestamp_type(&self) -> &'static str {
        legacy_timestamp_type(self.bytes)
    }

    /// The timestamp; −1 in format 0.
    pub fn timestamp(&self) -> i64 {
        self.bytes.get(6..14).map_or(-1, |bytes| i64::from_be_bytes(field(bytes, 0)))
    }
}

/// The name of the timestamp's type of a message of format 0 or 1.
pub fn legacy_timestamp_type(message: &[u8]) -> &'static str {
    match (message[4], message[5] & 8) {
        (0, _) => "NoTimestampType",
        (_, 0) => TimestampType::CreateTime.name(),
        _ => TimestampType::LogAppendTime.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_wrap_from_the_largest_to_nought() {
        assert_eq!(increment_sequence(i32::MAX, 1), 0);
        assert_eq!(increment_sequence(i32::MAX - 1, 3), 1);
        assert_eq!(increment_sequence(5, 3), 8);
        assert_eq!(decrement_sequence(1, 3), i32::MAX - 1);
        assert_eq!(decrement_sequence(8, 3), 5);
    }
}
