//! One file, read a part at a time: its checksums and its batches.

use crate::backup::digest::{Crc32, Digest};
use crate::backup::scan::{Place, ReadLog, Scan};
use crate::base::Pieces;
use crate::base::crc;
use crate::log::segment::{self, SEGMENT_BYTES_MAX, SegmentError};
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::ops::Range;

/// What a step reads.
pub const PART_BYTES: usize = 512 << 10;

/// How far a verification is after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is more to do.
    More,
    /// There is more to do; and from now on the digest of a file is wanted: `hashed` may be told any time.
    Hash,
    /// There is nothing to do before that digest is told.
    Waits,
    /// All is done.
    Done,
}

/// A file's bytes, as they lie.
pub enum FileBytes<'a> {
    /// As one.
    One(Cow<'a, [u8]>),
    /// As a store has them.
    Pieces(Pieces),
}

impl FileBytes<'_> {
    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        match self {
            FileBytes::One(bytes) => bytes.len() as u64,
            FileBytes::Pieces(pieces) => pieces.len(),
        }
    }

    /// The bytes of `range`, which are there.
    pub fn get(&self, range: Range<u64>) -> Cow<'_, [u8]> {
        match self {
            FileBytes::One(bytes) => Cow::Borrowed(&bytes[range.start as usize..range.end as usize]),
            FileBytes::Pieces(pieces) => pieces.get(range).expect("only what is there is asked for"),
        }
    }

    /// Gives the bytes of `range` to `take`, as they lie.
    pub fn within(&self, range: Range<u64>, take: &mut dyn FnMut(&[u8])) {
        match self {
            FileBytes::One(_) => take(&self.get(range)),
            FileBytes::Pieces(pieces) => pieces.within(range).for_each(take),
        }
    }

    /// All of them as one.
    pub fn whole(&self) -> Cow<'_, [u8]> {
        self.get(0..self.size())
    }
}

/// A file's bytes and their checksums.
pub struct Loaded<'a> {
    /// Its bytes; none of a log that was read and is not held.
    pub bytes: FileBytes<'a>,
    /// How many there are.
    pub size: u64,
    /// Their checksums, where they are known.
    pub sums: Option<(Digest, Crc32)>,
    /// A log, when it was read already.
    pub read: Option<&'a ReadLog>,
}

/// Where a file's digest comes from.
enum Sha {
    /// It is here.
    Known(Digest),
    /// It is made here, part by part.
    Made(Sha256),
    /// It is to be asked for.
    Wanted,
    /// It was asked for.
    Asked,
}

/// The checksums of bytes, made a part at a time.
pub struct Summing {
    sha: Sha,
    crc: crc::Crc32Sum,
    crc32: Option<Crc32>,
    /// How far they are.
    at: u64,
}

impl Summing {
    /// Of `size` bytes, of which nothing is read yet. The digest of so many bytes as `outside` is asked for.
    pub fn new(size: u64, outside: &Range<u64>) -> Summing {
        let sha = if outside.contains(&size) { Sha::Wanted } else { Sha::Made(Sha256::new()) };
        Summing { sha, crc: crc::Crc32Sum::new(), crc32: None, at: 0 }
    }

    fn known((sha256, crc32): (Digest, Crc32)) -> Summing {
        Summing { sha: Sha::Known(sha256), crc: crc::Crc32Sum::new(), crc32: Some(crc32), at: 0 }
    }

    /// Reads a part of `bytes`: always the same ones.
    pub fn step(&mut self, bytes: &FileBytes<'_>) -> Progress {
        if matches!(self.sha, Sha::Wanted) {
            self.sha = Sha::Asked;
            return Progress::Hash;
        }
        if self.crc32.is_some() {
            return if matches!(self.sha, Sha::Known(_)) { Progress::Done } else { Progress::Waits };
        }
        let end = bytes.size().min(self.at + PART_BYTES as u64);
        bytes.within(self.at..end, &mut |part| {
            self.crc.update(part);
            if let Sha::Made(sha) = &mut self.sha {
                sha.update(part);
            }
        });
        self.at = end;
        if end == bytes.size() {
            self.crc32 = Some(Crc32(self.crc.value()));
            if let Sha::Made(sha) = &self.sha {
                self.sha = Sha::Known(Digest(sha.clone().finalize().into()));
            }
        }
        Progress::More
    }

    /// The digest that was asked for.
    pub fn hashed(&mut self, digest: Digest) {
        if matches!(self.sha, Sha::Asked) {
            self.sha = Sha::Known(digest);
        }
    }

    /// Whether its digest was asked for and is not told yet.
    fn is_asked(&self) -> bool {
        matches!(self.sha, Sha::Asked)
    }

    /// Both, once all was read.
    pub fn sums(&self) -> Option<(Digest, Crc32)> {
        match self.sha {
            Sha::Known(sha256) => Some((sha256, self.crc32?)),
            _ => None,
        }
    }

    /// Bytes that were read of so many.
    pub fn read(&self, size: u64) -> u64 {
        if self.crc32.is_some() { size } else { self.at }
    }
}

/// A file under way.
pub struct Reading<'a> {
    held: FileBytes<'a>,
    size: u64,
    sums: Summing,
    scan: Option<(Scan, Place)>,
    error: Option<SegmentError>,
    scanned: bool,
}

impl<'a> Reading<'a> {
    /// Nothing is read yet. A file of batches comes with the scan of those before it, and the offset that its name promises.
    pub fn new(loaded: Loaded<'a>, scan: Option<(Scan, i64)>, outside: &Range<u64>) -> Reading<'a> {
        let sums = loaded.sums.map(Summing::known);
        let sums = sums.unwrap_or_else(|| Summing::new(loaded.bytes.size(), outside));
        let mut scan = scan.map(|(scan, base)| {
            let place = scan.begin(base);
            (scan, place)
        });
        let mut error = None;
        let scanned = match (&mut scan, loaded.read) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some((scan, place)), Some(read)) => {
                error = scan.take_read(place, read).err();
                true
            }
        };
        Reading { held: loaded.bytes, size: loaded.size, sums, scan, error, scanned }
    }

    /// The same as a file that comes with this scan, as in [`Reading::new`].
    pub fn after(self, scan: Option<(Scan, i64)>) -> Reading<'a> {
        let scan = scan.map(|(scan, base)| {
            let place = scan.begin(base);
            (scan, place)
        });
        Reading { scanned: scan.is_none(), scan, ..self }
    }

    /// Its bytes as they lie.
    pub fn lies(&self) -> &FileBytes<'a> {
        &self.held
    }

    /// Its bytes as one: for small files, and where something is wrong.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        self.held.whole()
    }

    /// How many there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes that were read, as far as one can tell.
    pub fn read(&self) -> u64 {
        let summed = self.sums.read(self.held.size());
        match &self.scan {
            Some((_, place)) => (summed + u64::from(place.position())) / 2,
            None => summed,
        }
    }

    /// The digest that was asked for.
    pub fn hashed(&mut self, digest: Digest) {
        self.sums.hashed(digest);
    }

    /// Bytes whose digest was asked for and is not told yet.
    pub fn asked(&self) -> u64 {
        if self.sums.is_asked() { self.size } else { 0 }
    }

    /// Reads a part.
    pub fn step(&mut self) -> Progress {
        let progress = self.sums.step(&self.held);
        if matches!(progress, Progress::Hash | Progress::More) || self.scanned {
            return progress;
        }
        if let Some((scan, place)) = &mut self.scan {
            match scan_on(scan, place, &self.held) {
                Ok(more) => self.scanned = !more,
                Err(error) => (self.error, self.scanned) = (Some(error), true),
            }
        }
        Progress::More
    }

    /// Its checksums, once it was read to its end.
    pub fn sums(&self) -> Option<(Digest, Crc32)> {
        self.sums.sums()
    }

    /// What its batches say, or the first that is not sound.
    pub fn place(&self) -> Result<Option<&Place>, &SegmentError> {
        match &self.error {
            Some(error) => Err(error),
            None => Ok(self.scan.as_ref().map(|(_, place)| place)),
        }
    }

    /// The scan of the files up to and with this one.
    pub fn scan(&self) -> Option<&Scan> {
        self.scan.as_ref().map(|(scan, _)| scan)
    }
}

/// Reads a part of a log, at least the next batch; whether there is more.
fn scan_on(scan: &mut Scan, place: &mut Place, held: &FileBytes<'_>) -> Result<bool, SegmentError> {
    let pieces = match held {
        FileBytes::One(bytes) => return scan.read(place, bytes, PART_BYTES as u32),
        FileBytes::Pieces(pieces) => pieces,
    };
    let (at, size) = (place.position(), pieces.len());
    let begin = u64::from(at);
    if size <= u64::from(SEGMENT_BYTES_MAX) {
        // What lies in one piece is not copied: only a batch that does not is.
        let part_of = |length: usize| begin..size.min(begin + length as u64);
        let mut part = Cow::Borrowed(pieces.within(part_of(PART_BYTES)).next().unwrap_or_default());
        if part.len() < segment::LENGTH.end {
            part = pieces.get(part_of(segment::LENGTH.end)).unwrap_or_default();
        }
        if let Some((0, next)) = segment::whole_batches(&part)
            && let Some(longer) = pieces.get(begin..begin + u64::from(next))
        {
            part = longer;
        }
        if let Some((whole @ 1.., _)) = segment::whole_batches(&part)
            && scan.read_at(place, (at, &part[..whole]), PART_BYTES as u32).is_ok()
        {
            return Ok(u64::from(place.position()) < size);
        }
    }
    // What is wrong, from the next batch on, is said of all that follows.
    let at = place.position();
    let rest = pieces.get(u64::from(at)..size).unwrap_or_default();
    scan.read_at(place, (at, &rest), PART_BYTES as u32)
}
