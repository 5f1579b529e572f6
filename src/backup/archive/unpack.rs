//! Taking an archive apart: what is in it, and a backup's files as the folders of a broker.

use super::check;
use super::{ImportError, Manifest};
use crate::backup::layout;
use crate::backup::manifest::{FileKind, TopicEntry};
use crate::backup::verify::files::Source;
use crate::log::segment;
use std::fmt::Write;
use std::rc::Rc;

/// Where the leader epoch lies in a batch: outside its CRC.
const EPOCH_AT: usize = 12;

/// For whom files are extracted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extract {
    /// For whoever looks: the bytes of the backup.
    AsIs,
    /// For a cluster: batches have leader epoch 0, since an epoch above the partition's own hangs a group or resets it,
    /// and what the cluster must keep of its own (`leader-epoch-checkpoint`, `partition.metadata`) is left away. Topics
    /// are made to keep everything, since a broker deletes within a minute what is older than their retention.
    ForCluster,
}

/// A backup's files by their paths in its folder, sorted; those of its chain among them.
pub type Files = Vec<(Rc<str>, Vec<u8>)>;

/// The files of a backup of an archive, once all of the archive was verified: those of `label`, else of the newest.
///
/// # Errors
/// [`ImportError`]; [`ImportError::NoBackup`] when the archive has no backup of that label.
pub fn extract(archive: &[u8], label: Option<&str>, how: Extract) -> Result<Files, ImportError> {
    let checked = check::check(archive)?;
    if !checked.report.ok() {
        return Err(ImportError::Damaged(checked.report));
    }
    let wanted = label.or(checked.report.backups.last().map(|label| &**label)).unwrap_or_default();
    let Some(manifest) = checked.manifests.get(wanted) else {
        return Err(ImportError::NoBackup { label: wanted.into(), there: checked.report.backups });
    };
    let mut files = Files::new();
    for file in manifest.all_files() {
        let own = matches!(file.kind, FileKind::LeaderEpochCheckpoint | FileKind::PartitionMetadata);
        if own && how == Extract::ForCluster {
            continue;
        }
        let keeper = file.reference.as_ref().unwrap_or(&manifest.label);
        let mut bytes =
            (&checked).load(keeper, file).expect("what verifies has its files").bytes.whole().into_owned();
        if how == Extract::ForCluster {
            match file.kind {
                FileKind::Log | FileKind::OffsetsLog => zero_epochs(&mut bytes),
                FileKind::Topics => bytes = layout::topics_json(&keeping_all(&manifest.topics)),
                FileKind::CreateTopics => bytes = create_keeping_all(&manifest.topics).into_bytes(),
                _ => {}
            }
        }
        files.push((file.path.clone(), bytes));
    }
    crate::base::small::sort(&mut files);
    Ok(files)
}

fn zero_epochs(bytes: &mut [u8]) {
    let positions: Vec<usize> =
        segment::batches(bytes).flatten().map(|batch| batch.position as usize + EPOCH_AT).collect();
    for at in positions {
        bytes[at..at + 4].fill(0);
    }
}

const RETENTION: &str = "retention.ms";

/// The topics with a retention without end.
fn keeping_all(topics: &[TopicEntry]) -> Vec<TopicEntry> {
    let mut topics = topics.to_vec();
    for topic in &mut topics {
        topic.config.insert(RETENTION.into(), "-1".into());
    }
    topics
}

/// `create-topics.sh` with a retention without end, and at its end how each topic gets its own back.
fn create_keeping_all(topics: &[TopicEntry]) -> String {
    let mut text = layout::create_topics(&keeping_all(topics));
    text.push_str(
        "# Records keep their times, and a broker deletes within a minute what is older than retention.ms: so these topics\n\
         # keep everything. When the groups have read what they need, give each its own retention back:\n",
    );
    for topic in topics {
        let own = match topic.config.get(RETENTION) {
            Some(ms) => format!("--add-config {}", layout::quoted(&format!("{RETENTION}={ms}"))),
            None => format!("--delete-config {RETENTION}"),
        };
        let name = layout::quoted(&topic.name);
        writeln!(
            text,
            "# kafka-configs.sh --bootstrap-server localhost:9092 --alter --entity-type topics --entity-name {name} {own}"
        )
        .expect("a string takes all");
    }
    text
}

/// What is in an archive: a line a backup, and its files under it with the backup that keeps each.
///
/// # Errors
/// [`ImportError`].
pub fn list(archive: &[u8]) -> Result<String, ImportError> {
    let checked = check::check(archive)?;
    if !checked.report.ok() {
        return Err(ImportError::Damaged(checked.report));
    }
    let mut text = String::new();
    for label in &checked.report.backups {
        one(&mut text, &checked.manifests[label]);
    }
    Ok(text)
}

fn one(text: &mut String, manifest: &Manifest) {
    let totals = &manifest.totals;
    let on = manifest.prior.as_ref().map_or(String::new(), |prior| format!(" on {prior}"));
    let line = writeln!(
        text,
        "{}: {}{on}, {} topics, {} partitions, {} records, {} groups, {} offsets, {} of {} bytes its own",
        manifest.label,
        manifest.kind,
        totals.topics,
        totals.partitions,
        totals.records,
        totals.groups,
        totals.offsets,
        totals.bytes_own,
        totals.bytes_total
    );
    line.expect("a string takes all");
    for file in manifest.all_files() {
        let path = layout::in_archive(file.reference.as_ref().unwrap_or(&manifest.label), &file.path);
        writeln!(text, "{:>12}  {path}", file.size).expect("a string takes all");
    }
}
