//! The archive: backups as one ordinary file. A ZIP with stored entries that is the same, to the byte, for the same
//! backups.

mod check;
mod container;
mod intake;
mod open;
mod readme;
mod sound;
mod stream;
mod sums;
mod unpack;

pub(super) use check::check_by;
pub use intake::Intake;
pub(super) use stream::check as check_stream;
pub use sums::{Known, Summary, Sums};
pub use unpack::{Extract, extract, list};

use super::capture::Refusal;
use super::catalog::{BACKUPS_MAX, Catalog, CatalogEntry};
use super::digest::{Crc32, Digest, crc32, sha256};
use super::layout;
use super::manifest::{self, Manifest};
use super::restore::{self, RestoreError};
use super::store::{self, CHUNK_BYTES_MAX, ChunkKey, Contents, Store, Transaction};
use super::verify::{OneHand, Report};
use crate::base::limit::IMPORT_BYTES_MAX;
use crate::base::{Map, Pieces, same, small};
use std::fmt;
use std::rc::Rc;

/// The file name of an exported backup: `rejoin-<label>.zip`.
pub fn file_name(label: &str) -> String {
    format!("rejoin-{label}.zip")
}

/// Why an archive was not exported or taken in. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// Not one of our archives at all; what it seems to be.
    NotAnArchive(String),
    /// Larger than is taken in.
    TooLarge {
        /// Its bytes.
        bytes: u64,
        /// The most that is taken in.
        at_most: u64,
    },
    /// Written by a newer version for newer readers.
    Newer {
        /// Its version.
        version: u32,
        /// The version that a reader must know.
        reader: u32,
    },
    /// An archive that is damaged.
    Damaged(Report),
    /// A backup of the same label but other content is stored already.
    Conflict {
        /// The label.
        label: Rc<str>,
    },
    /// No backup of this label is in it.
    NoBackup {
        /// The label.
        label: Rc<str>,
        /// The labels that are.
        there: Vec<Rc<str>>,
    },
    /// The store does not take it.
    Refused(Refusal),
}

impl ImportError {
    /// What is the matter, as a sentence, whatever was to be done with the file.
    pub fn reason(&self) -> String {
        match self {
            ImportError::NotAnArchive(why) => format!("this is not an archive of Rejoin ({why})."),
            ImportError::TooLarge { bytes, at_most } if *at_most == IMPORT_BYTES_MAX => format!(
                "the archive has {bytes} bytes, and at most {at_most} are taken in. `rejoin verify` reads larger ones."
            ),
            ImportError::TooLarge { bytes, at_most } => {
                format!("the archive has {bytes} bytes, and at most {at_most} can be read.")
            }
            ImportError::Newer { version, reader } => format!(
                "the archive has version {version} and needs a reader of version {reader}, and this Rejoin knows {}. \
                 Use a newer Rejoin.",
                manifest::FORMAT
            ),
            ImportError::Damaged(report) => report.first(),
            ImportError::Conflict { label } => {
                format!("another backup is stored under the label {label}. Export and delete that one first.")
            }
            ImportError::NoBackup { label, there } => {
                format!("there is no backup {label} in it, only {}.", there.join(", "))
            }
            ImportError::Refused(refusal) => refusal.to_string(),
        }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Import refused, nothing was changed: {}", self.reason())
    }
}

impl std::error::Error for ImportError {}

/// An archive that was read and verified.
#[derive(Clone, Debug)]
pub struct Import {
    /// The labels of its backups, oldest first.
    pub labels: Vec<Rc<str>>,
    /// What it holds.
    pub contents: Contents,
    catalog: Catalog,
}

impl Import {
    /// The transaction that adds these backups to a store. Those that it has already are left out; empty when it has all.
    ///
    /// # Errors
    /// [`ImportError::Conflict`] when a label is taken by another backup.
    pub fn transaction(&self, store: &dyn Store) -> Result<Transaction, ImportError> {
        let mut catalog =
            Catalog::of(store).map_err(|error| ImportError::Refused(Refusal::Catalog(error)))?;
        let mut transaction = Transaction { expects: catalog.generation, ..Transaction::default() };
        for entry in &self.catalog.backups {
            let label = &entry.label;
            match catalog.get(label) {
                Some(known) if known == entry => continue,
                Some(_) => return Err(ImportError::Conflict { label: label.clone() }),
                None => catalog.insert(entry.clone()),
            }
            let manifest =
                self.contents.manifests.get(label).expect("an import has a manifest for each entry");
            transaction.manifests.insert(label.clone(), Some(manifest.clone()));
        }
        if transaction.manifests.is_empty() {
            return Ok(Transaction::default());
        }
        if catalog.backups.len() > BACKUPS_MAX {
            return Err(ImportError::Refused(Refusal::TooMany));
        }
        let new = |(key, chunk): &(&ChunkKey, &Rc<[u8]>)| {
            store.chunk(key).is_none_or(|stored| !same(&stored, chunk))
        };
        transaction.puts =
            self.contents.chunks.iter().filter(new).map(|(k, chunk)| (*k, chunk.clone())).collect();
        catalog.generation += 1;
        transaction.catalog = Some(catalog.to_bytes().into());
        Ok(transaction)
    }

    /// `archive`, of which this was read, with what `store` has of it in place of the same bytes once more.
    pub fn share(&self, archive: &Pieces, store: &dyn Store) -> Pieces {
        let stored = |(key, chunk): (&ChunkKey, &Rc<[u8]>)| {
            store.chunk(key).filter(|stored| same(stored, chunk)).map(|stored| (chunk.as_ptr(), stored))
        };
        let stored: Map<*const u8, Rc<[u8]>> = self.contents.chunks.iter().filter_map(stored).collect();
        Pieces::new(archive.iter().map(|piece| stored.get(&piece.as_ptr()).unwrap_or(piece).clone()))
    }
}

/// The archive of the backups `labels` and of everything that they need, as one.
///
/// # Errors
/// As [`pieces`].
pub fn write(store: &dyn Store, labels: &[Rc<str>]) -> Result<Vec<u8>, RestoreError> {
    pieces(store, labels).map(|archive| archive.to_vec())
}

/// The same in pieces: what the store has is shared with it.
///
/// # Errors
/// [`RestoreError`]: what is damaged or missing. An archive is never made of what does not verify.
pub fn pieces(store: &dyn Store, labels: &[Rc<str>]) -> Result<Pieces, RestoreError> {
    let mut manifests: Map<Rc<str>, (Manifest, Rc<[u8]>)> = Map::new();
    let mut wanted: Vec<Rc<str>> = labels.to_vec();
    while let Some(label) = wanted.pop() {
        if manifests.contains_key(&label) {
            continue;
        }
        let manifest = restore::sound(store, &label)?;
        let bytes = store.manifest(&label).expect("what verifies has a manifest");
        wanted.extend(manifest.chain.iter().cloned());
        manifests.insert(label, (manifest, bytes));
    }
    let files = files_of(store, &manifests);
    let bytes = container::size(files.iter().map(|(name, file)| (&**name, file.size())));
    if files.len() > container::ENTRIES_MAX || bytes > container::BYTES_MAX {
        return Err(RestoreError::TooLarge { files: files.len() as u64, bytes });
    }
    let first = |name: &str| name != layout::FORMAT;
    let mut entries: Vec<container::Summed<'_, Rc<[u8]>>> =
        files.iter().map(|(name, file)| file.entry(name)).collect();
    small::sort_by(&mut entries, |a, b| (first(a.name), a.name).cmp(&(first(b.name), b.name)));
    let mut archive: Vec<Rc<[u8]>> = Vec::new();
    container::write_summed(entries.into_iter(), |part| {
        archive.push(match part {
            container::Written::Made(bytes) => bytes.into(),
            container::Written::Piece(piece) => piece.clone(),
        });
    });
    Ok(Pieces::new(archive))
}

/// A file of an archive, in pieces.
struct Written {
    pieces: Vec<Rc<[u8]>>,
    sha256: Digest,
    crc32: Crc32,
}

impl Written {
    fn new(bytes: Rc<[u8]>) -> Written {
        Written { sha256: sha256(&bytes), crc32: crc32(&bytes), pieces: vec![bytes] }
    }

    fn size(&self) -> usize {
        self.pieces.iter().map(|piece| piece.len()).sum()
    }

    fn entry<'a>(&'a self, name: &'a str) -> container::Summed<'a, Rc<[u8]>> {
        container::Summed { name, crc: self.crc32.0, pieces: &self.pieces }
    }
}

/// Every file of an archive, by its path.
fn files_of(store: &dyn Store, manifests: &Map<Rc<str>, (Manifest, Rc<[u8]>)>) -> Map<String, Written> {
    let mut files = Map::new();
    for (manifest, bytes) in manifests.values() {
        for name in [layout::MANIFEST, layout::MANIFEST_COPY] {
            files.insert(layout::in_archive(&manifest.label, name), Written::new(bytes.clone()));
        }
        for file in manifest.all_files().filter(|file| file.reference.is_none()) {
            let pieces = store::chunks(store, file.sha256, file.size).expect("what verifies has its files");
            let written = Written { pieces, sha256: file.sha256, crc32: file.crc32 };
            files.insert(layout::in_archive(&manifest.label, &file.path), written);
        }
    }
    let entry = |(manifest, bytes): &(Manifest, Rc<[u8]>)| CatalogEntry::of(manifest, sha256(bytes));
    let catalog = Catalog::of_archive(manifests.values().map(entry).collect());
    let labels: Vec<Rc<str>> = catalog.backups.iter().map(|entry| entry.label.clone()).collect();
    let mut add = |name: &str, bytes: &[u8]| drop(files.insert(name.to_owned(), Written::new(bytes.into())));
    add(layout::CATALOG, &catalog.to_bytes());
    add(layout::FORMAT, layout::FORMAT_TEXT.as_bytes());
    let newest = labels.last().map(|label| &manifests[label].0);
    add(layout::README, readme::text(&labels, newest).as_bytes());
    let sums = sums(files.iter().map(|(name, file)| (&**name, file.sha256)));
    files.insert(layout::SUMS.to_owned(), Written::new(sums.as_bytes().into()));
    files
}

/// `SHA256SUMS`: a line for every other file, sorted.
fn sums<'a>(files: impl Iterator<Item = (&'a str, Digest)>) -> String {
    let others = files.filter(|(name, _)| *name != layout::SUMS);
    others.map(|(name, digest)| format!("{digest}  {name}\n")).collect()
}

/// Reads an archive strictly and verifies all of it.
///
/// # Errors
/// [`ImportError`]: what, where, and what to do.
pub fn read(bytes: &[u8]) -> Result<Import, ImportError> {
    let archive = Pieces::from(bytes);
    read_by(&archive, &Known::of(&archive))
}

/// The same of an archive of which this is `known`: that is not made again. One that holds is never held as one, and of
/// what lies in pieces as a store has them nothing is copied.
///
/// # Errors
/// As [`read`].
pub fn read_by(archive: &Pieces, known: &Known) -> Result<Import, ImportError> {
    let bytes = archive.len();
    if bytes > IMPORT_BYTES_MAX {
        return Err(ImportError::TooLarge { bytes, at_most: IMPORT_BYTES_MAX });
    }
    if let Some(import) = sound::read(archive, &known.sums) {
        return Ok(import);
    }
    // What is wrong is said by those who look at all of it.
    let archive = archive.whole();
    let checked = check::check_by(&archive, &OneHand, &known.sums)?;
    if !checked.report.ok() {
        return Err(ImportError::Damaged(checked.report));
    }
    let chunks = |name: &str| {
        let bytes = checked.bytes(name);
        bytes.chunks(CHUNK_BYTES_MAX).map(Rc::from).collect()
    };
    Ok(Import::of(&checked, &chunks))
}

impl Import {
    /// What an archive that holds brings; `chunks` gives the bytes of its file with this name.
    fn of(checked: &check::Checked<'_>, chunks: &dyn Fn(&str) -> Vec<Rc<[u8]>>) -> Import {
        let mut transaction = Transaction::default();
        let mut contents = Contents::default();
        for (label, manifest) in &checked.manifests {
            for file in manifest.all_files().filter(|file| file.reference.is_none()) {
                let chunks = chunks(&layout::in_archive(label, &file.path));
                transaction.put_chunks(file.sha256, chunks.into_iter());
            }
            contents.manifests.insert(label.clone(), manifest.to_bytes().into());
        }
        contents.chunks = transaction.puts;
        let catalog = checked.catalog.clone().expect("what verifies has a catalog");
        contents.catalog = Some(catalog.to_bytes().into());
        Import { labels: checked.report.backups.clone(), contents, catalog }
    }
}
