//! Transactions in stories: who reads what, and when.

use rejoin::base::{Rng, Span, Time};
use rejoin::log::batch::Marker;
use rejoin::log::{Partition, segment};
use rejoin::sim::{Happening, check};
use rejoin::story::run::Act;
use rejoin::story::{Command, Options, Runner, Story};
use std::collections::BTreeMap;

fn begin(text: &str) -> Runner {
    Runner::new(&Story::parse(text).unwrap_or_else(|errors| panic!("{errors:?}")), Options::default())
}

const SCENE: &str = "\
seed 7
topic orders
producer pay topic=orders rate=10/s transactional-id=pay transaction=20 transaction-timeout=20s
group sure isolation=read_committed reset=earliest
group any reset=earliest
consumer c1 group=sure topics=orders
consumer c2 group=any topics=orders
";

/// What a group has read of the one partition: its position, and the different records that it processed.
fn read(runner: &Runner, group: &str) -> (i64, u64) {
    let world = runner.world();
    let position = world.partition("orders", 0, Some(group)).and_then(|of| of.position).unwrap_or(0);
    (position, world.counters(Some(group)).distinct)
}

fn log(runner: &Runner) -> &Partition {
    runner.world().log("orders", 0).expect("the topic's log")
}

#[test]
fn a_reader_of_committed_records_waits_for_the_end_of_the_transaction() {
    let mut runner = begin(SCENE);
    // Twenty records are committed at 1.9 s and again at 3.9 s; a marker stands behind each twenty.
    runner.advance_to(Time::from_ms(13_000));
    assert_eq!((log(&runner).last_stable_offset(), log(&runner).end()), (126, 126 + 10));
    assert_eq!((read(&runner, "sure"), read(&runner, "any")), ((126, 120), (136, 130)));
    runner.advance_to(Time::from_ms(13_950));
    assert_eq!(log(&runner).last_stable_offset(), 147);
    assert_eq!((read(&runner, "sure"), read(&runner, "any")), ((147, 140), (147, 140)));
    assert_eq!(runner.world().counters(None).skipped, 0);
}

#[test]
fn a_producer_that_dies_in_a_transaction_holds_readers_up_until_it_is_timed_out() {
    let mut runner = begin(&format!("{SCENE}at 13s kill pay\nproducer web topic=orders rate=1/s\n"));
    let others = |runner: &Runner| log(runner).end() - log(runner).last_stable_offset();
    // It began after 12 s; the coordinator looks every ten seconds, and at 30 s it has not been open for 20 s.
    runner.advance_to(Time::from_ms(39_990));
    let before = read(&runner, "sure").0;
    assert!(others(&runner) > 30, "{}", others(&runner));
    runner.advance_to(Time::from_ms(40_100));
    assert_eq!(others(&runner), 0);
    assert!(read(&runner, "sure").0 >= before + 30);
    let told: Vec<&Happening> = runner.world().trace().since(0).map(|entry| &entry.what).collect();
    assert!(
        told.iter().any(|what| matches!(what, Happening::TransactionTimedOut(id, 0, _, _) if &**id == "pay"))
    );
    let line = format!("check stable orders:0 == {}", log(&runner).end());
    runner.apply(Command::parse(&line).expect("a check")).expect("it is looked at");
    assert!(runner.checks()[0].holds, "{line}: {:?}", runner.checks());
    // The ten records of the open transaction are there for those who read everything.
    runner.advance_to(Time::from_ms(50_000));
    assert_eq!(read(&runner, "any").1 - read(&runner, "sure").1, 10);
}

#[test]
fn a_new_process_with_the_same_id_ends_the_transaction_and_fences_the_old_one() {
    let text =
        format!("{SCENE}at 13s producer pay2 topic=orders rate=10/s transactional-id=pay transaction=20\n");
    let mut runner = begin(&text);
    runner.advance_to(Time::from_ms(20_000));
    let told = runner.world().trace().since(0).map(|entry| format!("{:?}", entry.what));
    let told: Vec<String> =
        told.filter(|what| what.contains("Transaction") || what.contains("ProducerF")).collect();
    assert_eq!(
        told,
        ["TransactionFenced(\"pay\", 0, 7)", "ProducerFailed(\"pay\", \"ProducerFencedException\")"]
    );
    assert_eq!(log(&runner).aborted_transactions().len(), 1);
    assert_eq!(
        log(&runner).open_transactions().next().map(|of| (of.producer_id, of.producer_epoch)),
        Some((0, 11))
    );
}

#[test]
fn settings_that_kafka_refuses_are_refused_by_name() {
    for (line, reason) in [
        (
            "producer p topic=orders rate=1/s transactional.id=x enable.idempotence=false",
            "which a transactional.id needs",
        ),
        ("producer p topic=orders rate=1/s abort=0.1", "transactional.id=, which abort= belongs to"),
        ("producer p topic=orders rate=1/s transactional-id=x abort=2", "a probability between 0 and 1"),
        ("producer p topic=orders rate=1/s transactional-id=x transaction=0", "records from 1 to"),
    ] {
        let error = Command::parse(line).expect_err(line);
        assert!(error.reason().contains(reason), "{line}: {}", error.reason());
    }
    let mut runner = begin(
        "topic orders\nproducer p topic=orders rate=1/s transactional-id=x transaction-timeout=16m\nend 1s\n",
    );
    runner.finish(None);
    let refused = runner.events().iter().find_map(|event| match &event.what {
        Act::Refused(_, reason) => Some(reason.to_string()),
        _ => None,
    });
    let reason = "transaction.timeout.ms: at most the broker's transaction.max.timeout.ms, 900000";
    assert_eq!(refused.as_deref(), Some(reason));
    for (line, canonical) in [
        ("enable.idempotence=true", "idempotence=yes"),
        ("transactional.id=x transaction.timeout.ms=60000 transaction=100", "transactional-id=x"),
        (
            "abort=0.25 transactional-id=x transaction=500ms",
            "transactional-id=x transaction=500ms abort=0.25",
        ),
    ] {
        let command = Command::parse(&format!("producer p topic=orders rate=1/s {line}")).expect(line);
        assert_eq!(command.to_string(), format!("producer p topic=orders rate=1/s {canonical}"));
    }
}

/// What the bytes of a log say, told without any of the engine's ideas of transactions: offsets of records that are
/// nobody's or committed, of aborted ones, and of those still open.
fn model(log: &Partition) -> [Vec<i64>; 3] {
    let (mut sure, mut aborted) = (Vec::new(), Vec::new());
    let mut open: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let bytes = log.bytes_between(0, log.end());
    for batch in segment::batches(&bytes) {
        let batch = batch.expect("sound");
        let (id, attributes) = (batch.header.producer_id, batch.header.attributes);
        batch.for_each_record(|record| match (attributes.is_control(), attributes.is_transactional()) {
            (true, _) => {
                let marker = Marker::parse(record.key, record.value).expect("the end of a transaction");
                let ended = open.remove(&id).unwrap_or_default();
                if marker.commit { sure.extend(ended) } else { aborted.extend(ended) }
            }
            (false, true) => open.entry(id).or_default().push(record.offset),
            (false, false) => sure.push(record.offset),
        });
    }
    [sure, aborted, open.into_values().flatten().collect()]
}

#[test]
fn in_random_worlds_each_reader_is_given_its_records_once_and_no_others() {
    for seed in crate::seeds(25) {
        let mut rng = Rng::new(seed).fork("transactions");
        let mut text = format!(
            "seed {seed}\nnetwork jitter={}ms\ntopic orders partitions={}\n",
            rng.below(20),
            1 + rng.below(3)
        );
        for number in 0..3 {
            let transaction = match rng.below(2) {
                0 => format!("{}", 1 + rng.below(40)),
                _ => format!("{}ms", 1 + rng.below(3000)),
            };
            let rate = 1 + rng.below(40);
            text += &format!(
                "producer p{number} topic=orders rate={rate}/s transactional-id=x{} transaction={transaction} abort=0.{} \
                 transaction-timeout={}s until=50s\n",
                rng.below(3),
                rng.below(8),
                1 + rng.below(15)
            );
        }
        text += "producer web topic=orders rate=3/s until=50s\ngroup sure isolation=read_committed reset=earliest\n\
                 group any reset=earliest\n";
        for group in ["sure", "any"] {
            text += &format!(
                "consumer {group}-1 {group}-2 group={group} topics=orders process={}ms\n",
                rng.below(3)
            );
        }
        let mut runner = begin(&text);
        let mut memory = check::Memory::default();
        while runner.now() < Time::from_ms(120_000) {
            if rng.below(40) == 0 && runner.now() < Time::from_ms(60_000) {
                let deed = ["kill", "start", "stop"][rng.below(3) as usize];
                let _ = runner.apply(Command::parse(&format!("{deed} p{}", rng.below(3))).expect("a deed"));
            }
            runner.advance_to(runner.now() + Span::from_ms(100 + rng.below(400)));
            check::all(runner.world(), &mut memory)
                .unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}\n{text}"));
        }
        let (mut sure, mut all) = (0, 0);
        for number in 0..runner.world().topics()[0].partitions {
            let log = runner.world().log("orders", number).expect("a log");
            let [kept, aborted, open] = model(log);
            assert_eq!(open, [] as [i64; 0], "seed {seed}: nothing is open for ever");
            assert_eq!(log.last_stable_offset(), log.end(), "seed {seed}");
            (sure, all) = (sure + kept.len() as u64, all + (kept.len() + aborted.len()) as u64);
        }
        for (group, records) in [("sure", sure), ("any", all)] {
            let counters = runner.world().counters(Some(group));
            let found = (counters.distinct, counters.reread, counters.skipped, counters.unread, counters.lag);
            assert_eq!(found, (records, 0, 0, 0, Some(0)), "seed {seed}, {group}\n{text}");
        }
        assert!(sure < all, "seed {seed}: something was aborted");
    }
}

/// Back in a run whose producers go on: what is restored leaves nothing open, and no id means two producers.
#[test]
fn a_restore_aborts_what_was_open_and_producers_go_on_under_ids_that_no_log_knows() {
    let text = "topic orders\nproducer pay topic=orders rate=10/s transactional-id=pay transaction=20\n\
                producer dead topic=orders rate=10/s transactional-id=dead transaction=500\n\
                group any reset=earliest\nconsumer c1 group=any topics=orders\n\
                at 4s kill dead\nat 5500ms backup full\nat 7s close c1\n";
    let mut runner = begin(text);
    runner.advance_to(Time::from_ms(5_500));
    let before = log(&runner).clone();
    let open: Vec<i64> = before.open_transactions().map(|of| of.producer_id).collect();
    assert_eq!(open.len(), 2, "{open:?}");
    runner.advance_to(Time::from_ms(9_000));
    runner.apply(Command::parse("restore apply latest").expect("a command")).expect("nobody reads");
    let restored = log(&runner).clone();
    assert_eq!((restored.end(), restored.last_stable_offset()), (before.end() + 2, before.end() + 2));
    assert_eq!(restored.bytes_between(0, before.end()), before.bytes_between(0, before.end()));
    runner.advance_to(Time::from_ms(10_000));
    runner.apply(Command::parse("start dead").expect("a command")).expect("it is dead");
    runner.apply(Command::parse("start c1").expect("a command")).expect("it is closed");
    runner.advance_to(Time::from_ms(75_000));
    let known: Vec<i64> = restored.producers().iter().map(|of| of.producer_id).collect();
    let mut newer = Vec::new();
    for batch in segment::batches(&log(&runner).bytes_between(restored.end(), i64::MAX)) {
        let id = batch.expect("sound").header.producer_id;
        assert!(!known.contains(&id), "{id} is of another time");
        if !newer.contains(&id) {
            newer.push(id);
        }
    }
    assert_eq!(newer.len(), 2, "both write again: {newer:?}");
    let (said, [sure, aborted, open]) = (read(&runner, "any"), model(log(&runner)));
    assert!(said.1 >= (sure.len() + aborted.len()) as u64 && open.len() < 500, "{said:?}");
    assert_eq!(runner.world().counters(None).skipped, 0);
}
