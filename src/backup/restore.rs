//! Restoring: a verified backup becomes logs and offsets that a world can take.

use super::Digest;
use super::store::Store;
use super::verify::Report;
use crate::base::Uuid;
use crate::log::Partition;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// A whole state, ready to take the place of another. It exists only when every byte was verified.
#[derive(Clone)]
pub struct RestoredState {
    /// The backup that it came from.
    pub label: Rc<str>,
    /// The digest of that backup's manifest.
    pub manifest_sha256: Digest,
    /// The moment of the cut, in milliseconds since 1970.
    pub cut_ms: i64,
    /// Sorted by name.
    pub topics: Vec<RestoredTopic>,
    /// Sorted by id. A restored group is `Empty`: members are not kept.
    pub groups: Vec<RestoredGroup>,
    /// Committed offsets that lay outside their log and were moved to its nearer end, a sentence each.
    pub moved: Vec<Rc<str>>,
}

/// A topic and its logs.
#[derive(Clone)]
pub struct RestoredTopic {
    /// Its name.
    pub name: Rc<str>,
    /// Its id.
    pub id: Uuid,
    /// Configuration entries that were set.
    pub config: BTreeMap<Rc<str>, Rc<str>>,
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
    pub offsets: Vec<super::OffsetSnapshot>,
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
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RestoreError::UnknownLabel(label) => write!(f, "There is no backup {label}."),
            RestoreError::Damaged { label, report } => {
                write!(f, "{label} is not restored, nothing was changed: {}", report.first())
            }
        }
    }
}

impl std::error::Error for RestoreError {}

/// Verifies the backup `label` and everything that it needs, and rebuilds its logs and offsets.
///
/// # Errors
/// [`RestoreError`]: what is wrong, and where. There is no partial state.
pub fn restored(_store: &dyn Store, _label: &str) -> Result<RestoredState, RestoreError> {
    todo!("lands next")
}

/// What a restore would do to one committed offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRow {
    /// Topic.
    pub topic: Rc<str>,
    /// Partition.
    pub partition: i32,
    /// Its first offset that can be read.
    pub log_start: i64,
    /// The offset after its last.
    pub log_end: i64,
    /// The digest of its log.
    pub digest: Digest,
    /// The group that has committed here; a partition without commits has one row without.
    pub group: Option<Rc<str>>,
    /// Its committed offset.
    pub committed: Option<i64>,
    /// The offset of the first record at or after it: what must be delivered first; `None` when the log ends there.
    pub first: Option<i64>,
}

/// What a restore of `label` gives: a row for each partition and group that has committed there, sorted.
///
/// # Errors
/// As [`restored`].
pub fn plan(_store: &dyn Store, _label: &str) -> Result<Vec<PlanRow>, RestoreError> {
    todo!("lands next")
}
