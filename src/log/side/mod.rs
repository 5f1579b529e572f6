//! The files beside a log: what a broker keeps to find, to fence and to recover, and can make again from the log.
//!
//! | module | file |
//! |---|---|
//! | [`index`] | `<base>.index`, `<base>.timeindex` |
//! | [`aborted`] | `<base>.txnindex` |
//! | [`snapshot`] | `<next offset>.snapshot` |
//! | [`checkpoint`] | `leader-epoch-checkpoint`, `log-start-offset-checkpoint` and its kin, `partition.metadata` |
//!
//! Every reader takes exactly what its writer writes, so what was read and is written again is the same to the byte.

pub mod aborted;
pub mod checkpoint;
pub mod index;
pub mod snapshot;

use std::fmt;

/// Why a file beside a log is not sound. Its text is a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SideError {
    /// Its length is no whole number of entries.
    Length {
        /// Bytes that are there.
        bytes: u64,
        /// Bytes of an entry.
        entry: u32,
    },
    /// An entry contradicts itself or the one before.
    Entry {
        /// Which one, from 0.
        index: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// A version that is not known.
    Version(i64),
    /// The checksum does not fit the bytes.
    Crc {
        /// The checksum in the file.
        stored: u32,
        /// The checksum of the bytes.
        computed: u32,
    },
    /// The file ends too early, or too late.
    Cut(&'static str),
    /// A line of a text.
    Line {
        /// Which one, from 1.
        line: u64,
        /// What was expected.
        expected: &'static str,
    },
}

impl fmt::Display for SideError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SideError::Length { bytes, entry } => {
                write!(f, "{bytes} bytes are no whole number of entries of {entry}")
            }
            SideError::Entry { index, what } => write!(f, "entry {index}: {what}"),
            SideError::Version(version) => write!(f, "version {version} is not known"),
            SideError::Crc { stored, computed } => {
                write!(f, "the CRC is wrong: the file says {stored:08x}, the bytes give {computed:08x}")
            }
            SideError::Cut(what) => f.write_str(what),
            SideError::Line { line, expected } => write!(f, "line {line}: expected {expected}"),
        }
    }
}

impl std::error::Error for SideError {}

/// The name of the file with that offset and suffix: `00000000000000000042.index`.
pub fn file_name(offset: i64, suffix: &str) -> String {
    format!("{offset:020}.{suffix}")
}

/// The entries of a file of entries of `N` bytes.
fn entries<const N: usize>(bytes: &[u8]) -> Result<&[[u8; N]], SideError> {
    match bytes.as_chunks::<N>() {
        (entries, []) => Ok(entries),
        _ => Err(SideError::Length { bytes: bytes.len() as u64, entry: N as u32 }),
    }
}

/// The `N` bytes at `at`, which must lie inside.
fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N].try_into().expect("fields lie inside their entry")
}
