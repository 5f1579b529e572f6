//! Backups in the browser's storage (IndexedDB): they are there again after the page was closed.
//!
//! | object store | key | value |
//! |---|---|---|
//! | `chunks` | `[sha256 of the file, number]` | up to 1 MiB of it, an `ArrayBuffer` |
//! | `manifests` | label | its bytes |
//! | `catalog` | `catalog` | `{generation, bytes}`: the one record whose writing makes backups exist |
//! | `notes` | label | what is only true here: `{exported_ms, verified_ms}`; never part of an archive |
//! | `staging`, `runs` | | nothing yet; they are there so that a later page need not raise the version |
//!
//! # Promises
//! 1. [`Storage::commit`] is all or nothing: chunks first, in transactions of at most 4 MiB; then manifests and catalog in
//!    one strict transaction; what is to be dropped last. It succeeds when that transaction is `complete`, not before.
//! 2. All requests of a transaction are issued without waiting in between: a transaction with nothing to do ends.
//! 3. Two pages never write over each other: one holds the lock, and the generation is compared in the transaction.
//! 4. A connection that was lost is opened again, three times at most; the dead handle is never used.
//!
//! Nothing that is read is trusted: the session verifies it.

mod database;
mod error;
mod js;
mod lock;
mod space;

pub use error::StorageError;
pub use space::{Space, persist, space};

use super::dom::{let_go, prompt_collection};
use crate::base::Map;
use crate::session::{ChunkKey, Contents, Step, Transaction, garbage};
use database::{CATALOG, CHUNKS, Connection, MANIFESTS, NOTES, Stores};
use js::{buffer, bytes_of, catalog_of, chunk_key, get, key_of, pairs, set, text};
use lock::Lock;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbRequest, IdbTransaction};

/// Bytes of chunks in one transaction: 4 MiB are copied before the page's next turn.
const STEP_BYTES_MAX: u64 = 4 << 20;

/// After so many bytes that were read the browser is prompted to let go of what it had of them: else it lets several times as many
/// lie.
const GIVEN_OUT_BYTES_MAX: usize = 8 << 20;

/// How often a lost connection is opened again for one operation.
const RETRIES_MAX: u32 = 3;

/// What happens to the storage while the page is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// Another page, of an older version, keeps the database from being opened. It must be closed.
    Blocked,
    /// A page of a newer version wants the database: this one let go of it. It must be loaded again.
    Outdated,
    /// Whether this page may write. Another page that is open may, when this one may not.
    Writer(bool),
}

/// What is told of [`Happening`]s, and a chance to disturb a commit (for tests).
#[derive(Clone)]
pub struct Hooks {
    /// Called for each happening.
    pub tell: Rc<dyn Fn(Happening)>,
    /// Called with the transaction of a commit when all of its requests were issued.
    pub committing: Rc<dyn Fn(&IdbTransaction)>,
}

/// What is only true in this browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// When the backup was last exported, in milliseconds since 1970.
    pub exported_ms: Option<i64>,
    /// When it was last verified and found whole.
    pub verified_ms: Option<i64>,
}

/// All that is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// The backups.
    pub contents: Contents,
    /// Notes by label.
    pub notes: Map<Rc<str>, Note>,
}

/// The storage.
pub struct Storage {
    name: Rc<str>,
    hooks: Hooks,
    connection: RefCell<Option<Connection>>,
    lock: Lock,
}

impl Storage {
    /// Opens the database `name`, and asks to be its one writer.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] where a browser has none for this page, and others.
    pub async fn open(name: &str, hooks: Hooks) -> Result<Storage, StorageError> {
        let lock = Lock::ask(name, hooks.tell.clone()).await;
        let storage = Storage { name: name.into(), hooks, connection: RefCell::default(), lock };
        storage.database().await?;
        Ok(storage)
    }

    /// Whether this page may write.
    pub fn is_writer(&self) -> bool {
        self.lock.is_held()
    }

    /// Whether anything was ever stored.
    ///
    /// # Errors
    /// [`StorageError`], in words.
    pub async fn is_used(&self) -> Result<bool, StorageError> {
        let read = async |database: &IdbDatabase| {
            let stores = Stores::read(database, &[CATALOG])?;
            let catalog = stores.get(CATALOG, &CATALOG.into())?;
            stores.done().await?;
            catalog.result().map_err(StorageError::of)
        };
        self.with(read).await.map(|catalog| !catalog.is_undefined())
    }

    /// Everything that is stored. Chunks that nothing names, left by an interrupted write, are dropped on the way.
    ///
    /// # Errors
    /// [`StorageError`], in words.
    pub async fn load(&self) -> Result<Stored, StorageError> {
        let mut stored = self.with(async |database| read_all(database).await).await?;
        let left = garbage(&stored.contents);
        stored.contents.chunks.retain(|key, _| !left.contains(key));
        if !left.is_empty() && self.is_writer() {
            let left: Vec<ChunkKey> = left.into_iter().collect();
            self.with(async |database| drop_chunks(database, &left).await).await?;
        }
        Ok(stored)
    }

    /// Writes a transaction, all or nothing. One at a time.
    ///
    /// # Errors
    /// [`StorageError`], in words. What is stored is as it was, but for chunks that nothing names.
    pub async fn commit(&self, transaction: &Transaction) -> Result<(), StorageError> {
        if !self.is_writer() {
            return Err(StorageError::ReadOnly);
        }
        for step in transaction.steps(STEP_BYTES_MAX) {
            match &step {
                Step::Chunks(chunks) => {
                    self.with(async |database| put_chunks(database, chunks).await).await?
                }
                Step::Commit { manifests, catalog } => {
                    let commit = Commit { expects: transaction.expects, manifests, catalog };
                    self.with(async |database| commit.write(database, &self.hooks).await).await?;
                }
                // The backups are as they should be; chunks that stay are dropped at the next load.
                Step::Drop(keys) => drop(self.with(async |database| drop_chunks(database, keys).await).await),
            }
        }
        Ok(())
    }

    /// Notes something about a backup.
    ///
    /// # Errors
    /// [`StorageError`], in words.
    pub async fn note(&self, label: &str, note: Note) -> Result<(), StorageError> {
        let write = async |database: &IdbDatabase| {
            let stores = Stores::write(database, &[NOTES], "relaxed")?;
            stores.put(NOTES, &label.into(), &note.to_js())?;
            stores.done().await
        };
        self.with(write).await
    }

    /// Runs `work` on a live connection, again after the connection was lost.
    async fn with<T>(
        &self,
        work: impl AsyncFn(&IdbDatabase) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let mut tries = 0;
        loop {
            let result = match self.database().await {
                Ok(database) => work(&database).await,
                Err(error) => Err(error),
            };
            match result {
                Err(StorageError::Lost(_)) if tries < RETRIES_MAX => {
                    self.connection.replace(None);
                    tries += 1;
                }
                result => return result,
            }
        }
    }

    /// A live connection.
    async fn database(&self) -> Result<IdbDatabase, StorageError> {
        let live = self.connection.borrow().as_ref().and_then(Connection::live);
        if let Some(database) = live {
            return Ok(database);
        }
        let connection = Connection::open(&self.name, self.hooks.tell.clone()).await?;
        let database = connection.live().ok_or_else(|| StorageError::Lost("closed at once".into()))?;
        self.connection.replace(Some(connection));
        Ok(database)
    }
}

/// The step that makes backups exist.
struct Commit<'a> {
    expects: u64,
    manifests: &'a Map<Rc<str>, Option<Rc<[u8]>>>,
    catalog: &'a Rc<[u8]>,
}

impl Commit<'_> {
    async fn write(&self, database: &IdbDatabase, hooks: &Hooks) -> Result<(), StorageError> {
        let stores = Stores::write(database, &[CATALOG, MANIFESTS, NOTES], "strict")?;
        let stored = stores.get(CATALOG, &CATALOG.into())?;
        let verdict: Rc<RefCell<Option<StorageError>>> = Rc::default();
        // Everything after the comparison is issued while its request succeeds: the transaction is active then.
        let compared = {
            let (stores, stored, verdict) = (stores.clone(), stored.clone(), verdict.clone());
            let (expects, manifests, catalog) = (self.expects, self.manifests.clone(), self.catalog.clone());
            let hooks = hooks.clone();
            Closure::once(move |_: JsValue| {
                let result = compare(&stored, expects, &catalog)
                    .and_then(|already| if already { Ok(()) } else { issue(&stores, &manifests, &catalog) });
                match result {
                    Ok(()) => (hooks.committing)(&stores.transaction),
                    Err(error) => {
                        verdict.replace(Some(error));
                        drop(stores.transaction.abort());
                    }
                }
            })
        };
        stored.set_onsuccess(Some(compared.as_ref().unchecked_ref()));
        let done = stores.done().await;
        let told = verdict.borrow_mut().take();
        told.map_or(done, Err)
    }
}

/// Whether the catalog is there already: an earlier try had completed, and only its answer was lost.
fn compare(stored: &IdbRequest, expects: u64, catalog: &[u8]) -> Result<bool, StorageError> {
    let record = stored.result().map_err(StorageError::of)?;
    if record.is_undefined() {
        return if expects == 0 { Ok(false) } else { Err(StorageError::Stale) };
    }
    let (generation, bytes) = catalog_of(&record)?;
    match generation == expects {
        true => Ok(false),
        false if *bytes == *catalog => Ok(true),
        false => Err(StorageError::Stale),
    }
}

fn issue(
    stores: &Stores,
    manifests: &Map<Rc<str>, Option<Rc<[u8]>>>,
    catalog: &[u8],
) -> Result<(), StorageError> {
    for (label, manifest) in manifests {
        let key = JsValue::from_str(label);
        match manifest {
            Some(bytes) => stores.put(MANIFESTS, &key, &buffer(bytes))?,
            None => {
                stores.delete(MANIFESTS, &key)?;
                stores.delete(NOTES, &key)?;
            }
        }
    }
    let record = js_sys::Object::new();
    set(&record, "generation", &(generation_in(catalog) as f64).into());
    set(&record, "bytes", &buffer(catalog));
    stores.put(CATALOG, &CATALOG.into(), &record)
}

/// The generation that a catalog's bytes name.
fn generation_in(catalog: &[u8]) -> u64 {
    let value: Option<serde_json::Value> = serde_json::from_slice(catalog).ok();
    value.and_then(|value| value.get("generation")?.as_u64()).unwrap_or(0)
}

async fn put_chunks(database: &IdbDatabase, chunks: &[(ChunkKey, Rc<[u8]>)]) -> Result<(), StorageError> {
    let stores = Stores::write(database, &[CHUNKS], "relaxed")?;
    for (key, chunk) in chunks {
        let bytes = buffer(chunk);
        stores.put(CHUNKS, &key_of(key), &bytes)?;
        // The browser has its own copy by now.
        let_go(&bytes);
    }
    stores.done().await
}

async fn drop_chunks(database: &IdbDatabase, keys: &[ChunkKey]) -> Result<(), StorageError> {
    let stores = Stores::write(database, &[CHUNKS], "relaxed")?;
    for key in keys {
        stores.delete(CHUNKS, &key_of(key))?;
    }
    stores.done().await
}

async fn read_all(database: &IdbDatabase) -> Result<Stored, StorageError> {
    let stores = Stores::read(database, &[CHUNKS, MANIFESTS, CATALOG, NOTES])?;
    let chunks: Rc<RefCell<Map<ChunkKey, Rc<[u8]>>>> = Rc::default();
    let into = chunks.clone();
    let mut given_out = 0;
    let walk = stores.each(CHUNKS, move |key, value| {
        let key = chunk_key(&key).ok_or_else(|| StorageError::Failed("a chunk has a strange key".into()))?;
        let bytes = bytes_of(&value)?;
        let_go(&value);
        given_out += bytes.len();
        if given_out >= GIVEN_OUT_BYTES_MAX {
            given_out = 0;
            prompt_collection();
        }
        into.borrow_mut().insert(key, bytes);
        Ok(())
    })?;
    let [manifests, notes] = [stores.all(MANIFESTS)?, stores.all(NOTES)?];
    let catalog = stores.get(CATALOG, &CATALOG.into())?;
    let done = stores.done().await;
    walk.fault().map_or(done, Err)?;
    prompt_collection();
    let mut stored = Stored::default();
    stored.contents.chunks = chunks.take();
    for (key, value) in pairs(&manifests)? {
        stored.contents.manifests.insert(text(&key)?, bytes_of(&value)?);
    }
    for (key, value) in pairs(&notes)? {
        stored.notes.insert(text(&key)?, Note::of_js(&value));
    }
    let record = catalog.result().map_err(StorageError::of)?;
    if !record.is_undefined() {
        stored.contents.catalog = Some(catalog_of(&record)?.1);
    }
    Ok(stored)
}
