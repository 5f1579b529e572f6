//! Random logs: whatever can be in one survives the whole way.

use crate::both::verify_file;
use crate::scene::{Scene, group};
use proptest::prelude::*;
use rejoin::backup::{MemoryStore, archive, restored};
use rejoin::log::batch::{Marker, Timestamps};
use rejoin::log::partition::Numbers;
use rejoin::log::record::Header;
use rejoin::log::{Partition, Recipe, Record};
use std::rc::Rc;

fn bytes() -> impl Strategy<Value = Option<Vec<u8>>> {
    proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40))
}

fn record() -> impl Strategy<Value = Record> {
    let headers = proptest::collection::vec((proptest::collection::vec(any::<u8>(), 0..8), bytes()), 0..3);
    (any::<i32>(), bytes(), bytes(), headers).prop_map(|(timestamp, key, value, headers)| Record {
        timestamp_ms: i64::from(timestamp) * 1000,
        key: key.map(Rc::from),
        value: value.map(Rc::from),
        headers: headers
            .into_iter()
            .map(|(key, value)| Header { key: key.into(), value: value.map(Rc::from) })
            .collect(),
    })
}

#[derive(Clone, Debug)]
enum Act {
    Generate(u64),
    Append(Vec<Record>, bool),
    Trim(u64),
    Epoch(i32),
    /// A transaction of a producer: records, committed or not.
    Transaction(i64, u64, bool),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (1..30u64).prop_map(Act::Generate),
        3 => (proptest::collection::vec(record(), 1..6), any::<bool>()).prop_map(|(records, stamp)| Act::Append(records, stamp)),
        1 => (0..100u64).prop_map(Act::Trim),
        1 => (1..4i32).prop_map(Act::Epoch),
        2 => (0..3i64, 0..5u64, any::<bool>()).prop_map(|(id, count, commit)| Act::Transaction(id, count, commit)),
    ]
}

fn log(acts: Vec<Act>) -> Partition {
    let recipe = Rc::new(Recipe { producer: "p".into(), seed: 1, keys: None, value_bytes: 16 });
    let mut log = Partition::new();
    let mut epochs = [0; 3];
    for act in acts {
        match act {
            Act::Generate(count) => {
                for i in 0..count {
                    log.append_generated(1_767_225_600_000 + i as i64, &recipe, i);
                }
            }
            Act::Append(records, stamp) => {
                let stamps = if stamp { Timestamps::Append(1_767_225_700_000) } else { Timestamps::Create };
                log.append_records(stamps, &records);
            }
            Act::Trim(percent) => log.delete_before(log.end() * percent as i64 / 100),
            Act::Transaction(id, count, commit) => {
                let epoch = epochs[id as usize];
                epochs[id as usize] += 1;
                for i in 0..count {
                    let by = Numbers { id, epoch, transactional: true };
                    log.append_numbered(1_767_225_600_000 + i as i64, &recipe, i, by);
                }
                let marker = Marker { commit, coordinator_epoch: 0 };
                log.append_marker(1_767_225_700_000, (id, epoch + 1), marker);
            }
            Act::Epoch(more) => log.set_leader_epoch(log.leader_epoch() + more),
        }
    }
    log
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_logs_survive_the_whole_way(
        logs in proptest::collection::vec(proptest::collection::vec(act(), 0..8), 1..4),
        commits in proptest::collection::vec((0..4i32, 0..200i64, ".{0,12}"), 0..6),
    ) {
        let partitions: Vec<Partition> = logs.into_iter().map(log).collect();
        let mut scene = Scene { topics: vec![("t", partitions.clone())], ..Scene::small() };
        scene.groups.clear();
        for (partition, offset, name) in commits {
            if scene.groups.iter().all(|known| *known.group != *name) {
                scene.groups.push(group(&name, &[("t", partition, offset)]));
            }
        }
        let mut store = MemoryStore::new();
        let label = scene.full(&mut store);
        let exported = archive::write(&store, std::slice::from_ref(&label)).expect("what was just taken is sound");
        prop_assert!(verify_file(&exported).expect("an archive").ok());
        let import = archive::read(&exported).expect("a sound archive");
        let mut second = MemoryStore::new();
        second.apply(&import.transaction(&second).expect("it is empty")).expect("nobody else writes");
        prop_assert_eq!(archive::write(&second, std::slice::from_ref(&label)).expect("sound"), exported);
        let state = restored(&second, &label).expect("a sound backup");
        for (restored, original) in state.topics[0].partitions.iter().zip(&partitions) {
            prop_assert_eq!(restored.state_digest(), original.state_digest());
            prop_assert_eq!(restored.leader_epoch(), original.leader_epoch());
            let (found, expected) = (restored.account(), original.account());
            prop_assert_eq!(found.aborted, expected.aborted);
            prop_assert_eq!(found.producers.snapshot(), expected.producers.snapshot());
            for offset in original.log_start()..original.end() {
                prop_assert_eq!(restored.record_at(offset), original.record_at(offset));
            }
        }
    }
}
