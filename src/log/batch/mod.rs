//! Record batches, version 2 (magic 2): how Kafka keeps and sends records since 0.11.
//!
//! ```text
//!  0  8  base offset                     27  8  base timestamp (or delete horizon)
//!  8  4  length of what follows          35  8  max timestamp
//! 12  4  partition leader epoch          43  8  producer id       (-1 none)
//! 16  1  magic = 2                       51  2  producer epoch    (-1 none)
//! 17  4  CRC-32C of bytes 21 to the end  53  4  base sequence     (-1 none)
//! 21  2  attributes                      57  4  record count
//! 23  4  last offset delta               61  …  records
//! ```
//!
//! Base offset and leader epoch lie outside the CRC: a broker writes them without touching the rest.
//! Batches of every codec are read ([`compression`]); the formats before 0.11 (magic 0 and 1) are named and refused.
//! Nothing is allocated by a length that was only read: every length is first held against the bytes that are there.
//!
//! Source: `org.apache.kafka.common.record.internal.DefaultRecordBatch` and `DefaultRecord`.

pub mod compression;
mod decode;
mod encode;
mod error;
mod header;
mod marker;
mod rewrite;
pub mod varint;

pub use decode::{Body, RecordView, Records, check, check_each, check_records, decode, unpacked};
pub use encode::{
    BatchInfo, Parts, Producer, Timestamps, encode, encode_into, packed, parts, record_size, without_numbers,
};
pub use error::BatchError;
pub use header::{Attributes, Compression, HEADER_BYTES, Header, TimestampType};
pub use marker::{MARKER_BYTES, Marker};
pub use rewrite::{emptied, rewritten};
