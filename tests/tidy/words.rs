//! Words that have no place in the tree.

use crate::source::tree;

/// Each written in two halves, so that this file does not find itself.
const WORDS: [(&str, &str, &str); 10] = [
    ("TO", "DO", "finish it, or file it as an issue"),
    ("FIX", "ME", "finish it, or file it as an issue"),
    ("todo", "!(", "finish it"),
    ("unimplemented", "!(", "finish it"),
    ("dbg", "!(", "a trace of debugging"),
    ("#[ign", "ore", "a test that does not run shows nothing"),
    ("thread::sl", "eep", "a test that waits by the clock fails by the clock"),
    ("/ho", "me/", "a path of somebody's machine"),
    ("/ro", "ot/", "a path of somebody's machine"),
    ("../sha", "red", "a path outside the project"),
];

/// Extensions of what people write; data files may hold anything.
const WRITTEN: [&str; 10] = ["rs", "toml", "md", "html", "css", "js", "mjs", "story", "svg", "webmanifest"];

/// The words, where they stand.
pub fn findings() -> Vec<String> {
    let files = tree(&["."], "");
    assert!(files.iter().any(|(path, _)| path.ends_with("Cargo.toml")), "the tree was not found");
    files.iter().flat_map(|(path, text)| check(path.trim_start_matches("./"), text)).collect()
}

fn check(path: &str, text: &str) -> Vec<String> {
    let written = path.rsplit_once('.').is_some_and(|(_, end)| WRITTEN.contains(&end)) || path == ".ci/run";
    if !written {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (i, line) in text.lines().enumerate() {
        for (half, other, why) in WORDS {
            if line.contains(&format!("{half}{other}")) {
                findings.push(format!("{path}:{}: {half}{other}: {why}", i + 1));
            }
        }
    }
    findings
}

#[test]
fn a_word_is_found_in_what_people_write_and_not_in_data() {
    for (half, other, _) in WORDS {
        let text = format!("fine\n    {half}{other}\n");
        assert_eq!(check("src/a.rs", &text).len(), 1, "{half}{other}");
        assert_eq!(check("README.md", &text).len(), 1, "{half}{other}");
        assert_eq!(check("tests/vectors/a.jsonl", &text).len(), 0, "{half}{other}");
    }
}
