//! A folder as a store of backups, for `rejoin run STORY --store DIR`: the transactions are those of the page.
//!
//! ```text
//! DIR/chunks/<sha256>-<number>   up to 1 MiB of the file with this digest
//! DIR/manifests/<sha256>         a backup's manifest
//! DIR/catalog.json               the commit: what it names exists; a rename replaces it
//! DIR/lock                       held by the one that uses the folder
//! ```
//! All else is written before the catalog and dropped after it, under names that say the content: whenever it is
//! interrupted, the old catalog or the new one stands, and all that it names is there.

use crate::Failure;
use rejoin::backup::digest::sha256;
use rejoin::backup::store::CHUNK_BYTES_MAX;
use rejoin::backup::{Catalog, ChunkKey, Contents, Digest, Step, Transaction, garbage};
use rejoin::base::limit::IMPORT_BYTES_MAX;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

const CATALOG: &str = "catalog.json";
const CHUNKS: &str = "chunks";
const MANIFESTS: &str = "manifests";
const LOCK: &str = "lock";
/// What is written becomes a file of the store by a rename; until then its name ends so.
const UNFINISHED: &str = ".unfinished";

/// The largest catalog or manifest that is read.
const TEXT_BYTES_MAX: u64 = 64 << 20;
/// Bytes of chunks that are written in one step.
const STEP_BYTES_MAX: u64 = 8 << 20;

/// A folder that is used as a store, by nobody else as long as this lives.
pub struct Folder {
    path: PathBuf,
    /// Locked; the system lets go of it when the process ends, however it ends.
    _lock: File,
}

impl Folder {
    /// Opens a store, or begins one in a folder that is new or empty.
    pub fn open(path: &Path) -> Result<Folder, Failure> {
        let shown = path.display();
        let known =
            |name: &str| [CATALOG, CHUNKS, MANIFESTS, LOCK].contains(&name.trim_end_matches(UNFINISHED));
        match names(path) {
            Ok(names) => {
                if let Some(name) = names.iter().find(|name| !known(name)) {
                    let why = format!("{name} is no file of a store: name a new folder, nothing was written");
                    return Err(Failure(format!("{shown}: {why}")));
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed(path, error)),
        }
        for folder in [CHUNKS, MANIFESTS] {
            fs::create_dir_all(path.join(folder)).map_err(|error| failed(path, error))?;
        }
        let lock = File::create(path.join(LOCK)).map_err(|error| failed(path, error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Folder { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                let why = "another rejoin uses this store: wait until it ends, nothing was written";
                Err(Failure(format!("{shown}: {why}")))
            }
            Err(TryLockError::Error(error)) => Err(failed(path, error)),
        }
    }

    /// Whether there is a store in this folder.
    pub fn is(path: &Path) -> bool {
        path.join(LOCK).is_file() && path.join(CHUNKS).is_dir() && path.join(MANIFESTS).is_dir()
    }

    /// All that it holds. What nothing names, because a write was interrupted, is dropped.
    pub fn contents(&self) -> Result<Contents, Failure> {
        let mut contents = Contents::default();
        let mut named = Vec::new();
        if let Some(bytes) = self.read(CATALOG, TEXT_BYTES_MAX)? {
            let catalog = Catalog::parse(&bytes)
                .map_err(|error| Failure(format!("{}: {error}", self.path.join(CATALOG).display())))?;
            for entry in &catalog.backups {
                let name = entry.manifest_sha256.to_string();
                if let Some(manifest) = self.read(&format!("{MANIFESTS}/{name}"), TEXT_BYTES_MAX)? {
                    contents.manifests.insert(entry.label.clone(), manifest);
                }
                named.push(name);
            }
            contents.catalog = Some(bytes);
        }
        for name in self.names(MANIFESTS)?.iter().filter(|name| !named.contains(name)) {
            self.drop(&format!("{MANIFESTS}/{name}"))?;
        }
        let mut left = IMPORT_BYTES_MAX;
        for name in self.names(CHUNKS)? {
            let Some(key) = key(&name) else {
                self.drop(&format!("{CHUNKS}/{name}"))?;
                continue;
            };
            let place = format!("{CHUNKS}/{name}");
            let Some(chunk) = self.read(&place, left.min(CHUNK_BYTES_MAX as u64))? else { continue };
            left -= chunk.len() as u64;
            contents.chunks.insert(key, chunk);
        }
        for key in garbage(&contents) {
            contents.chunks.remove(&key);
            self.drop(&format!("{CHUNKS}/{}", name(&key)))?;
        }
        Ok(contents)
    }

    /// Applies a transaction, a step after the other.
    pub fn apply(&self, transaction: &Transaction) -> Result<(), Failure> {
        let before = self.read(CATALOG, TEXT_BYTES_MAX)?.and_then(|bytes| Catalog::parse(&bytes).ok());
        if before.as_ref().map_or(0, |catalog| catalog.generation) != transaction.expects {
            let why = "the catalog was changed meanwhile: nothing more was saved";
            return Err(Failure(format!("{}: {why}", self.path.display())));
        }
        for step in transaction.steps(STEP_BYTES_MAX) {
            match step {
                Step::Chunks(chunks) => {
                    for (key, chunk) in chunks {
                        self.write(&format!("{CHUNKS}/{}", name(&key)), &chunk)?;
                    }
                }
                Step::Commit { manifests, catalog } => {
                    for manifest in manifests.values().flatten() {
                        self.write(&format!("{MANIFESTS}/{}", sha256(manifest)), manifest)?;
                    }
                    self.write(CATALOG, &catalog)?;
                    let gone = manifests.iter().filter(|(_, manifest)| manifest.is_none());
                    for entry in gone.filter_map(|(label, _)| before.as_ref()?.get(label)) {
                        self.drop(&format!("{MANIFESTS}/{}", entry.manifest_sha256))?;
                    }
                }
                Step::Drop(keys) => {
                    for key in keys {
                        self.drop(&format!("{CHUNKS}/{}", name(&key)))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The names in one of its folders.
    fn names(&self, folder: &str) -> Result<Vec<String>, Failure> {
        names(&self.path.join(folder)).map_err(|error| failed(&self.path, error))
    }

    /// A file of at most so many bytes; `None` when it is not there.
    fn read(&self, name: &str, bytes_max: u64) -> Result<Option<Rc<[u8]>>, Failure> {
        let path = self.path.join(name);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(bytes_max + 1).read_to_end(&mut bytes));
        match read {
            Ok(length) if length as u64 > bytes_max => {
                let why = format!("it is larger than the {bytes_max} bytes that are read");
                Err(Failure(format!("{}: {why}", path.display())))
            }
            Ok(_) => Ok(Some(bytes.into())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path, error)),
        }
    }

    /// Writes a file whole, on the disk before it has its name.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.path.join(name);
        let unfinished = self.path.join(format!("{name}{UNFINISHED}"));
        let written = || {
            let mut file = File::create(&unfinished)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)?;
            // The name as well; where a folder cannot be opened as a file, the system does it in its own time.
            path.parent().map(File::open).map_or(Ok(()), |folder| folder.map_or(Ok(()), |of| of.sync_all()))
        };
        written().map_err(|error| failed(&path, error))
    }

    fn drop(&self, name: &str) -> Result<(), Failure> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(&path, error)),
            _ => Ok(()),
        }
    }
}

/// The names in a folder, in order.
fn names(path: &Path) -> io::Result<Vec<String>> {
    let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    let mut names = fs::read_dir(path)?.map(name).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// The name of a chunk's file.
fn name(key: &ChunkKey) -> String {
    format!("{}-{}", key.file, key.number)
}

/// The chunk whose file has this name.
fn key(name: &str) -> Option<ChunkKey> {
    let (file, number) = name.split_once('-')?;
    let key = ChunkKey { file: Digest::parse(file)?, number: number.parse().ok()? };
    (self::name(&key) == name).then_some(key)
}

fn failed(path: &Path, error: io::Error) -> Failure {
    Failure(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rejoin::backup::MemoryStore;
    use rejoin::story::{Options, Runner, Story};

    /// What a run of three backups, one of which is deleted, asks a store for.
    fn transactions() -> Vec<Transaction> {
        let text = "topic t partitions=2\nproducer p topic=t rate=100/s until=3s\nat 1s backup full\n\
                    at 2s backup incremental\nat 3s backup full\nat 4s backup delete 20260101-000003F\nend 5s";
        let mut runner = Runner::new(&Story::parse(text).expect("a story"), Options::default());
        runner.finish(None);
        runner.take_transactions()
    }

    /// A transaction that was interrupted: after the first `steps` of its writes, in the midst of the next.
    fn interrupted(folder: &Folder, transaction: &Transaction, steps: usize) -> Result<(), Failure> {
        let mut writes: Vec<(String, &[u8])> = transaction
            .puts
            .iter()
            .map(|(key, chunk)| (format!("{CHUNKS}/{}", name(key)), &**chunk))
            .collect();
        let manifests = transaction.manifests.values().flatten();
        writes.extend(manifests.map(|bytes| (format!("{MANIFESTS}/{}", sha256(bytes)), &**bytes)));
        writes.extend(transaction.catalog.iter().map(|bytes| (CATALOG.to_owned(), &**bytes)));
        for (name, bytes) in &writes[..steps.min(writes.len())] {
            folder.write(name, bytes)?;
        }
        if let Some((name, bytes)) = writes.get(steps) {
            let path = folder.path.join(format!("{name}{UNFINISHED}"));
            fs::write(&path, &bytes[..bytes.len() / 2]).map_err(|error| failed(&path, error))?;
        }
        Ok(())
    }

    #[test]
    fn whatever_write_is_the_last_the_folder_is_whole() -> Result<(), Failure> {
        let all = transactions();
        let writes = |of: &Transaction| of.puts.len() + of.manifests.values().flatten().count() + 1;
        let mut cases = 0;
        for (at, transaction) in all.iter().enumerate() {
            for steps in 0..=writes(transaction) {
                let path = std::env::temp_dir().join(format!("rejoin-crash-{}-{cases}", std::process::id()));
                let folder = Folder::open(&path)?;
                let mut expected = MemoryStore::new();
                for whole in &all[..at] {
                    folder.apply(whole)?;
                    expected.apply(whole).expect("nobody else writes");
                }
                interrupted(&folder, transaction, steps)?;
                drop(folder);

                let committed = steps == writes(transaction);
                if committed {
                    expected.apply(transaction).expect("nobody else writes");
                }
                let folder = Folder::open(&path)?;
                assert_eq!(folder.contents()?, *expected.contents(), "transaction {at}, {steps} writes");
                for rest in &all[at + usize::from(committed)..] {
                    folder.apply(rest)?;
                    expected.apply(rest).expect("nobody else writes");
                }
                assert_eq!(folder.contents()?, *expected.contents(), "it goes on from there");
                cases += 1;
                fs::remove_dir_all(&path).map_err(|error| failed(&path, error))?;
            }
        }
        assert!(cases > 20, "{cases} cases");
        Ok(())
    }
}
