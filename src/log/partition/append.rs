//! Everything that makes a log grow.

use super::made::{Entries, What, Writer};
use super::run::{Content, RUN_ENTRIES, Run, Spot};
use super::segments::Appended;
use super::{Numbers, Partition, Source};
use crate::log::batch::{self, BatchInfo, HEADER_BYTES, MARKER_BYTES, Marker, Producer, Timestamps};
use crate::log::content::Recipe;
use crate::log::partitioner::BATCH_SIZE;
use crate::log::producers::Seen;
use crate::log::record::{Bytes, RECORD_BYTES_MAX, Record};
use crate::log::segment::{self, SegmentError};
use std::rc::Rc;
use xxhash_rust::xxh3::xxh3_64_with_seed;

impl Partition {
    /// Appends record `index` (below 2³²) of a producer, alone in its batch, with the producer's time `now_ms`.
    /// Returns its offset.
    pub fn append_generated(&mut self, now_ms: i64, recipe: &Rc<Recipe>, index: u64) -> i64 {
        let source = self.source(recipe);
        let writer = Writer { id: -1, epoch: -1, what: What::Record { source, transactional: false } };
        self.push_record(now_ms, writer, index, -1)
    }

    /// The same of a producer with numbers, which sends the sequence number that comes next.
    pub fn append_numbered(&mut self, now_ms: i64, recipe: &Rc<Recipe>, index: u64, by: Numbers) -> i64 {
        let source = self.source(recipe);
        let Numbers { id, epoch, transactional } = by;
        let sequence = self.transactions.producers.next_sequence(id, epoch);
        let writer = Writer { id, epoch, what: What::Record { source, transactional } };
        let offset = self.push_record(now_ms, writer, index, sequence);
        self.remember([id as u64, epoch as u64, u64::from(transactional)]);
        self.see_last();
        offset
    }

    /// The same where the topic's timestamps are the broker's: two times stand in such a batch, so it is kept as it is.
    pub fn append_numbered_at(&mut self, now_ms: i64, record: &Record, by: Numbers) -> i64 {
        let Numbers { id, epoch, transactional } = by;
        let base_sequence = self.transactions.producers.next_sequence(id, epoch);
        let info = BatchInfo {
            base_offset: self.end,
            leader_epoch: self.leader_epoch,
            timestamps: Timestamps::Append(now_ms),
            producer: Producer { id, epoch, base_sequence },
            transactional,
            ..BatchInfo::default()
        };
        let bytes = batch::encode(&info, std::slice::from_ref(record));
        self.append_bytes(bytes.into()).expect("a batch made here is sound");
        info.base_offset
    }

    /// Appends the end of a producer's transaction. Returns its offset.
    pub fn append_marker(&mut self, now_ms: i64, (id, epoch): (i64, i16), marker: Marker) -> i64 {
        let offset = self.end;
        self.push_made(now_ms, Writer { id, epoch, what: What::Marker(marker) }, (0, -1), MARKER_BYTES);
        let how = (i64::from(marker.coordinator_epoch) << 1) | i64::from(marker.commit);
        self.remember([id as u64, how as u64, now_ms as u64]);
        self.remember([epoch as u64, offset as u64, u64::MAX]);
        self.see_last();
        offset
    }

    fn push_record(&mut self, now_ms: i64, writer: Writer, index: u64, sequence: i32) -> i64 {
        let number = u32::try_from(index).expect("a producer makes fewer than 2^32 records");
        let offset = self.end;
        if let What::Record { source, .. } = writer.what {
            let Source { recipe, fingerprint } = &self.recipes[source as usize];
            let size = recipe.batch_bytes(index);
            let step = [*fingerprint, index, now_ms as u64];
            self.remember(step);
            self.push_made(now_ms, writer, (number, sequence), size);
        }
        offset
    }

    /// Appends records as a producer without idempotence would send them at once: in batches of at most
    /// [`BATCH_SIZE`] bytes, a larger record alone in its batch. Returns the first record's offset.
    ///
    /// A record's payload must not exceed [`RECORD_BYTES_MAX`]: who takes records in refuses larger ones by name.
    pub fn append_records(&mut self, timestamps: Timestamps, records: &[Record]) -> i64 {
        let first = self.end;
        for chunk in chunks(records) {
            let info = BatchInfo {
                base_offset: self.end,
                leader_epoch: self.leader_epoch,
                timestamps,
                ..BatchInfo::default()
            };
            let bytes = batch::encode(&info, chunk);
            self.append_bytes(bytes.into()).expect("a batch made here is sound");
        }
        first
    }

    /// Appends whole batches with the offsets that they carry, each put to every check; the first may leave a gap
    /// after the log's end, as compaction does. Nothing is appended unless all are sound. Leader epochs are kept, and
    /// the log's own becomes the largest of them.
    pub fn append_bytes(&mut self, bytes: Bytes) -> Result<(), SegmentError> {
        self.take_bytes(bytes, Partition::grew)
    }

    /// Appends batches, and tells `each` of them, one after the other.
    fn take_bytes(
        &mut self,
        bytes: Bytes,
        mut each: impl FnMut(&mut Partition, &Appended),
    ) -> Result<(), SegmentError> {
        let mut spots = Vec::new();
        let mut headers = Vec::new();
        let mut seen = Vec::new();
        for batch in segment::batches(&bytes).starting_at(self.end) {
            let batch = batch?;
            if batch.header.producer_id >= 0 {
                seen.push(Seen::of(&batch.header, batch.bytes));
            }
            spots.push(Spot::of(&batch.header, batch.position));
            headers.push(batch.header);
        }
        seen.iter().for_each(|seen| self.transactions.see(seen));
        for header in &headers {
            self.end = header.last_offset() + 1;
            self.leader_epoch = self.leader_epoch.max(header.leader_epoch);
            self.totals.batches += 1;
            self.totals.records += header.count as u64;
            self.totals.bytes += u64::from(header.size);
            each(self, &Appended::of_header(header));
            let sizes = (u64::from(header.size) << 32) | u64::from(header.crc);
            self.remember([header.base_offset as u64, header.last_offset() as u64, sizes]);
        }
        if let Some(max_timestamp) = headers.iter().map(|header| header.max_timestamp).max() {
            self.runs.push(Rc::new(Run { max_timestamp, content: Content::Kept { bytes, spots } }));
        }
        Ok(())
    }

    /// As [`Partition::append_bytes`], for a log that was kept elsewhere: one that never held anything begins where the
    /// bytes begin. The bytes are one segment, which begins at `base`; without a batch the log ends there.
    pub fn adopt(&mut self, bytes: Bytes, base: i64) -> Result<(), SegmentError> {
        let (new, end) = (self.is_new(), self.end);
        let mut first = true;
        self.take_bytes(bytes, |log, batch| {
            if std::mem::take(&mut first) {
                let named = (end..=batch.base_offset).contains(&base);
                log.roll_at(if named { base } else { batch.base_offset });
            }
            log.segments.active.take(&log.policy, batch);
        })?;
        self.end = self.end.max(base);
        if first {
            self.roll_at(self.end);
        }
        if new {
            self.log_start = self.first_batch().unwrap_or(self.end);
        }
        Ok(())
    }

    /// Whether it never held anything.
    pub fn is_new(&self) -> bool {
        self.end == 0
    }

    /// Puts a batch of one record at the log's end.
    fn push_made(&mut self, timestamp_ms: i64, writer: Writer, (index, sequence): (u32, i32), size: u32) {
        let (end, leader_epoch) = (self.end, self.leader_epoch);
        self.grew(&Appended { base_offset: end, last_offset: end, size, max_timestamp: timestamp_ms });
        self.end += 1;
        self.totals.batches += 1;
        self.totals.records += 1;
        self.totals.bytes += u64::from(size);
        if let Some(last) = self.runs.last_mut()
            && let Content::Made(made) = &last.content
            && made.takes(leader_epoch, timestamp_ms, RUN_ENTRIES)
        {
            let run = Rc::make_mut(last);
            run.max_timestamp = run.max_timestamp.max(timestamp_ms);
            if let Content::Made(made) = &mut run.content {
                made.push(timestamp_ms, writer, index, sequence);
            }
            return;
        }
        let mut made = Entries::new(end, leader_epoch, timestamp_ms);
        made.push(timestamp_ms, writer, index, sequence);
        self.runs.push(Rc::new(Run { max_timestamp: timestamp_ms, content: Content::Made(made) }));
    }

    /// The recipe's place in the table; new ones are added. A partition has few producers, so a scan is fast.
    fn source(&mut self, recipe: &Rc<Recipe>) -> u32 {
        let known = self.recipes.iter().position(|source| Rc::ptr_eq(&source.recipe, recipe));
        let known = known.or_else(|| self.recipes.iter().position(|source| source.recipe == *recipe));
        let place = known.unwrap_or_else(|| {
            self.recipes.push(Source { recipe: recipe.clone(), fingerprint: recipe.fingerprint() });
            self.recipes.len() - 1
        });
        place as u32
    }

    pub(super) fn remember(&mut self, step: [u64; 3]) {
        let mut bytes = [0; 24];
        for (word, at) in step.iter().zip(bytes.as_chunks_mut::<8>().0) {
            *at = word.to_le_bytes();
        }
        self.history = xxh3_64_with_seed(&bytes, self.history);
    }
}

/// Cuts records where a batch is full.
fn chunks(records: &[Record]) -> impl Iterator<Item = &[Record]> {
    let mut rest = records;
    std::iter::from_fn(move || {
        let length = batch_length(rest);
        let (chunk, after) = rest.split_at(length);
        rest = after;
        (length > 0).then_some(chunk)
    })
}

/// How many records from the front fit into one batch; at least one, unless there is none.
fn batch_length(records: &[Record]) -> usize {
    let base_timestamp = records.first().map_or(0, |record| record.timestamp_ms);
    let mut bytes = HEADER_BYTES as u64;
    for (at, parts) in batch::parts(records).enumerate() {
        let payload = records[at].payload_bytes();
        assert!(
            payload <= u64::from(RECORD_BYTES_MAX),
            "a record of {payload} bytes is over {RECORD_BYTES_MAX}"
        );
        bytes += batch::record_size(base_timestamp, &parts);
        if bytes > u64::from(BATCH_SIZE) && at > 0 {
            return at;
        }
    }
    records.len()
}
