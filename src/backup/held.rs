//! Whether a log still gives what a file of a backup before holds, looked at a part at a time.

use super::contents::Files;
use super::digest::Digest;
use super::indexes;
use super::link::Link;
use super::manifest::{FileEntry, FileKind, Offset, PartitionEntry};
use super::scan::Scan;
use super::store::{self, CHUNK_BYTES_MAX, CHUNKS_CUT, ChunkKey, Store};
use super::verify::reading::{FileBytes, Loaded, PART_BYTES, Progress, Reading, Summing};
use crate::base::Pieces;
use crate::log::Partition;
use crate::log::segment::SegmentError;
use crate::log::side::index::Indexes;
use std::borrow::Cow;
use std::ops::Range;

/// A file of a backup before, and how far it is looked at.
pub struct Held {
    /// As a backup that builds on it names it, and its indexes.
    file: FileEntry,
    indexes: Vec<FileEntry>,
    base: i64,
    end: i64,
    stage: Stage,
}

#[derive(Default)]
enum Stage {
    #[default]
    New,
    /// The log's batches are written one after the other; where to go on.
    Writing(Vec<u8>, i64),
    /// They are as many bytes as the file: their digest is made.
    Summing(FileBytes<'static>, Summing),
    /// They are the file.
    Same(FileBytes<'static>),
    /// As such they are read.
    Reading(Reading<'static>),
    /// They are held against what the store has, chunk by chunk: how many are.
    Comparing(Reading<'static>, u32),
    /// They may be what is left of the file, which is read from the store.
    Stored(FileBytes<'static>, Reading<'static>),
    /// So are they.
    Left(Box<(Reading<'static>, Reading<'static>)>),
}

/// What came of a step.
pub enum Look {
    /// There is more to look at.
    Goes(Progress),
    /// It holds so far. Before it is read, what lies before this offset has to be.
    Follows(i64),
    /// It holds: what has read it, and its indexes.
    Holds(Box<(Scan, Indexes)>),
    /// The log gives something else.
    Differs,
}

/// What every look needs.
pub struct Around<'a> {
    /// The log.
    pub log: &'a Partition,
    /// Has read what lies before the file.
    pub scan: &'a Scan,
    /// As in [`Reading::new`].
    pub outside: &'a Range<u64>,
    /// Where the file lies.
    pub store: &'a dyn Store,
}

impl Held {
    /// The files of `before` from `from` on, the last one first.
    pub fn all(link: &Link, before: &PartitionEntry, from: i64) -> Vec<Held> {
        let mut all = Vec::new();
        for file in before.files.iter().filter(|file| file.kind == FileKind::Log && file.size > 0) {
            let (Some(Offset(base)), Some(Offset(end))) = (file.base_offset, file.end_offset) else {
                continue;
            };
            if end > from {
                let indexes = indexes::beside(before, base).map(|(_, index)| link.refer(index)).collect();
                all.push(Held { file: link.refer(file), indexes, base, end, stage: Stage::New });
            }
        }
        all.reverse();
        all
    }

    /// Looks a little further. What the store has lost of it is kept again, in `files`.
    pub fn step(&mut self, around: &Around<'_>, files: &mut Files) -> Result<Look, SegmentError> {
        let (log, base) = (around.log, self.base);
        self.stage = match std::mem::take(&mut self.stage) {
            Stage::New => {
                if self.end > log.end() || !log.is_boundary(base) {
                    return Ok(Look::Differs);
                }
                let size = self.file.size.min(log.byte_count());
                Stage::Writing(Vec::with_capacity(size as usize), base)
            }
            Stage::Writing(mut bytes, at) => {
                match log.write_between((at, self.end), PART_BYTES as u64, &mut bytes) {
                    at if at < self.end => Stage::Writing(bytes, at),
                    _ if bytes.len() as u64 == self.file.size => {
                        let summing = Summing::new(self.file.size, around.outside);
                        Stage::Summing(FileBytes::One(Cow::Owned(bytes)), summing)
                    }
                    _ => return Ok(self.left(FileBytes::One(Cow::Owned(bytes)), around)),
                }
            }
            Stage::Summing(bytes, mut summing) => match (summing.step(&bytes), summing.sums()) {
                (Progress::Done, Some((sha256, _))) if sha256 == self.file.sha256 => {
                    self.stage = Stage::Same(bytes);
                    return Ok(Look::Follows(base));
                }
                (Progress::Done, _) => return Ok(self.left(bytes, around)),
                (progress, _) => return Ok(self.goes(Stage::Summing(bytes, summing), progress)),
            },
            Stage::Same(bytes) => Stage::Reading(self.reading(bytes, true, around)),
            Stage::Reading(mut reading) => match reading.step() {
                Progress::Done => {
                    reading.place().map_err(Clone::clone)?;
                    Stage::Comparing(reading, 0)
                }
                progress => return Ok(self.goes(Stage::Reading(reading), progress)),
            },
            Stage::Comparing(reading, number) => {
                let bytes = reading.bytes();
                let mut next = number;
                for chunk in bytes.chunks(CHUNK_BYTES_MAX).skip(number as usize).take(CHUNKS_CUT) {
                    let key = ChunkKey { file: self.file.sha256, number: next };
                    if around.store.chunk(&key).is_none_or(|stored| *stored != *chunk) {
                        files.chunk(key.file, key.number, chunk);
                    }
                    next += 1;
                }
                if next == number {
                    return Ok(holds(&reading));
                }
                drop(bytes);
                Stage::Comparing(reading, next)
            }
            Stage::Stored(live, mut stored) => match (stored.step(), stored.sums()) {
                (Progress::Done, Some((sha256, _))) if sha256 == self.file.sha256 => {
                    let live = self.reading(live, true, around);
                    Stage::Left(Box::new((stored, live)))
                }
                (Progress::Done, _) => return Ok(Look::Differs),
                (progress, _) => return Ok(self.goes(Stage::Stored(live, stored), progress)),
            },
            Stage::Left(mut both) => match both.1.step() {
                Progress::Done => {
                    let (stored, live) = &*both;
                    live.place().map_err(Clone::clone)?;
                    let digest = |reading: &Reading<'_>| reading.scan().map(Scan::digest);
                    let same = stored.bytes().ends_with(&live.bytes()) && digest(stored) == digest(live);
                    return Ok(if same { holds(stored) } else { Look::Differs });
                }
                progress => return Ok(self.goes(Stage::Left(both), progress)),
            },
        };
        Ok(Look::Goes(Progress::More))
    }

    fn goes(&mut self, stage: Stage, progress: Progress) -> Look {
        self.stage = stage;
        Look::Goes(progress)
    }

    /// The log gives other bytes than the file has: it may have dropped batches from the file's beginning.
    fn left(&mut self, live: FileBytes<'static>, around: &Around<'_>) -> Look {
        let FileEntry { sha256, size, .. } = self.file;
        let dropped = self.base < around.log.log_start();
        let stored = dropped.then(|| store::chunks(around.store, sha256, size)).flatten();
        match stored {
            None => Look::Differs,
            Some(chunks) => {
                let stored = FileBytes::Pieces(Pieces::new(chunks));
                let stored = self.reading(stored, false, around);
                self.goes(Stage::Stored(live, stored), Progress::More)
            }
        }
    }

    /// Bytes that are to be read; whether their digest needs not be made.
    fn reading(&self, bytes: FileBytes<'static>, known: bool, around: &Around<'_>) -> Reading<'static> {
        let size = bytes.size();
        let sums = known.then_some((self.file.sha256, self.file.crc32));
        let loaded = Loaded { bytes, size, sums, read: None };
        Reading::new(loaded, Some((around.scan.clone(), self.base)), around.outside)
    }

    /// Its entry, where it ends, and its indexes with what is in them; once it was found to hold.
    pub fn entries(self, made: &Indexes) -> (FileEntry, i64, Vec<(FileEntry, Vec<u8>)>) {
        let base = self.base;
        let with_bytes = |index: FileEntry| {
            let bytes = indexes::bytes(index.kind, base, made);
            (index, bytes)
        };
        (self.file, self.end, self.indexes.into_iter().map(with_bytes).collect())
    }

    /// Bytes of the file that were looked at, as far as one can tell.
    pub fn progress(&self) -> u64 {
        let quarter = self.file.size / 4;
        match &self.stage {
            Stage::New => 0,
            Stage::Writing(bytes, _) => (bytes.len() as u64 / 4).min(quarter),
            Stage::Summing(bytes, summing) => quarter + summing.read(bytes.size()) / 4,
            Stage::Same(_) | Stage::Stored(..) => 2 * quarter,
            Stage::Reading(_) | Stage::Comparing(..) | Stage::Left(..) => 3 * quarter,
        }
    }

    /// The bytes whose digest is wanted, after [`Progress::Hash`].
    pub fn to_hash(&self) -> Option<&FileBytes<'static>> {
        match &self.stage {
            Stage::Summing(bytes, _) => Some(bytes),
            Stage::Stored(_, reading) => Some(reading.lies()),
            _ => None,
        }
    }

    /// The digest that was wanted.
    pub fn hashed(&mut self, digest: Digest) {
        match &mut self.stage {
            Stage::Summing(_, summing) => summing.hashed(digest),
            Stage::Stored(_, reading) => reading.hashed(digest),
            _ => {}
        }
    }
}

/// A file that was read and holds, if it is sound.
fn holds(reading: &Reading<'_>) -> Look {
    match (reading.place(), reading.scan()) {
        (Ok(Some(place)), Some(scan)) => Look::Holds(Box::new((scan.clone(), place.indexes()))),
        _ => Look::Differs,
    }
}
