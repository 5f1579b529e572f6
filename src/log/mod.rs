//! Layer 1: records, batches in Kafka's bytes, a partition's log.
//!
//! | module | what it is |
//! |---|---|
//! | [`record`] | a record: timestamp, key, value, headers |
//! | [`batch`] | record batches v2: 61 bytes of header, records, CRC-32C; their codecs |
//! | [`segment`] | the bytes of a `.log` file, batch by batch, with every check |
//! | [`partition`] | a partition's log: append, read, digest, restore |
//! | [`config`] | what a topic is set to: segments, retention, compaction |
//! | [`side`] | the files beside a log: indexes, snapshots, checkpoints |
//! | [`producers`] | what a broker knows of a log's producers: epochs, sequences, open and aborted transactions |
//! | [`content`] | keys and values that a producer of the lab makes up |
//! | [`partitioner`] | which partition a record goes to, as Kafka's Java producer decides |
//!
//! Bytes are big-endian throughout, as Kafka's are. Timestamps are milliseconds since 1970.

pub mod batch;
pub mod config;
pub mod content;
pub mod partition;
pub mod partitioner;
pub mod producers;
pub mod record;
pub mod segment;
pub mod side;

pub use config::Policy;
pub use content::Recipe;
pub use partition::{Fetched, Partition, SegmentBytes, Span};
pub use partitioner::Sticky;
pub use record::{Bytes, Header, Record};
