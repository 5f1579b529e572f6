//! A partition's log: append, read, digest, restore.
//!
//! Records that a producer of the lab makes up are kept as a number each and their bytes made on demand; records that
//! came from outside are kept as the bytes of their batches. Either way the log is a sequence of Kafka's batches, and
//! [`Partition::segments`] gives their bytes.
//!
//! Replication is 1: what is appended is committed, so the high watermark is the log's end.
//!
//! A log is cut into segments as its topic's [`Policy`] says ([`Segment`]); what a broker does to whole segments by itself
//! is done here when it is asked for: [`Partition::retire`] (retention), [`Partition::clean`] (compaction).
//!
//! Cloning is cheap (what is full is shared), and so is hashing: a rolling hash over everything that was ever appended
//! stands for the content.

mod append;
mod clean;
mod cut;
pub mod digest;
mod made;
mod read;
mod restore;
mod retention;
mod run;
mod segments;
mod stable;

pub use clean::{Cleanable, Cleaned};
pub use cut::CutBack;
pub use read::{Fetched, SegmentBytes, Span};
pub use restore::RestoreError;
pub use retention::Retired;
pub use segments::Segment;
pub use stable::{Isolation, Numbers, OpenTransaction};

use super::config::Policy;
use super::content::Recipe;
use run::Run;
use segments::Segments;
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
    segments: Segments,
    /// What the log's topic is set to.
    policy: Rc<Policy>,
    /// Up to where compaction has been, if it has.
    cleaned: Option<i64>,
    totals: Totals,
    /// What it knows of producers and their transactions.
    transactions: stable::Transactions,
    /// Stands for everything ever appended, and by which leader: each step is hashed with the value before as its seed.
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
        self.remember([epoch as u64, self.end as u64, u64::MAX]);
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
        if gone.batches > 0 {
            self.transactions.forget_before(target);
        }
        self.segments.forget_before(target);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::batch::Timestamps;
    use crate::log::record::Record;

    fn recipe() -> Rc<Recipe> {
        Rc::new(Recipe { producer: "web".into(), seed: 7, keys: Some(1000), value_bytes: 64 })
    }

    #[test]
    fn records_are_cut_into_batches_of_at_most_16384_bytes() {
        let record = |bytes: usize| Record::new(5, None, Some(&vec![b'x'; bytes]));
        let cases = [
            // Header 61 bytes; a record of 100 bytes takes 109 up to offset delta 63, then 110.
            ("148 small records fill a batch", vec![record(100); 150], vec![148, 2]),
            ("a large record stands alone", vec![record(10), record(20_000), record(10)], vec![1, 1, 1]),
            ("one record is one batch", vec![record(0)], vec![1]),
        ];
        for (name, records, counts) in cases {
            let mut log = Partition::new();
            log.append_records(Timestamps::Create, &records);
            let found: Vec<u32> = log.batches().map(|batch| batch.record_count()).collect();
            assert_eq!(found, counts, "{name}");
        }
    }

    #[test]
    #[should_panic(expected = "a record of 1048577 bytes is over 1048576")]
    fn a_record_over_1_mib_is_a_mistake_of_the_caller() {
        Partition::new()
            .append_records(Timestamps::Create, &[Record::new(0, None, Some(&vec![0; (1 << 20) + 1]))]);
    }

    #[test]
    fn batches_carry_the_epoch_of_the_leader_that_appended_them() {
        let mut log = Partition::new();
        log.append_generated(1, &recipe(), 0);
        log.set_leader_epoch(3);
        log.append_generated(2, &recipe(), 1);
        log.append_records(Timestamps::Create, &[Record::new(3, None, None)]);
        let segment = log.segments().remove(0).bytes;
        let epochs =
            crate::log::segment::batches(&segment).map(|batch| batch.expect("sound").header.leader_epoch);
        assert_eq!(epochs.collect::<Vec<_>>(), [0, 3, 3]);
    }

    #[test]
    fn a_clone_goes_its_own_way() {
        let mut log = Partition::new();
        log.append_generated(1, &recipe(), 0);
        let old = log.clone();
        log.append_generated(2, &recipe(), 1);
        assert_eq!((old.end(), old.record_at(1)), (1, None));
        assert_eq!(log.timestamp_at(1), Some(2));
    }

    #[test]
    fn an_emptied_log_goes_on_at_its_end_and_so_does_its_restore() {
        let mut log = Partition::new();
        for index in 0..5000 {
            log.append_generated(index as i64, &recipe(), index);
        }
        log.delete_before(4500);
        assert_eq!((log.log_start(), log.record_count(), log.runs.len()), (4500, 500, 1));
        log.delete_before(9999);
        assert_eq!((log.log_start(), log.end(), log.totals()), (5000, 5000, Totals::default()));
        assert!(log.segments().is_empty());
        let mut restored = Partition::restore(5000, 0, &[]).expect("an empty log");
        assert_eq!(restored.append_generated(7, &recipe(), 0), 5000);
    }

    #[test]
    fn segments_that_do_not_fit_are_refused_by_place() {
        let mut log = Partition::new();
        log.append_records(Timestamps::Create, &[Record::new(5, None, None)]);
        let bytes: crate::log::Bytes = log.segments().remove(0).bytes.into();
        let refusal = |log_start, segments: &[_]| {
            Partition::restore(log_start, 0, segments).expect_err("refused").to_string()
        };
        let twice = refusal(0, &[bytes.clone(), bytes.clone()]);
        assert_eq!(twice, "segment 1, at byte 0: baseOffset is 0, expected 1 or more");
        assert_eq!(refusal(2, std::slice::from_ref(&bytes)), "the log start is 2, but the log ends at 1");
        assert_eq!(refusal(-1, &[]), "the log start is -1, but the log ends at 0");
    }
}
