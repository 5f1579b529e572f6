//! Indexes against the log that they are of.

use super::log::headers;
use super::{Around, Found};
use crate::log::segment::{self, SegmentBatch};
use crate::log::side::file_name;
use crate::log::side::index::{self, INTERVAL_BYTES, OffsetEntry, TimeEntry};

/// Verifies an offset index: its entries are batches of the log, and none is missing.
pub fn offsets(base: i64, bytes: &[u8], around: &dyn Around, found: &mut Found) {
    let used = without_zeros::<8>(bytes, 0, found);
    let entries = match index::read_offsets(base, used) {
        Ok(entries) => entries,
        Err(error) => return found.damaged(error.to_string()),
    };
    found.holds = format!("{} entries", entries.len());
    let Some(log) = log(base, around, found) else { return };
    let batches = headers(&log);
    for (i, entry) in entries.iter().enumerate() {
        let OffsetEntry { offset, position } = *entry;
        let said = format!("entry {i}: a batch that ends in offset {offset} is to begin at byte {position}");
        match batches.binary_search_by_key(&position, |batch| batch.position).map(|at| batches[at].header) {
            Err(_) => found.damaged(format!("{said}, where none begins")),
            Ok(header) if header.last_offset() != offset => {
                found.damaged(format!("{said}, and that one ends in {}", header.last_offset()));
            }
            Ok(_) => {}
        }
    }
    if found.ok() {
        complete(&entries, &batches, found);
    }
}

/// An entry comes as soon as more than `index.interval.bytes` follow the last one. Nobody says how many those are: the
/// default, or another number that all entries follow from. A broker that was started again counts from 0; then it has a
/// new leader epoch, if it leads.
fn complete(entries: &[OffsetEntry], batches: &[SegmentBatch<'_>], found: &mut Found) {
    let (mut at_least, mut below) = (0u64, u64::MAX);
    // Bytes since the last entry: all of them, and those that the broker surely counted.
    let (mut since, mut counted) = (0u64, 0u64);
    let mut next = entries.iter().peekable();
    let mut epoch = None;
    for batch in batches {
        if epoch.replace(batch.header.leader_epoch) != Some(batch.header.leader_epoch) {
            counted = 0;
        }
        if next.next_if(|entry| entry.position == batch.position).is_some() {
            below = below.min(since);
            (since, counted) = (0, 0);
        } else {
            at_least = at_least.max(counted);
        }
        since += u64::from(batch.header.size);
        counted += u64::from(batch.header.size);
    }
    // Few entries follow from many numbers: one over the default is believed when several do.
    let largest = if entries.len() > 2 { u64::MAX } else { u64::from(INTERVAL_BYTES) };
    if at_least >= below || at_least > largest {
        found.damaged(format!("entries are missing: {at_least} bytes of the log have none"));
    }
}

/// Verifies a time index: each entry is the largest timestamp up to a batch of the log, and none is missing.
pub fn times(base: i64, bytes: &[u8], around: &dyn Around, found: &mut Found) {
    // An entry of zeros is one when it is the first: the epoch's first millisecond in the segment's first record.
    let used = without_zeros::<12>(bytes, 1, found);
    let entries = match index::read_times(base, used) {
        Ok(entries) => entries,
        Err(error) => return found.damaged(error.to_string()),
    };
    found.holds = format!("{} entries", entries.len());
    let Some(log) = log(base, around, found) else { return };
    let batches = headers(&log);
    let maxima = maxima(&batches);
    for (i, entry) in entries.iter().enumerate() {
        let TimeEntry { timestamp_ms, offset } = entry;
        let at = maxima.binary_search_by_key(timestamp_ms, |(_, maximum)| maximum.timestamp_ms);
        if at.is_ok_and(|at| maxima[at].1 == *entry) {
            continue;
        }
        found.damaged(format!(
            "entry {i}: {timestamp_ms} is not the largest timestamp up to offset {offset} of the log"
        ));
    }
    // It gets an entry with each one of the offset index, and a last one.
    let offsets =
        around.read(&file_name(base, "index")).and_then(|bytes| index::read_offsets(base, &bytes).ok());
    let positions = offsets.unwrap_or_default().into_iter().map(|entry| entry.position).chain([u32::MAX]);
    for position in positions {
        let before = maxima.partition_point(|(at, _)| *at <= position);
        let Some((_, maximum)) = before.checked_sub(1).map(|last| maxima[last]) else { continue };
        let TimeEntry { timestamp_ms, offset } = maximum;
        let there = entries.binary_search_by_key(&timestamp_ms, |entry| entry.timestamp_ms);
        if !there.is_ok_and(|at| entries[at] == maximum) {
            let what = format!("an entry is missing: {timestamp_ms} at offset {offset}");
            if !found.damage.contains(&what) {
                found.damaged(what);
            }
        }
    }
}

/// Where the largest timestamp grew: the batch's position, and the entry that an index gets from then on.
fn maxima(batches: &[SegmentBatch<'_>]) -> Vec<(u32, TimeEntry)> {
    let mut maxima: Vec<(u32, TimeEntry)> = Vec::new();
    for batch in batches {
        let timestamp_ms = batch.header.max_timestamp;
        if maxima.last().map_or(-1, |(_, last)| last.timestamp_ms) < timestamp_ms {
            maxima.push((batch.position, TimeEntry { timestamp_ms, offset: batch.header.last_offset() }));
        }
    }
    maxima
}

/// The entries before the zeros that a broker preallocates, which a closed index does not have.
fn without_zeros<'a, const N: usize>(bytes: &'a [u8], kept: usize, found: &mut Found) -> &'a [u8] {
    let (entries, rest) = bytes.as_chunks::<N>();
    let zeros = entries.iter().rev().take_while(|entry| **entry == [0; N]).count();
    let used = (entries.len() - zeros).max(kept.min(entries.len()));
    if used < entries.len() && rest.iter().all(|byte| *byte == 0) {
        let zeros = bytes.len() - used * N;
        found.damaged(format!("{zeros} bytes of zeros follow its {used} entries: it was not closed"));
        return &bytes[..used * N];
    }
    bytes
}

fn log(base: i64, around: &dyn Around, found: &mut Found) -> Option<Vec<u8>> {
    let name = segment::file_name(base);
    let log = around.read(&name);
    if log.is_none() {
        found.damaged(format!("its log {name} is not beside it"));
    }
    log
}
