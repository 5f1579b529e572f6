//! What a log is kept in: runs of neighbouring batches, either all made up or all real bytes.

use super::Source;
use super::made::{Entries, Made};
use crate::log::batch::{self, Body, Header, RecordView};
use crate::log::producers::Seen;
use crate::log::record::{Bytes, Record};
use std::ops::Range;
use std::rc::Rc;

/// Entries of a run of made-up records: large enough to share, small enough to copy when a clone diverges.
pub(super) const RUN_ENTRIES: usize = 4096;

/// Where a real batch lies in its run's bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub base_offset: i64,
    pub position: u32,
    pub last_offset_delta: u32,
    /// Records that consumers are given of it.
    pub records: u32,
}

/// Neighbouring batches of one kind.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub max_timestamp: i64,
    pub content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    /// Batches that are made on demand.
    Made(Entries),
    /// Those of them that compaction left, and their offsets.
    Sparse(Vec<i64>, Entries),
    /// Whole batches, which were checked before they came here.
    Kept { bytes: Bytes, spots: Vec<Spot> },
}

impl Run {
    /// Batches in the run; at least one.
    pub fn len(&self) -> usize {
        match &self.content {
            Content::Made(made) | Content::Sparse(_, made) => made.list.len(),
            Content::Kept { spots, .. } => spots.len(),
        }
    }

    /// After the last offset of the last batch.
    pub fn end_offset(&self) -> i64 {
        match &self.content {
            Content::Made(made) => made.end(),
            Content::Sparse(offsets, _) => offsets.last().map_or(0, |last| last + 1),
            Content::Kept { spots, .. } => spots.last().map_or(0, Spot::last_offset) + 1,
        }
    }

    /// Place of the first batch whose last offset is `offset` or more; the run's length if there is none.
    pub fn place_of(&self, offset: i64) -> usize {
        match &self.content {
            Content::Made(made) => (offset - made.base_offset).clamp(0, made.list.len() as i64) as usize,
            Content::Sparse(offsets, _) => offsets.partition_point(|at| *at < offset),
            Content::Kept { spots, .. } => spots.partition_point(|spot| spot.last_offset() < offset),
        }
    }

    /// Records that consumers are given of a batch of which they are given every one, if that is told without reading it; its
    /// first and its last offset.
    pub fn told(&self, place: usize) -> Option<(i64, i64, u64)> {
        match &self.content {
            Content::Kept { spots, .. } => {
                let spot = &spots[place];
                Some((spot.base_offset, spot.last_offset(), u64::from(spot.records)))
            }
            _ => None,
        }
    }

    /// The batch at a place, which must be smaller than the run's length.
    pub fn batch<'a>(&'a self, place: usize, sources: &'a [Source]) -> Batch<'a> {
        match &self.content {
            Content::Made(made) => Batch::Made(made.at(place, sources)),
            Content::Sparse(offsets, made) => {
                Batch::Made(Made { offset: offsets[place], ..made.at(place, sources) })
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
            (Content::Made(made), Content::Made(first)) => made.extends(first),
            (Content::Sparse(offsets, made), Content::Sparse(were, first)) => {
                made.extends(first) && offsets.starts_with(were)
            }
            (Content::Kept { bytes, .. }, Content::Kept { bytes: first, .. }) => Rc::ptr_eq(bytes, first),
            _ => false,
        }
    }

    /// The batches of these places, one at least.
    pub fn part(&self, places: Range<usize>, sources: &[Source]) -> Run {
        let stamps = places.clone().map(|place| self.batch(place, sources).max_timestamp());
        let max_timestamp = stamps.max().unwrap_or(self.max_timestamp);
        let content = match &self.content {
            Content::Made(made) => Content::Made(made.part(places)),
            Content::Sparse(offsets, made) => {
                Content::Sparse(offsets[places.clone()].to_vec(), made.part(places))
            }
            Content::Kept { bytes, spots } => {
                let from = spots[places.start].position;
                let to = spots.get(places.end).map_or(bytes.len(), |next| next.position as usize);
                let moved = spots[places].iter().map(|spot| Spot { position: spot.position - from, ..*spot });
                Content::Kept { bytes: bytes[from as usize..to].into(), spots: moved.collect() }
            }
        };
        Run { max_timestamp, content }
    }
}

impl Spot {
    pub fn of(header: &Header, position: u32) -> Spot {
        Spot {
            base_offset: header.base_offset,
            position,
            last_offset_delta: header.last_offset_delta as u32,
            records: if header.attributes.is_control() { 0 } else { header.count as u32 },
        }
    }

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
            Batch::Made(made) => made.size(),
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
        match self {
            Batch::Made(made) => made.is_marker(),
            Batch::Kept(header, _) => header.attributes.is_control(),
        }
    }

    /// Whether it is part of a transaction, or the end of one.
    pub fn is_transactional(&self) -> bool {
        match self {
            Batch::Made(made) => made.is_transactional(),
            Batch::Kept(header, _) => header.attributes.is_transactional(),
        }
    }

    /// Its producer's id; −1: none.
    pub fn producer_id(&self) -> i64 {
        match self {
            Batch::Made(made) => made.id,
            Batch::Kept(header, _) => header.producer_id,
        }
    }

    /// What it says to what is known of its producer.
    pub fn seen(&self) -> Seen {
        match self {
            Batch::Made(made) => made.seen(),
            Batch::Kept(header, bytes) => Seen::of(header, bytes),
        }
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

pub(super) fn unpacked<'a>(header: &Header, bytes: &'a [u8]) -> Body<'a> {
    batch::unpacked(header, bytes).expect("kept batches were checked")
}

pub(super) fn views<'a>(body: &'a Body<'_>) -> impl Iterator<Item = RecordView<'a>> {
    body.records().map(|record| record.expect("kept batches were checked"))
}
