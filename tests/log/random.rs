//! Random batches and random logs.

use proptest::collection::vec;
use proptest::prelude::*;
use rejoin::base::StateHasher;
use rejoin::base::crc::crc32c;
use rejoin::log::batch::{self, BatchInfo, Header as BatchHeader, Producer, Timestamps};
use rejoin::log::{Header, Partition, Policy, Recipe, Record, segment};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

const START_MS: i64 = 1_767_225_600_000;

fn bytes(longest: usize) -> impl Strategy<Value = Option<Rc<[u8]>>> {
    proptest::option::of(vec(any::<u8>(), 0..longest).prop_map(Rc::from))
}

fn record() -> impl Strategy<Value = Record> {
    let header =
        (vec(any::<u8>(), 0..5), bytes(5)).prop_map(|(key, value)| Header { key: key.into(), value });
    let timestamp = prop_oneof![START_MS - 5000..START_MS + 5000, Just(0), Just(-1), Just(4_102_444_800_000)];
    (timestamp, bytes(20), bytes(300), vec(header, 0..4))
        .prop_map(|(timestamp_ms, key, value, headers)| Record { timestamp_ms, key, value, headers })
}

fn info() -> impl Strategy<Value = BatchInfo> {
    let producer = (0..i64::MAX, 0..i16::MAX, 0..i32::MAX).prop_map(|(id, epoch, base_sequence)| Producer {
        id,
        epoch,
        base_sequence,
    });
    let producer = prop_oneof![producer, Just(Producer::NONE), Just(Producer::COORDINATOR)];
    (0..i64::MAX / 2, any::<i32>(), producer, any::<bool>()).prop_map(
        |(base_offset, leader_epoch, producer, transactional)| BatchInfo {
            base_offset,
            leader_epoch,
            producer,
            transactional: transactional && producer.id >= 0,
            ..BatchInfo::default()
        },
    )
}

/// Something that happens to a log.
#[derive(Clone, Debug)]
enum Act {
    Made { recipe: usize, index: u64 },
    Real(Vec<Record>),
    Delete(i64),
    Leader,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0..4usize, 0..5_000_000_000u64).prop_map(|(recipe, index)| Act::Made { recipe, index: index % (1 << 32) }),
        2 => vec(record(), 1..20).prop_map(Act::Real),
        1 => (-5..60i64).prop_map(Act::Delete),
        1 => Just(Act::Leader),
    ]
}

fn recipes() -> Vec<Rc<Recipe>> {
    let recipe = |producer: &str, keys, value_bytes| {
        Rc::new(Recipe { producer: producer.into(), seed: 7, keys, value_bytes })
    };
    vec![
        recipe("web", Some(1000), 64),
        recipe("app", None, 0),
        recipe("tv", Some(1), 1),
        recipe("till", Some(1 << 40), 300),
    ]
}

/// The log, and what each of its records should be.
fn play(acts: &[Act], segment_bytes: u32) -> (Partition, Vec<Record>) {
    let (mut log, mut model, recipes) = (Partition::new(), Vec::new(), recipes());
    log.set_policy(Rc::new(Policy { segment_bytes, ..Policy::default() }));
    // Producers' clocks go back now and then.
    for (now, act) in (0..).map(|i| START_MS + i * 5 % 17).zip(acts) {
        match act {
            Act::Made { recipe, index } => {
                let recipe = &recipes[*recipe];
                let offset = log.append_generated(now, recipe, *index);
                assert_eq!(offset, model.len() as i64);
                model.push(Record::new(now, recipe.key(*index).as_deref(), Some(&recipe.value(*index))));
            }
            Act::Real(records) => {
                assert_eq!(log.append_records(Timestamps::Create, records), model.len() as i64);
                model.extend(records.iter().cloned());
            }
            Act::Delete(offset) => log.delete_before(*offset),
            Act::Leader => log.set_leader_epoch(log.leader_epoch() + 1),
        }
    }
    (log, model)
}

fn hash(log: &Partition) -> u64 {
    let mut hasher = StateHasher::new();
    log.hash(&mut hasher);
    hasher.finish()
}

fn check_reading(log: &Partition, model: &[Record]) {
    assert_eq!(log.end(), model.len() as i64);
    for offset in -1..=log.end() {
        let here = usize::try_from(offset).ok().filter(|_| offset >= log.log_start());
        let expected = here.and_then(|at| model.get(at));
        assert_eq!(log.record_at(offset).as_ref(), expected, "offset {offset}");
        assert_eq!(log.timestamp_at(offset), expected.map(|record| record.timestamp_ms));
    }
    for timestamp in [i64::MIN, 0, START_MS, START_MS + 3, START_MS + 5000, i64::MAX] {
        let mut stamps = (0..).zip(model).skip(log.log_start() as usize);
        let expected = stamps.find(|(_, record)| record.timestamp_ms >= timestamp);
        let expected = expected.map(|(offset, record)| (offset, record.timestamp_ms));
        assert_eq!(log.offset_for_timestamp(timestamp), expected, "timestamp {timestamp}");
    }
}

fn check_fetching(log: &Partition, max_records: u32, max_bytes: u64) {
    let mut at = log.log_start();
    while at < log.end() {
        let fetched = log.read(at, max_records, max_bytes);
        assert_eq!((fetched.first, fetched.next), (at, fetched.last + 1));
        assert_eq!(i64::from(fetched.count), fetched.last - fetched.first + 1);
        assert!((1..=max_records).contains(&fetched.count));
        assert!(
            fetched.bytes <= max_bytes || log.read(at, 1, 0).bytes == fetched.bytes,
            "over the limit: one batch"
        );
        at = fetched.next;
    }
    assert_eq!(log.read(log.end(), max_records, max_bytes).count, 0);
}

fn check_restoring(log: &Partition, max_segment_bytes: u32) {
    let segments = log.segments();
    for segment in &segments {
        let batches: Vec<_> =
            segment::batches(&segment.bytes).map(|batch| batch.expect("sound").header).collect();
        assert_eq!(segment.base_offset, batches[0].base_offset);
        assert!(segment.bytes.len() <= max_segment_bytes as usize || batches.len() == 1);
    }
    let sizes: usize = segments.iter().map(|segment| segment.bytes.len()).sum();
    assert_eq!(sizes as u64, log.byte_count(), "sizes are known without making the bytes");
    let bytes: Vec<Rc<[u8]>> = segments.iter().map(|segment| segment.bytes.as_slice().into()).collect();
    let restored = Partition::restore(log.log_start(), log.leader_epoch(), &bytes).expect("our own segments");
    assert_eq!(restored.state_digest(), log.state_digest());
    assert_eq!(restored.totals(), log.totals());
    assert_eq!(restored.timestamps(), log.timestamps());
    let place = |log: &Partition| (log.log_start(), log.end(), log.leader_epoch());
    assert_eq!(place(&restored), place(log));
    assert!((log.log_start()..=log.end()).all(|offset| restored.record_at(offset) == log.record_at(offset)));
    let again = Partition::restore(log.log_start(), log.leader_epoch(), &bytes).expect("our own segments");
    assert_eq!(hash(&again), hash(&restored));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn records_come_back_from_their_batch(info in info(), records in vec(record(), 1..30)) {
        let bytes = batch::encode(&info, &records);
        let (header, decoded) = batch::decode(&bytes).expect("our own batch");
        let offsets: Vec<i64> = decoded.iter().map(|(offset, _)| *offset).collect();
        prop_assert_eq!(offsets, (0..records.len() as i64).map(|i| info.base_offset + i).collect::<Vec<_>>());
        prop_assert_eq!(decoded.into_iter().map(|(_, record)| record).collect::<Vec<_>>(), records);
        prop_assert_eq!(header.leader_epoch, info.leader_epoch);
        prop_assert_eq!(header.producer_id, info.producer.id);
        prop_assert_eq!(header.attributes.is_transactional(), info.transactional);
    }

    #[test]
    fn appended_records_have_the_time_of_the_append_when_the_topic_says_so(records in vec(record(), 1..5)) {
        let mut log = Partition::new();
        log.append_records(Timestamps::Append(START_MS), &records);
        for (offset, record) in (0..).zip(&records) {
            prop_assert_eq!(log.record_at(offset), Some(Record { timestamp_ms: START_MS, ..record.clone() }));
        }
    }

    #[test]
    fn random_bytes_are_refused_without_a_panic(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(segment::batches(&bytes).filter(Result::is_ok).count(), 0);
    }

    /// The checksum of a damaged batch is made right again, so that what reads the fields is reached.
    #[test]
    fn damage_under_a_right_checksum_never_panics(
        records in vec(record(), 1..5), at in 21..200usize, with in any::<u8>(),
    ) {
        let mut bytes = batch::encode(&BatchInfo::default(), &records);
        let at = at.min(bytes.len() - 1);
        bytes[at] = with;
        let crc = crc32c(&bytes[21..]);
        bytes[17..21].copy_from_slice(&crc.to_be_bytes());
        if let Ok((header, decoded)) = batch::decode(&bytes) {
            prop_assert_eq!(BatchHeader::read(&bytes), Ok(header));
            prop_assert_eq!(decoded.len(), header.count as usize);
        }
    }

    #[test]
    fn a_log_reads_and_restores_as_what_was_appended(
        acts in vec(act(), 1..60), max_records in 1..40u32, max_bytes in 0..20_000u64, segment_bytes in 1..9000u32,
    ) {
        let (log, model) = play(&acts, segment_bytes);
        check_reading(&log, &model);
        check_fetching(&log, max_records, max_bytes);
        check_restoring(&log, segment_bytes);
        prop_assert_eq!(hash(&play(&acts, segment_bytes).0), hash(&log), "the same history hashes the same");
    }

    #[test]
    fn every_act_that_changes_a_log_changes_its_hash(acts in vec(act(), 1..20)) {
        let (mut before, mut start) = (hash(&Partition::new()), 0);
        for length in 1..=acts.len() {
            let (log, _) = play(&acts[..length], 1 << 30);
            let moved = !matches!(acts[length - 1], Act::Delete(_)) || log.log_start() != start;
            prop_assert_eq!(hash(&log) != before, moved, "{:?}", acts[length - 1]);
            (before, start) = (hash(&log), log.log_start());
        }
    }
}
