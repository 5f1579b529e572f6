//! What was found in a file: what became a record, and what did not and why.

use super::super::command::{LOAD_RECORDS_MAX, LoadFormat};
use crate::base::limit::LOAD_BYTES_MAX;
use crate::log::segment::SegmentError;
use std::fmt;
use std::rc::Rc;

/// Lines that are named; further ones are counted.
pub const LINES_NAMED_MAX: usize = 100;

/// A line that could not be used, or only in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// Why.
    pub reason: Rc<str>,
}

/// What was found in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How it was read.
    pub format: LoadFormat,
    /// Records that were made.
    pub records: u64,
    /// Empty lines: no records.
    pub empty: u64,
    /// Lines that could not be used: no records.
    pub unusable: u64,
    /// The first [`LINES_NAMED_MAX`] of those.
    pub named: Vec<BadLine>,
    /// Records without the field that was to be the key: their key is null.
    pub keyless: u64,
    /// Records whose time was missing or could not be read: they have the time of their arrival.
    pub timeless: u64,
    /// The first of those.
    pub first_timeless: Option<BadLine>,
    /// Records of transactions, committed or not.
    pub transactional: u64,
    /// Whether the file began with a byte order mark. It is no part of the first line.
    pub bom: bool,
    /// What else is to be said, a sentence each.
    pub more: Vec<String>,
}

impl Report {
    /// Names and counts a line that cannot be used.
    pub(super) fn refuse(&mut self, line: u64, reason: impl Into<Rc<str>>) {
        self.unusable += 1;
        if self.named.len() < LINES_NAMED_MAX {
            self.named.push(BadLine { line, reason: reason.into() });
        }
    }

    /// The timestamp that a line says, or its arrival when it says none that can be read.
    pub(super) fn timestamp(&mut self, line: u64, said: Option<&[u8]>, arrival_ms: i64) -> i64 {
        if let Some(ms) = said.and_then(super::time::timestamp_ms) {
            return ms;
        }
        self.timeless += 1;
        self.first_timeless.get_or_insert_with(|| BadLine {
            line,
            reason: match said {
                None => "it has no time".into(),
                Some(said) => format!("{} is no time", shown(said)).into(),
            },
        });
        arrival_ms
    }

    /// Remarks beside the lines that could not be used, a sentence each.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = self.more.clone();
        if self.bom {
            remarks.push(
                "The file begins with a byte order mark (EF BB BF), which is no part of its first line."
                    .into(),
            );
        }
        if self.empty > 0 {
            remarks.push(format!("Empty lines, which are no records: {}.", self.empty));
        }
        let unnamed = self.unusable - self.named.len() as u64;
        if unnamed > 0 {
            remarks.push(format!("Further lines that could not be used: {unnamed}."));
        }
        if self.keyless > 0 {
            remarks
                .push(format!("Records without the field of the key, whose key is null: {}.", self.keyless));
        }
        if self.transactional > 0 {
            remarks.push(format!(
                "Records of transactions, which consumers read whether committed or not (read_uncommitted): {}.",
                self.transactional
            ));
        }
        if let Some(first) = &self.first_timeless {
            remarks.push(format!(
                "Records with the time of their arrival: {}; the first in line {}: {}.",
                self.timeless, first.line, first.reason
            ));
        }
        remarks
    }
}

/// Why nothing of a file was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// Larger than is taken in: its bytes.
    TooLarge(u64),
    /// A zero byte near the beginning: where, from 0.
    Binary(u64),
    /// More lines than are taken in.
    TooManyLines(u64),
    /// A key or a time was asked for, and lines of text have neither.
    NoColumns,
    /// Settings for lines, and the file is a segment: which.
    OfLines(&'static str),
    /// A segment with a batch that is not sound.
    Segment(SegmentError),
    /// A segment with more records than are taken in.
    TooManyRecords,
    /// A segment without a record.
    NoRecords,
    /// The CSV file has no header row.
    NoHeader,
    /// The header row has no such column: its name, the columns there are, the nearest.
    NoColumn(Rc<str>, Rc<str>, Option<Rc<str>>),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::TooLarge(bytes) => {
                write!(f, "the file has {bytes} bytes, and at most {LOAD_BYTES_MAX} (64 MiB) are taken")
            }
            LoadError::Binary(at) => write!(f, "the file is binary: byte {} is zero", at + 1),
            LoadError::TooManyLines(lines) => {
                write!(f, "the file has {lines} lines, and at most {LOAD_RECORDS_MAX} are taken")
            }
            LoadError::NoColumns => {
                f.write_str("lines of text have no columns: key= and time= need format=csv or format=jsonl")
            }
            LoadError::OfLines(settings) => {
                write!(
                    f,
                    "records of a segment have keys, times and offsets of their own: {settings} is for lines"
                )
            }
            LoadError::Segment(error) => write!(f, "{error}"),
            LoadError::TooManyRecords => {
                write!(f, "the segment has more than {LOAD_RECORDS_MAX} records")
            }
            LoadError::NoRecords => f.write_str("the segment has no records"),
            LoadError::NoHeader => f.write_str("the file has no header row that names its columns"),
            LoadError::NoColumn(name, columns, near) => {
                write!(f, "there is no column {name}; the header row has {columns}")?;
                near.as_ref().map_or(Ok(()), |near| write!(f, "; did you mean {near}?"))
            }
        }
    }
}

impl std::error::Error for LoadError {}

/// Bytes as a message can show them: printable, cut at 40 characters.
pub(super) fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    let text: String = text.chars().map(|c| if c.is_control() { '·' } else { c }).take(40).collect();
    if text.is_empty() { "nothing".to_owned() } else { text }
}
