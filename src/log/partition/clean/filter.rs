//! What compaction leaves of a batch.
//!
//! Source: `Cleaner.cleanInto` and `shouldRetainRecord`, `MemoryRecords.filterTo`.

use super::latest::Latest;
use super::transactions::Transactions;
use crate::base::Map;
use crate::log::batch::{self, Header, RecordView};
use crate::log::partition::made::MadeBody;
use crate::log::partition::run::{Batch, unpacked, views};
use crate::log::side::snapshot::ProducerEntry;

/// What is left of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// All of it, to the byte.
    Whole,
    /// Nothing.
    Nothing,
    /// Another batch in its place.
    Rewritten(Vec<u8>),
}

/// One round over a log.
#[derive(Debug)]
pub(super) struct Filter<'a> {
    pub latest: &'a Latest,
    pub transactions: Transactions,
    /// Producers that may go on.
    pub producers: &'a Map<i64, ProducerEntry>,
    /// Where the round ends.
    pub end: i64,
    pub now_ms: i64,
    /// `delete.retention.ms`.
    pub delete_retention_ms: i64,
}

impl Filter<'_> {
    /// What is left of the next batch.
    pub fn left(&mut self, batch: &Batch<'_>) -> Left {
        match batch {
            Batch::Made(made) => match made.body {
                // Most are of producers without numbers, and have a value.
                MadeBody::Record { index, recipe, .. } if made.id < 0 => {
                    let last = recipe.key(index).is_some_and(|key| self.latest.is_last(&key, made.offset));
                    match last {
                        true => Left::Whole,
                        false if made.offset + 1 == self.end => self.left_of(batch, &made.bytes()),
                        false => Left::Nothing,
                    }
                }
                _ => self.left_of(batch, &made.bytes()),
            },
            Batch::Kept(_, bytes) => self.left_of(batch, bytes),
        }
    }

    fn left_of(&mut self, batch: &Batch<'_>, bytes: &[u8]) -> Left {
        let header = &Header::read(bytes).expect("a batch of the log is sound");
        let body = unpacked(header, bytes);
        let (done, control) = (self.transactions.take(batch), header.attributes.is_control());
        // A marker whose records are all gone stays until its delete horizon has passed.
        let discards = match control {
            true => done && header.delete_horizon().is_some_and(|horizon| horizon <= self.now_ms),
            false => done,
        };
        let remembers = self.is_last_of_producer(header) || header.last_offset() + 1 == self.end;
        if discards && !remembers {
            return Left::Nothing;
        }
        let keeps =
            |view: &RecordView<'_>| !discards && (control || self.keeps(header.delete_horizon(), view));
        let (mut kept, mut tombstone) = (0, false);
        for view in views(&body).filter(keeps) {
            kept += 1;
            tombstone |= view.value.is_none();
        }
        if kept == 0 {
            return if remembers { emptied(header, bytes) } else { Left::Nothing };
        }
        let stamps = (tombstone || done && control) && header.delete_horizon().is_none();
        if kept == header.count && !stamps {
            return Left::Whole;
        }
        let horizon = match stamps {
            true => Some(self.now_ms + self.delete_retention_ms),
            false => header.delete_horizon(),
        };
        Left::Rewritten(batch::rewritten(header, horizon, views(&body).filter(keeps)))
    }

    /// Whether a record stays: the last of its key, and not a tombstone whose time has come.
    fn keeps(&self, horizon: Option<i64>, view: &RecordView<'_>) -> bool {
        let Some(key) = view.key else { return false };
        let counts = view.value.is_some() || horizon.is_none_or(|horizon| self.now_ms < horizon);
        counts && self.latest.is_last(key, view.offset)
    }

    /// Whether the batch has the last sequence of a producer that may go on, or at least its newest epoch.
    fn is_last_of_producer(&self, header: &Header) -> bool {
        let Some(entry) = self.producers.get(&header.producer_id) else { return false };
        match entry.last_batch {
            Some(last) => last.last_offset == header.last_offset(),
            None => header.attributes.is_control() && header.producer_epoch == entry.epoch,
        }
    }
}

/// The batch without records, unless it is that already.
fn emptied(header: &Header, bytes: &[u8]) -> Left {
    let empty = batch::emptied(header);
    if empty == bytes { Left::Whole } else { Left::Rewritten(empty) }
}
