//! Random worlds of the consumer protocol: members that subscribe by name and by expression, leave, are cut off and
//! killed; topics that come, grow, go and come again. When it is over and some time has passed, every partition that
//! somebody subscribes to has an owner who does, and no other has one.

use rejoin::base::Rng;
use rejoin::story::{Options, Runner, Story};

const TOPICS: [&str; 3] = ["a1", "a2", "b1"];
const MEMBERS: [&str; 3] = ["c1", "c2", "c3"];

/// What a member reads: its source in a line, and whether it means a topic.
const SOURCES: [(&str, fn(&str) -> bool); 3] = [
    ("topics=a1,b1", |topic| topic != "a2"),
    ("pattern=a.*", |topic| topic.starts_with('a')),
    ("pattern=.1", |topic| topic.ends_with('1')),
];

#[test]
fn every_partition_that_is_subscribed_to_comes_to_have_an_owner() {
    for seed in 0..150 {
        let mut rng = Rng::new(seed);
        let mut of = |n: u64| rng.below(n) as usize;
        let mut text = format!("seed {seed}\ngroup g protocol=consumer reset=earliest\n");
        let mut partitions = [2, 1, 2];
        for (topic, count) in TOPICS.iter().zip(partitions) {
            text.push_str(&format!(
                "topic {topic} partitions={count}\nproducer p-{topic} topic={topic} rate=5/s\n"
            ));
        }
        let mut reads = [0; 3];
        for (member, read) in MEMBERS.iter().zip(&mut reads) {
            *read = of(3);
            text.push_str(&format!("consumer {member} group=g {}\n", SOURCES[*read].0));
        }
        let mut at = 5_000;
        for _ in 0..12 {
            at += 1 + of(9_000);
            let (m, t) = (of(3), of(3));
            let (member, topic) = (MEMBERS[m], TOPICS[t]);
            text.push_str(&match of(6) {
                0 => {
                    reads[m] = of(3);
                    let source = SOURCES[reads[m]].0;
                    format!("at {at}ms unsubscribe {member}\nat {at}ms subscribe {member} {source}\n")
                }
                1 => {
                    partitions[t] += 1;
                    format!("at {at}ms grow {topic} partitions={}\n", partitions[t])
                }
                2 => {
                    partitions[t] = 1 + of(3) as i32;
                    let gone = at + of(2) * of(9_000);
                    let line = format!(
                        "at {at}ms delete topic {topic}\nat {gone}ms topic {topic} partitions={}\n",
                        partitions[t]
                    );
                    at = gone;
                    line
                }
                3 => {
                    let back = at + 1 + of(60_000);
                    let line = format!("at {at}ms disconnect {member}\nat {back}ms connect {member}\n");
                    at = back;
                    line
                }
                4 => {
                    let back = at + 1 + of(60_000);
                    let line = format!("at {at}ms kill {member}\nat {back}ms start {member}\n");
                    at = back;
                    line
                }
                _ => format!("at {at}ms pause {member} for={}ms\n", 1 + of(8_000)),
            });
        }
        text.push_str(&format!("end {}ms\n", at + 180_000));
        let story = Story::parse(&text).unwrap_or_else(|errors| panic!("{text}{errors:?}"));
        let mut runner = Runner::new(&story, Options::default());
        runner.finish(None);
        let world = runner.world();
        for (topic, count) in TOPICS.iter().zip(partitions) {
            for partition in 0..count {
                let owner = world.partition(topic, partition, Some("g")).map(|facts| facts.owner);
                let owner = owner.unwrap_or_else(|| panic!("{topic}:{partition} is there\n{text}"));
                let may = |m: usize| SOURCES[reads[m]].1(topic);
                let fits = match owner {
                    Some(ref owner) => (0..3).any(|m| MEMBERS[m] == &**owner && may(m)),
                    None => !(0..3).any(may),
                };
                assert!(fits, "{topic}:{partition} has another owner: {owner:?}\n{text}");
            }
        }
    }
}
