//! What a log is kept in: runs of neighbouring batches, either all made up or all real bytes.

use super::Source;
use crate::log::batch::{self, BatchInfo, Body, Header, Parts, RecordView};
use crate::log::content::Recipe;
use crate::log::record::{Bytes, Record};
use std::rc::Rc;

/// Entries of a run of made-up records: large enough to share, small enough to copy when a clone diverges.
pub(super) const RUN_ENTRIES: usize = 4096;

/// A made-up record, alone in its batch: 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub timestamp_ms: i64,
    /// The record's number at its producer.
    pub index: u32,
    /// Place in the partition's table of recipes.
    pub source: u32,
}

/// An hour of the default scene is 720,000 of them.
const _: () = assert!(size_of::<Entry>() == 16);

/// Where a real batch lies in its run's bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub base_offset: i64,
    pub position: u32,
    pub last_offset_delta: u32,
}

/// Neighbouring batches of one kind.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub max_timestamp: i64,
    pub content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    /// Made-up records at consecutive offsets from `base_offset`.
    Made { base_offset: i64, leader_epoch: i32, entries: Vec<Entry> },
    /// Whole batches, which were checked before they came here.
    Kept { bytes: Bytes, spots: Vec<Spot> },
}

impl Run {
    /// Batches in the run; at least one.
    pub fn len(&self) -> usize {
        match &self.content {
            Content::Made { entries, .. } => entries.len(),
            Content::Kept { spots, .. } => spots.len(),
        }
    }

    /// After the last offset of the last batch.
    pub fn end_offset(&self) -> i64 {
        match &self.content {
            Content::Made { base_offset, entries, .. } => base_offset + entries.len() as i64,
            Content::Kept { spots, .. } => spots.last().map_or(0, Spot::last_offset) + 1,
        }
    }

    /// Place of the first batch whose last offset is `offset` or more; the run's length if there is none.
    pub fn place_of(&self, offset: i64) -> usize {
        match &self.content {
            Content::Made { base_offset, entries, .. } => {
                (offset - base_offset).clamp(0, entries.len() as i64) as usize
            }
            Content::Kept { spots, .. } => spots.partition_point(|spot| spot.last_offset() < offset),
        }
    }

    /// The batch at a place, which must be smaller than the run's length.
    pub fn batch<'a>(&'a self, place: usize, sources: &'a [Source]) -> Batch<'a> {
        match &self.content {
            Content::Made { base_offset, leader_epoch, entries } => {
                let entry = entries[place];
                Batch::Made(Made {
                    offset: base_offset + place as i64,
                    leader_epoch: *leader_epoch,
                    timestamp_ms: entry.timestamp_ms,
                    index: u64::from(entry.index),
                    recipe: &sources[entry.source as usize].recipe,
                })
            }
            Content::Kept { bytes, spots } => {
                let end = spots.get(place + 1).map_or(bytes.len(), |next| next.position as usize);
                let bytes = &bytes[spots[place].position as usize..end];
                Batch::Kept(Header::read(bytes).expect("kept batches were checked"), bytes)
            }
        }
    }
}

impl Run {
    /// Whether it begins with all that `was` holds.
    pub fn extends(&self, was: &Rc<Run>) -> bool {
        match (&self.content, &was.content) {
            (
                Content::Made { base_offset, leader_epoch, entries },
                Content::Made { base_offset: base, leader_epoch: epoch, entries: first },
            ) => (base_offset, leader_epoch) == (base, epoch) && entries.starts_with(first),
            (Content::Kept { bytes, .. }, Content::Kept { bytes: first, .. }) => Rc::ptr_eq(bytes, first),
            _ => false,
        }
    }

    /// The first `places` batches, one at least.
    pub fn prefix(&self, places: usize, sources: &[Source]) -> Run {
        let content = match &self.content {
            Content::Made { base_offset, leader_epoch, entries } => Content::Made {
                base_offset: *base_offset,
                leader_epoch: *leader_epoch,
                entries: entries[..places].to_vec(),
            },
            Content::Kept { bytes, spots } => {
                let end = spots.get(places).map_or(bytes.len(), |next| next.position as usize);
                Content::Kept { bytes: bytes[..end].into(), spots: spots[..places].to_vec() }
            }
        };
        let stamps = (0..places).map(|place| self.batch(place, sources).max_timestamp());
        Run { max_timestamp: stamps.max().unwrap_or(self.max_timestamp), content }
    }
}

impl Spot {
    pub fn last_offset(&self) -> i64 {
        self.base_offset + i64::from(self.last_offset_delta)
    }
}

/// A batch of the log.
#[derive(Clone, Copy, Debug)]
pub(super) enum Batch<'a> {
    Made(Made<'a>),
    Kept(Header, &'a [u8]),
}

/// A batch of one made-up record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made<'a> {
    pub offset: i64,
    pub leader_epoch: i32,
    pub timestamp_ms: i64,
    pub index: u64,
    pub recipe: &'a Rc<Recipe>,
}

impl<'a> Batch<'a> {
    pub fn base_offset(&self) -> i64 {
        match self {
            Batch::Made(made) => made.offset,
            Batch::Kept(header, _) => header.base_offset,
        }
    }

    pub fn last_offset(&self) -> i64 {
        match self {
            Batch::Made(made) => made.offset,
            Batch::Kept(header, _) => header.last_offset(),
        }
    }

    pub fn size(&self) -> u32 {
        match self {
            Batch::Made(made) => made.recipe.batch_bytes(made.index),
            Batch::Kept(header, _) => header.size,
        }
    }

    pub fn record_count(&self) -> u32 {
        match self {
            Batch::Made(_) => 1,
            Batch::Kept(header, _) => header.count as u32,
        }
    }

    pub fn max_timestamp(&self) -> i64 {
        match self {
            Batch::Made(made) => made.timestamp_ms,
            Batch::Kept(header, _) => header.max_timestamp,
        }
    }

    /// Whether each offset from first to last has its record.
    pub fn has_every_offset(&self) -> bool {
        match self {
            Batch::Made(_) => true,
            Batch::Kept(header, _) => header.is_contiguous(),
        }
    }

    /// Markers of the broker, which consumers never see.
    pub fn is_control(&self) -> bool {
        matches!(self, Batch::Kept(header, _) if header.attributes.is_control())
    }

    /// Offset and timestamp of each record.
    pub fn stamps(&self) -> impl Iterator<Item = (i64, i64)> + use<'a> {
        let (made, kept) = match *self {
            Batch::Made(made) => (Some((made.offset, made.timestamp_ms)), Vec::new()),
            Batch::Kept(header, bytes) => (
                None,
                views(&unpacked(&header, bytes)).map(|view| (view.offset, view.timestamp_ms)).collect(),
            ),
        };
        made.into_iter().chain(kept)
    }

    /// The record at `offset`, if the batch has it.
    pub fn record(&self, offset: i64) -> Option<Record> {
        match self {
            Batch::Made(made) => (made.offset == offset).then(|| made.record()),
            Batch::Kept(header, bytes) => views(&unpacked(header, bytes))
                .find(|view| view.offset == offset)
                .map(|view| view.to_record()),
        }
    }

    /// Appends the batch's bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Batch::Made(made) => made.write(out),
            Batch::Kept(_, bytes) => out.extend_from_slice(bytes),
        }
    }
}

impl Made<'_> {
    fn record(&self) -> Record {
        let (key, value) = (self.recipe.key(self.index), self.recipe.value(self.index));
        Record::new(self.timestamp_ms, key.as_deref(), Some(&value))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let (key, value) = (self.recipe.key(self.index), self.recipe.value(self.index));
        let info =
            BatchInfo { base_offset: self.offset, leader_epoch: self.leader_epoch, ..BatchInfo::default() };
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

fn unpacked<'a>(header: &Header, bytes: &'a [u8]) -> Body<'a> {
    batch::unpacked(header, bytes).expect("kept batches were checked")
}

fn views<'a>(body: &'a Body<'_>) -> impl Iterator<Item = RecordView<'a>> {
    body.records().map(|record| record.expect("kept batches were checked"))
}
