//! A restore in place under consumers that run on: those of a group that the backup does not have, of every kind. What they
//! are given afterwards is what the log has now, and nothing that they fetched before.

use rejoin::base::{Rng, Time};
use rejoin::sim::check;
use rejoin::story::{Options, Runner, Story};

/// Kinds of consumers that go on, each with its group's settings.
const KINDS: [&str; 4] = ["", "protocol=consumer", "isolation=read_committed", "protocol=share"];
const RESETS: [&str; 3] = ["earliest", "latest", "none"];

struct Scene {
    text: String,
    /// When the data is put in place, and when it is over.
    data: Time,
    end: Time,
    kind: &'static str,
}

/// Everything is drawn: who reads how fast, how much has come since the backup, where every message just is.
fn scene(seed: u64) -> Scene {
    let mut rng = Rng::new(seed);
    let kind = KINDS[rng.below(4) as usize];
    // A group cannot begin without a policy, so that one is for those that committed something before.
    let reset = if kind == "protocol=share" { "earliest" } else { RESETS[rng.below(2) as usize] };
    let (rate, poll, work) = (20 + rng.below(200), 1 + rng.below(40), 1 + rng.below(60));
    let transactions = match rng.below(2) {
        0 => "",
        _ => " transactional-id=t transaction=7 abort=0.3",
    };
    let commit = ["auto", "sync", "record"][rng.below(if kind == "protocol=share" { 2 } else { 3 }) as usize];
    let commit = if kind == "protocol=share" { String::new() } else { format!(" commit={commit}") };
    let partitions = 1 + rng.below(3);
    let mut text = format!(
        "seed {seed}\ntopic orders partitions={partitions}\nproducer web topic=orders rate={rate}/s{transactions}\n\
         group kept reset=earliest\nconsumer k1 group=kept topics=orders\nat 4s backup full\n\
         at 5s group on {kind} reset={reset}\n\
         at 5s consumer o1 group=on topics=orders max-poll-records={poll} process={work}ms{commit}\n\
         at 5s consumer o2 group=on topics=orders max-poll-records={poll} process={work}ms{commit}\n"
    );
    if kind.is_empty() {
        text.push_str(&format!(
            "at 5s consumer a1 group=alone assign=orders:0 reset=earliest max-poll-records={poll} process={work}ms\n"
        ));
    }
    let stop = 8_000 + rng.below(6_000);
    let data = stop + 4_000 + rng.below(2_000);
    let (restart, end) = (data + 500, data + 15_000);
    text.push_str(&format!(
        "at {stop}ms restore stop latest\nat {data}ms restore data latest\nat {restart}ms restore restart\nend {end}ms\n"
    ));
    Scene { text, data: Time::from_ms(data), end: Time::from_ms(end), kind }
}

#[test]
fn after_a_restore_nothing_is_delivered_that_the_log_does_not_have() {
    let (mut shorter, mut read, mut kinds) = (0, 0, [0; 4]);
    for seed in super::seeds(120) {
        let scene = scene(seed);
        let story = Story::parse(&scene.text).unwrap_or_else(|errors| panic!("{}\n{errors:?}", scene.text));
        let mut runner = Runner::new(&story, Options::default());
        let mut memory = check::Memory::default();
        let mut before = Vec::new();
        let ends = |runner: &Runner| -> Vec<i64> {
            (0..3).filter_map(|p| Some(runner.world().log("orders", p)?.end())).collect()
        };
        let mut restored = false;
        let mut after = 0;
        while let Some(at) = runner.step().filter(|at| *at <= scene.end) {
            if let Err(wrong) = check::all(runner.world(), &mut memory) {
                panic!("seed {seed}, {at:?}: {wrong}\n{}", scene.text);
            }
            if at < scene.data {
                before = ends(&runner);
                continue;
            }
            if !restored {
                restored = true;
                let now = ends(&runner);
                shorter += now.iter().zip(&before).map(|(now, before)| before - now).sum::<i64>();
                after = processed(&runner);
            }
        }
        assert!(restored, "seed {seed}: nothing was restored\n{}", scene.text);
        let more = processed(&runner) - after;
        read += more;
        kinds[KINDS.iter().position(|kind| *kind == scene.kind).expect("one of them")] += more;
    }
    println!("{shorter} records were taken back, {read} delivered afterwards, by kind {kinds:?}");
    assert!(shorter > 10_000 && kinds.iter().all(|more| *more > 500), "{shorter} {kinds:?}");
}

/// Records that those who go on have processed.
fn processed(runner: &Runner) -> u64 {
    let consumers = runner.world().consumers().into_iter();
    consumers.filter(|of| &*of.group != "kept").map(|of| of.processed).sum()
}
