//! What the files beside a log say, against what the log itself gives. They are never trusted: each is made again, and a
//! difference is said.

use super::{FileKind, FolderFile};
use crate::backup::verify::bare::{self, Around, Bare, Unread};
use crate::log::producers::Producers;
use crate::log::segment::SegmentBatch;
use crate::log::side::checkpoint::{self, EpochEntry};
use crate::log::side::index::{INTERVAL_BYTES, Indexes};
use crate::log::side::{aborted, index, snapshot};
use std::rc::Rc;

/// Bytes of an entry of an offset index.
const OFFSET_ENTRY: usize = 8;
/// Bytes of an entry of a time index.
const TIME_ENTRY: usize = 12;

/// What a partition's batches give, segment by segment.
#[derive(Default)]
pub(super) struct Beside {
    producers: Producers,
    /// Each leader epoch from where on, and its last offset.
    epochs: Vec<(EpochEntry, i64)>,
}

/// A remark, or none.
type Said = Option<String>;

impl Beside {
    /// Takes the batches of the next segment; what its files say that they do not.
    pub fn segment(
        &mut self,
        base: i64,
        batches: &[SegmentBatch<'_>],
        files: &[&FolderFile],
    ) -> Vec<Rc<str>> {
        let mut ended = Vec::new();
        for batch in batches {
            ended.extend(self.producers.take(batch));
            let (epoch, last_offset) = (batch.header.leader_epoch, batch.header.last_offset());
            match self.epochs.last_mut() {
                Some((last, until)) if last.epoch >= epoch => *until = last_offset,
                _ if epoch < 0 => {}
                _ => {
                    let start_offset = batch.header.base_offset;
                    self.epochs.push((EpochEntry { epoch, start_offset }, last_offset));
                }
            }
        }
        let made = Indexes::of(batches.iter().copied(), INTERVAL_BYTES);
        let said = |file: &&&FolderFile| {
            let bytes = &file.bytes;
            let differs = match file.kind {
                FileKind::OffsetIndex(of) if of == base => of_offsets(base, bytes, batches, &made),
                FileKind::TimeIndex(of) if of == base => of_times(base, bytes, batches, &made),
                FileKind::AbortedIndex(of) if of == base => match aborted::read(bytes) {
                    Ok(read) if read == ended => None,
                    Ok(read) => Some(differ("aborted transactions", read.len(), ended.len())),
                    Err(error) => Some(unsound(&error)),
                },
                _ => None,
            };
            differs.map(|said| format!("{}: {said}.", file.path).into())
        };
        files.iter().filter_map(|file| said(&file)).collect()
    }

    /// What the files of the whole partition say that its batches do not; its log starts at `start`.
    pub fn whole(&self, start: i64, files: &[&FolderFile]) -> Vec<Rc<str>> {
        let said = |file: &&&FolderFile| {
            let differs = match file.kind {
                FileKind::Snapshot(at) => of_producers(at, &file.bytes, files),
                FileKind::Epochs => self.of_epochs(start, &String::from_utf8_lossy(&file.bytes)),
                FileKind::Unknown => {
                    Some("no file that a broker keeps for a partition; it is not used".into())
                }
                _ => None,
            };
            differs.map(|said| format!("{}: {said}.", file.path).into())
        };
        files.iter().filter_map(|file| said(&file)).collect()
    }

    /// An epoch without a batch of its own may stand there, and one from below the log's start is told from the start.
    fn of_epochs(&self, start: i64, text: &str) -> Said {
        let told = match checkpoint::read_epochs(text) {
            Ok(told) => told,
            Err(error) => return Some(unsound(&error)),
        };
        let says = |seen: &EpochEntry| {
            let from = |entry: &EpochEntry| entry.start_offset <= seen.start_offset.max(start);
            told.iter().any(|entry| entry.epoch == seen.epoch && from(entry))
        };
        // What lies below the log's start is no batch of it any more.
        let (seen, _) = self.epochs.iter().find(|(seen, last)| *last >= start && !says(seen))?;
        Some(format!(
            "the batches have leader epoch {} from offset {} on, which it does not say; theirs counts",
            seen.epoch, seen.start_offset
        ))
    }
}

/// A snapshot of producers, held against the logs and the snapshots before it.
fn of_producers(at: i64, bytes: &[u8], files: &[&FolderFile]) -> Said {
    if let Err(error) = snapshot::read(bytes) {
        return Some(unsound(&error));
    }
    let found = bare::check(Bare::Snapshot(at), bytes, &Own(files));
    let said: Vec<String> = found.damage.into_iter().chain(found.remarks).collect();
    (!said.is_empty()).then(|| format!("{}; the log counts", said.join("; ")))
}

/// The files of one partition.
struct Own<'a>(&'a [&'a FolderFile]);

impl Around for Own<'_> {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let file = self.0.iter().find(|file| name(file) == path)?;
        Some(file.bytes.to_vec())
    }

    fn names(&self, _folder: &str) -> Vec<String> {
        self.0.iter().map(|file| name(file).to_owned()).collect()
    }

    fn folder(&self) -> Option<String> {
        None
    }

    // Of snapshots alone nobody asks.
    fn unread(&self, _: &str, _: bool, _: Option<&[u8]>, _: Option<&[u8]>) -> Option<Unread> {
        None
    }
}

fn name(file: &FolderFile) -> &str {
    file.path.rsplit('/').next().unwrap_or_default()
}

/// An offset index: equal to ours, or with entries that are as true, or false.
fn of_offsets(base: i64, bytes: &[u8], batches: &[SegmentBatch<'_>], made: &Indexes) -> Said {
    let (bytes, zeros) = without_zeros(bytes, OFFSET_ENTRY);
    if bytes == index::write_offsets(base, &made.offsets) {
        return preallocated(zeros);
    }
    let read = match index::read_offsets(base, bytes) {
        Ok(read) => read,
        Err(error) => return Some(unsound(&error)),
    };
    let is_true = |entry: &index::OffsetEntry| {
        batches.iter().any(|of| of.position == entry.position && of.header.last_offset() == entry.offset)
    };
    match read.iter().find(|entry| !is_true(entry)) {
        Some(entry) => Some(format!(
            "it says that a batch with last offset {} begins at byte {}, and none does; the index is made again",
            entry.offset, entry.position
        )),
        None => Some(format!(
            "entries: {}, in ours {}; all are true: its topic had another index.interval.bytes",
            read.len(),
            made.offsets.len()
        )),
    }
}

/// A time index, likewise.
fn of_times(base: i64, bytes: &[u8], batches: &[SegmentBatch<'_>], made: &Indexes) -> Said {
    let (bytes, zeros) = without_zeros(bytes, TIME_ENTRY);
    if bytes == index::write_times(base, &made.times) {
        return preallocated(zeros);
    }
    let read = match index::read_times(base, bytes) {
        Ok(read) => read,
        Err(error) => return Some(unsound(&error)),
    };
    let is_true = |entry: &index::TimeEntry| {
        let of = |batch: &&SegmentBatch<'_>| batch.header.max_timestamp == entry.timestamp_ms;
        batches.iter().find(of).is_some_and(|batch| batch.header.last_offset() == entry.offset)
    };
    match read.iter().find(|entry| !is_true(entry)) {
        Some(entry) => Some(format!(
            "it says that the time {} first came with last offset {}, and it did not; the index is made again",
            entry.timestamp_ms, entry.offset
        )),
        None => Some(format!(
            "entries: {}, in ours {}; all are true: a broker adds one at each clean stop, and more with a smaller \
             index.interval.bytes",
            read.len(),
            made.times.len()
        )),
    }
}

/// An index without the zeros that a broker fills it up with, and how many those are.
fn without_zeros(bytes: &[u8], entry: usize) -> (&[u8], usize) {
    let mut end = bytes.len();
    while end >= entry && bytes[end - entry..end].iter().all(|&byte| byte == 0) {
        end -= entry;
    }
    (&bytes[..end], bytes.len() - end)
}

fn preallocated(zeros: usize) -> Said {
    (zeros > 0)
        .then(|| format!("{zeros} bytes of zeros at its end, as a broker that was not stopped leaves them"))
}

fn differ(what: &str, read: usize, made: usize) -> String {
    format!("{what}: {read}, in ours {made}; the log counts")
}

fn unsound(error: &dyn std::fmt::Display) -> String {
    format!("not sound, {error}; it is made again from the log")
}
