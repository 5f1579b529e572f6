//! The shelf: the backups as a person sees them. What is saved, verified, exported; and what storage still has to be
//! given. Nothing of this is part of a run or of an exported file.

use super::verifying::Queue;
use super::view::{BackupView, Verdict};
use crate::backup::{self, Catalog, CatalogEntry, Digest, Manifest, MemoryStore, Report, Store, Transaction};
use crate::base::Map;
use std::rc::Rc;

/// What is known of the backups in this tab.
#[derive(Default)]
pub(super) struct Shelf {
    /// Changes that storage has not been given yet.
    waiting: Option<Transaction>,
    /// The transaction that was given to storage and not answered for.
    on_its_way: Option<Transaction>,
    /// The last verification of a backup, with the digest of the manifest that it read.
    verdicts: Map<Rc<str>, (Digest, Verdict)>,
    /// What is being verified.
    pub queue: Queue,
    /// When a backup was last exported, in milliseconds since 1970.
    exported: Map<Rc<str>, i64>,
    /// The views, for the catalog's generation and the number of changes here.
    shown: Option<(u64, Vec<BackupView>)>,
    /// End offsets of each backup: label, topic, partition, offset.
    ends: Vec<(Rc<str>, Rc<str>, i32, i64)>,
}

impl Shelf {
    /// An empty shelf that verifies in the same way.
    pub fn emptied(&self) -> Shelf {
        Shelf { queue: self.queue.emptied(), ..Shelf::default() }
    }

    /// Takes in changes that the run made.
    pub fn push(&mut self, transactions: impl IntoIterator<Item = Transaction>) {
        for transaction in transactions {
            self.waiting = Some(match self.waiting.take() {
                Some(earlier) => join(earlier, transaction),
                None => transaction,
            });
            self.shown = None;
        }
    }

    /// What storage has to be given now.
    pub fn take(&mut self) -> Option<Transaction> {
        if self.on_its_way.is_none() {
            self.on_its_way = self.waiting.take();
            return self.on_its_way.clone();
        }
        None
    }

    /// Storage answered.
    pub fn answered(&mut self, saved: bool) {
        self.shown = None;
        let Some(given) = self.on_its_way.take() else { return };
        if !saved {
            self.waiting = Some(match self.waiting.take() {
                Some(later) => join(given, later),
                None => given,
            });
        }
    }

    /// Whether storage was given something and has not answered.
    pub fn is_saving(&self) -> bool {
        self.on_its_way.is_some()
    }

    /// Whether everything is in storage.
    fn is_saved(&self, label: &str) -> bool {
        let waits = |transaction: &Option<Transaction>| {
            transaction.as_ref().is_some_and(|t| matches!(t.manifests.get(label), Some(Some(_))))
        };
        !waits(&self.waiting) && !waits(&self.on_its_way)
    }

    /// A backup was exported.
    pub fn exported(&mut self, label: &str, at_ms: i64) {
        self.exported.insert(label.into(), at_ms);
        self.shown = None;
    }

    /// Reads every byte of each backup that was not read since its manifest was written: now, or part by part.
    pub fn verify(&mut self, store: &MemoryStore) {
        let Ok(catalog) = Catalog::of(store) else { return };
        // What was read of a backup that is gone says nothing of one that comes back in its place.
        let there = |label: &Rc<str>, manifest: Digest| {
            catalog.get(label).is_some_and(|entry| entry.manifest_sha256 == manifest)
        };
        self.queue.keep(there);
        self.verdicts.retain(|label, (manifest, _)| there(label, *manifest));
        let mut labels: Vec<Rc<str>> = Vec::new();
        for entry in &catalog.backups {
            let known = self.verdicts.get(&entry.label).is_some_and(|(of, _)| *of == entry.manifest_sha256);
            // What came with an archive was read as that was taken in.
            if !known && store.verified(&entry.label) == Some(entry.manifest_sha256) {
                self.found(store, &entry.label, Vec::new());
            } else if !known && !self.queue.take_in(entry) {
                labels.push(entry.label.clone());
            }
        }
        for (label, report) in labels.iter().zip(backup::verify_each(store, &labels)) {
            self.found(store, label, findings(&report));
        }
    }

    /// A backup was verified.
    pub fn found(&mut self, store: &MemoryStore, label: &Rc<str>, findings: Vec<Rc<str>>) {
        let catalog = Catalog::of(store).unwrap_or_default();
        let Some(entry) = catalog.get(label) else { return };
        let verdict = if findings.is_empty() { Verdict::Holds } else { Verdict::Damaged(findings) };
        let shown = self.shown.iter_mut().filter(|(generation, _)| *generation == catalog.generation);
        if let Some(view) = shown.flat_map(|(_, views)| views).find(|view| view.label == *label) {
            view.verdict = verdict.clone();
        }
        self.verdicts.insert(label.clone(), (entry.manifest_sha256, verdict));
    }

    /// The backups, chain by chain, and what is being verified.
    pub fn views(&mut self, store: &MemoryStore) -> Vec<BackupView> {
        let mut views = self.all(store);
        for view in &mut views {
            if let Some(percent) = self.queue.percent(&view.label) {
                view.verdict = Verdict::Reading(percent);
            }
        }
        views
    }

    fn all(&mut self, store: &MemoryStore) -> Vec<BackupView> {
        let catalog = Catalog::of(store).unwrap_or_default();
        if let Some((generation, views)) = &self.shown
            && *generation == catalog.generation
        {
            return views.clone();
        }
        self.ends.clear();
        let mut views = Vec::new();
        let read = |label: &Rc<str>| Some((label.clone(), Manifest::parse(&store.manifest(label)?).ok()?));
        let manifests: Map<Rc<str>, Manifest> =
            catalog.backups.iter().filter_map(|entry| read(&entry.label)).collect();
        for (entry, depth) in chains(&catalog) {
            let manifest = manifests.get(&entry.label);
            let broken = manifest.and_then(|of| backup::broken_links(of, &manifests, &catalog));
            let mut view = BackupView {
                label: entry.label.clone(),
                kind: entry.kind.name(),
                prior: entry.prior.clone(),
                depth,
                broken: broken.map(Rc::from),
                cut_ms: 0,
                bytes_own: entry.bytes_own,
                bytes_total: entry.bytes_total,
                topics: 0,
                partitions: 0,
                records: 0,
                groups: Vec::new(),
                offsets: 0,
                verdict: self
                    .verdicts
                    .get(&entry.label)
                    .filter(|(of, _)| *of == entry.manifest_sha256)
                    .map(|(_, verdict)| verdict.clone())
                    .unwrap_or_default(),
                saved: self.is_saved(&entry.label),
                exported_ms: self.exported.get(&entry.label).copied(),
                keeps: kept_by(&catalog, &entry.label),
            };
            if let Some(manifest) = manifest {
                self.describe(&mut view, manifest);
            }
            views.push(view);
        }
        self.shown = Some((catalog.generation, views.clone()));
        views
    }

    fn describe(&mut self, view: &mut BackupView, manifest: &Manifest) {
        view.cut_ms = manifest.cut_ms;
        view.topics = manifest.topics.len() as u32;
        view.partitions = manifest.partitions.len() as u32;
        view.records = manifest.totals.records;
        view.groups = manifest.groups.iter().map(|group| group.group.clone()).collect();
        view.offsets = manifest.totals.offsets as u32;
        self.ends.extend(manifest.partitions.iter().map(|partition| {
            (view.label.clone(), partition.topic.clone(), partition.id, partition.log_end_offset.0)
        }));
    }

    /// Where the backups of a partition end, for pins on its ruler.
    pub fn pins(&self, topic: &str, partition: i32) -> Vec<(Rc<str>, i64)> {
        let of = |(_, name, id, _): &&(Rc<str>, Rc<str>, i32, i64)| **name == *topic && *id == partition;
        self.ends.iter().filter(of).map(|(label, _, _, end)| (label.clone(), *end)).collect()
    }
}

/// Why a backup cannot be deleted: what builds on it, in few words.
fn kept_by(catalog: &Catalog, label: &str) -> Option<Rc<str>> {
    let on_it = catalog.dependants(label);
    let newest = &on_it.last()?.label;
    Some(match on_it.len() {
        1 => format!("{newest} builds on it.").into(),
        all => format!("{all} others build on it; {newest} is the newest, and would go first.").into(),
    })
}

/// What a report found, a line each.
pub(super) fn findings(report: &Report) -> Vec<Rc<str>> {
    report.findings.iter().map(|finding| finding.to_string().into()).collect()
}

/// Backups with the number of those that each builds on: the newest full first, and after a backup what builds on it.
/// One whose prior is not there stands where a full would.
fn chains(catalog: &Catalog) -> Vec<(&CatalogEntry, u32)> {
    let is_root = |entry: &&CatalogEntry| entry.prior.as_ref().is_none_or(|on| catalog.get(on).is_none());
    // What is to be placed next is the last.
    let mut waiting: Vec<(&CatalogEntry, u32)> =
        catalog.backups.iter().filter(is_root).map(|entry| (entry, 0)).collect();
    let mut placed = Vec::new();
    while let Some((entry, depth)) = waiting.pop() {
        placed.push((entry, depth));
        let on_it = catalog.backups.iter().rev().filter(|other| other.prior.as_ref() == Some(&entry.label));
        waiting.extend(on_it.map(|other| (other, depth + 1)));
    }
    placed
}

/// Two transactions as one: the second happens after the first.
fn join(first: Transaction, second: Transaction) -> Transaction {
    let mut joined = first;
    for key in &second.deletes {
        joined.puts.remove(key);
        joined.deletes.insert(*key);
    }
    for (key, chunk) in second.puts {
        joined.deletes.remove(&key);
        joined.puts.insert(key, chunk);
    }
    joined.manifests.extend(second.manifests);
    joined.catalog = second.catalog.or(joined.catalog);
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::ChunkKey;

    fn key(byte: u8) -> ChunkKey {
        ChunkKey { file: Digest([byte; 32]), number: 0 }
    }

    #[test]
    fn two_transactions_as_one_do_what_they_do_one_after_the_other() {
        let mut first = Transaction { expects: 3, ..Transaction::default() };
        first.puts.insert(key(1), [1].into());
        first.puts.insert(key(2), [2].into());
        first.deletes.insert(key(3));
        first.manifests.insert("a".into(), Some([7].into()));
        let mut second = Transaction { expects: 4, catalog: Some([9].into()), ..Transaction::default() };
        second.deletes.insert(key(1));
        second.puts.insert(key(3), [3].into());
        second.manifests.insert("a".into(), None);
        let joined = join(first, second);
        assert_eq!(joined.expects, 3);
        assert_eq!(joined.puts.keys().collect::<Vec<_>>(), [&key(2), &key(3)]);
        assert_eq!(joined.deletes.iter().collect::<Vec<_>>(), [&key(1)]);
        assert_eq!(joined.manifests.get("a"), Some(&None));
        assert_eq!(joined.catalog.as_deref(), Some(&[9u8][..]));
    }

    #[test]
    fn what_was_not_saved_is_part_of_the_next_transaction() {
        let mut shelf = Shelf::default();
        let change = |byte: u8| Transaction {
            puts: [(key(byte), [byte].into())].into(),
            manifests: [("a".into(), Some([1].into()))].into(),
            ..Transaction::default()
        };
        shelf.push([change(1)]);
        assert!(!shelf.is_saved("a"));
        assert!(shelf.take().is_some());
        shelf.push([change(2)]);
        assert_eq!(shelf.take(), None, "one at a time");
        shelf.answered(false);
        assert!(!shelf.is_saved("a"));
        let both = shelf.take().expect("it is offered again");
        assert_eq!(both.puts.len(), 2);
        shelf.answered(true);
        assert!(shelf.is_saved("a"));
        assert_eq!(shelf.take(), None);
    }
}
