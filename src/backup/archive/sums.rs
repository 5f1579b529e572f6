//! Reading an archive's files a part at a time before it is taken in, for whoever has other things to do in between.
//!
//! What is read decides nothing: taking the archive in checks all of it, with checksums that need not be made again.

use super::container;
use super::sound;
use super::stream::LogReader;
use crate::backup::digest::{Crc32, Digest};
use crate::backup::scan::ReadLog;
use crate::backup::verify::reading::Progress;
use crate::base::crc::Crc32Sum;
use crate::base::limit::IMPORT_BYTES_MAX;
use crate::base::{Map, Pieces};
use sha2::{Digest as _, Sha256};
use std::ops::Range;

/// Bytes that a step reads: each is read several times over, while it is in the processor's cache.
const PART_BYTES: u64 = 256 << 10;

/// What is known of an archive before it is taken in.
#[derive(Clone, Default)]
pub struct Known {
    archive: Pieces,
    /// Of its files.
    pub(super) sums: Sums,
}

/// What is known of an archive's files before it is looked at.
#[derive(Clone, Default)]
pub struct Sums {
    /// By where their bytes begin.
    files: Map<u32, Sum>,
}

/// What is known of a file.
#[derive(Clone)]
pub struct Sum {
    size: u32,
    /// Its digest.
    pub sha256: Digest,
    /// Its checksum.
    pub crc32: Crc32,
    /// Its batches, if it is a log that is sound in itself.
    pub log: Option<ReadLog>,
}

impl Known {
    /// Reads the files of an archive.
    pub fn of(archive: &Pieces) -> Known {
        let mut summary = Summary { whole: None, ..Summary::new(archive.clone(), None) };
        while summary.step() != Progress::Done {}
        summary.known().2.unwrap_or_default()
    }

    /// Whether it is known of this archive: these very bytes in memory.
    pub fn is_of(&self, archive: &Pieces) -> bool {
        self.archive.is(archive)
    }
}

impl Sums {
    /// What is known of the file there.
    pub(super) fn at(&self, place: &Range<u64>) -> Option<&Sum> {
        let sum = self.files.get(&u32::try_from(place.start).ok()?)?;
        (u64::from(sum.size) == place.end - place.start).then_some(sum)
    }

    /// What is known of `bytes`, which are a part of `archive`.
    pub(super) fn get(&self, archive: &[u8], bytes: &[u8]) -> Option<&Sum> {
        let at = (bytes.as_ptr() as usize).checked_sub(archive.as_ptr() as usize)? as u64;
        self.at(&(at..at + bytes.len() as u64))
    }
}

/// An archive under way: read from its beginning to its end.
pub struct Summary {
    archive: Pieces,
    /// The digest of all of it, where that is made here; or where it is known.
    whole: Option<Sha256>,
    sha256: Option<Digest>,
    /// The files that are still to be read, the next one last.
    todo: Vec<Now>,
    sums: Sums,
    /// How far it is read.
    at: u64,
}

/// A file, and what was read of it.
struct Now {
    place: Range<u64>,
    sha: Sha256,
    crc: Crc32Sum,
    log: Option<LogReader>,
}

impl Summary {
    /// Nothing is read yet; of what is no archive never anything but its digest, unless that is known.
    pub fn new(archive: Pieces, sha256: Option<Digest>) -> Summary {
        let mut todo = files(&archive).unwrap_or_default();
        todo.reverse();
        let whole = sha256.is_none().then(Sha256::new);
        Summary { archive, whole, sha256, todo, sums: Sums::default(), at: 0 }
    }

    /// Reads a little more.
    pub fn step(&mut self) -> Progress {
        while let Some(now) = self.todo.pop_if(|now| now.place.end <= self.at) {
            let (sha256, crc32) = (Digest(now.sha.finalize().into()), Crc32(now.crc.value()));
            let (begin, size) = (now.place.start as u32, (now.place.end - now.place.start) as u32);
            let log = now.log.and_then(LogReader::end);
            self.sums.files.insert(begin, Sum { size, sha256, crc32, log });
        }
        if self.at == self.archive.len() {
            return Progress::Done;
        }
        let mut end = self.archive.len().min(self.at + PART_BYTES);
        let mut now = self.todo.last_mut();
        if let Some(next) = &now {
            // A part lies within a file or between two.
            end = end.min(if next.place.start > self.at { next.place.start } else { next.place.end });
        }
        for part in self.archive.within(self.at..end) {
            if let Some(whole) = &mut self.whole {
                whole.update(part);
            }
            if let Some(now) = now.as_deref_mut().filter(|now| now.place.start <= self.at) {
                now.sha.update(part);
                now.crc.update(part);
                if now.log.as_mut().is_some_and(|log| log.more(part).is_none()) {
                    now.log = None;
                }
            }
        }
        self.at = end;
        Progress::More
    }

    /// Bytes that were read, and bytes that there are to read.
    pub fn progress(&self) -> (u64, u64) {
        (self.at, self.archive.len())
    }

    /// The archive, its digest, and what is known of its files; the latter two once all was read.
    pub fn known(self) -> (Pieces, Option<Digest>, Option<Known>) {
        let all = self.at == self.archive.len();
        let whole = self.whole.filter(|_| all).map(|whole| Digest(whole.finalize().into()));
        let known = Known { archive: self.archive.clone(), sums: self.sums };
        (self.archive, self.sha256.or(whole), all.then_some(known))
    }
}

/// The files of an archive, unless they overlap: those are not even read.
fn files(archive: &Pieces) -> Option<Vec<Now>> {
    let (tail, end, count) = sound::directory(archive).filter(|_| archive.len() <= IMPORT_BYTES_MAX)?;
    let (mut files, mut at) = (Vec::new(), 0);
    for entry in container::listed(&tail, count)? {
        let place = sound::place_of(&entry);
        if u64::from(entry.place) < at || place.end > end {
            return None;
        }
        at = place.end;
        let log = entry.name.ends_with(".log").then(LogReader::default);
        files.push(Now { place, sha: Sha256::new(), crc: Crc32Sum::new(), log });
    }
    Some(files)
}
