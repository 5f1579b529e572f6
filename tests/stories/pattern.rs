//! Consumers that subscribe with a regular expression.

use rejoin::sim::Happening;
use rejoin::story::run::Act;
use rejoin::story::{Options, Runner, Story};

fn run(text: &str) -> Runner {
    let story = Story::parse(text).unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut runner = Runner::new(&story, Options::default());
    runner.finish(None);
    runner
}

/// Which partitions have an owner, at the end.
fn owned(runner: &Runner) -> String {
    let world = runner.world();
    let mut owned = Vec::new();
    for topic in world.topics() {
        for partition in 0..topic.partitions {
            let facts = world.partition(&topic.name, partition, Some("g")).expect("it exists");
            if let Some(owner) = facts.owner {
                owned.push(format!("{}:{partition}={owner}", topic.name));
            }
        }
    }
    owned.join(" ")
}

fn refusals(runner: &Runner) -> Vec<String> {
    let refused = runner.events().iter().filter_map(|event| match &event.what {
        Act::Refused(_, reason) => Some(reason.to_string()),
        _ => None,
    });
    refused.collect()
}

fn failures(runner: &Runner) -> Vec<String> {
    let failed = runner.world().trace().since(0).filter_map(|entry| match &entry.what {
        Happening::Failed(process, why) => Some(format!("{process} {why}")),
        _ => None,
    });
    failed.collect()
}

const PROTOCOLS: [&str; 2] = ["protocol=consumer", "protocol=classic metadata-max-age=5s"];

#[test]
fn topics_that_match_are_assigned_new_ones_too_and_deleted_ones_are_given_up() {
    for protocol in PROTOCOLS {
        let text = |rest: &str| {
            run(&format!(
                "topic orders-a partitions=2\ntopic bills\ngroup g {protocol} reset=earliest\n\
                 consumer c1 group=g pattern=\"orders-.*\"\n{rest}"
            ))
        };
        let first = "orders-a:0=c1 orders-a:1=c1";
        assert_eq!(owned(&text("end 20s\n")), first, "{protocol}");
        let more = text("at 20s topic orders-b\nat 20s topic my-orders-c\nend 60s\n");
        assert_eq!(owned(&more), format!("{first} orders-b:0=c1"), "{protocol}");
        let fewer = text("at 20s topic orders-b\nat 40s delete topic orders-a\nend 80s\n");
        assert_eq!(owned(&fewer), "orders-b:0=c1", "{protocol}");
        let read = text("at 20s topic orders-b\nat 21s produce topic=orders-b count=5\nend 60s\n");
        assert_eq!(read.world().partition("orders-b", 0, Some("g")).expect("it exists").committed, Some(5));
        for runner in [more, fewer, read] {
            assert_eq!(failures(&runner), [""; 0], "{protocol}");
            assert_eq!(refusals(&runner), [""; 0], "{protocol}");
        }
    }
}

#[test]
fn another_expression_takes_the_place_of_the_first() {
    for protocol in PROTOCOLS {
        let runner = run(&format!(
            "topic orders-a\ntopic bills-a\ngroup g {protocol}\nconsumer c1 c2 group=g pattern=orders-.*\n\
             at 20s subscribe c1 c2 pattern=bills-.*\nend 60s\n"
        ));
        let owners = owned(&runner);
        assert!(owners.starts_with("bills-a:0=") && !owners.contains("orders"), "{protocol}: {owners}");
        let runner = run(&format!(
            "topic orders-a\ntopic bills-a\ngroup g {protocol}\nconsumer c1 group=g pattern=orders-.*\n\
             at 20s unsubscribe c1\nat 20s subscribe c1 topics=bills-a\nend 60s\n"
        ));
        assert_eq!(owned(&runner), "bills-a:0=c1", "{protocol}");
        assert_eq!(refusals(&runner), [""; 0], "{protocol}");
    }
}

#[test]
fn two_members_with_different_expressions_share_what_both_match() {
    let runner = run("topic a1\ntopic a2\ntopic b1\ngroup g protocol=consumer\n\
         consumer c1 group=g pattern=a.\nconsumer c2 group=g pattern=.1\nend 60s\n");
    let owners = owned(&runner);
    assert!(owners.contains("a2:0=c1") && owners.contains("b1:0=c2") && owners.contains("a1:0="), "{owners}");
}

#[test]
fn the_coordinator_refuses_what_is_no_expression_and_the_loop_ends() {
    let runner = run("topic a\ngroup g protocol=consumer\nconsumer c1 group=g pattern=\"a**\"\nend 20s\n");
    assert_eq!(failures(&runner), ["c1#1 InvalidRegularExpression"]);
    let runner = run("topic a\ngroup g protocol=consumer\nconsumer c1 group=g pattern=a\n\
         at 20s subscribe c1 pattern=\"(a\"\nend 40s\n");
    assert_eq!(failures(&runner), ["c1#1 InvalidRegularExpression"]);
    assert_eq!(owned(&runner), "");
}

#[test]
fn what_kafka_does_not_allow_is_refused_by_name() {
    for (lines, reason) in [
        ("group g\nconsumer c1 group=g pattern=\"(a\"", "Java's Pattern"),
        ("group g protocol=share\nconsumer c1 group=g pattern=a", "share consumer"),
        (
            "group g protocol=consumer\nconsumer c1 group=g topics=a\nat 9s subscribe c1 pattern=a",
            "unsubscribe it",
        ),
        (
            "group g protocol=consumer\nconsumer c1 group=g pattern=a\nat 9s subscribe c1 topics=a",
            "unsubscribe it",
        ),
        ("group g\nconsumer c1 group=g assign=a:0\nat 9s subscribe c1 pattern=a", "assign="),
    ] {
        let refused = refusals(&run(&format!("topic a\n{lines}\nend 20s\n")));
        assert!(refused.len() == 1 && refused[0].contains(reason), "{lines}: {refused:?}");
    }
    for line in ["consumer c1 group=g pattern=a topics=b", "consumer c1 group=g pattern=\"\"", "subscribe c1"]
    {
        Story::parse(line).expect_err(line);
    }
}
