//! Batches of every codec.

use crate::corpus::Corpus;
use crate::mutate::{self, any, number};
use rejoin::base::Rng;
use rejoin::base::crc::crc32c;
use rejoin::log::batch::{self, BatchInfo, Parts};
use rejoin::log::{Record, segment};

/// Places and widths of the header's fields.
const FIELDS: [(usize, usize); 13] = [
    (0, 8),
    (8, 4),
    (12, 4),
    (16, 1),
    (17, 4),
    (21, 2),
    (23, 4),
    (27, 8),
    (35, 8),
    (43, 8),
    (51, 2),
    (53, 4),
    (57, 4),
];

/// One batch or a few, changed; most with length and checksum made again.
pub fn make(corpus: &Corpus, random: &mut Rng) -> Vec<u8> {
    let mut all = Vec::new();
    for _ in 0..1 + random.below(2) {
        let mut bytes = any(random, &corpus.batches).clone();
        match random.below(4) {
            0 => {}
            1 => {
                let other: &Vec<u8> = any(random, &corpus.batches);
                mutate::bytes(random, &mut bytes, other);
            }
            2 => {
                let (at, width) = *any(random, &FIELDS);
                let written = number(random).to_be_bytes();
                bytes[at..at + width].copy_from_slice(&written[8 - width..]);
            }
            _ => {
                let mut packed = bytes.split_off(61);
                let other: &Vec<u8> = any(random, &corpus.batches);
                mutate::bytes(random, &mut packed, other);
                bytes.extend(packed);
            }
        }
        if random.below(4) > 0 {
            seal(&mut bytes);
        }
        all.extend(bytes);
    }
    all
}

/// Makes length and checksum again.
pub fn seal(bytes: &mut [u8]) {
    if bytes.len() < 61 {
        return;
    }
    let length = (bytes.len() as u32 - 12).to_be_bytes();
    bytes[8..12].copy_from_slice(&length);
    let crc = crc32c(&bytes[21..]).to_be_bytes();
    bytes[17..21].copy_from_slice(&crc);
}

/// What is decoded is the same once it is encoded and decoded again.
pub fn read(bytes: &[u8]) -> bool {
    let mut sound = true;
    for found in segment::batches(bytes) {
        let Ok(found) = found else {
            sound = false;
            continue;
        };
        let (header, records) =
            batch::decode(found.bytes).expect("the segment's reader put it to every check");
        again(&header, &records);
    }
    sound && !bytes.is_empty()
}

/// Writes records anew and reads them.
pub fn again(header: &batch::Header, records: &[(i64, Record)]) {
    // The writer's own rule: deltas of time that fit 64 bits.
    let Some((_, first)) = records.first() else { return };
    if records.iter().any(|(_, record)| record.timestamp_ms.checked_sub(first.timestamp_ms).is_none()) {
        return;
    }
    let info = BatchInfo { base_offset: header.base_offset, ..BatchInfo::default() };
    let parts = records.iter().map(|(offset, record)| Parts {
        offset_delta: (offset - header.base_offset) as i32,
        timestamp_ms: record.timestamp_ms,
        key: record.key.as_deref(),
        value: record.value.as_deref(),
        headers: &record.headers,
    });
    let mut out = Vec::new();
    batch::encode_into(&mut out, &info, parts);
    let (_, read) = batch::decode(&out).expect("what was written is sound");
    assert!(read == records, "records are other ones once they are written and read");
    let codec = batch::Compression::ALL[out.len() % 5];
    let (_, read) = batch::decode(&batch::packed(&out, codec)).expect("what was packed is sound");
    assert!(read == records, "records are other ones once they are packed with {codec}");
}
