//! Verification: reads every byte that it speaks of. Whatever it prints makes the verdict fail.

mod ahead;
pub mod bare;
pub(super) mod chain;
mod committed;
pub(super) mod files;
mod judge;
pub(super) mod reading;
pub(super) mod shape;
mod stored;
mod tasks;

pub use files::Memo;
pub use reading::{FileBytes, Progress};
pub use stored::{Verification, verify, verify_each};

pub use chain::broken_links;

use super::archive::{self, ImportError};
use super::layout;
use super::manifest::Manifest;
use crate::base::Map;
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

impl Finding {
    /// A finding that names no backup yet.
    pub(super) fn new(place: &str, what: impl Into<Rc<str>>) -> Finding {
        Finding { place: place.into(), what: what.into(), backups: Vec::new() }
    }
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
    /// Adds a finding, unless it is there.
    pub(super) fn add(&mut self, finding: Finding) {
        if self.findings.len() >= FINDINGS_MAX {
            self.more += 1;
        } else if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// Whether something was found wrong at `place`.
    pub(super) fn names(&self, place: &str) -> bool {
        self.findings.iter().any(|finding| &*finding.place == place)
    }

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

/// Verifies an archive.
///
/// # Errors
/// [`ImportError::NotAnArchive`], [`ImportError::Newer`] or [`ImportError::TooLarge`] when there is nothing that can be
/// verified; damage is in the report.
pub fn verify_file(bytes: &[u8]) -> Result<Report, ImportError> {
    verify_file_by(bytes, &OneHand)
}

/// The same; `hands` hashes and reads.
///
/// # Errors
/// As [`verify_file`].
pub fn verify_file_by(bytes: &[u8], hands: &dyn Hands) -> Result<Report, ImportError> {
    archive::check_by(bytes, hands, &archive::Sums::default()).map(|checked| checked.report)
}

/// Verifies an archive of `length` bytes that is read piece by piece, by two hands at once, and never held: `None` unless
/// everything holds. What is wrong is what [`verify_file_by`] says.
pub fn verify_stream(archive: &dyn ReadAt, length: u64, hands: &dyn Hands) -> Option<Report> {
    archive::check_stream(archive, length, hands)
}

/// A file that several may read at once.
pub trait ReadAt: Sync {
    /// Fills `into` with the bytes from `at` on; whether it could.
    fn read_at(&self, into: &mut [u8], at: u64) -> bool;
}

/// Who does two things that do not wait for each other.
pub trait Hands {
    /// Does both: one after the other, or at the same time.
    fn both(&self, one: &mut (dyn FnMut() + Send), other: &mut dyn FnMut());
}

/// One after the other.
pub struct OneHand;

impl Hands for OneHand {
    fn both(&self, one: &mut (dyn FnMut() + Send), other: &mut dyn FnMut()) {
        one();
        other();
    }
}

/// Tells of each finding which backups it hurts: all whose manifest names the file, or builds on what names it.
pub(super) fn name_backups(report: &mut Report, manifests: &Map<Rc<str>, Manifest>) {
    if report.ok() {
        return;
    }
    let mut users: Map<String, Vec<Rc<str>>> = Map::new();
    let mut use_of = |path: String, label: &Rc<str>| {
        let labels = users.or_default(path);
        if labels.last() != Some(label) {
            labels.push(label.clone());
        }
    };
    for manifest in manifests.values() {
        for file in manifest.all_files() {
            use_of(
                layout::in_archive(file.reference.as_ref().unwrap_or(&manifest.label), &file.path),
                &manifest.label,
            );
        }
        for label in &manifest.chain {
            use_of(layout::in_archive(label, layout::MANIFEST), &manifest.label);
        }
    }
    for finding in &mut report.findings {
        finding.backups = users.get(&*finding.place).cloned().unwrap_or_default();
    }
}
