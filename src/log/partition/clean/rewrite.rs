//! What a round leaves, put into runs and segments.

use super::Partition;
use super::filter::{Filter, Left};
use crate::log::batch::Header;
use crate::log::partition::Totals;
use crate::log::partition::made::{Entries, Made};
use crate::log::partition::run::{Batch, Content, RUN_ENTRIES, Run, Spot};
use crate::log::partition::segments::{Appended, Segment};
use std::ops::Range;
use std::rc::Rc;

/// Bytes after which a run of batches ends.
const RUN_BYTES: usize = 1 << 20;

/// Segments that become one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// What they become.
    pub segment: Segment,
    /// Where the next one begins.
    pub end: i64,
}

/// A round under way: what it has left so far.
#[derive(Debug)]
pub(super) struct Rewrite<'a> {
    log: &'a Partition,
    groups: Vec<Group>,
    at: usize,
    runs: Vec<Rc<Run>>,
    made: Option<(Vec<i64>, Entries)>,
    bytes: Vec<u8>,
    spots: Vec<Spot>,
    max_timestamp: i64,
    before: Totals,
    after: Totals,
}

/// What a round has left.
#[derive(Debug)]
pub(super) struct Rewritten {
    pub runs: Vec<Rc<Run>>,
    pub segments: Vec<Segment>,
    pub before: Totals,
    pub after: Totals,
}

impl<'a> Rewrite<'a> {
    pub fn new(log: &'a Partition, groups: Vec<Group>) -> Rewrite<'a> {
        Rewrite {
            log,
            groups,
            at: 0,
            runs: Vec::new(),
            made: None,
            bytes: Vec::new(),
            spots: Vec::new(),
            max_timestamp: i64::MIN,
            before: Totals::default(),
            after: Totals::default(),
        }
    }

    /// Goes over these batches of a run. A run of which all is left is shared with the log as it was.
    pub fn take(&mut self, run: &Rc<Run>, places: Range<usize>, filter: &mut Filter<'_>) {
        let sources = &self.log.recipes;
        let left: Vec<Left> = places.clone().map(|place| filter.left(&run.batch(place, sources))).collect();
        let shared = places.end == run.len() && left.iter().all(|left| *left == Left::Whole);
        if shared {
            self.flush();
            self.runs.push(run.clone());
        }
        for (place, left) in places.zip(left) {
            let batch = run.batch(place, sources);
            self.before = self.before.plus(&batch);
            match left {
                Left::Nothing => {}
                Left::Whole if shared => self.count(&batch),
                Left::Whole => {
                    self.count(&batch);
                    match (&run.content, &batch) {
                        (Content::Made(entries) | Content::Sparse(_, entries), Batch::Made(made)) => {
                            self.put_made(made, entries, place);
                        }
                        (_, Batch::Kept(header, bytes)) => self.put_kept(header, bytes),
                        (Content::Kept { .. }, Batch::Made(_)) => {
                            unreachable!("kept batches are not made up")
                        }
                    }
                }
                Left::Rewritten(bytes) => {
                    let header = Header::read(&bytes).expect("a batch made here is sound");
                    self.count(&Batch::Kept(header, &bytes));
                    self.put_kept(&header, &bytes);
                }
            }
        }
    }

    /// A batch is left: its segment has it.
    fn count(&mut self, batch: &Batch<'_>) {
        while batch.base_offset() >= self.groups[self.at].end {
            self.at += 1;
        }
        self.groups[self.at].segment.take(&self.log.policy, &Appended::of(batch));
        self.after = self.after.plus(batch);
    }

    /// Puts the batch `made` behind the others, which is the one of `entries` at this place.
    fn put_made(&mut self, made: &Made<'_>, entries: &Entries, place: usize) {
        let takes = |of: &(_, Entries)| of.1.takes(made.leader_epoch, made.timestamp_ms, RUN_ENTRIES);
        if !self.made.as_ref().is_some_and(takes) {
            self.flush();
        }
        let new = || (Vec::new(), Entries::new(made.offset, made.leader_epoch, made.timestamp_ms));
        let (offsets, list) = self.made.get_or_insert_with(new);
        let (writer, index) = entries.source_of(place);
        offsets.push(made.offset);
        list.push(made.timestamp_ms, writer, index, made.sequence);
        self.max_timestamp = self.max_timestamp.max(made.timestamp_ms);
    }

    fn put_kept(&mut self, header: &Header, bytes: &[u8]) {
        if self.made.is_some() || self.bytes.len() >= RUN_BYTES {
            self.flush();
        }
        self.spots.push(Spot::of(header, self.bytes.len() as u32));
        self.bytes.extend_from_slice(bytes);
        self.max_timestamp = self.max_timestamp.max(header.max_timestamp);
    }

    /// What was put so far becomes a run.
    fn flush(&mut self) {
        let max_timestamp = std::mem::replace(&mut self.max_timestamp, i64::MIN);
        let (bytes, spots) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.spots));
        let content = match self.made.take() {
            Some((offsets, made)) => Content::Sparse(offsets, made),
            None if spots.is_empty() => return,
            None => Content::Kept { bytes: bytes.into(), spots },
        };
        self.runs.push(Rc::new(Run { max_timestamp, content }));
    }

    pub fn done(mut self) -> Rewritten {
        self.flush();
        let close = |group: Group| {
            let mut segment = group.segment;
            segment.close();
            segment
        };
        let segments = self.groups.into_iter().map(close).collect();
        Rewritten { runs: self.runs, segments, before: self.before, after: self.after }
    }
}
