//! Random logs in every codec: Kafka's tool as we have it finds nothing, the records are the same, and so are the indexes.

use crate::conformance::{Folder, run};
use rejoin::backup::verify::bare;
use rejoin::base::Rng;
use rejoin::log::batch::{self, BatchInfo, Compression};
use rejoin::log::segment::{self, SegmentBatch};
use rejoin::log::side::index::{Indexes, write_offsets, write_times};
use rejoin::log::{Header, Record};
use std::collections::BTreeMap;

const INTERVAL: u32 = 256;

fn bytes(random: &mut Rng, most: u64) -> Option<Vec<u8>> {
    let one = random.below(4) == 0;
    (random.below(6) > 0)
        .then(|| (0..random.below(most)).map(|_| if one { b'x' } else { random.next_u64() as u8 }).collect())
}

pub fn record(random: &mut Rng) -> Record {
    let stamp = 1_767_225_600_000 + random.below(100_000) as i64 - 50_000;
    let (key, value) = (bytes(random, 20), bytes(random, 300));
    let headers = (0..random.below(3)).map(|_| Header {
        key: bytes(random, 6).unwrap_or_default().into(),
        value: bytes(random, 6).map(Into::into),
    });
    let headers = headers.collect();
    Record { headers, ..Record::new(stamp, key.as_deref(), value.as_deref()) }
}

/// Plain batches of one to twelve records, one after the other.
fn log(random: &mut Rng) -> (Vec<Vec<u8>>, Vec<Record>) {
    let (mut batches, mut all) = (Vec::new(), Vec::new());
    for _ in 0..1 + random.below(8) {
        let records: Vec<Record> = (0..1 + random.below(12)).map(|_| record(random)).collect();
        let info = BatchInfo { base_offset: all.len() as i64, ..BatchInfo::default() };
        batches.push(batch::encode(&info, &records));
        all.extend(records);
    }
    (batches, all)
}

fn check(plain: &[Vec<u8>], records: &[Record], codec: Compression, case: &str) {
    let packed: Vec<u8> = plain.iter().flat_map(|batch| batch::packed(batch, codec)).collect();
    let found: Vec<SegmentBatch<'_>> = segment::batches(&packed).map(|batch| batch.expect("sound")).collect();
    let read: Vec<(i64, Record)> =
        found.iter().flat_map(|batch| batch::decode(batch.bytes).expect("sound").1).collect();
    assert!(read.iter().map(|(_, record)| record).eq(records), "{case}: other records");
    assert!(read.iter().map(|(offset, _)| *offset).eq(0..records.len() as i64), "{case}: other offsets");
    let indexes = Indexes::of(found.iter().copied(), INTERVAL);
    let name = |suffix: &str| format!("00000000000000000000.{suffix}");
    let mut files = BTreeMap::new();
    files.insert(format!("t-0/{}", name("log")), packed.clone());
    files.insert(format!("t-0/{}", name("index")), write_offsets(0, &indexes.offsets));
    files.insert(format!("t-0/{}", name("timeindex")), write_times(0, &indexes.times));
    for (path, bytes) in &files {
        let found = crate::bare::verify(&files, path, bytes).expect("a known file");
        assert!(found.ok() && found.remarks.is_empty(), "{case}: {path}: {found}");
    }
    let folder = Folder { files: &files, name: "t-0" };
    let (status, out, err) = run(&folder, &["--print-data-log", "--files", &name("log")]);
    assert_eq!((status, err.as_str()), (0, ""), "{case}");
    let lines = |with: &str| out.lines().filter(|line| line.starts_with(with)).count();
    assert!(lines("baseOffset: ") >= plain.len() && lines("| offset: ") >= records.len(), "{case}");
    assert!(!out.contains("isvalid: false"), "{case}");
    for index in ["index", "timeindex"] {
        let (status, _, err) = run(&folder, &["--files", &name(index)]);
        assert_eq!((status, err.as_str()), (0, ""), "{case}: {index}");
    }
    assert_eq!(bare::Bare::of(&name("log")), Some(bare::Bare::Log(Some(0))));
}

/// How many logs are tried.
pub fn cases() -> u64 {
    if std::env::var_os("REJOIN_LONG").is_some() { 10_000 } else { 500 }
}

#[test]
fn five_hundred_random_logs_in_every_codec_are_sound_to_every_reader() {
    for seed in 0..cases() {
        let (plain, records) = log(&mut Rng::new(seed));
        for codec in Compression::ALL {
            check(&plain, &records, codec, &format!("seed {seed}, {codec}"));
        }
    }
}
