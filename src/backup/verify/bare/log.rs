//! A segment by itself.

use super::records::{self, Content};
use super::sequences::Sequences;
use super::{Around, Found, next_segment, state};
use crate::backup::verify::judge::offset_at;
use crate::log::batch::{HEADER_BYTES, Header};
use crate::log::segment::{self, SegmentBatch, SegmentError, SegmentFault};
use crate::log::side::checkpoint::{self, EpochEntry};
use crate::log::side::file_name;

/// Verifies a segment that its name lets begin at `base`.
pub fn check(base: Option<i64>, bytes: &[u8], around: &dyn Around, found: &mut Found) {
    let epochs = around
        .read("leader-epoch-checkpoint")
        .and_then(|bytes| checkpoint::read_epochs(std::str::from_utf8(&bytes).ok()?).ok());
    let folder = around.folder().unwrap_or_default();
    let topic = folder.rsplit_once('-').map_or("", |(topic, _)| topic);
    let mut walk = Walk {
        base,
        expected: base,
        epoch: -1,
        epochs: epochs.unwrap_or_default(),
        sequences: Sequences::default(),
        aborts: false,
        found,
    };
    let (mut batches, mut records) = (0, 0);
    for batch in segment::batches(bytes).headers_only().starting_at(base.unwrap_or(0)) {
        let read = batch.and_then(|batch| {
            let at = |error| SegmentError { position: batch.position, what: SegmentFault::Batch(error) };
            Ok((batch, records::read(topic, &batch.header, batch.bytes, around).map_err(at)?))
        });
        match read {
            Ok((batch, content)) => {
                batches += 1;
                records += batch.header.count;
                walk.batch(&batch.header, batch.position, content);
            }
            Err(error) => {
                let offset = offset_at(bytes, error.position);
                let offset = offset.map_or(String::new(), |offset| format!(" (offset {offset})"));
                walk.found.damaged(format!("{error}{offset}"));
                // What is missing after it is no gap.
                walk.expected = None;
            }
        }
    }
    let to = walk.expected.map_or(String::new(), |end| format!(", the next offset is {end}"));
    walk.against_the_others(bytes, around);
    found.holds = format!("{batches} batches, {records} records{to}");
}

struct Walk<'a> {
    /// The offset that its name says.
    base: Option<i64>,
    /// The offset that comes next when none is missing.
    expected: Option<i64>,
    epoch: i32,
    epochs: Vec<EpochEntry>,
    sequences: Sequences,
    /// Whether a transaction was aborted.
    aborts: bool,
    found: &'a mut Found,
}

impl Walk<'_> {
    fn batch(&mut self, header: &Header, position: u32, content: Content) {
        let offset = header.base_offset;
        if let Some(expected) = self.expected.filter(|expected| *expected < offset) {
            self.found.remark(format!("offsets {expected} to {} are not there", offset - 1));
        }
        if !header.is_contiguous() {
            let (count, last) = (header.count, header.last_offset());
            self.found.remark(format!("of the offsets {offset} to {last} of a batch {count} are there"));
        }
        self.expected = Some(header.last_offset() + 1);
        let mut damaged = |what: String| {
            self.found.damaged(format!("at byte {position}: {what} (offset {offset})"));
        };
        content.damage.into_iter().for_each(&mut damaged);
        self.sequences.take(header).into_iter().for_each(&mut damaged);
        self.sequences.transaction(header, content.marker).into_iter().for_each(&mut damaged);
        self.aborts |= content.marker.is_some_and(|marker| !marker.commit);
        let span = self.base.map_or(0, |base| header.last_offset() - base);
        if span > i64::from(i32::MAX) {
            damaged("its offsets are too far from the segment's first".to_owned());
        }
        // The leader epoch lies outside the CRC.
        let epoch = header.leader_epoch;
        let says = format!("the leader epoch is {epoch}");
        if epoch < self.epoch {
            damaged(format!("{says}, after {}", self.epoch));
        }
        self.epoch = self.epoch.max(epoch);
        let entry = self.epochs.iter().rev().find(|entry| entry.start_offset <= offset);
        if let Some(entry) = entry.filter(|entry| entry.epoch != epoch) {
            damaged(format!("{says}, and leader-epoch-checkpoint has {}", entry.epoch));
        }
        content.remarks.into_iter().for_each(|what| self.found.remark(what));
    }

    /// The next segment begins after it; an index beside it comes with one of what was aborted.
    fn against_the_others(&mut self, bytes: &[u8], around: &dyn Around) {
        let (Some(base), Some(end)) = (self.base, self.expected) else { return };
        if let Some(next) = next_segment(around, base) {
            if end > next {
                self.found
                    .damaged(format!("it ends before offset {end}, and the next segment begins at {next}"));
            } else if end < next {
                self.found.remark(format!("offsets {end} to {} are not there", next - 1));
            }
        }
        let beside = |suffix| around.read(&file_name(base, suffix)).is_some();
        if self.aborts && self.found.ok() && beside("index") && !beside("txnindex") {
            let aborted = state::surely_aborted(base, bytes, around);
            if aborted > 0 {
                let name = file_name(base, "txnindex");
                self.found
                    .damaged(format!("it has {aborted} aborted transactions, and {name} is not beside it"));
            }
        }
    }
}

/// The batches of a log as far as their headers can be read, whatever is in them.
pub fn headers(bytes: &[u8]) -> Vec<SegmentBatch<'_>> {
    let mut batches = Vec::new();
    let mut position = 0u32;
    while let Some(rest) = bytes.get(position as usize..).filter(|rest| rest.len() >= HEADER_BYTES) {
        let Ok(header) = Header::read(rest) else { break };
        let bytes = &rest[..header.size as usize];
        batches.push(SegmentBatch { position, header, bytes, stamps: None });
        let Some(next) = position.checked_add(header.size) else { break };
        position = next;
    }
    batches
}
