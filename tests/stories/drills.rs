//! The drill in four steps, for every protocol, assignor and way to commit: while consumers run, data is refused and they
//! are named; after the restart every group and partition goes on with the right record.

use rejoin::base::Time;
use rejoin::story::run::{Act, Proof};
use rejoin::story::{Options, Runner, Story};

const ASSIGNORS: [(&str, &str); 6] = [
    ("classic", "range"),
    ("classic", "roundrobin"),
    ("classic", "sticky"),
    ("classic", "cooperative-sticky"),
    ("consumer", "uniform"),
    ("consumer", "range"),
];
const COMMITS: [&str; 4] = ["sync", "async", "auto", "record"];

/// One drill with so many partitions and consumers.
fn drill(protocol: &str, assignor: &str, commit: &str, number: usize) {
    let (partitions, consumers) = (2 + number % 4, 1 + number % 3);
    let names: Vec<String> = (1..=consumers).map(|i| format!("c{i}")).collect();
    let story = format!(
        "seed {number}\ntopic orders partitions={partitions}\nproducer web topic=orders rate=60/s keys=50\n\
         group checkout protocol={protocol} assignor={assignor} session-timeout=6s reset=earliest commit={commit} \
         auto-commit-interval=2s\n\
         consumer {} group=checkout topics=orders process=2ms\n\
         at 10s backup full\nat 20s restore data latest\nat 20s restore stop latest\nat 20s restore data latest\n\
         at 30s restore data latest\nat 31s restore restart\nend 60s\n",
        names.join(" ")
    );
    let mut runner = Runner::new(&Story::parse(&story).expect("a story"), Options::default());
    runner.finish(Some(Time::from_ms(60_000)));
    let case = format!("{protocol}, {assignor}, {commit}, {partitions} partitions, {consumers} consumers");
    let refused: Vec<String> = runner
        .events()
        .iter()
        .filter_map(|event| match &event.what {
            Act::Refused(line, reason) => Some(format!("{line}: {reason}")),
            _ => None,
        })
        .collect();
    let running = format!("restore data latest: these consumers still run: {}", names.join(", "));
    assert_eq!(
        refused,
        ["restore data latest: restore stop 20260101-000010F comes first".to_owned(), running],
        "{case}"
    );
    assert_eq!(runner.proof(), Proof::Holds, "{case}");
}

#[test]
fn every_group_goes_on_at_its_committed_offset_whatever_its_protocol_and_its_commits() {
    let mut number = 0;
    for (protocol, assignor) in ASSIGNORS {
        for commit in COMMITS {
            drill(protocol, assignor, commit, number);
            number += 1;
        }
    }
    assert_eq!(number, 24);
}
