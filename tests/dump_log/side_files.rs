//! The files beside the logs of a real broker: read, written to the same bytes, and made again from the logs.

use crate::archive;
use rejoin::log::batch::{self, Compression};
use rejoin::log::producers::Producers;
use rejoin::log::segment::{self, SegmentBatch};
use rejoin::log::side::{SideError, aborted, checkpoint, index, snapshot};
use std::collections::BTreeMap;

type Archive = BTreeMap<String, Vec<u8>>;

/// Files below `segments/` with this suffix: their paths without it, their base offsets, their bytes.
fn with_suffix<'a>(files: &'a Archive, suffix: &'a str) -> impl Iterator<Item = (&'a str, i64, &'a [u8])> {
    files.iter().filter_map(move |(path, bytes)| {
        let stem = path.strip_prefix("segments/")?.strip_suffix(suffix)?;
        let base = stem.rsplit('/').next()?.parse().ok()?;
        Some((stem, base, &bytes[..]))
    })
}

fn headers(log: &[u8]) -> Vec<SegmentBatch<'_>> {
    segment::batches(log).headers_only().map(|batch| batch.expect("a sound segment")).collect()
}

#[test]
fn every_index_is_the_one_that_the_rule_makes_of_its_log() {
    let files = archive::files();
    let mut unlike = Vec::new();
    let mut compared = 0;
    for (stem, base, log) in with_suffix(&files, ".log") {
        let beside = |suffix: &str| &files[&format!("segments/{stem}{suffix}")];
        let interval = if stem.starts_with("many-segments") { 1024 } else { index::INTERVAL_BYTES };
        let indexes = index::Indexes::of(headers(log), interval);
        assert_eq!(&index::write_offsets(base, &indexes.offsets), beside(".index"), "{stem}");
        let read = index::read_offsets(base, beside(".index")).expect("a sound index");
        assert_eq!(read, indexes.offsets, "{stem}");
        let times = index::read_times(base, beside(".timeindex")).expect("a sound time index");
        assert_eq!(&index::write_times(base, &times), beside(".timeindex"), "{stem}");
        if times != indexes.times {
            assert!(indexes.times.iter().all(|entry| times.contains(entry)), "{stem}");
            unlike.push(stem);
        }
        compared += 1;
    }
    assert_eq!(compared, 67);
    // Clean stops while they were written: each adds an entry that the log alone does not tell.
    assert_eq!(unlike, ["__cluster_metadata-0/00000000000000000000", "epochs-0/00000000000000000000"]);
}

#[test]
fn a_damaged_index_is_refused_with_the_entry_that_is_wrong() {
    let files = archive::files();
    let entry = |index, what| SideError::Entry { index, what };
    let odd = files["corrupt/timeindex-odd-length/00000000000000000079.timeindex"].len() as u64;
    let cases = [
        ("index-order/00000000000000000079.index", entry(1, "its offset is not after the one before")),
        ("index-preallocated/00000000000000000079.index", entry(4, "its offset is not after the one before")),
        (
            "timeindex-order/00000000000000000079.timeindex",
            entry(1, "its timestamp is not after the one before"),
        ),
        ("timeindex-odd-length/00000000000000000079.timeindex", SideError::Length { bytes: odd, entry: 12 }),
        ("txnindex-cut/00000000000000000013.txnindex", SideError::Length { bytes: 0, entry: 34 }),
        ("txnindex-version/00000000000000000013.txnindex", SideError::Version(1)),
        ("snapshot-version/00000000000000000014.snapshot", SideError::Version(3)),
    ];
    for (path, expected) in cases {
        let bytes = &files[&format!("corrupt/{path}")];
        let refusal = match path.rsplit('.').next().expect("a suffix") {
            "index" => index::read_offsets(79, bytes).map(drop),
            "timeindex" => index::read_times(79, bytes).map(drop),
            "txnindex" => aborted::read(bytes).map(drop),
            _ => snapshot::read(bytes).map(drop),
        };
        let expected = match expected {
            SideError::Length { entry, .. } => SideError::Length { bytes: bytes.len() as u64, entry },
            other => other,
        };
        assert_eq!(refusal, Err(expected), "{path}");
    }
    for case in ["snapshot-crc", "snapshot-entry", "snapshot-cut"] {
        let refusal = snapshot::read(&files[&format!("corrupt/{case}/00000000000000000014.snapshot")]);
        assert!(matches!(refusal, Err(SideError::Crc { .. })), "{case}: {refusal:?}");
    }
    assert!(matches!(snapshot::read(&[]), Err(SideError::Cut(_))));
}

#[test]
fn snapshots_and_aborted_transactions_come_back_to_the_byte() {
    let files = archive::files();
    let (mut snapshots, mut indexes) = (0, 0);
    for (stem, _, bytes) in with_suffix(&files, ".snapshot") {
        let entries = snapshot::read(bytes).expect("a sound snapshot");
        assert_eq!(snapshot::write(&entries), bytes, "{stem}");
        snapshots += 1;
    }
    for (stem, _, bytes) in with_suffix(&files, ".txnindex") {
        let entries = aborted::read(bytes).expect("a sound index");
        assert_eq!(aborted::write(&entries), bytes, "{stem}");
        indexes += 1;
    }
    assert!(snapshots > 50 && indexes > 3, "{snapshots} snapshots, {indexes} indexes");
}

/// The segments of every partition, each with its base offset.
fn partitions(files: &Archive) -> BTreeMap<&str, Vec<(i64, &[u8])>> {
    let mut partitions: BTreeMap<&str, Vec<(i64, &[u8])>> = BTreeMap::new();
    for (stem, base, log) in with_suffix(files, ".log") {
        partitions.entry(stem.split('/').next().expect("a folder")).or_default().push((base, log));
    }
    partitions
}

#[test]
fn producers_state_and_aborted_transactions_follow_from_the_log() {
    let files = archive::files();
    let (mut same, mut unlike, mut aborted_entries) = (0, Vec::new(), 0);
    for (partition, segments) in partitions(&files) {
        let mut producers = Producers::starting_at(segments[0].0);
        let mut check = |producers: &Producers, offset: i64| {
            let path = format!("segments/{partition}/{offset:020}.snapshot");
            let Some(bytes) = files.get(&path) else { return };
            match snapshot::write(&producers.snapshot()) == *bytes {
                true => same += 1,
                false => unlike.push(path),
            }
        };
        for &(base, log) in &segments {
            check(&producers, base);
            let found: Vec<_> = headers(log).iter().filter_map(|batch| producers.take(batch)).collect();
            let kept = files.get(&format!("segments/{partition}/{base:020}.txnindex"));
            assert_eq!(aborted::write(&found), kept.cloned().unwrap_or_default(), "{partition} {base}");
            aborted_entries += found.len();
        }
        let last = segments.last().expect("a segment");
        let end = headers(last.1).last().map_or(last.0, |batch| batch.header.last_offset() + 1);
        if end != last.0 {
            check(&producers, end);
        }
        let open = producers.open().next().map(|(first, _)| first);
        assert_eq!(producers.last_stable_offset(), open.unwrap_or(end), "{partition}");
        assert_eq!(open.is_some(), partition == "txn-open-0", "{partition}");
    }
    assert_eq!((same, aborted_entries), (64, 10));
    // Taken before compaction removed markers: the log no longer tells what they told.
    let compacted = ["24", "45"].map(|offset| format!("segments/compacted-txn-0/{offset:0>20}.snapshot"));
    assert_eq!(unlike, compacted);
}

#[test]
fn checkpoints_come_back_to_the_byte() {
    let files = archive::files();
    let mut compared = 0;
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("segments/")) {
        let text = || std::str::from_utf8(bytes).expect("text");
        let again = match path.rsplit('/').next().expect("a name") {
            "leader-epoch-checkpoint" => {
                checkpoint::read_epochs(text()).map(|read| checkpoint::write_epochs(&read))
            }
            "partition.metadata" => checkpoint::read_topic_id(text()).map(checkpoint::write_topic_id),
            name if name.ends_with("-offset-checkpoint") => {
                checkpoint::read_offsets(text()).map(|read| checkpoint::write_offsets(&read))
            }
            _ => continue,
        };
        assert_eq!(again.as_deref(), Ok(text()), "{path}");
        compared += 1;
    }
    assert!(compared > 70, "only {compared} files were compared");
}

#[test]
fn a_checkpoint_that_is_not_kafkas_is_refused_with_its_line() {
    let line = |line, expected| SideError::Line { line, expected };
    let cases = [
        ("", line(1, "version 0")),
        ("1\n0\n", SideError::Version(1)),
        ("0\n", line(2, "the number of entries")),
        ("0\n2\n0 0\n", line(2, "the number of the lines that follow")),
        ("0\n1\n0 0", line(3, "the line's end")),
        ("0\n1\n0\n", line(3, "an epoch and an offset")),
        ("0\n1\n-1 0\n", line(3, "an epoch of 0 or more")),
        ("0\n2\n3 0\n3 5\n", line(4, "a later epoch, and no earlier offset")),
        ("0\n2\n3 9\n4 5\n", line(4, "a later epoch, and no earlier offset")),
    ];
    for (text, refusal) in cases {
        assert_eq!(checkpoint::read_epochs(text), Err(refusal), "{text:?}");
    }
    assert_eq!(checkpoint::read_offsets("0\n1\na b 3\n"), Err(line(3, "a partition of 0 or more")));
    assert_eq!(
        checkpoint::read_topic_id("version: 0\ntopic_id: x"),
        Err(line(2, "topic_id: and 22 letters of base64"))
    );
}

#[test]
fn every_segment_of_every_codec_is_sound_and_packs_again_to_the_same_records() {
    let files = archive::files();
    let mut codecs = BTreeMap::new();
    for (stem, _, log) in with_suffix(&files, ".log") {
        for found in segment::batches(log) {
            let found = found.unwrap_or_else(|error| panic!("{stem}: {error}"));
            let codec = found.header.attributes.compression().expect("a codec");
            *codecs.entry(codec).or_insert(0) += 1;
            if codec != Compression::None || found.header.count == 0 {
                continue;
            }
            let (_, records) = batch::decode(found.bytes).expect("it was checked");
            for codec in Compression::ALL {
                let packed = batch::packed(found.bytes, codec);
                let (header, again) = batch::decode(&packed).expect("our own batch");
                assert_eq!(header.attributes.compression(), Ok(codec));
                assert!(again == records, "{stem} {codec} at {}", found.position);
            }
        }
    }
    assert!(Compression::ALL.iter().all(|codec| codecs[codec] > 20), "{codecs:?}");
}
