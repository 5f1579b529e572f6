//! Lines that become records: CSV, JSON Lines, text.

use crate::corpus::Corpus;
use crate::mutate::{self, any};
use rejoin::base::Rng;
use rejoin::story::load::{Options, Source};

const CELLS: [&str; 14] = [
    "a",
    "",
    "\"",
    "\"\"",
    "\"x,y\"",
    "\"x\ny\"",
    "1767225600000",
    "2026-01-01T00:00:00Z",
    "-1",
    "é",
    "\u{feff}",
    "9e99",
    "{\"k\":1}",
    "\0",
];
const ENDS: [&str; 5] = ["\n", "\n", "\r\n", "\r", "\n\n"];
const BETWEEN: [&str; 5] = [",", ",", ";", "\t", "|"];

/// Rows of odd cells, most under a header with a key and a time.
pub fn make(corpus: &Corpus, random: &mut Rng) -> Vec<u8> {
    let mut text = String::new();
    let between = *any(random, &BETWEEN);
    if random.below(8) == 0 {
        text.push('\u{feff}');
    }
    if random.below(4) > 0 {
        text.push_str(&["k", "t", "v"].join(between));
        text.push('\n');
    }
    for _ in 0..random.below(8) {
        let cells: Vec<&str> = (0..1 + random.below(4)).map(|_| *any(random, &CELLS)).collect();
        text.push_str(&cells.join(between));
        let end: &&str = any(random, &ENDS);
        text.push_str(end);
    }
    let mut bytes = text.into_bytes();
    if random.below(3) == 0 {
        mutate::bytes(random, &mut bytes, &corpus.texts[1]);
    }
    bytes
}

/// A record's value is bytes of the file, and no more records come than there are lines.
pub fn read(bytes: &[u8]) -> bool {
    let mut sound = false;
    for (name, key, time) in [
        ("a.csv", Some("k"), Some("t")),
        ("a.csv", None, None),
        ("a.jsonl", Some("k"), None),
        ("a.txt", None, None),
        ("a", None, None),
    ] {
        let options = Options { name, key, time, timestamp_ms: 5, ..Options::default() };
        let source = match Source::open(bytes, options) {
            Ok(source) => source,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                continue;
            }
        };
        let mut records = 0;
        let report = source.read(|record| {
            records += 1;
            let value = record.value.expect("a line has bytes");
            let inside = value.is_empty() || bytes.windows(value.len()).any(|window| *window == *value);
            assert!(inside, "{name}: a value that is not in the file");
        });
        assert_eq!(report.records, records);
        let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
        assert!(records <= lines, "{name}: {records} records of {lines} lines");
        sound |= records > 1;
    }
    sound
}
