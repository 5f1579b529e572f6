//! The indexes beside a log.

use crate::corpus::Corpus;
use crate::mutate::{self, any, number, place};
use rejoin::base::Rng;
use rejoin::log::side::{aborted, index};

/// Bytes of an entry of each kind.
const ENTRY: [usize; 3] = [8, 12, 34];

/// The kind as the first byte, the base offset as the second, and an index with entries changed, doubled, swapped.
pub fn make(corpus: &Corpus, random: &mut Rng) -> Vec<u8> {
    let kind = random.below(3) as usize;
    let mut bytes = any(random, &corpus.indexes[kind]).clone();
    for _ in 0..random.below(3) {
        let entries = bytes.len() / ENTRY[kind];
        let (one, other) = (place(random, entries) * ENTRY[kind], place(random, entries) * ENTRY[kind]);
        match random.below(4) {
            0 if entries > 0 => {
                let entry = bytes[one..one + ENTRY[kind]].to_vec();
                drop(bytes.splice(other..other, entry));
            }
            1 if entries > 0 => {
                for i in 0..ENTRY[kind] {
                    bytes.swap(one + i, other + i);
                }
            }
            2 if entries > 0 => {
                let width = if ENTRY[kind] == 8 { 4 } else { 8 };
                let at = one + place(random, ENTRY[kind] / width) * width;
                let written = number(random).to_be_bytes();
                if let Some(there) = bytes.get_mut(at..at + width) {
                    there.copy_from_slice(&written[8 - width..]);
                }
            }
            _ => mutate::bytes(random, &mut bytes, &corpus.indexes[kind][0]),
        }
    }
    [&[kind as u8, random.below(3) as u8][..], &bytes].concat()
}

/// What is read is written again to the byte.
pub fn read(bytes: &[u8]) -> bool {
    let Some(([kind, base], bytes)) = bytes.split_first_chunk::<2>() else { return false };
    let base = [0, 41, i64::MAX - 1000][usize::from(*base) % 3];
    let written = match kind % 3 {
        0 => index::read_offsets(base, bytes).map(|read| index::write_offsets(base, &read)),
        1 => index::read_times(base, bytes).map(|read| index::write_times(base, &read)),
        _ => aborted::read(bytes).map(|read| aborted::write(&read)),
    };
    match written {
        Ok(written) => assert!(written == bytes, "it is written otherwise"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    index::read_offsets(base, bytes).is_ok() && kind % 3 == 0 || kind % 3 == 2 && aborted::read(bytes).is_ok()
}
