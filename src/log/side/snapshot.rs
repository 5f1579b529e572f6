//! A snapshot of the producers' state: what a broker needs to go on refusing duplicates and ending transactions.
//!
//! ```text
//! int16 version = 1   uint32 CRC-32C of what follows   int32 count
//! { int64 producer id, int16 epoch, int32 last sequence, int64 last offset, int32 offset delta, int64 timestamp,
//!   int32 coordinator epoch, int64 first offset of the open transaction }…
//! ```
//! The name's offset is the one that the state leads up to, itself not included.

use super::{SideError, field};
use crate::base::crc::crc32c;

const VERSION: i16 = 1;
const HEADER_BYTES: usize = 10;
const CRC_FROM: usize = 6;
const ENTRY_BYTES: usize = 46;
/// What stands for none.
const NONE: i64 = -1;

/// What a broker knows of a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProducerEntry {
    /// Given by the broker.
    pub producer_id: i64,
    /// The newest epoch.
    pub epoch: i16,
    /// Its last batch of records in this epoch.
    pub last_batch: Option<LastBatch>,
    /// The newest timestamp of a batch or a marker, in milliseconds since 1970.
    pub timestamp_ms: i64,
    /// The epoch of the transaction coordinator that wrote its last marker; −1: none.
    pub coordinator_epoch: i32,
    /// Where its open transaction begins.
    pub open_since: Option<i64>,
}

/// The last batch of a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LastBatch {
    /// Sequence number of its last record.
    pub last_sequence: i32,
    /// Offset of its last record.
    pub last_offset: i64,
    /// The last offset less the first.
    pub offset_delta: i32,
}

/// Reads a snapshot.
pub fn read(bytes: &[u8]) -> Result<Vec<ProducerEntry>, SideError> {
    let header: &[u8; HEADER_BYTES] =
        bytes.first_chunk().ok_or(SideError::Cut("the snapshot is cut in its header"))?;
    let version = i16::from_be_bytes(field(header, 0));
    if version != VERSION {
        return Err(SideError::Version(i64::from(version)));
    }
    let (stored, computed) = (u32::from_be_bytes(field(header, 2)), crc32c(&bytes[CRC_FROM..]));
    if stored != computed {
        return Err(SideError::Crc { stored, computed });
    }
    let entries = super::entries::<ENTRY_BYTES>(&bytes[HEADER_BYTES..])?;
    if i32::from_be_bytes(field(header, 6)) as u32 as u64 != entries.len() as u64 {
        return Err(SideError::Cut("the count of the snapshot does not fit its entries"));
    }
    let read: Vec<ProducerEntry> = entries.iter().map(read_entry).collect();
    let half = (0..).zip(entries.iter().zip(&read)).find(|(_, (bytes, read))| written(read) != **bytes);
    match half {
        Some((index, _)) => Err(SideError::Entry { index, what: "it has a sequence but no last batch" }),
        None => Ok(read),
    }
}

fn read_entry(entry: &[u8; ENTRY_BYTES]) -> ProducerEntry {
    let last_offset = i64::from_be_bytes(field(entry, 14));
    let last_batch = (last_offset != NONE).then(|| LastBatch {
        last_sequence: i32::from_be_bytes(field(entry, 10)),
        last_offset,
        offset_delta: i32::from_be_bytes(field(entry, 22)),
    });
    ProducerEntry {
        producer_id: i64::from_be_bytes(field(entry, 0)),
        epoch: i16::from_be_bytes(field(entry, 8)),
        last_batch,
        timestamp_ms: i64::from_be_bytes(field(entry, 26)),
        coordinator_epoch: i32::from_be_bytes(field(entry, 34)),
        open_since: Some(i64::from_be_bytes(field(entry, 38))).filter(|&offset| offset != NONE),
    }
}

/// Writes a snapshot, entries in the order given.
pub fn write(entries: &[ProducerEntry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER_BYTES + entries.len() * ENTRY_BYTES);
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&(entries.len() as i32).to_be_bytes());
    out.extend(entries.iter().flat_map(written));
    let crc = crc32c(&out[CRC_FROM..]);
    out[2..CRC_FROM].copy_from_slice(&crc.to_be_bytes());
    out
}

fn written(entry: &ProducerEntry) -> [u8; ENTRY_BYTES] {
    let none = LastBatch { last_sequence: -1, last_offset: NONE, offset_delta: 0 };
    let batch = entry.last_batch.unwrap_or(none);
    let mut out = [0; ENTRY_BYTES];
    let mut at = 0;
    let mut put = |bytes: &[u8]| {
        out[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
    };
    put(&entry.producer_id.to_be_bytes());
    put(&entry.epoch.to_be_bytes());
    put(&batch.last_sequence.to_be_bytes());
    put(&batch.last_offset.to_be_bytes());
    put(&batch.offset_delta.to_be_bytes());
    put(&entry.timestamp_ms.to_be_bytes());
    put(&entry.coordinator_epoch.to_be_bytes());
    put(&entry.open_since.unwrap_or(NONE).to_be_bytes());
    out
}
