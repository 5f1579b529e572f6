//! Offset indexes and time indexes, held against their log.

use super::batch::{Batch, Batches};
use super::java;
use super::log::stem;
use super::options::Options;
use super::output::{Done, Output, Stop, thrown};
use super::record::Records;
use super::{Findings, legacy};

/// Entries at the end of an offset index that are searched first (8 KiB of them).
const WARM_ENTRIES: usize = 1024;

const OFFSET_ENTRY_BYTES: usize = 8;
const TIME_ENTRY_BYTES: usize = 12;

/// An offset index: pairs of relative offset and position, as they lie in the file.
struct OffsetIndex<'a> {
    base: i64,
    entries: &'a [[u8; OFFSET_ENTRY_BYTES]],
}

#[derive(Clone, Copy)]
struct OffsetEntry {
    offset: i64,
    position: i32,
}

impl<'a> OffsetIndex<'a> {
    fn of(base: i64, file: &'a [u8]) -> OffsetIndex<'a> {
        OffsetIndex { base, entries: file.as_chunks().0 }
    }

    fn entry(&self, index: usize) -> OffsetEntry {
        let [a, b, c, d, e, f, g, h] = self.entries[index];
        OffsetEntry {
            offset: self.base.wrapping_add(i64::from(i32::from_be_bytes([a, b, c, d]))),
            position: i32::from_be_bytes([e, f, g, h]),
        }
    }

    /// The position of the last entry that is not beyond `target`, by Kafka's search: the warm end first.
    fn look_up(&self, target: i64) -> i32 {
        let count = self.entries.len();
        if count == 0 {
            return 0;
        }
        let warm = (count - 1).saturating_sub(WARM_ENTRIES);
        if self.entry(warm).offset < target {
            return self.search(target, warm, count - 1);
        }
        if self.entry(0).offset > target {
            return 0;
        }
        self.search(target, 0, warm)
    }

    fn search(&self, target: i64, mut low: usize, mut high: usize) -> i32 {
        while low < high {
            let middle = (low + high).div_ceil(2);
            let entry = self.entry(middle);
            match entry.offset.cmp(&target) {
                std::cmp::Ordering::Greater => high = middle - 1,
                std::cmp::Ordering::Less => low = middle,
                std::cmp::Ordering::Equal => return entry.position,
            }
        }
        self.entry(low).position
    }
}

/// The path beside `path` with the same base offset and another suffix.
fn beside(path: &str, suffix: &str) -> String {
    let name = java::file_name(path);
    format!("{}{}{suffix}", &path[..path.len() - name.len()], stem(name))
}

/// Prints an offset index.
pub fn dump_offsets(path: &str, options: &Options, found: &mut Findings<'_>, out: &mut Output<'_>) -> Done {
    let max_message_size = options.max_message_size()?;
    let base = java::parse_long(stem(java::file_name(path)))?;
    let log_path = beside(path, ".log");
    let log = found.read(&log_path)?;
    let log_path = found.absolute(&log_path);
    let file = found.read_index(path)?;
    let index = OffsetIndex::of(base, &file);
    let Some(last) = index.entries.len().checked_sub(1) else {
        out.text(path).text(" is empty.").end_line()?;
        return Ok(());
    };
    if options.has("index-sanity-check") {
        let last = index.entry(last).offset;
        let absolute = found.absolute(path);
        if last < base {
            return Err(corrupt(format!(
                "Corrupt index found, index file {absolute} has non-zero size but the last offset is {last} which is \
                 less than the base offset {base}"
            )));
        }
        if !file.len().is_multiple_of(OFFSET_ENTRY_BYTES) {
            return Err(corrupt(format!(
                "Index file {absolute} is corrupt, found {} bytes which is neither positive nor a multiple of \
                 {OFFSET_ENTRY_BYTES}",
                file.len()
            )));
        }
        out.text(path).text(" passed sanity check.").end_line()?;
        return Ok(());
    }
    let mut mismatches = Vec::new();
    for number in 0..index.entries.len() {
        let entry = index.entry(number);
        if entry.offset == base && number > 0 {
            break;
        }
        let mut batches = Batches::slice(&log_path, &log, entry.position, max_message_size)?;
        let first =
            batches.take()?.ok_or_else(|| Stop::Thrown("java.util.NoSuchElementException".to_owned()))?;
        let last = first.last_offset()?;
        if last != entry.offset {
            mismatches.push((entry.offset, last));
        }
        if !options.has("verify-index-only") {
            out.text("offset: ").number(entry.offset).text(" position: ").number(entry.position);
            out.end_line()?;
        }
    }
    found.add_mismatches(path, mismatches);
    Ok(())
}

fn corrupt(what: String) -> Stop {
    thrown("org.apache.kafka.storage.internals.log.CorruptIndexException", what)
}

/// What a time index said that the log does not.
#[derive(Debug, Default)]
pub struct TimeFindings {
    /// Timestamp of the index, and of the log.
    pub mismatches: Vec<(i64, i64)>,
    /// Timestamp of the index, and the one before it.
    pub disorder: Vec<(i64, i64)>,
    /// Offset of the index, and what was found.
    pub missing: Vec<(i64, i64)>,
}

/// Prints a time index.
pub fn dump_times(path: &str, options: &Options, found: &mut Findings<'_>, out: &mut Output<'_>) -> Done {
    let base = java::parse_long(stem(java::file_name(path)))?;
    let log_path = beside(path, ".log");
    let log = found.read(&log_path)?;
    let log_path = found.absolute(&log_path);
    let offsets = found.read_index(&beside(path, ".index"))?;
    let file = found.read_index(path)?;
    let (entries, _) = file.as_chunks::<TIME_ENTRY_BYTES>();
    let entry = |index: usize| time_entry(base, &entries[index]);
    if options.has("index-sanity-check") {
        check_times(&found.absolute(path), base, file.len(), entries)?;
        out.text(path).text(" passed sanity check.").end_line()?;
        return Ok(());
    }
    let mut walk =
        Walk { path: &log_path, log: &log, index: OffsetIndex::of(base, &offsets), chain: Vec::new() };
    let mut findings = TimeFindings::default();
    let mut before = -1;
    for number in 0..entries.len() {
        let (timestamp, offset) = entry(number);
        if offset == base && number > 0 {
            break;
        }
        match walk.batch_at_or_after(offset)? {
            None => findings.missing.push((offset, -1)),
            Some(batch) if batch.last_offset()? != offset => {
                findings.missing.push((offset, batch.last_offset()?))
            }
            Some(batch) => {
                let largest = largest_timestamp(&batch)?;
                if largest != timestamp {
                    findings.mismatches.push((timestamp, largest));
                }
                if before >= timestamp {
                    findings.disorder.push((timestamp, before));
                }
            }
        }
        if !options.has("verify-index-only") {
            out.text("timestamp: ").number(timestamp).text(" offset: ").number(offset).end_line()?;
        }
        before = timestamp;
    }
    found.add_times(path, findings);
    Ok(())
}

fn time_entry(base: i64, entry: &[u8; TIME_ENTRY_BYTES]) -> (i64, i64) {
    let (&timestamp, relative) = entry.split_first_chunk::<8>().expect("twelve bytes");
    let relative = i32::from_be_bytes(*relative.first_chunk().expect("four bytes"));
    (i64::from_be_bytes(timestamp), base.wrapping_add(i64::from(relative)))
}

fn check_times(path: &str, base: i64, length: usize, entries: &[[u8; TIME_ENTRY_BYTES]]) -> Done {
    let start = "Corrupt time index found, time index file";
    if let (Some(first), Some(last)) = (entries.first(), entries.last()) {
        let (first, _) = time_entry(base, first);
        let (last, offset) = time_entry(base, last);
        if last < first {
            return Err(corrupt(format!(
                "{start} ({path}) has non-zero size but the last timestamp is {last} which is less than the first \
                 timestamp {first}"
            )));
        }
        if offset < base {
            return Err(corrupt(format!(
                "{start} ({path}) has non-zero size but the last offset is {offset} which is less than the first \
                 offset {base}"
            )));
        }
    }
    if !length.is_multiple_of(TIME_ENTRY_BYTES) {
        return Err(corrupt(format!(
            "Time index file {path} is corrupt, found {length} bytes which is neither positive nor a multiple of {TIME_ENTRY_BYTES}"
        )));
    }
    Ok(())
}

/// The log, walked from where the offset index sends.
struct Walk<'a> {
    path: &'a str,
    log: &'a [u8],
    index: OffsetIndex<'a>,
    /// Starts of batches from which the whole rest of the log was walked, in order.
    chain: Vec<i64>,
}

impl<'a> Walk<'a> {
    /// The first batch, from where the index sends, whose last offset is not below `offset`.
    ///
    /// The tool walks the whole rest of the log first, and fails where that cannot be read; that part is done once.
    fn batch_at_or_after(&mut self, offset: i64) -> Done<Option<Batch<'a>>> {
        let position = self.index.look_up(offset);
        let start = Batches::slice(self.path, self.log, position, i32::MAX)?;
        if self.chain.binary_search(&start.position()).is_err() {
            let mut rest = start;
            let mut chain = vec![rest.position()];
            while rest.take()?.is_some() {
                chain.push(rest.position());
            }
            self.chain = chain;
        }
        let mut batches = start;
        while let Some(batch) = batches.take()? {
            if batch.last_offset()? >= offset {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }
}

/// The largest timestamp of a batch's records; −1 when it has none.
fn largest_timestamp(batch: &Batch<'_>) -> Done<i64> {
    let mut scratch = Vec::new();
    let mut largest = -1;
    if batch.is_legacy() {
        for message in legacy::messages(batch, &mut scratch)? {
            legacy::check_inner(&message, batch)?;
            largest = largest.max(message.timestamp()?);
        }
        return Ok(largest);
    }
    let mut records = Records::of(&batch.header()?, batch.bytes(), &mut scratch)?;
    while let Some(record) = records.take()? {
        largest = largest.max(record.timestamp);
    }
    Ok(largest)
}
