//! Files are loaded in parts, and that makes no difference.

use super::verification::make_all;
use super::{at, focus, open};
use rejoin::log::Record;
use rejoin::log::batch::{BatchInfo, encode};
use rejoin::session::{LoadOptions, LoadSummary, Session, Taken};
use std::rc::Rc;

/// A file of each format, over a mebibyte, with lines of all sorts.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let text: String =
        (0..40_000).map(|i| format!("line {i} {}\n{}", "x".repeat(i % 60), ["", "\n"][i / 9 % 2])).collect();
    let csv: String = (0..30_000)
        .map(|i| match i % 5 {
            0 => format!("k{i},\"a quoted\r\nrow {i}\"\r\n"),
            1 => format!("\u{feff}k{i},{i}\n\n"),
            2 => format!("too few {i}\n"),
            _ => format!("k{i},{}\n", "y".repeat(i % 50)),
        })
        .collect();
    let json: String =
        (0..40_000)
            .map(|i| {
                if i % 11 == 0 { "not JSON\n".into() } else { format!("{{\"k\":{i},\"v\":\"{}\"}}\n", i * i) }
            })
            .collect();
    let mut segment = Vec::new();
    for base_offset in 0..9000 {
        let record = Record::new(base_offset, None, Some(&[b'z'; 100]));
        segment.extend(encode(&BatchInfo { base_offset, ..BatchInfo::default() }, &[record]));
    }
    let csv = format!("\u{feff}k,v\n{csv}");
    vec![("a.txt", text.into()), ("b.csv", csv.into()), ("c.jsonl", json.into()), (SEGMENT, segment)]
}

const SEGMENT: &str = "00000000000000000000.log";

fn options(name: &str, rate: Option<u64>) -> LoadOptions {
    if name == SEGMENT {
        return LoadOptions { topic: "loaded".into(), ..LoadOptions::default() };
    }
    let key = (name != "a.txt").then(|| Rc::from("k"));
    LoadOptions { topic: "loaded".into(), partitions: Some(3), key, rate, ..LoadOptions::default() }
}

fn loaded(session: &mut Session) -> LoadSummary {
    let Some(Taken::Load(_, Ok(summary))) = session.finish_taking() else { panic!("it was not loaded") };
    summary
}

#[test]
fn a_file_loaded_in_parts_is_the_one_that_is_loaded_at_once() {
    for (name, bytes) in files() {
        let bytes: Rc<[u8]> = bytes.into();
        for rate in [None, Some(1000)] {
            let options = options(name, rate);
            let (mut at_once, mut in_parts, mut hurried, mut disturbed) = (open(), open(), open(), open());
            assert!(!at_once.begin_load(name, &bytes, &options), "not to be done in parts");
            let one = at_once.load_file(name, bytes.clone(), &options).expect("lines");
            for session in [&mut in_parts, &mut hurried, &mut disturbed] {
                session.verify_in_parts(1..u64::MAX);
                assert!(session.begin_load(name, &bytes, &options));
                assert!(
                    session.view(&focus()).run.hash != at_once.view(&focus()).run.hash,
                    "nothing is loaded yet"
                );
            }
            let (parts, asked) = make_all(&mut in_parts);
            // The digest takes one reading, lines another.
            let read = bytes.len() * if name == SEGMENT { 1 } else { 2 };
            assert!(parts as usize > read / (300 << 10) && !asked, "{name}: {parts} parts");
            hurried.take_part();
            // Something happens in between that nobody may let happen: what was made of it holds no more.
            make_all(&mut disturbed);
            at(&mut disturbed, 3000);
            at(&mut at_once, 3000);
            for session in [&mut in_parts, &mut hurried] {
                assert_eq!(loaded(session), one, "{name}");
                at(session, 3000);
                let (view, other) = (session.view(&focus()), at_once.view(&focus()));
                assert_eq!(
                    (&view.run.hash, &view.story.text),
                    (&other.run.hash, &other.story.text),
                    "{name}"
                );
                assert_eq!(view.happened, other.happened, "{name}");
            }
            let mut later = open();
            at(&mut later, 3000);
            later.load_file(name, bytes.clone(), &options).expect("lines");
            loaded(&mut disturbed);
            assert_eq!(disturbed.view(&focus()).run.hash, later.view(&focus()).run.hash, "{name}");
        }
    }
}

#[test]
fn what_is_refused_is_refused_in_the_same_words_however_it_is_loaded() {
    let (mut at_once, mut in_parts) = (open(), open());
    in_parts.verify_in_parts(1..u64::MAX);
    let compact = "topic kept partitions=1 cleanup.policy=compact";
    for session in [&mut at_once, &mut in_parts] {
        session.apply(compact).expect("a topic");
    }
    let bytes: Rc<[u8]> = "a line\n".repeat(200_000).as_bytes().into();
    let kept = LoadOptions { topic: "kept".into(), ..LoadOptions::default() };
    let no_column = LoadOptions {
        topic: "new".into(),
        format: Some("csv".into()),
        key: Some("k".into()),
        ..LoadOptions::default()
    };
    for options in [kept, no_column] {
        let one = at_once.load_file("a.txt", bytes.clone(), &options).expect_err("it cannot be loaded");
        let other = match in_parts.begin_load("a.txt", &bytes, &options) {
            false => in_parts.load_file("a.txt", bytes.clone(), &options).expect_err("it cannot be loaded"),
            true => {
                make_all(&mut in_parts);
                let Some(Taken::Load(_, Err(why))) = in_parts.finish_taking() else {
                    panic!("it was loaded")
                };
                why
            }
        };
        assert_eq!(one, other);
        assert_eq!(at_once.view(&focus()).run.hash, in_parts.view(&focus()).run.hash);
    }
}
