//! Deleting a backup, and chunks that nothing names.

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
    let mut catalog = Catalog::of(store).map_err(Refusal::Catalog)?;
    if catalog.get(label).is_none() {
        return Err(Refusal::UnknownLabel(label.into()));
    }
    let by: Vec<Rc<str>> = catalog.dependants(label).map(|entry| entry.label.clone()).collect();
    if !by.is_empty() {
        return Err(Refusal::Needed { label: label.into(), by });
    }
    let mut transaction = Transaction { expects: catalog.generation, ..Transaction::default() };
    catalog.remove(label);
    catalog.generation += 1;
    if let (Some(own), Some(others)) = (files_of(store, label), files_of_all(store, &catalog)) {
        transaction.deletes = own.difference(&others).flat_map(|file| chunks_of(store, *file)).collect();
    }
    transaction.manifests.insert(label.into(), None);
    transaction.catalog = Some(catalog.to_bytes().into());
    Ok(transaction)
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
