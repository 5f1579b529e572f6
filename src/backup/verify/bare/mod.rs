//! Bare files: those of a broker's partition folder, without a manifest that says what they must be.
//!
//! | file | held against |
//! |---|---|
//! | `.log` | itself: every check of the log, attributes, control records, records of internal topics, the numbers of its producers; its name; the next segment; `leader-epoch-checkpoint` and `.txnindex` beside it |
//! | `.index`, `.timeindex` | the log beside it: what stands there, and that nothing is missing |
//! | `.txnindex`, `.snapshot` | itself; the logs and the snapshots beside it |
//! | `leader-epoch-checkpoint` | itself; the logs beside it |
//! | `…-offset-checkpoint` | itself; the folders of the partitions that it names; the other checkpoints |
//! | `partition.metadata` | itself; those of the topic's other partitions |
//!
//! What nothing in the files tells of cannot be found:
//!
//! * batches that are gone where offsets may be missing; a gap is no damage, since compaction leaves gaps: it is a remark.
//!   So is a producer that a snapshot lacks, since brokers forget those that are silent
//! * a leader epoch that is not below the one before it, where no `leader-epoch-checkpoint` is beside the log
//! * of a producer: the sequence of its first batch in a segment and after a gap, a reset to 0, another id; −1 and 0
//!   where there is none; of a marker without an index or a snapshot beside it: what it ends, and whose
//! * timestamps of all records of a batch moved together, or of one that is not the largest, where neither the time
//!   index nor a snapshot has them; the time of the append in the place of theirs; a delete horizon
//! * bytes of a codec that unpack to the same; keys, values and headers of clients; of internal topics those that can be
//!   read as well, and records of kinds that a newer broker may know (a remark)
//! * an offset in a checkpoint, an entry in a checkpoint of epochs for which there is no batch, or an id, that is another
//!   sound one; entries of a `.txnindex` and of a snapshot whose records compaction took
//! * that a file which is not there, other than a log or a `.txnindex`, was there

mod index;
mod log;
mod records;
mod sequences;
mod state;
mod text;

pub use records::Unread;

use std::fmt;

/// Findings of one file that are kept; further ones are counted.
const FINDINGS_MAX: usize = 100;

/// What a file of a partition's folder is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// A segment; its base offset, when its name says one.
    Log(Option<i64>),
    /// An offset index of the segment with this base offset.
    OffsetIndex(i64),
    /// A time index of the segment with this base offset.
    TimeIndex(i64),
    /// An index of aborted transactions of the segment with this base offset.
    Aborted(i64),
    /// A snapshot of the producers' state up to this offset.
    Snapshot(i64),
    /// `leader-epoch-checkpoint`.
    Epochs,
    /// A checkpoint of offsets of several partitions.
    Offsets(Checkpoint),
    /// `partition.metadata`.
    Metadata,
}

/// What a checkpoint of offsets says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checkpoint {
    /// `log-start-offset-checkpoint`: where logs start inside a segment.
    LogStart,
    /// `recovery-point-offset-checkpoint`: up to where logs were flushed; after a clean stop, all of them.
    RecoveryPoint,
    /// `replication-offset-checkpoint`: the high watermarks.
    Replication,
    /// `cleaner-offset-checkpoint`: up to where logs were compacted.
    Cleaner,
}

impl Checkpoint {
    const ALL: [Checkpoint; 4] =
        [Checkpoint::LogStart, Checkpoint::RecoveryPoint, Checkpoint::Replication, Checkpoint::Cleaner];

    /// The name of its file.
    pub fn name(self) -> &'static str {
        match self {
            Checkpoint::LogStart => "log-start-offset-checkpoint",
            Checkpoint::RecoveryPoint => "recovery-point-offset-checkpoint",
            Checkpoint::Replication => "replication-offset-checkpoint",
            Checkpoint::Cleaner => "cleaner-offset-checkpoint",
        }
    }
}

impl Bare {
    /// What the file of that name is; `None` for other files.
    pub fn of(name: &str) -> Option<Bare> {
        match name {
            "leader-epoch-checkpoint" => return Some(Bare::Epochs),
            "partition.metadata" => return Some(Bare::Metadata),
            _ => {}
        }
        if let Some(kind) = Checkpoint::ALL.into_iter().find(|kind| kind.name() == name) {
            return Some(Bare::Offsets(kind));
        }
        let (stem, suffix) = name.rsplit_once('.')?;
        let offset = offset_of(stem);
        match suffix {
            "log" => Some(Bare::Log(offset)),
            "index" => offset.map(Bare::OffsetIndex),
            "timeindex" => offset.map(Bare::TimeIndex),
            "txnindex" => offset.map(Bare::Aborted),
            "snapshot" => offset.map(Bare::Snapshot),
            _ => None,
        }
    }
}

/// The offset that a file is named by.
fn offset_of(stem: &str) -> Option<i64> {
    stem.parse().ok().filter(|_| stem.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What lies around a file. Paths are relative to the file's folder.
pub trait Around {
    /// A file's bytes; `None` when it is not there.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
    /// The names in a folder.
    fn names(&self, folder: &str) -> Vec<String>;
    /// The name of the file's own folder.
    fn folder(&self) -> Option<String>;
    /// Why a record of this topic is not read, a control record or another one; `None` when it is, and of topics whose
    /// keys and values may be anything.
    fn unread(&self, topic: &str, control: bool, key: Option<&[u8]>, value: Option<&[u8]>) -> Option<Unread>;
}

/// What was found of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What it holds, in words.
    pub holds: String,
    /// What is wrong with it, a sentence each without a full stop.
    pub damage: Vec<String>,
    /// What is worth knowing and no damage.
    pub remarks: Vec<String>,
    /// Damage beyond what is listed.
    pub more: u64,
}

impl Found {
    fn damaged(&mut self, what: impl Into<String>) {
        if self.damage.len() < FINDINGS_MAX { self.damage.push(what.into()) } else { self.more += 1 }
    }

    fn remark(&mut self, what: impl Into<String>) {
        if self.remarks.len() < FINDINGS_MAX {
            self.remarks.push(what.into());
        }
    }

    /// Whether nothing is wrong with it.
    pub fn ok(&self) -> bool {
        self.damage.is_empty()
    }
}

/// A line for each finding; when nothing is wrong, one that says what was read.
impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<String> = self.damage.iter().map(|what| format!("{what}.")).collect();
        lines.extend((self.more > 0).then(|| format!("And {} more.", self.more)));
        lines.extend(self.ok().then(|| format!("ok: {}", self.holds)));
        lines.extend(self.remarks.iter().map(|what| format!("remark: {what}.")));
        f.write_str(&lines.join("\n"))
    }
}

/// Verifies one file.
pub fn check(what: Bare, bytes: &[u8], around: &dyn Around) -> Found {
    let mut found = Found::default();
    match what {
        Bare::Log(base) => log::check(base, bytes, around, &mut found),
        Bare::OffsetIndex(base) => index::offsets(base, bytes, around, &mut found),
        Bare::TimeIndex(base) => index::times(base, bytes, around, &mut found),
        Bare::Aborted(base) => state::aborted(base, bytes, around, &mut found),
        Bare::Snapshot(offset) => state::snapshot(offset, bytes, around, &mut found),
        Bare::Epochs => text::epochs(bytes, around, &mut found),
        Bare::Offsets(kind) => text::offsets(kind, bytes, around, &mut found),
        Bare::Metadata => text::metadata(bytes, around, &mut found),
    }
    found
}

/// The segments of a folder by their base offsets, in order.
fn segments(around: &dyn Around, folder: &str) -> Vec<i64> {
    let names = around.names(folder);
    let mut bases: Vec<i64> = names.iter().filter_map(|name| offset_of(name.strip_suffix(".log")?)).collect();
    bases.sort_unstable();
    bases
}

/// Where the segment after the one at `base` begins, if there is one beside it.
fn next_segment(around: &dyn Around, base: i64) -> Option<i64> {
    segments(around, ".").into_iter().find(|other| *other > base)
}
