//! Every story of the library gives its golden result; `UPDATE=1` writes the results anew.

use rejoin::story::report::{self, Report};
use rejoin::story::{Example, LIBRARY, Options, Runner, Story};
use std::path::PathBuf;

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "stories"].iter().collect()
}

/// Compares with a golden file, or writes it.
fn golden(name: &str, found: &str) {
    let path = folder().join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, found).expect("the file can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == found, "{name} differs (UPDATE=1 writes it anew):\n{}", difference(&expected, found));
}

/// What is between the lines that are equal at the beginning and at the end.
fn difference(expected: &str, found: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let part = |mark: &str, lines: &[&str]| -> String {
        let shown = lines[start..lines.len() - end].iter().take(40);
        shown.map(|line| format!("{mark} {line}\n")).collect()
    };
    format!("from line {}\n{}{}", start + 1, part("-", &old), part("+", &new))
}

fn run(story: &Example) -> Runner {
    let parsed = Story::parse(story.text).unwrap_or_else(|errors| panic!("{}: {errors:?}", story.name));
    let mut runner = Runner::new(&parsed, Options::default());
    runner.finish(None);
    runner
}

#[test]
fn every_story_of_the_library_gives_its_golden_result_and_its_checks_hold() {
    let mut hashes = String::new();
    for story in LIBRARY {
        let mut runner = run(story);
        let report = Report::of(&mut runner);
        assert!(!report.checks.is_empty(), "{} has checks", story.name);
        let failed: Vec<_> = report.checks.iter().filter(|check| !check.holds).collect();
        assert!(failed.is_empty(), "{}: {failed:#?}", story.name);
        assert!(report.refusals.is_empty(), "{}: {:#?}", story.name, report.refusals);
        hashes.push_str(&format!("{} {}\n", story.name, report.hash));
        let happened = report::happened(&runner).into_iter();
        let happened: String =
            happened.map(|(at, told)| format!("{:>12}  {told}\n", at.to_string())).collect();
        golden(&format!("{}.golden", story.name), &format!("{}\n{happened}", report::text(&report)));
    }
    golden("hashes.txt", &hashes);
}

#[test]
fn every_story_of_the_library_is_canonical_and_has_its_title() {
    for story in LIBRARY {
        let parsed = Story::parse(story.text).expect("a story");
        assert_eq!(parsed.to_string(), story.text, "{}", story.name);
        assert_eq!(parsed.title().map(|title| &**title), Some(story.title), "{}", story.name);
        assert!(parsed.end().is_some(), "{} has an end", story.name);
    }
}

#[test]
fn help_names_every_command_and_every_measure() {
    let help = rejoin::story::help::commands();
    for spec in rejoin::story::command::ALL {
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&format!("{} {}", spec.syntax, spec.help)), "{}", spec.word);
    }
    for spec in rejoin::story::measure::MEASURES {
        assert!(help.contains(&format!("\n  {} ", spec.name)), "{}", spec.name);
    }
}
