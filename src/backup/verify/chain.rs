//! The links between backups: held by digests, not by names.

use super::{Finding, Report};
use crate::backup::catalog::Catalog;
use crate::backup::layout;
use crate::backup::manifest::{Change, FileEntry, KindName, Manifest, PartitionEntry};
use crate::base::Map;
use std::rc::Rc;

/// Checks what each of `manifests` says of the backups that it builds on.
pub fn check(manifests: &Map<Rc<str>, Manifest>, catalog: &Catalog, report: &mut Report) {
    for manifest in manifests.values() {
        let mut links = Links { manifest, manifests, wrong: Vec::new() };
        links.chain(catalog);
        links.files();
        let place = layout::in_archive(&manifest.label, layout::MANIFEST);
        links.wrong.into_iter().for_each(|what| report.add(Finding::new(&place, what)));
    }
}

/// What is wrong with what a backup builds on, in words; `None` when every link holds.
pub fn broken_links(
    manifest: &Manifest,
    manifests: &Map<Rc<str>, Manifest>,
    catalog: &Catalog,
) -> Option<String> {
    let mut links = Links { manifest, manifests, wrong: Vec::new() };
    links.chain(catalog);
    (!links.wrong.is_empty()).then(|| links.wrong.join("; "))
}

struct Links<'a> {
    manifest: &'a Manifest,
    manifests: &'a Map<Rc<str>, Manifest>,
    wrong: Vec<String>,
}

impl Links<'_> {
    fn chain(&mut self, catalog: &Catalog) {
        let manifest = self.manifest;
        for label in manifest.chain.iter().filter(|label| catalog.get(label).is_none()) {
            self.wrong.push(format!("builds on {label}, which is not there"));
        }
        for other in manifest.chain.iter().filter_map(|label| self.manifests.get(label)) {
            if other.cluster_id != manifest.cluster_id {
                self.wrong.push(format!("builds on {}, which is of another cluster", other.label));
            }
        }
        let Some(prior) = &manifest.prior else { return };
        let there = catalog.get(prior);
        if there.is_some_and(|entry| Some(entry.manifest_sha256) != manifest.prior_manifest_sha256) {
            self.wrong.push(format!("builds on another {prior} than the one that is there"));
        }
        let full = manifest.base_full.as_ref().and_then(|label| self.manifests.get(label));
        if let Some(full) = full.filter(|full| full.kind != KindName::Full) {
            self.wrong.push(format!("builds on {}, which is not a full", full.label));
        }
        if let Some(prior) = self.manifests.get(prior) {
            self.prior(prior);
        }
    }

    fn prior(&mut self, prior: &Manifest) {
        let manifest = self.manifest;
        if manifest.chain.split_last().is_none_or(|(_, before)| *before != prior.chain[..]) {
            self.wrong.push(format!("does not have the chain of {} before it", prior.label));
        }
        if prior.cut_ms > manifest.cut_ms {
            self.wrong.push(format!("builds on {}, which is of a later moment", prior.label));
        }
        let ids: Map<&str, &str> =
            prior.topics.iter().map(|topic| (&*topic.name, &*topic.topic_id)).collect();
        for topic in &manifest.topics {
            let before = ids.get(&*topic.name).copied();
            let recreated = manifest.recreated_since_prior.iter().find(|known| known.name == topic.name);
            let expected = before.filter(|before| **before != *topic.topic_id);
            if recreated.map(|known| (&*known.prior_topic_id, &*known.topic_id))
                != expected.map(|before| (before, &*topic.topic_id))
            {
                self.wrong.push(format!(
                    "does not say of topic {} what became of it since {}",
                    topic.name, prior.label
                ));
            }
            let same = before == Some(&*topic.topic_id);
            for partition in manifest.partitions.iter().filter(|partition| partition.topic == topic.name) {
                let known = |p: &&PartitionEntry| (&p.topic, p.id) == (&partition.topic, partition.id);
                self.partition(prior, prior.partitions.iter().filter(|_| same).find(known), partition);
            }
        }
        let gone =
            prior.topics.iter().filter(|before| !manifest.topics.iter().any(|t| t.name == before.name));
        if !gone
            .map(|before| (&before.name, &before.topic_id))
            .eq(manifest.dropped_since_prior.iter().map(|dropped| (&dropped.name, &dropped.topic_id)))
        {
            self.wrong.push(format!("does not say which topics of {} are no more", prior.label));
        }
    }

    fn partition(&mut self, prior: &Manifest, before: Option<&PartitionEntry>, partition: &PartitionEntry) {
        let name = format!("{}-{}", partition.topic, partition.id);
        if partition.prior_state_digest != before.map(|before| before.state_digest) {
            self.wrong.push(format!("does not follow {} in {name}", prior.label));
            return;
        }
        let Some(before) = before else { return };
        let (start, end) = (before.log_start_offset, before.log_end_offset);
        let (from, to) = (partition.log_start_offset, partition.log_end_offset);
        let fits = match partition.change {
            Some(Change::Unchanged) => {
                (from, to) == (start, end) && partition.state_digest == before.state_digest
            }
            Some(Change::Appended) => from == start && to > end,
            Some(Change::HeadTrimmed) => from > start && to >= end,
            Some(Change::Rewritten) => true,
            Some(Change::Recreated) | None => false,
        };
        if !fits {
            let change = partition.change;
            self.wrong.push(format!(
                "says {change:?} of {name}, which had {start} to {end} and has {from} to {to}"
            ));
        }
    }

    /// Every file that another backup keeps is one that this other one says that it keeps.
    fn files(&mut self) {
        let mut kept: Map<&str, Map<&str, &FileEntry>> = Map::new();
        for file in self.manifest.all_files() {
            let Some(keeper) = file.reference.as_ref().and_then(|label| self.manifests.get(label)) else {
                continue;
            };
            let kept = kept.or_insert_with(&*keeper.label, || {
                let own = keeper.all_files().filter(|own| own.reference.is_none());
                own.map(|own| (&*own.path, own)).collect()
            });
            let own = kept.get(&*file.path);
            let expected = own.map(|own| FileEntry { reference: file.reference.clone(), ..(*own).clone() });
            if expected.as_ref() != Some(file) {
                self.wrong.push(format!(
                    "says of {} what {}, which keeps it, does not say",
                    file.path, keeper.label
                ));
            }
        }
    }
}
