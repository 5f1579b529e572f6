//! A partition's part of an answer.

use crate::log::Partition;
use crate::log::partition::Isolation;

/// Why a partition cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) enum Fault {
    /// The offset is not in the log.
    OutOfRange,
    /// There is no such partition any more.
    Gone,
}

/// A partition's part of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct Chunk {
    /// The partition's place in the consumer's assignment.
    pub place: u32,
    pub log: u32,
    /// The offset that was asked for.
    pub from: i64,
    /// Where the next fetch begins.
    pub next: i64,
    /// Records in between.
    pub count: u32,
    pub fault: Option<Fault>,
}

impl Chunk {
    /// Whether every offset of it has its record.
    pub fn is_dense(&self) -> bool {
        i64::from(self.count) == self.next - self.from
    }
}

/// A log is about to lose records: pieces of it that were fetched and are yet to be delivered become such that their
/// records are known without it, stretches with every offset and stretches with none. What was fetched is delivered.
pub(in crate::sim) fn keep_fetched<P>(pieces: &mut P, log: u32, data: &Partition, isolation: Isolation)
where
    P: Default + IntoIterator<Item = Chunk> + FromIterator<Chunk>,
{
    let parts = |chunk: Chunk| {
        if chunk.log != log || chunk.count == 0 || chunk.is_dense() {
            return vec![chunk];
        }
        let (mut parts, mut at) = (Vec::new(), chunk.from);
        let mut part = |from: i64, next: i64, count: i64| {
            if from < next {
                parts.push(Chunk { from, next, count: count as u32, ..chunk });
            }
        };
        data.for_each_hole(isolation, chunk.from, chunk.next, |from, to| {
            part(at, from, from - at);
            part(from, to, 0);
            at = to;
        });
        part(at, chunk.next, chunk.next - at);
        parts
    };
    *pieces = std::mem::take(pieces).into_iter().flat_map(parts).collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Rng;
    use crate::log::batch::Marker;
    use crate::log::partition::Numbers;
    use crate::log::{Policy, Record};
    use std::rc::Rc;

    /// A compacted log of two transactional producers, of which one aborts each transaction.
    fn log(rng: &mut Rng) -> Partition {
        let mut log = Partition::new();
        log.set_policy(Rc::new(Policy { compact: true, segment_bytes: 400, ..Policy::default() }));
        for number in 0..60 {
            let id = rng.below(2) as i64;
            let key = format!("k{}", rng.below(6));
            let record = Record::new(number, Some(key.as_bytes()), Some(b"v"));
            log.append_numbered_at(number, &record, Numbers { id, epoch: 0, transactional: true });
            if rng.below(4) == 0 {
                log.append_marker(number, (id, 0), Marker { commit: id == 0, coordinator_epoch: 0 });
            }
        }
        for id in [0, 1] {
            log.append_marker(60, (id, 0), Marker { commit: id == 0, coordinator_epoch: 0 });
        }
        log
    }

    /// The offsets of the records of a log.
    fn offsets(log: &Partition, isolation: Isolation) -> Vec<i64> {
        let next = |from: &i64| log.next_offset(isolation, from + 1);
        std::iter::successors(log.next_offset(isolation, 0), next).collect()
    }

    #[test]
    fn what_was_fetched_is_known_without_the_log_that_loses_it() {
        let mut lost = 0;
        for seed in 0..200 {
            for isolation in [Isolation::ReadUncommitted, Isolation::ReadCommitted] {
                let mut log = log(&mut Rng::new(seed));
                let fetched = log.fetch(isolation, 0, u32::MAX, u64::MAX);
                let chunk = Chunk {
                    place: 0,
                    log: 3,
                    from: 0,
                    next: fetched.next,
                    count: fetched.count,
                    fault: None,
                };
                let expected = offsets(&log, isolation);
                let mut pieces = vec![chunk];
                keep_fetched(&mut pieces, 2, &log, isolation);
                assert_eq!(pieces, [chunk], "another log's");
                keep_fetched(&mut pieces, 3, &log, isolation);
                log.clean(1000, &log.cleanable(1000));
                log.delete_before(20);
                lost += expected.len() - offsets(&log, isolation).len();
                assert!(pieces.windows(2).all(|pair| pair[0].next == pair[1].from), "seed {seed}");
                assert_eq!(pieces.last().map(|last| last.next), Some(chunk.next), "seed {seed}");
                assert!(pieces.iter().all(|piece| piece.count == 0 || piece.is_dense()), "seed {seed}");
                let kept = pieces.iter().filter(|piece| piece.count > 0);
                let kept: Vec<i64> = kept.flat_map(|piece| piece.from..piece.next).collect();
                assert_eq!(kept, expected, "seed {seed}");
                let before = pieces.clone();
                keep_fetched(&mut pieces, 3, &log, isolation);
                assert_eq!(pieces, before, "seed {seed}: a second loss changes nothing");
            }
        }
        assert!(lost > 1000, "{lost}");
    }
}
