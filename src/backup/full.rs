//! The full backup: everything of the cut; it depends on nothing.

use super::capture::{Captured, Kind, Options, Refusal};
use super::catalog::{BACKUPS_MAX, Catalog, CatalogEntry};
use super::contents::{self, Files};
use super::digest::sha256;
use super::label::{AHEAD_SECS_MAX, Label};
use super::manifest::{self, KindName, Manifest};
use super::snapshot::Snapshot;
use super::store::{ChunkKey, Store, Transaction};
use std::rc::Rc;

/// A full backup.
pub const FULL: Kind = Kind { name: KindName::Full, letter: 'F', capture };

fn capture(snapshot: &Snapshot<'_>, options: &Options, store: &dyn Store) -> Result<Captured, Refusal> {
    let catalog = Catalog::of(store).map_err(Refusal::Catalog)?;
    let (mut manifest, files) = manifest_of(snapshot, options)?;
    let warnings = manifest.warnings.clone();
    let second = snapshot.cut.timestamp_ms().div_euclid(1000);
    if let Some(label) = equal_backup(&catalog, &mut manifest, second) {
        return Ok(Captured { label, transaction: Transaction::default(), warnings });
    }
    name(&mut manifest, next_label(&catalog, second)?);
    if catalog.backups.len() >= BACKUPS_MAX {
        return Err(Refusal::TooMany);
    }
    let label = manifest.label.clone();
    Ok(Captured { label, transaction: transaction(catalog, &manifest, files, store), warnings })
}

/// The manifest, still without its label, and its files.
fn manifest_of(snapshot: &Snapshot<'_>, options: &Options) -> Result<(Manifest, Files), Refusal> {
    let mut files = Files::default();
    let cut_ms = snapshot.cut.timestamp_ms();
    let mut warnings = Vec::new();
    let topics = contents::chosen_topics(snapshot, options)?;
    let topic_entries: Vec<_> = topics.iter().map(|topic| contents::topic_entry(topic)).collect();
    let mut partitions = Vec::new();
    for topic in &topics {
        for (id, log) in (0..).zip(&topic.partitions) {
            partitions.push(contents::partition_entry(topic, id, log, &mut files)?);
        }
    }
    let all = options.topics.is_empty();
    let groups = contents::group_entries(snapshot, &partitions, all, &mut warnings)?;
    let backup_files = contents::backup_files(&topic_entries, &partitions, &groups, &mut files);
    let mut manifest = Manifest {
        format: manifest::FORMAT,
        features_required: Vec::new(),
        label: "".into(),
        kind: KindName::Full,
        prior: None,
        prior_manifest_sha256: None,
        base_full: None,
        chain: Vec::new(),
        references: Vec::new(),
        cluster_id: snapshot.cluster_id.clone(),
        engine_version: env!("CARGO_PKG_VERSION").into(),
        restored_from: snapshot.restored_from.as_ref().map(contents::lineage_entry),
        annotations: options.annotations.clone(),
        start_ms: cut_ms,
        cut_ms,
        stop_ms: cut_ms,
        cut_mode: manifest::CutMode::SingleTick,
        timeline: vec![contents::timeline_point(cut_ms, &partitions)],
        topics: topic_entries,
        dropped_since_prior: Vec::new(),
        recreated_since_prior: Vec::new(),
        partitions,
        files: backup_files,
        groups,
        producers: manifest::Producers {
            next_producer_id: manifest::Offset(0),
            open_transactions: Vec::new(),
        },
        totals: manifest::Totals::default(),
        warnings,
    };
    manifest.totals = manifest.sum();
    Ok((manifest, files))
}

/// Names a full.
fn name(manifest: &mut Manifest, label: Rc<str>) {
    manifest.chain = vec![label.clone()];
    manifest.label = label;
}

/// The label of a backup of this second or later that is the same but for nothing: then there is nothing to do.
fn equal_backup(catalog: &Catalog, manifest: &mut Manifest, second: i64) -> Option<Rc<str>> {
    let later = |entry: &&CatalogEntry| {
        entry.kind == KindName::Full && Label::parse(&entry.label).is_some_and(|label| label.second >= second)
    };
    catalog.backups.iter().filter(later).find_map(|entry| {
        name(manifest, entry.label.clone());
        (sha256(&manifest.to_bytes()) == entry.manifest_sha256).then(|| entry.label.clone())
    })
}

/// The label of this second, or of the first one after the newest backup.
fn next_label(catalog: &Catalog, second: i64) -> Result<Rc<str>, Refusal> {
    let newest =
        catalog.backups.iter().filter_map(|entry| Some((Label::parse(&entry.label)?.second, &entry.label)));
    let free = match newest.max() {
        Some((newest, label)) if newest >= second + AHEAD_SECS_MAX => {
            return Err(Refusal::LabelAhead { newest: label.clone(), seconds: newest - second });
        }
        Some((newest, _)) => second.max(newest + 1),
        None => second,
    };
    Ok(Label { second: free, letter: FULL.letter, full: None }.to_string().into())
}

fn transaction(mut catalog: Catalog, manifest: &Manifest, files: Files, store: &dyn Store) -> Transaction {
    let bytes = manifest.to_bytes();
    let mut transaction = Transaction { expects: catalog.generation, ..Transaction::default() };
    let known = |key: &ChunkKey, chunk: &Rc<[u8]>| store.chunk(key).is_some_and(|stored| stored == *chunk);
    transaction.puts = files.chunks;
    transaction.puts.retain(|key, chunk| !known(key, chunk));
    catalog.insert(CatalogEntry::of(manifest, sha256(&bytes)));
    catalog.generation += 1;
    transaction.manifests.insert(manifest.label.clone(), Some(bytes.into()));
    transaction.catalog = Some(catalog.to_bytes().into());
    transaction
}
