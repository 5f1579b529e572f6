//! What is wrong with a file, or with what the manifest says of it.

use super::files::{Read, Source};
use super::reading::{Loaded, Reading};
use super::{Finding, Report};
use crate::backup::digest::Crc32;
use crate::backup::layout;
use crate::backup::manifest::{EpochEntry, FileEntry, FileKind, Manifest, OpenTransaction, PartitionEntry};
use crate::backup::scan::{Facts, Scan};
use crate::backup::transactions;
use crate::log::batch::Header;
use crate::log::producers::Account;
use std::fmt::Debug;

/// Says what is wrong.
pub struct Judge<'b> {
    /// What is judged.
    pub manifest: &'b Manifest,
    /// Where it is said.
    pub report: &'b mut Report,
}

impl Judge<'_> {
    /// Where a file lies.
    pub fn place(&self, file: &FileEntry) -> String {
        layout::in_archive(file.reference.as_ref().unwrap_or(&self.manifest.label), &file.path)
    }

    pub fn found(&mut self, file: &FileEntry, what: String) {
        let place = self.place(file);
        self.report.add(Finding::new(&place, what));
    }

    pub fn manifest_says(&mut self, what: String) {
        let place = layout::in_archive(&self.manifest.label, layout::MANIFEST);
        self.report.add(Finding::new(&place, what));
    }

    /// A file's bytes.
    pub fn load<'a>(&mut self, file: &FileEntry, source: &dyn Source<'a>) -> Option<Loaded<'a>> {
        let keeper = file.reference.as_ref().unwrap_or(&self.manifest.label);
        let loaded = source.load(keeper, file);
        match &loaded {
            Some(loaded) => self.loaded(loaded.size),
            None => self.found(file, "is missing".to_owned()),
        }
        loaded
    }

    /// A file of so many bytes is there.
    pub fn loaded(&mut self, size: u64) {
        self.report.files += 1;
        self.report.bytes += size;
    }

    /// Whether a file is the one that the manifest means.
    pub fn sums(&mut self, file: &FileEntry, reading: &Reading<'_>) -> bool {
        let Some((sha256, crc32)) = reading.sums() else { return false };
        let right = sha256 == file.sha256;
        if right {
            self.holds(file, reading.size(), crc32);
        }
        right
    }

    fn holds(&mut self, file: &FileEntry, size: u64, crc32: Crc32) {
        self.says(file, "size", &file.size, &size);
        self.says(file, "crc32", &file.crc32, &crc32);
    }

    /// A log's file that was read before, after the same files.
    pub fn known(&mut self, file: &FileEntry, read: &Read) {
        self.report.files += 1;
        self.report.bytes += read.size;
        self.holds(file, read.size, read.crc32);
        self.facts(file, &read.facts);
    }

    fn says<T: PartialEq + Debug>(&mut self, file: &FileEntry, field: &str, says: &T, is: &T) {
        if says != is {
            self.manifest_says(format!("says {field} {says:?} of {}, which has {is:?}", file.path));
        }
    }

    /// The batches of a file; whether they are of further use.
    pub fn batches(&mut self, file: &FileEntry, reading: &Reading<'_>, right: bool) -> bool {
        match (reading.place(), right) {
            (Ok(place), true) => {
                if let Some(place) = place {
                    self.facts(file, &place.facts);
                }
                return true;
            }
            (Ok(_), false) => self.found(file, "does not match its digest".to_owned()),
            (Err(error), right) => {
                let offset = offset_at(&reading.bytes(), error.position)
                    .map_or(String::new(), |o| format!(" (offset {o})"));
                let digest = if right { "is not sound" } else { "does not match its digest" };
                self.found(file, format!("{digest}; {error}{offset}"));
            }
        }
        false
    }

    fn facts(&mut self, file: &FileEntry, facts: &Facts) {
        self.report.batches += facts.batches;
        self.report.records += facts.records;
        self.says(file, "batches", &file.batches, &facts.batches);
        self.says(file, "records", &file.records, &facts.records);
        self.says(file, "min_ts", &file.min_ts, &facts.min_ts);
        self.says(file, "max_ts", &file.max_ts, &facts.max_ts);
        self.says(file, "codecs", &file.codecs, &facts.codecs);
        if facts.end.is_some_and(|end| Some(end) > file.end_offset.map(|end| end.0)) {
            self.manifest_says(format!(
                "says that {} ends before offset {:?}, where it does",
                file.path, facts.end
            ));
        }
    }

    fn topic_id(&self, partition: &PartitionEntry) -> String {
        let topic = self.manifest.topics.iter().find(|topic| topic.name == partition.topic);
        topic.map_or(String::new(), |topic| topic.topic_id.to_string())
    }

    pub fn totals(&mut self, partition: &PartitionEntry, scan: &Scan) {
        let name = format!("{}-{}", partition.topic, partition.id);
        let differs = |field: &str, says: String, is: String| {
            (says != is).then(|| format!("says {field} {says} of {name}, whose log has {is}"))
        };
        let total = &scan.total;
        let wrong = [
            differs("state_digest", partition.state_digest.to_string(), scan.digest().to_string()),
            differs("records", partition.records.to_string(), total.records.to_string()),
            differs("batches", partition.batches.to_string(), total.batches.to_string()),
            differs("min_ts", format!("{:?}", partition.min_ts), format!("{:?}", total.min_ts)),
            differs("max_ts", format!("{:?}", partition.max_ts), format!("{:?}", total.max_ts)),
            differs(
                "max_ts_so_far_monotonic",
                partition.max_ts_so_far_monotonic.to_string(),
                scan.monotonic.to_string(),
            ),
            differs(
                "leader_epochs",
                format!("{:?}", partition.leader_epochs),
                format!("{:?}", epochs(partition, &scan.epochs)),
            ),
        ];
        wrong.into_iter().flatten().for_each(|what| self.manifest_says(what));
    }

    /// What is said of transactions against what the batches say.
    pub fn transactions(&mut self, partition: &PartitionEntry, account: &Account) {
        let PartitionEntry { topic, id, .. } = partition;
        let name = format!("{topic}-{id}");
        let open: Vec<OpenTransaction> = transactions::open(topic, *id, account).collect();
        let stable = open.first().map(|of| of.first_offset.max(partition.log_start_offset));
        let stable = stable.unwrap_or(partition.high_watermark);
        if partition.last_stable_offset != stable {
            let says = partition.last_stable_offset;
            self.manifest_says(format!("says last_stable_offset {says} of {name}, whose log has {stable}"));
        }
        let all = self.manifest.producers.open_transactions.iter();
        if !all.filter(|of| of.topic == *topic && of.partition == *id).eq(&open) {
            self.manifest_says(format!("says open transactions of {name} that are not those of its log"));
        }
    }

    /// What a file beside a log has to be.
    pub fn beside(&self, partition: &PartitionEntry, kind: FileKind) -> String {
        match kind {
            FileKind::PartitionMetadata => layout::partition_metadata(&self.topic_id(partition)),
            _ => layout::leader_epochs(&partition.leader_epochs),
        }
    }

    /// A file that follows from the rest; `None`: nobody can say what has to be in it.
    pub fn derived(&mut self, file: &FileEntry, reading: &Reading<'_>, right: bool, expected: Option<&[u8]>) {
        if !right {
            self.found(file, "does not match its digest".to_owned());
        } else if expected.is_some_and(|expected| *reading.bytes() != *expected) {
            let of = match file.kind {
                FileKind::OffsetIndex | FileKind::TimeIndex => "its log gives",
                _ => "the manifest says",
            };
            self.found(file, format!("does not say what {of}"));
        }
    }
}

/// What a partition's epochs should be: those of its batches, and perhaps one more that no batch has yet.
fn epochs(partition: &PartitionEntry, batches: &[EpochEntry]) -> Vec<EpochEntry> {
    let mut epochs = batches.to_vec();
    if let Some(last) = partition.leader_epochs.last()
        && last.start_offset == partition.log_end_offset
        && last.epoch > epochs.last().map_or(-1, |entry| entry.epoch)
    {
        epochs.push(last.clone());
    }
    epochs
}

/// The base offset of the batch at `position`, as far as it can be read.
pub fn offset_at(bytes: &[u8], position: u32) -> Option<i64> {
    Header::read(bytes.get(position as usize..)?).ok().map(|header| header.base_offset)
}
