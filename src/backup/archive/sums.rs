//! Reading an archive's files a part at a time before it is taken in, for whoever has other things to do in between.
//!
//! What is read decides nothing: taking the archive in checks all of it, with checksums that need not be made again.

use super::container;
use crate::backup::digest::{Crc32, Digest};
use crate::backup::scan::ReadLog;
use crate::backup::store::{CHUNK_BYTES_MAX, CHUNKS_CUT};
use crate::backup::verify::reading::{PART_BYTES, Progress, Summing};
use crate::base::Map;
use crate::base::limit::IMPORT_BYTES_MAX;
use crate::log::segment::{self, Mark};
use std::ops::Range;
use std::rc::Rc;

/// What is known of an archive before it is taken in.
#[derive(Clone, Default)]
pub struct Known {
    archive: Option<Rc<[u8]>>,
    /// Of its files.
    pub(super) sums: Sums,
    /// The bytes of files, as a store holds them, by their digest.
    pub(super) chunks: Map<Digest, Vec<Rc<[u8]>>>,
}

/// What is known of an archive's files before it is looked at.
#[derive(Clone, Default)]
pub struct Sums {
    /// By where their bytes begin.
    files: Map<u32, Sum>,
}

/// What is known of a file.
#[derive(Clone)]
pub(super) struct Sum {
    size: u32,
    /// Its digest.
    pub sha256: Digest,
    /// Its checksum.
    pub crc32: Crc32,
    /// Its batches, if it is a log that is sound in itself.
    pub log: Option<ReadLog>,
}

impl Known {
    /// Whether it is known of this archive: these very bytes in memory.
    pub fn is_of(&self, archive: &Rc<[u8]>) -> bool {
        self.archive.as_ref().is_some_and(|known| Rc::ptr_eq(known, archive))
    }
}

impl Sums {
    /// What is known of `bytes`, which are a part of `archive`.
    pub(super) fn get(&self, archive: &[u8], bytes: &[u8]) -> Option<&Sum> {
        let at = (bytes.as_ptr() as usize).checked_sub(archive.as_ptr() as usize)?;
        let sum = self.files.get(&u32::try_from(at).ok()?)?;
        (sum.size as usize == bytes.len()).then_some(sum)
    }
}

/// The files of an archive under way.
pub struct Summary {
    archive: Rc<[u8]>,
    /// The digest of the archive itself.
    whole: Summing,
    whole_read: bool,
    /// The files that are still to be read, the next one last: where they lie, and whether it is a log.
    todo: Vec<(Range<u32>, bool)>,
    now: Option<Now>,
    known: Known,
    outside: Range<u64>,
    done: u64,
}

struct Now {
    place: Range<u32>,
    summing: Summing,
    log: Option<(ReadLog, Mark)>,
    log_read: bool,
    chunks: Vec<Rc<[u8]>>,
}

impl Summary {
    /// Nothing is read yet; of what is no archive never anything but its digest. Digests of so many bytes as `outside` are
    /// asked for ([`Progress::Hash`]), those of others made here.
    pub fn new(archive: Rc<[u8]>, outside: Range<u64>) -> Summary {
        let fits = archive.len() as u64 <= IMPORT_BYTES_MAX;
        let found = container::by_records(&archive).filter(|found| fits && container::fills(found, &archive));
        let begin = archive.as_ptr() as usize;
        let mut todo: Vec<(Range<u32>, bool)> = Vec::new();
        for entry in found.unwrap_or_default() {
            let at = (entry.bytes.as_ptr() as usize - begin) as u32;
            todo.push((at..at + entry.bytes.len() as u32, entry.name.ends_with(".log")));
        }
        todo.reverse();
        let whole = Summing::new(archive.len() as u64, &outside);
        Summary {
            archive,
            whole,
            whole_read: false,
            todo,
            now: None,
            known: Known::default(),
            outside,
            done: 0,
        }
    }

    /// Reads a little more.
    pub fn step(&mut self) -> Progress {
        if !self.whole_read {
            let progress = self.whole.step(&self.archive);
            self.whole_read = progress == Progress::Done;
            return if self.whole_read { Progress::More } else { progress };
        }
        let Some(mut now) = self.now.take() else {
            let Some((place, is_log)) = self.todo.pop() else { return Progress::Done };
            let bytes = &self.archive[place.start as usize..place.end as usize];
            let log = is_log.then(|| (ReadLog::default(), segment::batches(bytes).mark()));
            let summing = Summing::new(bytes.len() as u64, &self.outside);
            self.now = Some(Now { place, summing, log_read: !is_log, log, chunks: Vec::new() });
            return Progress::More;
        };
        let bytes = &self.archive[now.place.start as usize..now.place.end as usize];
        let mut progress = now.summing.step(bytes);
        if let (false, Progress::Waits | Progress::Done, Some((log, mark))) =
            (now.log_read, progress, &mut now.log)
        {
            progress = Progress::More;
            match log.read(mark, bytes, PART_BYTES as u32) {
                Some(more) => now.log_read = !more,
                None => (now.log, now.log_read) = (None, true),
            }
        }
        let cut = bytes.chunks(CHUNK_BYTES_MAX).skip(now.chunks.len()).take(CHUNKS_CUT);
        if matches!(progress, Progress::Waits | Progress::Done) && cut.len() > 0 {
            progress = Progress::More;
            now.chunks.extend(cut.map(Rc::from));
        }
        if let (Progress::Done, Some((sha256, crc32))) = (progress, now.summing.sums()) {
            let (size, log) = (bytes.len() as u32, now.log.map(|(log, _)| log));
            self.known.sums.files.insert(now.place.start, Sum { size, sha256, crc32, log });
            self.known.chunks.insert(sha256, now.chunks);
            self.done += u64::from(size);
            return Progress::More;
        }
        self.now = Some(now);
        progress
    }

    /// The bytes whose digest is wanted: after [`Progress::Hash`] and until it is told.
    pub fn to_hash(&self) -> Option<&[u8]> {
        if !self.whole_read {
            return Some(&self.archive);
        }
        self.now.as_ref().map(|now| &self.archive[now.place.start as usize..now.place.end as usize])
    }

    /// The digest that was wanted.
    pub fn hashed(&mut self, digest: Digest) {
        match &mut self.now {
            _ if !self.whole_read => self.whole.hashed(digest),
            Some(now) => now.summing.hashed(digest),
            None => {}
        }
    }

    /// Bytes that were read, and bytes that there are to read.
    pub fn progress(&self) -> (u64, u64) {
        let size = self.archive.len();
        let now = self.now.as_ref().map_or(0, |now| now.summing.read(now.place.len()));
        ((self.whole.read(size) + self.done + now), 2 * size as u64)
    }

    /// The archive, its digest where it was read, and what is known of its files.
    pub fn known(self) -> (Rc<[u8]>, Option<Digest>, Known) {
        let known = Known { archive: Some(self.archive.clone()), ..self.known };
        (self.archive, self.whole.sums().map(|(sha256, _)| sha256), known)
    }
}
