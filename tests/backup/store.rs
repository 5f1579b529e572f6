//! Storage that stops at any step: the catalog is whole, and what is left over harms nobody.

use crate::both::verify;
use crate::scene::Scene;
use rejoin::backup::{
    Catalog, MemoryStore, RestoreError, Step, Store, StoreError, Transaction, archive, delete, garbage,
    restored,
};
use rejoin::base::Time;
use rejoin::log::Record;
use rejoin::log::batch::Timestamps;

/// Every backup of the catalog is whole.
fn check_whole(store: &MemoryStore) {
    let catalog = Catalog::of(store).expect("a sound catalog");
    for entry in &catalog.backups {
        let report = verify(store, &entry.label);
        assert!(report.ok(), "{report}");
        assert!(restored(store, &entry.label).is_ok());
    }
    let manifests: Vec<_> = store.contents().manifests.keys().collect();
    let labels: Vec<_> = catalog.backups.iter().map(|entry| &entry.label).collect();
    assert_eq!(manifests, labels, "a manifest for each entry, and no other");
}

/// Drops what nothing names.
fn collect(store: &MemoryStore) -> MemoryStore {
    let mut contents = store.contents().clone();
    for key in garbage(&contents) {
        contents.chunks.remove(&key);
    }
    MemoryStore::from_contents(contents)
}

/// Stops after each step of `transaction`, in steps as small as can be: before the commit the store is as it was, from
/// the commit on as it will be, but for chunks that nothing names.
fn crash_at_every_step(before: &MemoryStore, transaction: &Transaction) -> usize {
    let mut after = before.clone();
    after.apply(transaction).expect("nobody else writes");
    let steps = transaction.steps(1);
    let mut committed = false;
    let mut store = before.clone();
    for step in steps.clone() {
        committed |= matches!(step, Step::Commit { .. });
        store.apply_step(step);
        check_whole(&store);
        let expected = if committed { &after } else { before };
        assert_eq!(Catalog::of(&store), Catalog::of(expected));
        assert_eq!(collect(&store), collect(expected));
    }
    assert_eq!(store, after, "all steps are the whole");
    steps.len()
}

#[test]
fn a_store_that_stops_at_any_step_is_whole() {
    let mut scene = Scene::small();
    let mut store = MemoryStore::new();
    let mut steps = 0;

    let full = scene.capture(&store);
    steps += crash_at_every_step(&store, &full.transaction);
    store.apply(&full.transaction).expect("nobody else writes");

    scene.topics[0].1[0].append_records(Timestamps::Create, &[Record::new(9, None, None)]);
    scene.cut = Time::from_ms(60_000);
    let second = scene.capture(&store);
    steps += crash_at_every_step(&store, &second.transaction);
    store.apply(&second.transaction).expect("nobody else writes");

    let import = archive::read(&archive::write(&store, std::slice::from_ref(&second.label)).expect("sound"))
        .expect("sound");
    let empty = MemoryStore::new();
    steps += crash_at_every_step(&empty, &import.transaction(&empty).expect("it is empty"));

    steps += crash_at_every_step(&store, &delete(&full.label, &store).expect("nothing builds on it"));
    assert!(steps >= 30, "{steps} steps");
}

#[test]
fn chunks_are_written_in_steps_of_a_bounded_size() {
    let mut transaction = Transaction::default();
    for n in 0..5u8 {
        transaction.put_file(&vec![n; 3 << 20]);
    }
    let steps = transaction.steps(8 << 20);
    assert_eq!(steps.len(), 2, "15 MiB in steps of 8");
    assert_eq!(transaction.puts.len(), 15);
    assert!(transaction.puts.values().all(|chunk| chunk.len() == 1 << 20));
}

#[test]
fn a_transaction_that_somebody_else_overtook_changes_nothing() {
    let mut store = MemoryStore::new();
    let late = Scene::small().capture(&store);
    let mut other = Scene::small();
    other.cut = Time::from_ms(90_000);
    other.full(&mut store);
    let before = store.clone();
    let refused = store.apply(&late.transaction).expect_err("the catalog has moved on");
    assert_eq!(refused, StoreError::Stale { expected: 0, found: 1 });
    assert!(refused.to_string().starts_with("Not saved: the stored backups were changed by somebody else"));
    assert_eq!(store, before);
}

#[test]
fn a_stored_chunk_that_is_damaged_is_found_named_and_healed_by_the_next_backup() {
    let mut store = MemoryStore::new();
    let mut scene = Scene::small();
    let label = scene.full(&mut store);
    for key in store.contents().chunks.keys() {
        let mut contents = store.contents().clone();
        let chunk = contents.chunks.get_mut(key).expect("it is there");
        let mut bytes = chunk.to_vec();
        bytes[0] ^= 1;
        *chunk = bytes.into();
        let mut broken = MemoryStore::from_contents(contents);
        let report = verify(&broken, &label);
        assert!(report.findings.iter().all(|f| f.backups == [label.clone()]), "{report}");
        assert!(report.to_string().starts_with(&format!("backups/{label}/")) && !report.ok(), "{report}");
        let refused = restored(&broken, &label).err().expect("nothing damaged is restored").to_string();
        assert!(
            refused.starts_with(&format!("{label} is damaged, nothing was changed: backups/")),
            "{refused}"
        );
        assert!(
            archive::write(&broken, std::slice::from_ref(&label)).is_err(),
            "nothing damaged is exported"
        );

        scene.cut = Time::from_ms(60_000);
        let next = scene.full(&mut broken);
        assert!(verify(&broken, &next).ok());
    }
}

#[test]
fn what_was_verified_counts_until_something_of_it_is_changed() {
    let mut scene = Scene::small();
    let mut store = MemoryStore::new();
    let first = scene.full(&mut store);
    let since = store.changed();
    assert_eq!(store.verified(&first), None, "nobody verified it");
    store.prove(&first, since);
    let proof = store.verified(&first);
    assert!(
        proof.is_some()
            && proof == Catalog::of(&store).expect("sound").get(&first).map(|e| e.manifest_sha256)
    );
    let proven = archive::write(&store, std::slice::from_ref(&first)).expect("sound");
    let read = MemoryStore::from_contents(store.contents().clone());
    assert_eq!(proven, archive::write(&read, std::slice::from_ref(&first)).expect("sound"));

    scene.topics[0].1[0].append_records(Timestamps::Create, &[Record::new(9, None, None)]);
    scene.cut = Time::from_ms(60_000);
    let second = scene.full(&mut store);
    assert_eq!((store.verified(&first), store.changed()), (proof, since), "another one is no change");
    store.apply(&delete(&second, &store).expect("nothing builds on it")).expect("nobody else writes");
    assert_eq!(store.verified(&first), proof, "nothing of it went");
    assert!(store.changed() > since);
    store.prove(&first, since);
    store.prove(&second, store.changed());
    assert_eq!(store.verified(&second), None, "it is gone");

    let keys: Vec<_> = store.contents().chunks.keys().copied().collect();
    for key in keys {
        for step in [Step::Drop(vec![key]), Step::Chunks(vec![(key, [1, 2, 3].into())])] {
            let mut changed = store.clone();
            changed.apply_step(step);
            assert_eq!(changed.verified(&first), None, "{key:?}");
            let write = archive::write(&changed, std::slice::from_ref(&first));
            assert!(matches!(write, Err(RestoreError::Damaged { .. })), "{key:?}");
            changed.prove(&first, store.changed());
            assert_eq!(changed.verified(&first), None, "a verification that began before");
        }
    }
    let mut gone = store.clone();
    gone.apply(&delete(&first, &gone).expect("nothing builds on it")).expect("nobody else writes");
    assert_eq!(gone.verified(&first), None);
}
