//! Transactions of a log: which are open, which were aborted, and what readers of committed records are given.
//!
//! The *last stable offset* is the first offset of the oldest open transaction, or else the high watermark. Up to it a
//! reader of committed records reads, past what was aborted: the broker names the aborted transactions with every fetch,
//! and the client leaves their records out. Here both are one step.

use super::run::Batch;
use super::{Fetched, Partition};
use crate::base::{Map, small};
use crate::log::batch::Marker;
use crate::log::producers::{Account, Producers, Seen};
use crate::log::side::aborted::Aborted;
use crate::log::side::snapshot::ProducerEntry;
use std::rc::Rc;

/// Which records a reader is given (`isolation.level`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Isolation {
    /// All, up to the high watermark.
    #[default]
    ReadUncommitted,
    /// Those of no transaction and of committed ones, up to the last stable offset.
    ReadCommitted,
}

impl Isolation {
    /// Kafka's word.
    pub fn name(self) -> &'static str {
        match self {
            Isolation::ReadUncommitted => "read_uncommitted",
            Isolation::ReadCommitted => "read_committed",
        }
    }
}

/// The numbers of a producer, as its batches carry them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Numbers {
    /// Its id, 0 or more.
    pub id: i64,
    /// Its epoch, 0 or more.
    pub epoch: i16,
    /// Whether it writes within a transaction.
    pub transactional: bool,
}

/// A transaction that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpenTransaction {
    /// Whose it is.
    pub producer_id: i64,
    /// That producer's epoch.
    pub producer_epoch: i16,
    /// Its first record.
    pub first_offset: i64,
}

/// What a log knows of its producers and their transactions. It follows from the batches.
#[derive(Clone, Debug, Default)]
pub(super) struct Transactions {
    pub producers: Producers,
    /// Whether batches went since they were seen, so that it knows more than the log holds.
    partial: bool,
    /// By producer, in order.
    aborted: Map<i64, Rc<Vec<Aborted>>>,
}

impl Transactions {
    /// Takes the next batch that has a producer's numbers.
    pub fn see(&mut self, seen: &Seen) {
        if let Some(aborted) = self.producers.see(seen) {
            Rc::make_mut(self.aborted.or_default(aborted.producer_id)).push(aborted);
        }
    }

    /// What ended before the log's start matters to nobody.
    pub fn forget_before(&mut self, log_start: i64) {
        self.partial = !self.producers.is_empty();
        for list in self.aborted.values_mut() {
            if list.first().is_some_and(|first| first.last_offset < log_start) {
                Rc::make_mut(list).retain(|of| of.last_offset >= log_start);
            }
        }
        self.aborted.retain(|_, list| !list.is_empty());
    }

    fn is_aborted(&self, producer_id: i64, offset: i64) -> bool {
        let Some(list) = self.aborted.get(&producer_id) else { return false };
        let place = list.partition_point(|of| of.last_offset < offset);
        list.get(place).is_some_and(|of| of.first_offset <= offset)
    }
}

impl Partition {
    /// The offset up to which readers of committed records read.
    pub fn last_stable_offset(&self) -> i64 {
        let first = self.transactions.producers.open().next();
        first.map_or(self.high_watermark(), |(first, _)| first.max(self.log_start))
    }

    /// The offset up to which a reader reads.
    pub fn readable(&self, isolation: Isolation) -> i64 {
        match isolation {
            Isolation::ReadUncommitted => self.high_watermark(),
            Isolation::ReadCommitted => self.last_stable_offset(),
        }
    }

    /// Open transactions, oldest first.
    pub fn open_transactions(&self) -> impl Iterator<Item = OpenTransaction> + '_ {
        let producers = &self.transactions.producers;
        producers.open().map(|(first_offset, producer_id)| OpenTransaction {
            producer_id,
            producer_epoch: producers.epoch(producer_id).unwrap_or(-1),
            first_offset,
        })
    }

    /// Transactions that were aborted and whose marker the log holds, in the order of the markers.
    pub fn aborted_transactions(&self) -> Vec<Aborted> {
        let lists = self.transactions.aborted.values();
        let mut all: Vec<Aborted> = lists.flat_map(|list| list.iter().copied()).collect();
        small::sort_by_key(&mut all, |of| of.last_offset);
        all
    }

    /// What the batches that the log holds say of their producers, and no others.
    pub fn account(&self) -> Account {
        let Transactions { producers, partial, .. } = &self.transactions;
        if !partial {
            return Account { producers: producers.clone(), aborted: self.aborted_transactions() };
        }
        let mut account = Account::default();
        self.batches().for_each(|batch| account.see(&batch.seen()));
        account
    }

    /// What is known of the producers, in the order of Kafka's snapshots.
    pub fn producers(&self) -> Vec<ProducerEntry> {
        self.transactions.producers.snapshot()
    }

    /// As [`Partition::read`], of the records that a reader of this isolation is given.
    pub fn fetch(&self, isolation: Isolation, from: i64, max_records: u32, max_bytes: u64) -> Fetched {
        let end = self.readable(isolation);
        let from = from.max(self.log_start);
        let mut found = Fetched { first: from, last: from - 1, count: 0, bytes: 0, next: from };
        for batch in self.batches_from(from) {
            let size = u64::from(batch.size());
            if batch.base_offset() >= end || found.count > 0 && found.bytes + size > max_bytes {
                break;
            }
            found.bytes += size;
            if self.leaves_out(isolation, &batch) {
                found.next = batch.last_offset() + 1;
            } else if !found.take(&batch, from, max_records) {
                break;
            }
        }
        found
    }

    /// The first offset at or after `offset` that has a record for a reader of this isolation.
    pub fn next_offset(&self, isolation: Isolation, offset: i64) -> Option<i64> {
        let found = self.fetch(isolation, offset, 1, 0);
        (found.count > 0).then_some(found.first)
    }

    /// Stretches of offsets in `from..to` that hold no record for a reader of this isolation: markers, what was aborted,
    /// what compaction took.
    pub fn for_each_hole(&self, isolation: Isolation, from: i64, to: i64, mut each: impl FnMut(i64, i64)) {
        let mut next = from;
        let mut there = |first: i64, end: i64| {
            if first > next {
                each(next, first.min(to));
            }
            next = next.max(end);
        };
        for batch in self.batches_from(from).take_while(|batch| batch.base_offset() < to) {
            if self.leaves_out(isolation, &batch) {
                continue;
            }
            if batch.has_every_offset() {
                there(batch.base_offset(), batch.last_offset() + 1);
            } else {
                batch.stamps().for_each(|(offset, _)| there(offset, offset + 1));
            }
        }
        there(to, to);
    }

    /// Whether a reader passes over a batch.
    pub(super) fn leaves_out(&self, isolation: Isolation, batch: &Batch<'_>) -> bool {
        batch.is_control()
            || isolation == Isolation::ReadCommitted
                && batch.is_transactional()
                && self.transactions.is_aborted(batch.producer_id(), batch.base_offset())
    }

    /// Ends all open transactions with markers that abort them, as a coordinator does, in a higher epoch; those that were
    /// open, oldest first.
    pub fn abort_open(&mut self, now_ms: i64) -> Vec<OpenTransaction> {
        let open: Vec<OpenTransaction> = self.open_transactions().collect();
        for of in &open {
            let known = self.producers().into_iter().find(|known| known.producer_id == of.producer_id);
            let coordinator_epoch = known.map_or(0, |known| known.coordinator_epoch.max(0));
            let by = (of.producer_id, of.producer_epoch.saturating_add(1));
            self.append_marker(now_ms, by, Marker { commit: false, coordinator_epoch });
        }
        open
    }

    /// Takes note of the last batch.
    pub(super) fn see_last(&mut self) {
        let last = self.batches_from(self.end - 1).next().map(|batch| batch.seen());
        last.into_iter().for_each(|seen| self.transactions.see(&seen));
    }

    /// What was aborted is found anew, after batches and markers went.
    pub(super) fn abort_anew(&mut self) {
        if self.transactions.producers.is_empty() {
            return;
        }
        let mut anew = Transactions::default();
        self.batches().for_each(|batch| anew.see(&batch.seen()));
        self.transactions.aborted = anew.aborted;
        self.transactions.partial = true;
    }

    /// Takes note of all batches anew.
    pub(super) fn see_all(&mut self) {
        if self.transactions.producers.is_empty() {
            return;
        }
        let mut transactions = Transactions::default();
        self.batches().for_each(|batch| transactions.see(&batch.seen()));
        self.transactions = transactions;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::batch::{BatchInfo, Producer, encode};
    use crate::log::{Recipe, Record};

    #[test]
    fn an_open_transaction_holds_the_stable_offset_back() {
        let batch = |base_offset, producer_id, control| {
            let info = BatchInfo {
                base_offset,
                transactional: true,
                control,
                producer: Producer { id: producer_id, epoch: 0, base_sequence: 0 },
                ..BatchInfo::default()
            };
            encode(&info, &[Record::new(5, Some(b"\0\0\0\x01"), Some(b"xxxxxx"))])
        };
        let mut log = Partition::new();
        let mut now = Vec::new();
        for (base, producer, control) in
            [(0, 7, false), (1, 8, false), (2, 7, true), (3, 9, false), (4, 8, true)]
        {
            log.append_bytes(batch(base, producer, control).into()).expect("sound");
            now.push(log.last_stable_offset());
        }
        assert_eq!(now, [0, 0, 1, 1, 3]);
        log.cut_to(2);
        assert_eq!((log.last_stable_offset(), log.open_transactions().count()), (0, 2));
        let open: Vec<i64> = log.abort_open(9).iter().map(|of| of.producer_id).collect();
        assert_eq!((open, log.last_stable_offset(), log.end()), (vec![7, 8], 4, 4));
        assert_eq!(log.aborted_transactions().len(), 2);
    }

    /// Two producers in turn: 7 aborts what it wrote at 0 and 2, then commits 6; 8 commits what it wrote at 1 and 3; a
    /// record of none stands at 4.
    fn log() -> Partition {
        let recipe = Rc::new(Recipe { producer: "pay".into(), seed: 7, keys: None, value_bytes: 20 });
        let mut log = Partition::new();
        let by = |id| Numbers { id, epoch: 0, transactional: true };
        for (index, id) in [7, 8, 7, 8].into_iter().enumerate() {
            log.append_numbered(index as i64, &recipe, index as u64, by(id));
        }
        log.append_generated(4, &recipe, 4);
        log.append_marker(5, (7, 1), Marker { commit: false, coordinator_epoch: 0 });
        log.append_numbered(6, &recipe, 6, Numbers { epoch: 1, ..by(7) });
        log.append_marker(7, (8, 1), Marker { commit: true, coordinator_epoch: 0 });
        log.append_marker(8, (7, 2), Marker { commit: true, coordinator_epoch: 0 });
        log
    }

    #[test]
    fn a_reader_of_committed_records_is_given_those_and_no_others() {
        let log = log();
        let given = |isolation| {
            let mut at = 0;
            let mut all = Vec::new();
            while let Some(offset) = log.next_offset(isolation, at) {
                all.push(offset);
                at = offset + 1;
            }
            all
        };
        assert_eq!(given(Isolation::ReadUncommitted), [0, 1, 2, 3, 4, 6]);
        assert_eq!(given(Isolation::ReadCommitted), [1, 3, 4, 6]);
        let mut holes = Vec::new();
        log.for_each_hole(Isolation::ReadCommitted, 0, 9, |from, to| holes.push((from, to)));
        assert_eq!(holes, [(0, 1), (2, 3), (5, 6), (7, 9)]);
        let all = log.fetch(Isolation::ReadCommitted, 0, 9, u64::MAX);
        assert_eq!((all.count, all.next, all.bytes), (4, 9, log.byte_count()));
    }

    #[test]
    fn a_log_of_numbers_and_the_log_of_its_bytes_say_the_same() {
        let made = log();
        for end in 0..=9 {
            let mut made = made.clone();
            made.cut_to(end);
            let kept = Partition::restore(0, 0, &[made.bytes_between(0, 9).into()]).expect("sound");
            let said = |log: &Partition| {
                let open: Vec<OpenTransaction> = log.open_transactions().collect();
                (log.last_stable_offset(), open, log.aborted_transactions(), log.producers(), log.totals())
            };
            assert_eq!(said(&made), said(&kept), "{end}");
            let account = made.account();
            assert_eq!(
                (account.aborted, account.producers.snapshot()),
                (made.aborted_transactions(), made.producers())
            );
            assert_eq!(made.state_digest(), kept.state_digest(), "{end}");
        }
    }

    #[test]
    fn what_is_said_of_a_log_that_lost_its_head_is_what_is_left_of_it() {
        for start in 0..=9 {
            let mut log = log();
            log.delete_before(start);
            let left = Partition::restore(start, 0, &[log.bytes_between(0, 9).into()]);
            let (said, left) = (log.account(), left.expect("sound"));
            assert_eq!(said.aborted, left.aborted_transactions(), "{start}");
            assert_eq!(said.producers.snapshot(), left.producers(), "{start}");
        }
        // The first record of what 7 aborted is gone: the marker is known to end it, but no longer by the log.
        let mut log = log();
        log.delete_before(4);
        assert_eq!((log.aborted_transactions().len(), log.account().aborted.len()), (1, 0));
    }

    #[test]
    fn sequences_go_on_within_an_epoch_and_begin_again_with_the_next() {
        let bytes = log().segments().remove(0).bytes;
        let headers = crate::log::segment::batches(&bytes).map(|batch| batch.expect("sound").header);
        let numbers: Vec<(i64, i16, i32)> =
            headers.map(|header| (header.producer_id, header.producer_epoch, header.base_sequence)).collect();
        let none = (-1, -1, -1);
        let expected =
            [(7, 0, 0), (8, 0, 0), (7, 0, 1), (8, 0, 1), none, (7, 1, -1), (7, 1, 0), (8, 1, -1), (7, 2, -1)];
        assert_eq!(numbers, expected);
    }
}
