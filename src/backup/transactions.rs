//! What a backup says of transactions: files beside the logs, what was open at the cut; and how a restore leaves none open.
//!
//! A transaction that is open at the cut can be ended by nobody in a restored log: its coordinator is not restored. So a
//! restore ends it, in one of two ways, and the plan says what each costs:
//!
//! ```text
//!              0  1  2  3  4  5  6      A, B: records of two producers' transactions; b: the marker that commits B's
//! backed up    x  A  B  b  x  A         x: records of no transaction; A is open from 1 on
//! abort        x  A  B  b  x  A  a      all that was committed stays, and a marker more ends each open transaction
//! cut          x                        and what was committed at 2 and 4 is lost
//! ```
//! To abort is the default, as a coordinator would have done it: it loses nothing that was committed. To cut takes the log
//! back until nothing in it is open, byte for byte a prefix of what was backed up: what was written once stays as it was,
//! for those who compare logs. A cut may open transactions again that had ended behind it, so it goes on until there is
//! none. Aborted transactions come back as they are, markers and all.

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

/// What becomes of transactions that are open where a restored log ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// Markers behind the log abort them.
    #[default]
    Abort,
    /// The log is cut back to before them.
    Cut,
}

impl Ending {
    /// Both.
    pub const ALL: [Ending; 2] = [Ending::Abort, Ending::Cut];

    /// Its name in commands.
    pub fn name(self) -> &'static str {
        match self {
            Ending::Abort => "abort",
            Ending::Cut => "cut",
        }
    }
}

impl RestoredState {
    /// Ends what is open in each log, and says what it costs, and what the other way would.
    pub(super) fn end_open_transactions(&mut self, ending: Ending) {
        for topic in &mut self.topics {
            for (id, log) in (0..).zip(&mut topic.partitions) {
                let open: Vec<_> = log.open_transactions().collect();
                let (Some(first), end) = (open.first(), log.end()) else { continue };
                let ids: Vec<String> = open.iter().map(|of| of.producer_id.to_string()).collect();
                let mut cut = log.clone();
                let lost = cut.cut_open();
                let markers = open.len();
                let aborted = match markers {
                    1 => format!("by a marker at {end}"),
                    _ => format!("by {markers} markers from {end} on"),
                };
                let cut_to = format!("the log ends at {}, not at {end}", cut.end());
                let taken = match lost.committed {
                    0 => "losing nothing that others committed since".to_owned(),
                    1 => "without 1 record that others committed since".to_owned(),
                    more => format!("without {more} records that others committed since"),
                };
                let (producers, what) = match markers {
                    1 => ("producer id", "the open transaction"),
                    _ => ("producer ids", "the open transactions"),
                };
                let fate = match ending {
                    Ending::Abort => {
                        format!("aborted, {aborted}. With transactions=cut {cut_to}, {taken}")
                    }
                    Ending::Cut => format!(
                        "{cut_to}, {taken}, and without {} of transactions that were open. With \
                         transactions=abort it keeps them, and ends {aborted}",
                        lost.open
                    ),
                };
                self.notes.push(
                    format!(
                        "{}-{id}: {what} of {producers} {}, from offset {} on, cannot be ended by anybody: {fate}.",
                        topic.name,
                        ids.join(", "),
                        first.first_offset
                    )
                    .into(),
                );
                match ending {
                    Ending::Abort => drop(log.abort_open(self.moment_ms)),
                    Ending::Cut => *log = cut,
                }
                topic.digests[id as usize] = Digest(log.state_digest());
            }
        }
    }
}
