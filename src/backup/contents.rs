//! A snapshot's parts become a manifest's entries and the bytes of files.

use super::capture::{Options, Refusal};
use super::digest::{Crc32, Digest, crc32};
use super::grown::{self, Grown, Made};
use super::layout;
use super::link::Link;
use super::manifest::{
    Change, EpochEntry, FileEntry, FileKind, GroupEntry, LineageEntry, Manifest, Offset, OffsetEntry,
    PartitionEntry, TopicEntry, Totals,
};
use super::offsets;
use super::scan::{Facts, Scan};
use super::snapshot::{GroupSnapshot, Lineage, OffsetSnapshot, Snapshot, TopicSnapshot};
use super::store::{ChunkKey, Transaction};
use super::transactions;
use crate::base::{Map, Uuid, small};
use crate::log::Partition;
use crate::log::segment::SegmentError;
use std::rc::Rc;

/// The bytes of a backup's files, in chunks.
#[derive(Clone, Default)]
pub struct Files {
    /// See [`super::store::Store::chunk`].
    pub chunks: Map<ChunkKey, Rc<[u8]>>,
}

impl Files {
    /// Keeps a file that has no batches.
    pub fn add(&mut self, path: &str, kind: FileKind, bytes: &[u8]) -> FileEntry {
        FileEntry {
            derived: kind != FileKind::OffsetsLog,
            ..self.add_log(path, kind, bytes, None, &Facts::default())
        }
    }

    /// Keeps a file of batches that covers the offsets of `range`.
    pub fn add_log(
        &mut self,
        path: &str,
        kind: FileKind,
        bytes: &[u8],
        range: Option<(i64, i64)>,
        facts: &Facts,
    ) -> FileEntry {
        let sums = (self.keep(bytes), crc32(bytes));
        log_entry(path, kind, (bytes.len() as u64, sums), range, facts)
    }

    /// Keeps a chunk of a file with this digest.
    pub fn chunk(&mut self, file: Digest, number: u32, chunk: impl Into<Rc<[u8]>>) {
        self.chunks.or_insert_with(ChunkKey { file, number }, || chunk.into());
    }

    /// Keeps bytes.
    pub fn keep(&mut self, bytes: &[u8]) -> Digest {
        let mut transaction =
            Transaction { puts: std::mem::take(&mut self.chunks), ..Transaction::default() };
        let digest = transaction.put_file(bytes);
        self.chunks = transaction.puts;
        digest
    }
}

/// The entry of a file of batches that covers the offsets of `range`: of its size, its checksums and what its batches say.
pub fn log_entry(
    path: &str,
    kind: FileKind,
    (size, (sha256, crc32)): (u64, (Digest, Crc32)),
    range: Option<(i64, i64)>,
    facts: &Facts,
) -> FileEntry {
    FileEntry {
        path: path.into(),
        kind,
        reference: None,
        base_offset: range.map(|(base, _)| Offset(base)),
        end_offset: range.map(|(_, end)| Offset(end)),
        size,
        sha256,
        crc32,
        batches: facts.batches,
        records: facts.records,
        min_ts: facts.min_ts,
        max_ts: facts.max_ts,
        codecs: facts.codecs.clone(),
        derived: false,
    }
}

/// The topics that were chosen, sorted by name.
pub fn chosen_topics<'a, 'b>(
    snapshot: &'b Snapshot<'a>,
    options: &Options,
) -> Result<Vec<&'b TopicSnapshot<'a>>, Refusal> {
    if let Some(unknown) =
        options.topics.iter().find(|name| !snapshot.topics.iter().any(|t| t.name == **name))
    {
        return Err(Refusal::UnknownTopic(unknown.clone()));
    }
    let chosen =
        |topic: &&TopicSnapshot<'a>| options.topics.is_empty() || options.topics.contains(&topic.name);
    let mut topics: Vec<_> = snapshot.topics.iter().filter(chosen).collect();
    small::sort_by(&mut topics, |a, b| a.name.cmp(&b.name));
    match topics.iter().find(|topic| !layout::is_topic_name(&topic.name)) {
        Some(topic) => Err(Refusal::TopicName(topic.name.clone())),
        None => Ok(topics),
    }
}

/// A topic's entry.
pub fn topic_entry(topic: &TopicSnapshot<'_>) -> TopicEntry {
    TopicEntry {
        name: topic.name.clone(),
        topic_id: topic.id.to_string().into(),
        partition_count: i32::try_from(topic.partitions.len()).expect("partitions are bounded"),
        config: topic.config.clone(),
        created_ms: topic.created_ms,
    }
}

/// The files of a partition's log, step by step: what `prior` has already are references. The logs of that backup, where
/// they are at hand, need not be read again.
pub fn grown(
    (topic, topic_id, id): (&Rc<str>, Uuid, i32),
    log: &Partition,
    (prior, logs): (Option<&Link>, Option<&Map<(Uuid, i32), Partition>>),
) -> Grown {
    let before = prior.and_then(|link| Some((link, link.partition(topic, &topic_id.to_string(), id)?)));
    let mut grown = Grown::new(log, (topic, id));
    if let Some((link, entry)) = before {
        let was = logs.and_then(|logs| logs.get(&(topic_id, id)));
        if !was.is_some_and(|was| grown.share(link, entry, was)) {
            grown.keep(link, entry);
        }
    }
    grown
}

/// A log does not give sound batches.
pub fn unsound(topic: &str, id: i32, error: &SegmentError) -> Refusal {
    Refusal::Log { partition: format!("{topic}-{id}").into(), what: error.to_string() }
}

/// A partition's entry, with the files of its log; they and those beside it are kept in `files`.
pub fn partition_entry(
    topic: &TopicSnapshot<'_>,
    id: i32,
    log: &Partition,
    (prior, made): (Option<&Link>, Made),
    files: &mut Files,
) -> PartitionEntry {
    let topic_id = topic.id.to_string();
    let before = prior.and_then(|link| Some((link, link.partition(&topic.name, &topic_id, id)?)));
    let Made { scan, list: mut own, indexes, whole, files: new, .. } = made;
    files.chunks.extend(new.chunks);
    let account = log.account();
    let beside = transactions::files(&topic.name, id, &own, &account, files);
    own.extend(beside);
    own.extend(indexes);
    let leader_epochs = leader_epochs(&scan, log);
    for (kind, text) in [
        (FileKind::LeaderEpochCheckpoint, layout::leader_epochs(&leader_epochs)),
        (FileKind::PartitionMetadata, layout::partition_metadata(&topic_id)),
    ] {
        own.push(files.add(&layout::partition_path(&topic.name, id, kind), kind, text.as_bytes()));
    }
    small::sort_by(&mut own, |a, b| a.path.cmp(&b.path));
    let first_open = account.producers.open().next().map(|(first, _)| first.max(log.log_start()));
    let change =
        prior.map(|_| before.map_or(Change::Recreated, |(_, entry)| grown::change(log, entry, whole)));
    PartitionEntry {
        topic: topic.name.clone(),
        id,
        log_start_offset: Offset(log.log_start()),
        log_end_offset: Offset(log.end()),
        high_watermark: Offset(log.high_watermark()),
        last_stable_offset: Offset(first_open.unwrap_or(log.high_watermark())),
        leader_epochs,
        records: scan.total.records,
        batches: scan.total.batches,
        min_ts: scan.total.min_ts,
        max_ts: scan.total.max_ts,
        max_ts_so_far_monotonic: scan.monotonic,
        gaps: Vec::new(),
        prior_state_digest: before.map(|(_, entry)| entry.state_digest),
        state_digest: scan.digest(),
        change,
        files: own,
    }
}

/// The epochs of the batches, and the log's own where no batch has it yet.
fn leader_epochs(scan: &Scan, log: &Partition) -> Vec<EpochEntry> {
    let mut epochs = scan.epochs.clone();
    if epochs.last().is_none_or(|last| last.epoch < log.leader_epoch()) {
        epochs.push(EpochEntry { epoch: log.leader_epoch(), start_offset: Offset(log.end()) });
    }
    epochs
}

/// The groups and their offsets in these partitions. What is left out is told in `warnings`.
pub fn group_entries(
    snapshot: &Snapshot<'_>,
    partitions: &[PartitionEntry],
    all: bool,
    warnings: &mut Vec<Rc<str>>,
) -> Result<Vec<GroupEntry>, Refusal> {
    let ends: Map<(&str, i32), i64> =
        partitions.iter().map(|p| ((&*p.topic, p.id), p.log_end_offset.0)).collect();
    let mut groups = Vec::new();
    for group in &snapshot.groups {
        let texts = group.offsets.iter().map(|offset| &offset.metadata).chain([&group.group]);
        if texts.into_iter().any(|text| text.len() > offsets::TEXT_BYTES_MAX) {
            return Err(Refusal::GroupText(group.group.clone()));
        }
        let (kept, left): (Vec<_>, Vec<_>) =
            group.offsets.iter().partition(|o| ends.contains_key(&(&*o.topic, o.partition)));
        warnings.extend(left.iter().map(|o| left_out(group, o)));
        if all || !kept.is_empty() {
            groups.push(group_entry(group, &kept, &ends));
        }
    }
    small::sort_by(&mut groups, |a, b| a.group.cmp(&b.group));
    small::sort(warnings);
    Ok(groups)
}

fn left_out(group: &GroupSnapshot, offset: &OffsetSnapshot) -> Rc<str> {
    format!(
        "The offset {} of group {} for {}-{} is not in this backup: the partition is not.",
        offset.offset, group.group, offset.topic, offset.partition
    )
    .into()
}

fn group_entry(group: &GroupSnapshot, kept: &[&OffsetSnapshot], ends: &Map<(&str, i32), i64>) -> GroupEntry {
    let mut offsets: Vec<OffsetEntry> = kept
        .iter()
        .map(|o| OffsetEntry {
            topic: o.topic.clone(),
            topic_id: (o.topic_id != Uuid::ZERO).then(|| o.topic_id.to_string().into()),
            partition: o.partition,
            offset: Offset(o.offset),
            leader_epoch: o.leader_epoch,
            metadata: o.metadata.clone(),
            commit_ms: o.commit_ms,
            beyond_cut: o.offset > ends[&(&*o.topic, o.partition)],
        })
        .collect();
    small::sort_by(&mut offsets, |a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
    GroupEntry {
        group: group.group.clone(),
        state_at_cut: group.state.clone(),
        generation: group.generation,
        offsets,
    }
}

/// The files that belong to no partition, those of `offsets` among them, sorted by path.
pub fn backup_files(
    topics: &[TopicEntry],
    partitions: &[PartitionEntry],
    groups: &[GroupEntry],
    offsets: Vec<FileEntry>,
    files: &mut Files,
) -> Vec<FileEntry> {
    let mut own = offsets;
    for (kind, bytes) in small_files(topics, partitions, groups) {
        own.push(files.add(layout::backup_path(kind), kind, &bytes));
    }
    small::sort_by(&mut own, |a, b| a.path.cmp(&b.path));
    own
}

/// The files of which a backup has one each; they follow from the rest of the manifest.
pub fn small_files(
    topics: &[TopicEntry],
    partitions: &[PartitionEntry],
    groups: &[GroupEntry],
) -> [(FileKind, Vec<u8>); 4] {
    [
        (FileKind::LogStartOffsetCheckpoint, layout::log_starts(partitions).into_bytes()),
        (FileKind::OffsetsCsv, layout::offsets_csv(groups).into_bytes()),
        (FileKind::Topics, layout::topics_json(topics)),
        (FileKind::CreateTopics, layout::create_topics(topics).into_bytes()),
    ]
}

/// A lineage's entry.
pub fn lineage_entry(lineage: &Lineage) -> LineageEntry {
    LineageEntry { label: lineage.label.clone(), manifest_sha256: lineage.manifest_sha256 }
}

impl Manifest {
    /// What the totals must be.
    pub(super) fn sum(&self) -> Totals {
        let count = |n: usize| n as u64;
        Totals {
            topics: count(self.topics.len()),
            partitions: count(self.partitions.len()),
            records: self.partitions.iter().map(|p| p.records).sum(),
            batches: self.partitions.iter().map(|p| p.batches).sum(),
            groups: count(self.groups.len()),
            offsets: self.groups.iter().map(|group| count(group.offsets.len())).sum(),
            files: count(self.all_files().count()),
            bytes_own: self.all_files().filter(|file| file.reference.is_none()).map(|file| file.size).sum(),
            bytes_total: self.all_files().map(|file| file.size).sum(),
        }
    }
}
