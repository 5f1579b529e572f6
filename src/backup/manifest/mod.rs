//! The manifest: what a backup holds, complete, each file with the label of the backup that keeps it. Format 1.
//!
//! Canonical JSON: sorted keys, two spaces, one line feed at the end, no floats; offsets and producer ids are decimal
//! strings, all other numbers integers. (Python writes the same with
//! `json.dumps(m, indent=2, sort_keys=True, ensure_ascii=False) + "\n"`.) `tests/archives/manifest.example.json` shows
//! every field.

mod entry;
mod file;
pub mod json;

pub use entry::*;
pub use file::{FileEntry, FileKind};
pub use json::Offset;

use super::digest::Digest;
use crate::base::Map;
use json::{Json, object};
use std::fmt;
use std::rc::Rc;

/// The format that this version writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// Features that a manifest may require and that this version has.
///
/// `chain`: files of other backups are referenced.
pub const FEATURES: &[&str] = &["chain"];

/// The largest manifest that is read, in bytes.
pub const MANIFEST_BYTES_MAX: usize = 64 << 20;

/// A backup's manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// What a reader must know beyond the format, and for what.
    pub features_required: Vec<Feature>,
    /// The backup's label.
    pub label: Rc<str>,
    /// Its kind.
    pub kind: KindName,
    /// The backup that this one builds on; `None` for a full.
    pub prior: Option<Rc<str>>,
    /// The digest of that backup's manifest.
    pub prior_manifest_sha256: Option<Digest>,
    /// The full at the start of the chain; `None` for a full.
    pub base_full: Option<Rc<str>>,
    /// The labels from the full to this backup, this one included.
    pub chain: Vec<Rc<str>>,
    /// Labels of other backups whose files are used, sorted; all of them in `chain`.
    pub references: Vec<Rc<str>>,
    /// The cluster's id.
    pub cluster_id: Rc<str>,
    /// The version of Rejoin that wrote it.
    pub engine_version: Rc<str>,
    /// The backup that the state was restored from, if it was.
    pub restored_from: Option<LineageEntry>,
    /// Notes of the person who took it.
    pub annotations: Map<Rc<str>, Rc<str>>,
    /// When the backup began, in milliseconds since 1970.
    pub start_ms: i64,
    /// The moment of the cut.
    pub cut_ms: i64,
    /// When the backup ended.
    pub stop_ms: i64,
    /// How the cut was made.
    pub cut_mode: CutMode,
    /// Where the logs ended at moments up to the cut, thinned, oldest first; the last point is the cut.
    pub timeline: Vec<TimelinePoint>,
    /// Sorted by name.
    pub topics: Vec<TopicEntry>,
    /// Topics of the prior that are no more.
    pub dropped_since_prior: Vec<DroppedTopic>,
    /// Topics of the prior that were deleted and created again.
    pub recreated_since_prior: Vec<RecreatedTopic>,
    /// Sorted by topic and number.
    pub partitions: Vec<PartitionEntry>,
    /// Files that belong to no partition, sorted by path.
    pub files: Vec<FileEntry>,
    /// Sorted by id.
    pub groups: Vec<GroupEntry>,
    /// Transactional state.
    pub producers: Producers,
    /// Sums, for lists.
    pub totals: Totals,
    /// What a person should know about this backup.
    pub warnings: Vec<Rc<str>>,
}

object!(Manifest {
    format, features_required, label, kind = "type", prior, prior_manifest_sha256, base_full, chain,
    references, cluster_id, engine_version, restored_from, annotations, start_ms, cut_ms, stop_ms,
    cut_mode, timeline, topics, dropped_since_prior, recreated_since_prior, partitions, files, groups,
    producers, totals, warnings,
});

/// Why a manifest or a catalog is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// Larger than is read.
    TooLarge {
        /// Its bytes.
        bytes: u64,
    },
    /// Not the JSON that it should be; what and where.
    Malformed(String),
    /// The same content, but not the bytes that this format prescribes; the first byte that differs.
    NotCanonical {
        /// Counted from 0.
        at: u64,
    },
    /// A format that this version does not know.
    Newer {
        /// The format found.
        format: u64,
    },
    /// A feature that this version does not have.
    Feature {
        /// Its name.
        name: String,
        /// What needs it.
        operations: Vec<String>,
    },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FormatError::TooLarge { bytes } => write!(f, "is too large: {bytes} bytes"),
            FormatError::Malformed(why) => write!(f, "cannot be read: {why}"),
            FormatError::NotCanonical { at } => {
                write!(f, "is not written as this format prescribes (byte {at})")
            }
            FormatError::Newer { format } => write!(
                f,
                "has format {format}, and this version of Rejoin reads formats up to {FORMAT}: use a newer Rejoin"
            ),
            FormatError::Feature { name, operations } => write!(
                f,
                "needs the feature {name:?} to {}, which this version of Rejoin lacks: use a newer Rejoin",
                operations.join(" and to ")
            ),
        }
    }
}

impl std::error::Error for FormatError {}

impl Manifest {
    /// Reads a manifest strictly: only the bytes that [`Manifest::to_bytes`] writes are taken.
    ///
    /// # Errors
    /// [`FormatError`]; a newer format and an unknown feature are told before anything else is looked at.
    pub fn parse(bytes: &[u8]) -> Result<Manifest, FormatError> {
        let value = json::value(bytes, MANIFEST_BYTES_MAX)?;
        match value.get("format").and_then(serde_json::Value::as_u64) {
            None => return Err(FormatError::Malformed("it names no format".to_owned())),
            Some(format) if format > u64::from(FORMAT) => return Err(FormatError::Newer { format }),
            Some(_) => {}
        }
        for feature in
            value.get("features_required").and_then(serde_json::Value::as_array).into_iter().flatten()
        {
            let name = feature.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
            if !FEATURES.contains(&name) {
                let operations = feature.get("operations").and_then(serde_json::Value::as_array);
                let operations = operations.into_iter().flatten().filter_map(serde_json::Value::as_str);
                return Err(FormatError::Feature {
                    name: name.to_owned(),
                    operations: operations.map(str::to_owned).collect(),
                });
            }
        }
        json::strict(&value, bytes)
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self.to_value())
    }

    /// Every file, those of the partitions first.
    pub fn all_files(&self) -> impl Iterator<Item = &FileEntry> {
        self.partitions.iter().flat_map(|partition| &partition.files).chain(&self.files)
    }
}
