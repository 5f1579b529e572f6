//! Messages of formats 0 and 1, which Kafka kept before 0.11: the tool still lists them.
//!
//! ```text
//! offset 8   size 4   crc 4   magic 1   attributes 1   [timestamp 8: format 1]   key size 4, key   value size 4, value
//! ```
//! A compressed message has a set of messages as its value. Follows `LegacyRecord` and `AbstractLegacyRecordBatch`.

use super::batch::{Batch, compression, is_valid_legacy, legacy_timestamp_type};
use super::decoder::Part;
use super::output::{Done, Stop, invalid_record, thrown};
use crate::log::batch::Compression;
use crate::log::batch::compression::{CodecError, Limits, Rigor, decompress, lz4};

/// Offset and size before a message.
const OVERHEAD_BYTES: usize = 12;
const LENGTH_MIN: i32 = 14;

/// A message.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Its offset.
    pub offset: i64,
    bytes: &'a [u8],
    /// The time of the append, when the message around it says so.
    append_time: Option<i64>,
}

impl<'a> Message<'a> {
    /// Its timestamp; −1 in format 0.
    pub fn timestamp(&self) -> Done<i64> {
        if self.magic() == 0 {
            return Ok(-1);
        }
        match self.append_time {
            Some(time) => Ok(time),
            None => self
                .bytes
                .get(6..14)
                .and_then(|b| b.first_chunk())
                .map(|&b| i64::from_be_bytes(b))
                .ok_or_else(outside),
        }
    }

    /// Length of the key as it is written.
    pub fn key_size(&self) -> Done<i32> {
        self.i32(self.key_size_at())
    }

    /// Length of the value as it is written.
    pub fn value_size(&self) -> Done<i32> {
        self.i32(self.value_size_at()?)
    }

    /// The key.
    pub fn key(&self) -> Done<Part<'a>> {
        self.delimited(self.key_size_at())
    }

    /// The value.
    pub fn value(&self) -> Done<Part<'a>> {
        self.delimited(self.value_size_at()?)
    }

    /// The stored checksum.
    pub fn crc(&self) -> Done<u32> {
        self.i32(0).map(|crc| crc as u32)
    }

    /// Whether the checksum fits.
    pub fn is_valid(&self) -> bool {
        is_valid_legacy(self.bytes)
    }

    fn magic(&self) -> u8 {
        self.bytes[4]
    }

    fn compression(&self) -> Done<Compression> {
        compression(self.bytes[5])
    }

    fn key_size_at(&self) -> u64 {
        if self.magic() == 0 { 6 } else { 14 }
    }

    fn value_size_at(&self) -> Done<u64> {
        Ok(self.key_size_at() + 4 + u64::from(self.key_size()?.max(0) as u32))
    }

    fn i32(&self, at: u64) -> Done<i32> {
        let bytes = self.bytes.get(at as usize..).and_then(|bytes| bytes.first_chunk());
        bytes.map(|&bytes| i32::from_be_bytes(bytes)).ok_or_else(outside)
    }

    fn delimited(&self, at: u64) -> Done<Part<'a>> {
        let size = self.i32(at)?;
        let left = &self.bytes[at as usize + 4..];
        Ok(match usize::try_from(size) {
            Err(_) => Part::Bytes(None),
            Ok(length) => {
                left.get(..length).map_or(Part::Cut(size, left.len() as u64), |b| Part::Bytes(Some(b)))
            }
        })
    }
}

fn outside() -> Stop {
    Stop::Thrown("java.lang.IndexOutOfBoundsException".to_owned())
}

/// The messages of a batch: itself, or those that are packed in it. `scratch` keeps what was unpacked.
pub fn messages<'a>(batch: &Batch<'a>, scratch: &'a mut Vec<u8>) -> Done<Vec<Message<'a>>> {
    let outer = Message { offset: batch.offset, bytes: &batch.bytes()[OVERHEAD_BYTES..], append_time: None };
    let codec = outer.compression()?;
    if codec == Compression::None {
        return Ok(vec![outer]);
    }
    let magic = outer.magic();
    if codec == Compression::Zstd {
        let what = format!("Invalid wrapper compressionType found in legacy deep record iterator {magic}");
        return Err(invalid_record(what));
    }
    let packed = match outer.value()? {
        Part::Bytes(Some(packed)) => packed,
        Part::Bytes(None) => {
            return Err(invalid_record(format_args!(
                "Found invalid compressed record set with null value (magic = {magic})"
            )));
        }
        Part::Cut(..) => return Err(thrown("java.lang.IllegalArgumentException", "newLimit > capacity")),
    };
    scratch.clear();
    unpack(codec, magic, packed, scratch)
        .map_err(|error| thrown("org.apache.kafka.common.KafkaException", error))?;
    let append_time = match legacy_timestamp_type(outer.bytes) {
        "LogAppendTime" => Some(outer.timestamp()?),
        _ => None,
    };
    let mut inner = take_all(scratch, append_time)?;
    let Some(last) = inner.last() else {
        return Err(invalid_record("Found invalid compressed record set with no inner records"));
    };
    if magic == 1 {
        let base = match outer.offset {
            // What certain versions of librdkafka sent.
            0 => 0,
            offset if offset < last.offset => {
                return Err(invalid_record(format_args!(
                    "Found invalid wrapper offset in compressed v1 message set, wrapper offset '{offset}' is less \
                     than the last inner message offset '{}' and it is not zero.",
                    last.offset
                )));
            }
            offset => offset.wrapping_sub(last.offset),
        };
        inner.iter_mut().for_each(|message| message.offset = message.offset.wrapping_add(base));
    }
    Ok(inner)
}

/// A packed message inside a packed one cannot be listed.
pub fn check_inner(message: &Message<'_>, batch: &Batch<'_>) -> Done {
    let is_outer = message.bytes.len() as u64 + OVERHEAD_BYTES as u64 == batch.size as u64
        && std::ptr::eq(message.bytes.as_ptr(), batch.bytes()[OVERHEAD_BYTES..].as_ptr());
    if !is_outer && message.compression()? != Compression::None {
        return Err(invalid_record("Inner messages must not be compressed"));
    }
    Ok(())
}

fn unpack(codec: Compression, magic: u8, packed: &[u8], out: &mut Vec<u8>) -> Result<(), CodecError> {
    match (codec, magic) {
        (Compression::Lz4, 0) => lz4::decompress(
            packed,
            lz4::Descriptor::Ignored,
            Rigor::Kafka,
            Limits::of(packed.len() as u64),
            out,
        ),
        _ => decompress(codec, packed, Rigor::Kafka, out),
    }
}

fn take_all(set: &[u8], append_time: Option<i64>) -> Done<Vec<Message<'_>>> {
    let mut messages = Vec::new();
    let mut rest = set;
    while let Some((start, after)) = rest.split_first_chunk::<OVERHEAD_BYTES>() {
        let (&offset, size) = start.split_first_chunk::<8>().expect("twelve bytes");
        let size = i32::from_be_bytes(*size.first_chunk().expect("four bytes"));
        if size < LENGTH_MIN {
            let what = format!("Record size is less than the minimum record overhead ({LENGTH_MIN})");
            return Err(thrown("org.apache.kafka.common.errors.CorruptRecordException", what));
        }
        let Some((bytes, after)) = after.split_at_checked(size as usize) else { break };
        let append_time = append_time.filter(|_| bytes[4] == 1);
        messages.push(Message { offset: i64::from_be_bytes(offset), bytes, append_time });
        rest = after;
    }
    Ok(messages)
}
