//! The archive: backups as one ordinary file. A ZIP with stored entries that is the same, to the byte, for the same
//! backups.

use super::capture::Refusal;
use super::store::{Contents, Store, Transaction};
use super::verify::Report;
use std::fmt;
use std::rc::Rc;

/// The file name of an exported backup: `rejoin-<label>.zip`.
pub fn file_name(label: &str) -> String {
    format!("rejoin-{label}.zip")
}

/// Why an archive was not exported or taken in. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// Not one of our archives at all; what it seems to be.
    NotAnArchive(String),
    /// Larger than is taken in.
    TooLarge {
        /// Its bytes.
        bytes: u64,
    },
    /// An archive that is damaged.
    Damaged(Report),
    /// A backup of the same label but other content is stored already.
    Conflict {
        /// The label.
        label: Rc<str>,
    },
    /// The store does not take it.
    Refused(Refusal),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Import refused, nothing was changed: ")?;
        match self {
            ImportError::NotAnArchive(why) => write!(f, "this is not an archive of Rejoin ({why})."),
            ImportError::TooLarge { bytes } => write!(
                f,
                "the archive has {bytes} bytes, and at most {} are taken in. Verify it with `rejoin verify`.",
                crate::base::limit::IMPORT_BYTES_MAX
            ),
            ImportError::Damaged(report) => f.write_str(&report.first()),
            ImportError::Conflict { label } => write!(
                f,
                "another backup is stored under the label {label}. Export and delete that one first."
            ),
            ImportError::Refused(refusal) => refusal.fmt(f),
        }
    }
}

impl std::error::Error for ImportError {}

/// An archive that was read and verified.
#[derive(Clone, Debug)]
pub struct Import {
    /// The labels of its backups, oldest first.
    pub labels: Vec<Rc<str>>,
    /// What it holds.
    pub contents: Contents,
}

impl Import {
    /// The transaction that adds these backups to a store. Those that it has already are left out; empty when it has all.
    ///
    /// # Errors
    /// [`ImportError::Conflict`] when a label is taken by another backup.
    pub fn transaction(&self, _store: &dyn Store) -> Result<Transaction, ImportError> {
        todo!("lands next")
    }
}

/// The archive of the backups `labels` and of everything that they need.
///
/// # Errors
/// What is damaged or missing in the store: an archive is never made of what does not verify.
pub fn write(_store: &dyn Store, _labels: &[Rc<str>]) -> Result<Vec<u8>, super::restore::RestoreError> {
    todo!("lands next")
}

/// Reads an archive strictly and verifies all of it.
///
/// # Errors
/// [`ImportError`]: what, where, and what to do.
pub fn read(_bytes: &[u8]) -> Result<Import, ImportError> {
    todo!("lands next")
}
