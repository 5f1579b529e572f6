//! The catalog: which backups exist. The one record whose writing makes a backup exist.

use super::digest::Digest;
use super::label::Label;
use super::manifest::json::{self, Json, object, words};
use super::manifest::{FormatError, KindName, Manifest};
use super::store::Store;
use crate::base::Set;
use std::rc::Rc;

/// The largest catalog that is read, in bytes.
pub const CATALOG_BYTES_MAX: usize = 16 << 20;

/// The most backups in a catalog.
pub const BACKUPS_MAX: usize = 10_000;

/// All backups, sorted by the moment in their labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// In a store: grows by one with every transaction. In an archive: the number of its backups, so that equal archives
    /// are equal to the byte.
    pub generation: u64,
    /// The moment in its newest label, in milliseconds since 1970; 0 without backups.
    pub created_ms: i64,
    /// Sorted by the moment in the label.
    pub backups: Vec<CatalogEntry>,
}

object!(Catalog { generation, created_ms, backups });

/// One backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogEntry {
    /// Its label.
    pub label: Rc<str>,
    /// Its kind.
    pub kind: KindName,
    /// The backup that it builds on.
    pub prior: Option<Rc<str>>,
    /// The full at the start of its chain; `None` for a full.
    pub base_full: Option<Rc<str>>,
    /// The digest of its manifest.
    pub manifest_sha256: Digest,
    /// Only what is complete is in a catalog.
    pub status: Status,
    /// Bytes of the files that it keeps itself.
    pub bytes_own: u64,
    /// Bytes of all files that it needs.
    pub bytes_total: u64,
}

object!(CatalogEntry {
    label, kind = "type", prior, base_full, manifest_sha256, status, bytes_own, bytes_total,
});

/// The state of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All its files are there.
    Complete,
}

words!(Status { Complete = "complete" });

impl CatalogEntry {
    /// The entry of the backup with this manifest, whose bytes have the digest `manifest_sha256`.
    pub fn of(manifest: &Manifest, manifest_sha256: Digest) -> CatalogEntry {
        CatalogEntry {
            label: manifest.label.clone(),
            kind: manifest.kind,
            prior: manifest.prior.clone(),
            base_full: manifest.base_full.clone(),
            manifest_sha256,
            status: Status::Complete,
            bytes_own: manifest.totals.bytes_own,
            bytes_total: manifest.totals.bytes_total,
        }
    }
}

impl Catalog {
    /// Reads a catalog strictly.
    ///
    /// # Errors
    /// [`FormatError`] for everything but the bytes that [`Catalog::to_bytes`] writes.
    pub fn parse(bytes: &[u8]) -> Result<Catalog, FormatError> {
        json::parse(bytes, CATALOG_BYTES_MAX)
    }

    /// The catalog of a store; an empty one when nothing was ever stored.
    ///
    /// # Errors
    /// [`FormatError`] when the stored bytes are not a catalog.
    pub fn of(store: &dyn Store) -> Result<Catalog, FormatError> {
        store.catalog().map_or(Ok(Catalog::default()), |bytes| Catalog::parse(&bytes))
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self.to_value())
    }

    /// Adds an entry at its place, in the stead of one with the same label.
    pub(super) fn insert(&mut self, entry: CatalogEntry) {
        self.backups.retain(|known| known.label != entry.label);
        let place = self.backups.partition_point(|known| order(known) < order(&entry));
        self.backups.insert(place, entry);
        self.date();
    }

    /// Drops an entry.
    pub(super) fn remove(&mut self, label: &str) {
        self.backups.retain(|known| &*known.label != label);
        self.date();
    }

    /// What the catalog of an archive with these entries is.
    pub(super) fn of_archive(entries: Vec<CatalogEntry>) -> Catalog {
        let mut catalog = Catalog { generation: entries.len() as u64, ..Catalog::default() };
        entries.into_iter().for_each(|entry| catalog.insert(entry));
        catalog.date();
        catalog
    }

    fn date(&mut self) {
        let newest = self
            .backups
            .iter()
            .filter_map(|entry| Label::parse(&entry.label))
            .map(|label| label.second)
            .max();
        self.created_ms = newest.map_or(0, |second| second * 1000);
    }

    /// The entry of a backup.
    pub fn get(&self, label: &str) -> Option<&CatalogEntry> {
        self.backups.iter().find(|entry| &*entry.label == label)
    }

    /// The backups that need `label`: everything that has it in its chain, oldest first.
    pub fn dependants(&self, label: &str) -> Vec<&CatalogEntry> {
        let mut needs: Set<&str> = Set::from([label]);
        let mut found = Vec::new();
        // A backup is newer than what it builds on.
        for entry in &self.backups {
            let builds =
                [&entry.prior, &entry.base_full].into_iter().flatten().any(|on| needs.contains(&**on));
            if builds {
                needs.insert(&entry.label);
                found.push(entry);
            }
        }
        found
    }
}

/// What a catalog is sorted by.
fn order(entry: &CatalogEntry) -> (Option<Label>, &str) {
    (Label::parse(&entry.label), &entry.label)
}

/// The generation of stored catalog bytes: 0 when there are none, or none that can be read.
pub(super) fn generation(bytes: Option<&[u8]>) -> u64 {
    bytes.and_then(|bytes| Catalog::parse(bytes).ok()).map_or(0, |catalog| catalog.generation)
}
