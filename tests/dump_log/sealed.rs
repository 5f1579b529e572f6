//! `rejoin verify` on bare files that no checksum refuses: fields changed under a right CRC, files that contradict those
//! beside them, records of internal topics that nobody can read.

use crate::archive;
use crate::bare::verify;
use rejoin::base::crc::crc32c;
use rejoin::log::batch::{BatchInfo, Parts, Producer, encode, encode_into};
use rejoin::log::segment;
use rejoin::log::side::aborted::{self, Aborted};
use rejoin::log::side::snapshot;
use rejoin::log::{Record, batch::Marker};
use std::collections::BTreeMap;

type Archive = BTreeMap<String, Vec<u8>>;

const NONE: &str = "segments/codec-none-0/00000000000000000000.log";
const FIRST: &str = "segments/txn-mixed-0/00000000000000000000.log";
const MARKERS: &str = "segments/txn-mixed-0/00000000000000000013.log";

/// The log with bytes written over those of a batch, and its CRC right again.
fn sealed(log: &[u8], number: usize, patches: &[(usize, &[u8])]) -> Vec<u8> {
    let mut out = log.to_vec();
    let batch = segment::batches(log).nth(number).expect("the batch").expect("it is sound");
    let batch = &mut out[batch.position as usize..][..batch.bytes.len()];
    for (at, bytes) in patches {
        batch[*at..at + bytes.len()].copy_from_slice(bytes);
    }
    let crc = crc32c(&batch[21..]);
    batch[17..21].copy_from_slice(&crc.to_be_bytes());
    out
}

/// What is found of a file in the place of that one: damage, or else remarks.
fn found(files: &Archive, path: &str, bytes: &[u8]) -> String {
    let found = verify(files, path, bytes).expect("a known file");
    if found.ok() { format!("remarks: {:?}", found.remarks) } else { found.damage.join("; ") }
}

/// What is written over a batch: each at its place.
type Writes<'a> = &'a [(usize, &'a [u8])];

#[test]
fn what_a_right_crc_covers_is_found_when_no_broker_writes_it() {
    let files = archive::files();
    let outside = "writes in no transaction, after it wrote in one";
    // A batch of one record of 61 + 17 bytes: its record's attributes, key and value stand at 62, 66 and 71.
    let cases: [(&str, usize, Writes<'_>, &str); 15] = [
        (NONE, 1, &[(21, &[0, 0x80])], "the attributes are 0x0080, with bits that mean nothing"),
        (NONE, 1, &[(21, &[0x10, 0])], "the attributes are 0x1000, with bits that mean nothing"),
        (NONE, 0, &[(62, &[1])], "the record at offset 0 is not written as any client writes it"),
        (NONE, 1, &[(22, &[0x20])], "its key is not a version 0 and a type"),
        (MARKERS, 0, &[(69, &[2])], "type 2 is none of this topic"),
        (MARKERS, 0, &[(69, &[99])], "type 99 is none of this topic"),
        (MARKERS, 0, &[(67, &[1])], "its key is not a version 0 and a type"),
        (MARKERS, 0, &[(72, &[1])], "its value is not a version 0 and a coordinator's epoch"),
        (MARKERS, 0, &[(53, &[0, 0, 0, 0])], "its batch is not that of a marker"),
        (MARKERS, 0, &[(22, &[0x20])], "its batch is not that of a marker"),
        (MARKERS, 1, &[(76, &[7])], "the marker of producer 5 has coordinator epoch 0 after 7"),
        (MARKERS, 0, &[(69, &[1])], "remarks: []"),
        (FIRST, 3, &[(22, &[0])], outside),
        (MARKERS, 3, &[(22, &[0])], outside),
        (MARKERS, 0, &[(23, &[0, 0, 0, 0])], "remarks: []"),
    ];
    for (path, number, patches, says) in cases {
        let said = found(&files, path, &sealed(&files[path], number, patches));
        assert!(said.contains(says), "{path} {number} {patches:?}: {said}");
    }
}

#[test]
fn a_number_in_more_bytes_than_it_needs_is_found() {
    let files = archive::files();
    let mut log = Vec::new();
    let parts = Parts { offset_delta: 0, timestamp_ms: 5, key: Some(b"k"), value: Some(b"v"), headers: &[] };
    encode_into(&mut log, &BatchInfo::default(), std::iter::once(parts));
    let path = "segments/none-0/00000000000000000000.log";
    assert_eq!(found(&files, path, &log), "remarks: []");
    // The key's length, 1, in two bytes instead of one.
    assert_eq!(log[65], 2);
    log.splice(65..66, [0x82, 0]);
    (log[61], log[11]) = (log[61] + 2, log[11] + 1);
    let said = found(&files, path, &sealed_alone(log));
    assert!(said.contains("the record at offset 0 is not written as any client writes it"), "{said}");
}

/// The same bytes with the CRC of the one batch that they are.
fn sealed_alone(mut batch: Vec<u8>) -> Vec<u8> {
    let crc = crc32c(&batch[21..]);
    batch[17..21].copy_from_slice(&crc.to_be_bytes());
    batch
}

#[test]
fn records_within_a_batch_that_are_gone_are_a_remark() {
    let files = archive::files();
    let mut log = Vec::new();
    let part = |offset_delta| Parts { offset_delta, timestamp_ms: 5, key: None, value: None, headers: &[] };
    encode_into(&mut log, &BatchInfo::default(), [0, 2].map(part).into_iter());
    let said = found(&files, "segments/none-0/00000000000000000000.log", &log);
    assert_eq!(said, "remarks: [\"of the offsets 0 to 2 of a batch 2 are there\"]");
}

#[test]
fn segments_follow_each_other() {
    let mut files = archive::files();
    let second = "segments/many-segments-0/00000000000000000079.log".to_owned();
    let log = files[&second].clone();
    let early = "segments/many-segments-0/00000000000000000050.log";
    files.insert(early.to_owned(), log.clone());
    let said = found(&files, early, &log);
    assert_eq!(said, "it ends before offset 161, and the next segment begins at 79");
    files.remove(early);
    files.remove("segments/many-segments-0/00000000000000000161.log");
    assert_eq!(found(&files, &second, &log), "remarks: [\"offsets 161 to 252 are not there\"]");
    let last = "segments/many-segments-0/00000000000000000422.log";
    let mut far = files[last].clone();
    let batch = segment::batches(&far).last().expect("a batch").expect("it is sound").position as usize;
    far[batch + 3] = 1;
    let said = found(&files, last, &far);
    assert!(said.contains("its offsets are too far from the segment's first"), "{said}");
}

#[test]
fn an_index_of_aborted_transactions_is_missed_and_held_against_what_compaction_left() {
    let mut files = archive::files();
    let index = "segments/txn-mixed-0/00000000000000000013.txnindex";
    files.remove(index).expect("it is there");
    let said = found(&files, MARKERS, &files[MARKERS]);
    assert!(
        said.ends_with("aborted transactions, and 00000000000000000013.txnindex is not beside it"),
        "{said}"
    );
    let compacted = "segments/compacted-txn-0/00000000000000000000.txnindex";
    let said = |producer_id, first_offset, last_offset| {
        let last_stable_offset = last_offset + 1;
        let entry = Aborted { producer_id, first_offset, last_offset, last_stable_offset };
        found(&files, compacted, &aborted::write(&[entry]))
    };
    let not = "entry 0 is not of what the log has at its offsets";
    // At 5 and at 15 stand markers of aborts, at 7 one of a commit.
    assert!(said(6, 4, 5).starts_with("remarks: "), "{}", said(6, 4, 5));
    assert_eq!([said(7, 4, 5), said(7, 6, 7), said(6, 3, 5), said(6, 4, 1000)], [not; 4]);
}

#[test]
fn a_snapshot_fits_what_is_left_of_the_logs() {
    let files = archive::files();
    let folder = "segments/compacted-txn-0";
    let bytes = &files[&format!("{folder}/00000000000000000064.snapshot")];
    let entries = snapshot::read(bytes).expect("it is sound");
    let last = entries.iter().position(|entry| entry.last_batch.is_some()).expect("a batch");
    let with = |change: fn(&mut snapshot::LastBatch)| {
        let mut entries = entries.clone();
        change(entries[last].last_batch.as_mut().expect("a batch"));
        let path = format!("{folder}/00000000000000000064.snapshot");
        verify(&files, &path, &snapshot::write(&entries)).expect("a snapshot")
    };
    assert!(with(|_| ()).ok());
    for damaged in [with(|last| last.last_sequence += 1), with(|last| last.last_offset -= 1)] {
        assert!(!damaged.ok(), "{damaged}");
    }
    let end = "segments/idempotent-0/00000000000000000052.snapshot";
    let beyond = "segments/idempotent-0/00000000000000000062.snapshot";
    let said = found(&files, beyond, &files[end]);
    assert!(said.contains("its state is that before offset 62, and the logs end at 52"), "{said}");
}

#[test]
fn an_epoch_begins_with_a_batch_and_the_first_with_the_log() {
    let mut files = archive::files();
    let none = "segments/codec-none-0/leader-epoch-checkpoint";
    let said = found(&files, none, b"0\n0\n");
    assert_eq!(said, "it has no epoch, and the batch in 00000000000000000000.log has 0");
    let epochs = "segments/epochs-0/leader-epoch-checkpoint";
    let said = found(&files, epochs, b"0\n3\n0 0\n2 14\n4 31\n");
    assert!(said.contains("it has epoch 2 for offset 14"), "{said}");
    let said = found(&files, none, b"0\n2\n0 0\n1 175\n");
    assert!(!said.contains("inside a batch"), "{said}");
    let said = found(&files, none, b"0\n2\n0 0\n1 100\n");
    assert_eq!(said.matches("its epoch 1 begins at 100, inside a batch").count(), 1, "{said}");
    let checkpoint = "segments/log-start-offset-checkpoint";
    files.insert("segments/.kafka_cleanshutdown".to_owned(), Vec::new());
    assert!(files.contains_key(checkpoint));
    let said = found(&files, none, b"0\n1\n0 5\n");
    assert_eq!(said, "its first epoch begins at 5, and the log at 0");
    let id = "segments/codec-none-0/partition.metadata";
    let said = |letters: &str| found(&files, id, format!("version: 0\ntopic_id: {letters}").as_bytes());
    assert_eq!(said("AAAAAAAAAAAAAAAAAAAAAA"), "its topic id is that of no topic");
    assert!(said("AAAAAAAAAAAAAAAAAAAAAQ").contains("and of that one alone"));
}

/// A record of a topic that can be read, changed.
fn changed(files: &Archive, folder: &str, change: fn(&mut Vec<u8>, &mut Vec<u8>)) -> String {
    let path = format!("segments/{folder}/00000000000000000000.log");
    let mut readable = None;
    let leader_epoch = files[&path][12..16].try_into().map(i32::from_be_bytes).expect("4 bytes");
    for batch in segment::batches(&files[&path]) {
        let batch = batch.expect("it is sound");
        if !batch.header.attributes.is_control() {
            batch.for_each_record(|record| {
                if let Some(value) = record.value.filter(|_| readable.is_none()) {
                    readable = Some((record.key.map(<[u8]>::to_vec), value.to_vec()));
                }
            });
        }
    }
    let (key, mut value) = readable.expect("a record with a value");
    let has_key = key.is_some();
    let mut key = key.unwrap_or_default();
    change(&mut key, &mut value);
    let record = Record::new(5, has_key.then_some(&key[..]), Some(&value[..]));
    found(files, &path, &encode(&BatchInfo { leader_epoch, ..BatchInfo::default() }, &[record]))
}

#[test]
fn records_of_internal_topics_that_cannot_be_read_are_found() {
    let files = archive::files();
    let topics =
        ["__consumer_offsets-26", "__transaction_state-1", "__share_group_state-1", "__cluster_metadata-0"];
    for topic in topics {
        let said = |change| changed(&files, topic, change);
        assert_eq!(said(|_, _| ()), "remarks: []", "{topic}");
        let values: [fn(&mut Vec<u8>, &mut Vec<u8>); 4] = [
            |_, value| value.truncate(value.len() - 1),
            |_, value| value.push(0),
            |_, value| value.clear(),
            |_, value| value[1] = 0x63,
        ];
        for (i, change) in values.into_iter().enumerate() {
            assert!(said(change).contains("at offset 0 cannot be read"), "{topic} {i}: {}", said(change));
        }
        if topic.starts_with("__cluster") {
            continue;
        }
        let keys: [fn(&mut Vec<u8>, &mut Vec<u8>); 4] = [
            |key, _| key.truncate(key.len() - 1),
            |key, _| key.push(0),
            |key, _| key.clear(),
            |key, _| key[0] = 0xff,
        ];
        for (i, change) in keys.into_iter().enumerate() {
            assert!(said(change).contains("at offset 0 cannot be read"), "{topic} {i}: {}", said(change));
        }
        // As a newer broker's, which coordinators pass over.
        let said = said(|key, _| key[1] = 99);
        assert_eq!(said, "remarks: [\"offset 0: records of type 99 are not known\"]", "{topic}");
    }
    let marker = Marker { commit: true, coordinator_epoch: 0 };
    let mut log = Vec::new();
    let info = BatchInfo { producer: Producer { id: 3, epoch: 0, base_sequence: 0 }, ..BatchInfo::default() };
    marker.write(&mut log, &info, 5);
    let path = "segments/__cluster_metadata-0/00000000000000000000.log";
    let said = found(&files, path, &log);
    assert!(said.contains("type 1 is none of this topic"), "{said}");
}
