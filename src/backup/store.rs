//! Storage outside: what a store holds, how it is read, and the one way to change it.
//!
//! ```text
//! chunks     (sha256 of the file, number) → up to 1 MiB of it
//! manifests  label → the manifest's bytes
//! catalog    one record; the generation in it grows with every transaction
//! ```
//! A [`Transaction`] is applied whole or not at all. A store that cannot do all of it atomically writes the chunks
//! first, then manifests and catalog in one atomic step (the commit), and drops chunks last: a crash between two steps
//! leaves chunks that nothing names, which is harmless.

use super::digest::{Digest, sha256};
use super::manifest::Manifest;
use crate::base::{Map, Set, same};
use std::fmt;
use std::rc::Rc;

/// The largest chunk: 1 MiB.
pub const CHUNK_BYTES_MAX: usize = 1 << 20;

/// Chunks that are cut at a time, where that is done in parts.
pub(super) const CHUNKS_CUT: usize = 4;

/// Names a chunk of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChunkKey {
    /// The digest of the whole file.
    pub file: Digest,
    /// Which chunk of it, from 0. Every chunk but the last is [`CHUNK_BYTES_MAX`] long.
    pub number: u32,
}

/// Reading a store. Nothing that it gives is trusted: whoever reads checks digests.
pub trait Store {
    /// The catalog's bytes; `None` when nothing was ever stored.
    fn catalog(&self) -> Option<Rc<[u8]>>;

    /// The bytes of a backup's manifest.
    fn manifest(&self, label: &str) -> Option<Rc<[u8]>>;

    /// A chunk of a file.
    fn chunk(&self, key: &ChunkKey) -> Option<Rc<[u8]>>;

    /// The digest of the manifest of this backup, when all that it needs was verified here and nothing of that was changed
    /// since; `None`: it has to be read.
    fn verified(&self, _label: &str) -> Option<Digest> {
        None
    }
}

/// All changes that one operation asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transaction {
    /// The generation that the catalog must have now (0: there is none). Another one means that somebody else wrote in
    /// between.
    pub expects: u64,
    /// Chunks to write.
    pub puts: Map<ChunkKey, Rc<[u8]>>,
    /// Manifests to write (`Some`) or to drop (`None`).
    pub manifests: Map<Rc<str>, Option<Rc<[u8]>>>,
    /// The new catalog; every change of manifests comes with one.
    pub catalog: Option<Rc<[u8]>>,
    /// Chunks that nothing names any more. Never one that is in `puts`.
    pub deletes: Set<ChunkKey>,
}

impl Transaction {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.catalog.is_none() && self.puts.is_empty() && self.manifests.is_empty() && self.deletes.is_empty()
    }

    /// Bytes of all chunks to write.
    pub fn put_bytes(&self) -> u64 {
        self.puts.values().map(|chunk| chunk.len() as u64).sum()
    }

    /// Adds a file's chunks.
    pub fn put_file(&mut self, bytes: &[u8]) -> Digest {
        let file = sha256(bytes);
        self.put_chunks(file, bytes.chunks(CHUNK_BYTES_MAX));
        file
    }

    /// Adds the chunks of the file with this digest.
    pub(super) fn put_chunks<T: Into<Rc<[u8]>>>(&mut self, file: Digest, chunks: impl Iterator<Item = T>) {
        for (number, chunk) in (0..).zip(chunks) {
            self.puts.or_insert_with(ChunkKey { file, number }, || chunk.into());
        }
    }
}

/// A part of a transaction that a store writes in one atomic step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Chunks to write. Nothing names them yet.
    Chunks(Vec<(ChunkKey, Rc<[u8]>)>),
    /// The commit: manifests to write or drop, and the catalog. What it says exists from here on.
    Commit {
        /// See [`Transaction::manifests`].
        manifests: Map<Rc<str>, Option<Rc<[u8]>>>,
        /// See [`Transaction::catalog`].
        catalog: Rc<[u8]>,
    },
    /// Chunks to drop. Nothing names them any more.
    Drop(Vec<ChunkKey>),
}

impl Transaction {
    /// The steps for a store that cannot write everything at once: chunks of up to `bytes_max` together (at least one),
    /// the commit, what to drop. Whatever step is the last that happens, the store is whole.
    pub fn steps(&self, bytes_max: u64) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut chunks: Vec<(ChunkKey, Rc<[u8]>)> = Vec::new();
        let mut bytes = 0;
        for (key, chunk) in &self.puts {
            if bytes + chunk.len() as u64 > bytes_max && !chunks.is_empty() {
                steps.push(Step::Chunks(std::mem::take(&mut chunks)));
                bytes = 0;
            }
            bytes += chunk.len() as u64;
            chunks.push((*key, chunk.clone()));
        }
        if !chunks.is_empty() {
            steps.push(Step::Chunks(chunks));
        }
        if let Some(catalog) = &self.catalog {
            steps.push(Step::Commit { manifests: self.manifests.clone(), catalog: catalog.clone() });
        }
        if !self.deletes.is_empty() {
            steps.push(Step::Drop(self.deletes.iter().copied().collect()));
        }
        steps
    }
}

/// Why a store did not apply a transaction. Nothing was changed then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// Somebody else wrote since the transaction was made.
    Stale {
        /// The generation that was expected.
        expected: u64,
        /// The generation found.
        found: u64,
    },
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Stale { expected, found } => write!(
                f,
                "Not saved: the stored backups were changed by somebody else (generation {found} instead of \
                 {expected}). Load them again."
            ),
        }
    }
}

impl std::error::Error for StoreError {}

/// Everything that a store holds, as it is carried from one store to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// See [`Store::chunk`].
    pub chunks: Map<ChunkKey, Rc<[u8]>>,
    /// See [`Store::manifest`].
    pub manifests: Map<Rc<str>, Rc<[u8]>>,
    /// See [`Store::catalog`].
    pub catalog: Option<Rc<[u8]>>,
}

/// A store in memory. It remembers what was verified, as nothing but itself changes what it holds.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    contents: Contents,
    /// By label.
    proofs: Map<Rc<str>, Proof>,
    /// How often something that was there was changed or dropped.
    changed: u64,
}

/// A backup that was verified.
#[derive(Clone, Debug)]
struct Proof {
    manifest: Digest,
    /// What it needs: backups, itself among them, and files.
    chain: Vec<Rc<str>>,
    files: Set<Digest>,
}

/// Stores are equal when they hold the same.
impl PartialEq for MemoryStore {
    fn eq(&self, other: &MemoryStore) -> bool {
        self.contents == other.contents
    }
}

impl Eq for MemoryStore {}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// A store that holds `contents`, unchecked: whoever reads checks.
    pub fn from_contents(contents: Contents) -> MemoryStore {
        MemoryStore { contents, ..MemoryStore::default() }
    }

    /// How often something that was there was changed or dropped.
    pub fn changed(&self) -> u64 {
        self.changed
    }

    /// Remembers that a verification found this backup whole: one that began when [`MemoryStore::changed`] was `since`, and
    /// read all of it.
    pub fn prove(&mut self, label: &str, since: u64) {
        let Some(bytes) = self.contents.manifests.get(label).filter(|_| self.changed == since) else {
            return;
        };
        // A proof that is there was not disturbed, and would be made again as it is.
        if self.proofs.contains_key(label) {
            return;
        }
        let Ok(own) = Manifest::parse(bytes) else { return };
        let mut files: Set<Digest> = own.all_files().map(|file| file.sha256).collect();
        for of in own.chain.iter().filter(|of| ***of != *label) {
            let manifest = self.contents.manifests.get(of).and_then(|bytes| Manifest::parse(bytes).ok());
            files.extend(manifest.iter().flat_map(Manifest::all_files).map(|file| file.sha256));
        }
        let proof = Proof { manifest: sha256(bytes), files, chain: own.chain };
        self.proofs.insert(label.into(), proof);
    }

    /// What needs one of these files or backups has to be read again.
    fn disturb(&mut self, files: &[Digest], labels: &[Rc<str>]) {
        if files.is_empty() && labels.is_empty() {
            return;
        }
        self.changed += 1;
        self.proofs.retain(|_, proof| {
            !files.iter().any(|file| proof.files.contains(file))
                && !labels.iter().any(|of| proof.chain.contains(of))
        });
    }

    /// What it holds.
    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Applies all of `transaction`.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the catalog's generation is not the expected one; nothing was changed.
    pub fn apply(&mut self, transaction: &Transaction) -> Result<(), StoreError> {
        let found = super::catalog::generation(self.contents.catalog.as_deref());
        if transaction.is_empty() {
            return Ok(());
        }
        if found != transaction.expects {
            return Err(StoreError::Stale { expected: transaction.expects, found });
        }
        for step in transaction.steps(u64::MAX) {
            self.apply_step(step);
        }
        Ok(())
    }

    /// Applies one step of a transaction, as a store does that cannot write everything at once.
    pub fn apply_step(&mut self, step: Step) {
        match step {
            Step::Chunks(chunks) => {
                let there = |(key, chunk): &&(ChunkKey, Rc<[u8]>)| {
                    self.contents.chunks.get(key).is_some_and(|known| !same(known, chunk))
                };
                let files: Vec<Digest> = chunks.iter().filter(there).map(|(key, _)| key.file).collect();
                self.disturb(&files, &[]);
                self.contents.chunks.extend(chunks);
            }
            Step::Commit { manifests, catalog } => {
                let there = |label: &&Rc<str>| self.contents.manifests.contains_key(&**label);
                let labels: Vec<Rc<str>> = manifests.keys().filter(there).cloned().collect();
                self.disturb(&[], &labels);
                for (label, manifest) in manifests {
                    match manifest {
                        Some(bytes) => drop(self.contents.manifests.insert(label, bytes)),
                        None => drop(self.contents.manifests.remove(&label)),
                    }
                }
                self.contents.catalog = Some(catalog);
            }
            Step::Drop(keys) => {
                let files: Vec<Digest> = keys.iter().map(|key| key.file).collect();
                self.disturb(&files, &[]);
                keys.iter().for_each(|key| drop(self.contents.chunks.remove(key)));
            }
        }
    }
}

impl Store for MemoryStore {
    fn catalog(&self) -> Option<Rc<[u8]>> {
        self.contents.catalog.clone()
    }

    fn manifest(&self, label: &str) -> Option<Rc<[u8]>> {
        self.contents.manifests.get(label).cloned()
    }

    fn chunk(&self, key: &ChunkKey) -> Option<Rc<[u8]>> {
        self.contents.chunks.get(key).cloned()
    }

    fn verified(&self, label: &str) -> Option<Digest> {
        self.proofs.get(label).map(|proof| proof.manifest)
    }
}

/// The chunks of a file of `size` bytes; `None` when one is missing or the sizes differ. The digest is not checked here.
pub fn chunks(store: &dyn Store, file: Digest, size: u64) -> Option<Vec<Rc<[u8]>>> {
    let numbers = 0..u32::try_from(size.div_ceil(CHUNK_BYTES_MAX as u64)).ok()?;
    let chunks = numbers.map(|number| store.chunk(&ChunkKey { file, number })).collect::<Option<Vec<_>>>()?;
    let fits = chunks.iter().map(|chunk| chunk.len() as u64).sum::<u64>() == size;
    fits.then_some(chunks)
}

/// The same as one: only once all of it is seen to be there is room taken for all of it.
pub fn file(store: &dyn Store, file: Digest, size: u64) -> Option<Vec<u8>> {
    chunks(store, file, size).map(|chunks| chunks.concat())
}
