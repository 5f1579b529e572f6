//! What a broker knows of a log's producers: epochs, sequences, open and aborted transactions.
//!
//! A machine: batches in, in the order of the log; state out, for snapshots, aborted transactions and the last stable
//! offset. Follows `ProducerStateManager`. It needs headers and markers only, so batches of every codec do.

use super::batch::{self, Header, Marker};
use super::segment::SegmentBatch;
use super::side::aborted::Aborted;
use super::side::snapshot::{LastBatch, ProducerEntry};
use crate::base::{JavaMap, Map};

/// The state after some batches.
#[derive(Clone, Debug, Default)]
pub struct Producers {
    /// In the order of Kafka's hash map, which is that of a snapshot.
    entries: JavaMap<i64, ProducerEntry>,
    /// Open transactions: where they begin, and whose they are.
    open: Map<i64, i64>,
    /// The offset after the last batch.
    end: i64,
}

/// What a batch says to what is known of its producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub producer_id: i64,
    pub epoch: i16,
    pub base_offset: i64,
    pub last_offset: i64,
    pub last_sequence: i32,
    pub max_timestamp: i64,
    pub transactional: bool,
    pub control: bool,
    /// Of a control batch; none when it is of another kind, or compaction took its record.
    pub marker: Option<Marker>,
}

impl Seen {
    /// What a batch says whose header and bytes these are.
    pub fn of(header: &Header, bytes: &[u8]) -> Seen {
        Seen::with(header, marker(header, bytes))
    }

    fn with(header: &Header, marker: Option<Marker>) -> Seen {
        Seen {
            producer_id: header.producer_id,
            epoch: header.producer_epoch,
            base_offset: header.base_offset,
            last_offset: header.last_offset(),
            last_sequence: header.last_sequence(),
            max_timestamp: header.max_timestamp,
            transactional: header.attributes.is_transactional(),
            control: header.attributes.is_control(),
            marker,
        }
    }
}

impl Producers {
    /// Without any producer, up to an offset.
    pub fn starting_at(offset: i64) -> Producers {
        Producers { end: offset, ..Producers::default() }
    }

    /// As a snapshot that leads up to `offset` has it.
    pub fn restored(entries: &[ProducerEntry], offset: i64) -> Producers {
        let mut producers = Producers::starting_at(offset);
        for entry in entries {
            producers.entries.put(entry.producer_id, *entry);
            if let Some(first) = entry.open_since {
                producers.open.insert(first, entry.producer_id);
            }
        }
        producers
    }

    /// Takes the next batch, and answers with the transaction that it aborts.
    pub fn take(&mut self, batch: &SegmentBatch<'_>) -> Option<Aborted> {
        self.see(&Seen::of(&batch.header, batch.bytes))
    }

    /// The same of a batch as it is seen.
    pub(super) fn see(&mut self, seen: &Seen) -> Option<Aborted> {
        self.end = seen.last_offset + 1;
        if seen.producer_id < 0 {
            return None;
        }
        let mut entry = self.entry(seen.producer_id);
        entry.set_epoch(seen.epoch);
        let mut aborted = None;
        if seen.control {
            // A marker that compaction took leaves an empty batch, which says nothing more.
            if let Some(marker) = seen.marker {
                aborted = self.finish(&mut entry, marker, seen);
            }
        } else {
            entry.last_batch = Some(LastBatch {
                last_sequence: seen.last_sequence,
                last_offset: seen.last_offset,
                offset_delta: (seen.last_offset - seen.base_offset) as i32,
            });
            entry.timestamp_ms = seen.max_timestamp;
            if seen.transactional && entry.open_since.is_none() {
                entry.open_since = Some(seen.base_offset);
                self.open.insert(seen.base_offset, seen.producer_id);
            }
        }
        self.entries.put(seen.producer_id, entry);
        aborted
    }

    /// Whether no batch had a producer's numbers.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The sequence number of a producer's next record; a new epoch begins at 0.
    pub fn next_sequence(&self, producer_id: i64, epoch: i16) -> i32 {
        let entry = self.entries.get(&producer_id).filter(|entry| entry.epoch == epoch);
        let last = entry.and_then(|entry| entry.last_batch).map_or(-1, |batch| batch.last_sequence);
        if last == i32::MAX { 0 } else { last + 1 }
    }

    /// The newest epoch of a producer.
    pub fn epoch(&self, producer_id: i64) -> Option<i16> {
        self.entries.get(&producer_id).map(|entry| entry.epoch)
    }

    /// Entries for a snapshot, in Kafka's order.
    pub fn snapshot(&self) -> Vec<ProducerEntry> {
        self.entries.iter().map(|(_, entry)| *entry).collect()
    }

    /// Up to where no transaction is open: readers of committed records stop there.
    pub fn last_stable_offset(&self) -> i64 {
        self.open.first_key_value().map_or(self.end, |(&first, _)| first)
    }

    /// The open transactions: first offset, producer id.
    pub fn open(&self) -> impl Iterator<Item = (i64, i64)> {
        self.open.iter().map(|(&first, &producer)| (first, producer))
    }

    fn entry(&self, producer_id: i64) -> ProducerEntry {
        let none = ProducerEntry {
            producer_id,
            epoch: -1,
            last_batch: None,
            timestamp_ms: -1,
            coordinator_epoch: -1,
            open_since: None,
        };
        self.entries.get(&producer_id).copied().unwrap_or(none)
    }

    fn finish(&mut self, entry: &mut ProducerEntry, marker: Marker, seen: &Seen) -> Option<Aborted> {
        let first_offset = entry.open_since.take();
        entry.coordinator_epoch = marker.coordinator_epoch;
        entry.timestamp_ms = seen.max_timestamp;
        let first_offset = first_offset?;
        self.open.remove(&first_offset);
        let last_offset = seen.base_offset;
        let last_stable_offset = self.open.first_key_value().map_or(last_offset + 1, |(&first, _)| first);
        (!marker.commit).then_some(Aborted {
            producer_id: entry.producer_id,
            first_offset,
            last_offset,
            last_stable_offset,
        })
    }
}

/// What the batches of a log say of their producers, taken in one after the other.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The producers after the last batch.
    pub producers: Producers,
    /// What was aborted, in the order of the markers.
    pub aborted: Vec<Aborted>,
}

impl Account {
    /// Takes the next batch.
    pub fn take(&mut self, batch: &SegmentBatch<'_>) {
        self.see(&Seen::of(&batch.header, batch.bytes));
    }

    /// Takes the next batch, of which header and [`marker`] are known.
    pub fn take_read(&mut self, header: &Header, marker: Option<Marker>) {
        self.see(&Seen::with(header, marker));
    }

    pub(super) fn see(&mut self, seen: &Seen) {
        self.aborted.extend(self.producers.see(seen));
    }
}

impl ProducerEntry {
    /// A new epoch begins without batches.
    fn set_epoch(&mut self, epoch: i16) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.last_batch = None;
        }
    }
}

/// The marker in a batch; none when it is no control batch, another kind of control record, or gone.
pub fn marker(header: &Header, bytes: &[u8]) -> Option<Marker> {
    if !header.attributes.is_control() {
        return None;
    }
    let body = batch::unpacked(header, bytes).ok()?;
    let record = body.records().next()?.ok()?;
    Marker::parse(record.key, record.value)
}
