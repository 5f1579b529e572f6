//! A partition's segment, as a broker keeps it: its batches are taken as they are, with their offsets and times.

use super::report::{LoadError, Report};
use super::{LOAD_RECORDS_MAX, LoadFormat, Options};
use crate::log::batch::HEADER_BYTES;
use crate::log::segment;

/// Where a batch has its magic.
const MAGIC_AT: usize = 16;
/// Where a batch has the length of what follows; that is 49 bytes at least.
const LENGTH_AT: usize = 8;

/// Whether bytes begin as a batch of version 2 does.
pub fn looks_like(bytes: &[u8]) -> bool {
    let length = bytes[LENGTH_AT.min(bytes.len())..].first_chunk().map(|length| i32::from_be_bytes(*length));
    bytes.get(MAGIC_AT) == Some(&2)
        && length.is_some_and(|length| length >= (HEADER_BYTES - LENGTH_AT - 4) as i32)
        // Offsets are positive, and nobody has 2⁵⁶ records.
        && bytes[0] == 0
}

/// Looks at a segment as a whole.
pub(super) fn check(bytes: &[u8], options: &Options) -> Result<(), LoadError> {
    if options.key.is_some() || options.time.is_some() {
        return Err(LoadError::OfLines("key= and time="));
    }
    let mut records = 0;
    for batch in segment::batches(bytes).headers_only() {
        records += batch.map_err(LoadError::Segment)?.header.count as u64;
        if records > LOAD_RECORDS_MAX {
            return Err(LoadError::TooManyRecords);
        }
    }
    match records {
        0 => Err(LoadError::NoRecords),
        _ => Ok(()),
    }
}

/// What a segment that was checked holds.
pub fn report(bytes: &[u8]) -> Report {
    let mut report = Report { format: LoadFormat::Segment, ..Report::default() };
    for batch in segment::batches(bytes).headers_only().flatten() {
        let attributes = batch.header.attributes;
        if !attributes.is_control() {
            report.records += batch.header.count as u64;
            if attributes.is_transactional() {
                report.transactional += batch.header.count as u64;
            }
        }
    }
    report
}
