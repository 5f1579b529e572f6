//! One backup's files against its manifest.

use super::{Finding, Report};
use crate::backup::contents::small_files;
use crate::backup::digest::{Crc32, Digest, crc32, sha256};
use crate::backup::layout;
use crate::backup::manifest::{EpochEntry, FileEntry, FileKind, Manifest, OpenTransaction, PartitionEntry};
use crate::backup::offsets::{self, Commit, Replayed};
use crate::backup::scan::{Facts, ReadLog, Scan};
use crate::backup::transactions;
use crate::base::Map;
use crate::log::batch::{Header, RecordView};
use crate::log::producers::Account;
use crate::log::segment::{self, SegmentBatch};
use std::borrow::Cow;
use std::fmt::Debug;

/// Where files come from.
pub trait Source {
    /// A file of the backup `keeper`; `None` when it is not there.
    fn load(&self, keeper: &str, file: &FileEntry) -> Option<Loaded<'_>>;
}

/// A file's bytes and their checksums.
pub struct Loaded<'a> {
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
    /// Their digest.
    pub sha256: Digest,
    /// Their checksum.
    pub crc32: Crc32,
    /// A log, when it was read already.
    pub read: Option<&'a ReadLog>,
}

impl<'a> Loaded<'a> {
    /// Bytes whose checksums are not known yet.
    pub fn new(bytes: Cow<'a, [u8]>) -> Loaded<'a> {
        Loaded { sha256: sha256(&bytes), crc32: crc32(&bytes), bytes, read: None }
    }
}

/// What was read of partitions in this call, file by file: a backup that shares them with one before need not read them
/// again.
#[derive(Default)]
pub struct Memo {
    /// By the log's start and the files so far.
    after: Map<Digest, Read>,
}

/// A log's file that was read and is the right one.
struct Read {
    size: u64,
    crc32: Crc32,
    facts: Facts,
    /// What was read up to its end.
    scan: Scan,
}

/// What stands for the files of a log up to the one at `place`; `before` for those before it.
fn key(before: Digest, place: &str, file: &FileEntry) -> Digest {
    let base = file.base_offset.map_or(0, |base| base.0).to_be_bytes();
    sha256(&[&before.0[..], &file.sha256.0, &base, place.as_bytes()].concat())
}

/// Verifies all files that `manifest` names.
pub fn check(manifest: &Manifest, source: &dyn Source, memo: &mut Memo, report: &mut Report) {
    let mut check = Check { manifest, source, memo, report };
    for partition in &manifest.partitions {
        check.partition(partition);
    }
    check.offsets();
    check.small_files();
}

struct Check<'a> {
    manifest: &'a Manifest,
    source: &'a dyn Source,
    memo: &'a mut Memo,
    report: &'a mut Report,
}

impl<'a> Check<'a> {
    fn place(&self, file: &FileEntry) -> String {
        layout::in_archive(file.reference.as_ref().unwrap_or(&self.manifest.label), &file.path)
    }

    fn found(&mut self, file: &FileEntry, what: String) {
        let place = self.place(file);
        self.report.add(Finding::new(&place, what));
    }

    fn manifest_says(&mut self, what: String) {
        let place = layout::in_archive(&self.manifest.label, layout::MANIFEST);
        self.report.add(Finding::new(&place, what));
    }

    /// A file's bytes; whether they are the right ones is told beside.
    fn load(&mut self, file: &FileEntry) -> Option<(Loaded<'a>, bool)> {
        let keeper = file.reference.as_ref().unwrap_or(&self.manifest.label);
        let Some(loaded) = self.source.load(keeper, file) else {
            self.found(file, "is missing".to_owned());
            return None;
        };
        self.report.files += 1;
        self.report.bytes += loaded.bytes.len() as u64;
        let right = loaded.sha256 == file.sha256;
        if right {
            self.holds(file, loaded.bytes.len() as u64, loaded.crc32);
        }
        Some((loaded, right))
    }

    fn holds(&mut self, file: &FileEntry, size: u64, crc32: Crc32) {
        self.says(file, "size", &file.size, &size);
        self.says(file, "crc32", &file.crc32, &crc32);
    }

    fn says<T: PartialEq + Debug>(&mut self, file: &FileEntry, field: &str, says: &T, is: &T) {
        if says != is {
            self.manifest_says(format!("says {field} {says:?} of {}, which has {is:?}", file.path));
        }
    }

    /// Whether a log's file was read after the same files in this call: then it is only held against this manifest.
    fn known(&mut self, file: &FileEntry, read: Digest, scan: &mut Scan) -> bool {
        let Some(known) = self.memo.after.get(&read) else { return false };
        let (size, crc32, facts) = (known.size, known.crc32, known.facts.clone());
        *scan = known.scan.clone();
        self.report.files += 1;
        self.report.bytes += size;
        self.holds(file, size, crc32);
        self.facts(file, &facts);
        true
    }

    /// Reads a log's file, and remembers it when it is the right one.
    fn log(&mut self, file: &FileEntry, read: Digest, scan: &mut Scan) -> Option<Cow<'a, [u8]>> {
        let (Loaded { bytes, crc32, .. }, facts) = self.batches(file, scan)?;
        let known = Read { size: bytes.len() as u64, crc32, facts, scan: scan.clone() };
        self.memo.after.insert(read, known);
        Some(bytes)
    }

    /// Reads the batches of a file; `None` when they are of no further use.
    fn batches(&mut self, file: &FileEntry, scan: &mut Scan) -> Option<(Loaded<'a>, Facts)> {
        let (loaded, right) = self.load(file)?;
        let bytes = &loaded.bytes;
        let base = file.base_offset.map_or(0, |base| base.0);
        // What a wrong file says of itself must not be held against those that follow.
        let mut read = scan.clone();
        let facts = read.known(base, bytes, loaded.read);
        if right {
            *scan = read;
        }
        match (facts, right) {
            (Ok(facts), true) => {
                self.facts(file, &facts);
                return Some((loaded, facts));
            }
            (Ok(_), false) => self.found(file, "does not match its digest".to_owned()),
            (Err(error), right) => {
                let offset =
                    offset_at(bytes, error.position).map_or(String::new(), |o| format!(" (offset {o})"));
                let digest = if right { "is not sound" } else { "does not match its digest" };
                self.found(file, format!("{digest}; {error}{offset}"));
            }
        }
        None
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

    fn partition(&mut self, partition: &PartitionEntry) {
        let start = partition.log_start_offset.0;
        let mut scan = Scan::new(start);
        let mut read = sha256(&start.to_be_bytes());
        let mut whole = true;
        let mut account = transactions::says_anything(self.manifest, partition).then(Account::default);
        for file in partition.files.iter().filter(|file| file.kind == FileKind::Log) {
            read = key(read, &self.place(file), file);
            // Who follows transactions needs the batches themselves.
            if account.is_none() && self.known(file, read, &mut scan) {
                continue;
            }
            let bytes = self.log(file, read, &mut scan);
            whole &= bytes.is_some();
            if let (Some(bytes), Some(account)) = (bytes, &mut account) {
                let held =
                    |batch: &SegmentBatch<'_>| batch.header.last_offset() >= partition.log_start_offset.0;
                let batches = segment::batches(&bytes).headers_only().flatten();
                batches.filter(held).for_each(|batch| account.take(&batch));
            }
        }
        for (kind, text) in [
            (FileKind::LeaderEpochCheckpoint, layout::leader_epochs(&partition.leader_epochs)),
            (FileKind::PartitionMetadata, layout::partition_metadata(&self.topic_id(partition))),
        ] {
            for file in partition.files.iter().filter(|file| file.kind == kind) {
                self.derived(file, text.as_bytes());
            }
        }
        if whole {
            self.totals(partition, &scan);
        }
        if let Some(account) = account {
            self.transactions(partition, whole.then_some(&account));
        }
    }

    /// What is said of producers against what the batches say.
    fn transactions(&mut self, partition: &PartitionEntry, account: Option<&Account>) {
        let PartitionEntry { topic, id, files, .. } = partition;
        let expected = account.map_or(Vec::new(), |of| transactions::expected(topic, *id, files, of));
        let beside = |file: &&FileEntry| matches!(file.kind, FileKind::TxnIndex | FileKind::ProducerSnapshot);
        for file in files.iter().filter(beside) {
            match (account, expected.iter().find(|(path, ..)| **path == *file.path)) {
                (Some(_), Some((_, _, bytes))) => self.derived(file, bytes),
                (Some(_), None) => self.found(file, "tells of nothing that the log has".to_owned()),
                // The log is damaged, which is told already; the file itself may be too.
                (None, _) => {
                    if let Some((_, false)) = self.load(file) {
                        self.found(file, "does not match its digest".to_owned());
                    }
                }
            }
        }
        let Some(account) = account else { return };
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

    fn topic_id(&self, partition: &PartitionEntry) -> String {
        let topic = self.manifest.topics.iter().find(|topic| topic.name == partition.topic);
        topic.map_or(String::new(), |topic| topic.topic_id.to_string())
    }

    fn totals(&mut self, partition: &PartitionEntry, scan: &Scan) {
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
        if total.batches == 0 && partition.log_start_offset != partition.log_end_offset {
            let (start, end) = (partition.log_start_offset, partition.log_end_offset);
            self.manifest_says(format!("says that {name} goes from {start} to {end}, but there is no batch"));
        }
    }

    /// A file that follows from the manifest.
    fn derived(&mut self, file: &FileEntry, expected: &[u8]) {
        match self.load(file) {
            Some((_, false)) => self.found(file, "does not match its digest".to_owned()),
            Some((loaded, true)) if *loaded.bytes != *expected => {
                self.found(file, "does not say what the manifest says".to_owned());
            }
            _ => {}
        }
    }

    fn small_files(&mut self) {
        let manifest = self.manifest;
        for (kind, expected) in small_files(&manifest.topics, &manifest.partitions, &manifest.groups) {
            for file in manifest.files.iter().filter(|file| file.kind == kind) {
                self.derived(file, &expected);
            }
        }
    }

    /// The records of committed offsets against the groups: the last record of each partition counts.
    fn offsets(&mut self) {
        let mut found = Replayed::default();
        let mut whole = true;
        let mut scans: Map<&str, Scan> = Map::new();
        let manifest = self.manifest;
        for file in manifest.files.iter().filter(|file| file.kind == FileKind::OffsetsLog) {
            let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let scan = scans.or_insert_with(folder, || Scan::new(0));
            let Some((Loaded { bytes, .. }, _)) = self.batches(file, scan) else {
                whole = false;
                continue;
            };
            let mut each = |record: RecordView<'_>| {
                let commit = Commit::parse(record.timestamp_ms, record.key.unwrap_or(&[]), record.value);
                match commit.filter(|commit| folder == offsets::folder(&commit.group)) {
                    Some(commit) => found.add(commit),
                    None => {
                        whole = false;
                        let what =
                            format!("has a record at offset {} that does not belong there", record.offset);
                        self.found(file, what);
                    }
                }
            };
            segment::batches(&bytes).flatten().for_each(|batch| batch.for_each_record(&mut each));
        }
        let differs = found.steps_to(&Replayed::of(&manifest.groups), 0).into_iter().next();
        if whole && let Some(commit) = differs {
            self.manifest_says(format!(
                "and the records in data/{}-N do not agree on what {} has committed in {}-{}",
                offsets::TOPIC,
                commit.group,
                commit.topic,
                commit.partition
            ));
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
