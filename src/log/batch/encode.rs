//! Records to bytes, as Kafka's Java producer makes them and its broker stores them.

use super::compression::compress;
use super::header::{Attributes, Compression, HEADER_BYTES, Header};
use super::varint;
use crate::base::crc::crc32c;
use crate::log::record::{Header as RecordHeader, Record};

/// What a batch says beside its records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BatchInfo {
    /// Offset of the first record.
    pub base_offset: i64,
    /// Epoch of the leader that appends it.
    pub leader_epoch: i32,
    /// Whose time the timestamps are.
    pub timestamps: Timestamps,
    /// Who sent it.
    pub producer: Producer,
    /// Part of a transaction.
    pub transactional: bool,
    /// Markers of the broker.
    pub control: bool,
}

/// The topic's `message.timestamp.type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Timestamps {
    /// Records keep theirs (`CreateTime`).
    #[default]
    Create,
    /// The broker's clock at the append (`LogAppendTime`), in milliseconds since 1970.
    Append(i64),
}

/// A producer's numbers. Those of an idempotent one are 0 or more; a group coordinator's batches have a sequence only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Producer {
    /// Given by the broker; −1: none.
    pub id: i64,
    /// Raised to fence an older instance; −1: none.
    pub epoch: i16,
    /// Sequence number of the first record; −1: none, as in control batches.
    pub base_sequence: i32,
}

impl Producer {
    /// A producer without idempotence.
    pub const NONE: Producer = Producer { id: -1, epoch: -1, base_sequence: -1 };
    /// The group coordinator, as it writes `__consumer_offsets`.
    pub const COORDINATOR: Producer = Producer { id: -1, epoch: -1, base_sequence: 0 };
}

impl Default for Producer {
    fn default() -> Producer {
        Producer::NONE
    }
}

/// A record to encode, whose bytes belong to somebody else.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// Offset less the batch's base offset; must increase.
    pub offset_delta: i32,
    /// Milliseconds since 1970.
    pub timestamp_ms: i64,
    /// `None` is null.
    pub key: Option<&'a [u8]>,
    /// `None` is null.
    pub value: Option<&'a [u8]>,
    /// In order.
    pub headers: &'a [RecordHeader],
}

/// The bytes of one uncompressed batch with these records (at least one), at consecutive offsets.
pub fn encode(info: &BatchInfo, records: &[Record]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_into(&mut out, info, parts(records));
    out
}

/// Records as parts of a batch, at consecutive offsets.
pub fn parts(records: &[Record]) -> impl Iterator<Item = Parts<'_>> {
    (0..).zip(records).map(|(offset_delta, record)| Parts {
        offset_delta,
        timestamp_ms: record.timestamp_ms,
        key: record.key.as_deref(),
        value: record.value.as_deref(),
        headers: &record.headers,
    })
}

/// Appends one uncompressed batch with `records` (at least one) to `out`.
///
/// The first record's timestamp is the base timestamp. A batch stays under 2 GiB: who appends bounds what goes in.
pub fn encode_into<'a>(out: &mut Vec<u8>, info: &BatchInfo, records: impl Iterator<Item = Parts<'a>>) {
    let start = out.len();
    out.resize(start + HEADER_BYTES, 0);
    let (mut count, mut last_offset_delta) = (0i32, 0);
    let (mut base_timestamp, mut max_timestamp) = (0, i64::MIN);
    for record in records {
        if count == 0 {
            base_timestamp = record.timestamp_ms;
        }
        max_timestamp = max_timestamp.max(record.timestamp_ms);
        last_offset_delta = record.offset_delta;
        count += 1;
        put_record(out, base_timestamp, &record);
    }
    assert!(count > 0, "a batch that is made has a record");
    let mut attributes = 0;
    if let Timestamps::Append(now_ms) = info.timestamps {
        attributes |= Attributes::LOG_APPEND_TIME;
        max_timestamp = now_ms;
    }
    if info.transactional {
        attributes |= Attributes::TRANSACTIONAL;
    }
    if info.control {
        attributes |= Attributes::CONTROL;
    }
    let header = Header {
        base_offset: info.base_offset,
        size: 0,
        leader_epoch: info.leader_epoch,
        crc: 0,
        attributes: Attributes(attributes),
        last_offset_delta,
        base_timestamp,
        max_timestamp,
        producer_id: info.producer.id,
        producer_epoch: info.producer.epoch,
        base_sequence: info.producer.base_sequence,
        count,
    };
    header.seal(&mut out[start..]);
}

/// The plain batch `batch` with its records compressed: length, attributes and CRC follow.
///
/// Base offset, timestamps and all else stay, so what a reader gets from both is the same.
pub fn packed(batch: &[u8], codec: Compression) -> Vec<u8> {
    let (header, records) = batch.split_at(HEADER_BYTES);
    let mut out = header.to_vec();
    out.extend_from_slice(&compress(codec, records));
    let length = i32::try_from(out.len() - 12).expect("a batch is smaller than 2 GiB");
    out[8..12].copy_from_slice(&length.to_be_bytes());
    out[22] = out[22] & !7 | codec as u8;
    let crc = crc32c(&out[21..]);
    out[17..21].copy_from_slice(&crc.to_be_bytes());
    out
}

/// Makes of a producer's batch one of a producer without numbers, and of no transaction. Records, offsets and timestamps stay.
pub fn without_numbers(batch: &mut [u8]) {
    batch[22] &= !(Attributes::TRANSACTIONAL as u8);
    batch[43..51].copy_from_slice(&Producer::NONE.id.to_be_bytes());
    batch[51..53].copy_from_slice(&Producer::NONE.epoch.to_be_bytes());
    batch[53..57].copy_from_slice(&Producer::NONE.base_sequence.to_be_bytes());
    let crc = crc32c(&batch[21..]);
    batch[17..21].copy_from_slice(&crc.to_be_bytes());
}

/// Bytes of a record in a batch whose base timestamp is given: its length field and what follows.
pub fn record_size(base_timestamp: i64, record: &Parts<'_>) -> u64 {
    let body = body_size(base_timestamp, record);
    u64::from(varint::size(body as i32)) + body
}

fn put_record(out: &mut Vec<u8>, base_timestamp: i64, record: &Parts<'_>) {
    let body = i32::try_from(body_size(base_timestamp, record)).expect("a record is smaller than 2 GiB");
    varint::put(out, body);
    out.push(0);
    varint::put_long(out, record.timestamp_ms.wrapping_sub(base_timestamp));
    varint::put(out, record.offset_delta);
    put_bytes(out, record.key);
    put_bytes(out, record.value);
    varint::put(out, record.headers.len() as i32);
    for header in record.headers {
        put_bytes(out, Some(&header.key));
        put_bytes(out, header.value.as_deref());
    }
}

/// Bytes of a record after its length field.
fn body_size(base_timestamp: i64, record: &Parts<'_>) -> u64 {
    let timestamp = varint::size_long(record.timestamp_ms.wrapping_sub(base_timestamp));
    let fixed = 1 + timestamp + varint::size(record.offset_delta) + varint::size(record.headers.len() as i32);
    let headers = record.headers.iter().map(|h| bytes_size(Some(&h.key)) + bytes_size(h.value.as_deref()));
    u64::from(fixed) + bytes_size(record.key) + bytes_size(record.value) + headers.sum::<u64>()
}

pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        None => varint::put(out, -1),
        Some(bytes) => {
            varint::put(out, bytes.len() as i32);
            out.extend_from_slice(bytes);
        }
    }
}

pub(super) fn bytes_size(bytes: Option<&[u8]>) -> u64 {
    bytes.map_or(1, |b| u64::from(varint::size(b.len() as i32)) + b.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A batch that a real broker stored: two records, the second with a null key and a header.
    #[test]
    fn a_batch_is_kafkas_to_the_byte() {
        let mut second = Record::new(1_700_000_000_005, None, Some(b"v1"));
        second.headers.push(RecordHeader { key: (*b"h").into(), value: Some((*b"x").into()) });
        let records = [Record::new(1_700_000_000_000, Some(b"k"), Some(b"v0")), second];
        let hex: String =
            encode(&BatchInfo::default(), &records).iter().map(|b| format!("{b:02x}")).collect();
        let expected = "0000000000000000 00000048 00000000 02 aeda53a2 0000 00000001 0000018bcfe56800 0000018bcfe56805 \
                        ffffffffffffffff ffff ffffffff 00000002 12000000026b0476300018000a02010476310202680278";
        assert_eq!(hex, expected.replace(' ', ""));
    }
}
