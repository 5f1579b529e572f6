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

/// The offset that a broker's file begins at, by its name: 20 digits and `.log`.
pub fn base_of(name: &str) -> Option<i64> {
    let (_, name) = name.rsplit_once('/').unwrap_or(("", name));
    let base = name.strip_suffix(".log")?.parse().ok()?;
    (segment::file_name(base) == name).then_some(base)
}

/// Looks at a segment as a whole.
pub(super) fn check(bytes: &[u8], options: &Options) -> Result<(), LoadError> {
    if options.key.is_some() || options.time.is_some() {
        return Err(LoadError::OfLines("key= and time="));
    }
    let base = base_of(options.name);
    let mut records = 0;
    for batch in segment::batches(bytes).starting_at(base.unwrap_or(0)).headers_only() {
        records += batch.map_err(LoadError::Segment)?.header.count as u64;
        if records > LOAD_RECORDS_MAX {
            return Err(LoadError::TooManyRecords);
        }
    }
    match records {
        // An empty file of a broker says by its name where the log goes on.
        0 if base.is_none() => Err(LoadError::NoRecords),
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
