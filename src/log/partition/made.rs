//! Batches that are kept as numbers and made on demand: made-up records, each alone in its batch, and the markers that
//! end transactions among them.

use super::Source;
use crate::log::batch::{self, BatchInfo, MARKER_BYTES, Marker, Parts, Producer};
use crate::log::content::Recipe;
use crate::log::producers::Seen;
use crate::log::record::Record;
use std::ops::Range;
use std::rc::Rc;

/// Such a batch: 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Less the timestamp that the run begins with.
    pub delta_ms: i32,
    /// The record's number at its producer.
    pub index: u32,
    /// Place in the run's table of writers.
    pub writer: u32,
    /// The producer's sequence number, where it has any.
    pub sequence: i32,
}

/// An hour of the default scene is 720,000 of them.
const _: () = assert!(size_of::<Entry>() == 16);

/// Who wrote it, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Writer {
    /// The producer's id; −1: none.
    pub id: i64,
    /// Its epoch; −1: none.
    pub epoch: i16,
    pub what: What,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A record, made from the recipe at this place of the partition's table; whether it is part of a transaction.
    Record { source: u32, transactional: bool },
    /// The end of a transaction.
    Marker(Marker),
}

/// Neighbouring batches of one leader epoch, at consecutive offsets.
#[derive(Clone, Debug)]
pub(super) struct Entries {
    pub base_offset: i64,
    pub leader_epoch: i32,
    /// The timestamp of the first.
    pub base_ms: i64,
    pub writers: Vec<Writer>,
    pub list: Vec<Entry>,
}

impl Entries {
    /// The run that begins with a batch.
    pub fn new(base_offset: i64, leader_epoch: i32, base_ms: i64) -> Entries {
        Entries { base_offset, leader_epoch, base_ms, writers: Vec::new(), list: Vec::new() }
    }

    /// Whether a batch of this leader and time can be put behind the others.
    pub fn takes(&self, leader_epoch: i32, timestamp_ms: i64, most: usize) -> bool {
        self.leader_epoch == leader_epoch && self.list.len() < most && self.delta(timestamp_ms).is_some()
    }

    fn delta(&self, timestamp_ms: i64) -> Option<i32> {
        i32::try_from(timestamp_ms.checked_sub(self.base_ms)?).ok()
    }

    /// Puts a batch behind the others.
    pub fn push(&mut self, timestamp_ms: i64, writer: Writer, index: u32, sequence: i32) {
        let delta_ms = self.delta(timestamp_ms).expect("the run takes it");
        // Those who write now wrote a moment ago.
        let known = self.writers.iter().rposition(|known| *known == writer);
        let writer = known.unwrap_or_else(|| {
            self.writers.push(writer);
            self.writers.len() - 1
        });
        self.list.push(Entry { delta_ms, index, writer: writer as u32, sequence });
    }

    /// Who wrote the batch at a place, and the record's number.
    pub fn source_of(&self, place: usize) -> (Writer, u32) {
        let entry = self.list[place];
        (self.writers[entry.writer as usize], entry.index)
    }

    /// Whether a transaction ends among them.
    pub fn has_markers(&self) -> bool {
        self.writers.iter().any(|writer| matches!(writer.what, What::Marker(_)))
    }

    /// After the last offset.
    pub fn end(&self) -> i64 {
        self.base_offset + self.list.len() as i64
    }

    /// The batch at a place.
    pub fn at<'a>(&self, place: usize, sources: &'a [Source]) -> Made<'a> {
        let entry = self.list[place];
        let writer = self.writers[entry.writer as usize];
        Made {
            offset: self.base_offset + place as i64,
            leader_epoch: self.leader_epoch,
            timestamp_ms: self.base_ms + i64::from(entry.delta_ms),
            sequence: entry.sequence,
            id: writer.id,
            epoch: writer.epoch,
            body: match writer.what {
                What::Marker(marker) => MadeBody::Marker(marker),
                What::Record { source, transactional } => MadeBody::Record {
                    index: u64::from(entry.index),
                    transactional,
                    recipe: &sources[source as usize].recipe,
                },
            },
        }
    }

    /// Whether it begins with all that `was` holds.
    pub fn extends(&self, was: &Entries) -> bool {
        let head = |of: &Entries| (of.base_offset, of.leader_epoch, of.base_ms);
        head(self) == head(was) && self.list.starts_with(&was.list) && self.writers.starts_with(&was.writers)
    }

    /// Those of these places.
    pub fn part(&self, places: Range<usize>) -> Entries {
        let base_offset = self.base_offset + places.start as i64;
        Entries { base_offset, list: self.list[places].to_vec(), writers: self.writers.clone(), ..*self }
    }
}

/// A batch made on demand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made<'a> {
    pub offset: i64,
    pub leader_epoch: i32,
    pub timestamp_ms: i64,
    pub sequence: i32,
    pub id: i64,
    pub epoch: i16,
    pub body: MadeBody<'a>,
}

/// What a batch made on demand holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum MadeBody<'a> {
    Record { index: u64, transactional: bool, recipe: &'a Rc<Recipe> },
    Marker(Marker),
}

impl Made<'_> {
    pub fn is_marker(&self) -> bool {
        matches!(self.body, MadeBody::Marker(_))
    }

    pub fn is_transactional(&self) -> bool {
        matches!(self.body, MadeBody::Marker(_) | MadeBody::Record { transactional: true, .. })
    }

    pub fn size(&self) -> u32 {
        match self.body {
            MadeBody::Record { index, recipe, .. } => recipe.batch_bytes(index),
            MadeBody::Marker(_) => MARKER_BYTES,
        }
    }

    pub fn record(&self) -> Record {
        match self.body {
            MadeBody::Record { index, recipe, .. } => recipe.record(self.timestamp_ms, index),
            MadeBody::Marker(marker) => {
                Record::new(self.timestamp_ms, Some(&marker.key()), Some(&marker.value()))
            }
        }
    }

    /// The batch's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    /// Appends the batch's bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        let info = BatchInfo {
            base_offset: self.offset,
            leader_epoch: self.leader_epoch,
            producer: Producer { id: self.id, epoch: self.epoch, base_sequence: self.sequence },
            transactional: self.is_transactional(),
            ..BatchInfo::default()
        };
        match self.body {
            MadeBody::Marker(marker) => marker.write(out, &info, self.timestamp_ms),
            MadeBody::Record { index, recipe, .. } => {
                let (key, value) = (recipe.key(index), recipe.value(index));
                let parts = Parts {
                    offset_delta: 0,
                    timestamp_ms: self.timestamp_ms,
                    key: key.as_deref(),
                    value: Some(&value),
                    headers: &[],
                };
                batch::encode_into(out, &info, std::iter::once(parts));
            }
        }
    }

    /// What it says to what is known of its producer.
    pub fn seen(&self) -> Seen {
        Seen {
            producer_id: self.id,
            epoch: self.epoch,
            base_offset: self.offset,
            last_offset: self.offset,
            last_sequence: self.sequence,
            max_timestamp: self.timestamp_ms,
            transactional: self.is_transactional(),
            control: self.is_marker(),
            marker: match self.body {
                MadeBody::Marker(marker) => Some(marker),
                MadeBody::Record { .. } => None,
            },
        }
    }
}
