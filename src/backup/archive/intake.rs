//! An archive as its bytes come, one after the other: cut where a store cuts files, so that taking it in copies nothing.
//!
//! Where it is cut decides nothing: whatever the bytes are, the pieces are these bytes.

use super::container;
use crate::backup::digest::Digest;
use crate::backup::store::CHUNK_BYTES_MAX;
use crate::base::Pieces;
use sha2::{Digest as _, Sha256};
use std::rc::Rc;

/// An archive that comes bit by bit.
#[derive(Default)]
pub struct Intake {
    pieces: Vec<Rc<[u8]>>,
    /// The piece under way.
    open: Vec<u8>,
    now: Now,
    sha: Sha256,
}

/// What the piece under way is of.
#[derive(Clone, Copy, Default)]
enum Now {
    /// A header, if one begins here.
    #[default]
    Header,
    /// A file, of which so many bytes are to come, those of this piece among them.
    File(u32),
    /// Whatever follows the last file.
    Rest,
}

impl Intake {
    /// Takes the next bytes.
    pub fn push(&mut self, mut bytes: &[u8]) {
        self.sha.update(bytes);
        while !bytes.is_empty() {
            let wanted = self.size() - self.open.len();
            let (own, rest) = bytes.split_at(wanted.min(bytes.len()));
            bytes = rest;
            if self.open.is_empty() && own.len() == self.size() && !matches!(self.now, Now::Header) {
                self.end(own.into());
                continue;
            }
            self.open.extend_from_slice(own);
            // A header's own bytes say how long it is.
            if self.open.len() == self.size() {
                let piece = Rc::from(&self.open[..]);
                self.open.clear();
                self.end(piece);
            }
        }
    }

    /// All that came, and its digest.
    pub fn done(mut self) -> (Pieces, Digest) {
        self.pieces.push(self.open.into());
        (Pieces::new(self.pieces), Digest(self.sha.finalize().into()))
    }

    /// How many bytes the piece under way shall have, as far as that is known.
    fn size(&self) -> usize {
        match self.now {
            Now::Header => container::header_at_least(&self.open),
            Now::File(left) => (left as usize).min(CHUNK_BYTES_MAX),
            Now::Rest => CHUNK_BYTES_MAX,
        }
    }

    /// A piece is whole.
    fn end(&mut self, piece: Rc<[u8]>) {
        self.now = match self.now {
            Now::Header => match container::size_after(&piece) {
                Some(0) => Now::Header,
                Some(size) => Now::File(size),
                None => Now::Rest,
            },
            Now::File(left) if left as usize > piece.len() => Now::File(left - piece.len() as u32),
            Now::File(_) => Now::Header,
            Now::Rest => Now::Rest,
        };
        self.pieces.push(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::digest::sha256;

    const CHUNK: usize = CHUNK_BYTES_MAX;

    fn taken(bytes: &[u8], step: usize) -> Pieces {
        let mut intake = Intake::default();
        bytes.chunks(step).for_each(|part| intake.push(part));
        let (pieces, digest) = intake.done();
        assert_eq!(digest, sha256(bytes));
        pieces
    }

    #[test]
    fn an_archive_is_cut_as_a_store_cuts_files() {
        let files = [("empty", 0), ("small", 10), ("chunk", CHUNK), ("large", 2 * CHUNK + 7)];
        let files = files.map(|(name, size)| (name, vec![7; size]));
        let entries: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, &bytes[..])).collect();
        let mut archive = Vec::new();
        container::write(&entries, |piece| archive.extend_from_slice(piece));
        for step in [1000, CHUNK, 4 * CHUNK + 1, archive.len()] {
            let pieces = taken(&archive, step);
            assert_eq!(pieces.to_vec(), archive, "{step}");
            let sizes: Vec<usize> = pieces.iter().map(|piece| piece.len()).collect();
            // What might be one more header is none.
            let tail = container::tail(&entries).len();
            assert_eq!(sizes, [35, 35, 10, 35, CHUNK, 35, CHUNK, CHUNK, 7, 30, tail - 30], "{step}");
        }
    }

    #[test]
    fn whatever_comes_is_kept_and_nothing_is_expected_that_does_not_come() {
        let mut header = Vec::new();
        container::write(&[("a", &[1; 100])], |piece| header.extend_from_slice(piece));
        // A file that would have four gigabytes.
        header[18..22].fill(0xff);
        for bytes in [&b""[..], b"P", b"PK\x03\x04", &header[..31], &header, &[0; 5000]] {
            for step in [1, 3, 5000] {
                let pieces = taken(bytes, step);
                assert_eq!(pieces.to_vec(), bytes);
            }
        }
    }
}
