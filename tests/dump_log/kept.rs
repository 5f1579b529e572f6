//! Committed offsets from a segment: every form of a record, transactions, and what is left out with its reason.

use crate::archive;
use rejoin::backup::kept;
use rejoin::backup::offsets::Key;
use rejoin::base::{Map, Rng, Uuid};
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

/// The last word on each offset of segments that are read one after the other.
fn one_by_one(segments: &[Vec<u8>]) -> (Map<Key, Option<i64>>, u64) {
    let (mut reading, mut last, mut open) = (kept::Reading::default(), Map::new(), 0);
    for segment in segments {
        let kept = reading.segment(segment).expect("sound");
        for (key, value) in kept.offsets {
            last.insert(key, value.map(|value| value.offset));
        }
        open = kept.open;
    }
    (last, open)
}

#[test]
fn segments_one_after_the_other_say_what_they_say_as_one() {
    let mut across = 0;
    for seed in 0..3_000 {
        let mut random = Rng::new(seed);
        let (mut batches, mut parts, mut next) = (Vec::new(), vec![Vec::new()], 0);
        for _ in 0..2 + random.below(14) {
            let producer = Some(random.below(3) as i64).filter(|_| random.below(3) > 0);
            let offset = random.below(50) as i64;
            let value = Some(value(3, offset, None)).filter(|_| random.below(5) > 0);
            let topic = ["t", "u"][random.below(2) as usize];
            let bytes = match (producer, random.below(3)) {
                (Some(id), 0) => marker(next, id, random.below(3) > 0),
                _ => batch(next, producer, &[record(1, "g", topic, value.as_deref())]),
            };
            next += 1 + random.below(2) as i64;
            if random.below(3) == 0 {
                parts.push(Vec::new());
            }
            parts.last_mut().expect("one at least").extend_from_slice(&bytes);
            batches.extend(bytes);
        }
        let whole = one_by_one(&[batches]);
        assert_eq!(one_by_one(&parts), whole, "seed {seed}");
        let alone: Vec<kept::Kept> = parts.iter().map(|part| kept::read(part).expect("sound")).collect();
        let alone =
            alone.into_iter().flat_map(|kept| kept.offsets).map(|(key, of)| (key, of.map(|of| of.offset)));
        across += usize::from(alone.collect::<Map<Key, Option<i64>>>() != whole.0);
    }
    println!("{across} of 3000 logs have a transaction that ends in a later segment and counts");
    assert!(across > 300, "{across}");
}

/// A story's run with a segment of committed offsets, and what it says of it.
fn story(segment: Vec<u8>, text: &str) -> (Runner, String) {
    let mut options = Options::default();
    options.files.give("__consumer_offsets-12/00000000000000000000.log", segment.into());
    let next = marker(6, 1, true);
    options.files.give("__consumer_offsets-12/00000000000000000006.log", next.into());
    options.files.give("a.txt", b"a\nb\n".as_slice().into());
    let files = archive::files();
    let log = &files["segments/codec-none-0/00000000000000000000.log"];
    options.files.give("orders-0/00000000000000000000.log", log.as_slice().into());
    let line = "load __consumer_offsets file=__consumer_offsets-12/00000000000000000000.log";
    let text = text.replace("OFFSETS", line).replace("NEXT", &line.replace("00.log", "06.log"));
    let text = format!("seed 7\n{text}\nend 30s\n");
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
    let (runner, said) = story(open.clone(), &format!("{orders}\nOFFSETS"));
    let left = "Offsets of transactions that do not end in this segment, which are taken with a later one of its folder \
                that ends them: 1.";
    assert!(said.contains(left), "{said}");
    assert_eq!(committed(&runner, "late"), None);
    // The next file of the folder ends it; by itself, or before the other, it has nothing to say of it.
    for (text, taken) in [("OFFSETS\nNEXT", Some(5)), ("NEXT", None), ("NEXT\nOFFSETS", None)] {
        let (runner, said) = story(open.clone(), &format!("{orders}\n{text}"));
        assert_eq!(committed(&runner, "late"), taken, "{text}: {said}");
    }
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
