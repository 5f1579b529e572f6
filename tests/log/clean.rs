//! Compaction, held against a real broker's.
//!
//! `fixtures/compaction/TOPIC/N-before` holds the segments of a log as broker 4.3.1 had them before round N of its cleaner,
//! `N-after` those afterwards; segments without a batch are left out. The topics had `cleanup.policy=compact
//! internal.segment.bytes=3000 index.interval.bytes=512 delete.retention.ms=6000`, and between two rounds more time
//! passed than that. `plain` has one producer without idempotence, and headers; `mixed` two idempotent ones, of which
//! one stops, two that commit and abort transactions, and one that packs with lz4.

use proptest::collection::vec;
use proptest::prelude::*;
use rejoin::log::batch::{self, Compression, Header, Timestamps};
use rejoin::log::{Bytes, Partition, Policy, Recipe, Record, segment};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

const DELETE_RETENTION_MS: i64 = 6000;
/// Stands for the delete horizon of a round that left no tombstone: the first of `plain`.
const WITHOUT_MS: i64 = 1_795_847_105_000;

fn policy() -> Rc<Policy> {
    Rc::new(Policy {
        compact: true,
        delete: false,
        segment_bytes: 3000,
        index_interval: 512,
        dirty_ratio_ppm: 0,
        delete_retention_ms: DELETE_RETENTION_MS,
        ..Policy::default()
    })
}

/// Names and bytes of the segments of a folder, in order.
fn files(topic: &str, folder: &str) -> Vec<(String, Bytes)> {
    let folder = PathBuf::from("tests/fixtures/compaction").join(topic).join(folder);
    let list = fs::read_dir(folder).expect("fixtures").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> = list.collect();
    paths.sort();
    let name = |path: &PathBuf| path.file_name().expect("a file").to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), fs::read(path).expect("a segment").into())).collect()
}

fn batches(bytes: &[u8]) -> Vec<(Header, Vec<u8>)> {
    let batches = segment::batches(bytes).map(|batch| batch.expect("sound"));
    batches.map(|batch| (batch.header, batch.bytes.to_vec())).collect()
}

/// The log's segments that have a batch: what a broker's folder would hold.
fn held(log: &Partition) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let segments: Vec<_> = log.segment_list().copied().collect();
    for (at, of) in segments.iter().enumerate().filter(|(_, of)| of.bytes > 0) {
        let end = segments.get(at + 1).map_or(log.end(), |next| next.base_offset);
        files.push((segment::file_name(of.base_offset), log.bytes_between(of.base_offset, end)));
    }
    files
}

fn names<T>(files: &[(String, T)]) -> Vec<&str> {
    files.iter().map(|(name, _)| name.as_str()).collect()
}

/// Packed bytes follow from the library that packs; everything else is equal to the byte.
fn assert_equal(ours: &[u8], theirs: &[u8], place: &str) {
    let (ours, theirs) = (batches(ours), batches(theirs));
    let offsets = |batches: &[(Header, Vec<u8>)]| -> Vec<i64> {
        batches.iter().map(|(header, _)| header.base_offset).collect()
    };
    assert_eq!(offsets(&ours), offsets(&theirs), "{place}");
    for ((header, bytes), (expected, expected_bytes)) in ours.iter().zip(&theirs) {
        let place = format!("{place}, batch {}", header.base_offset);
        if header.attributes.compression() == Ok(Compression::None) {
            assert_eq!(header, expected, "{place}");
            assert_eq!(bytes, expected_bytes, "{place}");
        } else {
            let same = Header { size: expected.size, crc: expected.crc, ..*header };
            assert_eq!(same, *expected, "{place}");
            let records = |bytes: &[u8]| batch::decode(bytes).expect("sound").1;
            assert_eq!(records(bytes), records(expected_bytes), "{place}");
        }
    }
}

/// The rounds of a topic's log, one after the other; what was appended in between comes from the broker's next state.
fn rounds(topic: &str, rounds: u32) -> Partition {
    let mut log = Partition::new();
    log.set_policy(policy());
    for round in 1..=rounds {
        let before = files(topic, &format!("{round}-before"));
        for (header, bytes) in before.iter().flat_map(|(_, bytes)| batches(bytes)) {
            if header.base_offset >= log.end() {
                log.append_bytes(bytes.into()).expect("a sound batch");
            }
        }
        assert_eq!(
            names(&held(&log)),
            names(&before),
            "{topic}: segments are rolled as the broker's, {round}"
        );

        let after = files(topic, &format!("{round}-after"));
        let horizons = after.iter().flat_map(|(_, bytes)| batches(bytes));
        let horizon = horizons.filter_map(|(header, _)| header.delete_horizon()).max();
        let now_ms = horizon.unwrap_or(WITHOUT_MS) - DELETE_RETENTION_MS;
        let what = log.cleanable(now_ms);
        assert!(log.wants_cleaning(&what), "{topic} {round}");
        let end = log.end();
        let cleaned = log.clean(now_ms, &what);
        assert!(cleaned.after.records < cleaned.before.records);
        assert_eq!(log.end(), end);
        let ours = held(&log);
        assert_eq!(names(&ours), names(&after), "{topic}: segments become one as the broker's do, {round}");
        for ((name, ours), (_, theirs)) in ours.iter().zip(&after) {
            assert_equal(ours, theirs, &format!("{topic}, round {round}, {name}"));
        }
        let bytes: usize = ours.iter().map(|(_, bytes)| bytes.len()).sum();
        let records: usize =
            after.iter().flat_map(|(_, bytes)| batches(bytes)).map(|(h, _)| h.count as usize).sum();
        assert_eq!((log.byte_count(), log.record_count()), (bytes as u64, records as u64));
        let again = log.cleanable(now_ms);
        assert_eq!((again.first_dirty, again.dirty_bytes), (what.end, 0), "nothing is left to do");
    }
    log
}

#[test]
fn a_round_leaves_what_the_brokers_left() {
    rounds("plain", 2);
}

#[test]
fn transactions_and_last_sequences_stay_as_the_brokers() {
    let log = rounds("mixed", 3);
    let all = log.segments().iter().flat_map(|file| batches(&file.bytes)).collect::<Vec<_>>();
    assert!(all.iter().any(|(header, _)| header.count == 0), "a producer's last sequence");
    let marker = |(header, _): &(Header, Vec<u8>)| header.attributes.is_control();
    assert!(all.iter().any(|of| marker(of) && of.0.delete_horizon().is_some()), "a marker that waits");
}

const START_MS: i64 = 1_767_225_600_000;

/// Something that happens to a compacted log.
#[derive(Clone, Debug)]
enum Act {
    /// Records that a producer makes up.
    Made(u64),
    /// A batch: keys (`None`: null) and whether each has a value.
    Real(Vec<(Option<u8>, bool)>),
    /// A round of the cleaner after so many milliseconds.
    Clean(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let record = (proptest::option::weighted(0.9, 0..6u8), proptest::bool::weighted(0.8));
    prop_oneof![
        2 => (1..40u64).prop_map(Act::Made),
        4 => vec(record, 1..6).prop_map(Act::Real),
        2 => (0..400i64).prop_map(Act::Clean),
    ]
}

/// The log, every record that was ever put into it, and up to where it was cleaned.
fn play(acts: &[Act], segment_bytes: u32) -> (Partition, Vec<Record>, i64) {
    let mut log = Partition::new();
    log.set_policy(Rc::new(Policy { segment_bytes, delete_retention_ms: 300, ..(*policy()).clone() }));
    let recipe = Rc::new(Recipe { producer: "web".into(), seed: 7, keys: Some(5), value_bytes: 20 });
    let (mut model, mut now, mut made, mut end) = (Vec::new(), START_MS, 0, 0);
    for act in acts {
        match act {
            Act::Made(count) => {
                for _ in 0..*count {
                    log.append_generated(now, &recipe, made);
                    model.push(Record::new(now, recipe.key(made).as_deref(), Some(&recipe.value(made))));
                    (made, now) = (made + 1, now + 3);
                }
            }
            Act::Real(records) => {
                let record = |(key, value): &(Option<u8>, bool)| {
                    let key = key.map(|key| format!("k{key}"));
                    Record::new(now, key.as_deref().map(str::as_bytes), value.then_some(b"v"))
                };
                let records: Vec<Record> = records.iter().map(record).collect();
                log.append_records(Timestamps::Create, &records);
                model.extend(records);
            }
            Act::Clean(after) => {
                now += after;
                let what = log.cleanable(now);
                if log.wants_cleaning(&what) {
                    log.clean(now, &what);
                    end = what.end;
                }
            }
        }
    }
    (log, model, end)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_every_key_the_last_record_stays(acts in vec(act(), 1..40), segment_bytes in 100..3000u32) {
        let (log, model, end) = play(&acts, segment_bytes);
        let mut last: BTreeMap<&[u8], i64> = BTreeMap::new();
        for (offset, record) in (0..).zip(&model).take_while(|(offset, _)| *offset < end) {
            last.extend(record.key.as_deref().map(|key| (key, offset)));
        }
        let mut there = Vec::new();
        for (offset, record) in (0i64..).zip(&model) {
            let found = log.record_at(offset);
            prop_assert!(found.as_ref().is_none_or(|found| found == record), "it is what it was, {}", offset);
            let is_last = record.key.as_deref().is_some_and(|key| last.get(key) == Some(&offset));
            if offset >= end || is_last && record.value.is_some() {
                prop_assert!(found.is_some(), "{} stays", offset);
            } else if !is_last {
                prop_assert!(found.is_none(), "{} goes", offset);
            }
            there.extend(found.map(|_| offset));
        }
        prop_assert_eq!(log.end(), model.len() as i64);
        for from in 0..=log.end() {
            let next = there.iter().copied().find(|offset| *offset >= from);
            prop_assert_eq!(log.next_offset_at_or_after(from), next);
            let expected = there.iter().filter(|offset| **offset >= from).count();
            let read = log.read(from, u32::MAX, u64::MAX);
            prop_assert_eq!((read.count as usize, log.count_between(from, log.end())), (expected, expected as u64));
        }
    }

    #[test]
    fn a_cleaned_log_is_a_log(acts in vec(act(), 1..40), segment_bytes in 100..3000u32) {
        let (log, _, _) = play(&acts, segment_bytes);
        let files = log.segments();
        let bytes: Vec<Bytes> = files.iter().map(|file| file.bytes.as_slice().into()).collect();
        let mut restored = Partition::restore(0, 0, &bytes).expect("sound segments");
        prop_assert_eq!(restored.state_digest(), log.state_digest());
        prop_assert_eq!(restored.totals(), log.totals());
        prop_assert_eq!(restored.end(), log.end());
        let of = |log: &Partition| log.segment_list().map(|of| u64::from(of.bytes)).sum::<u64>();
        prop_assert_eq!(of(&log), log.byte_count(), "segments have what the log has");
        // What was restored goes on as what it was made from: the next round leaves the same.
        restored.reroll(log.policy().clone());
        let mut log = log;
        for log in [&mut log, &mut restored] {
            log.append_records(Timestamps::Create, &[Record::new(START_MS, Some(b"k1"), Some(&[0; 3000]))]);
            log.append_records(Timestamps::Create, &[Record::new(START_MS, Some(b"k2"), Some(&[0; 3000]))]);
            let what = log.cleanable(START_MS);
            log.clean(START_MS, &what);
        }
        let offsets = |log: &Partition| -> Vec<i64> {
            (0..log.end()).filter(|offset| log.record_at(*offset).is_some()).collect()
        };
        prop_assert_eq!(offsets(&restored), offsets(&log));
    }
}
