//! What a backup says of transactions: files beside the logs, what was open at the cut; and how a restore leaves none open.
//!
//! A transaction that is open at the cut can be ended by nobody in a restored log: its coordinator is not restored. So a
//! restore ends it as the coordinator would have done: an abort marker stands behind what was restored, and the plan says
//! so. (To cut the log back to its first record would open those again that ended later, and take committed records of
//! others along.) Aborted transactions come back as they are, markers and all.

use super::contents::Files;
use super::layout;
use super::manifest::{FileEntry, FileKind, Offset, OpenTransaction, PartitionEntry, Producers};
use super::restore::RestoredState;
use super::snapshot::Snapshot;
use super::{Digest, Manifest};
use crate::log::producers::Account;
use crate::log::side::{aborted, snapshot};
use std::rc::Rc;

/// The files beside a partition's logs that tell of producers: those that say nothing are left out, as a broker does.
pub fn files(
    topic: &str,
    id: i32,
    logs: &[FileEntry],
    account: &Account,
    files: &mut Files,
) -> Vec<FileEntry> {
    let mut own = Vec::new();
    for (path, kind, bytes) in expected(topic, id, logs, account) {
        own.push(files.add(&path, kind, &bytes));
    }
    own
}

/// Paths and bytes of these files.
pub fn expected(
    topic: &str,
    id: i32,
    logs: &[FileEntry],
    account: &Account,
) -> Vec<(String, FileKind, Vec<u8>)> {
    let mut all = Vec::new();
    for file in logs.iter().filter(|file| file.kind == FileKind::Log) {
        let (Some(Offset(base)), Some(Offset(end))) = (file.base_offset, file.end_offset) else { continue };
        let within: Vec<_> =
            account.aborted.iter().filter(|of| (base..end).contains(&of.last_offset)).copied().collect();
        if !within.is_empty() {
            let path = layout::beside(topic, id, base, FileKind::TxnIndex);
            all.push((path, FileKind::TxnIndex, aborted::write(&within)));
        }
    }
    let producers = account.producers.snapshot();
    let end = logs.iter().filter_map(|file| file.end_offset).max();
    if let (false, Some(Offset(end))) = (producers.is_empty(), end) {
        let path = layout::beside(topic, id, end, FileKind::ProducerSnapshot);
        all.push((path, FileKind::ProducerSnapshot, snapshot::write(&producers)));
    }
    all
}

/// Whether a manifest says anything of a partition's producers that its log has to bear out.
pub fn says_anything(manifest: &Manifest, of: &PartitionEntry) -> bool {
    let told = |file: &FileEntry| matches!(file.kind, FileKind::TxnIndex | FileKind::ProducerSnapshot);
    let open = |open: &OpenTransaction| open.topic == of.topic && open.partition == of.id;
    of.last_stable_offset != of.high_watermark
        || of.files.iter().any(told)
        || manifest.producers.open_transactions.iter().any(open)
}

/// The producers of a snapshot and of the logs that were kept of it.
pub fn producers(snapshot: &Snapshot<'_>, partitions: &[PartitionEntry]) -> Producers {
    let mut all =
        Producers { next_producer_id: Offset(snapshot.next_producer_id), open_transactions: Vec::new() };
    for entry in partitions {
        let topic = snapshot.topics.iter().find(|topic| topic.name == entry.topic);
        let Some(log) = topic.and_then(|topic| topic.partitions.get(entry.id as usize)) else { continue };
        let account = log.account();
        let newest = account.producers.snapshot().iter().map(|of| of.producer_id).max();
        all.next_producer_id =
            all.next_producer_id.max(Offset(newest.map_or(0, |newest| newest.saturating_add(1))));
        all.open_transactions.extend(open(&entry.topic, entry.id, &account));
    }
    all
}

/// The transactions of a partition that are open.
pub fn open<'a>(
    topic: &'a Rc<str>,
    id: i32,
    account: &'a Account,
) -> impl Iterator<Item = OpenTransaction> + 'a {
    account.producers.open().map(move |(first_offset, producer_id)| OpenTransaction {
        topic: topic.clone(),
        partition: id,
        producer_id: Offset(producer_id),
        producer_epoch: account.producers.epoch(producer_id).unwrap_or(-1),
        first_offset: Offset(first_offset),
    })
}

impl RestoredState {
    /// Aborts what is open in each log, and says so.
    pub(super) fn abort_open_transactions(&mut self) {
        for topic in &mut self.topics {
            for (id, log) in (0..).zip(&mut topic.partitions) {
                let end = log.end();
                let open = log.abort_open(self.moment_ms);
                let Some(first) = open.first() else { continue };
                let ids: Vec<String> = open.iter().map(|of| of.producer_id.to_string()).collect();
                let (producers, what) = match ids.len() {
                    1 => ("producer", "the open transaction"),
                    _ => ("producers", "the open transactions"),
                };
                self.notes.push(
                    format!(
                        "{}-{id}: {what} of {producers} {}, from offset {} on, cannot be ended by anybody: aborted, by a \
                         marker at {end}.",
                        topic.name,
                        ids.join(", "),
                        first.first_offset
                    )
                    .into(),
                );
                topic.digests[id as usize] = Digest(log.state_digest());
            }
        }
    }
}
