//! One file, read a part at a time: its checksums and its batches.

use crate::backup::digest::{Crc32, Digest};
use crate::backup::scan::{Place, ReadLog, Scan};
use crate::base::crc;
use crate::log::segment::SegmentError;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::ops::Range;

/// What a step reads.
const PART_BYTES: usize = 512 << 10;

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

/// A file under way.
pub struct Reading<'a> {
    bytes: Cow<'a, [u8]>,
    size: u64,
    sha: Sha,
    crc: crc::Crc32Sum,
    crc32: Option<Crc32>,
    /// How far the checksums are.
    at: usize,
    scan: Option<(Scan, Place)>,
    error: Option<SegmentError>,
    scanned: bool,
}

impl<'a> Reading<'a> {
    /// Nothing is read yet. A file of batches comes with the scan of those before it, and the offset that its name promises.
    pub fn new(loaded: Loaded<'a>, scan: Option<(Scan, i64)>, outside: &Range<u64>) -> Reading<'a> {
        let (sha, crc32) = match loaded.sums {
            Some((sha256, crc32)) => (Sha::Known(sha256), Some(crc32)),
            None if outside.contains(&(loaded.bytes.len() as u64)) => (Sha::Wanted, None),
            None => (Sha::Made(Sha256::new()), None),
        };
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
        Reading {
            bytes: loaded.bytes,
            size: loaded.size,
            sha,
            crc: crc::Crc32Sum::new(),
            crc32,
            at: 0,
            scan,
            error,
            scanned,
        }
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
        let summed = if self.crc32.is_some() { self.bytes.len() } else { self.at };
        match &self.scan {
            Some((_, place)) => (summed as u64 + u64::from(place.position())) / 2,
            None => summed as u64,
        }
    }

    /// The digest that was asked for.
    pub fn hashed(&mut self, digest: Digest) {
        if matches!(self.sha, Sha::Asked) {
            self.sha = Sha::Known(digest);
        }
    }

    /// Reads a part.
    pub fn step(&mut self) -> Progress {
        if matches!(self.sha, Sha::Wanted) {
            self.sha = Sha::Asked;
            return Progress::Hash;
        }
        if self.crc32.is_none() {
            self.sum();
            return Progress::More;
        }
        if !self.scanned
            && let Some((scan, place)) = &mut self.scan
        {
            match scan.read(place, &self.bytes, PART_BYTES as u32) {
                Ok(more) => self.scanned = !more,
                Err(error) => (self.error, self.scanned) = (Some(error), true),
            }
            return Progress::More;
        }
        match self.sha {
            Sha::Known(_) => Progress::Done,
            _ => Progress::Waits,
        }
    }

    fn sum(&mut self) {
        let end = self.bytes.len().min(self.at + PART_BYTES);
        let part = &self.bytes[self.at..end];
        self.crc.update(part);
        if let Sha::Made(sha) = &mut self.sha {
            sha.update(part);
        }
        self.at = end;
        if end == self.bytes.len() {
            self.crc32 = Some(Crc32(self.crc.value()));
            if let Sha::Made(sha) = &self.sha {
                self.sha = Sha::Known(Digest(sha.clone().finalize().into()));
            }
        }
    }

    /// Its checksums, once it was read to its end.
    pub fn sums(&self) -> Option<(Digest, Crc32)> {
        match self.sha {
            Sha::Known(sha256) => Some((sha256, self.crc32?)),
            _ => None,
        }
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
