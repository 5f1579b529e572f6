//! Verifying what a store holds.

use super::files::{Check, Memo, Source};
use super::reading::{FileBytes, Loaded, Progress};
use super::{Finding, Report, chain, shape};
use crate::backup::catalog::{Catalog, CatalogEntry};
use crate::backup::digest::{Digest, sha256};
use crate::backup::layout;
use crate::backup::link::Link;
use crate::backup::manifest::{FileEntry, Manifest};
use crate::backup::store::{self, Store};
use crate::base::{Map, Pieces};
use std::ops::Range;
use std::rc::Rc;

/// A store's files. Corrupt chunks are told by their digests, later.
struct Chunks<'a>(&'a dyn Store);

impl Source<'static> for Chunks<'_> {
    fn load(&self, _keeper: &str, file: &FileEntry) -> Option<Loaded<'static>> {
        let chunks = store::chunks(self.0, file.sha256, file.size)?;
        let bytes = FileBytes::Pieces(Pieces::new(chunks));
        Some(Loaded { size: file.size, bytes, sums: None, read: None })
    }
}

/// Verifies the backup `label` of a store, and everything that it needs.
pub fn verify(store: &dyn Store, label: &str) -> Report {
    verify_each(store, &[label.into()]).remove(0)
}

/// Verifies backups of a store one after the other; what they share is read once.
pub fn verify_each(store: &dyn Store, labels: &[Rc<str>]) -> Vec<Report> {
    let mut memo = Memo::default();
    let mut one = |label: &Rc<str>| {
        let mut verification = Verification::new(store, label, 0..0);
        while verification.step(store, &mut memo) != Progress::Done {}
        verification.report(store)
    };
    labels.iter().map(&mut one).collect()
}

/// The verification of a backup of a store, a little at a time, so that whoever shows it can do other things in between.
pub struct Verification {
    label: Rc<str>,
    manifests: Map<Rc<str>, Manifest>,
    report: Report,
    check: Option<Check<'static>>,
}

impl Verification {
    /// Reads manifests, not yet files. Digests of files with so many bytes as `outside` are asked for
    /// ([`Progress::Hash`]), those of others made here.
    pub fn new(store: &dyn Store, label: &str, outside: Range<u64>) -> Verification {
        let mut report = Report { backups: vec![label.into()], ..Report::default() };
        let mut manifests: Map<Rc<str>, Manifest> = Map::new();
        let mut check = None;
        match Catalog::of(store) {
            Err(error) => report.add(Finding::new(layout::CATALOG, error.to_string())),
            Ok(catalog) => {
                let mut wanted: Vec<Rc<str>> = vec![label.into()];
                while let Some(label) = wanted.pop() {
                    if manifests.contains_key(&label) {
                        continue;
                    }
                    if let Some(manifest) = manifest(store, &catalog, &label, &mut report) {
                        wanted.extend(manifest.chain.iter().filter(|other| **other != label).cloned());
                        manifests.insert(label, manifest);
                    }
                }
                chain::check(&manifests, &catalog, &mut report);
                let shaped = manifests.get(label).filter(|manifest| shape::check(manifest, &mut report));
                check = shaped.map(|manifest| Check::new(manifest, outside));
            }
        }
        Verification { label: label.into(), manifests, report, check }
    }

    /// Reads a little more; what `memo` knows of other backups is not read again.
    pub fn step(&mut self, store: &dyn Store, memo: &mut Memo) -> Progress {
        match (&mut self.check, self.manifests.get(&self.label)) {
            (Some(check), Some(manifest)) => check.step(manifest, &Chunks(store), memo, &mut self.report),
            _ => Progress::Done,
        }
    }

    /// The bytes whose digest is wanted, and the file's number: after [`Progress::Hash`] those of which it is said so, after
    /// [`Progress::Waits`] those that there is nothing to do without.
    pub fn to_hash(&self) -> Option<(u32, &FileBytes<'static>)> {
        self.check.as_ref()?.to_hash()
    }

    /// The digest that was wanted of the file with this number.
    pub fn hashed(&mut self, number: u32, digest: Digest) {
        if let Some(check) = &mut self.check {
            check.hashed(number, digest);
        }
    }

    /// Bytes that were read, and bytes that there are to read.
    pub fn progress(&self) -> (u64, u64) {
        let total = self.manifests.get(&self.label).map_or(0, |manifest| manifest.totals.bytes_total);
        (self.check.as_ref().map_or(0, Check::read_bytes), total)
    }

    /// What came of it, once it is done.
    pub fn report(self, store: &dyn Store) -> Report {
        let (mut report, mut manifests) = (self.report, self.manifests);
        if !report.ok()
            && let Ok(catalog) = Catalog::of(store)
        {
            // Who else needs what is wrong.
            for entry in &catalog.backups {
                if let Some(link) = Link::load(store, &catalog, &entry.label) {
                    manifests.or_insert_with(entry.label.clone(), || link.manifest);
                }
            }
        }
        super::name_backups(&mut report, &manifests);
        report
    }
}

/// The manifest of a backup, held against the catalog.
fn manifest(store: &dyn Store, catalog: &Catalog, label: &Rc<str>, report: &mut Report) -> Option<Manifest> {
    let place = layout::in_archive(label, layout::MANIFEST);
    let Some(entry) = catalog.get(label) else {
        report.add(Finding::new(layout::CATALOG, format!("does not have {label}")));
        return None;
    };
    let Some(bytes) = store.manifest(label) else {
        report.add(Finding::new(&place, "is missing"));
        return None;
    };
    report.files += 1;
    report.bytes += bytes.len() as u64;
    let digest = sha256(&bytes);
    if digest != entry.manifest_sha256 {
        report.add(Finding::new(&place, "does not match its digest in the catalog"));
        return None;
    }
    match Manifest::parse(&bytes) {
        Err(error) => report.add(Finding::new(&place, error.to_string())),
        Ok(manifest) if manifest.label != *label => report.add(Finding::new(&place, "is of another backup")),
        Ok(manifest) => {
            if *entry != CatalogEntry::of(&manifest, digest) {
                let what = format!("does not say of {label} what its manifest says");
                report.add(Finding::new(layout::CATALOG, what));
            }
            return Some(manifest);
        }
    }
    None
}
