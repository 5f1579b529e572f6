//! Restoring: a verified backup becomes logs and offsets that a world can take.

use super::catalog::Catalog;
use super::digest::{Digest, sha256};
use super::layout;
use super::manifest::{FileEntry, FileKind, GroupEntry, Manifest, OffsetEntry, PartitionEntry};
use super::moment;
use super::selection::Selection;
use super::snapshot::{Lineage, OffsetSnapshot};
use super::store::{self, Store};
use super::transactions::Ending;
use super::verify::{Finding, Report, verify};
use crate::base::{Map, Uuid};
use crate::log::{Bytes, Partition};
use std::fmt;
use std::rc::Rc;

/// A whole state, ready to take the place of another. It exists only when every byte was verified.
#[derive(Clone)]
pub struct RestoredState {
    /// The backup that it came from.
    pub label: Rc<str>,
    /// What the state of the world comes from afterwards; `None`: from what it came from before.
    pub lineage: Option<Lineage>,
    /// The moment of the state, in milliseconds since 1970.
    pub moment_ms: i64,
    /// Sorted by name.
    pub topics: Vec<RestoredTopic>,
    /// Sorted by id. A restored group is `Empty`: members are not kept.
    pub groups: Vec<RestoredGroup>,
    /// Producer ids from here on are in none of its logs.
    pub next_producer_id: i64,
    /// Committed offsets that lay outside their log and were moved to its nearer end, a sentence each.
    pub moved: Vec<Rc<str>>,
    /// What else a person should know, a sentence each.
    pub notes: Vec<Rc<str>>,
    /// What is to go: topics and groups that a restore brought and that its undo takes away again.
    pub gone: Gone,
}

/// Names of topics and of groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// Topics.
    pub topics: Vec<Rc<str>>,
    /// Groups.
    pub groups: Vec<Rc<str>>,
}

/// A topic and its logs.
#[derive(Clone)]
pub struct RestoredTopic {
    /// Its name.
    pub name: Rc<str>,
    /// Its id; `None`: a new one.
    pub id: Option<Uuid>,
    /// Configuration entries that were set.
    pub config: Map<Rc<str>, Rc<str>>,
    /// When it was created, in milliseconds since 1970.
    pub created_ms: i64,
    /// Partition 0, 1, 2, …
    pub partitions: Vec<Partition>,
    /// The state digest of each partition in the backup; those of `partitions` were found equal.
    pub digests: Vec<Digest>,
}

/// A group and what it had committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredGroup {
    /// Its id.
    pub group: Rc<str>,
    /// Its generation at the cut.
    pub generation: i32,
    /// Sorted by topic and partition.
    pub offsets: Vec<OffsetSnapshot>,
}

/// Why nothing was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoreError {
    /// No such backup.
    UnknownLabel(Rc<str>),
    /// The backup, or one that it needs, is damaged.
    Damaged {
        /// The backup.
        label: Rc<str>,
        /// What is wrong.
        report: Report,
    },
    /// A moment that the chain does not reach.
    OutsideWindow {
        /// The moment, in milliseconds since 1970.
        moment_ms: i64,
        /// The moments that can be restored, from and to.
        windows: Vec<(i64, i64)>,
    },
    /// Something to be restored that the backup does not hold.
    NotHeld {
        /// The backup.
        label: Rc<str>,
        /// A topic or a group.
        what: &'static str,
        /// The name.
        name: Rc<str>,
    },
    /// A pattern of names without its `*`.
    Pattern(Rc<str>),
    /// A new name that exists, or that Kafka does not take.
    NameTaken {
        /// A topic or a group.
        what: &'static str,
        /// The name.
        name: Rc<str>,
    },
    /// A topic to append to that does not exist.
    NoTarget(Rc<str>),
    /// A topic to append to that has too few partitions.
    FewPartitions {
        /// The topic.
        topic: Rc<str>,
        /// Partitions that the backup has.
        needs: u32,
        /// Partitions that the topic has.
        has: u32,
    },
    /// More than an archive can hold.
    TooLarge {
        /// Its files.
        files: u64,
        /// Its bytes.
        bytes: u64,
    },
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RestoreError::UnknownLabel(label) => write!(f, "There is no backup {label}."),
            RestoreError::Damaged { label, report } => {
                write!(f, "{label} is damaged, nothing was changed: {}", report.first())
            }
            RestoreError::OutsideWindow { moment_ms, windows } => write!(
                f,
                "{} cannot be restored, nothing was changed: this chain reaches {}.",
                moment::stamp(*moment_ms),
                moment::said(windows)
            ),
            RestoreError::NotHeld { label, what, name } => write!(f, "{label} holds no {what} {name}."),
            RestoreError::Pattern(pattern) => {
                write!(
                    f,
                    "{pattern:?} gives every topic the same name: put a * where the old name goes, as in *-restored."
                )
            }
            RestoreError::NameTaken { what, name } => {
                write!(
                    f,
                    "There is a {what} {name} already, or it is no name for one: choose another pattern."
                )
            }
            RestoreError::NoTarget(topic) => {
                write!(f, "There is no topic {topic} to append to: create it first, or restore in place.")
            }
            RestoreError::FewPartitions { topic, needs, has } => write!(
                f,
                "Topic {topic} has {has} partitions and the backup has {needs}: give it {needs} first, or restore beside it."
            ),
            RestoreError::TooLarge { files, bytes } => {
                write!(
                    f,
                    "{files} files of {bytes} bytes are more than an archive can hold (65534 files, 4 GiB)."
                )
            }
        }
    }
}

impl std::error::Error for RestoreError {}

impl RestoreError {
    pub(super) fn not_held(manifest: &Manifest, what: &'static str, name: &Rc<str>) -> RestoreError {
        RestoreError::NotHeld { label: manifest.label.clone(), what, name: name.clone() }
    }
}

/// The manifest of a backup, once all of it was verified.
pub(super) fn sound(store: &dyn Store, label: &str) -> Result<Manifest, RestoreError> {
    let catalog = Catalog::of(store).ok();
    let entry = catalog.as_ref().map(|catalog| catalog.get(label));
    if let Some(None) = entry {
        return Err(RestoreError::UnknownLabel(label.into()));
    }
    let verified =
        store.verified(label).filter(|of| entry.flatten().is_some_and(|e| e.manifest_sha256 == *of));
    if verified.is_none() {
        let report = verify(store, label);
        if !report.ok() {
            return Err(RestoreError::Damaged { label: label.into(), report });
        }
    }
    let bytes = store.manifest(label).expect("what verifies has a manifest");
    Ok(Manifest::parse(&bytes).expect("what verifies can be read"))
}

/// Verifies the backup `label` and everything that it needs, and rebuilds its logs and offsets.
///
/// # Errors
/// [`RestoreError`]: what is wrong, and where. There is no partial state.
pub fn restored(store: &dyn Store, label: &str) -> Result<RestoredState, RestoreError> {
    restored_whole(store, label, Ending::default(), &Selection::default())
}

/// What is wanted of it, with open transactions ended in one way or the other.
pub(super) fn restored_whole(
    store: &dyn Store,
    label: &str,
    ending: Ending,
    of: &Selection,
) -> Result<RestoredState, RestoreError> {
    let manifest = sound(store, label)?;
    let mut state = whole(store, &manifest, of)?;
    state.end_open_transactions(ending);
    state.take_groups(&of.groups(&manifest, manifest.groups.clone(), &state.topics)?);
    Ok(state)
}

/// The state without its groups, with logs as long as they were, open transactions and all.
pub(super) fn whole(
    store: &dyn Store,
    manifest: &Manifest,
    of: &Selection,
) -> Result<RestoredState, RestoreError> {
    of.check(manifest)?;
    let mut topics = Vec::new();
    for entry in manifest.topics.iter().filter(|entry| of.has_topic(&entry.name)) {
        let own = manifest.partitions.iter().filter(|partition| partition.topic == entry.name);
        let mut topic = RestoredTopic {
            name: entry.name.clone(),
            id: Some(Uuid::parse(&entry.topic_id).expect("what verifies has ids")),
            config: entry.config.clone(),
            created_ms: entry.created_ms,
            partitions: Vec::new(),
            digests: Vec::new(),
        };
        for partition in own {
            topic.partitions.push(log(store, manifest, partition)?);
            topic.digests.push(partition.state_digest);
        }
        topics.push(topic);
    }
    let label = manifest.label.clone();
    let lineage = Some(Lineage { label: label.clone(), manifest_sha256: sha256(&manifest.to_bytes()) });
    Ok(RestoredState {
        label,
        lineage,
        moment_ms: manifest.cut_ms,
        topics,
        groups: Vec::new(),
        next_producer_id: manifest.producers.next_producer_id.0,
        moved: Vec::new(),
        notes: Vec::new(),
        gone: Gone::default(),
    })
}

impl RestoredState {
    /// Takes these groups, with their offsets inside the bounds of the logs.
    pub(super) fn take_groups(&mut self, groups: &[GroupEntry]) {
        let mut bounds: Map<(&str, i32), (i64, i64)> = Map::new();
        for topic in &self.topics {
            for (id, log) in (0..).zip(&topic.partitions) {
                bounds.insert((&*topic.name, id), (log.log_start(), log.end()));
            }
        }
        let mut moved = Vec::new();
        let restored = |group| restored_group(group, |topic, id| bounds[&(topic, id)], &mut moved);
        self.groups = groups.iter().map(restored).collect();
        self.moved = moved;
    }
}

/// A partition's log from its files; its digest must be the one of the backup.
fn log(store: &dyn Store, manifest: &Manifest, entry: &PartitionEntry) -> Result<Partition, RestoreError> {
    let bytes = |file: &FileEntry| store::file(store, file.sha256, file.size).map(Bytes::from);
    let files = entry.files.iter().filter(|file| file.kind == FileKind::Log && file.size > 0);
    let segments: Option<Vec<Bytes>> = files.map(bytes).collect();
    let epoch = entry.leader_epochs.last().map_or(0, |last| last.epoch);
    let log = Partition::restore(entry.log_start_offset.0, epoch, &segments.unwrap_or_default());
    let what = match log {
        Ok(log) if Digest(log.state_digest()) != entry.state_digest => {
            "gives a log of another digest".to_owned()
        }
        Ok(log) if log.end() > entry.log_end_offset.0 => format!("gives a log that ends at {}", log.end()),
        Ok(mut log) => {
            log.go_on_at(entry.log_end_offset.0);
            return Ok(log);
        }
        Err(error) => error.to_string(),
    };
    let place = format!("{}-{}", entry.topic, entry.id);
    let mut report = Report::default();
    report.add(Finding::new(&layout::in_archive(&manifest.label, &format!("data/{place}")), what));
    Err(RestoreError::Damaged { label: manifest.label.clone(), report })
}

/// A group with its offsets inside the `bounds` of their logs.
fn restored_group(
    group: &GroupEntry,
    bounds: impl Fn(&str, i32) -> (i64, i64),
    moved: &mut Vec<Rc<str>>,
) -> RestoredGroup {
    let offset = |entry: &OffsetEntry| {
        let (start, end) = bounds(&entry.topic, entry.partition);
        let offset = entry.offset.0.clamp(start, end);
        if offset != entry.offset.0 {
            let place = format!("{}-{}", entry.topic, entry.partition);
            let why = format!("the log goes from {start} to {end}");
            moved.push(format!("{}, {place}: {} becomes {offset}, {why}.", group.group, entry.offset).into());
        }
        OffsetSnapshot {
            topic: entry.topic.clone(),
            topic_id: entry.topic_id.as_deref().and_then(Uuid::parse).unwrap_or(Uuid::ZERO),
            partition: entry.partition,
            offset,
            leader_epoch: entry.leader_epoch,
            metadata: entry.metadata.clone(),
            commit_ms: entry.commit_ms,
        }
    };
    RestoredGroup {
        group: group.group.clone(),
        generation: group.generation,
        offsets: group.offsets.iter().map(offset).collect(),
    }
}
