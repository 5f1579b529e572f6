//! Backups and restores in stories: schedules, moments, places, undo, and the steps that are enforced.

use rejoin::backup::manifest::KindName;
use rejoin::backup::{Catalog, Store};
use rejoin::base::Time;
use rejoin::sim::trace::Happening;
use rejoin::story::run::{Act, Proof};
use rejoin::story::{Options, Runner, Story};
use std::rc::Rc;

const SCENE: &str = "\
seed 7
topic orders partitions=4
producer web topic=orders rate=50/s keys=100
group checkout session-timeout=6s reset=earliest
consumer c1 c2 group=checkout topics=orders process=1ms commit=sync
";

fn run(lines: &str, until: u64) -> Runner {
    let story = Story::parse(&format!("{SCENE}{lines}")).expect("a story");
    let mut runner = Runner::new(&story, Options::default());
    runner.finish(Some(Time::from_ms(until * 1000)));
    runner
}

fn refusals(runner: &Runner) -> Vec<String> {
    let refused = runner.events().iter().filter_map(|event| match &event.what {
        Act::Refused(line, reason) => Some(format!("{line}: {reason}")),
        _ => None,
    });
    refused.collect()
}

fn failed(runner: &Runner) -> Vec<String> {
    let failed = runner.events().iter().filter_map(|event| match &event.what {
        Act::Check(result) if !result.holds => Some(format!("{result:?}")),
        _ => None,
    });
    failed.collect()
}

fn kinds(runner: &Runner) -> Vec<(KindName, Rc<str>)> {
    let catalog = Catalog::of(runner.store()).expect("sound");
    catalog.backups.iter().map(|entry| (entry.kind, entry.label.clone())).collect()
}

fn ends(runner: &Runner, topic: &str) -> Vec<i64> {
    (0..4).filter_map(|id| runner.world().partition(topic, id, None)).map(|facts| facts.end).collect()
}

#[test]
fn a_schedule_takes_backups_in_virtual_time_and_the_most_complete_of_those_that_are_due() {
    let lines = "at 2s backup schedule every=10s\nat 2s backup schedule every=30s type=full\n\
                 at 2s backup schedule every=15s type=differential\nat 70s backup schedule off\n";
    let mut runner = run(lines, 100);
    let found: String =
        kinds(&runner).iter().map(|(kind, _)| kind.name().chars().next().expect("a name")).collect();
    // 12 (the first is always full), 17, 22, 32, 42, 47, 52, 62.
    assert_eq!(found, "fdifidif");
    let labels = kinds(&runner);
    assert_eq!(&*labels[0].1, "20260101-000012F");
    assert_eq!(&*labels[3].1, "20260101-000032F");
    assert_eq!(&*labels[4].1, "20260101-000032F_20260101-000042I");
    for (_, label) in &labels {
        assert!(rejoin::backup::verify(runner.store(), label).ok());
    }
    assert_eq!(runner.schedules().len(), 0);
    // The text gives the same run, whatever way time is cut.
    let text = runner.text();
    let mut again = Runner::new(&Story::parse(&text).expect("a story"), Options::default());
    while again.now() < Time::from_ms(100_000) && again.step().is_some() {}
    runner.finish(Some(again.now()));
    assert_eq!((again.hash(), kinds(&again)), (runner.hash(), kinds(&runner)));
}

#[test]
fn a_moment_between_two_backups_is_restored_and_proven() {
    let lines = "at 5s backup full\nat 25s backup incremental\nat 26s stop web\nat 27s delete topic orders\n\
                 at 30s restore plan latest at=16s\nat 30s restore apply latest at=16s\n";
    let runner = run(lines, 50);
    assert_eq!(refusals(&runner), [] as [String; 0]);
    assert_eq!(runner.proof(), Proof::Holds);
    // What a run of 16 seconds has: 50 records a second, the last ones on their way.
    let then = run("", 16);
    assert_eq!(ends(&runner, "orders"), ends(&then, "orders"));
    let restoring = runner.restoring().expect("it was restored");
    for row in restoring.proof.iter().filter(|row| row.group.is_some()) {
        let facts = then.world().partition("orders", row.partition, Some("checkout")).expect("it exists");
        assert_eq!(row.committed, facts.committed, "{row:?}");
    }
}

#[test]
fn a_moment_that_is_not_reached_is_refused_with_the_window() {
    let runner = run("at 5s backup full\nat 9s backup incremental\nat 10s restore apply latest at=4s\n", 12);
    assert_eq!(
        refusals(&runner),
        [
            "restore apply latest at=4s: 4s cannot be restored, nothing was changed: this chain reaches 5s to 9s"
        ]
    );
    assert!(runner.restoring().is_none());
}

#[test]
fn the_steps_keep_their_order_and_wait_for_consumers() {
    let lines = "at 5s backup full\nat 6s restore data latest\nat 6s restore restart\nat 6s restore undo\n\
                 at 7s restore stop latest\nat 7s restore data latest\nat 7s restore undo\nat 9s restore restart\n\
                 at 10s restore data latest\nat 10s restore data latest\nat 11s restore restart\nat 11s restore restart\n";
    let runner = run(lines, 30);
    let label = &kinds(&runner)[0].1;
    assert_eq!(
        refusals(&runner),
        [
            format!("restore data latest: restore stop {label} comes first"),
            "restore restart: restore stop and restore data come first".to_owned(),
            "restore undo: nothing was restored yet".to_owned(),
            "restore data latest: these consumers still run: c1, c2".to_owned(),
            format!("restore undo: the data of {label} is not restored yet: there is nothing to undo"),
            format!("restore restart: restore data {label} comes first"),
            "restore data latest: the data is restored already: restore restart comes next".to_owned(),
            "restore restart: the consumers are started already".to_owned(),
        ]
    );
    assert_eq!(runner.proof(), Proof::Holds);
}

#[test]
fn an_undo_puts_back_what_was_there() {
    let lines = "at 5s backup full\nat 19s stop web\nat 20s restore apply latest\nat 25s restore undo\n";
    let before = run("at 19s stop web\n", 20);
    let during = run(lines, 24);
    let after = run(lines, 40);
    assert_ne!(ends(&during, "orders"), ends(&before, "orders"));
    assert_eq!(during.proof(), Proof::Holds);
    assert_eq!(ends(&after, "orders"), ends(&before, "orders"));
    assert_eq!(refusals(&after), [] as [String; 0]);
    assert_eq!(after.proof(), Proof::Holds, "the undo is proven as a restore is");
    assert_eq!(kinds(&after).len(), 1, "the safety backup is no entry of the catalog");
}

#[test]
fn beside_and_into_leave_what_is_there() {
    let lines = "at 5s backup full\nat 19s stop web\nat 20s restore apply latest as=*-copy\n";
    let plain = run("at 19s stop web\n", 24);
    let beside = run(lines, 24);
    assert_eq!(refusals(&beside), [] as [String; 0]);
    assert_eq!(ends(&beside, "orders"), ends(&plain, "orders"));
    assert_eq!(ends(&beside, "orders-copy"), ends(&run("", 5), "orders"));
    assert_eq!(beside.proof(), Proof::Holds);
    let undone = run(&format!("{lines}at 25s restore undo\n"), 30);
    assert_eq!(ends(&undone, "orders-copy"), [] as [i64; 0]);
    assert_eq!(refusals(&undone), [] as [String; 0]);

    let into = run("at 5s backup full\nat 19s stop web\nat 20s restore apply latest into=existing\n", 40);
    let sum: Vec<i64> =
        ends(&plain, "orders").iter().zip(ends(&run("", 5), "orders")).map(|(a, b)| a + b).collect();
    assert_eq!(ends(&into, "orders"), sum);
    assert_eq!((refusals(&into), into.proof()), (Vec::new(), Proof::Holds));
}

#[test]
fn retention_keeps_what_is_being_restored_and_a_dry_run_changes_nothing() {
    let lines = "at 5s backup full\nat 6s backup incremental\nat 7s backup full\nat 8s backup full\n";
    let dry = run(&format!("{lines}at 9s backup retain full=1 dry-run=yes\n"), 10);
    assert_eq!(kinds(&dry).len(), 4);
    assert!(
        dry.events().iter().any(
            |event| matches!(&event.what, Act::Said(of, lines) if &**of == "dry run" && lines.len() == 4)
        )
    );
    let kept = run(&format!("{lines}at 9s restore stop 20260101-000005F\nat 9s backup retain full=1\n"), 10);
    let labels: Vec<String> = kinds(&kept).iter().map(|(_, label)| label.to_string()).collect();
    let with = "20260101-000005F_20260101-000006I";
    assert_eq!(labels, ["20260101-000005F", with, "20260101-000008F"], "and what builds on it");
    let gone = run(&format!("{lines}at 9s backup retain full=1\nat 9s backup delete latest\n"), 10);
    assert_eq!(gone.store().manifest("20260101-000005F"), None);
    assert_eq!(kinds(&gone).len(), 0, "a person may delete the last one by its name");
}

#[test]
fn in_topics_that_are_not_restored_a_group_goes_on_where_it_is() {
    // Once by a backup that holds one topic, once by choosing it; between, the group commits as it is closed.
    for restore in [
        "backup full orders\nat 31s restore apply latest",
        "backup full\nat 31s restore apply latest topics=orders",
    ] {
        let lines = "topic pay partitions=2\nproducer tx topic=pay rate=50/s keys=10\n\
                     consumer b group=billing topics=pay,orders reset=earliest\n";
        let after = "at 40s check skipped billing == 0\nat 40s check committed billing pay:0 >= 900\nat 45s restore undo\n\
                     at 55s check committed billing pay:0 >= 1300\n";
        let runner = run(&format!("{lines}at 10s {restore}\n{after}"), 60);
        assert_eq!(refusals(&runner), [""; 0]);
        assert_eq!(runner.proof(), Proof::Holds);
        assert_eq!(failed(&runner), [""; 0], "{restore}");
        let again = |topic: &str| {
            let read =
                |what: &Happening| matches!(what, Happening::Reread(_, _, of, ..) if &*of.topic == topic);
            runner.world().trace().since(0).filter(|entry| read(&entry.what)).count()
        };
        assert!(again("orders") > 0, "what was restored is read again");
        assert_eq!(again("pay"), 0, "what was not is not");
    }
}

#[test]
fn what_is_being_restored_is_not_deleted_and_all_backups_go_into_one_archive() {
    let lines = "at 5s backup full\nat 8s backup incremental\nat 10s restore stop latest\nat 11s backup delete latest\n\
                 at 12s restore data latest\nat 13s restore restart\nat 14s export all file=every.zip\n";
    let mut runner = run(lines, 20);
    assert_eq!(
        refusals(&runner),
        ["backup delete latest: 20260101-000005F_20260101-000008I is being restored"]
    );
    assert_eq!(kinds(&runner).len(), 2);
    let [exported] = &runner.take_exports()[..] else { panic!("one archive") };
    assert_eq!(exported.labels, kinds(&runner).into_iter().map(|(_, label)| label).collect::<Vec<_>>());
}
