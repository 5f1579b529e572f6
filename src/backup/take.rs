//! Taking a backup: a snapshot and what is stored already become one transaction.

use super::capture::{Captured, Kind, Options, Refusal};
use super::catalog::{BACKUPS_MAX, Catalog, CatalogEntry};
use super::contents::{self, Files};
use super::digest::sha256;
use super::full::FULL;
use super::history;
use super::label::{AHEAD_SECS_MAX, Label};
use super::link::Link;
use super::manifest::{self, DroppedTopic, Feature, FileEntry, FileKind, KindName, Manifest, RecreatedTopic};
use super::snapshot::Snapshot;
use super::store::{ChunkKey, Store, Transaction};
use super::transactions;
use super::verify::reading::Progress;
use crate::base::{Map, Set, same};
use std::rc::Rc;

/// The most backups of a chain: each manifest names the files of all.
pub const CHAIN_MAX: usize = 500;

/// What is said of a full that was asked for as something else.
const NO_FULL: &str = "There is no backup of this cluster to build on: this one is full.";
/// The same, when the chain is as long as it may be.
const LONG_CHAIN: &str = "The chain has 500 backups, and more are not put on it: this one is full.";

/// What is said when the backup of this very moment is there already.
const EQUAL: &str = "It was there already, equal to the byte: nothing new was stored.";

/// Takes a backup of `snapshot`.
///
/// It builds on the newest backup of this cluster that `kind` allows, and whose moment is not after this one; where there
/// is none it becomes a full, with a warning. Its label is the moment of the cut, moved forward to the next free second
/// after the newest label. When the store has an equal backup of this moment already, nothing is to be done and that
/// backup's label is returned.
///
/// # Errors
/// [`Refusal`], in words.
pub fn capture(
    kind: &Kind,
    snapshot: &Snapshot<'_>,
    options: &Options,
    store: &dyn Store,
) -> Result<Captured, Refusal> {
    let catalog = Catalog::of(store).map_err(Refusal::Catalog)?;
    let take = Take { kind, snapshot, options, store, catalog: &catalog };
    if let Some(equal) = take.equal_backup()? {
        return Ok(equal);
    }
    let (mut manifest, files) = take.made(take.prior().as_ref())?;
    let label = take.next_label(&manifest)?;
    name(&mut manifest, label);
    if catalog.backups.len() >= BACKUPS_MAX {
        return Err(Refusal::TooMany);
    }
    let (label, warnings) = (manifest.label.clone(), manifest.warnings.clone());
    let transaction = transaction(catalog, &manifest, files, store);
    Ok(Captured { label, transaction, warnings })
}

pub(super) struct Take<'a> {
    pub kind: &'a Kind,
    pub snapshot: &'a Snapshot<'a>,
    pub options: &'a Options,
    pub store: &'a dyn Store,
    pub catalog: &'a Catalog,
}

impl Take<'_> {
    fn cut_ms(&self) -> i64 {
        self.snapshot.cut.timestamp_ms()
    }

    fn second(&self) -> i64 {
        self.cut_ms().div_euclid(1000)
    }

    /// The backup that this one builds on.
    pub fn prior(&self) -> Option<Link> {
        self.newest().filter(|link| link.manifest.chain.len() < CHAIN_MAX)
    }

    /// The newest of this cluster and not after this moment of the kinds to build on.
    fn newest(&self) -> Option<Link> {
        let allowed = |entry: &&CatalogEntry| self.kind.builds_on.contains(&entry.kind);
        let mut newest_first = self.catalog.backups.iter().rev().filter(allowed);
        newest_first.find_map(|entry| self.usable(&entry.label))
    }

    fn usable(&self, label: &str) -> Option<Link> {
        let link = Link::load(self.store, self.catalog, label)?;
        let manifest = &link.manifest;
        (manifest.cluster_id == self.snapshot.cluster_id && manifest.cut_ms <= self.cut_ms()).then_some(link)
    }

    /// The manifest of a backup that builds on `prior`, still without its label, and its files.
    fn made(&self, prior: Option<&Link>) -> Result<(Manifest, Files), Refusal> {
        let (snapshot, cut_ms) = (self.snapshot, self.cut_ms());
        let mut files = Files::default();
        let mut warnings = Vec::new();
        let topics = contents::chosen_topics(snapshot, self.options)?;
        let topic_entries: Vec<_> = topics.iter().map(|topic| contents::topic_entry(topic)).collect();
        let mut partitions = Vec::new();
        let logs = prior.and_then(|prior| snapshot.logs_of(prior));
        for topic in &topics {
            for (id, log) in (0..).zip(&topic.partitions) {
                let prepared = snapshot.prepared.and_then(|prepared| prepared.get(topic.id, id, log, prior));
                let made = match prepared {
                    Some(made) => made.clone(),
                    None => {
                        let place = (&topic.name, topic.id, id);
                        let mut grown = contents::grown(place, log, (prior, logs.map(|logs| &**logs)));
                        let unsound = |error| contents::unsound(&topic.name, id, &error);
                        while grown.step(self.store).map_err(unsound)? != Progress::Done {}
                        grown.done()
                    }
                };
                partitions.push(contents::partition_entry(topic, id, log, (prior, made), &mut files));
            }
        }
        let all = self.options.topics.is_empty();
        let groups = contents::group_entries(snapshot, &partitions, all, &mut warnings)?;
        let since = prior.and_then(|prior| history::since(snapshot, prior, &partitions, &groups));
        let offsets = history::offset_files(&groups, prior, since.as_deref(), &mut files);
        let backup_files = contents::backup_files(&topic_entries, &partitions, &groups, offsets, &mut files);
        if prior.is_none() && self.kind.name != KindName::Full {
            let long = self.newest().is_some_and(|link| link.manifest.chain.len() >= CHAIN_MAX);
            warnings.push(if long { LONG_CHAIN } else { NO_FULL }.into());
        }
        let producers = transactions::producers(snapshot, &partitions);
        let timeline = history::timeline(snapshot, prior.filter(|_| since.is_some()), &topics, &partitions);
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
            annotations: self.options.annotations.clone(),
            start_ms: cut_ms,
            cut_ms,
            stop_ms: cut_ms,
            cut_mode: manifest::CutMode::SingleTick,
            timeline,
            topics: topic_entries,
            dropped_since_prior: Vec::new(),
            recreated_since_prior: Vec::new(),
            partitions,
            files: backup_files,
            groups,
            producers,
            totals: manifest::Totals::default(),
            warnings,
        };
        if let Some(prior) = prior {
            self.build_on(&mut manifest, prior);
        }
        manifest.totals = manifest.sum();
        Ok((manifest, files))
    }

    /// Makes it a link of the chain of `prior`: what is the same there is a reference.
    fn build_on(&self, manifest: &mut Manifest, prior: &Link) {
        manifest.kind = self.kind.name;
        manifest.features_required =
            vec![Feature { name: "chain".into(), operations: vec!["restore".into(), "verify".into()] }];
        manifest.prior = Some(prior.manifest.label.clone());
        manifest.prior_manifest_sha256 = Some(prior.sha256);
        manifest.base_full = Some(prior.full());
        manifest.chain = prior.manifest.chain.clone();
        for before in &prior.manifest.topics {
            let now = manifest.topics.iter().find(|topic| topic.name == before.name);
            match now {
                None => manifest
                    .dropped_since_prior
                    .push(DroppedTopic { name: before.name.clone(), topic_id: before.topic_id.clone() }),
                Some(now) if now.topic_id != before.topic_id => {
                    manifest.recreated_since_prior.push(RecreatedTopic {
                        name: now.name.clone(),
                        topic_id: now.topic_id.clone(),
                        prior_topic_id: before.topic_id.clone(),
                    });
                }
                Some(_) => {}
            }
        }
        refer(manifest, prior);
    }

    /// The backup of this moment that is the same to the byte: then there is nothing to do.
    fn equal_backup(&self) -> Result<Option<Captured>, Refusal> {
        for entry in &self.catalog.backups {
            let later = Label::parse(&entry.label).is_some_and(|label| label.second >= self.second());
            if !later || (entry.kind != self.kind.name && entry.kind != KindName::Full) {
                continue;
            }
            let Some(known) =
                self.usable(&entry.label).filter(|known| known.manifest.cut_ms == self.cut_ms())
            else {
                continue;
            };
            let prior = match &known.manifest.prior {
                None => None,
                Some(prior) => match self.usable(prior) {
                    None => continue,
                    usable => usable,
                },
            };
            let (mut manifest, files) = self.made(prior.as_ref())?;
            name(&mut manifest, entry.label.clone());
            let whole = |(key, chunk): (&ChunkKey, &Rc<[u8]>)| {
                self.store.chunk(key).is_some_and(|stored| same(&stored, chunk))
            };
            if sha256(&manifest.to_bytes()) == entry.manifest_sha256 && files.chunks.iter().all(whole) {
                manifest.warnings.push(EQUAL.into());
                let (label, transaction) = (entry.label.clone(), Transaction::default());
                return Ok(Some(Captured { label, transaction, warnings: manifest.warnings }));
            }
        }
        Ok(None)
    }

    /// The label of this second, or of the first one after the newest backup.
    fn next_label(&self, manifest: &Manifest) -> Result<Rc<str>, Refusal> {
        let second = self.second();
        let labels = self.catalog.backups.iter();
        let newest = labels.filter_map(|entry| Some((Label::parse(&entry.label)?.second, &entry.label)));
        let free = match newest.max() {
            Some((newest, label)) if newest >= second + AHEAD_SECS_MAX => {
                return Err(Refusal::LabelAhead { newest: label.clone(), seconds: newest - second });
            }
            Some((newest, _)) => second.max(newest + 1),
            None => second,
        };
        let letter = if manifest.prior.is_some() { self.kind.letter } else { FULL.letter };
        Ok(Label { second: free, letter, full: manifest.base_full.clone() }.to_string().into())
    }
}

/// Makes references of what the prior has already.
fn refer(manifest: &mut Manifest, prior: &Link) {
    let before: Map<&str, &FileEntry> = prior.manifest.all_files().map(|file| (&*file.path, file)).collect();
    let partitions = manifest.partitions.iter_mut().map(|partition| &mut partition.files);
    for files in partitions.chain([&mut manifest.files]) {
        let refer = |file: &FileEntry| {
            let known = before.get(&*file.path).filter(|_| file.reference.is_none())?;
            let same = (FileEntry { reference: None, ..(*known).clone() }) == *file;
            same.then(|| prior.refer(known).reference)?
        };
        let referred: Vec<Option<Rc<str>>> = files.iter().map(refer).collect();
        let stem = |file: &FileEntry| file.path.rsplit_once('.').map(|(stem, _)| Rc::<str>::from(stem));
        let is_own = |(file, of): &(&FileEntry, &Option<Rc<str>>)| {
            file.kind == FileKind::Log && file.reference.is_none() && of.is_none()
        };
        let own: Set<Rc<str>> =
            files.iter().zip(&referred).filter(is_own).filter_map(|(file, _)| stem(file)).collect();
        for (file, of) in files.iter_mut().zip(referred) {
            // An index stands beside its log: neither is read without the other.
            let beside = || stem(file).is_some_and(|stem| own.contains(&stem));
            if !matches!(file.kind, FileKind::OffsetIndex | FileKind::TimeIndex) || !beside() {
                file.reference = file.reference.take().or(of);
            }
        }
    }
    let references: Set<Rc<str>> = manifest.all_files().filter_map(|file| file.reference.clone()).collect();
    manifest.references = references.into_iter().collect();
}

/// Names a backup.
fn name(manifest: &mut Manifest, label: Rc<str>) {
    manifest.chain.push(label.clone());
    manifest.label = label;
}

fn transaction(mut catalog: Catalog, manifest: &Manifest, files: Files, store: &dyn Store) -> Transaction {
    let bytes = manifest.to_bytes();
    let mut transaction = Transaction { expects: catalog.generation, ..Transaction::default() };
    let known =
        |key: &ChunkKey, chunk: &Rc<[u8]>| store.chunk(key).is_some_and(|stored| same(&stored, chunk));
    transaction.puts = files.chunks;
    transaction.puts.retain(|key, chunk| !known(key, chunk));
    catalog.insert(CatalogEntry::of(manifest, sha256(&bytes)));
    catalog.generation += 1;
    transaction.manifests.insert(manifest.label.clone(), Some(bytes.into()));
    transaction.catalog = Some(catalog.to_bytes().into());
    transaction
}
