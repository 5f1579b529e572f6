//! The archive's reader.

use crate::corpus::Corpus;
use crate::mutate::{self, any, number, place};
use rejoin::backup::digest::crc32;
use rejoin::backup::{MemoryStore, archive, verify_file};
use rejoin::base::Rng;

/// Where the size stands in a local header and in a record, and the checksum before it.
const HEADERS: [(&[u8; 4], usize); 2] = [(b"PK\x03\x04", 14), (b"PK\x01\x02", 16)];

/// A damaged archive: bytes anywhere, a field of a header, or content under a checksum made again.
pub fn make(corpus: &Corpus, random: &mut Rng) -> Vec<u8> {
    let which = usize::from(random.below(20) == 0).min(corpus.archives.len() - 1);
    let mut archive = corpus.archives[which].clone();
    match random.below(8) {
        0 => {}
        1 | 2 => mutate::bytes(random, &mut archive, &corpus.archives[0]),
        3..=5 => header(random, &mut archive),
        6 => content(random, &mut archive),
        _ => {
            content(random, &mut archive);
            header(random, &mut archive);
        }
    }
    archive
}

/// Where headers begin, with the place of their checksum.
fn headers(archive: &[u8]) -> Vec<(usize, usize)> {
    let at = |i: usize| {
        HEADERS.iter().find(|(magic, _)| archive[i..].starts_with(*magic)).map(|(_, crc)| (i, i + crc))
    };
    (0..archive.len().saturating_sub(46)).filter_map(at).collect()
}

fn header(random: &mut Rng, archive: &mut [u8]) {
    let headers = headers(archive);
    if headers.is_empty() {
        return;
    }
    let end = archive.len() - 22;
    let start = if random.below(4) == 0 { end } else { any(random, &headers).0 };
    let at = start + place(random, 44);
    let width = [1, 2, 4][random.below(3) as usize];
    let written = number(random).to_le_bytes();
    if let Some(there) = archive.get_mut(at..at + width) {
        there.copy_from_slice(&written[..width]);
    }
}

/// Changes an entry's bytes without changing their number, and makes its two checksums again.
fn content(random: &mut Rng, archive: &mut [u8]) {
    let word = |archive: &[u8], at: usize| {
        archive.get(at..at + 4).map_or(0, |bytes| u32::from_le_bytes(bytes.try_into().expect("4 bytes")))
            as usize
    };
    let headers = headers(archive);
    let locals: Vec<usize> = headers.iter().filter(|(at, crc)| crc - at == 14).map(|(at, _)| *at).collect();
    if locals.is_empty() {
        return;
    }
    let local = *any(random, &locals);
    let (size, name) = (word(archive, local + 18), word(archive, local + 26) & 0xffff);
    let start = local + 30 + name;
    if size == 0 || start + size > archive.len() {
        return;
    }
    for _ in 0..1 + random.below(3) {
        archive[start + place(random, size)] ^= 1 << random.below(8);
    }
    let checksum = crc32(&archive[start..start + size]).0.to_le_bytes();
    archive[local + 14..local + 18].copy_from_slice(&checksum);
    for (at, crc) in headers {
        if crc - at == 16 && word(archive, at + 42) == local {
            archive[crc..crc + 4].copy_from_slice(&checksum);
        }
    }
}

/// What verifies is taken in, and is written again to the byte (but for the text for people of an older version).
pub fn read(bytes: &[u8]) -> bool {
    let taken = archive::read(bytes);
    let Ok(report) = verify_file(bytes) else {
        assert!(taken.is_err(), "what cannot be verified was taken in");
        return false;
    };
    assert_eq!(report.ok(), taken.is_ok(), "verification and import do not agree: {report}");
    let Ok(import) = taken else { return false };
    let store = MemoryStore::from_contents(import.contents);
    let written = archive::write(&store, &import.labels).expect("what verifies");
    let (ours, theirs) = (entries(&written), entries(bytes));
    let unlike = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
    let name = unlike.map(|((name, _), _)| String::from_utf8_lossy(name));
    assert!(name.is_none() && ours.len() == theirs.len(), "{name:?} is written otherwise");
    true
}

/// The entries of a sound archive without the text for people, which changes from version to version, and its digest.
fn entries(archive: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut found = Vec::new();
    let mut rest = archive;
    while rest.starts_with(HEADERS[0].0) {
        let word = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().expect("4 bytes")) as usize;
        let (size, name) = (word(18), word(26) & 0xffff);
        found.push((&rest[30..30 + name], &rest[30 + name..30 + name + size]));
        rest = &rest[30 + name + size..];
    }
    found.retain(|(name, _)| ![&b"README.txt"[..], b"SHA256SUMS"].contains(name));
    found
}
