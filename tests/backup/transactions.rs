//! Transactions in backups: random lives against a plain model, and moments, with both ways to end what is open.

use crate::lab::{Lab, Plain, State, plain};
use crate::plan::planned;
use rejoin::backup::archive;
use rejoin::backup::manifest::{FileKind, Manifest, Offset};
use rejoin::backup::{Chain, Ending, MemoryStore, Place, Selection, Store, restored, restored_with, verify};
use rejoin::base::Rng;
use rejoin::log::batch::{BatchInfo, Marker, Producer, encode};
use rejoin::log::segment::{self, SegmentBatch};
use rejoin::log::{Partition, Record};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A lab whose three producers write in transactions, and their epochs.
#[derive(Default)]
struct Life {
    lab: Lab,
    epochs: [i16; 3],
    moments: BTreeMap<i64, State>,
}

/// The batches that a log holds.
fn each_batch(log: &Partition, mut each: impl FnMut(&SegmentBatch<'_>)) {
    let bytes = log.bytes_between(0, i64::MAX);
    let held = |batch: &SegmentBatch<'_>| batch.header.last_offset() >= log.log_start();
    segment::batches(&bytes).map(|batch| batch.expect("sound")).filter(held).for_each(|batch| each(&batch));
}

/// By producer the first offset of what is open; told without any of the engine's ideas of transactions.
fn open(log: &Partition) -> BTreeMap<i64, i64> {
    let mut open = BTreeMap::new();
    each_batch(log, |batch| {
        let id = batch.header.producer_id;
        match (batch.header.attributes.is_control(), batch.header.attributes.is_transactional()) {
            (true, _) => drop(open.remove(&id)),
            (false, true) => drop(open.entry(id).or_insert(batch.header.base_offset)),
            _ => {}
        }
    });
    open
}

/// Values of records that are nobody's or committed, in the order of their offsets.
fn committed(log: &Partition) -> Vec<Vec<u8>> {
    let mut sure: Vec<(i64, Vec<u8>)> = Vec::new();
    let mut open: BTreeMap<i64, Vec<(i64, Vec<u8>)>> = BTreeMap::new();
    each_batch(log, |batch| {
        let (id, attributes) = (batch.header.producer_id, batch.header.attributes);
        batch.for_each_record(|record| {
            let value = (record.offset, record.value.unwrap_or_default().to_vec());
            match (attributes.is_control(), attributes.is_transactional()) {
                (true, _) => {
                    let ended = open.remove(&id).unwrap_or_default();
                    if Marker::parse(record.key, record.value).expect("an end").commit {
                        sure.extend(ended);
                    }
                }
                (false, true) => open.entry(id).or_default().push(value),
                (false, false) => sure.push(value),
            }
        });
    });
    sure.retain(|(offset, _)| *offset >= log.log_start());
    sure.sort();
    sure.into_iter().map(|(_, value)| value).collect()
}

/// The longest stretch from the start in which nothing is open, told batch by batch.
fn closed_end(log: &Partition) -> i64 {
    let (mut open, mut end) = (BTreeMap::new(), log.log_start());
    each_batch(log, |batch| {
        let (id, attributes) = (batch.header.producer_id, batch.header.attributes);
        match (attributes.is_control(), attributes.is_transactional()) {
            (true, _) => drop(open.remove(&id)),
            (false, true) => drop(open.insert(id, ())),
            _ => {}
        }
        if open.is_empty() {
            end = batch.header.last_offset() + 1;
        }
    });
    // Behind the last batch there may be offsets without records.
    if open.is_empty() { log.end() } else { end }
}

/// What a restore of this state must give at a moment: markers that abort what is open, oldest first, or a log without what
/// is open; and offsets inside.
fn truth(state: &State, moment_ms: i64, ending: Ending) -> Plain {
    let mut state = state.clone();
    for topic in state.topics.values_mut() {
        for log in &mut topic.logs {
            if ending == Ending::Cut {
                log.cut_to(closed_end(log));
                continue;
            }
            let mut epochs = BTreeMap::new();
            each_batch(log, |batch| {
                epochs.insert(batch.header.producer_id, batch.header.producer_epoch);
            });
            let mut open: Vec<(i64, i64)> = open(log).into_iter().map(|(id, first)| (first, id)).collect();
            open.sort();
            for (_, id) in open {
                let producer = Producer { id, epoch: epochs[&id] + 1, base_sequence: -1 };
                let info = BatchInfo { base_offset: log.end(), producer, ..BatchInfo::default() };
                let mut bytes = Vec::new();
                Marker { commit: false, coordinator_epoch: 0 }.write(&mut bytes, &info, moment_ms);
                log.append_bytes(bytes.into()).expect("sound");
            }
        }
    }
    let bounds: BTreeMap<(String, i32), (i64, i64)> = state
        .topics
        .iter()
        .flat_map(|(name, topic)| {
            (0..).zip(&topic.logs).map(|(id, log)| ((name.clone(), id), (log.log_start(), log.end())))
        })
        .collect();
    for offsets in state.groups.values_mut() {
        for (place, said) in offsets {
            said.0 = said.0.clamp(bounds[place].0, bounds[place].1);
        }
    }
    state.plain()
}

impl Life {
    fn new() -> Life {
        let mut life = Life::default();
        life.lab.create("t", 2);
        life
    }

    /// Something happens to a partition; logs only grow when `grows`.
    fn live(&mut self, random: &mut Rng, grows: bool) {
        self.lab.tick([0, 1, 30, 400][random.below(4) as usize]);
        let partition = random.below(2) as i32;
        let log = self.lab.log("t", partition);
        let (start, end) = (log.log_start(), log.end());
        let within = |random: &mut Rng| start + random.below((end - start + 1) as u64) as i64;
        match random.below(if grows { 12 } else { 14 }) {
            0 | 1 => self.lab.produce("t", partition, 1 + random.below(3) as usize, 0),
            2..=6 => self.send(random, partition),
            7..=9 => self.end(random),
            10 | 11 => {
                let offset = within(random);
                self.lab.commit(["g1", "g2"][random.below(2) as usize], "t", partition, offset);
            }
            12 => {
                let to = within(random);
                self.lab.log("t", partition).delete_before(to);
                self.lab.changed();
            }
            _ => {
                let to = within(random);
                self.lab.log("t", partition).cut_to(to);
                self.lab.changed();
            }
        }
        self.moments.insert(self.lab.now.timestamp_ms(), self.lab.state.clone());
    }

    /// A batch of a transaction.
    fn send(&mut self, random: &mut Rng, partition: i32) {
        let id = random.below(3);
        let stamp = self.lab.now.timestamp_ms();
        let records: Vec<Record> = (0..1 + random.below(3))
            .map(|i| Record::new(stamp, None, Some(format!("{id}-{stamp}-{i}-{partition}").as_bytes())))
            .collect();
        let info = BatchInfo {
            base_offset: self.lab.log("t", partition).end(),
            producer: Producer { id: id as i64, epoch: self.epochs[id as usize], base_sequence: 0 },
            transactional: true,
            ..BatchInfo::default()
        };
        let bytes = encode(&info, &records);
        self.lab.log("t", partition).append_bytes(bytes.into()).expect("sound");
        self.lab.changed();
    }

    /// A producer's transaction ends, wherever it is open.
    fn end(&mut self, random: &mut Rng) {
        let id = random.below(3) as i64;
        let commit = random.below(2) == 0;
        let now = self.lab.now.timestamp_ms();
        self.epochs[id as usize] += 1;
        for partition in 0..2 {
            let epoch = self.epochs[id as usize];
            let log = self.lab.log("t", partition);
            if open(log).contains_key(&id) {
                log.append_marker(now, (id, epoch), Marker { commit, coordinator_epoch: 0 });
            }
        }
        self.lab.changed();
    }

    fn manifest(&self, label: &str) -> Manifest {
        Manifest::parse(&self.lab.store.manifest(label).expect("there")).expect("sound")
    }

    /// Looks at a backup of the present from all sides.
    fn check(&self, label: &str, name: &str) {
        let report = verify(&self.lab.store, label);
        assert!(report.ok(), "{name}: {report}");
        let manifest = self.manifest(label);
        self.check_ending(label, name, Ending::Abort);
        self.check_ending(label, name, Ending::Cut);
        let newest = manifest.producers.open_transactions.iter().map(|of| of.producer_id.0).max();
        assert!(newest.is_none_or(|newest| newest < manifest.producers.next_producer_id.0));
    }

    fn check_ending(&self, label: &str, name: &str, ending: Ending) {
        let manifest = self.manifest(label);
        let state =
            restored_with(&self.lab.store, label, None, ending, &Selection::default()).expect("sound");
        let expected = truth(&self.lab.state, self.lab.now.timestamp_ms(), ending);
        assert_eq!(plain(&state), expected, "{name}, {ending:?}");
        for (id, log) in (0..).zip(&self.lab.state.topics["t"].logs) {
            let entry = &manifest.partitions[id];
            let said = manifest.producers.open_transactions.iter().filter(|of| of.partition == id as i32);
            let said: BTreeMap<i64, i64> = said.map(|of| (of.producer_id.0, of.first_offset.0)).collect();
            assert_eq!(said, open(log), "{name}");
            let stable = said.values().min().map_or(log.end(), |first| log.log_start().max(*first));
            assert_eq!((entry.log_end_offset, entry.last_stable_offset), (Offset(log.end()), Offset(stable)));
            let restored = &state.topics[0].partitions[id];
            assert_eq!(restored.last_stable_offset(), restored.end(), "{name}: nothing is open for ever");
            let told = |note: &&Rc<str>| note.starts_with(&format!("t-{id}: the open transaction"));
            let note = state.notes.iter().find(told);
            assert_eq!(note.is_some(), !said.is_empty());
            // Either way the plan says what a cut loses that was committed, and where it ends.
            let mut cut = log.clone();
            cut.cut_to(closed_end(log));
            let lost = committed(log).len() - committed(&cut).len();
            let lost = match lost {
                0 => "losing nothing".to_owned(),
                1 => "without 1 record ".to_owned(),
                more => format!("without {more} records"),
            };
            let words = format!("the log ends at {}, not at {}, {lost}", cut.end(), log.end());
            assert!(note.is_none_or(|note| note.contains(&words)), "{name}: {note:?}, {words}");
        }
    }
}

fn lives() -> u64 {
    if std::env::var_os("REJOIN_LONG").is_some() { 20_000 } else { 600 }
}

#[test]
fn whatever_transactions_do_every_backup_restores_its_moment_with_none_open() {
    let (mut aborted, mut beside) = (0, 0);
    for seed in 0..lives() {
        let mut random = Rng::new(seed);
        let mut life = Life::new();
        for _ in 0..4 {
            for _ in 0..random.below(9) {
                life.live(&mut random, false);
            }
            life.lab.tick(1);
            let label = life.lab.backup(["full", "incremental", "differential"][random.below(3) as usize]);
            let name = format!("seed {seed}, {label}");
            life.check(&label, &name);
            let manifest = life.manifest(&label);
            aborted += manifest.producers.open_transactions.len();
            beside += manifest.all_files().filter(|file| file.kind == FileKind::TxnIndex).count();
            if random.below(4) == 0 {
                // Restored, and backed up again: the same, and nothing open.
                let state = restored(&life.lab.store, &label).expect("sound");
                life.lab.tick(1000);
                life.lab.restore(&state);
                life.lab.tick(1000);
                let again = life.lab.backup("full");
                life.check(&again, &format!("{name}, restored"));
                assert_eq!(life.manifest(&again).producers.open_transactions.len(), 0, "{name}");
            }
        }
    }
    assert!(aborted > 500 && beside > 200, "{aborted} open transactions, {beside} indexes");
}

#[test]
fn at_a_moment_the_transactions_that_were_open_then_are_ended() {
    let (mut ended, mut moved, mut logs) = (0, 0, 0);
    for seed in 0..lives() / 3 {
        let mut random = Rng::new(seed).fork("moments");
        let mut life = Life::new();
        for _ in 0..random.below(8) {
            life.live(&mut random, true);
        }
        life.lab.tick(1);
        life.moments.insert(life.lab.now.timestamp_ms(), life.lab.state.clone());
        life.lab.backup("full");
        life.lab.tick(1);
        for _ in 0..1 + random.below(14) {
            life.live(&mut random, true);
        }
        life.lab.tick(1);
        let label = life.lab.backup("incremental");
        let (from, to) = Chain::load(&life.lab.store, &label).expect("sound").windows()[0];
        for moment in life.moments.keys().flat_map(|at| [*at, at + 1]).filter(|at| (from..=to).contains(at)) {
            let expected = life.moments.range(..=moment).next_back().expect("it began before").1;
            for ending in Ending::ALL {
                let state =
                    restored_with(&life.lab.store, &label, Some(moment), ending, &Selection::default())
                        .expect("inside");
                assert_eq!(plain(&state), truth(expected, moment, ending), "seed {seed}, moment {moment}");
                moved += usize::from(ending == Ending::Cut && !state.moved.is_empty());
                ended += usize::from(!state.notes.is_empty());
                logs += state.topics.iter().map(|topic| topic.partitions.len()).sum::<usize>();
            }
        }
    }
    println!("{logs} logs cut at moments, {ended} times with open transactions, {moved} with offsets moved");
    assert!(ended > 500 && moved > 50 && logs > 4000, "{ended}, {moved} of {logs}");
}

#[test]
fn what_is_appended_is_what_was_committed_and_belongs_to_no_producer() {
    let mut left_out = 0;
    for seed in 0..lives() / 3 {
        let mut random = Rng::new(seed).fork("append");
        let mut life = Life::new();
        for _ in 0..4 + random.below(20) {
            life.live(&mut random, true);
        }
        let label = life.lab.backup("full");
        let expected: Vec<Vec<Vec<u8>>> = restored(&life.lab.store, &label).expect("sound").topics[0]
            .partitions
            .iter()
            .map(committed)
            .collect();
        life.lab.tick(1000);
        life.lab.drop_topic("t");
        life.lab.create("t", 2);
        let plan = planned(&life.lab, &label, Place::Into, None).expect("it exists");
        for (id, log) in plan.state.topics[0].partitions.iter().enumerate() {
            assert_eq!(committed(log), expected[id], "seed {seed}");
            assert!(log.producers().is_empty() && log.end() == log.record_count() as i64, "seed {seed}");
        }
        left_out += usize::from(plan.state.notes.iter().any(|note| note.contains("of aborted")));
    }
    assert!(left_out > 10, "{left_out}");
}

/// A full backup with an open, an aborted and a committed transaction.
pub fn archived() -> (MemoryStore, Rc<str>, Vec<u8>) {
    let mut life = Life::new();
    let mut random = Rng::new(3);
    while life.lab.state.topics["t"].logs.iter().any(|log| {
        log.aborted_transactions().is_empty() || open(log).is_empty() || log.last_stable_offset() < 3
    }) {
        life.live(&mut random, true);
    }
    let label = life.lab.backup("full");
    life.check(&label, "the scene");
    let bytes = archive::write(&life.lab.store, std::slice::from_ref(&label)).expect("sound");
    (life.lab.store, label, bytes)
}
