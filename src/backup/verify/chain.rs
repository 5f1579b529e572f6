//! The links between backups: held by digests, not by names.

use super::{Finding, Report};
use crate::backup::catalog::Catalog;
use crate::backup::layout;
use crate::backup::manifest::{KindName, Manifest};
use crate::base::Map;
use std::rc::Rc;

/// Checks what each of `manifests` says of the backups that it builds on.
pub fn check(manifests: &Map<Rc<str>, Manifest>, catalog: &Catalog, report: &mut Report) {
    for manifest in manifests.values() {
        let place = layout::in_archive(&manifest.label, layout::MANIFEST);
        let mut wrong = |what: String| report.add(Finding::new(&place, what));
        for label in manifest.chain.iter().filter(|label| catalog.get(label).is_none()) {
            wrong(format!("builds on {label}, which is not there"));
        }
        for other in manifest.chain.iter().filter_map(|label| manifests.get(label)) {
            if other.cluster_id != manifest.cluster_id {
                wrong(format!("builds on {}, which is of another cluster", other.label));
            }
        }
        let Some(prior) = &manifest.prior else { continue };
        if catalog.get(prior).map(|entry| entry.manifest_sha256) != manifest.prior_manifest_sha256 {
            wrong(format!("builds on another {prior} than the one that is there"));
        }
        let full = manifest.base_full.as_ref().and_then(|label| manifests.get(label));
        if full.is_some_and(|full| full.kind != KindName::Full) {
            wrong(format!("builds on {}, which is not a full", manifest.chain[0]));
        }
        let Some(prior) = manifests.get(prior) else { continue };
        if manifest.chain[..manifest.chain.len() - 1] != prior.chain[..] {
            wrong(format!("does not have the chain of {} before it", prior.label));
        }
        for partition in &manifest.partitions {
            let same = |p: &&crate::backup::manifest::PartitionEntry| {
                (&p.topic, p.id) == (&partition.topic, partition.id)
            };
            let before = prior.partitions.iter().find(same).map(|p| p.state_digest);
            if partition.prior_state_digest.is_some() && partition.prior_state_digest != before {
                wrong(format!("does not follow {} in {}-{}", prior.label, partition.topic, partition.id));
            }
        }
    }
}
