//! The index of aborted transactions, by which readers of committed records know what to leave out.
//!
//! ```text
//! { int16 version = 0, int64 producer id, int64 first offset, int64 last offset, int64 last stable offset }…
//! ```

use super::{SideError, entries, field};

const VERSION: i16 = 0;

/// A transaction that was aborted, kept in the segment that has its marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Aborted {
    /// Whose transaction it was.
    pub producer_id: i64,
    /// Its first record.
    pub first_offset: i64,
    /// Its marker.
    pub last_offset: i64,
    /// Up to where no transaction was open once this one had ended.
    pub last_stable_offset: i64,
}

/// Reads an index of aborted transactions: markers follow each other.
pub fn read(bytes: &[u8]) -> Result<Vec<Aborted>, SideError> {
    let mut read: Vec<Aborted> = Vec::new();
    for (index, entry) in (0u64..).zip(entries::<34>(bytes)?) {
        let version = i16::from_be_bytes(field(entry, 0));
        if version != VERSION {
            return Err(SideError::Version(i64::from(version)));
        }
        let number = |at| i64::from_be_bytes(field(entry, at));
        let aborted = Aborted {
            producer_id: number(2),
            first_offset: number(10),
            last_offset: number(18),
            last_stable_offset: number(26),
        };
        let fault = |what| Err(SideError::Entry { index, what });
        if aborted.first_offset > aborted.last_offset {
            return fault("its first offset is after its last");
        }
        if read.last().is_some_and(|last| last.last_offset >= aborted.last_offset) {
            return fault("its last offset is not after the one before");
        }
        read.push(aborted);
    }
    Ok(read)
}

/// Writes an index of aborted transactions. Without any, a broker has no file.
pub fn write(aborted: &[Aborted]) -> Vec<u8> {
    let mut out = Vec::with_capacity(aborted.len() * 34);
    for entry in aborted {
        out.extend_from_slice(&VERSION.to_be_bytes());
        for number in [entry.producer_id, entry.first_offset, entry.last_offset, entry.last_stable_offset] {
            out.extend_from_slice(&number.to_be_bytes());
        }
    }
    out
}
