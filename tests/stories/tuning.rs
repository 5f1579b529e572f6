//! Settings of a consumer's requests: what changes by them.

use rejoin::sim::Happening;
use rejoin::story::{Command, Options, Runner, Story};

fn run(text: &str) -> Runner {
    let story = Story::parse(text).unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut runner = Runner::new(&story, Options::default());
    runner.finish(None);
    runner
}

/// How far the group's owner has read each partition of `orders`.
fn positions(runner: &Runner) -> Vec<i64> {
    let world = runner.world();
    let partitions = world.topics().iter().find(|topic| &*topic.name == "orders").expect("it").partitions;
    let of = |partition| world.partition("orders", partition, Some("g")).expect("it exists").position;
    (0..partitions).map(|partition| of(partition).unwrap_or(0)).collect()
}

#[test]
fn the_broker_waits_for_enough_bytes_but_not_longer_than_it_may() {
    for protocol in ["classic", "consumer"] {
        let at = |settings: &str, end: &str| {
            let more = match end {
                "30500ms" => "at 30s produce topic=orders count=1 value=2KiB\n",
                _ => "",
            };
            let text = format!(
                "topic orders\ngroup g protocol={protocol} reset=earliest {settings}\n\
                 consumer c1 group=g topics=orders\nat 20s produce topic=orders count=1\n{more}end {end}\n"
            );
            positions(&run(&text))[0]
        };
        assert_eq!(at("", "20500ms"), 1, "{protocol}");
        // A kibibyte is there with the second record only, and the wait is longer than that takes.
        let patient = "fetch-min=1KiB fetch-wait=60s";
        assert_eq!(at(patient, "29900ms"), 0, "{protocol}");
        assert_eq!(at(patient, "30500ms"), 2, "{protocol}");
        // What is there is given when the wait is over: twice at least in five seconds.
        assert_eq!(at("fetch.min.bytes=1024 fetch.max.wait.ms=2000", "22500ms"), 1, "{protocol}");
    }
}

#[test]
fn an_answer_holds_as_much_as_it_may_and_one_batch_at_least() {
    // A fetch takes 100 ms there and back, and a batch of one record each.
    let text = |settings: &str| {
        format!(
            "network latency=50ms\ntopic orders partitions=3\ngroup g reset=earliest {settings}\n\
             at 0s produce topic=orders count=600\nconsumer c1 group=g topics=orders\nend 10s\n"
        )
    };
    let whole = positions(&run(&text("")));
    assert_eq!(whole.iter().sum::<i64>(), 600);
    // No batch fits: an answer holds one. Every partition has its turn.
    let ones = positions(&run(&text("fetch-max=1B")));
    let (least, most) = (ones.iter().min().expect("three"), ones.iter().max().expect("three"));
    assert!(*least > 0 && *most < 200 && most - least <= 1, "{ones:?}");
    // The bound of a partition lets each have several, so that more comes over in the same time.
    let some = positions(&run(&text("fetch-partition=1KiB")));
    assert!(some.iter().sum::<i64>() > 2 * ones.iter().sum::<i64>(), "{some:?} {ones:?}");
}

#[test]
fn commit_sync_gives_up_after_the_time_of_an_api_call() {
    let text = |settings: &str| {
        format!(
            "topic a\ngroup g protocol=consumer reset=earliest commit=record process=100ms {settings}\n\
             consumer c1 group=g topics=a\nat 10s produce topic=a count=50\n\
             at 11s delete topic a\nat 11s topic a\nend 40s\n"
        )
    };
    let gave_up = |settings: &str| {
        let runner = run(&text(settings));
        runner.world().trace().since(0).find_map(|entry| match &entry.what {
            Happening::CommitFailed(_, "TimeoutException") => Some(entry.at.us() / 1_000_000),
            _ => None,
        })
    };
    assert_eq!(gave_up(""), None, "a minute is not over");
    let at = gave_up("api-timeout=5s").expect("it gives up");
    assert!((14..=16).contains(&at), "{at}");
}

#[test]
fn a_client_asks_again_after_its_backoff() {
    // The topic comes at 60 s. Until then a client that knows nothing of it asks, from time to time.
    let found = |settings: &str, end: &str| {
        let text = format!(
            "group g reset=earliest {settings}\nconsumer c1 group=g topics=orders\n\
             at 60s topic orders\nat 60s produce topic=orders count=1\nend {end}\n"
        );
        positions(&run(&text))[0]
    };
    assert_eq!(found("", "66s"), 1);
    let slow = "retry-backoff=40s retry-backoff-max=40s";
    assert_eq!(found(slow, "66s"), 0);
    assert_eq!(found(slow, "110s"), 1);
    // A longest wait below the first one is the first one.
    assert_eq!(found("retry-backoff=40s", "66s"), 1);
}

#[test]
fn values_that_kafka_refuses_are_refused_in_its_words() {
    for (pair, said) in [
        (
            "retry.backoff.ms=-1",
            "Invalid value -1 for configuration retry.backoff.ms: Value must be at least 0",
        ),
        ("retry.backoff.ms=soon", "configuration retry.backoff.ms: Not a number of type LONG"),
        ("fetch.min.bytes=9999999999", "configuration fetch.min.bytes: Not a number of type INT"),
        ("fetch-wait=0s", "with 0 it would ask without pause"),
        ("fetch-max=5", "a size such as"),
        ("request.timeout.ms=5", "nothing here would change"),
        ("allow.auto.create.topics=true", "topics are created by topic lines only"),
    ] {
        let line = format!("group g {pair}");
        let found = Command::parse(&line).expect_err(&line).to_string();
        assert!(found.contains(said), "{line}: {found}");
    }
    for (line, canonical) in [
        ("group g retry.backoff.ms=100 fetch.min.bytes=1", "group g"),
        (
            "group g fetch.max.bytes=2048 retry.backoff.max.ms=2000",
            "group g retry-backoff-max=2s fetch-max=2KiB",
        ),
        ("start c1 api-timeout=60s", "start c1 api-timeout=60s"),
    ] {
        let command = Command::parse(line).expect(line);
        assert_eq!(command.to_string(), canonical);
        assert_eq!(Command::parse(canonical).expect(canonical), command);
    }
}
