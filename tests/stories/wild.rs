//! Random worlds of every group protocol: members that subscribe by name and by expression, leave, are cut off, killed and
//! started again (in a mixed group with the other protocol); topics that come, grow, go and come again. Meanwhile every
//! invariant holds; when it is over and some time has passed, every partition that somebody subscribes to has an owner
//! who does, no other has one, and all is read.

use rejoin::base::Rng;
use rejoin::sim::check;
use rejoin::story::run::Act;
use rejoin::story::{Options, Runner, Story};

const TOPICS: [&str; 3] = ["a1", "a2", "b1"];
const MEMBERS: [&str; 3] = ["c1", "c2", "c3"];
const ASSIGNORS: [&str; 6] =
    ["range", "roundrobin", "sticky", "cooperative-sticky", "range,cooperative-sticky", "sticky,range"];

/// What a member reads: its source in a line, and whether it means a topic.
const SOURCES: [(&str, fn(&str) -> bool); 3] = [
    ("topics=a1,b1", |topic| topic != "a2"),
    ("pattern=a.*", |topic| topic.starts_with('a')),
    ("pattern=.1", |topic| topic.ends_with('1')),
];
/// The same by names only: a share consumer takes no expression.
const NAMES: [(&str, fn(&str) -> bool); 3] = [
    ("topics=a1,b1", |topic| topic != "a2"),
    ("topics=a1,a2", |topic| topic != "b1"),
    ("topics=a2", |topic| topic == "a2"),
];

/// Which protocol the members speak.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Classic,
    Consumer,
    Mixed,
    Share,
}

/// A random world as a story, and what is to come of it.
struct Wild {
    kind: Kind,
    rng: Rng,
    text: String,
    at: u64,
    partitions: [i32; 3],
    /// What each member reads at first.
    reads: [usize; 3],
}

impl Wild {
    fn of(&mut self, n: u64) -> usize {
        self.rng.below(n) as usize
    }

    fn sources(&self) -> &'static [(&'static str, fn(&str) -> bool); 3] {
        if self.kind == Kind::Share { &NAMES } else { &SOURCES }
    }

    fn new(kind: Kind, seed: u64) -> Wild {
        let (text, rng) = (format!("seed {seed}\n"), Rng::new(seed));
        let mut wild = Wild { kind, rng, text, at: 5_000, partitions: [2, 1, 2], reads: [0; 3] };
        let group = match kind {
            Kind::Consumer => "protocol=consumer".into(),
            Kind::Share => "protocol=share lock-duration=5s".into(),
            _ => format!("metadata-max-age=5s assignor={}", ASSIGNORS[wild.of(6)]),
        };
        if kind == Kind::Mixed {
            // Kafka cannot convert a group whose first generation is yet to come: UNKNOWN_SERVER_ERROR.
            wild.text.push_str("cluster initial-rebalance-delay=0s\n");
        }
        wild.text.push_str(&format!("group g {group} reset=earliest\n"));
        for (topic, count) in TOPICS.iter().zip(wild.partitions) {
            wild.text.push_str(&format!(
                "topic {topic} partitions={count}\nproducer p-{topic} topic={topic} rate=5/s\n"
            ));
        }
        for (m, member) in MEMBERS.iter().enumerate() {
            wild.reads[m] = wild.of(3);
            let (source, speaks) = (wild.sources()[wild.reads[m]].0, wild.speaks());
            wild.text.push_str(&format!("consumer {member} group=g {source}{speaks}\n"));
        }
        for _ in 0..12 {
            wild.at += 1 + wild.of(9_000) as u64;
            wild.act();
        }
        // One that was still about to close when it was to start again.
        for member in MEMBERS {
            wild.text.push_str(&format!("at {}ms start {member}\n", wild.at + 60_000));
        }
        wild.text.push_str(&format!("end {}ms\n", wild.at + 240_000));
        wild
    }

    /// In a mixed group the protocol that a process speaks.
    fn speaks(&mut self) -> &'static str {
        match self.kind {
            Kind::Mixed => {
                [" protocol=classic assignor=range", " protocol=consumer assignor=uniform"][self.of(2)]
            }
            _ => "",
        }
    }

    fn act(&mut self) {
        let (at, m, t) = (self.at, self.of(3), self.of(3));
        let (member, topic) = (MEMBERS[m], TOPICS[t]);
        let lines = match self.of(6) {
            0 => {
                let reads = self.of(3);
                let source = self.sources()[reads].0;
                format!("at {at}ms unsubscribe {member}\nat {at}ms subscribe {member} {source}\n")
            }
            1 => {
                self.partitions[t] += 1;
                format!("at {at}ms grow {topic} partitions={}\n", self.partitions[t])
            }
            2 => {
                // With a topic that came again smaller the leaders of Kafka's sticky assignors fail (they count on claims that exist).
                let least =
                    if matches!(self.kind, Kind::Classic | Kind::Mixed) { self.partitions[t] } else { 1 };
                self.partitions[t] = least + self.of(3) as i32;
                self.at += (self.of(2) * self.of(9_000)) as u64;
                let again = format!("topic {topic} partitions={}", self.partitions[t]);
                format!("at {at}ms delete topic {topic}\nat {}ms {again}\n", self.at)
            }
            3 => {
                self.at += 1 + self.of(60_000) as u64;
                format!("at {at}ms disconnect {member}\nat {}ms connect {member}\n", self.at)
            }
            4 => {
                self.at += 1 + self.of(60_000) as u64;
                let (gone, speaks) = (["kill", "close"][self.of(2)], self.speaks());
                format!("at {at}ms {gone} {member}\nat {}ms start {member}{speaks}\n", self.at)
            }
            _ => format!("at {at}ms pause {member} for={}ms\n", 1 + self.of(8_000)),
        };
        self.text.push_str(&lines);
    }

    /// What each member reads in the end: one that was not running when it was to subscribe to something else did not.
    fn reads(&self, runner: &Runner) -> [usize; 3] {
        let mut reads = self.reads;
        for event in runner.events() {
            let Act::Command(line) = &event.what else { continue };
            for (m, member) in MEMBERS.iter().enumerate() {
                let subscribes = |(source, _): &(&str, _)| **line == format!("subscribe {member} {source}");
                reads[m] = self.sources().iter().position(subscribes).unwrap_or(reads[m]);
            }
        }
        reads
    }

    /// Runs it and looks at it.
    fn check(&self) {
        let text = &self.text;
        let story = Story::parse(text).unwrap_or_else(|errors| panic!("{text}{errors:?}"));
        let mut runner = Runner::new(&story, Options::default());
        let mut memory = check::Memory::default();
        while Some(runner.now()) < runner.end() && runner.step().is_some() {
            check::all(runner.world(), &mut memory).unwrap_or_else(|wrong| {
                panic!("at {}: {wrong}\n{text}", runner.now());
            });
        }
        runner.finish(None);
        let (world, reads) = (runner.world(), self.reads(&runner));
        for (topic, count) in TOPICS.iter().zip(self.partitions) {
            for partition in 0..count {
                let facts = world.partition(topic, partition, Some("g"));
                let facts = facts.unwrap_or_else(|| panic!("{topic}:{partition} is there\n{text}"));
                let may = |m: usize| self.sources()[reads[m]].1(topic);
                let read = (0..3).any(may);
                let fits = match facts.owner {
                    Some(ref owner) => (0..3).any(|m| MEMBERS[m] == &**owner && may(m)),
                    None => !read || self.kind == Kind::Share,
                };
                assert!(fits, "{topic}:{partition} has another owner: {:?}\n{text}", facts.owner);
                assert!(!read || facts.unread < 10, "{topic}:{partition}: {} unread\n{text}", facts.unread);
            }
        }
    }
}

fn check(kind: Kind, default: u64) {
    for seed in crate::seeds(default) {
        println!("seed {seed}");
        Wild::new(kind, seed).check();
    }
}

#[test]
fn every_partition_that_is_subscribed_to_comes_to_have_an_owner() {
    check(Kind::Consumer, 150);
}

#[test]
fn in_the_classic_protocol_too() {
    check(Kind::Classic, 100);
}

#[test]
fn in_a_group_of_both_protocols_too() {
    check(Kind::Mixed, 100);
}

#[test]
fn a_share_group_reads_all_that_it_subscribes_to() {
    check(Kind::Share, 150);
}
