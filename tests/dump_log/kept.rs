//! Committed offsets from a segment: every form of a record, transactions, and what is left out with its reason.

use crate::archive;
use rejoin::backup::kept;
use rejoin::base::Uuid;
use rejoin::log::Record;
use rejoin::log::batch::{self, BatchInfo};
use rejoin::story::run::Runner;
use rejoin::story::{Options, Story, report};

/// A record of a commit: the key's version, whose it is, and the value.
fn record(version: i16, group: &str, topic: &str, value: Option<&[u8]>) -> Record {
    let text = |text: &str| [&(text.len() as i16).to_be_bytes()[..], text.as_bytes()].concat();
    let key = [&version.to_be_bytes()[..], &text(group), &text(topic), &0i32.to_be_bytes()].concat();
    Record::new(1_800_000_000_000, Some(&key), value)
}

/// A value of each version.
fn value(version: i16, offset: i64, id: Option<Uuid>) -> Vec<u8> {
    let mut out = version.to_be_bytes().to_vec();
    out.extend(offset.to_be_bytes());
    if version >= 3 {
        out.extend(5i32.to_be_bytes());
    }
    match version {
        4 => out.extend([3, b'm', b'!']),
        _ => out.extend([0, 2, b'm', b'!']),
    }
    out.extend(1_800_000_000_000i64.to_be_bytes());
    match (version, id) {
        (1, _) => out.extend(7i64.to_be_bytes()),
        // A field that is not known yet comes first.
        (4, Some(id)) => out.extend([&[2, 9, 1, 0xff, 0, 16][..], &id.0].concat()),
        (4, None) => out.push(0),
        _ => {}
    }
    out
}

/// A batch of the log; of a transaction when it has a producer.
fn batch(base_offset: i64, producer: Option<i64>, records: &[Record]) -> Vec<u8> {
    let info = BatchInfo { base_offset, ..BatchInfo::default() };
    batch::encode(&with(info, producer), records)
}

fn with(info: BatchInfo, producer: Option<i64>) -> BatchInfo {
    let Some(id) = producer else { return info };
    let producer = batch::Producer { id, epoch: 0, base_sequence: 0 };
    BatchInfo { producer, transactional: true, ..info }
}

fn marker(base_offset: i64, producer: i64, commit: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let info = with(BatchInfo { base_offset, ..BatchInfo::default() }, Some(producer));
    batch::Marker { commit, coordinator_epoch: 0 }.write(&mut out, &info, 1_800_000_000_000);
    out
}

#[test]
fn every_version_of_a_value_is_read_and_what_is_none_is_counted() {
    let id = Uuid([7; 16]);
    for (version, id) in [(0, None), (1, None), (2, None), (3, None), (4, None), (4, Some(id))] {
        for key_version in [0, 1] {
            let bytes = value(version, 42, id);
            let kept =
                kept::read(&batch(0, None, &[record(key_version, "g", "t", Some(&bytes))])).expect("sound");
            let read = kept.offsets[&("g".into(), "t".into(), 0)].clone().expect("a value");
            assert_eq!((read.offset, &*read.metadata), (42, "m!"), "version {version}");
            assert_eq!(read.leader_epoch, if version >= 3 { 5 } else { -1 });
            assert_eq!(read.topic_id, id.unwrap_or(Uuid::ZERO));
            assert_eq!((kept.unread, read.expire_timestamp_ms), (0, None));
            for cut in 0..bytes.len() {
                let kept =
                    kept::read(&batch(9, None, &[record(1, "g", "t", Some(&bytes[..cut]))])).expect("sound");
                assert_eq!((kept.unread, kept.first_unread), (1, Some(9)), "version {version}, {cut} bytes");
                assert!(kept.offsets.is_empty());
            }
        }
    }
    let strange = [
        record(1, "g", "t", Some(&value(5, 1, None))),
        record(1, "g", "t", Some(&value(3, -1, None))),
        record(2, "g", "t", Some(b"what a group is")),
        Record::new(0, None, Some(b"no key")),
        Record::new(0, Some(&[0]), None),
    ];
    let kept = kept::read(&batch(0, None, &strange)).expect("sound");
    assert_eq!((kept.unread, kept.first_unread), (4, Some(0)), "records of groups are none of them");
    let dropped = [record(1, "g", "t", Some(&value(3, 1, None))), record(1, "g", "t", None)];
    let kept = kept::read(&batch(0, None, &dropped)).expect("sound");
    assert_eq!(kept.offsets[&("g".into(), "t".into(), 0)], None);
}

#[test]
fn offsets_of_a_transaction_count_from_its_marker_on_unless_a_later_one_stands() {
    let at = |offset: i64| [record(1, "g", "t", Some(&value(3, offset, None)))];
    let (one, two) = (Some(1), Some(2));
    for (name, batches, committed, open) in [
        ("committed", vec![batch(0, one, &at(5)), marker(1, 1, true)], Some(5), 0),
        ("aborted", vec![batch(0, None, &at(3)), batch(1, one, &at(5)), marker(2, 1, false)], Some(3), 0),
        ("open", vec![batch(0, None, &at(3)), batch(1, one, &at(5))], Some(3), 1),
        (
            "a later plain one",
            vec![batch(0, one, &at(5)), batch(1, None, &at(3)), marker(2, 1, true)],
            Some(3),
            0,
        ),
        (
            "an earlier plain one",
            vec![batch(0, None, &at(3)), batch(1, one, &at(5)), marker(2, 1, true)],
            Some(5),
            0,
        ),
        (
            "the end of another one",
            vec![batch(0, one, &at(5)), batch(1, two, &at(6)), marker(2, 2, true), marker(3, 1, true)],
            Some(6),
            0,
        ),
        ("a marker alone", vec![batch(0, None, &at(3)), marker(1, 1, true)], Some(3), 0),
        (
            "what was dropped before",
            vec![batch(0, one, &at(5)), batch(1, None, &[record(1, "g", "t", None)]), marker(2, 1, true)],
            Some(5),
            0,
        ),
    ] {
        let kept = kept::read(&batches.concat()).expect("sound");
        let found = kept.offsets.get(&("g".into(), "t".into(), 0)).cloned().flatten();
        assert_eq!((found.map(|value| value.offset), kept.open), (committed, open), "{name}");
    }
}

/// A story's run with a segment of committed offsets, and what it says of it.
fn story(segment: Vec<u8>, text: &str) -> (Runner, String) {
    let mut options = Options::default();
    options.files.give("__consumer_offsets-12/00000000000000000000.log", segment.into());
    options.files.give("a.txt", b"a\nb\n".as_slice().into());
    let files = archive::files();
    let log = &files["segments/codec-none-0/00000000000000000000.log"];
    options.files.give("orders-0/00000000000000000000.log", log.as_slice().into());
    let line = "load __consumer_offsets file=__consumer_offsets-12/00000000000000000000.log";
    let text = format!("seed 7\n{}\nend 30s\n", text.replace("OFFSETS", line));
    let mut runner = Runner::new(&Story::parse(&text).expect("a story"), options);
    runner.finish(None);
    let mut said: Vec<String> = report::happened(&runner).into_iter().map(|(_, line)| line).collect();
    said.extend(report::Report::of(&mut runner).refusals.iter().map(|of| of.2.to_string()));
    (runner, said.join("\n"))
}

/// Commits for `orders`, with this id, and some that cannot be taken.
fn commits(id: Option<Uuid>) -> Vec<u8> {
    let value = |offset| value(4, offset, id);
    batch(
        0,
        None,
        &[
            record(1, "checkout", "orders", Some(&value(40))),
            record(1, "far", "orders", Some(&value(4000))),
            record(1, "no\nname", "orders", Some(&value(1))),
            record(1, "checkout", "gone", Some(&value(1))),
            record(1, "nobody", "orders", None),
        ],
    )
}

/// The line that makes `orders`.
fn orders(id: Uuid) -> String {
    format!("load orders file=orders-0/00000000000000000000.log topic-id={id}")
}

#[test]
fn what_cannot_be_taken_is_left_out_with_its_reason() {
    let id = Uuid([7; 16]);
    let orders = orders(id);
    let committed = |runner: &Runner, group: &str| {
        runner.world().partition("orders", 0, Some(group)).and_then(|facts| facts.committed)
    };
    let (runner, said) = story(commits(Some(id)), &format!("{orders}\nOFFSETS"));
    assert_eq!(committed(&runner, "checkout"), Some(40), "{said}");
    assert_eq!(committed(&runner, "far"), Some(176), "{said}");
    for says in [
        "Groups that go on where they were: checkout, far.",
        "Offsets beyond the end of their log, which are committed at its end: 1.",
        "Offsets for gone, which has no such partition here: 1.",
        "Offsets of \"no\\nname\", a name that no group has here: 1.",
    ] {
        assert!(said.contains(says), "{says}\n{said}");
    }
    let (runner, said) = story(commits(Some(Uuid([8; 16]))), &format!("{orders}\nOFFSETS topics=orders"));
    assert_eq!(committed(&runner, "checkout"), None);
    let other = "Offsets for orders, which has another id here than CAgICAgICAgICAgICAgICA: 3. Load it with topic-id=";
    assert!(said.contains(other) && said.contains("Offsets for gone, which is not loaded: 1."), "{said}");

    let living = format!("{orders}\nconsumer c1 group=checkout topics=orders\nat 5s OFFSETS");
    let (_, said) = story(commits(Some(id)), &living);
    assert!(said.contains("Offsets of checkout, which has members here: 1. Stop them first."), "{said}");

    let open =
        [commits(Some(id)), batch(5, Some(1), &[record(1, "late", "orders", Some(&value(3, 5, None)))])]
            .concat();
    let (runner, said) = story(open, &format!("{orders}\nOFFSETS"));
    assert!(
        said.contains("Offsets of transactions that do not end in this segment, which are not taken: 1."),
        "{said}"
    );
    assert_eq!(committed(&runner, "late"), None);
}

#[test]
fn lines_that_say_what_cannot_be_are_refused() {
    let orders = orders(Uuid([7; 16]));
    let mut damaged = commits(None);
    damaged[80] ^= 1;
    for (segment, text, says) in [
        (damaged, "OFFSETS".to_owned(), "is not loaded: at byte 0: the CRC is wrong"),
        (
            commits(None),
            "OFFSETS partition=3".into(),
            "partition=, start=, rate= and topic-id= say nothing of them",
        ),
        (commits(None), "load __consumer_offsets file=a.txt".into(), "takes nothing but a broker's segments"),
        (
            commits(None),
            "load orders file=a.txt topics=b".into(),
            "topics= is for segments of __consumer_offsets",
        ),
        (
            commits(None),
            "load orders file=a.txt topic-id=CAgICAgICAgICAgICAgICA".into(),
            "are for format=segment",
        ),
        (
            commits(None),
            format!("{orders}\n{}", orders.replace("load orders", "load again")),
            "topic-id: orders has this id",
        ),
        (
            commits(None),
            format!("topic orders partitions=1\n{orders}"),
            "topic-id: orders is here and has its id",
        ),
    ] {
        let (_, said) = story(segment, &text);
        assert!(said.contains(says), "{text}: {says}\n{said}");
    }
    for line in ["load t file=a topic-id=short", "load t file=a topics=a:b:c/", "load t file=a topics="] {
        assert!(Story::parse(&format!("seed 7\n{line}\nend 1s\n")).is_err(), "{line}");
    }
}
