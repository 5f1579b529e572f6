//! Small text files: checkpoints of a version, a count, and an entry a line; and the metadata of a partition.
//!
//! ```text
//! leader-epoch-checkpoint        0 ⏎ 2 ⏎ 0 0 ⏎ 3 17 ⏎                 epoch, first offset
//! log-start-offset-checkpoint    0 ⏎ 1 ⏎ orders 3 73 ⏎                topic, partition, offset
//! partition.metadata             version: 0 ⏎ topic_id: Wm0…          without a line's end at the end
//! ```
//! `recovery-point-offset-checkpoint`, `replication-offset-checkpoint` and `cleaner-offset-checkpoint` are written like
//! the second.

use super::SideError;
use crate::base::{TopicPartition, Uuid};

/// From which offset on a leader's epoch counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EpochEntry {
    /// The epoch.
    pub epoch: i32,
    /// The first offset that its leader appended.
    pub start_offset: i64,
}

/// Reads `leader-epoch-checkpoint`: epochs increase, and so do their offsets.
pub fn read_epochs(text: &str) -> Result<Vec<EpochEntry>, SideError> {
    let mut epochs: Vec<EpochEntry> = Vec::new();
    for (line, entry) in checkpoint(text)? {
        let refused = |expected| SideError::Line { line, expected };
        let (epoch, offset) = entry.split_once(' ').ok_or_else(|| refused("an epoch and an offset"))?;
        let epoch = number(epoch).ok_or_else(|| refused("an epoch of 0 or more"))?;
        let start_offset = number(offset).ok_or_else(|| refused("an offset of 0 or more"))?;
        let epoch = i32::try_from(epoch).map_err(|_| refused("an epoch of 31 bits"))?;
        if epochs.last().is_some_and(|last| last.epoch >= epoch || last.start_offset > start_offset) {
            return Err(refused("a later epoch, and no earlier offset"));
        }
        epochs.push(EpochEntry { epoch, start_offset });
    }
    Ok(epochs)
}

/// Writes `leader-epoch-checkpoint`.
pub fn write_epochs(epochs: &[EpochEntry]) -> String {
    let lines = epochs.iter().map(|entry| format!("{} {}\n", entry.epoch, entry.start_offset));
    format!("0\n{}\n{}", epochs.len(), lines.collect::<String>())
}

/// Reads a checkpoint of offsets, in the order of its lines.
pub fn read_offsets(text: &str) -> Result<Vec<(TopicPartition, i64)>, SideError> {
    let mut offsets = Vec::new();
    for (line, entry) in checkpoint(text)? {
        let refused = |expected| SideError::Line { line, expected };
        let mut words = entry.split(' ');
        let (Some(topic), Some(partition), Some(offset), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(refused("a topic, a partition and an offset"));
        };
        let partition = number(partition).and_then(|partition| i32::try_from(partition).ok());
        let partition = partition.ok_or_else(|| refused("a partition of 0 or more"))?;
        let offset = number(offset).ok_or_else(|| refused("an offset of 0 or more"))?;
        offsets.push((TopicPartition::new(topic, partition), offset));
    }
    Ok(offsets)
}

/// Writes a checkpoint of offsets.
pub fn write_offsets(offsets: &[(TopicPartition, i64)]) -> String {
    let line = |(at, offset): &(TopicPartition, i64)| format!("{} {} {offset}\n", at.topic, at.partition);
    format!("0\n{}\n{}", offsets.len(), offsets.iter().map(line).collect::<String>())
}

/// The entries of a checkpoint, each with the number of its line.
fn checkpoint(text: &str) -> Result<Vec<(u64, &str)>, SideError> {
    let refused = |line, expected| Err(SideError::Line { line, expected });
    // Not `lines()`, which would take a carriage return along unseen.
    let mut lines = (1u64..).zip(text.split_terminator('\n'));
    match lines.next().map(|(_, version)| number(version)) {
        Some(Some(0)) => {}
        Some(Some(version)) => return Err(SideError::Version(version)),
        _ => return refused(1, "version 0"),
    }
    let count = lines.next().and_then(|(_, count)| number(count));
    let entries: Vec<(u64, &str)> = lines.collect();
    match count {
        None => refused(2, "the number of entries"),
        Some(count) if count != entries.len() as i64 => refused(2, "the number of the lines that follow"),
        Some(_) if !text.ends_with('\n') => refused(entries.len() as u64 + 2, "the line's end"),
        Some(_) => Ok(entries),
    }
}

/// A whole number as Kafka writes it: digits only.
fn number(text: &str) -> Option<i64> {
    let canonical = text == "0" || !text.starts_with(['0', '+', '-']);
    text.parse().ok().filter(|_| canonical)
}

/// Reads the topic id in `partition.metadata`.
pub fn read_topic_id(text: &str) -> Result<Uuid, SideError> {
    let (version, id) = text.split_once('\n').unwrap_or((text, ""));
    match version.strip_prefix("version: ").map(number) {
        Some(Some(0)) => {}
        Some(Some(version)) => return Err(SideError::Version(version)),
        _ => return Err(SideError::Line { line: 1, expected: "version: 0" }),
    }
    let id = id.strip_prefix("topic_id: ").and_then(|id| Uuid::parse(id.trim_end_matches('\n')));
    id.ok_or(SideError::Line { line: 2, expected: "topic_id: and 22 letters of base64" })
}

/// Writes `partition.metadata`.
pub fn write_topic_id(id: Uuid) -> String {
    format!("version: 0\ntopic_id: {id}")
}
