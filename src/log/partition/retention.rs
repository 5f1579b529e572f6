//! Retention: whole segments at the log's beginning that are too old, or too much.
//!
//! Source: `UnifiedLog.deleteOldSegments`. What lies below the log start needs no task here: it goes at once. A segment
//! without any timestamp is never too old: Kafka goes by the file's then.

use super::Partition;
use super::segments::Segment;

/// What retention took from a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Retired {
    /// Segments that were too much (`retention.bytes`).
    pub by_size: u32,
    /// Segments that were too old (`retention.ms`).
    pub by_time: u32,
    /// Records that consumers could have read.
    pub records: u64,
    /// Bytes of the segments.
    pub bytes: u64,
}

impl Retired {
    /// Segments in all.
    pub fn segments(&self) -> u32 {
        self.by_size + self.by_time
    }
}

impl Partition {
    /// Deletes the segments that the log's policy gives up now. When that is all of them, the active one is closed first.
    pub fn retire(&mut self, now_ms: i64) -> Retired {
        let mut retired = Retired::default();
        let policy = self.policy.clone();
        if !policy.delete {
            return retired;
        }
        let bytes: i64 = self.segments.iter().map(|segment| i64::from(segment.bytes)).sum();
        let mut beyond = bytes.saturating_sub(policy.retention_bytes);
        if policy.retention_bytes >= 0 && beyond >= 0 {
            retired.by_size = self.drop_segments(&mut retired.records, &mut retired.bytes, |segment| {
                beyond -= i64::from(segment.bytes);
                beyond >= 0
            });
        }
        if policy.retention_ms >= 0 {
            let too_old = |segment: &Segment| {
                let known = segment.max_timestamp >= 0;
                segment.bytes == 0
                    || known && now_ms.saturating_sub(segment.max_timestamp) > policy.retention_ms
            };
            retired.by_time = self.drop_segments(&mut retired.records, &mut retired.bytes, too_old);
        }
        retired
    }

    /// Drops segments from the first on as long as they are given up; how many. An active one without a batch stays.
    fn drop_segments(
        &mut self,
        records: &mut u64,
        bytes: &mut u64,
        mut given_up: impl FnMut(&Segment) -> bool,
    ) -> u32 {
        let all = self.segments.closed.len() + usize::from(self.segments.active.bytes > 0);
        let gone = self.segments.iter().take(all).take_while(|segment| given_up(segment)).count();
        if gone == 0 {
            return 0;
        }
        *bytes += self.segments.iter().take(gone).map(|segment| u64::from(segment.bytes)).sum::<u64>();
        if gone > self.segments.closed.len() {
            self.roll_at(self.end);
        }
        let start = self.segments.iter().nth(gone).map_or(self.end, |next| next.base_offset);
        *records += self.count_between(self.log_start, start);
        self.delete_before(start);
        gone as u32
    }

    /// When [`Partition::retire`] may have something to do, in milliseconds since 1970; `None`: not before records come.
    pub fn retires_at(&self, now_ms: i64) -> Option<i64> {
        let first = self.segments.iter().find(|segment| segment.bytes > 0)?;
        let policy = &*self.policy;
        let too_old = first.max_timestamp.saturating_add(policy.retention_ms).saturating_add(1);
        let by_time = (policy.retention_ms >= 0 && first.max_timestamp >= 0).then_some(too_old);
        let by_size = (policy.retention_bytes >= 0).then_some(now_ms);
        by_time.into_iter().chain(by_size).min().filter(|_| policy.delete)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::batch::Timestamps;
    use crate::log::{Policy, Record};
    use std::rc::Rc;

    /// Ten segments of one batch each, a second apart from 1000 on; a batch has 71 bytes.
    fn log(policy: Policy) -> Partition {
        let mut log = Partition::new();
        log.set_policy(Rc::new(Policy { segment_bytes: 71, ..policy }));
        for second in 1..=10 {
            log.append_records(Timestamps::Create, &[Record::new(1000 * second, None, Some(b"abc"))]);
        }
        assert_eq!((log.segment_list().count(), log.byte_count()), (10, 710));
        log
    }

    #[test]
    fn retention_takes_whole_segments_from_the_front() {
        let by_time = |retention_ms, now_ms| (Policy { retention_ms, ..Policy::default() }, now_ms);
        let by_size = |retention_bytes| (Policy { retention_bytes, ..Policy::default() }, 0);
        let both = Policy { retention_bytes: 426, retention_ms: 1000, ..Policy::default() };
        let off = Policy { delete: false, compact: true, retention_ms: 0, ..Policy::default() };
        // By size, by time, the log start afterwards, segments left.
        let cases = [
            ("as old as may be is not too old", by_time(5000, 9000), (0, 3, 3, 7)),
            ("one millisecond older is", by_time(5000, 9001), (0, 4, 4, 6)),
            ("no bound of time", by_time(-1, i64::MAX), (0, 0, 0, 10)),
            ("all of it: the active one is closed", by_time(0, 10_001), (0, 10, 10, 1)),
            ("by size, never below the bound", by_size(500), (2, 0, 2, 8)),
            ("to the byte", by_size(426), (4, 0, 4, 6)),
            ("no bound of size", by_size(-1), (0, 0, 0, 10)),
            ("nothing may stay", by_size(0), (10, 0, 10, 1)),
            ("first by size, then by time", (both, 7001), (4, 2, 6, 4)),
            ("a compacted topic deletes nothing", (off, i64::MAX), (0, 0, 0, 10)),
        ];
        for (name, (policy, now_ms), expected) in cases {
            let mut log = log(policy);
            let retired = log.retire(now_ms);
            let found = (retired.by_size, retired.by_time, log.log_start(), log.segment_list().count());
            assert_eq!(found, expected, "{name}");
            let gone = u64::from(retired.segments());
            assert_eq!((retired.records, retired.bytes), (gone, 71 * gone), "{name}");
            assert_eq!((log.end(), log.record_count()), (10, 10 - gone), "{name}");
            assert_eq!(log.retire(now_ms), Retired::default(), "{name}: once is enough");
        }
    }

    #[test]
    fn an_old_batch_in_a_young_segment_stays() {
        let mut log = Partition::new();
        log.set_policy(Rc::new(Policy { retention_ms: 1000, ..Policy::default() }));
        for stamp in [1000, 9000] {
            log.append_records(Timestamps::Create, &[Record::new(stamp, None, None)]);
        }
        assert_eq!((log.retires_at(5000), log.retire(10_000).segments()), (Some(10_001), 0));
        assert_eq!((log.retire(10_001).by_time, log.log_start(), log.retires_at(10_001)), (1, 2, None));
    }
}
