//! A run's text gives the same run again: acts at any moments, then the text from its beginning.

use rejoin::base::{Rng, Time};
use rejoin::story::{Command, Options, Runner, Story};

const SCENE: &str = "\
# A scene for acts
seed 7
topic orders partitions=6
producer web topic=orders rate=50/s keys=100
group checkout session-timeout=6s reset=earliest
consumer c1 c2 group=checkout topics=orders process=2ms
at 12s kill c2  # by the story itself
at 15s start c2
end 40s
";

/// Acts of a person; some of them are refused.
const ACTS: &[&str] = &[
    "kill c1",
    "kill c2",
    "start c1",
    "start c2",
    "close c1",
    "close c1 c2",
    "consumer c3 group=checkout topics=orders",
    "consumer c4 c5 group=other topics=orders reset=earliest",
    "pause c1 for=2s",
    "slow c2 for=8s",
    "produce topic=orders count=50",
    "grow orders partitions=8",
    "topic bills partitions=2",
    "subscribe c1 topics=orders,bills",
    "unsubscribe c2",
    "stop web",
    "producer more topic=orders rate=20/s",
    "reset checkout topic=orders to=earliest",
    "backup full",
    "backup verify latest",
    "backup incremental",
    "backup differential",
    "backup schedule every=3s",
    "backup schedule every=7s type=full",
    "backup schedule off",
    "backup retain full=1",
    "backup retain diff=2 dry-run=yes",
    "restore plan latest",
    "restore apply latest",
    "restore apply latest into=existing",
    "restore apply latest as=*-copy",
    "restore undo",
    "restore stop latest",
    "restore data latest",
    "restore restart",
    "delete group other",
    "check state checkout == Stable",
    "seed 8",
    "load lines file=lines.txt",
];

fn options() -> Options {
    let mut options = Options::default();
    options.files.give("lines.txt", b"one\ntwo\nthree\n".as_slice().into());
    options
}

#[test]
fn the_text_of_a_run_with_acts_gives_the_same_run_again() {
    for seed in 0..40 {
        println!("seed {seed}");
        let mut rng = Rng::new(seed);
        let mut runner = Runner::new(&Story::parse(SCENE).expect("a story"), options());
        let mut done = 0;
        for _ in 0..12 {
            let ahead = Time::from_us(runner.now().us() + rng.below(3_500_000));
            match rng.below(3) {
                0 => runner.advance_to(ahead),
                1 => drop((0..rng.below(200)).map_while(|_| runner.step()).count()),
                // The same moment in two pieces.
                _ => {
                    runner.advance_to(Time::from_us(ahead.us() / 2));
                    runner.advance_to(ahead);
                }
            }
            let line = ACTS[rng.below(ACTS.len() as u64) as usize];
            runner.advance_to(runner.now());
            let before = (runner.hash(), runner.text());
            match runner.apply(Command::parse(line).expect("a command")) {
                Ok(_) => done += 1,
                Err(_) => assert_eq!(
                    (runner.hash(), runner.text()),
                    before,
                    "a refused act changed something: {line}"
                ),
            }
        }
        runner.finish(None);
        let text = runner.text();
        let story = Story::parse(&text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
        let mut again = Runner::new(&story, options());
        again.finish(Some(runner.now()));
        assert_eq!(again.text(), text);
        assert_eq!(again.hash(), runner.hash(), "{done} acts\n{text}");
        assert_eq!(again.checks(), runner.checks());
    }
}

#[test]
fn an_act_after_the_end_moves_the_end() {
    let mut runner = Runner::new(&Story::parse(SCENE).expect("a story"), options());
    runner.advance_to(Time::from_ms(50_000));
    runner.apply(Command::parse("kill c1").expect("a command")).expect("c1 runs");
    assert!(runner.text().ends_with("at 50s kill c1\nend 50s\n"), "{}", runner.text());
    assert_eq!(runner.end(), Some(Time::from_ms(50_000)));
}

#[test]
fn a_refused_act_changes_neither_the_run_nor_its_text() {
    let mut runner = Runner::new(&Story::parse(SCENE).expect("a story"), options());
    runner.advance_to(Time::from_ms(5000));
    let (text, hash) = (runner.text(), runner.hash());
    for (line, reason) in [
        ("kill c9", "there is no consumer c9"),
        ("kill c1 c9", "there is no consumer c9"),
        ("topic orders", "topic orders exists already"),
        ("restore data latest", "there is no backup yet"),
        ("restore restart", "restore stop and restore data come first"),
        (
            "load orders file=absent.txt",
            "file absent.txt is not here: choose it in the page, or lay it beside the story",
        ),
        ("seed 8", "seed 8 has its place in the text of the story: edit it there"),
        ("group g session-timeout=1h", "session-timeout: from 1ms to 1800s, as the broker allows"),
    ] {
        let refusal = runner.apply(Command::parse(line).expect("a command")).expect_err(line);
        assert_eq!(refusal.to_string(), reason, "{line}");
    }
    assert_eq!((runner.text(), runner.hash()), (text, hash));
}

#[test]
fn a_story_whose_group_is_refused_says_so_of_its_consumers_too() {
    let text = "topic a\ngroup g session-timeout=1h\nconsumer c1 group=g topics=a\nend 1s\n";
    let mut runner = Runner::new(&Story::parse(text).expect("a story"), options());
    runner.finish(None);
    let report = rejoin::story::report::Report::of(&mut runner);
    let reasons: Vec<&str> = report.refusals.iter().map(|(.., reason)| &**reason).collect();
    let first = "session-timeout: from 1ms to 1800s, as the broker allows";
    assert_eq!(reasons, [first, &format!("its group g was refused: {first}")]);
}

#[test]
fn a_loaded_file_leaves_its_digest_in_the_text_and_another_file_is_refused() {
    let mut runner = Runner::new(&Story::parse(SCENE).expect("a story"), options());
    runner
        .apply(Command::parse("load lines file=lines.txt partitions=2").expect("a command"))
        .expect("a file");
    let text = runner.text();
    let digest = "b6285c57e8797db5d4c51c80d6f11938afda9b11c6a003549709189e9b4b92a2";
    assert!(text.contains(&format!("load lines file=lines.txt partitions=2 sha256={digest}\n")), "{text}");
    let mut other = Options::default();
    other.files.give("lines.txt", b"other\n".as_slice().into());
    let again = Runner::new(&Story::parse(&text).expect("a story"), other);
    let report = rejoin::story::report::Report::of(&mut again.clone());
    assert!(
        report.refusals[0].2.starts_with("file lines.txt is another one than the story's"),
        "{:?}",
        report.refusals
    );
}
