//! Deleting a backup, and chunks that nothing names.
//!
//! Who names a backup may delete it, the last full too: it may be exported, or there may be no room for another. Only what
//! others build on stays. A rule of retention never takes the last full (pgBackRest refuses both).

use super::capture::Refusal;
use super::catalog::Catalog;
use super::digest::Digest;
use super::manifest::Manifest;
use super::store::{ChunkKey, Contents, Store, Transaction};
use crate::base::Set;
use std::rc::Rc;

/// The transaction that deletes the backup `label`, with the chunks that no other backup names.
///
/// A chunk stays when it cannot be told whether another backup names it: when that one's manifest cannot be read.
///
/// # Errors
/// [`Refusal::Needed`] when another backup builds on it, [`Refusal::UnknownLabel`] when there is none.
pub fn delete(label: &str, store: &dyn Store) -> Result<Transaction, Refusal> {
    delete_all(&[label.into()], store)
}

/// The transaction that deletes all of these backups at once.
///
/// # Errors
/// As [`delete`]; a backup of `labels` that builds on another of them is in nobody's way.
pub fn delete_all(labels: &[Rc<str>], store: &dyn Store) -> Result<Transaction, Refusal> {
    let mut catalog = Catalog::of(store).map_err(Refusal::Catalog)?;
    for label in labels {
        if catalog.get(label).is_none() {
            return Err(Refusal::UnknownLabel(label.clone()));
        }
        if let Some(refusal) = needed(&catalog, label, labels) {
            return Err(refusal);
        }
    }
    if labels.is_empty() {
        return Ok(Transaction::default());
    }
    let mut transaction = Transaction { expects: catalog.generation, ..Transaction::default() };
    labels.iter().for_each(|label| catalog.remove(label));
    catalog.generation += 1;
    let own: Set<Digest> = labels.iter().filter_map(|label| files_of(store, label)).flatten().collect();
    if let Some(others) = files_of_all(store, &catalog) {
        transaction.deletes = own.difference(&others).flat_map(|file| chunks_of(store, *file)).collect();
    }
    transaction.manifests = labels.iter().map(|label| (label.clone(), None)).collect();
    transaction.catalog = Some(catalog.to_bytes().into());
    Ok(transaction)
}

/// Why a backup would not be deleted: what builds on it, without those of `going`, which go as well.
fn needed(catalog: &Catalog, label: &Rc<str>, going: &[Rc<str>]) -> Option<Refusal> {
    let needing = catalog.dependants(label).into_iter().map(|entry| entry.label.clone());
    let by: Vec<Rc<str>> = needing.filter(|needing| !going.contains(needing)).collect();
    (!by.is_empty()).then(|| Refusal::Needed { label: label.clone(), by })
}

/// The chunks that no backup of the catalog names: what an interrupted write left. None when that cannot be told.
pub fn garbage(contents: &Contents) -> Set<ChunkKey> {
    let store = super::MemoryStore::from_contents(contents.clone());
    let named = Catalog::of(&store).ok().and_then(|catalog| files_of_all(&store, &catalog));
    let unnamed = |named: Set<Digest>| {
        contents.chunks.keys().filter(|key| !named.contains(&key.file)).copied().collect()
    };
    named.map(unnamed).unwrap_or_default()
}

/// The files that a backup's manifest names; `None` when it cannot be read.
fn files_of(store: &dyn Store, label: &str) -> Option<Set<Digest>> {
    let manifest = Manifest::parse(&store.manifest(label)?).ok()?;
    Some(manifest.all_files().map(|file| file.sha256).collect())
}

fn files_of_all(store: &dyn Store, catalog: &Catalog) -> Option<Set<Digest>> {
    let mut files = Set::new();
    for entry in &catalog.backups {
        files.extend(files_of(store, &entry.label)?);
    }
    Some(files)
}

fn chunks_of(store: &dyn Store, file: Digest) -> impl Iterator<Item = ChunkKey> + '_ {
    (0..).map(move |number| ChunkKey { file, number }).take_while(|key| store.chunk(key).is_some())
}
