//! A partition's log: append, read, digest, restore.
//!
//! Records that a producer of the lab makes up are kept as a number each and their bytes made on demand; records that
//! came from outside are kept as the bytes of their batches. Either way the log is a sequence of Kafka's batches, and
//! [`Partition::segments`] gives their bytes.
//!
//! Replication is 1: what is appended is committed, so the high watermark is the log's end.
//!
//! Cloning is cheap (what is full is shared), and so is hashing: a rolling hash over everything that was ever appended
//! stands for the content.

mod append;
pub mod digest;
mod read;
mod restore;
mod run;

pub use read::{Fetched, SegmentBytes};
pub use restore::RestoreError;

use super::content::Recipe;
use run::Run;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// A partition's log.
#[derive(Clone, Debug, Default)]
pub struct Partition {
    log_start: i64,
    end: i64,
    leader_epoch: i32,
    /// What the made-up records are made from; entries hold places in this table.
    recipes: Vec<Source>,
    /// In the order of offsets; every one holds a batch.
    runs: Vec<Rc<Run>>,
    totals: Totals,
    /// Stands for everything ever appended: each append hashes what it adds, seeded with the value before.
    history: u64,
}

/// A recipe and its fingerprint.
#[derive(Clone, Debug)]
struct Source {
    recipe: Rc<Recipe>,
    fingerprint: u64,
}

/// What the batches add up to that the log still holds, wholly or in part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Totals {
    /// Batches.
    pub batches: u64,
    /// Records in these batches.
    pub records: u64,
    /// Bytes of these batches.
    pub bytes: u64,
}

impl Partition {
    /// An empty log that starts at offset 0, leader epoch 0.
    pub fn new() -> Partition {
        Partition::default()
    }

    /// The first offset that may be read.
    pub fn log_start(&self) -> i64 {
        self.log_start
    }

    /// The offset that the next record gets.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// The offset up to which consumers read: the end, as replication is 1.
    pub fn high_watermark(&self) -> i64 {
        self.end
    }

    /// The epoch that batches appended now carry.
    pub fn leader_epoch(&self) -> i32 {
        self.leader_epoch
    }

    /// A new leader: batches appended from now on carry `epoch`, which must not be smaller than the one before.
    pub fn set_leader_epoch(&mut self, epoch: i32) {
        assert!(epoch >= self.leader_epoch, "leader epochs never go back");
        self.leader_epoch = epoch;
    }

    /// Batches, records and bytes that the log holds. A batch that holds the log start counts whole.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Batches that the log holds.
    pub fn batch_count(&self) -> u64 {
        self.totals.batches
    }

    /// Bytes of the batches that the log holds.
    pub fn byte_count(&self) -> u64 {
        self.totals.bytes
    }

    /// Records in the batches that the log holds.
    pub fn record_count(&self) -> u64 {
        self.totals.records
    }

    /// Moves the log start to `offset`, held within the log, and drops the batches wholly below. Never moves it back.
    pub fn delete_before(&mut self, offset: i64) {
        let target = offset.clamp(self.log_start, self.end);
        let gone = self.batches().take_while(|batch| batch.last_offset() < target);
        let gone = gone.fold(Totals::default(), |sum, batch| sum.plus(&batch));
        self.totals.batches -= gone.batches;
        self.totals.records -= gone.records;
        self.totals.bytes -= gone.bytes;
        self.log_start = target;
        let whole = self.runs.partition_point(|run| run.end_offset() <= target);
        self.runs.drain(..whole);
    }
}

impl Totals {
    fn plus(self, batch: &run::Batch<'_>) -> Totals {
        Totals {
            batches: self.batches + 1,
            records: self.records + u64::from(batch.record_count()),
            bytes: self.bytes + u64::from(batch.size()),
        }
    }
}

/// Equal histories hash equally. A log that was restored has the history of its restore.
impl Hash for Partition {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.log_start, self.end, self.leader_epoch, self.history).hash(state);
    }
}
