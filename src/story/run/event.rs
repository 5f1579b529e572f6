//! What the runner did and found, beside what the world's trace says.

use super::CheckResult;
use crate::base::Time;
use std::fmt;
use std::rc::Rc;

/// Something the runner did or found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Time,
    /// How many entries the world's trace had then: its place among them.
    pub traced: u64,
    /// What.
    pub what: Act,
}

/// What the runner did or found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A command was carried out: its canonical line.
    Command(Rc<str>),
    /// A command was refused: its canonical line, the reason in words.
    Refused(Rc<str>, Rc<str>),
    /// A check was judged.
    Check(CheckResult),
    /// A file was loaded.
    Loaded {
        /// The topic.
        topic: Rc<str>,
        /// The file.
        file: Rc<str>,
        /// Records written or on their way.
        records: u64,
        /// Lines that could not be used.
        unusable: u64,
        /// Remarks, a sentence each.
        remarks: Vec<Rc<str>>,
    },
    /// A line of a loaded file could not be used: file, line number, reason.
    LineRefused(Rc<str>, u64, Rc<str>),
    /// A backup was taken: label, records, offsets, and what a person should know.
    BackedUp(Rc<str>, u64, u32, Vec<Rc<str>>),
    /// A backup was verified: label, findings.
    Verified(Rc<str>, Vec<Rc<str>>),
    /// What was asked for was said and nothing was done: of what, and a sentence each.
    Said(Rc<str>, Vec<Rc<str>>),
    /// A backup was deleted: label.
    BackupDeleted(Rc<str>),
    /// A backup was written as an archive: label, file, bytes.
    Exported(Rc<str>, Rc<str>, u64),
    /// Backups were taken in from an archive: file, labels.
    Imported(Rc<str>, Vec<Rc<str>>),
    /// Data was restored from a backup: label, records, offsets.
    Restored(Rc<str>, u64, u32),
    /// All of a restore is proven: label.
    Proven(Rc<str>),
    /// A restore is proven wrong: label, what was found.
    Disproven(Rc<str>, Rc<str>),
}

/// Why a command was refused, in words. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A sentence without its capital letter and full stop.
    pub reason: Rc<str>,
}

impl Refusal {
    /// A refusal for this reason. Whatever capital letter and full stop it has are taken off.
    pub fn new(reason: impl fmt::Display) -> Refusal {
        let text = reason.to_string();
        let text = text.strip_suffix('.').unwrap_or(&text);
        let plain_start = |rest: &str| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == ' ');
        let mut chars = text.chars();
        let reason = match chars.next() {
            Some(first) if first.is_ascii_uppercase() && plain_start(chars.as_str()) => {
                format!("{}{}", first.to_ascii_lowercase(), chars.as_str())
            }
            _ => text.to_owned(),
        };
        Refusal { reason: reason.into() }
    }

    /// The refusal of something that the language knows and this version cannot do.
    pub fn not_available(what: impl fmt::Display) -> Refusal {
        Refusal::new(format!("{what} is not available in this version"))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refusal {}

impl From<crate::sim::Refusal> for Refusal {
    fn from(refusal: crate::sim::Refusal) -> Refusal {
        Refusal::new(refusal)
    }
}
