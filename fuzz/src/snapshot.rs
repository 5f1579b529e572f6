//! Snapshots of producers' state, and the small texts beside a log.

use crate::corpus::Corpus;
use crate::mutate::{self, any, number, place};
use rejoin::base::Rng;
use rejoin::base::crc::crc32c;
use rejoin::log::producers::Producers;
use rejoin::log::side::{checkpoint, snapshot};

/// A snapshot with entries changed, most with the checksum made again; or a text.
pub fn make(corpus: &Corpus, random: &mut Rng) -> Vec<u8> {
    if random.below(4) == 0 {
        let mut text = any(random, &corpus.texts).clone();
        if random.below(4) > 0 {
            mutate::bytes(random, &mut text, &corpus.texts[0]);
        }
        return text;
    }
    let mut bytes = any(random, &corpus.snapshots).clone();
    match random.below(4) {
        0 => {}
        1 => mutate::bytes(random, &mut bytes, &corpus.snapshots[0]),
        _ => {
            let entry = any(random, &corpus.snapshots).get(10..56).unwrap_or_default().to_vec();
            bytes.extend(entry);
            let at = 6 + place(random, bytes.len().saturating_sub(14));
            let written = number(random).to_be_bytes();
            if let Some(there) = bytes.get_mut(at..at + 8) {
                there.copy_from_slice(&written);
            }
            if random.below(2) == 0 && bytes.len() > 10 {
                let count = (bytes.len() as u32 - 10) / 46;
                bytes[6..10].copy_from_slice(&count.to_be_bytes());
            }
        }
    }
    if random.below(4) > 0 && bytes.len() > 6 {
        let crc = crc32c(&bytes[6..]).to_be_bytes();
        bytes[2..6].copy_from_slice(&crc);
    }
    bytes
}

/// What is read is written again to the byte, and producers can go on from it.
pub fn read(bytes: &[u8]) -> bool {
    let mut sound = false;
    if let Ok(entries) = snapshot::read(bytes) {
        assert!(snapshot::write(&entries) == bytes, "it is written otherwise");
        let producers = Producers::restored(&entries, 100);
        assert!(producers.snapshot().len() <= entries.len());
        sound = true;
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return sound };
    if let Ok(epochs) = checkpoint::read_epochs(text) {
        assert_eq!(checkpoint::write_epochs(&epochs), text);
        sound = true;
    }
    if let Ok(offsets) = checkpoint::read_offsets(text) {
        assert_eq!(checkpoint::write_offsets(&offsets), text);
        sound = true;
    }
    if let Ok(id) = checkpoint::read_topic_id(text) {
        assert_eq!(checkpoint::write_topic_id(id), text.trim_end_matches('\n'));
        sound = true;
    }
    sound
}
