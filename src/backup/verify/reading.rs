//! One file, read a part at a time: its checksums and its batches.

use crate::backup::digest::{Crc32, Digest};
use crate::backup::scan::{Place, ReadLog, Scan};
use crate::base::crc;
use crate::log::segment::SegmentError;
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

/// A file's bytes and their checksums.
pub struct Loaded<'a> {
    /// Its bytes; none of a log that was read and is not held.
    pub bytes: Cow<'a, [u8]>,
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
    pub fn step(&mut self, bytes: &[u8]) -> Progress {
        if matches!(self.sha, Sha::Wanted) {
            self.sha = Sha::Asked;
            return Progress::Hash;
        }
        if self.crc32.is_some() {
            return if matches!(self.sha, Sha::Known(_)) { Progress::Done } else { Progress::Waits };
        }
        let at = self.at as usize;
        let end = bytes.len().min(at + PART_BYTES);
        let part = &bytes[at..end];
        self.crc.update(part);
        if let Sha::Made(sha) = &mut self.sha {
            sha.update(part);
        }
        self.at = end as u64;
        if end == bytes.len() {
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

    /// Both, once all was read.
    pub fn sums(&self) -> Option<(Digest, Crc32)> {
        match self.sha {
            Sha::Known(sha256) => Some((sha256, self.crc32?)),
            _ => None,
        }
    }

    /// Bytes that were read of so many.
    pub fn read(&self, size: usize) -> u64 {
        if self.crc32.is_some() { size as u64 } else { self.at }
    }
}

/// A file under way.
pub struct Reading<'a> {
    bytes: Cow<'a, [u8]>,
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
        let sums = sums.unwrap_or_else(|| Summing::new(loaded.bytes.len() as u64, outside));
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
        Reading { bytes: loaded.bytes, size: loaded.size, sums, scan, error, scanned }
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes that were read, as far as one can tell.
    pub fn read(&self) -> u64 {
        let summed = self.sums.read(self.bytes.len());
        match &self.scan {
            Some((_, place)) => (summed + u64::from(place.position())) / 2,
            None => summed,
        }
    }

    /// The digest that was asked for.
    pub fn hashed(&mut self, digest: Digest) {
        self.sums.hashed(digest);
    }

    /// Reads a part.
    pub fn step(&mut self) -> Progress {
        let progress = self.sums.step(&self.bytes);
        if matches!(progress, Progress::Hash | Progress::More) || self.scanned {
            return progress;
        }
        if let Some((scan, place)) = &mut self.scan {
            match scan.read(place, &self.bytes, PART_BYTES as u32) {
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
