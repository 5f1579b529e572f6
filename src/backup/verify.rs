//! Verification: reads every byte that it speaks of. Whatever it prints makes the verdict fail.

use super::archive::ImportError;
use super::store::Store;
use std::fmt;
use std::rc::Rc;

/// Findings that a report keeps; further ones are counted.
pub const FINDINGS_MAX: usize = 1000;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, by its path in an archive, or the part of the archive.
    pub place: Rc<str>,
    /// What is wrong with it: a sentence that continues the place, without a full stop.
    pub what: Rc<str>,
    /// The backups that cannot be restored because of it, by label. Empty when that cannot be told.
    pub backups: Vec<Rc<str>>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}.", self.place, self.what)?;
        if !self.backups.is_empty() {
            write!(f, " Hurts {}.", self.backups.join(", "))?;
        }
        Ok(())
    }
}

/// What a verification read, and what it found wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The backups that were looked at, by label.
    pub backups: Vec<Rc<str>>,
    /// Files that were read.
    pub files: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Batches that were checked.
    pub batches: u64,
    /// Records that were decoded.
    pub records: u64,
    /// What is wrong, in the order of the files.
    pub findings: Vec<Finding>,
    /// Findings beyond [`FINDINGS_MAX`].
    pub more: u64,
}

impl Report {
    /// Whether everything was read and holds.
    pub fn ok(&self) -> bool {
        self.findings.is_empty()
    }

    /// The first finding as a sentence, and how many follow.
    pub fn first(&self) -> String {
        let more = self.findings.len().saturating_sub(1) as u64 + self.more;
        match (self.findings.first(), more) {
            (None, _) => "Everything holds.".to_owned(),
            (Some(finding), 0) => finding.to_string(),
            (Some(finding), more) => format!("{finding} And {more} more."),
        }
    }
}

/// A finding a line; when there is none, one line that says what was read.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ok() {
            return write!(
                f,
                "ok: {} ({} files, {} bytes, {} batches, {} records)",
                self.backups.join(", "),
                self.files,
                self.bytes,
                self.batches,
                self.records
            );
        }
        for (i, finding) in self.findings.iter().enumerate() {
            write!(f, "{}{finding}", if i == 0 { "" } else { "\n" })?;
        }
        if self.more > 0 {
            write!(f, "\nAnd {} more.", self.more)?;
        }
        Ok(())
    }
}

/// Verifies the backup `label` of a store, and everything that it needs.
pub fn verify(_store: &dyn Store, _label: &str) -> Report {
    todo!("lands next")
}

/// Verifies an archive.
///
/// # Errors
/// [`ImportError::NotAnArchive`] or [`ImportError::TooLarge`] when there is nothing to verify; damage is in the report.
pub fn verify_file(_bytes: &[u8]) -> Result<Report, ImportError> {
    todo!("lands next")
}
