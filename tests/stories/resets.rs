//! `auto.offset.reset=by_duration:…` (KIP-1106) of consumers of both protocols and of share groups, and settings that
//! Kafka's client refuses.

use rejoin::story::report::Report;
use rejoin::story::{Command, Options, Runner, Story};

fn run(text: &str) -> Runner {
    let story = Story::parse(text).unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut runner = Runner::new(&story, Options::default());
    runner.finish(None);
    runner
}

/// Ten old records, then five young ones, then a consumer; the records that its group read.
fn distinct(group: &str) -> u64 {
    let text = format!(
        "topic a\ngroup g {group}\nat 5s produce topic=a count=10\nat 100s produce topic=a count=5\n\
         at 110s consumer c1 group=g topics=a\nend 140s\n"
    );
    read(&run(&text))
}

/// What a share group acknowledged, any other processed.
fn read(runner: &Runner) -> u64 {
    match &runner.world().share_partitions("g")[..] {
        [of] => of.acknowledged,
        _ => runner.world().counters(Some("g")).distinct,
    }
}

#[test]
fn by_duration_begins_at_the_first_record_that_is_not_older() {
    for protocol in ["", "protocol=consumer ", "protocol=share "] {
        for (reset, count) in [("PT30S", 5), ("pt1h", 15), ("PT1M40S", 5), ("PT2M", 15)] {
            assert_eq!(distinct(&format!("{protocol}reset=by_duration:{reset}")), count, "{protocol}{reset}");
        }
    }
}

#[test]
fn where_no_record_is_young_enough_a_consumer_lists_again_after_its_request_timeout() {
    // Recorded of both clients: what came four seconds later was not read at 16 s, and was at 40 s.
    for protocol in ["", "protocol=consumer "] {
        let group =
            format!("topic a\ngroup g {protocol}reset=by_duration:PT1H\nconsumer c1 group=g topics=a\n");
        let until = |end: &str| read(&run(&format!("{group}at 4s produce topic=a count=40\nend {end}\n")));
        assert_eq!((until("16s"), until("40s")), (0, 40), "{protocol}");
    }
    // A share partition begins with the first record that is young enough.
    let text = "topic a\ngroup g protocol=share reset=by_duration:PT1H\nconsumer c1 group=g topics=a\n\
                at 4s produce topic=a count=40\nend 16s\n";
    assert_eq!(read(&run(text)), 40);
}

#[test]
fn a_reset_is_written_as_java_writes_durations() {
    let line = |reset: &str| Command::parse(&format!("group g reset={reset}")).map(|line| line.to_string());
    assert_eq!(line("by_duration:P1DT90M").expect("a line"), "group g reset=by_duration:PT25H30M");
    for reset in ["by_duration", "by_duration:", "by_duration:-PT1H", "by_duration:1h", "newest"] {
        let error = format!("{:?}", line(reset).expect_err(reset));
        assert!(error.contains("earliest, latest, none or by_duration:PnDTnHnMn.nS"), "{error}");
    }
}

#[test]
fn what_kafkas_client_refuses_of_a_consumer_of_the_new_protocol_is_refused_in_its_words() {
    let text = "topic a\ngroup g protocol=consumer session-timeout=6s heartbeat=1s\n\
                consumer c1 group=g topics=a session-timeout=9s\n\
                consumer c2 group=g topics=a heartbeat=2s session-timeout=9s\n\
                consumer c3 group=g topics=a protocol=classic session-timeout=9s\nat 2s close c3\n\
                at 4s start c3 protocol=consumer\nend 9s\n";
    let mut runner = run(text);
    let refusals = Report::of(&mut runner).refusals;
    let reasons: Vec<&str> = refusals.iter().map(|(.., reason)| &**reason).collect();
    let end = "cannot be set when group.protocol=CONSUMER: they are the group's, on its group line";
    let one = format!("session-timeout, heartbeat: session.timeout.ms {end}");
    let both = format!("session-timeout, heartbeat: heartbeat.interval.ms, session.timeout.ms {end}");
    assert_eq!(reasons, [&one, &both, &one]);
}
