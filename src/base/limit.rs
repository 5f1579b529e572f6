//! Limits that more than one layer keeps. A limit of one thing stands beside that thing.

/// The longest name of a topic (Kafka's `Topic.MAX_NAME_LENGTH`).
pub const TOPIC_NAME_MAX: usize = 249;
/// Characters of a group's name. Kafka's own bound is that of a text on its wire.
pub const GROUP_NAME_MAX: usize = 249;

/// Partitions of one topic, and of all topics of a world together.
pub const PARTITIONS_MAX: i32 = 100_000;

/// Consumers of a world, living and dead.
pub const CONSUMERS_MAX: u32 = 10_000;

/// The longest run, in virtual time: thirty days.
pub const RUN_MAX: super::Span = super::Span::from_secs(30 * 24 * 3600);

/// Bytes of a file taken in as records.
pub const LOAD_BYTES_MAX: u64 = 64 << 20;

/// Bytes of an archive taken in by the page.
pub const IMPORT_BYTES_MAX: u64 = 256 << 20;
