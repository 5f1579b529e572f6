//! A broker's partitions loaded as topics: read, backed up, exported, imported and restored as they were.

use crate::archive;
use rejoin::backup;
use rejoin::log::segment;
use rejoin::story::run::Proof;
use rejoin::story::{Options, Runner, Story};
use std::collections::BTreeMap;

type Folders = BTreeMap<String, Vec<(String, Vec<u8>)>>;

/// The partitions with their logs, in the order of offsets; KRaft's own log is no topic of clients.
fn folders() -> Folders {
    let mut folders = Folders::new();
    for (path, bytes) in archive::files() {
        let Some(path) = path.strip_prefix("segments/").filter(|path| path.ends_with(".log")) else {
            continue;
        };
        let (folder, file) = path.split_once('/').expect("a file in a folder");
        if !bytes.is_empty() && !folder.starts_with("__") {
            folders.entry(folder.to_owned()).or_default().push((file.to_owned(), bytes));
        }
    }
    folders
}

/// Loads a partition's segments, each by a line, and lets a consumer read it.
fn run(segments: &[(String, Vec<u8>)], more: &str, end: u64) -> Runner {
    let mut options = Options::default();
    let mut text = String::from("seed 7\n");
    for (name, bytes) in segments {
        options.files.give(name, bytes.clone().into());
        text.push_str(&format!("load orders file={name}\n"));
    }
    text.push_str("group checkout reset=earliest commit=sync\nconsumer c1 group=checkout topics=orders\n");
    text.push_str(&format!("{more}end {end}s\n"));
    let mut runner = Runner::new(&Story::parse(&text).expect("a story"), options);
    runner.finish(None);
    runner
}

#[test]
fn a_brokers_partition_keeps_its_offsets_and_is_read_to_its_end() {
    let folders = folders();
    assert!(folders.len() >= 20, "{}", folders.len());
    for (folder, segments) in &folders {
        let runner = run(segments, "", 20);
        let facts = runner.world().partition("orders", 0, Some("checkout")).expect("it was made");
        let batches = segments.iter().flat_map(|(_, bytes)| segment::batches(bytes));
        let headers: Vec<_> = batches.map(|batch| batch.expect("sound").header).collect();
        let (first, last) = (&headers[0], &headers[headers.len() - 1]);
        assert_eq!((facts.log_start, facts.end), (first.base_offset, last.last_offset() + 1), "{folder}");
        assert_eq!(facts.committed, Some(facts.end), "{folder}: all is read");
    }
}

#[test]
fn a_loaded_partition_is_backed_up_and_restored_byte_for_byte() {
    let lines = "at 12s backup full\nat 13s delete topic orders\nat 14s restore apply latest\n";
    for name in ["codec-zstd-0", "codec-snappy-0", "txn-mixed-0", "compacted-txn-0", "edge-records-0"] {
        let segments = &folders()[name];
        let runner = run(segments, lines, 40);
        assert_eq!(runner.proof(), Proof::Holds, "{name}");
        let catalog = backup::Catalog::of(runner.store()).expect("a catalog");
        assert!(catalog.backups.iter().all(|of| backup::verify(runner.store(), &of.label).ok()), "{name}");
        let bytes: Vec<u8> = segments.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
        let log = runner.world().log("orders", 0).expect("it is back");
        assert!(log.bytes_between(0, log.end()) == bytes, "{name}");
    }
}

#[test]
fn what_is_no_sound_segment_or_does_not_fit_is_refused_by_name() {
    let folders = folders();
    let (_, sound) = &folders["codec-none-0"][0];
    let refused = |file: &[u8], line: &str| {
        let mut options = Options::default();
        options.files.give("a.log", file.into());
        let story = format!("seed 7\ntopic orders partitions=1\nload orders file=a.log {line}\nend 1s\n");
        let mut runner = Runner::new(&Story::parse(&story).expect("a story"), options);
        runner.finish(None);
        let facts = runner.world().partition("orders", 0, None).expect("it exists");
        assert_eq!((facts.log_start, facts.end), (0, 0), "{line}");
        rejoin::story::report::Report::of(&mut runner).refusals[0].2.to_string()
    };
    let mut flipped = sound.clone();
    flipped[80] ^= 1;
    let cut = &sound[..sound.len() - 3];
    let cases = [
        (&flipped[..], "", "a.log is not loaded: at byte 0: the CRC is wrong"),
        (cut, "", "a.log is not loaded: at byte "),
        (sound, "partition=1", "a.log is not loaded: partition: orders has 1, numbered from 0"),
        (
            sound,
            "key=user",
            "a.log is not loaded: records of a segment have keys, times and offsets of their own",
        ),
        (sound, "rate=5/s", "a.log is not loaded: records of a segment have keys"),
        (b"a\nb\n", "partition=0", "lines are spread over the partitions"),
        (b"a\nb\n", "format=segment", "a.log is not loaded: at byte 0: 4 bytes at the end are not a batch"),
        (b"", "format=segment", "a.log is not loaded: the segment has no records"),
    ];
    for (file, line, says) in cases {
        let said = refused(file, line);
        assert!(said.starts_with(says), "{line:?}: {said}");
    }
}

/// A story's text with a line for each segment of a partition's folder, and its end.
fn of_folder(folder: &str, more: &str) -> Runner {
    let mut options = Options::default();
    let mut text = String::from("seed 7\n");
    for (path, bytes) in archive::files() {
        let Some(path) = path.strip_prefix("segments/").filter(|path| path.ends_with(".log")) else {
            continue;
        };
        if path.starts_with(&format!("{folder}/")) {
            options.files.give(path, bytes.into());
            let first = if text.contains("load") { "" } else { more };
            text.push_str(&format!("load orders file={path} format=segment{first}\n"));
        }
    }
    text.push_str(
        "group checkout reset=earliest commit=sync\nconsumer c1 group=checkout topics=orders\nend 20s\n",
    );
    let mut runner = Runner::new(&Story::parse(&text).expect("a story"), options);
    runner.finish(None);
    runner
}

#[test]
fn a_log_starts_where_its_checkpoint_says_and_an_empty_segment_says_where_it_goes_on() {
    for (folder, more, log_start, end) in [
        ("trimmed-0", " start=73", 73, 150),
        ("trimmed-1", " start=40", 40, 40),
        ("trimmed-1", "", 35, 40),
        ("empty-0", "", 0, 0),
        ("aged-0", "", 32, 48),
    ] {
        let runner = of_folder(folder, more);
        let facts = runner.world().partition("orders", 0, Some("checkout")).expect("it was made");
        assert_eq!((facts.log_start, facts.end), (log_start, end), "{folder}{more}");
        assert_eq!(facts.lag.unwrap_or(end - log_start), 0, "{folder}{more}: all of it is read");
    }
    let refusals = |more| rejoin::story::report::Report::of(&mut of_folder("trimmed-0", more)).refusals;
    let refused = |more| refusals(more).first().map(|of| of.2.to_string()).unwrap_or_default();
    assert!(
        refused(" start=69").ends_with("offset 69 is not within the segment's 70 to 105"),
        "{}",
        refused(" start=69")
    );
    assert!(refused(" start=106").contains("offset 106 is not within"), "{}", refused(" start=106"));

    let mut options = Options::default();
    options.files.give("orders-0/00000000000000000042.log", Default::default());
    options.files.give("orders-0/00000000000000000007.log", Default::default());
    let text = "seed 7\nload orders file=orders-0/00000000000000000042.log format=segment\n\
                load orders file=orders-0/00000000000000000042.log format=segment start=42\nend 1s\n";
    let mut runner = Runner::new(&Story::parse(text).expect("a story"), options);
    runner.finish(None);
    let facts = runner.world().partition("orders", 0, None).expect("it was made");
    assert_eq!((facts.log_start, facts.end), (42, 42));
    let refusal = rejoin::story::report::Report::of(&mut runner).refusals[0].2.to_string();
    assert!(refusal.contains("start: the partition held records before"), "{refusal}");
    for name in ["../orders.log", "a/b/c.log", "/etc/passwd", "a/"] {
        let text = format!("seed 7\nload orders file={name}\nend 1s\n");
        assert!(Story::parse(&text).is_err(), "{name}");
    }
}
