//! The committed offsets of a broker's folder: read as Kafka reads them, and groups go on where they were.

use crate::archive;
use rejoin::backup::kept;
use rejoin::base::Time;
use rejoin::session::Session;
use rejoin::session::broker::{Folder, look};
use rejoin::session::view::Focus;
use rejoin::story::run::Runner;
use rejoin::story::{Options, Story};
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;

type Files = BTreeMap<String, Vec<u8>>;
/// Group, topic and partition.
type Key = (String, String, i64);
/// The place of the record, and what it commits; `None` when it drops it.
type Said = (usize, Option<(i64, String)>);

/// What counts, by what `kafka-dump-log.sh --offsets-decoder` prints: offsets of transactions from their marker on.
fn told(text: &str) -> BTreeMap<Key, (i64, String)> {
    let (mut said, mut open): (BTreeMap<Key, Said>, BTreeMap<i64, BTreeMap<Key, Said>>) = Default::default();
    let (mut producer, mut transactional) = (-1, false);
    let after = |line: &str, word: &str| {
        line.split(&format!("{word}: ")).nth(1).and_then(|rest| rest.split(' ').next().map(str::to_owned))
    };
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("baseOffset") {
            producer = after(line, "producerId").expect("an id").parse().expect("a number");
            transactional = after(line, "isTransactional").as_deref() == Some("true");
        } else if let Some(end) = after(line, "endTxnMarker") {
            for (key, new) in open.remove(&producer).unwrap_or_default() {
                let later = said.get(&key).is_some_and(|(known, value)| *known > new.0 && value.is_some());
                if end == "COMMIT" && !later {
                    said.insert(key, new);
                }
            }
        } else if let Some((key, payload)) =
            line.split(" key: ").nth(1).and_then(|rest| rest.split_once(" payload: "))
        {
            let key: Value = serde_json::from_str(key).expect("JSON");
            if key["type"] != "1" {
                continue;
            }
            let of = |name: &str| key["data"][name].as_str().expect("a text").to_owned();
            let key = (of("group"), of("topic"), key["data"]["partition"].as_i64().expect("a number"));
            let value = serde_json::from_str::<Value>(payload).ok().map(|value| {
                let data = &value["data"];
                (
                    data["offset"].as_i64().expect("a number"),
                    data["metadata"].as_str().expect("a text").to_owned(),
                )
            });
            let into = if transactional { open.entry(producer).or_default() } else { &mut said };
            into.insert(key, (at, value));
        }
    }
    said.into_iter().filter_map(|(key, (_, value))| Some((key, value?))).collect()
}

fn log_dir(files: &Files) -> Vec<(Rc<str>, Rc<[u8]>)> {
    let of = files.iter().filter(|(path, _)| path.starts_with("segments/"));
    of.map(|(path, bytes)| (path.as_str().into(), bytes.as_slice().into())).collect()
}

/// What counts in a broker's whole folder, by Kafka's own print.
fn all_told(files: &Files) -> BTreeMap<Key, (i64, String)> {
    let of =
        |path: &String| path.starts_with("expected/__consumer_offsets-") && path.ends_with(".offsets.txt");
    files
        .iter()
        .filter(|(path, _)| of(path))
        .flat_map(|(_, text)| told(&String::from_utf8_lossy(text)))
        .collect()
}

#[test]
fn offsets_are_those_that_kafkas_tool_prints_with_transactions_resolved() {
    let files = archive::files();
    let mut compared = 0;
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("segments/__consumer_offsets-")) {
        let Some(name) = path.strip_prefix("segments/").filter(|path| path.ends_with(".log")) else {
            continue;
        };
        let printed = String::from_utf8_lossy(&files[&format!("expected/{name}.offsets.txt")]);
        let kept = kept::read(bytes).expect("sound");
        let ours: BTreeMap<Key, (i64, String)> = kept
            .offsets
            .iter()
            .filter_map(|((group, topic, partition), value)| {
                let value = value.as_ref()?;
                let key = (group.to_string(), topic.to_string(), i64::from(*partition));
                Some((key, (value.offset, value.metadata.to_string())))
            })
            .collect();
        assert_eq!(ours, told(&printed), "{name}");
        assert_eq!((kept.unread, kept.open), (0, 0), "{name}");
        compared += ours.len();
    }
    assert!(compared > 12, "{compared}");
    // Committed, aborted, committed: the last one counts, as the print says.
    assert_eq!(all_told(&files)[&("txn-group".into(), "hourly".into(), 0)].0, 13);
}

/// A session with the topics of the folder under new names, and its offsets.
fn loaded(folder: &Folder, rename: impl Fn(&str) -> String) -> Session {
    let mut session = Session::open("seed 7\n").expect("a story");
    let chosen: Vec<(Rc<str>, Rc<str>)> = folder
        .topics
        .iter()
        .filter(|topic| topic.loadable() || topic.holds_offsets())
        .map(|topic| (topic.name.clone(), rename(&topic.name).into()))
        .collect();
    let summary = session.load_folder(folder, &chosen).expect("it loads");
    assert!(!summary.topics.iter().any(|topic| topic.starts_with("__")), "{:?}", summary.topics);
    session
}

#[test]
fn a_consumer_of_the_same_group_goes_on_where_it_was() {
    let files = archive::files();
    let folder = look("segments", log_dir(&files)).expect("a broker's log dir");
    let expected = all_told(&files);
    let groups: std::collections::BTreeSet<&str> =
        expected.keys().map(|(group, ..)| group.as_str()).collect();
    let offsets = folder.offsets.as_ref().expect("there are some");
    assert_eq!(
        offsets.groups.iter().map(|of| &**of).collect::<Vec<_>>(),
        Vec::from_iter(groups.iter().copied())
    );
    assert_eq!(offsets.count as usize, expected.len());
    for rename in [|name: &str| name.to_owned(), |name: &str| format!("old.{name}")] {
        let mut session = loaded(&folder, rename);
        let (mut checked, mut middle) = (0, Vec::new());
        let world = native(&folder, &session.view(&Focus::Consumer("none".into())).story.text);
        for ((group, topic, partition), (offset, _)) in &expected {
            let Some(facts) = world.world().partition(&rename(topic), *partition as i32, Some(group)) else {
                continue;
            };
            assert_eq!(facts.committed, Some((*offset).min(facts.end)), "{group} in {topic}-{partition}");
            checked += 1;
            if topic == "hourly" && *offset < facts.end {
                middle.push((group.clone(), *offset));
            }
        }
        assert!(checked > 12, "{checked}");
        // Those that left it in the middle go on there: nothing below is read, all above is, whatever their protocol.
        assert!(middle.len() >= 4, "{middle:?}");
        for (i, (group, _)) in middle.iter().enumerate() {
            let (topic, protocol) = (rename("hourly"), ["classic", "consumer"][i % 2]);
            let line = format!("consumer c{i} group={group} topics={topic} protocol={protocol} reset=none");
            session.apply(&line).expect("it starts");
        }
        let at = session.now() + rejoin::base::Span::from_secs(20);
        session.advance_to(at);
        let view = session.view(&Focus::Consumer("c0".into()));
        let mut world = native(&folder, &view.story.text);
        world.advance_to(at);
        assert_eq!(
            rejoin::base::hash::hex(world.hash()),
            *view.run.hash,
            "the run as a text is the same run"
        );
        for (group, _) in &middle {
            let facts = world.world().partition(&rename("hourly"), 0, Some(group)).expect("it is there");
            assert_eq!(facts.committed, Some(facts.end), "{group}");
            // What lies below counts as processed: to read it would be to read it again.
            let counted = world.world().counters(Some(group));
            assert_eq!((counted.reread, counted.skipped), (0, 0), "{group}");
        }
    }
}

/// The same run without a session.
fn native(folder: &Folder, text: &str) -> Runner {
    let mut options = Options::default();
    for file in &folder.files {
        options.files.give(&file.path, file.bytes.clone());
    }
    let mut runner = Runner::new(&Story::parse(text).expect("a story"), options);
    runner.advance_to(Time::ZERO);
    runner
}

#[test]
fn a_folder_gives_its_topics_their_ids_and_the_second_copy_one_of_its_own() {
    let files = archive::files();
    let folder = look("segments", log_dir(&files)).expect("a broker's log dir");
    let mut session = loaded(&folder, str::to_owned);
    let id = folder
        .topics
        .iter()
        .find(|topic| &*topic.name == "hourly")
        .and_then(|topic| topic.id)
        .expect("an id");
    assert_eq!(id.to_string(), "r07p8z9QT1m5Jey8Lylfzg");
    let text = session.view(&Focus::Group("simple".into())).story.text.clone();
    assert!(text.contains("load hourly file=hourly-0/00000000000000000000.log format=segment partitions=1 partition=0 topic-id=r07p8z9QT1m5Jey8Lylfzg"), "{text}");
    let again = session
        .load_folder(
            &folder,
            &[("hourly".into(), "again".into()), ("__consumer_offsets".into(), "__consumer_offsets".into())],
        )
        .expect("it loads");
    assert!(!again.lines[0].contains("topic-id"), "{:?}", again.lines);
    let remarks = again.remarks.join("\n");
    assert!(
        remarks.contains("Offsets for again, which has another id here than r07p8z9QT1m5Jey8Lylfzg"),
        "{remarks}"
    );
    let only = session.load_folder(&folder, &[("__consumer_offsets".into(), "__consumer_offsets".into())]);
    assert_eq!(only.expect_err("refused").to_string(), "No topic is chosen.");
    session.advance_to(Time::from_ms(1000));

    // Without partition.metadata the newest offset tells the id.
    let bare: Vec<_> =
        log_dir(&files).into_iter().filter(|(path, _)| !path.ends_with("partition.metadata")).collect();
    let folder = look("segments", bare).expect("a broker's log dir");
    let told = folder.topics.iter().find(|topic| &*topic.name == "hourly").and_then(|topic| topic.id);
    assert_eq!(told, Some(id));
}
