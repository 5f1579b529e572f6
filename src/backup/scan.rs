//! What the bytes of a partition's files say of themselves.

use super::digest::Digest;
use super::manifest::{EpochEntry, Offset, PartitionEntry};
use crate::log::batch::{Compression, Header, Marker};
use crate::log::partition::digest::StateDigest;
use crate::log::producers::{self, Account};
use crate::log::segment::{self, Mark, SegmentError, SegmentFault};
use crate::log::side::index::{INTERVAL_BYTES, Indexes, Indexing};
use std::rc::Rc;

/// Counts and bounds of batches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Batches.
    pub batches: u64,
    /// Records.
    pub records: u64,
    /// Smallest record timestamp, in milliseconds since 1970.
    pub min_ts: Option<i64>,
    /// Largest.
    pub max_ts: Option<i64>,
    /// Kafka's names of the codecs, sorted.
    pub codecs: Vec<Rc<str>>,
    /// Base offset of the first batch.
    pub first: Option<i64>,
    /// The offset after the last.
    pub end: Option<i64>,
}

/// A partition's files read one after the other, in the order of their offsets.
#[derive(Clone, Debug)]
pub struct Scan {
    log_start: i64,
    digest: StateDigest,
    max_so_far: Option<i64>,
    /// Whether no batch's largest timestamp was below that of a batch before.
    pub monotonic: bool,
    /// Leader epochs that batches carry, where each began.
    pub epochs: Vec<EpochEntry>,
    /// The batches that the log holds: those that reach its start.
    pub total: Facts,
    /// What they say of their producers, where that is wanted.
    pub account: Option<Account>,
}

/// How far a file is read.
#[derive(Clone, Debug)]
pub struct Place {
    /// What its batches say so far.
    pub facts: Facts,
    indexing: Indexing,
    mark: Mark,
}

impl Place {
    /// Bytes that were read.
    pub fn position(&self) -> u32 {
        self.mark.position
    }

    /// The indexes of the file, once it was read to its end: with Kafka's default of `index.interval.bytes`.
    pub fn indexes(&self) -> Indexes {
        self.indexing.clone().closed()
    }
}

impl Scan {
    /// A scan of a log whose first readable offset is `log_start`.
    pub fn new(log_start: i64) -> Scan {
        Scan {
            log_start,
            digest: StateDigest::new(),
            max_so_far: None,
            monotonic: true,
            epochs: Vec::new(),
            total: Facts::default(),
            account: None,
        }
    }

    /// A scan that has read the log of `entry`, whose batches' largest timestamp is `max_so_far`.
    pub fn of(entry: &PartitionEntry, max_so_far: Option<i64>) -> Scan {
        let mut epochs = entry.leader_epochs.clone();
        // The log's own epoch, which no batch had yet.
        epochs.retain(|epoch| epoch.start_offset < entry.log_end_offset);
        let total = Facts {
            batches: entry.batches,
            records: entry.records,
            min_ts: entry.min_ts,
            max_ts: entry.max_ts,
            codecs: Vec::new(),
            first: None,
            end: Some(entry.log_end_offset.0),
        };
        Scan {
            log_start: entry.log_start_offset.0,
            digest: StateDigest::from_value(entry.state_digest.0),
            max_so_far,
            monotonic: entry.max_ts_so_far_monotonic,
            epochs,
            total,
            account: None,
        }
    }

    /// Reads the next file, whose name promises offsets from `base_offset` on, to its end, with every check of the log.
    ///
    /// # Errors
    /// The first batch that is not sound; the scan is of no further use then.
    pub fn file(&mut self, base_offset: i64, bytes: &[u8]) -> Result<Place, SegmentError> {
        let mut place = self.begin(base_offset);
        while self.read(&mut place, bytes, u32::MAX)? {}
        Ok(place)
    }

    /// The start of the next file, whose name promises offsets from `base_offset` on.
    pub fn begin(&self, base_offset: i64) -> Place {
        let from = base_offset.max(self.total.end.unwrap_or(0));
        let (facts, indexing) = (Facts::default(), Indexing::new(INTERVAL_BYTES));
        Place { facts, indexing, mark: Mark { position: 0, next_offset: from } }
    }

    /// Reads on in that file, at least the next batch and up to about `size` bytes; whether there may be more.
    ///
    /// # Errors
    /// The first batch that is not sound; the scan is of no further use then.
    pub fn read(&mut self, place: &mut Place, bytes: &[u8], size: u32) -> Result<bool, SegmentError> {
        self.read_at(place, (0, bytes), size)
    }

    /// The same of a part of the file: where it begins, not after the next batch, and its bytes.
    ///
    /// # Errors
    /// As [`Scan::read`]. What was read before that batch stays read.
    pub fn read_at(
        &mut self,
        place: &mut Place,
        (at, bytes): (u32, &[u8]),
        size: u32,
    ) -> Result<bool, SegmentError> {
        let end = place.mark.position.saturating_add(size);
        let from = Mark { position: place.mark.position - at, ..place.mark };
        let mut batches = segment::batches(bytes).from_mark(from);
        while let Some(batch) = batches.next() {
            let batch = batch.map_err(|error| SegmentError { position: at + error.position, ..error })?;
            self.batch(place, &batch.header, batch.stamps);
            if let Some(account) =
                self.account.as_mut().filter(|_| batch.header.last_offset() >= self.log_start)
            {
                account.take(&batch);
            }
            let mark = batches.mark();
            place.mark = Mark { position: at + mark.position, ..mark };
            if place.mark.position >= end {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes that file as it was read already.
    ///
    /// # Errors
    /// Its first batch, when it does not follow.
    pub fn take_read(&mut self, place: &mut Place, read: &ReadLog) -> Result<(), SegmentError> {
        let expected = place.mark.next_offset;
        if let Some(base_offset) = read.batches.first().map(|batch| batch.header.base_offset)
            && base_offset < expected
        {
            return Err(SegmentError { position: 0, what: SegmentFault::Order { base_offset, expected } });
        }
        for batch in &read.batches {
            self.batch(place, &batch.header, batch.stamps);
            if let Some(account) =
                self.account.as_mut().filter(|_| batch.header.last_offset() >= self.log_start)
            {
                account.take_read(&batch.header, batch.marker);
            }
        }
        Ok(())
    }

    fn batch(&mut self, place: &mut Place, header: &Header, stamps: Option<(i64, i64)>) {
        place.facts.add(header, stamps);
        place.indexing.take(header);
        if header.last_offset() >= self.log_start {
            self.add(header, stamps);
        }
    }

    /// The digest of the batches so far.
    pub fn digest(&self) -> Digest {
        Digest(self.digest.value())
    }

    fn add(&mut self, header: &Header, stamps: Option<(i64, i64)>) {
        self.digest.add(header);
        self.total.add(header, stamps);
        if self.max_so_far.is_some_and(|max| header.max_timestamp < max) {
            self.monotonic = false;
        }
        self.max_so_far = self.max_so_far.max(Some(header.max_timestamp));
        if header.leader_epoch > self.epochs.last().map_or(-1, |entry| entry.epoch) {
            let start_offset = Offset(header.base_offset.max(self.log_start));
            self.epochs.push(EpochEntry { epoch: header.leader_epoch, start_offset });
        }
    }
}

impl Facts {
    fn add(&mut self, header: &Header, stamps: Option<(i64, i64)>) {
        self.batches += 1;
        self.records += u64::from(header.count.unsigned_abs());
        if let Some((min, max)) = stamps {
            self.min_ts = Some(self.min_ts.map_or(min, |known| known.min(min)));
            self.max_ts = self.max_ts.max(Some(max));
        }
        let codec = header.attributes.compression().map_or("unknown", Compression::name);
        if let Err(place) = self.codecs.binary_search_by(|known| (**known).cmp(codec)) {
            self.codecs.insert(place, codec.into());
        }
        self.first = self.first.or(Some(header.base_offset));
        self.end = Some(header.last_offset() + 1);
    }
}

/// A log's file that is sound in itself, read before it is known what it follows.
#[derive(Clone, Debug, Default)]
pub struct ReadLog {
    batches: Vec<ReadBatch>,
    next_offset: i64,
}

#[derive(Clone, Copy, Debug)]
struct ReadBatch {
    header: Header,
    stamps: Option<(i64, i64)>,
    marker: Option<Marker>,
}

impl ReadLog {
    /// Reads a file with every check; `None` when it is not sound.
    pub fn of(bytes: &[u8]) -> Option<ReadLog> {
        let mut read = ReadLog::default();
        read.more(bytes).then_some(read)
    }

    /// Reads the file's next batches; whether they are sound.
    pub fn more(&mut self, batches: &[u8]) -> bool {
        let mut mark = Mark { position: 0, next_offset: self.next_offset };
        loop {
            match self.read(&mut mark, batches, u32::MAX) {
                Some(true) => {}
                end => return end.is_some(),
            }
        }
    }

    /// Reads on, at least the next batch and up to about `size` bytes; whether there may be more, `None` when it is not
    /// sound.
    pub fn read(&mut self, mark: &mut Mark, bytes: &[u8], size: u32) -> Option<bool> {
        let end = mark.position.saturating_add(size);
        let mut batches = segment::batches(bytes).from_mark(*mark);
        while let Some(batch) = batches.next() {
            let batch = batch.ok()?;
            self.next_offset = batch.header.last_offset() + 1;
            let marker = producers::marker(&batch.header, batch.bytes);
            self.batches.push(ReadBatch { header: batch.header, stamps: batch.stamps, marker });
            *mark = batches.mark();
            if mark.position >= end {
                return Some(true);
            }
        }
        Some(false)
    }
}
