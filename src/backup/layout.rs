//! Where each file of a backup lies, and what the small ones say. All of it is part of format 1.

use super::manifest::{EpochEntry, FileKind, GroupEntry, PartitionEntry, TopicEntry, json};
use super::offsets;
use crate::base::limit::TOPIC_NAME_MAX;
use crate::log::{segment, side};
use std::fmt::Write;

/// The first entry of an archive, and what it says: name of the format, its version, the version that a reader must know.
pub const FORMAT: &str = "FORMAT";
/// See [`FORMAT`].
pub const FORMAT_TEXT: &str = "rejoin-archive 1 1\n";
/// The entry for people.
pub const README: &str = "README.txt";
/// The digests of all other entries, as `sha256sum -c` reads them.
pub const SUMS: &str = "SHA256SUMS";
/// The catalog.
pub const CATALOG: &str = "catalog.json";

/// A manifest's path inside its backup's folder, and that of its copy.
pub const MANIFEST: &str = "manifest.json";
/// See [`MANIFEST`].
pub const MANIFEST_COPY: &str = "manifest.copy.json";

/// Whether Kafka takes this as a topic's name, and it is not the name of the folder for offsets.
pub fn is_topic_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    (1..=TOPIC_NAME_MAX).contains(&name.len())
        && name.bytes().all(allowed)
        && !matches!(name, "." | "..")
        && name != offsets::TOPIC
}

/// The path in an archive of a backup's file.
pub fn in_archive(label: &str, path: &str) -> String {
    format!("backups/{label}/{path}")
}

/// The path of a partition's log file.
pub fn log_path(topic: &str, partition: i32, base_offset: i64) -> String {
    format!("data/{topic}-{partition}/{}", segment::file_name(base_offset))
}

/// The path of a file beside a partition's logs that is named by an offset.
pub fn beside(topic: &str, partition: i32, offset: i64, kind: FileKind) -> String {
    let suffix = match kind {
        FileKind::OffsetIndex => "index",
        FileKind::TimeIndex => "timeindex",
        FileKind::TxnIndex => "txnindex",
        FileKind::ProducerSnapshot => "snapshot",
        other => unreachable!("{other:?} is named otherwise"),
    };
    format!("data/{topic}-{partition}/{}", side::file_name(offset, suffix))
}

/// The path of a file of which a partition has one.
pub fn partition_path(topic: &str, partition: i32, kind: FileKind) -> String {
    let name = match kind {
        FileKind::LeaderEpochCheckpoint => "leader-epoch-checkpoint",
        FileKind::PartitionMetadata => "partition.metadata",
        other => unreachable!("{other:?} is named otherwise"),
    };
    format!("data/{topic}-{partition}/{name}")
}

/// The path of a file of which a backup has one.
pub fn backup_path(kind: FileKind) -> &'static str {
    match kind {
        FileKind::LogStartOffsetCheckpoint => "data/log-start-offset-checkpoint",
        FileKind::OffsetsCsv => "groups/offsets.csv",
        FileKind::Topics => "meta/topics.json",
        FileKind::CreateTopics => "meta/create-topics.sh",
        other => unreachable!("{other:?} belongs to a partition"),
    }
}

/// `leader-epoch-checkpoint`: version 0, number of entries, an entry a line.
pub fn leader_epochs(epochs: &[EpochEntry]) -> String {
    let mut text = format!("0\n{}\n", epochs.len());
    for entry in epochs {
        writeln!(text, "{} {}", entry.epoch, entry.start_offset).expect("a string takes all");
    }
    text
}

/// `partition.metadata`, without a line feed at its end, as brokers write it.
pub fn partition_metadata(topic_id: &str) -> String {
    format!("version: 0\ntopic_id: {topic_id}")
}

/// `log-start-offset-checkpoint`: the partitions whose log starts inside a segment.
pub fn log_starts(partitions: &[PartitionEntry]) -> String {
    let inside = |partition: &&PartitionEntry| {
        let first =
            partition.files.iter().find(|file| file.kind == FileKind::Log).and_then(|file| file.base_offset);
        first != Some(partition.log_start_offset)
    };
    let entries: Vec<&PartitionEntry> = partitions.iter().filter(inside).collect();
    let mut text = format!("0\n{}\n", entries.len());
    for entry in entries {
        writeln!(text, "{} {} {}", entry.topic, entry.id, entry.log_start_offset)
            .expect("a string takes all");
    }
    text
}

/// `offsets.csv` for `kafka-consumer-groups --reset-offsets --from-file`: group, topic, partition, offset; no header.
pub fn offsets_csv(groups: &[GroupEntry]) -> String {
    let mut text = String::new();
    for group in groups {
        for entry in &group.offsets {
            let name = csv_field(&group.group);
            writeln!(text, "{name},{},{},{}", entry.topic, entry.partition, entry.offset)
                .expect("a string takes all");
        }
    }
    text
}

/// A field of a CSV line; quoted unless it is plain.
fn csv_field(field: &str) -> String {
    let plain =
        !field.is_empty() && field.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-:/@".contains(&b));
    if plain { field.to_owned() } else { format!("\"{}\"", field.replace('"', "\"\"")) }
}

/// `topics.json`: the topics as in the manifest.
pub fn topics_json(topics: &[TopicEntry]) -> Vec<u8> {
    json::to_bytes(json::list(topics))
}

/// `create-topics.sh`: a command a topic. Every word that comes from the backup stands in single quotes.
pub fn create_topics(topics: &[TopicEntry]) -> String {
    let mut text = String::from(
        "#!/bin/sh\n\
         # Creates the topics of this backup. Needs Kafka's bin folder in PATH.\n\
         # usage: BOOTSTRAP=localhost:9092 REPLICATION=1 sh create-topics.sh\n\
         set -e\n",
    );
    for topic in topics {
        write!(
            text,
            "kafka-topics.sh --bootstrap-server \"${{BOOTSTRAP:-localhost:9092}}\" --create --topic {} --partitions {} \
             --replication-factor \"${{REPLICATION:-1}}\"",
            quoted(&topic.name),
            topic.partition_count
        )
        .expect("a string takes all");
        for (key, value) in &topic.config {
            write!(text, " --config {}", quoted(&format!("{key}={value}"))).expect("a string takes all");
        }
        text.push('\n');
    }
    text
}

/// A word that a POSIX shell takes literally.
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_literal_to_a_shell_and_fields_to_a_csv_reader() {
        assert_eq!(quoted("retention.ms=$(rm -rf ~)'x"), r"'retention.ms=$(rm -rf ~)'\''x'");
        assert_eq!(csv_field("billing"), "billing");
        assert_eq!(csv_field("a,\"b\"\nc"), "\"a,\"\"b\"\"\nc\"");
        assert_eq!(csv_field(""), "\"\"");
    }

    #[test]
    fn topic_names_are_kafkas() {
        for name in ["orders", "a.b_c-D9", "...", &"x".repeat(249)] {
            assert!(is_topic_name(name), "{name}");
        }
        for name in ["", ".", "..", "a/b", "a b", "é", "__consumer_offsets", &"x".repeat(250)] {
            assert!(!is_topic_name(name), "{name}");
        }
    }
}
