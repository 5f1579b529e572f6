//! The world against recordings of real consumers (`vectors/runs`), and what the world promises about itself.

use rejoin::base::Map;
use rejoin::base::Span;
use rejoin::base::Time;
use rejoin::measure::{Ledger, facts};
use rejoin::sim::{
    ConsumerSpec, GroupSpec, ProducerSpec, Reset, Settings, TopicSpec, World, WorldConfig, check,
};
use rejoin::story::report::Report;
use rejoin::story::{Options, Runner, Story};
use serde_json::Value;
use std::path::Path;
use std::rc::Rc;

/// Stories whose recorded heartbeats ran on for many seconds, each a little late: the last times have drifted.
const DRIFTED: [&str; 3] = ["eager-to-cooperative", "rolling-cooperative", "zombie-classic"];

/// The recorded stories: every folder of `tests/vectors/runs`.
fn recorded() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/runs");
    let entries = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry"));
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    assert!(names.len() >= 46, "{names:?}");
    names
}

/// The heartbeat interval of a recorded story, in milliseconds.
fn beat_ms(name: &str) -> f64 {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/runs").join(name).join("scenario.story");
    let text = std::fs::read_to_string(path).expect("a story");
    let seconds = text.split("heartbeat=").nth(1).and_then(|rest| rest.split('s').next());
    let default = if text.contains("protocol=consumer") { 5000.0 } else { 3000.0 };
    seconds.map_or(default, |seconds| seconds.parse::<f64>().expect("seconds") * 1000.0)
}

fn run_recorded(name: &str) -> (Value, Value) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/runs").join(name);
    let text = std::fs::read_to_string(folder.join("scenario.story")).expect("a story");
    let summary = std::fs::read_to_string(folder.join("summary.json")).expect("a summary");
    let summary: Value = serde_json::from_str(&summary).expect("JSON");
    let ids = summary["facts"]["member_ids"].as_object().expect("member ids");
    let member_ids: Map<Rc<str>, Rc<str>> =
        ids.iter().map(|(name, id)| (name.as_str().into(), id.as_str().expect("an id").into())).collect();
    let story = Story::parse(&text).expect("a story that parses");
    let lines = story.lines.iter().zip(text.lines());
    let acts: Vec<(Time, String)> =
        lines.filter_map(|(line, raw)| Some((line.step.as_ref()?.at, raw.trim().to_owned()))).collect();
    let mut runner = Runner::new(&story, Options { member_ids, ..Options::default() });
    runner.finish(None);
    let refusals = Report::of(&mut runner).refusals;
    (facts::facts(runner.world(), &acts, &refusals), summary)
}

/// Lists whose order is not a fact are compared in one order.
fn canonical(name: &str, value: &Value) -> Value {
    let mut value = value.clone();
    if let Value::Array(list) = &mut value
        && ["errors", "wire_errors", "generations"].contains(&name)
    {
        list.sort_by_key(Value::to_string);
    }
    value
}

#[test]
fn recorded_runs_have_the_same_facts_in_the_world() {
    for name in recorded() {
        let (ours, summary) = run_recorded(&name);
        let same: Vec<&str> = summary["same_in_all_runs"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        for (fact, theirs) in summary["facts"].as_object().expect("facts") {
            if fact == "member_ids" || fact == "group_epochs_seen" {
                continue;
            }
            let mut seen = vec![theirs];
            if !same.contains(&fact.as_str()) {
                seen.extend(
                    summary["other_runs"].as_array().expect("a list").iter().filter_map(|run| run.get(fact)),
                );
            }
            let mine = canonical(fact, &ours["facts"][fact]);
            let any = seen.iter().any(|theirs| canonical(fact, theirs) == mine);
            assert!(any, "{name}, {fact}:\n ours   {mine}\n theirs {theirs}");
        }
    }
}

/// 150 ms (consumer protocol: 250 ms) around what three runs showed, or the same one heartbeat earlier or later.
#[test]
fn recorded_callbacks_come_at_the_same_times_in_the_world() {
    for name in recorded().iter().filter(|name| !DRIFTED.contains(&name.as_str())) {
        let (ours, summary) = run_recorded(name);
        let beat = beat_ms(name);
        let tolerance = if summary["facts"]["epochs"].is_object() { 250.0 } else { 150.0 };
        for theirs in summary["times"]["after"].as_array().expect("a list") {
            let mine = ours["times"]["after"]
                .as_array()
                .expect("a list")
                .iter()
                .find(|act| act["act"] == theirs["act"]);
            for key in ["first_callback_ms", "last_callback_ms"] {
                let bounds: Vec<f64> = match &theirs[key] {
                    Value::Array(three) => three.iter().filter_map(Value::as_f64).collect(),
                    Value::Number(one) => vec![one.as_f64().expect("a number")],
                    _ => continue,
                };
                let found = mine.and_then(|act| act[key].as_f64());
                let near = |ms: f64| {
                    let (least, most) = (bounds[0] - tolerance, bounds[bounds.len() - 1] + tolerance);
                    [0.0, beat, -beat].iter().any(|shift| (least + shift..=most + shift).contains(&ms))
                };
                assert!(
                    found.is_some_and(near),
                    "{name}, {}: {key} ours {found:?}, theirs {bounds:?}",
                    theirs["act"]
                );
            }
        }
    }
}

/// The default scene: six partitions, 200 records a second, three consumers that need 2 ms a record.
fn scene(seed: u64) -> World {
    let mut world = World::new(WorldConfig { seed, ..WorldConfig::default() });
    world
        .create_topic(TopicSpec {
            name: "orders".into(),
            partitions: 6,
            configs: Default::default(),
            id: None,
            placement: None,
        })
        .expect("a topic");
    let web = ProducerSpec {
        idempotence: false,
        transactions: None,
        name: "web".into(),
        topic: "orders".into(),
        rate_milli: 200_000,
        keys: Some(1000),
        value_bytes: 64,
        until: None,
    };
    world.add_producer(web).expect("a producer");
    let settings = Settings {
        session_timeout: Some(Span::from_secs(10)),
        heartbeat: Some(Span::from_secs(3)),
        reset: Some(Reset::Earliest),
        process: Some(Span::from_ms(2)),
        ..Settings::default()
    };
    world.add_group(GroupSpec { name: "checkout".into(), settings }).expect("a group");
    for name in ["c1", "c2", "c3"] {
        let spec = ConsumerSpec {
            name: name.into(),
            group: "checkout".into(),
            topics: vec!["orders".into()],
            settings: Settings::default(),
        };
        world.add_consumer(spec).expect("a consumer");
    }
    world
}

#[test]
fn the_default_scene_comes_to_rest_and_reads_everything() {
    let mut world = scene(7);
    world.advance_to(Time::from_ms(60_000));
    let counters = world.counters(None);
    assert_eq!((counters.reread, counters.skipped, counters.rebalancing), (0, 0, false));
    let owners: Vec<usize> = world.consumers().iter().map(|of| of.owns.len()).collect();
    assert_eq!(owners, [2, 2, 2]);
    assert!(counters.distinct > 11_980, "200 a second for a minute, all but those under way: {counters:?}");
}

#[test]
fn a_run_is_the_same_however_its_time_was_cut() {
    let mut whole = scene(7);
    let mut cut = scene(7);
    let mut stepped = scene(7);
    whole.advance_to(Time::from_ms(20_000));
    for ms in (0..=20_000).step_by(37).chain([20_000]) {
        cut.advance_to(Time::from_ms(ms));
    }
    while stepped.next_event_at().is_some_and(|at| at <= Time::from_ms(20_000)) {
        stepped.step();
    }
    stepped.advance_to(Time::from_ms(20_000));
    assert_eq!(whole.hash(), cut.hash());
    assert_eq!(whole.hash(), stepped.hash());
    assert_ne!(whole.hash(), {
        let mut other = scene(8);
        other.advance_to(Time::from_ms(20_000));
        other.hash()
    });
}

#[test]
fn a_copy_of_a_world_goes_on_as_the_world_does() {
    let mut world = scene(3);
    world.advance_to(Time::from_ms(7_500));
    let mut copy = world.clone();
    assert_eq!(world.hash(), copy.hash());
    copy.kill("c2").expect("it runs");
    copy.advance_to(Time::from_ms(30_000));
    world.advance_to(Time::from_ms(30_000));
    assert_ne!(world.hash(), copy.hash());
    let mut again = scene(3);
    again.advance_to(Time::from_ms(7_500));
    again.kill("c2").expect("it runs");
    again.advance_to(Time::from_ms(30_000));
    assert_eq!(copy.hash(), again.hash());
}

/// A kill: within the session timeout and one rebalance everything has a living owner, and exactly what was processed
/// and not committed is read again.
#[test]
fn after_a_kill_what_was_not_committed_is_read_again_and_nothing_else() {
    for seed in 0..8 {
        let mut world = scene(seed);
        let mut memory = check::Memory::default();
        world.advance_to(Time::from_ms(20_000 + 731 * seed));
        let lost = world.consumer("c2").expect("a consumer").uncommitted;
        world.kill("c2").expect("it runs");
        let ended = world.now() + Span::from_secs(10) + Span::from_secs(3) + Span::from_ms(500);
        world.advance_to(ended);
        for number in 0..6 {
            let owner = world.partition("orders", number, Some("checkout")).expect("a partition").owner;
            assert!(owner.is_some_and(|owner| &*owner != "c2"), "seed {seed}, partition {number}");
        }
        world.advance_to(ended + Span::from_secs(20));
        let counters = world.counters(None);
        assert_eq!((counters.reread, counters.skipped), (lost, 0), "seed {seed}");
        assert_eq!(check::all(&world, &mut memory), Ok(()), "seed {seed}");
        let mut ledger = Ledger::new();
        ledger.update(&world);
        let measures = ledger.measures(&world, Some("checkout"));
        assert_eq!((measures.rebalances, measures.moved), (2, 0), "seed {seed}");
        let pause = Span::from_secs(7)..Span::from_secs(14);
        assert!(pause.contains(&measures.pause_max), "seed {seed}: {}", measures.pause_max);
    }
}
