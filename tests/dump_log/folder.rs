//! A broker's whole log dir in the session: what is in it, what Kafka's tool prints of it, loaded as topics.

use crate::archive;
use rejoin::base::Time;
use rejoin::log::segment;
use rejoin::log::side::snapshot::{self, ProducerEntry};
use rejoin::session::Session;
use rejoin::session::broker::{FileKind, Folder, FolderPartition, look};
use rejoin::session::view::Focus;
use std::collections::BTreeMap;
use std::rc::Rc;

type Files = BTreeMap<String, Vec<u8>>;

fn log_dir(files: &Files) -> Vec<(Rc<str>, Rc<[u8]>)> {
    let of = files.iter().filter(|(path, _)| path.starts_with("segments/"));
    of.map(|(path, bytes)| (path.as_str().into(), bytes.as_slice().into())).collect()
}

fn looked_at(files: &Files) -> Folder {
    look("segments", log_dir(files)).expect("a broker's log dir")
}

fn partition<'a>(folder: &'a Folder, topic: &str, number: i32) -> &'a FolderPartition {
    let topic = folder.topics.iter().find(|of| *of.name == *topic).expect("the topic");
    topic.partitions.iter().find(|of| of.number == number).expect("the partition")
}

/// Records outside control batches that Kafka's own reader finds.
fn records(files: &Files, folder: &str) -> u64 {
    let of = files.iter().filter(|(path, _)| {
        path.starts_with(&format!("expected/{folder}/")) && path.ends_with(".records.jsonl")
    });
    let count = |(_, bytes): (&String, &Vec<u8>)| {
        let mut control = false;
        let mut count = 0;
        for line in String::from_utf8_lossy(bytes).lines() {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            match value.get("batch") {
                Some(batch) => control = batch["isControl"].as_bool().expect("a bool"),
                None => count += u64::from(!control),
            }
        }
        count
    };
    of.map(count).sum()
}

#[test]
fn every_partition_and_file_of_a_log_dir_is_named() {
    let files = archive::files();
    let folder = looked_at(&files);
    let partitions: Vec<_> = folder.topics.iter().flat_map(|topic| &topic.partitions).collect();
    assert_eq!(partitions.len(), 39);
    let inside: usize = partitions.iter().map(|of| of.files.len()).sum();
    assert_eq!(inside + folder.others.len(), log_dir(&files).len(), "none is dropped");
    let logs = folder.files.iter().filter(|file| matches!(file.kind, FileKind::Log(_))).count();
    assert_eq!(logs, 67);
    for of in &folder.topics {
        assert_eq!(of.internal, of.name.starts_with("__"), "{}", of.name);
        for partition in &of.partitions {
            let name = format!("{}-{}", of.name, partition.number);
            assert_eq!(partition.refused, None, "{name}");
            if &*of.name != "__cluster_metadata" {
                assert_eq!(partition.records, records(&files, &name), "{name}");
            }
        }
    }
    let bounds = |topic, number| {
        let of = partition(&folder, topic, number);
        (of.start, of.end, of.logs.len())
    };
    assert_eq!(bounds("trimmed", 0), (73, 150, 3));
    assert_eq!(bounds("trimmed", 1), (40, 40, 1));
    assert_eq!(bounds("aged", 0).0, 32);
    assert_eq!(bounds("empty", 1), (0, 0, 1));
}

#[test]
fn what_lies_beside_a_log_is_compared_with_what_the_log_gives() {
    let files = archive::files();
    let folder = looked_at(&files);
    let remarks = |topic: &str, number| partition(&folder, topic, number).remarks.join("\n");
    assert_eq!(remarks("codec-zstd", 0), "");
    assert!(
        remarks("epochs", 0)
            .contains("entries: 3, in ours 1; all are true: a broker adds one at each clean stop")
    );
    assert!(remarks("many-segments", 0).contains("another index.interval.bytes"));
    assert_eq!(remarks("trimmed", 1), "The log starts at 40, as log-start-offset-checkpoint says.");
    let silent = |of: &&FolderPartition| of.remarks.is_empty();
    let partitions = folder.topics.iter().flat_map(|topic| &topic.partitions);
    // Compaction takes what a snapshot before it still knew of.
    assert!(
        remarks("compacted-txn", 0)
            .contains("24.snapshot: its producer 7 is not as the compacted log has it; the log counts.")
    );
    // compacted-txn, epochs, many-segments, both of trimmed, and KRaft's own log, which saw a clean stop too.
    assert_eq!(partitions.filter(silent).count(), 39 - 6);
}

#[test]
fn a_false_file_beside_a_log_is_named_with_what_is_wrong() {
    let files = archive::files();
    let sound = |name: &str| files[&format!("segments/hourly-0/{name}")].clone();
    let mut index = sound("00000000000000000087.timeindex");
    index[7] ^= 1;
    let mut zeros = sound("00000000000000000000.timeindex");
    zeros.extend([0; 24]);
    let of = |name: &str, bytes: &[u8]| (Rc::from(format!("hourly-0/{name}")), Rc::from(bytes));
    let log = sound("00000000000000000000.log");
    let next = sound("00000000000000000087.log");
    let last = segment::batches(&next).flatten().last().expect("a batch");
    let end = segment::file_name(last.header.last_offset() + 1).replace(".log", ".snapshot");
    let strange = snapshot::write(&[ProducerEntry {
        producer_id: 9,
        epoch: 0,
        last_batch: None,
        timestamp_ms: 1,
        coordinator_epoch: -1,
        open_since: None,
    }]);
    let given = vec![
        of("00000000000000000000.log", &log),
        of("00000000000000000000.timeindex", &zeros),
        of("00000000000000000000.index", &[0, 0, 0, 5, 0, 0, 0, 9]),
        of("00000000000000000000.txnindex", &[1]),
        of("00000000000000000087.log", &next),
        of("00000000000000000087.timeindex", &index),
        of("00000000000000000087.snapshot", b"no snapshot"),
        of(&end, &strange),
        of("leader-epoch-checkpoint", b"0\n1\n3 0\n"),
        of("partition.metadata", b"version: 0\ntopic_id: short"),
        of("notes.txt", b"mine"),
    ];
    let folder = look("hourly-0", given).expect("a partition");
    let of = partition(&folder, "hourly", 0);
    assert_eq!(of.refused, None, "none of them is needed");
    let remarks = of.remarks.join("\n");
    for says in [
        "0.timeindex: 24 bytes of zeros at its end, as a broker that was not stopped leaves them.",
        "0.index: it says that a batch with last offset 5 begins at byte 9, and none does; the index is made again.",
        "0.txnindex: not sound, 1 bytes are no whole number of entries of 34; it is made again from the log.",
        "87.timeindex: it says that the time ",
        "87.snapshot: not sound, ",
        ".snapshot: its producer 9 is not as the log has it; the log counts.",
        "leader-epoch-checkpoint: the batches have leader epoch 0 from offset 0 on, which it does not say; theirs counts.",
        "partition.metadata is not sound: line 2: expected topic_id: and 22 letters of base64.",
        "notes.txt: no file that a broker keeps for a partition; it is not used.",
    ] {
        assert!(remarks.contains(says), "{says}\n{remarks}");
    }
    assert_eq!(of.remarks.len(), 9, "{remarks}");
}

#[test]
fn the_print_of_a_file_is_that_of_kafkas_tool() {
    let files = archive::files();
    let folder = looked_at(&files);
    let mut compared = 0;
    for (place, file) in (0u32..).zip(&folder.files) {
        let topic = file.path.split('-').next().unwrap_or_default();
        let variant = match (file.kind, topic) {
            (FileKind::Log(_), "__consumer_offsets") => "offsets",
            (FileKind::Log(_), "__transaction_state") => "transactions",
            (FileKind::Log(_), "__share_group_state") => "share",
            (FileKind::Log(_), "__cluster_metadata") => continue,
            (FileKind::Log(_), _) => "print",
            _ => "default",
        };
        let Some(expected) = files.get(&format!("expected/{}.{variant}.txt", file.path)) else { continue };
        let expected = String::from_utf8_lossy(expected);
        let dump = folder.dump(place);
        if dump.more {
            assert!(expected.starts_with(&*dump.text), "{}", file.path);
        } else {
            let (shown, rest) = dump.text.split_at(expected.len().min(dump.text.len()));
            assert_eq!(shown, expected, "{}", file.path);
            // What the tool writes to standard error follows.
            assert!(
                rest.is_empty() || files.contains_key(&format!("expected/{}.{variant}.err", file.path)),
                "{rest}"
            );
        }
        compared += 1;
    }
    assert!(compared > 250, "{compared}");
}

#[test]
fn topics_of_a_folder_are_loaded_and_read_to_their_ends() {
    let files = archive::files();
    let folder = looked_at(&files);
    let mut session = Session::open("seed 7\n").expect("a story");
    let chosen: Vec<(Rc<str>, Rc<str>)> = folder
        .topics
        .iter()
        .filter(|topic| topic.loadable())
        .map(|topic| (topic.name.clone(), format!("old-{}", topic.name).into()))
        .collect();
    let summary = session.load_folder(&folder, &chosen).expect("it loads");
    let expected: u64 =
        folder.topics.iter().filter(|topic| topic.loadable()).map(|topic| topic.records()).sum();
    assert_eq!(summary.records, expected + leftover(&folder));
    assert_eq!(summary.topics.len(), chosen.len());
    let topics: Vec<&str> = chosen.iter().map(|(_, new)| &**new).collect();
    session.apply("group readers reset=earliest").expect("a group");
    session.apply(&format!("consumer r1 group=readers topics={}", topics.join(","))).expect("a consumer");
    session.advance_to(Time::from_ms(40_000));
    let view = session.view(&Focus::Group("readers".into()));
    assert_eq!(view.stage.topics.len(), chosen.len());
    for topic in &view.stage.topics {
        for log in &topic.partitions {
            let of = partition(&folder, topic.name.trim_start_matches("old-"), log.partition);
            assert_eq!((log.log_start, log.end), (of.start, of.end), "{}-{}", topic.name, log.partition);
            let read = log.committed.unwrap_or(log.end);
            assert_eq!(read, log.end, "{}-{} is read to its end", topic.name, log.partition);
        }
    }
    // The run as text is a story that finds the same files.
    let text = view.story.text.clone();
    session.run(&text).expect("its own text");
    session.advance_to(Time::from_ms(40_000));
    assert_eq!(session.view(&Focus::Group("readers".into())).run.hash, view.run.hash);
}

/// Records below the log's start in segments that are loaded.
fn leftover(folder: &Folder) -> u64 {
    let trimmed = partition(folder, "trimmed", 1);
    assert_eq!(trimmed.logs.len(), 1);
    0
}

#[test]
fn what_cannot_be_loaded_is_refused_by_name_and_nothing_changes() {
    let files = archive::files();
    let path = |folder: &str, file: &str| -> Rc<str> { format!("{folder}/{file}").into() };
    let sound: Rc<[u8]> = files["segments/codec-none-0/00000000000000000000.log"].as_slice().into();
    let mut damaged = sound.to_vec();
    damaged[300] ^= 1;
    let folder = look(
        "data",
        vec![
            (path("data/orders-0", "00000000000000000000.log"), damaged.into()),
            (path("data/orders-1", "00000000000000000000.log"), sound.clone()),
            (path("data/fine-0", "00000000000000000000.log"), sound.clone()),
            (path("data/late-0", "00000000000000000000.log"), sound.clone()),
            (path("data/late-0", "00000000000000000100.log"), sound.clone()),
            (path("data/bare-0", "00000000000000000000.index"), Rc::from([])),
            (path("data/named-0", "00000000000000000007.log"), sound.clone()),
            (path("data/my copy", "00000000000000000000.log"), sound.clone()),
            (path("data/gone-0.0a1b-delete", "00000000000000000000.log"), sound.clone()),
        ],
    )
    .expect("there are partitions");
    let refused = |topic| partition(&folder, topic, 0).refused.clone().unwrap_or_default().to_string();
    assert!(
        refused("orders").starts_with("orders-0/00000000000000000000.log: at byte "),
        "{}",
        refused("orders")
    );
    assert!(refused("late").contains("100.log: at byte 0: baseOffset is 0, expected 176 or more"));
    assert_eq!(refused("bare"), "there is no .log file");
    assert!(refused("named").contains("baseOffset is 0, expected 7 or more"), "{}", refused("named"));
    assert_eq!(folder.others.len(), 1, "the folder that is about to be deleted is named, and not loaded");

    assert_eq!(partition(&folder, "my copy", 0).records, 176);

    let mut session = Session::open("seed 7\ntopic taken partitions=1\n").expect("a story");
    let focus = Focus::Group("g".into());
    let before = session.view(&focus).run.hash.clone();
    let pair = |a: &str, b: &str| (Rc::from(a), Rc::from(b));
    for (chosen, says) in [
        (vec![], "No topic is chosen."),
        (vec![pair("orders", "orders")], "orders cannot be loaded."),
        (vec![pair("fine", "taken")], "There is a topic taken already: give this one another name."),
        (vec![pair("my copy", "my copy")], "Found my copy, expected a topic name"),
        (vec![pair("fine", "no such name")], "Found no such name, expected a topic name"),
    ] {
        let said = session.load_folder(&folder, &chosen).expect_err("refused");
        assert!(said.starts_with(says), "{said}");
        assert_eq!(session.view(&focus).run.hash, before);
    }
    for (given, says) in [
        (
            vec![("a.txt".into(), sound.clone())],
            "x has no partition of a broker: none of its 1 files is a log",
        ),
        (
            vec![
                (path("a/o-0", "00000000000000000000.log"), sound.clone()),
                (path("b/o-0", "00000000000000000000.log"), sound.clone()),
            ],
            "o-0/00000000000000000000.log is there twice",
        ),
    ] {
        let said = look("x", given).expect_err("refused");
        assert!(said.starts_with(says), "{said}");
    }
}
