//! Batches as compaction leaves them: with some of their records, or with none.
//!
//! First and last offset, sequence and producer stay what they were, so that neither offsets nor a producer's sequence
//! have gaps that nobody can explain.
//!
//! Source: `MemoryRecords.buildRetainedRecordsInto`, `DefaultRecordBatch.writeEmptyHeader`.

use super::compression::compress;
use super::decode::RecordView;
use super::encode::{bytes_size, put_bytes};
use super::header::{Attributes, Compression, HEADER_BYTES, Header, TimestampType};
use super::varint;

/// What of the attributes a rewritten batch keeps: codec, timestamp type, transactional, control.
const KEPT: u16 = 0x3f;
const CODEC: u16 = 7;

/// The batch of `header` with these of its records (at least one). Its base timestamp is the delete horizon, if there is
/// one, else the first record's.
pub fn rewritten<'a>(
    header: &Header,
    delete_horizon: Option<i64>,
    records: impl Iterator<Item = RecordView<'a>>,
) -> Vec<u8> {
    let mut body = Vec::new();
    let (mut count, mut base_timestamp, mut max_timestamp) = (0, delete_horizon, i64::MIN);
    for record in records {
        let base = *base_timestamp.get_or_insert(record.timestamp_ms);
        let offset_delta = (record.offset - header.base_offset) as i32;
        put(&mut body, record.timestamp_ms.wrapping_sub(base), offset_delta, &record);
        max_timestamp = max_timestamp.max(record.timestamp_ms);
        count += 1;
    }
    if header.attributes.timestamp_type() == TimestampType::LogAppendTime {
        max_timestamp = header.max_timestamp;
    }
    let codec = header.attributes.compression().expect("a batch that was read has a codec");
    if codec != Compression::None {
        body = compress(codec, &body);
    }
    let horizon = if delete_horizon.is_some() { Attributes::DELETE_HORIZON } else { 0 };
    let made = Header {
        attributes: Attributes(header.attributes.0 & KEPT | horizon),
        base_timestamp: base_timestamp.expect("a batch that is made has a record"),
        max_timestamp,
        count,
        ..*header
    };
    written(&made, &body)
}

/// The batch of `header` without any record: what is left to remember its last offset and sequence.
pub fn emptied(header: &Header) -> Vec<u8> {
    let attributes = Attributes(header.attributes.0 & KEPT & !CODEC);
    written(&Header { attributes, base_timestamp: -1, count: 0, ..*header }, &[])
}

/// The bytes of a batch: size and CRC follow from the rest.
fn written(header: &Header, body: &[u8]) -> Vec<u8> {
    let mut batch = vec![0; HEADER_BYTES];
    batch.extend_from_slice(body);
    header.seal(&mut batch);
    batch
}

fn put(out: &mut Vec<u8>, timestamp_delta: i64, offset_delta: i32, record: &RecordView<'_>) {
    let body = 1
        + varint::size_long(timestamp_delta)
        + varint::size(offset_delta)
        + varint::size(record.header_count as i32);
    let parts = bytes_size(record.key) + bytes_size(record.value) + record.header_bytes.len() as u64;
    varint::put(out, (u64::from(body) + parts) as i32);
    out.push(0);
    varint::put_long(out, timestamp_delta);
    varint::put(out, offset_delta);
    put_bytes(out, record.key);
    put_bytes(out, record.value);
    varint::put(out, record.header_count as i32);
    out.extend_from_slice(record.header_bytes);
}
