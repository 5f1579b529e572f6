//! The records of committed offsets in a backup, against what its manifest says of groups.

use super::judge::Judge;
use crate::backup::manifest::FileEntry;
use crate::backup::offsets::{self, Commit, Replayed};
use crate::backup::scan::Scan;
use crate::base::Map;
use crate::log::batch::RecordView;
use crate::log::segment;

/// The records of committed offsets that were read.
#[derive(Default)]
pub struct Commits {
    found: Replayed,
    /// Whether one of their files was not sound.
    pub broken: bool,
    /// By folder.
    pub scans: Map<Box<str>, Scan>,
}

/// The folder of a file of committed offsets.
pub fn folder(file: &FileEntry) -> &str {
    file.path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl Commits {
    /// The records of a file that is sound.
    pub fn add(&mut self, file: &FileEntry, bytes: &[u8], judge: &mut Judge<'_>) {
        let mut each = |record: RecordView<'_>| {
            let commit = Commit::parse(record.timestamp_ms, record.key.unwrap_or(&[]), record.value);
            match commit.filter(|commit| folder(file) == offsets::folder(&commit.group)) {
                Some(commit) => self.found.add(commit),
                None => {
                    self.broken = true;
                    judge.found(
                        file,
                        format!("has a record at offset {} that does not belong there", record.offset),
                    );
                }
            }
        };
        segment::batches(bytes).flatten().for_each(|batch| batch.for_each_record(&mut each));
    }

    /// The records of committed offsets against the groups: the last record of each partition counts.
    pub fn judge(&self, judge: &mut Judge<'_>) {
        let differs = self.found.steps_to(&Replayed::of(&judge.manifest.groups), 0).into_iter().next();
        if !self.broken
            && let Some(commit) = differs
        {
            judge.manifest_says(format!(
                "and the records in data/{}-N do not agree on what {} has committed in {}-{}",
                offsets::TOPIC,
                commit.group,
                commit.topic,
                commit.partition
            ));
        }
    }
}
