//! Verifying an archive that holds, without holding it: two hands go through the file piece by piece, one makes digests,
//! the other looks at everything else. It only ever says that all is well. Whatever is not as it should be is left to
//! those who look at the whole archive and say what is wrong with it.

use super::check::{self, File};
use super::container::{self, END_BYTES, Found, Header};
use super::open::Container;
use crate::backup::digest::{Crc32, Digest};
use crate::backup::offsets;
use crate::backup::scan::ReadLog;
use crate::backup::verify::{Hands, ReadAt, Report};
use crate::base::crc::Crc32Sum;
use crate::base::{Map, small};
use crate::log::segment::{self, SEGMENT_BYTES_MAX};
use sha2::{Digest as _, Sha256};
use std::sync::atomic::{AtomicU32, Ordering};

/// Bytes that a hand has at a time: they stay in the processor's cache.
const PIECE_BYTES: usize = 256 << 10;

/// Verifies an archive of `length` bytes; `None` unless everything holds.
pub fn check(archive: &dyn ReadAt, length: u64, hands: &dyn Hands) -> Option<Report> {
    let end_at = length.checked_sub(END_BYTES as u64)?;
    let (place, count) = container::pointed_to(&piece(archive, end_at, length)?, length)?;
    let tail = piece(archive, place, length)?;
    let entries = container::listed(&tail, count)?;
    if !container::is_whole(&entries, &tail, length) {
        return None;
    }
    let (mut digests, mut others, mut seen) = (None, None, None);
    let next = AtomicU32::new(0);
    hands.both(&mut || digests = hash(archive, &entries, &next), &mut || {
        seen = entries.iter().map(|entry| Seen::of(archive, entry)).collect::<Option<Vec<Seen>>>();
        others = seen.as_ref().and_then(|_| hash(archive, &entries, &next));
    });
    let (mut digests, mut seen) = (digests?, seen?);
    digests.extend(others?);
    small::sort_by_key(&mut digests, |(i, _)| *i);
    let mut logs = Map::new();
    for (entry, seen) in entries.iter().zip(&mut seen) {
        if let Some(log) = seen.log.take() {
            logs.insert(entry.name, log);
        }
    }
    let (mut files, mut found) = (Map::new(), Vec::new());
    for ((entry, seen), (_, sha256)) in entries.iter().zip(&seen).zip(digests) {
        files.insert(entry.name, File::sound(&seen.held, entry.size, sha256, Crc32(entry.crc)));
        found.push(Found { name: entry.name, bytes: &seen.held, crc: [Some(entry.crc); 2] });
    }
    let container = Container { entries: found, sound: vec![true; entries.len()] };
    let checked = check::check_read(&container, Report::default(), files, logs, length).ok()?;
    Some(checked.report).filter(Report::ok)
}

/// The bytes from `from` to `to`.
fn piece(archive: &dyn ReadAt, from: u64, to: u64) -> Option<Vec<u8>> {
    let mut bytes = vec![0; to.checked_sub(from)? as usize];
    archive.read_at(&mut bytes, from).then_some(bytes)
}

/// Hashes entries, one after the other, as long as nobody else does.
fn hash(archive: &dyn ReadAt, entries: &[Header<'_>], next: &AtomicU32) -> Option<Vec<(u32, Digest)>> {
    let (mut digests, mut piece) = (Vec::new(), vec![0; PIECE_BYTES]);
    loop {
        let i = next.fetch_add(1, Ordering::Relaxed);
        let Some(entry) = entries.get(i as usize) else { return Some(digests) };
        let mut sha = Sha256::new();
        let mut at = entry.end() - u64::from(entry.size);
        while at < entry.end() {
            let size = (entry.end() - at).min(PIECE_BYTES as u64) as usize;
            if !archive.read_at(&mut piece[..size], at) {
                return None;
            }
            sha.update(&piece[..size]);
            at += size as u64;
        }
        digests.push((i, Digest(sha.finalize().into())));
    }
}

/// What was seen of an entry: it has the header and the checksum that the archive says.
struct Seen {
    /// Its bytes; none of a log of records.
    held: Vec<u8>,
    log: Option<ReadLog>,
}

impl Seen {
    fn of(archive: &dyn ReadAt, entry: &Header<'_>) -> Option<Seen> {
        let start = entry.end() - u64::from(entry.size);
        if piece(archive, entry.place.into(), start)? != entry.local() {
            return None;
        }
        let seen = if !is_held(entry.name) {
            Seen { held: Vec::new(), log: Some(log(archive, entry)?) }
        } else {
            let held = piece(archive, start, entry.end())?;
            let mut sum = Crc32Sum::new();
            sum.update(&held);
            let log = if entry.name.ends_with(".log") { Some(ReadLog::of(&held)?) } else { None };
            (sum.value() == entry.crc).then_some(Seen { held, log })?
        };
        Some(seen)
    }
}

/// Whether of an entry the bytes are needed, and not only what was read of them: of a log only those of committed offsets.
pub fn is_held(name: &str) -> bool {
    !name.ends_with(".log") || name.contains(offsets::TOPIC)
}

/// Reads a log.
fn log(archive: &dyn ReadAt, entry: &Header<'_>) -> Option<ReadLog> {
    let (mut reader, mut sum) = (LogReader::default(), Crc32Sum::new());
    let mut at = entry.end() - u64::from(entry.size);
    let mut piece = vec![0; PIECE_BYTES];
    while at < entry.end() {
        let size = (entry.end() - at).min(PIECE_BYTES as u64) as usize;
        if !archive.read_at(&mut piece[..size], at) {
            return None;
        }
        sum.update(&piece[..size]);
        reader.more(&piece[..size])?;
        at += size as u64;
    }
    reader.end().filter(|_| sum.value() == entry.crc && entry.size <= SEGMENT_BYTES_MAX)
}

/// Reads a log that comes piece by piece, as many whole batches at a time as there are.
#[derive(Default)]
pub struct LogReader {
    read: ReadLog,
    /// The batch that is not whole yet, from its beginning.
    open: Vec<u8>,
}

impl LogReader {
    /// Reads on; `None` when it is not sound.
    pub fn more(&mut self, mut bytes: &[u8]) -> Option<()> {
        // What is left of the batch that is open comes first: the rest is read where it lies.
        while !self.open.is_empty() && !bytes.is_empty() {
            let wanted = match segment::whole_batches(&self.open)? {
                (_, 0) => segment::LENGTH.end - self.open.len(),
                (_, size) => size as usize - self.open.len(),
            };
            let (own, rest) = bytes.split_at(wanted.min(bytes.len()));
            self.open.extend_from_slice(own);
            bytes = rest;
            if let (1.., _) = segment::whole_batches(&self.open)? {
                if !self.read.more(&self.open) {
                    return None;
                }
                self.open.clear();
            }
        }
        let (whole, _) = segment::whole_batches(bytes)?;
        if !self.read.more(&bytes[..whole]) {
            return None;
        }
        self.open.extend_from_slice(&bytes[whole..]);
        Some(())
    }

    /// What was read, if it ends with a batch.
    pub fn end(self) -> Option<ReadLog> {
        self.open.is_empty().then_some(self.read)
    }
}
