//! Settings of the brokers for groups: what a client sees of them.

use rejoin::sim::Happening;
use rejoin::story::run::Act;
use rejoin::story::{Command, Options, Runner, Story};

fn run(text: &str) -> Runner {
    let story = Story::parse(text).unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut runner = Runner::new(&story, Options::default());
    runner.finish(None);
    runner
}

/// Consumers that an exception ended, by name.
fn failed(runner: &Runner) -> Vec<String> {
    let failed = runner.world().trace().since(0).filter_map(|entry| match &entry.what {
        Happening::Failed(process, why) => Some(format!("{} {why}", process.consumer)),
        _ => None,
    });
    failed.collect()
}

fn refusals(runner: &Runner) -> Vec<String> {
    let refused = runner.events().iter().filter_map(|event| match &event.what {
        Act::Refused(_, reason) => Some(reason.to_string()),
        _ => None,
    });
    refused.collect()
}

/// The first error of a line that is refused.
fn refused(line: &str) -> String {
    Command::parse(line).expect_err(line).to_string()
}

#[test]
fn a_full_group_turns_the_next_member_away() {
    for (cluster, group) in [
        ("max-size=2", "protocol=classic"),
        ("group.max.size=2", "protocol=classic assignor=cooperative-sticky"),
        ("consumer-max-size=2", "protocol=consumer"),
        ("group.share.max.size=2", "protocol=share"),
    ] {
        // The third one comes when the group is there.
        let text = format!(
            "cluster {cluster}\ntopic orders partitions=6\ngroup g {group}\nconsumer c1 c2 group=g topics=orders\n\
             at 20s consumer c3 group=g topics=orders\ncheck members g == 2\nend 60s\n"
        );
        assert_eq!(failed(&run(&text)), ["c3 GroupMaxSizeReachedException"], "{cluster}");
        // The size of another kind of group means nothing here.
        let other = if cluster.starts_with("consumer") { "max-size=2" } else { "consumer-max-size=2" };
        assert_eq!(failed(&run(&text.replace(cluster, other))), [""; 0], "{cluster}");
    }
}

#[test]
fn a_session_beyond_the_brokers_bounds_ends_a_classic_consumer() {
    let story = |cluster: &str, session: &str| {
        run(&format!(
            "cluster {cluster}\ntopic orders\ngroup g session-timeout={session} heartbeat=1s\n\
             consumer c1 group=g topics=orders\nend 20s\n"
        ))
    };
    let exception = ["c1 InvalidSessionTimeoutException"];
    assert_eq!(failed(&story("min-session-timeout=6s", "5s")), exception);
    assert_eq!(failed(&story("min-session-timeout=6s", "6s")), [""; 0]);
    assert_eq!(failed(&story("max-session-timeout=30s", "31s")), exception);
    assert_eq!(failed(&story("max-session-timeout=2h", "1h")), [""; 0]);
    // Without a word of the cluster's the laboratory lets sessions be short.
    assert_eq!(failed(&story("max-size=9", "5s")), [""; 0]);
}

#[test]
fn bounds_of_the_newer_protocols_hold_for_what_is_set_of_a_group() {
    let runner = run("cluster consumer-min-session-timeout=45s share-max-heartbeat=15s\ntopic orders\n\
                      group g protocol=consumer session-timeout=44s\ngroup h protocol=share heartbeat=16s\n\
                      group i protocol=consumer session-timeout=50s\nend 1s\n");
    assert_eq!(
        refusals(&runner),
        [
            "consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms",
            "share.heartbeat.interval.ms must be less than or equal to group.share.max.heartbeat.interval.ms",
        ]
    );
}

#[test]
fn the_brokers_session_and_heartbeat_are_those_of_groups_that_have_no_own() {
    // Killed at 20 s, it is removed when its session ends.
    for (cluster, gone, there) in [("", "66s", "64s"), ("consumer-session-timeout=10s", "31s", "29s")] {
        let cluster = if cluster.is_empty() { String::new() } else { format!("cluster {cluster}\n") };
        let runner = run(&format!(
            "{cluster}topic orders partitions=2\ngroup g protocol=consumer\nconsumer c1 c2 group=g topics=orders\n\
             at 20s kill c2\nat {there} check members g == 1\nat {there} check owner g orders:0 != none\n\
             at {there} check owner g orders:1 == none\nat {gone} check owner g orders:1 == c1\nend 70s\n"
        ));
        let removed = runner.world().trace().since(0).any(
            |entry| matches!(&entry.what, Happening::Removed(process, ..) if &*process.consumer == "c2"),
        );
        assert!(removed, "{cluster}");
    }
    // The interval that members are told.
    let beats = |cluster: &str| {
        let runner = run(&format!(
            "{cluster}topic orders\ngroup g protocol=consumer\nconsumer c1 group=g topics=orders\nend 100s\n"
        ));
        runner.world().counters(Some("g")).messages
    };
    let (often, seldom) = (beats("cluster consumer-heartbeat=1s\n"), beats(""));
    assert!(often > seldom * 2, "{often} {seldom}");
}

#[test]
fn a_policy_says_which_groups_change_their_protocol_while_they_live() {
    // A member of the other protocol comes to a group with a member.
    let mixed = |policy: &str, first: &str, second: &str| {
        failed(&run(&format!(
            "cluster migration={policy}\ntopic orders partitions=4\nconsumer c1 group=g topics=orders protocol={first}\n\
             at 20s consumer c2 group=g topics=orders protocol={second}\nend 60s\n"
        )))
    };
    for (policy, upgrades, downgrades) in [
        ("bidirectional", true, true),
        ("upgrade", true, false),
        ("downgrade", false, true),
        ("disabled", false, false),
    ] {
        let up = mixed(policy, "classic", "consumer");
        assert_eq!(up.is_empty(), upgrades, "{policy}: {up:?}");
        // A classic member may join a group of the consumer protocol unless the policy is that nothing changes; only the
        // group's way back needs the policy's leave.
        let back = run(&format!(
            "cluster migration={policy}\ntopic orders partitions=4\n\
             consumer c1 group=g topics=orders protocol=consumer\n\
             at 20s consumer c2 group=g topics=orders protocol=classic\nat 40s close c1\nend 90s\n"
        ));
        let groups = back.world().groups();
        let of = groups.iter().find(|group| &*group.name == "g").expect("a group");
        assert_eq!(of.consumer.is_none(), downgrades, "{policy}: {:?}", failed(&back));
    }
}

#[test]
fn offsets_expire_when_their_retention_is_over_and_not_before() {
    // The group is empty from 20 s on; the broker looks every minute.
    let text = |cluster: &str, checks: &str| {
        format!(
            "cluster {cluster}\ntopic orders\nproduce topic=orders count=10\ngroup g reset=earliest\n\
             consumer c1 group=g topics=orders\nat 20s close c1\n{checks}end 3h\n"
        )
    };
    let committed = |cluster: &str, at: &str| {
        let text = text(cluster, "").replace("end 3h", &format!("end {at}"));
        run(&text).world().partition("orders", 0, Some("g")).expect("it exists").committed
    };
    let soon = "offsets-retention=1h offsets-check=1m";
    assert_eq!(committed(soon, "60m"), Some(10));
    // 20 s and the hour are over at 60m20s: the next look is at 61m.
    assert_eq!(committed(soon, "3659s"), Some(10));
    assert_eq!(committed(soon, "61m"), None);
    // The default look is every ten minutes, and a week the default retention.
    assert_eq!(committed("offsets.retention.minutes=60", "69m"), Some(10));
    assert_eq!(committed("offsets.retention.minutes=60", "70m"), None);
    assert_eq!(committed("max-size=9", "3h"), Some(10));
    // With the last offset the group goes.
    let runner = run(&text(soon, ""));
    let gone = runner
        .world()
        .trace()
        .since(0)
        .any(|entry| matches!(&entry.what, Happening::GroupDeleted(group) if &**group == "g"));
    assert!(gone);
}

#[test]
fn the_first_of_the_assignors_serves_and_others_are_refused() {
    let runner = run(
        "cluster consumer-assignors=range\ntopic orders partitions=4\ngroup g protocol=consumer\n\
                      consumer c1 group=g topics=orders\n\
                      at 10s consumer c2 group=h topics=orders protocol=consumer assignor=uniform\nend 30s\n",
    );
    let groups = runner.world().groups();
    let of = |name: &str| groups.iter().find(|group| &*group.name == name).expect("a group");
    let modern = of("g").consumer.as_ref().expect("a group of the consumer protocol");
    assert_eq!(&*modern.assignor, "range");
    assert_eq!(failed(&runner), ["c2 UnsupportedAssignorException"]);
}

#[test]
fn what_a_broker_does_not_start_with_is_refused_in_its_words() {
    for (line, said) in [
        ("cluster max-size=0", "Invalid value 0 for configuration group.max.size: Value must be at least 1"),
        ("cluster share-max-size=1001", "Value must be no more than 1000"),
        ("cluster migration=none", "String must be one of (case insensitive): DISABLED, DOWNGRADE"),
        ("cluster consumer-assignors=sticky", "Class sticky cannot be found"),
        (
            "cluster consumer-min-session-timeout=50s",
            "group.consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms",
        ),
        (
            "cluster share-heartbeat=50s",
            "group.share.heartbeat.interval.ms must be less than group.share.session.timeout.ms",
        ),
        ("cluster offsets-retention=90s", "whole minutes"),
        ("cluster offset.metadata.max.bytes=10", "nothing here would change"),
        ("cluster max-siz=3", "Did you mean max-size="),
    ] {
        let found = refused(line);
        assert!(found.contains(said), "{line}: {found}");
    }
}

#[test]
fn a_line_says_what_is_not_the_default_and_is_read_as_it_is_written() {
    for (line, canonical) in [
        ("cluster group.initial.rebalance.delay.ms=200", "cluster initial-rebalance-delay=200ms"),
        ("cluster max-session-timeout=30m max-size=2147483647", "cluster"),
        ("cluster min-session-timeout=6s", "cluster min-session-timeout=6s"),
        ("cluster offsets-retention=7d offsets-check=1h", "cluster offsets-check=3600s"),
        ("cluster offsets.retention.minutes=1440", "cluster offsets-retention=1d"),
        ("cluster migration=UPGRADE task-delay=1s", "cluster migration=upgrade task-delay=1s"),
        ("cluster consumer-assignors=range,uniform,range", "cluster consumer-assignors=range,uniform"),
    ] {
        let command = Command::parse(line).expect(line);
        assert_eq!(command.to_string(), canonical);
        assert_eq!(Command::parse(canonical).expect(canonical), command);
    }
}
