//! Nothing that is written can make the parser panic, and whatever it takes it writes and reads again.

use rejoin::base::Rng;
use rejoin::story::{Command, Story, command};

/// Pieces of the language, and pieces that are not.
const PIECES: &[&str] = &[
    "at",
    "30s",
    "-1s",
    "1.5s",
    "99999999999999999999s",
    "end",
    "seed",
    "7",
    "topic",
    "orders",
    "größe",
    "partitions=6",
    "partitions=",
    "=",
    "==",
    "<=",
    "!=",
    "=x",
    "\"",
    "\"a b\"",
    "\"\\\"\"",
    "\\",
    "#",
    "# note",
    ",",
    "a,b",
    ",,",
    ":",
    "orders:0",
    ":0",
    "orders:",
    "orders:99999999999",
    "topics=a,b",
    "group=g",
    "assign=a:0,b:1",
    "rate=200/s",
    "rate=0/s",
    "value=1KiB",
    "keys=5",
    "count=9",
    "for=1s",
    "file=x",
    "sha256=00",
    "key=none",
    "key=\"none\"",
    "check",
    "unowned",
    "state",
    "owner",
    "none",
    "latest",
    "full",
    "stop",
    "data",
    "restart",
    "delete",
    "commit=auto",
    "session.timeout.ms=10",
    "assignor=range,sticky",
    "instance=i",
    "option=leave",
    "to=earliest",
    "$",
    "\u{feff}",
    "\t",
    "\u{0}",
    "\u{2028}",
    "\r",
    "🦀",
];

fn pick<'a>(rng: &mut Rng, from: &[&'a str]) -> &'a str {
    from[rng.below(from.len() as u64) as usize]
}

#[test]
fn no_text_makes_the_parser_panic_and_what_it_takes_it_writes_and_reads_again() {
    let words: Vec<&str> = command::ALL.iter().map(|spec| spec.word).collect();
    let (mut rng, mut taken) = (Rng::new(11), 0);
    for _ in 0..60_000 {
        let mut line = String::new();
        if rng.below(4) == 0 {
            line.push_str("at 3s ");
        }
        if rng.below(8) > 0 {
            line.push_str(pick(&mut rng, &words));
        }
        for _ in 0..rng.below(6) {
            line.push_str(pick(&mut rng, &[" ", " ", " ", " ", "  ", ""]));
            line.push_str(pick(&mut rng, PIECES));
        }
        if let Ok(command) = Command::parse(&line) {
            taken += 1;
            let canonical = command.to_string();
            assert_eq!(Command::parse(&canonical), Ok(command), "{line:?} as {canonical:?}");
        }
        match Story::parse(&line) {
            Ok(story) => assert_eq!(Story::parse(&story.to_string()), Ok(story.clone()), "{line:?}"),
            Err(errors) => {
                assert!(errors.iter().all(|error| error.column >= 1 && error.line == 1), "{line:?}")
            }
        }
    }
    assert!(taken > 2000, "{taken} lines were commands");
}

#[test]
fn no_bytes_make_the_parser_panic() {
    let mut rng = Rng::new(12);
    for _ in 0..2000 {
        let bytes: Vec<u8> = (0..rng.below(300)).map(|_| rng.next_u64() as u8).collect();
        let _ = Story::parse(&String::from_utf8_lossy(&bytes));
    }
}

/// A name as people give them, and as they do not.
fn name(rng: &mut Rng) -> String {
    let letters: Vec<char> = "abcz019._-/äß🦀 \t\n\"\\#=,:<>!$'%".chars().collect();
    let any = rng.below(3) == 0;
    let length = 1 + rng.below(6);
    (0..length).map(|_| letters[rng.below(if any { letters.len() as u64 } else { 9 }) as usize]).collect()
}

#[test]
fn every_name_reads_as_it_was_written() {
    use rejoin::story::command::{Consumer, Delete, Kill, Load, Source};
    let mut rng = Rng::new(13);
    for _ in 0..20_000 {
        let mut names: Vec<std::rc::Rc<str>> = (0..1 + rng.below(3)).map(|_| name(&mut rng).into()).collect();
        names.dedup();
        names.sort();
        names.dedup();
        let settings = Default::default();
        for command in [
            Command::Kill(Kill { consumers: names.clone() }),
            Command::Delete(Delete::Group(names[0].clone())),
            Command::Consumer(Consumer {
                group: Some(names[0].clone()),
                source: Source::Subscribe(vec!["orders".into()]),
                names: names.clone(),
                settings,
            }),
            Command::Subscribe(command::Subscribe {
                consumers: names.clone(),
                source: command::Source::Match(name(&mut rng).into()),
            }),
            Command::Load(Load {
                topic: "orders".into(),
                file: names[0].replace(['/', '\\', '.'], "-").into(),
                format: None,
                key: names.get(1).cloned(),
                time: None,
                rate_milli: Some(1 + rng.below(5000)),
                partitions: Some(7),
                partition: Some(3),
                start: Some(1 << 40),
                topic_id: Some(rejoin::base::Uuid([7; 16])),
                topics: vec![("a".into(), "a".into()), ("b".into(), "c".into())],
                sha256: None,
            }),
        ] {
            let line = command.to_string();
            assert_eq!(Command::parse(&line), Ok(command), "{line:?}");
        }
    }
}

#[test]
fn a_text_beyond_its_limits_is_refused_with_the_limit() {
    let long = "topic x\n".repeat(50_001);
    let errors = Story::parse(&long).expect_err("too many lines");
    assert_eq!(
        errors.last().map(|error| error.to_string()).as_deref(),
        Some("Line 50001, column 1: found 50001 lines, expected at most 50000.")
    );
    let errors = Story::parse(&format!("# {}", "x".repeat(20_001))).expect_err("a long line");
    assert_eq!(
        errors[0].to_string(),
        "Line 1, column 1: found a line of 20003 characters, expected at most 20000."
    );
    let errors = Story::parse(&" ".repeat((4 << 20) + 1)).expect_err("a long text");
    assert_eq!(
        errors[0].to_string(),
        "Line 1, column 1: found a text of 4194305 bytes, expected at most 4194304."
    );
    let errors = Story::parse(&"nonsense\n".repeat(3000)).expect_err("many errors");
    assert_eq!(errors.len(), 1000);
    assert_eq!(&*errors[999].found, "2001 more errors");
}
