//! Damaged segments: every damage is found, or could not be.

use rejoin::log::segment::{self, SegmentError};
use rejoin::log::{Partition, Recipe};
use serde_json::Value;
use std::fs;
use std::rc::Rc;

fn errors(segment: &[u8]) -> Vec<SegmentError> {
    segment::batches(segment).filter_map(Result::err).collect()
}

/// What nothing in a bare segment could tell: the leader epoch has no check, and a missing batch is a gap as compaction
/// leaves them.
const CANNOT_TELL: [&str; 3] = ["header-leader-epoch", "batch-missing", "empty-file"];

#[test]
fn every_damage_that_the_fixtures_know_is_named() {
    let cases = fs::read_to_string("tests/fixtures/corrupt/cases.jsonl").expect("the cases");
    let mut found = 0;
    for case in cases.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")) {
        let text = |field: &str| case[field].as_str().expect("text").to_owned();
        let (name, what) = (text("case"), text("what"));
        let sound = fs::read(format!("tests/fixtures/segments/{}", text("from"))).expect("the sound segment");
        let damaged =
            fs::read(format!("tests/fixtures/corrupt/{name}/{}", text("file"))).expect("the damaged one");
        assert_eq!(errors(&sound), [], "{name}");
        let errors = errors(&damaged);
        assert_eq!(errors.is_empty(), CANNOT_TELL.contains(&name.as_str()), "{name}: {what}: {errors:?}");
        found += usize::from(!errors.is_empty());
    }
    assert_eq!(found, 48);
}

/// A byte changed anywhere in a segment stops the restore, or is seen in the state digest; only the leader epochs, which
/// both leave out on purpose, may change.
#[test]
fn a_flipped_byte_anywhere_is_found() {
    let mut log = Partition::new();
    let recipe = Rc::new(Recipe { producer: "web".into(), seed: 7, keys: Some(10), value_bytes: 20 });
    let mut starts = Vec::new();
    for index in 0..5 {
        starts.push(log.byte_count());
        log.append_generated(1_767_225_600_000 + index as i64, &recipe, index);
    }
    let segment = log.segments().remove(0).bytes;
    for at in 0..segment.len() {
        let start = starts.iter().rev().find(|start| **start <= at as u64).expect("the first is 0");
        let in_leader_epoch = (12..16).contains(&(at as u64 - start));
        for bit in 0..8 {
            let mut damaged = segment.clone();
            damaged[at] ^= 1 << bit;
            let restored = Partition::restore(0, 0, &[damaged.into()]);
            let same = restored.is_ok_and(|restored| restored.state_digest() == log.state_digest());
            assert_eq!(same, in_leader_epoch, "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn a_segment_cut_anywhere_but_between_batches_is_found() {
    let sound = fs::read("tests/fixtures/segments/txn-open-0/00000000000000000000.log").expect("a segment");
    assert!(errors(&sound).is_empty());
    for length in 1..sound.len() {
        let errors = errors(&sound[..length]);
        assert_eq!(errors.len(), 1, "cut to {length} bytes");
        assert_eq!(errors[0].position, 0);
    }
}

/// What people read when a segment cannot be used.
#[test]
fn damage_is_said_in_words() {
    let file =
        |name: &str| fs::read(format!("tests/fixtures/corrupt/{name}/00000000000000000000.log")).expect(name);
    let cases = [
        ("header-crc", "at byte 331: the CRC is wrong: the header says "),
        ("header-magic", "at byte 331: message format v0 (before Kafka 0.11) is not supported"),
        ("header-length-high", "at byte 331: the batch is cut: "),
        ("sealed-count", "at byte 331: record "),
        ("sealed-max-timestamp", "at byte 331: maxTimestamp is "),
        ("sealed-unknown-codec", "at byte 331: compression 7 is unknown"),
        ("sealed-codec", "at byte 331: its zstd records cannot be unpacked: "),
        ("tail-zeros", "at byte 995: 100 bytes of zeros at the end"),
        ("tail-one-byte-more", "at byte 995: 1 bytes of zeros at the end"),
        ("tail-cut-in-overhead", "at byte 801: 9 bytes at the end are not a batch"),
        ("batch-twice", "at byte 331: baseOffset is 3, expected 5 or more"),
        ("head-garbage", "at byte 0: "),
    ];
    for (name, words) in cases {
        let found: Vec<String> = errors(&file(name)).iter().map(|error| error.to_string()).collect();
        assert!(found.iter().any(|error| error.starts_with(words)), "{name}: {found:?}");
    }
}
