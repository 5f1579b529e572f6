//! Every file in every variant, to the byte: output, exit status, standard error.

use crate::archive;
use rejoin::terminal::dump_log::{self, Files};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Cursor, ErrorKind, Read};

/// The options that stand for the name of a variant.
const VARIANTS: [(&str, &[&str]); 9] = [
    ("default", &[]),
    ("deep", &["--deep-iteration"]),
    ("print", &["--print-data-log"]),
    ("bare", &["--print-data-log", "--skip-record-metadata"]),
    ("offsets", &["--offsets-decoder"]),
    ("transactions", &["--transaction-log-decoder"]),
    ("share", &["--share-group-state-decoder"]),
    ("sanity", &["--index-sanity-check"]),
    ("verify", &["--verify-index-only"]),
];

/// A folder of the archive, as the tool sees files.
pub struct Folder<'a> {
    pub files: &'a BTreeMap<String, Vec<u8>>,
    pub name: &'a str,
}

impl Files for Folder<'_> {
    fn open(&self, path: &str) -> io::Result<(Box<dyn Read>, u64)> {
        let file = self.files.get(&format!("{}/{path}", self.name)).ok_or(ErrorKind::NotFound)?;
        Ok((Box::new(Cursor::new(file.clone())), file.len() as u64))
    }

    fn folder(&self) -> String {
        "/fixtures".to_owned()
    }
}

/// Runs the tool: exit status, standard output, standard error.
pub fn run(files: &dyn Files, arguments: &[&str]) -> (u8, String, String) {
    let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = dump_log::run(&arguments, files, &mut out, &mut err).expect("memory takes everything");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status, text(out), text(err).replace("/fixtures/", ""))
}

#[test]
fn every_file_in_every_variant_is_printed_as_kafka_prints_it() {
    let files = archive::files();
    let mut compared = 0;
    for (expected, folder) in [("expected/", "segments"), ("corrupt/expected/", "corrupt")] {
        for (path, out) in
            files.range(expected.to_owned()..).take_while(|(path, _)| path.starts_with(expected))
        {
            let Some(name) = path[expected.len()..].strip_suffix(".txt") else { continue };
            let (file, variant) = name.rsplit_once('.').expect("a variant");
            let (_, options) = VARIANTS.iter().find(|(name, _)| *name == variant).expect("a known variant");
            let arguments = [options, &["--files", file][..]].concat();
            let (status, ours, err) = run(&Folder { files: &files, name: folder }, &arguments);
            let beside = |suffix: &str| {
                let file = files.get(&path.replace(".txt", suffix));
                file.map(|bytes| String::from_utf8(bytes.clone()).expect("UTF-8"))
            };
            let said = beside(".exit").map_or(0, |status| status.trim().parse().expect("a number"));
            assert_eq!(status, said, "{name}: {err}");
            compare(name, &ours, std::str::from_utf8(out).expect("UTF-8"));
            let said = beside(".err").unwrap_or_default();
            if said.contains("Exception in thread") {
                assert!(err.starts_with("Exception in thread"), "{name}: {err}");
            } else {
                assert_eq!(err, said, "{name}");
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 863);
}

/// With as many files as the table of their findings holds before it doubles, and one more: it doubles a call later.
#[test]
fn findings_of_several_files_come_in_kafkas_order() {
    let printed = [
        ("aged-0", "00000000000000000032"),
        ("hourly-0", "00000000000000000150"),
        ("hourly-0", "00000000000000000209"),
        ("compacted-txn-0", "00000000000000000045"),
        ("edge-records-0", "00000000000000000024"),
        ("compacted-0", "00000000000000000211"),
        ("compacted-0", "00000000000000000000"),
        ("hourly-0", "00000000000000000087"),
        ("compacted-txn-0", "00000000000000000062"),
        ("compacted-txn-0", "00000000000000000054"),
        ("compacted-txn-0", "00000000000000000024"),
        ("compacted-txn-0", "00000000000000000000"),
        ("hourly-0", "00000000000000000281"),
    ]
    .map(|(folder, base)| format!("{folder}/{base}.log"));
    let mut given = printed.clone();
    given.sort();
    let files = archive::files();
    let arguments = ["--deep-iteration", "--files", &given.join(",")];
    let (status, _, err) = run(&Folder { files: &files, name: "segments" }, &arguments);
    let named: Vec<&str> =
        err.lines().filter_map(|line| line.strip_prefix("Non-consecutive offsets in ")).collect();
    assert_eq!((status, named), (0, printed.iter().map(|name| &**name).collect()));
}

/// Says the first line that differs, not two files.
fn compare(name: &str, ours: &str, theirs: &str) {
    for (ours, theirs) in ours.lines().zip(theirs.lines()) {
        assert_eq!(ours, theirs, "{name}");
    }
    assert!(ours == theirs, "{name}: {} lines, expected {}", ours.lines().count(), theirs.lines().count());
}

#[test]
fn every_batch_and_record_of_every_log_is_what_kafkas_reader_read() {
    let files = archive::files();
    let mut lines = 0;
    for (path, expected) in files.range("expected/".to_owned()..) {
        let Some(name) = path.strip_prefix("expected/").and_then(|path| path.strip_suffix(".records.jsonl"))
        else {
            continue;
        };
        let file = format!("{name}.log");
        let (status, ours, err) =
            run(&Folder { files: &files, name: "segments" }, &["--json", "--files", &file]);
        assert_eq!((status, &err[..]), (0, ""), "{name}");
        let parse = |text: &str| -> Vec<Value> {
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
        };
        let (ours, theirs) = (parse(&ours), parse(std::str::from_utf8(expected).expect("UTF-8")));
        assert!(ours == theirs, "{name}");
        lines += ours.len();
    }
    assert!(lines > 4_400, "only {lines} batches and records were compared");
}
