//! A chain: the backups from a full to the one that is meant, each building on the one before.

use super::catalog::Catalog;
use super::digest::{Digest, sha256};
use super::manifest::{FileEntry, Manifest, PartitionEntry};
use super::store::Store;
use std::rc::Rc;

/// A backup in a chain: its manifest and what the next one holds it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its manifest.
    pub manifest: Manifest,
    /// The digest of the manifest's bytes.
    pub sha256: Digest,
}

impl Link {
    /// The backup with this label, when its manifest is the one that the catalog has.
    pub fn load(store: &dyn Store, catalog: &Catalog, label: &str) -> Option<Link> {
        let entry = catalog.get(label)?;
        let bytes = store.manifest(label)?;
        let sha256 = sha256(&bytes);
        let manifest = Manifest::parse(&bytes).ok()?;
        (sha256 == entry.manifest_sha256 && *manifest.label == *label).then_some(Link { manifest, sha256 })
    }

    /// One of its files, as a backup that builds on it names it.
    pub(super) fn refer(&self, file: &FileEntry) -> FileEntry {
        let reference = file.reference.clone().unwrap_or_else(|| self.manifest.label.clone());
        FileEntry { reference: Some(reference), ..file.clone() }
    }

    /// The full that it builds on: itself, when it is one.
    pub(super) fn full(&self) -> Rc<str> {
        self.manifest.base_full.clone().unwrap_or_else(|| self.manifest.label.clone())
    }

    /// The partition of this topic, when it is the same topic and not another one of its name.
    pub(super) fn partition(&self, topic: &str, topic_id: &str, id: i32) -> Option<&PartitionEntry> {
        let same = self.manifest.topics.iter().any(|t| &*t.name == topic && &*t.topic_id == topic_id);
        self.manifest.partitions.iter().find(|p| same && &*p.topic == topic && p.id == id)
    }

    /// The moments that it can restore: from its first point to its cut, in milliseconds since 1970.
    pub fn window(&self) -> (i64, i64) {
        let first = self.manifest.timeline.first().map_or(self.manifest.cut_ms, |point| point.clock_ms);
        (first, self.manifest.cut_ms)
    }
}

/// A chain from its full to the backup that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The full first.
    pub links: Vec<Link>,
}

impl Chain {
    /// The chain of a backup; `None` when a manifest of it is missing or another one.
    pub fn load(store: &dyn Store, label: &str) -> Option<Chain> {
        let catalog = Catalog::of(store).ok()?;
        let newest = Link::load(store, &catalog, label)?;
        let mut links = Vec::new();
        for label in &newest.manifest.chain[..newest.manifest.chain.len().saturating_sub(1)] {
            links.push(Link::load(store, &catalog, label)?);
        }
        links.push(newest);
        Some(Chain { links })
    }

    /// The moments that can be restored: windows that touch are one, in milliseconds since 1970.
    pub fn windows(&self) -> Vec<(i64, i64)> {
        let mut windows: Vec<(i64, i64)> = Vec::new();
        for (from, to) in self.links.iter().map(Link::window) {
            match windows.last_mut() {
                Some(last) if last.1 == from => last.1 = to,
                _ => windows.push((from, to)),
            }
        }
        windows
    }

    /// The oldest backup whose window has the moment.
    pub fn at(&self, moment_ms: i64) -> Option<&Link> {
        self.links.iter().find(|link| {
            let (from, to) = link.window();
            (from..=to).contains(&moment_ms)
        })
    }
}
