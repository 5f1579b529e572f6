//! What a file of a broker is, by its name.

use crate::story::load::segment::base_of;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// `<base>.log`: batches; the offset in its name.
    Log(i64),
    /// `<base>.index`.
    OffsetIndex(i64),
    /// `<base>.timeindex`.
    TimeIndex(i64),
    /// `<base>.txnindex`: aborted transactions.
    AbortedIndex(i64),
    /// `<next offset>.snapshot`: producers.
    Snapshot(i64),
    /// `leader-epoch-checkpoint`.
    Epochs,
    /// `partition.metadata`: the topic's id.
    TopicId,
    /// `log-start-offset-checkpoint` of a log dir.
    LogStarts,
    /// Another checkpoint of a log dir: nothing here depends on it.
    Checkpoint,
    /// `meta.properties`, `.kafka_cleanshutdown`: of the broker itself.
    Broker,
    /// Nothing that a broker keeps.
    Unknown,
}

impl FileKind {
    /// Told from a file's name.
    pub fn of(name: &str) -> FileKind {
        let numbered = |end: &str| base_of(&format!("{}.log", name.strip_suffix(end)?));
        if let Some(base) = base_of(name) {
            return FileKind::Log(base);
        }
        let ends: [(&str, fn(i64) -> FileKind); 4] = [
            (".index", FileKind::OffsetIndex),
            (".timeindex", FileKind::TimeIndex),
            (".txnindex", FileKind::AbortedIndex),
            (".snapshot", FileKind::Snapshot),
        ];
        if let Some(kind) = ends.iter().find_map(|(end, kind)| numbered(end).map(kind)) {
            return kind;
        }
        match name {
            "leader-epoch-checkpoint" => FileKind::Epochs,
            "partition.metadata" => FileKind::TopicId,
            "log-start-offset-checkpoint" => FileKind::LogStarts,
            "meta.properties" | ".kafka_cleanshutdown" | ".lock" => FileKind::Broker,
            _ if name.ends_with("-offset-checkpoint") => FileKind::Checkpoint,
            _ => FileKind::Unknown,
        }
    }

    /// Whether it is a text.
    pub fn is_text(self) -> bool {
        matches!(
            self,
            FileKind::Epochs
                | FileKind::TopicId
                | FileKind::LogStarts
                | FileKind::Checkpoint
                | FileKind::Broker
        )
    }
}

/// The topic and the number of a partition's folder: `orders-0`.
pub fn partition_of(folder: &str) -> Option<(&str, i32)> {
    let (topic, number) = folder.rsplit_once('-')?;
    let parsed = number.parse().ok().filter(|parsed: &i32| *parsed >= 0 && parsed.to_string() == number);
    parsed.filter(|_| !topic.is_empty()).map(|number| (topic, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_a_file_is() {
        for (name, kind) in [
            ("00000000000000000042.log", FileKind::Log(42)),
            ("00000000000000000042.index", FileKind::OffsetIndex(42)),
            ("00000000000000000042.timeindex", FileKind::TimeIndex(42)),
            ("00000000000000000042.snapshot", FileKind::Snapshot(42)),
            ("00000000000000000042.txnindex", FileKind::AbortedIndex(42)),
            ("42.log", FileKind::Unknown),
            ("00000000000000000042.log.deleted", FileKind::Unknown),
            ("replication-offset-checkpoint", FileKind::Checkpoint),
            ("log-start-offset-checkpoint", FileKind::LogStarts),
        ] {
            assert_eq!(FileKind::of(name), kind, "{name}");
        }
        assert_eq!(partition_of("a-b-17"), Some(("a-b", 17)));
        for none in ["orders", "orders-", "-0", "orders-01", "orders-0.3c1f-delete", "orders-99999999999"] {
            assert_eq!(partition_of(none), None, "{none}");
        }
    }
}
