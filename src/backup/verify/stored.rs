//! Verifying what a store holds.

use super::files::{self, Loaded, Memo, Source};
use super::{Finding, Report, chain, shape};
use crate::backup::catalog::{Catalog, CatalogEntry};
use crate::backup::digest::sha256;
use crate::backup::layout;
use crate::backup::link::Link;
use crate::backup::manifest::{FileEntry, Manifest};
use crate::backup::store::{self, Store};
use crate::base::Map;
use std::borrow::Cow;
use std::rc::Rc;

/// A store's files. Corrupt chunks are told by their digests, later.
pub struct Chunks<'a>(pub &'a dyn Store);

impl Source for Chunks<'_> {
    fn load(&self, _keeper: &str, file: &FileEntry) -> Option<Loaded<'_>> {
        store::file(self.0, file.sha256, file.size).map(|bytes| Loaded::new(Cow::Owned(bytes)))
    }
}

/// Verifies the backup `label` of a store, and everything that it needs.
pub fn verify(store: &dyn Store, label: &str) -> Report {
    verify_each(store, &[label.into()]).remove(0)
}

/// Verifies backups of a store one after the other; what they share is read once.
pub fn verify_each(store: &dyn Store, labels: &[Rc<str>]) -> Vec<Report> {
    let mut memo = Memo::default();
    labels.iter().map(|label| one(store, label, &mut memo)).collect()
}

fn one(store: &dyn Store, label: &str, memo: &mut Memo) -> Report {
    let mut report = Report { backups: vec![label.into()], ..Report::default() };
    let catalog = match Catalog::of(store) {
        Ok(catalog) => catalog,
        Err(error) => {
            report.add(Finding::new(layout::CATALOG, error.to_string()));
            return report;
        }
    };
    let mut manifests: Map<Rc<str>, Manifest> = Map::new();
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
    if let Some(manifest) = manifests.get(label)
        && shape::check(manifest, &mut report)
    {
        files::check(manifest, &Chunks(store), memo, &mut report);
    }
    if !report.ok() {
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
