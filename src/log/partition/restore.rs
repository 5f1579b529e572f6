//! A log from the bytes of its segments.

use super::Partition;
use super::segments::Segments;
use crate::log::record::Bytes;
use crate::log::segment::SegmentError;
use std::fmt;

/// Why segments do not make the log that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoreError {
    /// A segment is damaged, or does not follow the one before.
    Segment {
        /// Its place among the segments, from 0.
        segment: u32,
        /// What is wrong, and where.
        error: SegmentError,
    },
    /// The log start is not an offset of the log that the segments make.
    LogStart {
        /// The log start asked for.
        log_start: i64,
        /// The end of the log that the segments make.
        end: i64,
    },
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RestoreError::Segment { segment, error } => write!(f, "segment {segment}, {error}"),
            RestoreError::LogStart { log_start, end } => {
                write!(f, "the log start is {log_start}, but the log ends at {end}")
            }
        }
    }
}

impl std::error::Error for RestoreError {}

impl Partition {
    /// The log that these segments hold, in the order of their offsets, each batch put to every check.
    ///
    /// Without a batch the log is empty and ends where it starts. `leader_epoch` is what batches appended later carry,
    /// unless a batch has a larger one. Batches wholly below `log_start` are dropped.
    pub fn restore(log_start: i64, leader_epoch: i32, segments: &[Bytes]) -> Result<Partition, RestoreError> {
        let mut partition = Partition { leader_epoch, ..Partition::new() };
        for (at, bytes) in segments.iter().enumerate() {
            let segment = at as u32;
            partition
                .append_bytes(bytes.clone())
                .map_err(|error| RestoreError::Segment { segment, error })?;
        }
        if partition.runs.is_empty() && log_start >= 0 {
            (partition.log_start, partition.end) = (log_start, log_start);
            partition.segments = Segments::starting_at(log_start);
        }
        let end = partition.end;
        if log_start < 0 || log_start > end {
            return Err(RestoreError::LogStart { log_start, end });
        }
        partition.delete_before(log_start);
        // What was dropped says nothing any more, wherever segments begin.
        partition.see_all();
        Ok(partition)
    }

    /// Lets the log end at `end`, behind its last batch: one that was cut back to where compaction had left nothing does.
    /// A log that reaches further stays as it is.
    pub fn go_on_at(&mut self, end: i64) {
        self.end = self.end.max(end);
    }
}
