//! Segments of a real broker: decoded as Kafka decodes them, and encoded to the same bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rejoin::log::batch::{self, BatchInfo, Compression, Header, Producer, TimestampType};
use rejoin::log::segment;
use rejoin::log::{Partition, Record};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The broker's `.log` files, each with the path of its expected JSON Lines.
fn segments() -> Vec<(PathBuf, PathBuf)> {
    let folder = Path::new("tests/fixtures/segments");
    let list = |path: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(path).expect("a folder of fixtures");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    };
    let mut files: Vec<PathBuf> = list(folder).iter().flat_map(|topic| list(topic)).collect();
    files.sort();
    let expected = |file: &PathBuf| {
        let inside = file.strip_prefix(folder).expect("it was found there");
        Path::new("tests/fixtures/expected").join(inside).with_extension("records.jsonl")
    };
    files.into_iter().map(|file| (expected(&file), file)).map(|(expected, file)| (file, expected)).collect()
}

/// One line a batch, then its records, as the fixtures have them.
fn describe(segment: &[u8]) -> Vec<Value> {
    let mut lines = Vec::new();
    for batch in segment::batches(segment) {
        let batch = batch.expect("a broker's batch is sound");
        lines.push(batch_line(batch.position, &batch.header));
        let (_, records) = batch::decode(batch.bytes).expect("a segment's batch is sound");
        lines.extend(records.iter().map(|(offset, record)| record_line(&batch.header, *offset, record)));
    }
    lines
}

fn batch_line(position: u32, header: &Header) -> Value {
    json!({"batch": {
        "baseOffset": header.base_offset, "lastOffset": header.last_offset(), "count": header.count,
        "position": position, "size": header.size, "magic": 2, "leaderEpoch": header.leader_epoch,
        "compression": header.attributes.compression().expect("a codec").name(),
        "timestampType": header.attributes.timestamp_type().name(),
        "isTransactional": header.attributes.is_transactional(), "isControl": header.attributes.is_control(),
        "maxTimestamp": header.max_timestamp, "deleteHorizon": header.delete_horizon(),
        "producerId": header.producer_id, "producerEpoch": header.producer_epoch,
        "baseSequence": header.base_sequence, "lastSequence": header.last_sequence(), "crc": header.crc,
        "isValid": true,
    }})
}

fn record_line(header: &Header, offset: i64, record: &Record) -> Value {
    let text = |bytes: &Option<Rc<[u8]>>| bytes.as_ref().map(|bytes| STANDARD.encode(bytes));
    let headers: Vec<Value> =
        record.headers.iter().map(|h| json!([STANDARD.encode(&h.key), text(&h.value)])).collect();
    let sequence = match header.base_sequence {
        -1 => -1,
        base => i64::from(base) + offset - header.base_offset,
    };
    json!({
        "offset": offset, "timestamp": record.timestamp_ms,
        "timestampType": header.attributes.timestamp_type().name(), "sequence": sequence,
        "key": text(&record.key), "value": text(&record.value), "headers": headers,
    })
}

#[test]
fn a_brokers_segments_are_decoded_as_kafka_decodes_them() {
    let mut lines = 0;
    for (file, expected) in segments() {
        let found = describe(&fs::read(&file).expect("a segment"));
        let expected = fs::read_to_string(expected).expect("what Kafka read");
        for (found, expected) in found.iter().zip(expected.lines()) {
            let expected: Value = serde_json::from_str(expected).expect("JSON");
            assert_eq!(*found, expected, "{}", file.display());
        }
        assert_eq!(found.len(), expected.lines().count(), "{}", file.display());
        lines += found.len();
    }
    assert!(lines > 900, "only {lines} batches and records were compared");
}

#[test]
fn records_encode_to_the_bytes_that_the_broker_stored() {
    let mut equal = 0;
    for (file, _) in segments() {
        let bytes = fs::read(&file).expect("a segment");
        for batch in segment::batches(&bytes).map(|batch| batch.expect("a broker's batch is sound")) {
            let header = batch.header;
            let (_, records) = batch::decode(batch.bytes).expect("a segment's batch is sound");
            // Other libraries compress to other bytes. What compaction rewrote has offsets of its own; the append's time hides the producer's.
            let create_time = header.attributes.timestamp_type() == TimestampType::CreateTime;
            let plain = header.attributes.compression() == Ok(Compression::None);
            if !plain || !create_time || !header.is_contiguous() || header.delete_horizon().is_some() {
                continue;
            }
            let records: Vec<Record> = records.into_iter().map(|(_, record)| record).collect();
            assert!(
                batch::encode(&info(&header), &records) == batch.bytes,
                "{} at {}",
                file.display(),
                batch.position
            );
            equal += 1;
        }
    }
    assert!(equal > 150, "only {equal} batches were compared");
}

fn info(header: &Header) -> BatchInfo {
    let producer = Producer {
        id: header.producer_id,
        epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
    };
    BatchInfo {
        base_offset: header.base_offset,
        leader_epoch: header.leader_epoch,
        producer,
        transactional: header.attributes.is_transactional(),
        control: header.attributes.is_control(),
        ..BatchInfo::default()
    }
}

/// Compacted logs have holes between and inside batches, markers, and a batch without a record.
#[test]
fn a_restored_log_reads_past_holes_and_markers() {
    let folder = "tests/fixtures/segments/compacted-txn-0";
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("fixtures").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let bytes: Vec<Rc<[u8]>> = files.iter().map(|file| fs::read(file).expect("a segment").into()).collect();
    let log = Partition::restore(0, 0, &bytes).expect("sound segments");
    let batches: Vec<_> =
        bytes.iter().flat_map(|bytes| segment::batches(bytes)).map(|b| b.expect("sound")).collect();
    let data = batches.iter().filter(|batch| !batch.header.attributes.is_control());
    let mut offsets: Vec<i64> = Vec::new();
    data.for_each(|batch| batch.for_each_record(|record| offsets.push(record.offset)));
    assert!(offsets.len() > 3 && batches.iter().any(|batch| batch.header.count == 0));

    let (mut read, mut at) = (Vec::new(), 0);
    while at < log.end() {
        let fetched = log.read(at, 2, u64::MAX);
        let found = (fetched.first..=fetched.last).filter(|offset| offsets.contains(offset));
        let before = read.len();
        read.extend(found);
        assert_eq!((read.len() - before) as u32, fetched.count);
        assert!(fetched.next > at, "a fetch always gets on");
        at = fetched.next;
    }
    assert_eq!(read, offsets);
    for offset in -1..=log.end() {
        let next = offsets.iter().copied().find(|at| *at >= offset);
        assert_eq!(log.next_offset_at_or_after(offset), next, "from {offset}");
    }
    let files = log.segments();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].bytes, bytes.concat(), "the bytes are the broker's");
}
