//! Random worlds: one seed draws all options and all faults, and every invariant is looked at after every step.
//!
//! First things go wrong for a while; then everything is healed, and the world must come to rest: everything read,
//! everything owned.

use rejoin::base::{Rng, Span, Time};
use rejoin::log::config::Configs;
use rejoin::sim::{
    Acknowledgement, AcquireMode, Commit, ConsumerSpec, Goodbye, GroupSpec, Happening, Isolation,
    ProduceSpec, ProducerSpec, Protocol, Refusal, Reset, Settings, ShareSettings, TopicSpec,
    TransactionLength, TransactionSpec, Upkeep, World, WorldConfig, check, fault,
};
use std::rc::Rc;

/// How long things go wrong.
const FAULTS: Time = Time::from_ms(60_000);

/// A random world and what is done to it.
struct Swarm {
    seed: u64,
    rng: Rng,
    /// Draws what the broker is to do with its logs; `None`: nothing.
    upkeep: Option<Rng>,
    world: World,
    memory: check::Memory,
    consumers: u64,
    topics: Vec<Rc<str>>,
    said: Vec<String>,
}

impl Swarm {
    fn new(seed: u64, upkeep: Option<Rng>) -> Swarm {
        println!("seed {seed}");
        let mut rng = Rng::new(seed).fork("swarm");
        let often =
            Upkeep { first: Span::from_secs(2), retention: Span::from_secs(3), cleaner: Span::from_secs(2) };
        let mut config = WorldConfig {
            upkeep: if upkeep.is_some() { often } else { Upkeep::default() },
            seed,
            ..WorldConfig::default()
        };
        config.coordinator.initial_rebalance_delay_ms = rng.below(3) as i32 * 1500;
        config.latency = Span::from_us(100 + rng.below(3_000));
        config.jitter = Span::from_us(rng.below(2) * rng.below(20_000));
        let mut swarm = Swarm {
            seed,
            world: World::new(config),
            memory: check::Memory::default(),
            consumers: 0,
            topics: Vec::new(),
            said: Vec::new(),
            rng,
            upkeep,
        };
        swarm.furnish();
        swarm
    }

    /// Topics, producers, a group or two, consumers.
    fn furnish(&mut self) {
        for number in 0..1 + self.rng.below(2) {
            let name: Rc<str> = format!("t{number}").into();
            let partitions = 1 + self.rng.below(7) as i32;
            let configs = self.configs();
            let keyed = configs.get("cleanup.policy").is_some();
            let spec = TopicSpec { name: name.clone(), partitions, configs, id: None, placement: None };
            self.world.create_topic(spec).expect("a topic");
            let keys = (self.rng.below(2) == 0 || keyed).then(|| 1 + self.rng.below(200));
            self.world
                .add_producer(ProducerSpec {
                    name: format!("p{number}").into(),
                    topic: name.clone(),
                    rate_milli: 1000 + self.rng.below(60_000),
                    keys,
                    value_bytes: 20,
                    until: Some(FAULTS.since(Time::ZERO)),
                    idempotence: false,
                    transactions: None,
                })
                .expect("a producer");
            self.add_transactional(number, &name, keyed);
            self.topics.push(name);
        }
        for number in 0..1 + self.rng.below(2) {
            let settings = match self.rng.below(3) {
                0 => self.share_settings(),
                _ => self.settings(),
            };
            self.world.add_group(GroupSpec { name: format!("g{number}").into(), settings }).expect("a group");
        }
        for _ in 0..1 + self.rng.below(5) {
            self.add_consumer();
        }
    }

    /// Logs in small segments, which are deleted or compacted; of half of the topics nothing of the kind.
    fn configs(&mut self) -> Configs {
        let Some(rng) = &mut self.upkeep else { return Configs::new() };
        let small = ("internal.segment.bytes", "3000");
        let set: &[(&str, &str)] = match rng.below(6) {
            0 => &[small, ("cleanup.policy", "compact"), ("min.cleanable.dirty.ratio", "0.1")],
            1 => &[("segment.ms", "3000"), ("retention.ms", "5000")],
            2 => &[small, ("cleanup.policy", "compact,delete"), ("retention.bytes", "20000")],
            _ => &[],
        };
        set.iter().map(|(name, value)| (Rc::from(*name), Rc::from(*value))).collect()
    }

    /// Every third time an administrator deletes records, or sets how long they are kept.
    fn look_after(&mut self) {
        let Some(rng) = &mut self.upkeep else { return };
        let (world, topic) = (&mut self.world, &self.topics[rng.below(self.topics.len() as u64) as usize]);
        let (deed, done) = match rng.below(6) {
            0 => {
                let end = world.log(topic, 0).map_or(0, |log| log.end());
                ("delete records", world.delete_records(topic, 0, rng.below(end as u64 + 1) as i64))
            }
            1 => {
                let value = ["1000", "20000"][rng.below(2) as usize];
                ("configure", world.configure_topic(topic, &[("retention.ms", Some(value.into()))]))
            }
            _ => return,
        };
        self.said.push(format!("{} {deed} {topic} {done:?}", world.now()));
    }

    /// Half of the topics have a producer that sends in transactions too; some of these share an id.
    fn add_transactional(&mut self, number: u64, topic: &Rc<str>, keyed: bool) {
        let rng = &mut self.rng;
        if rng.below(2) == 0 {
            return;
        }
        let length = match rng.below(2) {
            0 => TransactionLength::Records(1 + rng.below(30)),
            _ => TransactionLength::Time(Span::from_ms(1 + rng.below(3_000))),
        };
        let transactions = TransactionSpec {
            id: format!("x{}", rng.below(2)).into(),
            length,
            abort_ppm: rng.below(500_000) as u32,
            timeout: Span::from_ms(500 + rng.below(20_000)),
        };
        let spec = ProducerSpec {
            name: format!("x{number}").into(),
            topic: topic.clone(),
            rate_milli: 1000 + rng.below(60_000),
            keys: keyed.then_some(30),
            value_bytes: 20,
            until: Some(FAULTS.since(Time::ZERO)),
            idempotence: true,
            transactions: Some(transactions),
        };
        self.world.add_producer(spec).expect("a producer");
    }

    fn settings(&mut self) -> Settings {
        let rng = &mut self.rng;
        let session = 2_000 + rng.below(6_000);
        let commits = [Commit::Auto, Commit::Auto, Commit::Sync, Commit::Async, Commit::Record];
        let assignors = [vec!["range"], vec!["roundrobin"], vec!["roundrobin", "range"]];
        let assignors = &assignors[rng.below(3) as usize];
        let mut settings = Settings {
            assignors: Some(assignors.iter().map(|name| (*name).into()).collect()),
            session_timeout: Some(Span::from_ms(session)),
            heartbeat: Some(Span::from_ms(200 + rng.below(session / 3))),
            max_poll_interval: Some(Span::from_ms(3_000 + rng.below(20_000))),
            max_poll_records: Some(1 + rng.below(2) as u32 * 499),
            metadata_max_age: Some(Span::from_ms(1_000 + rng.below(10_000))),
            reset: Some(Reset::Earliest),
            commit: Some(commits[rng.below(5) as usize]),
            auto_commit_interval: Some(Span::from_ms(500 + rng.below(5_000))),
            commit_on_revoke: Some(rng.below(3) == 0),
            process: Some(Span::from_us(rng.below(3) * rng.below(4_000))),
            isolation: (rng.below(2) == 0).then_some(Isolation::ReadCommitted),
            ..Settings::default()
        };
        // One whose batches take longer than that leaves its group with every full one, and never gets on: in Kafka too.
        let batch = settings.process.map_or(0, |record| record.us() * 500) + 1_000_000;
        settings.max_poll_interval = settings.max_poll_interval.map(|most| most.max(Span::from_us(batch)));
        settings
    }

    /// Of a share group: locks end, deliveries run out, some records are never accepted.
    fn share_settings(&mut self) -> Settings {
        let rng = &mut self.rng;
        let session = 2_000 + rng.below(6_000);
        let explicit = rng.below(2) == 0;
        let keys = |chosen: u64| (explicit && chosen == 0).then(|| vec!["k1".into(), "k2".into()]);
        let commits = [Commit::Auto, Commit::Sync, Commit::Async, Commit::Record];
        Settings {
            protocol: Some(Protocol::Share),
            session_timeout: Some(Span::from_ms(session)),
            heartbeat: Some(Span::from_ms(200 + rng.below(session / 3))),
            max_poll_interval: Some(Span::from_ms(3_000 + rng.below(20_000))),
            max_poll_records: Some(1 + rng.below(2) as u32 * 499),
            metadata_max_age: Some(Span::from_ms(1_000 + rng.below(10_000))),
            reset: Some(Reset::Earliest),
            commit: Some(commits[rng.below(3 + u64::from(explicit)) as usize]),
            isolation: (rng.below(2) == 0).then_some(Isolation::ReadCommitted),
            process: Some(Span::from_us(rng.below(3) * rng.below(4_000))),
            share: ShareSettings {
                lock_duration: Some(Span::from_ms(500 + rng.below(10_000))),
                delivery_limit: Some(2 + rng.below(5) as u32),
                max_locks: Some(100 + rng.below(2_000) as u32),
                acknowledgement: explicit.then_some(Acknowledgement::Explicit),
                acquire: (rng.below(2) == 0).then_some(AcquireMode::RecordLimit),
                reject: keys(rng.below(3)),
                release: keys(rng.below(3)),
                renew: keys(rng.below(3)),
            },
            ..Settings::default()
        }
    }

    fn add_consumer(&mut self) {
        let groups = self.world.groups().len() as u64;
        let mut topics = self.topics.clone();
        if topics.len() > 1 && self.rng.below(3) == 0 {
            topics.remove(self.rng.below(2) as usize);
        }
        let spec = ConsumerSpec {
            name: format!("c{}", self.consumers).into(),
            group: format!("g{}", self.rng.below(groups)).into(),
            topics,
            settings: Settings::default(),
        };
        self.consumers += 1;
        self.world.add_consumer(spec).expect("a consumer");
    }

    /// One random deed. Refusals are fine: a dead consumer cannot be killed.
    fn act(&mut self) {
        let consumer = format!("c{}", self.rng.below(self.consumers));
        let topic = self.topics[self.rng.below(self.topics.len() as u64) as usize].clone();
        let span = Span::from_ms(100 + self.rng.below(12_000));
        let world = &mut self.world;
        let (deed, done): (&str, Result<(), Refusal>) = match self.rng.below(14) {
            0..=3 => {
                let fault = &fault::ALL[self.rng.below(fault::ALL.len() as u64) as usize];
                (fault.name, (fault.inflict)(world, &consumer, span))
            }
            4 => ("close", world.close(&consumer, Goodbye::Default)),
            5 | 6 => ("start", world.start(&consumer, &Settings::default())),
            7 => ("restart", world.restart(&consumer)),
            8 => {
                let facts = world.topics().into_iter().find(|facts| facts.name == topic).expect("a topic");
                ("grow", world.grow_topic(&topic, facts.partitions + 1))
            }
            9 => ("subscribe", world.subscribe(&consumer, self.topics.clone())),
            10 if self.consumers < 9 => {
                self.add_consumer();
                ("add", Ok(()))
            }
            12 => ("kill a producer", world.kill_producer("x0")),
            13 => ("start a producer", world.start_producer_again("x0")),
            _ => {
                let spec = ProduceSpec { topic, count: self.rng.below(700), keys: Some(10), value_bytes: 10 };
                ("produce", world.produce(spec))
            }
        };
        self.said.push(format!("{} {deed} {consumer} {done:?}", self.world.now()));
    }

    /// Goes on to `time`, and looks at every invariant after every step.
    fn go(&mut self, time: Time) {
        while self.world.next_event_at().is_some_and(|at| at <= time) {
            self.world.step();
            if let Err(wrong) = check::all(&self.world, &mut self.memory) {
                let (now, said) = (self.world.now(), self.said.join("\n"));
                panic!("seed {} at {now}: {wrong}\n{said}\n{:#?}", self.seed, self.world.consumers());
            }
        }
        self.world.advance_to(time);
    }

    /// Everything runs again and has time to come to rest.
    fn heal(&mut self) {
        // Twice: one that was about to close has closed by then.
        for seconds in [40, 90] {
            for number in 0..self.consumers {
                let _ = self.world.start(&format!("c{number}"), &Settings::default());
            }
            let time = self.world.now() + Span::from_secs(seconds);
            self.go(time);
        }
        // A slow group may need longer, as long as it gets on.
        let mut before = i64::MAX;
        while (1..before).contains(&self.world.counters(None).unread) {
            before = self.world.counters(None).unread;
            self.go(self.world.now() + Span::from_secs(30));
        }
    }

    fn demand_progress(&self) {
        let context = || {
            let (said, groups) = (self.said.join("\n"), self.world.groups());
            let consumers = self.world.consumers();
            format!("seed {} at {}:\n{said}\n{groups:#?}\n{consumers:#?}", self.seed, self.world.now())
        };
        for group in self.world.groups().iter().filter(|group| !group.alive.is_empty()) {
            let subscribed =
                self.world.topics().into_iter().filter(|topic| topic.groups.contains(&group.name));
            assert!(
                !self.world.counters(Some(&group.name)).rebalancing,
                "{} rebalances, {}",
                group.name,
                context()
            );
            for topic in subscribed {
                for number in 0..topic.partitions {
                    let of =
                        self.world.partition(&topic.name, number, Some(&group.name)).expect("a partition");
                    let name = format!("{}-{number} of {}", topic.name, group.name);
                    assert_eq!(of.unread, 0, "{name} is not read, {}", context());
                    let shared = group.protocol == Protocol::Share;
                    assert!(shared || of.owner.is_some(), "{name} has no owner, {}", context());
                }
            }
        }
    }
}

/// Lives through faults, heals, and comes to rest; what happened to logs, for those who count it.
fn live(mut swarm: Swarm) -> World {
    while swarm.world.now() < FAULTS {
        let next = swarm.world.now() + Span::from_ms(200 + swarm.rng.below(5_000));
        swarm.go(next.min(FAULTS));
        swarm.act();
        swarm.look_after();
    }
    swarm.heal();
    swarm.demand_progress();
    swarm.world
}

#[test]
fn random_worlds_keep_every_invariant_and_come_to_rest_when_healed() {
    for seed in seeds() {
        live(Swarm::new(seed, None));
    }
}

#[test]
fn so_do_worlds_whose_broker_deletes_and_compacts_what_is_read() {
    let (mut compacted, mut deleted) = (0, 0);
    // 318: what was aborted was fetched before the log lost it, and with it the word that it was.
    for seed in seeds().chain([318]) {
        let world = live(Swarm::new(seed, Some(Rng::new(seed).fork("upkeep"))));
        for what in world.trace().since(0).map(|entry| &entry.what) {
            compacted += u64::from(matches!(what, Happening::Compacted(..)));
            deleted +=
                u64::from(matches!(what, Happening::SegmentsDeleted(..) | Happening::RecordsDeleted(..)));
        }
    }
    let least = seeds().count() as u64;
    assert!(compacted > least && deleted > least, "compacted {compacted} times, deleted {deleted}");
}

/// More of them with `SEEDS=1000`, others with `SEEDS=1000..2000`.
fn seeds() -> std::ops::Range<u64> {
    let Ok(text) = std::env::var("SEEDS") else { return 0..60 };
    let (from, to) = text.split_once("..").unwrap_or(("0", &text));
    from.parse().expect("a seed")..to.parse().expect("a seed")
}
