//! Backups in the browser's storage: what is committed is there after a reload, what is aborted leaves nothing.

use js_sys::{Function, Promise, Reflect};
use rejoin::backup::{
    ALL, Catalog, MemoryStore, Options, Snapshot, TopicSnapshot, archive, capture, delete, verify,
};
use rejoin::base::{Time, Uuid};
use rejoin::log::{Partition, Recipe};
use rejoin::session::{ChunkKey, Contents, Transaction};
use rejoin::ui::store::{Happening, Hooks, Note, Storage, StorageError, persist, space};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{IdbFactory, IdbTransaction};

/// What happened to a storage.
type Log = Rc<RefCell<Vec<Happening>>>;

fn hooks() -> (Hooks, Log) {
    disturbed(|_| ())
}

/// Hooks that disturb each commit.
fn disturbed(committing: impl Fn(&IdbTransaction) + 'static) -> (Hooks, Log) {
    let log = Log::default();
    let told = log.clone();
    let tell = Rc::new(move |happening| told.borrow_mut().push(happening));
    (Hooks { tell, committing: Rc::new(committing) }, log)
}

/// Opens a database that did not exist before.
async fn fresh(name: &str) -> Storage {
    delete_database(name).await;
    Storage::open(name, hooks().0).await.expect("this browser has storage")
}

/// What a reload of the page does to a storage: everything is let go of, and opened again.
async fn reload(storage: Storage, name: &str) -> Storage {
    drop(storage);
    wait(20).await;
    Storage::open(name, hooks().0).await.expect("this browser has storage")
}

async fn delete_database(name: &str) {
    let factory: IdbFactory = property(&js_sys::global(), "indexedDB").unchecked_into();
    let request = factory.delete_database(name).expect("it can be asked");
    let deleted = Promise::new(&mut |resolve: Function, reject: Function| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(deleted).await.expect("nobody keeps it open");
}

async fn wait(ms: i32) {
    let waited = Promise::new(&mut |resolve: Function, _| {
        let window = web_sys::window().expect("tests run in a page");
        window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms).expect("a timer");
    });
    JsFuture::from(waited).await.expect("timers end");
}

fn property(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).expect("an object")
}

/// A backup of `records` records, and what the store must apply for it.
fn backup(store: &MemoryStore, records: u64, value_bytes: u32) -> (Rc<str>, Transaction) {
    let recipe = Rc::new(Recipe { producer: "web".into(), seed: 7, keys: Some(10), value_bytes });
    let mut log = Partition::new();
    for i in 0..records {
        log.append_generated(Time::from_ms(i).timestamp_ms(), &recipe, i);
    }
    let topic = TopicSnapshot {
        name: "orders".into(),
        id: Uuid([7; 16]),
        config: Default::default(),
        created_ms: 0,
        partitions: vec![&log],
        places: Vec::new(),
    };
    let snapshot = Snapshot {
        cluster_id: "cmVqb2luLWNsdXN0ZXItMA".into(),
        cut: Time::from_ms(1000 * records),
        topics: vec![topic],
        groups: Vec::new(),
        next_producer_id: 0,
        restored_from: None,
        past: None,
        known: &[],
        prepared: None,
    };
    let captured = capture(&ALL[0], &snapshot, &Options::default(), store).expect("a backup");
    (captured.label, captured.transaction)
}

async fn contents(storage: &Storage) -> Contents {
    storage.load().await.expect("it can be read").contents
}

#[wasm_bindgen_test]
async fn a_committed_backup_is_there_after_a_reload() {
    let name = "rejoin-test-reload";
    let storage = fresh(name).await;
    assert_eq!(contents(&storage).await, Contents::default());
    let mut store = MemoryStore::new();
    // 20,000 records are 3 MB: several chunks.
    for records in [50, 20_000] {
        let (label, transaction) = backup(&store, records, 64);
        storage.commit(&transaction).await.expect("it is saved");
        store.apply(&transaction).expect("nobody else writes");
        storage.note(&label, Note { exported_ms: Some(5), verified_ms: None }).await.expect("it is noted");
    }
    let storage = reload(storage, name).await;
    let stored = storage.load().await.expect("it can be read");
    assert_eq!(stored.contents, *store.contents());
    assert_eq!(stored.notes.len(), 2);
    assert!(stored.notes.values().all(|note| note.exported_ms == Some(5) && note.verified_ms.is_none()));
    let read = MemoryStore::from_contents(stored.contents);
    for entry in &Catalog::of(&read).expect("a sound catalog").backups {
        assert!(verify(&read, &entry.label).ok());
        assert_eq!(
            archive::write(&read, std::slice::from_ref(&entry.label)),
            archive::write(&store, std::slice::from_ref(&entry.label))
        );
    }
}

#[wasm_bindgen_test]
async fn a_deleted_backup_is_gone_with_its_chunks_and_its_note() {
    let name = "rejoin-test-delete";
    let storage = fresh(name).await;
    let mut store = MemoryStore::new();
    let (label, transaction) = backup(&store, 50, 64);
    storage.commit(&transaction).await.expect("it is saved");
    store.apply(&transaction).expect("nobody else writes");
    storage.note(&label, Note::default()).await.expect("it is noted");
    let transaction = delete(&label, &store).expect("nothing builds on it");
    storage.commit(&transaction).await.expect("it is saved");
    store.apply(&transaction).expect("nobody else writes");
    let stored = reload(storage, name).await.load().await.expect("it can be read");
    assert_eq!((&stored.contents, stored.notes.len()), (store.contents(), 0));
    assert!(stored.contents.chunks.is_empty());
}

#[wasm_bindgen_test]
async fn an_aborted_commit_leaves_nothing() {
    let name = "rejoin-test-abort";
    let storage = fresh(name).await;
    let mut store = MemoryStore::new();
    let (_, first) = backup(&store, 50, 64);
    storage.commit(&first).await.expect("it is saved");
    store.apply(&first).expect("nobody else writes");
    drop(storage);
    wait(20).await;

    let (aborting, _) = disturbed(|transaction| transaction.abort().expect("it is active"));
    let storage = Storage::open(name, aborting).await.expect("this browser has storage");
    let (_, second) = backup(&store, 90, 64);
    let refused = storage.commit(&second).await.expect_err("it was aborted");
    assert!(matches!(refused, StorageError::Failed(_)), "{refused:?}");
    assert!(refused.text().starts_with("Not saved: "));
    // Its chunks had been written; the next load finds that nothing names them, and drops them.
    assert_eq!(contents(&storage).await, *store.contents());
    let storage = reload(storage, name).await;
    assert_eq!(contents(&storage).await, *store.contents());
    storage.commit(&second).await.expect("it is saved this time");
}

#[wasm_bindgen_test]
async fn chunks_that_an_interrupted_write_left_are_dropped() {
    let name = "rejoin-test-garbage";
    let storage = fresh(name).await;
    let store = MemoryStore::new();
    let (_, whole) = backup(&store, 50, 64);
    let half = Transaction { puts: whole.puts.clone(), ..Transaction::default() };
    storage.commit(&half).await.expect("chunks alone can be written");
    let storage = reload(storage, name).await;
    assert_eq!(contents(&storage).await, Contents::default());
    storage.commit(&whole).await.expect("it is saved");
    assert_eq!(contents(&storage).await.chunks, whole.puts);
}

#[wasm_bindgen_test]
async fn a_commit_that_was_overtaken_changes_nothing_and_one_that_is_repeated_neither() {
    let storage = fresh("rejoin-test-stale").await;
    let store = MemoryStore::new();
    let (_, first) = backup(&store, 50, 64);
    let (_, other) = backup(&store, 90, 64);
    storage.commit(&first).await.expect("it is saved");
    let before = contents(&storage).await;
    assert_eq!(storage.commit(&other).await, Err(StorageError::Stale));
    assert_eq!(contents(&storage).await, before);
    // The answer of an earlier try was lost: it is there already.
    storage.commit(&first).await.expect("it is there");
    assert_eq!(contents(&storage).await, before);
}

#[wasm_bindgen_test]
async fn of_two_pages_one_writes_and_the_other_takes_over_when_it_goes() {
    let name = "rejoin-test-two";
    let first = fresh(name).await;
    let (hooks, log) = hooks();
    let second = Storage::open(name, hooks).await.expect("this browser has storage");
    assert!(first.is_writer() && !second.is_writer());
    assert_eq!(*log.borrow(), [Happening::Writer(false)]);
    let store = MemoryStore::new();
    let (_, transaction) = backup(&store, 50, 64);
    let refused = second.commit(&transaction).await.expect_err("it may only read");
    assert_eq!(refused, StorageError::ReadOnly);
    assert_eq!(&refused.text()[..24], "Another tab with Rejoin ");
    first.commit(&transaction).await.expect("it is saved");
    assert_eq!(contents(&second).await.chunks, transaction.puts);
    drop(first);
    wait(50).await;
    assert!(second.is_writer());
    assert_eq!(*log.borrow(), [Happening::Writer(false), Happening::Writer(true)]);
}

#[wasm_bindgen_test]
async fn a_connection_that_is_lost_is_opened_again() {
    let name = "rejoin-test-lost";
    delete_database(name).await;
    let (hooks, log) = hooks();
    let storage = Storage::open(name, hooks).await.expect("this browser has storage");
    // Somebody clears the database: this page lets go of it, and comes back to an empty one.
    delete_database(name).await;
    assert_eq!(*log.borrow(), [Happening::Outdated]);
    let store = MemoryStore::new();
    let (_, transaction) = backup(&store, 50, 64);
    storage.commit(&transaction).await.expect("it is saved in the new one");
    assert_eq!(contents(&storage).await.chunks, transaction.puts);
}

#[wasm_bindgen_test]
async fn many_chunks_are_saved_in_bounded_steps() {
    let name = "rejoin-test-many";
    let storage = fresh(name).await;
    let mut transaction = Transaction::default();
    for n in 0..20u8 {
        transaction.put_file(&vec![n; 1 << 20]);
    }
    storage.commit(&transaction).await.expect("20 MiB are saved");
    // They have no catalog: all are dropped at the next load, the last as well as the first.
    let keys: Vec<ChunkKey> = transaction.puts.keys().copied().collect();
    assert_eq!(keys.len(), 20);
    assert_eq!(contents(&storage).await, Contents::default());
}

#[wasm_bindgen_test]
async fn the_browser_says_how_much_space_there_is() {
    let space = space().await;
    assert!(space.allowed.is_some_and(|bytes| bytes > 0), "{space:?}");
    assert!(space.used.is_some());
    // It may refuse; it must answer.
    let _ = persist().await;
}
