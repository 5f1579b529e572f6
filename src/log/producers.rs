//! What a broker knows of a log's producers: epochs, sequences, open and aborted transactions.
//!
//! A machine: batches in, in the order of the log; state out, for snapshots, aborted transactions and the last stable
//! offset. Follows `ProducerStateManager`. It needs headers and markers only, so batches of every codec do.

use super::batch;
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

/// The end of a transaction, from its marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Marker {
    commit: bool,
    coordinator_epoch: i32,
    offset: i64,
    timestamp_ms: i64,
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
        let header = &batch.header;
        self.end = header.last_offset() + 1;
        if header.producer_id < 0 {
            return None;
        }
        let mut entry = self.entry(header.producer_id);
        entry.set_epoch(header.producer_epoch);
        let mut aborted = None;
        if header.attributes.is_control() {
            // A marker that compaction took leaves an empty batch, which says nothing more.
            if let Some(marker) = marker(batch) {
                aborted = self.finish(&mut entry, marker);
            }
        } else {
            entry.last_batch = Some(LastBatch {
                last_sequence: header.last_sequence(),
                last_offset: header.last_offset(),
                offset_delta: header.last_offset_delta,
            });
            entry.timestamp_ms = header.max_timestamp;
            if header.attributes.is_transactional() && entry.open_since.is_none() {
                entry.open_since = Some(header.base_offset);
                self.open.insert(header.base_offset, header.producer_id);
            }
        }
        self.entries.put(header.producer_id, entry);
        aborted
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

    fn finish(&mut self, entry: &mut ProducerEntry, marker: Marker) -> Option<Aborted> {
        let first_offset = entry.open_since.take();
        entry.coordinator_epoch = marker.coordinator_epoch;
        entry.timestamp_ms = marker.timestamp_ms;
        let first_offset = first_offset?;
        self.open.remove(&first_offset);
        let last_stable_offset = self.open.first_key_value().map_or(marker.offset + 1, |(&first, _)| first);
        (!marker.commit).then_some(Aborted {
            producer_id: entry.producer_id,
            first_offset,
            last_offset: marker.offset,
            last_stable_offset,
        })
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

/// The marker in a control batch; none when it is another kind of control record, or gone.
fn marker(batch: &SegmentBatch<'_>) -> Option<Marker> {
    let body = batch::unpacked(&batch.header, batch.bytes).ok()?;
    let record = body.records().next()?.ok()?;
    let commit = match record.key?.first_chunk::<4>()? {
        [_, _, 0, 0] => false,
        [_, _, 0, 1] => true,
        _ => return None,
    };
    let epoch = record.value?.get(2..6)?.first_chunk().copied()?;
    Some(Marker {
        commit,
        coordinator_epoch: i32::from_be_bytes(epoch),
        offset: record.offset,
        timestamp_ms: record.timestamp_ms,
    })
}
