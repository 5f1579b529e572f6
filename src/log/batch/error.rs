//! Why bytes are not a sound record batch.

use super::compression::CodecError;
use super::header::Compression;
use std::fmt;

/// Why bytes are not a sound record batch. Its text is a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchError {
    /// The bytes end inside the batch.
    Cut {
        /// Bytes that the batch needs.
        needed: u64,
        /// Bytes that are there.
        there: u64,
    },
    /// The length field says less than any batch has.
    Length(i32),
    /// Bytes follow the batch where one batch was expected.
    Trailing(u64),
    /// A format before Kafka 0.11 (magic 0 or 1).
    OldFormat(u8),
    /// A magic that no Kafka has written.
    UnknownFormat(u8),
    /// The compressed records cannot be unpacked.
    Packed {
        /// Their codec.
        codec: Compression,
        /// What is wrong.
        what: CodecError,
    },
    /// Bits 0 to 2 of the attributes name no codec.
    UnknownCompression(u8),
    /// The checksum does not fit the bytes.
    Crc {
        /// The checksum in the header.
        stored: u32,
        /// The checksum of the bytes.
        computed: u32,
    },
    /// A field of the header contradicts itself or the records.
    Field {
        /// The field's name, as Kafka's tools write it.
        field: &'static str,
        /// What it says.
        says: i64,
        /// What would be right.
        expected: String,
    },
    /// A record cannot be read.
    Record {
        /// The record's place in the batch, from 0.
        index: u32,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BatchError::Cut { needed, there } => {
                write!(f, "the batch is cut: {needed} bytes are needed, {there} are there")
            }
            BatchError::Length(length) => write!(f, "a batch cannot have length {length}"),
            BatchError::Trailing(bytes) => write!(f, "{bytes} bytes follow the batch"),
            BatchError::OldFormat(magic) => {
                write!(f, "message format v{magic} (before Kafka 0.11) is not supported")
            }
            BatchError::UnknownFormat(magic) => write!(f, "message format v{magic} is unknown"),
            BatchError::Packed { codec, what } => write!(f, "its {codec} records cannot be unpacked: {what}"),
            BatchError::UnknownCompression(id) => write!(f, "compression {id} is unknown"),
            BatchError::Crc { stored, computed } => {
                write!(f, "the CRC is wrong: the header says {stored:08x}, the bytes give {computed:08x}")
            }
            BatchError::Field { field, says, expected } => {
                write!(f, "{field} is {says}, expected {expected}")
            }
            BatchError::Record { index, what } => write!(f, "record {index} of the batch: {what}"),
        }
    }
}

impl std::error::Error for BatchError {}
