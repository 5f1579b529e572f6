//! Crash sweep: every flow that writes, stopped at every storage operation in every way, leaves a store that is whole; what
//! only reads changes nothing when it is refused.

use crate::both::verify;
use crate::lab::{Lab, Plain, plain};
use rejoin::backup::{
    Catalog, Chain, Expiry, MemoryStore, Rules, Step, Transaction, archive, delete, garbage, restored,
    restored_at,
};
use rejoin::base::Rng;
use std::collections::BTreeMap;
use std::rc::Rc;

/// How a storage operation fails.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// It is aborted and nothing follows.
    Abort,
    /// The connection is lost before it; everything is tried again from the beginning.
    LostConnection,
    /// There is no room for it: nothing of it is kept, what was written before stays.
    Quota,
    /// The process ends right after it.
    ProcessEnds,
}

const FAULTS: [Fault; 4] = [Fault::Abort, Fault::LostConnection, Fault::Quota, Fault::ProcessEnds];

/// Every backup of the catalog verifies, and has its manifest.
fn check_whole(store: &MemoryStore, truths: &BTreeMap<Rc<str>, Plain>, name: &str) {
    let catalog = Catalog::of(store).expect("a sound catalog");
    for entry in &catalog.backups {
        let state = restored(store, &entry.label).unwrap_or_else(|error| panic!("{name}: {error}"));
        if state.moved.is_empty() {
            assert_eq!(plain(&state), truths[&entry.label], "{name}");
        }
    }
    assert_eq!(
        store.contents().manifests.len(),
        catalog.backups.len(),
        "{name}: a manifest for each entry, and no other"
    );
}

fn collected(store: &MemoryStore) -> MemoryStore {
    let mut contents = store.contents().clone();
    for key in garbage(&contents) {
        contents.chunks.remove(&key);
    }
    MemoryStore::from_contents(contents)
}

/// Fails each step of `transaction` in each way; how many cases that were.
fn sweep(
    name: &str,
    before: &MemoryStore,
    transaction: &Transaction,
    truths: &BTreeMap<Rc<str>, Plain>,
) -> usize {
    let mut after = before.clone();
    after.apply(transaction).expect("nobody else writes");
    let steps = transaction.steps(1);
    let mut cases = 0;
    for failing in 0..steps.len() {
        for fault in FAULTS {
            let done = failing + usize::from(matches!(fault, Fault::ProcessEnds));
            let mut store = before.clone();
            steps[..done].iter().cloned().for_each(|step| store.apply_step(step));
            let name = format!("{name}, {fault:?} at step {failing} of {}", steps.len());
            check_whole(&store, truths, &name);
            let committed = steps[..done].iter().any(|step| matches!(step, Step::Commit { .. }));
            let expected = if committed { &after } else { before };
            assert_eq!(Catalog::of(&store), Catalog::of(expected), "{name}");
            assert_eq!(collected(&store), collected(expected), "{name}");
            if let Fault::LostConnection = fault {
                if !committed {
                    store.apply(transaction).expect("the generation is the old one");
                    assert_eq!(store, after, "{name}: tried again");
                } else {
                    assert!(store.apply(transaction).is_err(), "{name}: it was done already");
                }
            }
            cases += 1;
        }
    }
    cases
}

fn life(seed: u64) -> usize {
    let mut random = Rng::new(seed);
    let mut lab = Lab::default();
    let mut cases = 0;
    lab.create("t0", 1);
    for (round, kind) in
        ["full", "incremental", "differential", "incremental", "full"].into_iter().enumerate()
    {
        for _ in 0..2 + random.below(5) {
            lab.live(&mut random);
        }
        lab.tick(1000);
        let before = lab.store.clone();
        let transaction = lab.capture(kind).expect("it can be backed up").transaction;
        lab.backup(kind);
        cases += sweep(&format!("seed {seed}, {kind} {round}"), &before, &transaction, &lab.truths);
    }
    let catalog = Catalog::of(&lab.store).expect("sound");
    let by = Rules { full: Some(1), ..Rules::default() };
    let expiry = Expiry::plan(&catalog, &by, lab.now.timestamp_ms(), &[]).expect("rules");
    let transaction = expiry.transaction(&lab.store).expect("whole chains");
    cases += sweep(&format!("seed {seed}, expire"), &lab.store, &transaction, &lab.truths);
    let last = &catalog.backups[3].label;
    let transaction = delete(last, &lab.store).expect("nothing builds on it");
    cases += sweep(&format!("seed {seed}, delete"), &lab.store, &transaction, &lab.truths);
    let import = archive::read(&archive::write(&lab.store, std::slice::from_ref(last)).expect("sound"))
        .expect("sound");
    let there = MemoryStore::new();
    let transaction = import.transaction(&there).expect("it is empty");
    cases
        + sweep(&format!("seed {seed}, import"), &there, &transaction, &lab.truths)
        + reads(&lab, last, seed)
}

/// A restore and a restore to a moment, with each chunk and each manifest lost or damaged: a state that is right, or none.
fn reads(lab: &Lab, label: &Rc<str>, seed: u64) -> usize {
    let chain = Chain::load(&lab.store, label).expect("sound");
    let moment = chain.links.last().map(|link| link.window().0);
    let right = restored(&lab.store, label).map(|state| plain(&state)).expect("sound");
    let right_then = restored_at(&lab.store, label, moment).map(|state| plain(&state)).expect("inside");
    let mut cases = 0;
    let contents = lab.store.contents();
    for lost in [true, false] {
        for key in contents.chunks.keys() {
            let mut broken = contents.clone();
            match lost {
                true => drop(broken.chunks.remove(key)),
                false => drop(broken.chunks.insert(*key, [0u8; 3].into())),
            }
            cases += read(&MemoryStore::from_contents(broken), label, moment, (&right, &right_then), seed);
        }
        for other in contents.manifests.keys() {
            let mut broken = contents.clone();
            match lost {
                true => drop(broken.manifests.remove(other)),
                false => drop(broken.manifests.insert(other.clone(), contents.manifests[label].clone())),
            }
            cases += read(&MemoryStore::from_contents(broken), label, moment, (&right, &right_then), seed);
        }
    }
    cases
}

fn read(
    broken: &MemoryStore,
    label: &Rc<str>,
    moment: Option<i64>,
    right: (&Plain, &Plain),
    seed: u64,
) -> usize {
    let report = verify(broken, label);
    match restored(broken, label) {
        Ok(state) => assert!(report.ok() && plain(&state) == *right.0, "seed {seed}"),
        Err(error) => assert!(!report.ok(), "seed {seed}: {error}"),
    }
    if let Ok(state) = restored_at(broken, label, moment) {
        assert_eq!(plain(&state), *right.1, "seed {seed}");
    }
    2
}

#[test]
fn every_flow_stopped_at_every_step_in_every_way_leaves_a_whole_store() {
    let seeds = if std::env::var_os("REJOIN_LONG").is_some() { 60 } else { 6 };
    let cases: usize = (0..seeds).map(life).sum();
    println!("{cases} crashes");
    assert!(cases >= 1000, "{cases} cases");
}
