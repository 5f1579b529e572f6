//! A topic that is deleted and created anew: nothing of the old one is left, for members that stayed neither.

use rejoin::sim::Happening;
use rejoin::story::{Options, Runner, Story};

/// The committed offset of `a:0`, and what was processed in all, at the end.
fn run(lines: &str) -> (Option<i64>, u64) {
    let text = format!(
        "topic a partitions=1\ngroup g protocol=consumer reset=earliest\nconsumer c1 group=g topics=a\n\
         at 10s produce topic=a count=50\n{lines}\n"
    );
    let story = Story::parse(&text).unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut runner = Runner::new(&story, Options::default());
    runner.finish(None);
    let world = runner.world();
    let group = world.counters(Some("g")).distinct;
    (world.partition("a", 0, Some("g")).expect("it exists").committed, group)
}

#[test]
fn it_is_read_from_its_start_by_a_member_that_stayed() {
    for pause in ["20001ms", "22s", "40s"] {
        let lines =
            format!("at 20s delete topic a\nat {pause} topic a\nat 41s produce topic=a count=7\nend 90s");
        assert_eq!(run(&lines), (Some(7), 57), "created at {pause}");
    }
}

#[test]
fn a_commit_for_the_old_one_is_none_for_the_new_one() {
    // The loop is at work on what an earlier poll returned, and commits each record: by the id of the old topic. It does
    // not come to poll again: commitSync tries for default.api.timeout.ms, as the real one was seen to.
    let text = "topic a partitions=1\ngroup g protocol=consumer reset=earliest commit=record process=100ms\n\
         consumer c1 group=g topics=a\nat 10s produce topic=a count=50\n\
         at 11s delete topic a\nat 11s topic a\nend 80s\n";
    let mut runner = Runner::new(&Story::parse(text).expect("a story"), Options::default());
    runner.finish(None);
    let failed = runner.world().trace().since(0).filter_map(|entry| match &entry.what {
        Happening::CommitFailed(_, why) => Some(*why),
        _ => None,
    });
    let failed: Vec<&str> = failed.collect();
    assert_eq!(failed, ["TimeoutException"]);
    let processed = runner.world().counters(Some("g")).distinct;
    assert!((8..=12).contains(&processed), "{processed}");
    assert_eq!(runner.world().partition("a", 0, Some("g")).expect("it exists").committed, None);
}

/// What c1 was told in callbacks, and how far its group read the last of the two topics called `a`.
fn followed(group: &str) -> (Vec<String>, Option<i64>, u64) {
    let text = format!(
        "cluster initial-rebalance-delay=0s\ntopic a partitions=1\ngroup g {group} reset=earliest metadata-max-age=2s\n\
         consumer c1 group=g topics=a\nat 10s produce topic=a count=20\nat 20s delete topic a\nat 20s topic a\n\
         at 20060ms produce topic=a count=50\nend 60s\n"
    );
    let mut runner = Runner::new(&Story::parse(&text).expect("a story"), Options::default());
    runner.finish(None);
    let calls = runner.world().trace().since(0).filter_map(|entry| match &entry.what {
        Happening::Called(_, _, kind, _, of) => Some(format!("{kind:?} {}", of.len())),
        _ => None,
    });
    let calls = calls.collect();
    let facts = runner.world().partition("a", 0, Some("g")).expect("it exists");
    (calls, facts.committed, runner.world().counters(Some("g")).distinct)
}

#[test]
fn the_classic_protocol_knows_partitions_by_name_and_keeps_them() {
    // Nothing is given up. The position in the old topic is past the end of the new one: the policy says where to go on.
    let (calls, committed, distinct) = followed("assignor=cooperative-sticky");
    assert!(calls.iter().all(|call| !call.starts_with("Revoked")), "{calls:?}");
    assert_eq!((committed, distinct), (Some(50), 20 + 50));
}

#[test]
fn the_consumer_protocol_gives_up_the_old_one_and_reads_all_of_the_new_one() {
    let (calls, committed, distinct) = followed("protocol=consumer");
    assert_eq!(calls, ["Assigned 1", "Revoked 1", "Assigned 0", "Assigned 1"]);
    assert_eq!((committed, distinct), (Some(50), 20 + 50));
}

/// Which processes ended with an exception, and which, when a topic of four partitions came again with this many.
fn failed(assignor: &str, partitions: i32) -> Vec<&'static str> {
    let text = format!(
        "cluster initial-rebalance-delay=0s\ntopic a partitions=4\n\
         group g assignor={assignor} reset=earliest metadata-max-age=2s\nconsumer c1 group=g topics=a\n\
         consumer c2 group=g topics=a\nconsumer c3 group=g topics=a\nconsumer c4 group=g topics=a\n\
         at 20s delete topic a\nat 20s topic a partitions={partitions}\nend 60s\n"
    );
    // The order of a hash table decides who keeps his own. With this seed one who has what is gone comes early.
    let options = Options { seed: Some(2), ..Options::default() };
    let mut runner = Runner::new(&Story::parse(&text).expect("a story"), options);
    runner.finish(None);
    let failed = runner.world().trace().since(0).filter_map(|entry| match &entry.what {
        Happening::Failed(_, why) => Some(*why),
        _ => None,
    });
    failed.collect()
}

#[test]
fn sticky_leaders_fail_one_after_the_other_when_it_comes_with_fewer_partitions() {
    for assignor in ["sticky", "cooperative-sticky"] {
        assert_eq!(failed(assignor, 2), ["IllegalStateException"; 4], "{assignor}");
        assert_eq!(failed(assignor, 4), [""; 0], "{assignor}");
    }
    assert_eq!(failed("range", 2), [""; 0]);
}
