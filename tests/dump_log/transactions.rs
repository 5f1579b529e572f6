//! Transactions as a real broker (4.3.1, transaction version 2) wrote them, one record a batch, and as the lab writes them.
//!
//! `pay`: a commit, an abort over two partitions, commits, a new process. `fence`: a second process with the same id takes
//! over in the midst of a transaction. `dead`: a transaction that took too long, and the producer going on after it aborted.
//! `again`: a process that dies in a transaction, the next one, and its `close()` in the midst of another.

use crate::conformance::{Folder, run};
use rejoin::log::batch::{BatchInfo, Header, Marker, Parts, Producer, encode_into};
use rejoin::log::side::{aborted, snapshot};
use rejoin::log::{Partition, segment};
use rejoin::story::{Options, Runner, Story};
use std::collections::BTreeMap;

const LOG: &str = "00000000000000000000.log";

/// The files of a partition's folder.
fn folder(name: &str) -> BTreeMap<String, Vec<u8>> {
    let path = format!("{}/tests/dump_log/transactions/{name}", env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(path).expect("a recorded partition");
    let file = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read(path).expect("a file"))
    };
    entries.map(file).collect()
}

/// What `kafka-dump-log` would print of a log.
fn dumped(log: &[u8]) -> String {
    let files = BTreeMap::from([(format!("x/{LOG}"), log.to_vec())]);
    let (status, out, err) = run(&Folder { files: &files, name: "x" }, &["--print-data-log", "--files", LOG]);
    assert_eq!((status, &*err), (0, ""));
    out
}

#[test]
fn batches_of_producers_with_numbers_and_markers_are_kafkas_to_the_byte() {
    for name in ["idem-0", "pay-0", "pay-1", "fence-0", "dead-0", "again-0"] {
        let files = folder(name);
        let mut made = Vec::new();
        for batch in segment::batches(&files[LOG]) {
            let batch = batch.expect("sound");
            let Header { base_offset, producer_id, producer_epoch, base_sequence, .. } = batch.header;
            let producer = Producer { id: producer_id, epoch: producer_epoch, base_sequence };
            let attributes = batch.header.attributes;
            let info = BatchInfo {
                base_offset,
                producer,
                transactional: attributes.is_transactional(),
                ..BatchInfo::default()
            };
            batch.for_each_record(|record| match attributes.is_control() {
                true => {
                    let marker = Marker::parse(record.key, record.value).expect("the end of a transaction");
                    marker.write(&mut made, &info, record.timestamp_ms);
                }
                false => {
                    let (key, value) = (record.key, record.value);
                    let parts = Parts {
                        offset_delta: 0,
                        timestamp_ms: record.timestamp_ms,
                        key,
                        value,
                        headers: &[],
                    };
                    encode_into(&mut made, &info, std::iter::once(parts));
                }
            });
        }
        assert_eq!(made, files[LOG], "{name}");
        assert_eq!(dumped(&made).as_bytes(), files["dump.txt"], "{name}");
        // What the broker kept beside its log is what the log comes to.
        let log = Partition::restore(0, 0, &[made.into()]).expect("sound");
        let index = files.get("00000000000000000000.txnindex").cloned().unwrap_or_default();
        assert_eq!(aborted::write(&log.aborted_transactions()), index, "{name}");
        let kept = &files[&format!("{:020}.snapshot", log.end())];
        assert_eq!(snapshot::write(&log.producers()), *kept, "{name}");
    }
}

/// A dump without what follows from clocks, payloads and other producers.
fn shape(dump: &str) -> Vec<String> {
    let of_batch = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let kept = words.chunks(2).filter(|pair| {
            !matches!(pair[0], "producerId:" | "position:" | "CreateTime:" | "size:" | "crc:")
        });
        kept.map(|pair| pair.join(" ")).collect::<Vec<_>>().join(" ")
    };
    let of_record = |line: &str| {
        let ended = line.split_once("endTxnMarker").map(|(_, how)| how.to_owned());
        let sequence =
            line.split_once("sequence: ").and_then(|(_, rest)| rest.split(' ').next()).unwrap_or("");
        format!("| {sequence} {}", ended.unwrap_or_default())
    };
    let lines = dump.lines().filter(|line| line.starts_with("baseOffset") || line.starts_with('|'));
    lines.map(|line| if line.starts_with('|') { of_record(line) } else { of_batch(line) }).collect()
}

#[test]
fn the_lab_writes_what_the_broker_wrote() {
    for (name, story) in [
        (
            "fence-0",
            "producer f1 topic=t rate=1/s transactional-id=fence transaction=9\n\
             at 900ms producer f2 topic=t rate=1/s transactional-id=fence transaction=1 until=1s\nend 5s\n",
        ),
        (
            "dead-0",
            "producer d topic=t rate=0.08/s transactional-id=dead transaction-timeout=3s transaction=60s until=30s\n\
             end 40s\n",
        ),
        (
            "again-0",
            "producer k topic=t rate=2/s transactional-id=again transaction=9\nat 900ms kill k\nat 2s start k\n\
             at 2400ms stop k\nend 5s\n",
        ),
        ("idem-0", "producer i topic=t rate=1/s idempotence=yes until=3s\nend 5s\n"),
    ] {
        let story = Story::parse(&format!("topic t\n{story}")).expect("a story");
        let mut runner = Runner::new(&story, Options::default());
        runner.finish(None);
        let log = runner.world().log("t", 0).expect("its log");
        let ours = shape(&dumped(&log.bytes_between(0, log.end())));
        let theirs = String::from_utf8(folder(name)["dump.txt"].clone()).expect("text");
        // Of the real producer that went on after the timeout the next transaction was the third record.
        assert_eq!(ours.join("\n"), shape(&theirs).join("\n"), "{name}");
    }
}
