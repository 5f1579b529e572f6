//! A segment by itself.

use super::sequences::Sequences;
use super::{Around, Found};
use crate::backup::verify::judge::offset_at;
use crate::log::batch::{HEADER_BYTES, Header};
use crate::log::segment::{self, SegmentBatch};
use crate::log::side::checkpoint::{self, EpochEntry};

/// Verifies a segment that its name lets begin at `base`.
pub fn check(base: Option<i64>, bytes: &[u8], around: &dyn Around, found: &mut Found) {
    let epochs = around
        .read("leader-epoch-checkpoint")
        .and_then(|bytes| checkpoint::read_epochs(std::str::from_utf8(&bytes).ok()?).ok());
    let mut walk = Walk {
        expected: base,
        epoch: -1,
        epochs: epochs.unwrap_or_default(),
        sequences: Sequences::default(),
        found,
    };
    let (mut batches, mut records) = (0, 0);
    for batch in segment::batches(bytes).starting_at(base.unwrap_or(0)) {
        match batch {
            Ok(batch) => {
                batches += 1;
                records += batch.header.count;
                walk.batch(&batch.header, batch.position);
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
    found.holds = format!("{batches} batches, {records} records{to}");
}

struct Walk<'a> {
    /// The offset that comes next when none is missing.
    expected: Option<i64>,
    epoch: i32,
    epochs: Vec<EpochEntry>,
    sequences: Sequences,
    found: &'a mut Found,
}

impl Walk<'_> {
    fn batch(&mut self, header: &Header, position: u32) {
        let offset = header.base_offset;
        if let Some(expected) = self.expected.filter(|expected| *expected < offset) {
            self.found.remark(format!("offsets {expected} to {} are not there", offset - 1));
        }
        self.expected = Some(header.last_offset() + 1);
        if let Some(wrong) = self.sequences.take(header) {
            self.found.damaged(format!("at byte {position}: {wrong} (offset {offset})"));
        }
        // The leader epoch lies outside the CRC.
        let epoch = header.leader_epoch;
        let says = format!("at byte {position}: the leader epoch is {epoch}");
        if epoch < self.epoch {
            self.found.damaged(format!("{says}, after {} (offset {offset})", self.epoch));
        }
        self.epoch = self.epoch.max(epoch);
        let entry = self.epochs.iter().rev().find(|entry| entry.start_offset <= offset);
        if let Some(entry) = entry.filter(|entry| entry.epoch != epoch) {
            let expected = entry.epoch;
            self.found
                .damaged(format!("{says}, and leader-epoch-checkpoint has {expected} (offset {offset})"));
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
