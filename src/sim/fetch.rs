//! Fetches as the broker sees them: answered when data is there, or empty after `fetch.max.wait.ms`.
//!
//! A consumer has at most one fetch under way (there is one broker). Its timer stands for the request on its way, for the
//! wait at the broker, and for the answer on its way back, so a fetch costs no message and no allocation.

use super::core::{Core, Reader};
use super::network::{Address, Call};
use super::queue::Slot;
use super::share::ShareExchange;
use crate::base::Span;
use crate::log::partition::Isolation;
use crate::log::{Partition, Recipe};
use std::rc::Rc;

/// `fetch.max.wait.ms`.
pub(super) const MAX_WAIT: Span = Span::from_ms(500);
/// `max.partition.fetch.bytes`.
pub(super) const PARTITION_BYTES_MAX: u64 = 1_048_576;
/// `fetch.max.bytes`.
const BYTES_MAX: u64 = 52_428_800;

/// Where a fetch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    /// There is none.
    Idle,
    /// The request is on its way.
    ToBroker,
    /// The broker waits for data.
    Parked,
    /// The answer is on its way.
    ToClient,
}

/// Why a partition cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Fault {
    /// The offset is not in the log.
    OutOfRange,
    /// There is no such partition any more.
    Gone,
}

/// A partition's part of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Chunk {
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
pub(super) fn keep_fetched<P>(pieces: &mut P, log: u32, data: &Partition, isolation: Isolation)
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

/// A consumer's fetch.
#[derive(Clone, Debug, Hash)]
pub(super) struct Fetch {
    pub slot: Slot,
    pub phase: Phase,
    /// Which records it wants.
    pub isolation: Isolation,
    /// By place in the assignment: the log and the offset asked for.
    pub wanted: Vec<Option<(u32, i64)>>,
    /// The answer.
    pub chunks: Vec<Chunk>,
    /// Of a share consumer, in place of these: its request and the answer.
    pub share: Option<Box<ShareExchange>>,
    /// Whether the assignment changed since it was sent.
    pub stale: bool,
    /// Whether the network holds it, or its answer.
    pub held: bool,
    /// The logs that know the consumer as a reader.
    reading: Vec<u32>,
    /// Requests that wait behind it: a broker answers those of one connection one after the other.
    behind: Vec<(Address, u64, Call)>,
}

impl Fetch {
    pub fn new(slot: Slot) -> Fetch {
        Fetch {
            slot,
            phase: Phase::Idle,
            isolation: Isolation::default(),
            wanted: Vec::new(),
            chunks: Vec::new(),
            share: None,
            stale: false,
            held: false,
            reading: Vec::new(),
            behind: Vec::new(),
        }
    }
}

impl Core {
    /// A consumer sends its fetch; `wanted` says for what.
    pub fn send_fetch(&mut self, consumer: u32) {
        let at = self.now + self.network.delay();
        let fetch = &mut self.fetches[consumer as usize];
        fetch.phase = Phase::ToBroker;
        fetch.chunks.clear();
        self.queue.set(fetch.slot, at);
    }

    /// A consumer's connection is closed: its fetch is no more.
    pub fn drop_fetch(&mut self, consumer: u32) {
        let fetch = &mut self.fetches[consumer as usize];
        fetch.phase = Phase::Idle;
        fetch.wanted.clear();
        fetch.chunks.clear();
        fetch.behind.clear();
        fetch.share = None;
        fetch.stale = false;
        fetch.held = false;
        self.queue.clear(fetch.slot);
        self.shares.waits_no_more(consumer);
    }

    /// A consumer reads a log from now on.
    pub fn read(&mut self, reader: Reader, log: u32) {
        let readers = &mut self.logs[log as usize].readers;
        if !readers.contains(&reader) {
            readers.push(reader);
            self.fetches[reader.consumer as usize].reading.push(log);
        }
    }

    /// A consumer reads nothing any more.
    pub fn unread(&mut self, consumer: u32) {
        let fetch = &mut self.fetches[consumer as usize];
        fetch.wanted.clear();
        for log in fetch.reading.drain(..) {
            self.logs[log as usize].readers.retain(|reader| reader.consumer != consumer);
        }
    }

    /// Whether a request has to wait for the fetch before it on the same connection; then it is kept.
    pub fn behind_fetch(&mut self, from: Address, token: u64, call: &Call) -> bool {
        let fetch = &mut self.fetches[from.consumer as usize];
        let waits = fetch.phase == Phase::Parked
            && matches!(call, Call::ListOffsets(_) | Call::OffsetForLeaderEpoch(_) | Call::Metadata(_));
        if waits {
            fetch.behind.push((from, token, call.clone()));
        }
        waits
    }

    /// The fetch of a consumer has reached the broker.
    pub fn fetch_arrived(&mut self, consumer: u32) {
        let fetch = &mut self.fetches[consumer as usize];
        if fetch.share.is_some() {
            return self.share_arrived(consumer);
        }
        let mut bytes = 0;
        for place in 0..fetch.wanted.len() {
            let Some((log, from)) = fetch.wanted[place] else { continue };
            let (of, room) = ((place as u32, log), BYTES_MAX.saturating_sub(bytes));
            let found = self.logs[log as usize].look(of, from, fetch.isolation, room);
            if let Some((chunk, size)) = found {
                bytes += size;
                fetch.chunks.push(chunk);
            }
        }
        if fetch.chunks.is_empty() {
            fetch.phase = Phase::Parked;
            self.queue.set(fetch.slot, self.now + MAX_WAIT);
        } else {
            self.answer_fetch(consumer);
        }
    }

    /// A fetch has waited as long as it may.
    pub fn fetch_waited(&mut self, consumer: u32) {
        match self.fetches[consumer as usize].share {
            Some(_) => self.share_waited(consumer),
            None => self.answer_fetch(consumer),
        }
    }

    /// The broker answers with what it has.
    pub fn answer_fetch(&mut self, consumer: u32) {
        let at = self.now + self.network.delay();
        self.shares.waits_no_more(consumer);
        let fetch = &mut self.fetches[consumer as usize];
        fetch.phase = Phase::ToClient;
        self.queue.set(fetch.slot, at);
        if !fetch.behind.is_empty() {
            for (from, token, call) in std::mem::take(&mut fetch.behind) {
                self.called(from, token, call);
            }
        }
    }

    /// A made-up record is appended; the fetches that wait for it are answered.
    pub fn append_made(&mut self, log: u32, timestamp_ms: i64, recipe: &Rc<Recipe>, index: u64) {
        let data = &mut self.logs[log as usize].data;
        if data.policy().append_time {
            // Two times, the producer's and the broker's, stand in such a batch: it is kept as it is.
            return self.append_given(log, &[recipe.record(timestamp_ms, index)]);
        }
        data.append_generated(timestamp_ms, recipe, index);
        self.appended(log);
    }

    /// A log grew, or changed in another way: the fetches that wait for it are answered.
    pub fn appended(&mut self, log: u32) {
        for at in 0..self.logs[log as usize].readers.len() {
            let reader = self.logs[log as usize].readers[at];
            let fetch = &mut self.fetches[reader.consumer as usize];
            if fetch.phase != Phase::Parked {
                continue;
            }
            let Some(Some((wanted, from))) = fetch.wanted.get(reader.place as usize).copied() else {
                continue;
            };
            if wanted != log {
                continue;
            }
            let of = (reader.place, log);
            if let Some((chunk, _)) = self.logs[log as usize].look(of, from, fetch.isolation, BYTES_MAX) {
                fetch.chunks.push(chunk);
                self.answer_fetch(reader.consumer);
            }
        }
        self.wake_shares(log, None);
    }
}

impl super::core::Log {
    /// What a fetch from `from` on finds, and its size; `None` when there is nothing to say yet.
    fn look(
        &self,
        (place, log): (u32, u32),
        from: i64,
        isolation: Isolation,
        bytes_max: u64,
    ) -> Option<(Chunk, u64)> {
        let chunk = Chunk { place, log, from, next: from, count: 0, fault: None };
        if !self.exists {
            return Some((Chunk { fault: Some(Fault::Gone), ..chunk }, 0));
        }
        let end = self.data.high_watermark();
        // A reader of committed records may stand beyond the last stable offset: it waits.
        if from == end || (self.data.readable(isolation)..end).contains(&from) || bytes_max == 0 {
            return None;
        }
        if from > end || from < self.data.log_start() {
            return Some((Chunk { fault: Some(Fault::OutOfRange), ..chunk }, 0));
        }
        let found = self.data.fetch(isolation, from, u32::MAX, bytes_max.min(PARTITION_BYTES_MAX));
        Some((Chunk { next: found.next, count: found.count, ..chunk }, found.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Rng;
    use crate::log::batch::Marker;
    use crate::log::partition::Numbers;
    use crate::log::{Policy, Record};

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
