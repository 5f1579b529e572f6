//! Share groups, from the outside: stories whose checks must all hold, and settings that are refused.

use rejoin::base::Span;
use rejoin::sim::Happening;
use rejoin::sim::query::ShareState;
use rejoin::story::run::Act;
use rejoin::story::{Options, Runner, Story};

/// Runs a story to its end; a check that fails fails the test.
fn run(name: &str, text: &str) -> Runner {
    let story = Story::parse(text).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
    let mut runner = Runner::new(&story, Options::default());
    runner.finish(None);
    let failed: Vec<_> = runner.checks().iter().filter(|check| !check.holds).collect();
    assert!(failed.is_empty(), "{name}: {failed:#?}");
    let refused: Vec<_> =
        runner.events().iter().filter(|event| matches!(event.what, Act::Refused(..))).collect();
    assert!(refused.is_empty(), "{name}: {refused:?}");
    runner
}

const SCENE: &str = "\
seed 5
topic jobs partitions=1
group work protocol=share heartbeat=1s reset=earliest lock-duration=5s max-poll-records=10 process=10ms
";

/// What happens, as a sentence, and the story that shows it.
const CASES: &[(&str, &str)] = &[
    (
        "what a close leaves unacknowledged is given back: the last poll's, without explicit acknowledgement",
        "consumer a group=work topics=jobs\n\
             at 3s produce topic=jobs count=1\n\
             at 3005ms close a\n\
             at 4s check acknowledged == 0\n\
             at 4s check acquired == 0\n\
             at 5s consumer b group=work topics=jobs\n\
             at 8s check redelivered == 1\n\
             at 8s check acknowledged == 1\n\
             end 8s\n",
    ),
    (
        "a commit before the close leaves nothing",
        "consumer a group=work topics=jobs commit=sync\n\
             at 3s produce topic=jobs count=1\n\
             at 3005ms close a\n\
             at 4s check acknowledged == 1\n\
             at 4s check members work == 0\n\
             end 4s\n",
    ),
    (
        "so does explicit acknowledgement",
        "consumer a group=work topics=jobs acknowledgement=explicit\n\
             at 3s produce topic=jobs count=1\n\
             at 3005ms close a\n\
             at 4s check acknowledged == 1\n\
             end 4s\n",
    ),
    (
        "of one that is cut off the locks time out, and its death tells nobody",
        "consumer a b group=work topics=jobs\n\
             at 3s produce topic=jobs count=20\n\
             at 3050ms disconnect a\n\
             at 3050ms kill a\n\
             at 7s check acquired > 0\n\
             at 9s check acquired == 0\n\
             at 9s check redelivered > 0\n\
             at 9s check acknowledged == 20\n\
             end 9s\n",
    ),
    (
        "of one that dies the locks end with its connection",
        "consumer a b group=work topics=jobs\n\
             at 3s produce topic=jobs count=20\n\
             at 3050ms kill a\n\
             at 4s check acquired == 0\n\
             at 4s check acknowledged == 20\n\
             end 4s\n",
    ),
    (
        "latest is the default: what was there before is nobody's",
        "group late protocol=share heartbeat=1s\n\
             produce topic=jobs count=7\n\
             consumer a group=late topics=jobs\n\
             at 3s produce topic=jobs count=2\n\
             at 4s check acknowledged late == 2\n\
             at 4s check start-offset late jobs:0 == 9\n\
             end 4s\n",
    ),
    (
        "the window holds no more records than there are locks",
        "group few protocol=share heartbeat=1s reset=earliest max-locks=15 process=1s lock-duration=60s\n\
             consumer a b c group=few topics=jobs\n\
             at 3s produce topic=jobs count=100\n\
             at 8s check acquired few <= 15\n\
             at 8s check acquired few > 10\n\
             end 8s\n",
    ),
    (
        "a lock that is renewed is no new delivery: the record is returned once more and then accepted",
        "consumer a group=work topics=jobs acknowledgement=explicit renew=k1,k3\n\
             at 3s produce topic=jobs count=10 keys=5\n\
             at 6s check acknowledged == 10\n\
             at 6s check redelivered == 0\n\
             end 6s\n",
    ),
    (
        "a record that is released each time is archived after as many deliveries as it may have",
        "group three protocol=share heartbeat=1s reset=earliest delivery-limit=3 acknowledgement=explicit release=k0\n\
             consumer a b group=three topics=jobs commit=record\n\
             at 3s produce topic=jobs count=10 keys=10\n\
             at 9s check archived three == 1\n\
             at 9s check acknowledged three == 9\n\
             at 9s check redelivered three == 2\n\
             end 9s\n",
    ),
    (
        "two share groups and a classic one know nothing of each other",
        "group other protocol=share heartbeat=1s reset=earliest\n\
             group old reset=earliest\n\
             consumer a group=work topics=jobs\n\
             consumer b group=other topics=jobs\n\
             consumer c group=old topics=jobs\n\
             at 4s produce topic=jobs count=30\n\
             at 14s check acknowledged work == 30\n\
             at 14s check acknowledged other == 30\n\
             at 14s check committed old jobs:0 == 30\n\
             end 14s\n",
    ),
    (
        "a group that is deleted begins anew",
        "consumer a group=work topics=jobs commit=sync\n\
             at 3s produce topic=jobs count=5\n\
             at 4s close a\n\
             at 5s delete group work\n\
             at 5s check acknowledged == 0\n\
             at 6s start a\n\
             at 9s check acknowledged == 5\n\
             end 9s\n",
    ),
    (
        "topics that grow and go are followed",
        "consumer a group=work topics=jobs\n\
             at 3s grow jobs partitions=3\n\
             at 7s produce topic=jobs count=30 keys=10\n\
             at 9s check acknowledged == 30\n\
             at 9s check start-offset jobs:2 > 0\n\
             at 10s delete topic jobs\n\
             at 12s check acquired == 0\n\
             end 12s\n",
    ),
    (
        "one that polls too late has left, and comes back",
        "consumer a group=work topics=jobs max-poll-interval=3s\n\
             at 3s produce topic=jobs count=20\n\
             at 3020ms slow a for=6s\n\
             at 8s check members work == 0\n\
             at 14s check members work == 1\n\
             at 14s check acknowledged == 20\n\
             end 14s\n",
    ),
    (
        "who unsubscribes is given nothing more, and who subscribes again is",
        "consumer a group=work topics=jobs acknowledgement=explicit\n\
             at 3s unsubscribe a\n\
             at 4s produce topic=jobs count=3\n\
             at 6s check members work == 0\n\
             at 6s check acknowledged == 0\n\
             at 6s subscribe a topics=jobs\n\
             at 9s check acknowledged == 3\n\
             end 9s\n",
    ),
];

#[test]
fn a_share_group_does_what_kafkas_does() {
    for (name, text) in CASES {
        run(name, &format!("{SCENE}{text}"));
    }
}

#[test]
fn a_late_acknowledgement_of_what_somebody_else_has_is_refused() {
    let runner = run(
        "late",
        &format!(
            "{SCENE}consumer a b group=work topics=jobs acknowledgement=explicit\n\
             at 3s produce topic=jobs count=40\n\
             at 3060ms slow a for=6s\n\
             at 8015ms slow b for=20s\n\
             end 12s\n"
        ),
    );
    let trace = || runner.world().trace().since(0);
    let locks =
        trace().find(|entry| matches!(&entry.what, Happening::LockExpired(of, ..) if &*of.consumer == "a"));
    let locks = locks.expect("the locks of a end").at;
    let late = trace().find(|entry| entry.at > locks && matches!(&entry.what, Happening::WireError(of, _, "INVALID_RECORD_STATE") if &*of.consumer == "a"));
    let failed = trace().any(|entry| matches!(&entry.what, Happening::CommitFailed(of, "InvalidRecordStateException") if &*of.consumer == "a"));
    let again =
        trace().any(|entry| matches!(&entry.what, Happening::Redelivered(of, ..) if &*of.consumer == "b"));
    assert!(again && late.is_some() && failed, "{:#?}", trace().collect::<Vec<_>>());
}

/// What a broker of Apache Kafka 4.3.1 gave a consumer again, fetch by fetch, of a hundred records that were sent one by one:
/// it releases what has the key k3 and rejects k7. Before the two fetches with a star the broker let it wait for
/// `fetch.max.wait.ms`: it had nothing but what the same request released.
const REAL: &str = "\
3x2 13x2
23x2 33x2
3x3 13x3 43x2 53x2
23x3 33x3 63x2 73x2
3x4 13x4
23x4 33x4
3x5
13x5
23x5
33x5
43x3 53x3 63x3 73x3 83x2 93x2
* 43x4 53x4
63x4 73x4
43x5
53x5
63x5
73x5
83x3 93x3
* 83x4
93x4
83x5
93x5
";

#[test]
fn what_is_released_comes_again_as_a_real_broker_gives_it() {
    let runner = run(
        "released",
        "topic jobs partitions=1\n\
         produce topic=jobs count=100 keys=10\n\
         group work protocol=share reset=earliest acknowledgement=explicit max-poll-records=20\n\
         consumer a group=work topics=jobs release=k3 reject=k7\n\
         end 20s\n",
    );
    let again = runner.world().trace().since(0).filter_map(|entry| match &entry.what {
        Happening::Redelivered(_, _, _, first, last, count) => Some((entry.at, first, last, count)),
        _ => None,
    });
    let (mut given, mut before) = (String::new(), None);
    for (at, first, last, count) in again {
        assert_eq!(first, last, "no neighbours are released");
        match before.map(|before| at.since(before)) {
            Some(Span::ZERO) => given.push(' '),
            Some(waited) if waited >= Span::from_ms(500) => given.push_str("\n* "),
            Some(_) => given.push('\n'),
            None => {}
        }
        given.push_str(&format!("{first}x{count}"));
        before = Some(at);
    }
    assert_eq!(given + "\n", REAL);
}

#[test]
fn what_each_consumer_has_is_seen_with_its_deliveries_and_locks() {
    let runner = run(
        "seen",
        &format!(
            "{SCENE}consumer a b group=work topics=jobs\n\
             at 3s produce topic=jobs count=40\n\
             at 3050ms kill a\n\
             end 3100ms\n"
        ),
    );
    let world = runner.world();
    let partitions = world.share_partitions("work");
    let [of] = &partitions[..] else { panic!("{partitions:?}") };
    assert_eq!(
        (of.end, of.start + of.window.iter().map(|run| run.to - run.from).sum::<i64>()),
        (of.end, of.end)
    );
    let acquired = world.acquired("b");
    assert!(world.acquired("a").is_empty() && !acquired.is_empty());
    let held = of
        .window
        .iter()
        .filter(|run| matches!(&run.state, ShareState::Acquired { consumer, .. } if &**consumer == "b"));
    let held: Vec<(i64, i64, u16)> = held.map(|run| (run.from, run.to, run.deliveries)).collect();
    assert_eq!(held, acquired.iter().map(|of| (of.from, of.to, of.deliveries)).collect::<Vec<_>>());
    assert!(acquired.iter().all(|of| of.until > world.now()));
    assert_eq!(of.acquired, acquired.iter().map(|of| (of.to - of.from) as u64).sum::<u64>());
    assert!(of.window.iter().any(|run| run.state == ShareState::Available && run.deliveries == 1));
    let line = world.output("b").pop().expect("b processed something");
    assert_eq!(line.delivery, Some(1));
}

#[test]
fn what_a_share_group_cannot_have_is_refused_with_the_reason() {
    for (text, reason) in [
        ("group g protocol=share assignor=range", "assignor: a share group has no other than simple"),
        ("group g protocol=share commit=none", "commit: a share consumer's next poll() always acknowledges"),
        ("group g protocol=share reset=none", "reset: earliest, latest or by_duration"),
        ("group g protocol=share reject=k1", "only with acknowledgement=explicit"),
        ("group g protocol=share delivery-limit=11", "delivery-limit: from 2 to 10"),
        ("group g protocol=share max-locks=5000", "max-locks: from 1 to 4000"),
        ("group g lock-duration=5s", "only with protocol=share"),
        ("consumer c group=work topics=jobs instance=i", "instance: a share group has no static members"),
        ("consumer c group=work topics=jobs lock-duration=9s", "they stand on its group line"),
        ("consumer c group=work topics=jobs reset=latest", "they stand on its group line"),
        ("consumer c group=work assign=jobs:0", "assign"),
    ] {
        let story =
            Story::parse(&format!("{SCENE}{text}\nend 1s\n")).unwrap_or_else(|errors| panic!("{errors:?}"));
        let mut runner = Runner::new(&story, Options::default());
        runner.finish(None);
        let refused: Vec<String> = runner
            .events()
            .iter()
            .filter_map(|event| match &event.what {
                Act::Refused(_, reason) => Some(reason.to_string()),
                _ => None,
            })
            .collect();
        assert!(refused.len() == 1 && refused[0].contains(reason), "{text}: {refused:?}");
    }
}
