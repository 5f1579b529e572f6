//! Fetches as the broker sees them: answered when data is there, or empty after `fetch.max.wait.ms`.
//!
//! A consumer has at most one fetch under way (there is one broker). Its timer stands for the request on its way, for the
//! wait at the broker, and for the answer on its way back, so a fetch costs no message and no allocation.

mod chunk;

pub(super) use chunk::{Chunk, Fault, keep_fetched};

use super::core::{Core, Reader};
use super::network::{Address, Call};
use super::queue::Slot;
use super::share::ShareExchange;
use super::spec::{Resolved, Tune, Tuning};
use crate::base::Span;
use crate::log::Recipe;
use crate::log::partition::Isolation;
use std::rc::Rc;

/// What a share consumer is given of a partition at most, as `max.partition.fetch.bytes` has it.
pub(super) const PARTITION_BYTES_MAX: u64 = 1_048_576;

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

/// A consumer's fetch.
#[derive(Clone, Debug, Hash)]
pub(super) struct Fetch {
    pub slot: Slot,
    pub phase: Phase,
    /// Which records it wants.
    pub isolation: Isolation,
    /// How much, and how long the broker may wait for it.
    pub limits: Limits,
    /// Where the next one begins: behind the place that was served last, when there was not room for all.
    turn: u32,
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
            limits: Limits::of(&Tuning::default()),
            turn: 0,
            wanted: Vec::new(),
            chunks: Vec::new(),
            share: None,
            stale: false,
            held: false,
            reading: Vec::new(),
            behind: Vec::new(),
        }
    }

    /// A consumer starts with these settings.
    pub fn begin(&mut self, settings: &Resolved) {
        self.isolation = settings.isolation;
        self.limits = Limits::of(&settings.tuning);
        self.turn = 0;
    }
}

/// What a fetch says of its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Limits {
    /// `fetch.max.wait.ms`.
    pub wait: Span,
    /// `fetch.min.bytes`.
    least: u64,
    /// `fetch.max.bytes`.
    most: u64,
    /// `max.partition.fetch.bytes`.
    partition: u64,
}

impl Limits {
    fn of(tuning: &Tuning) -> Limits {
        Limits {
            wait: tuning.span(Tune::FetchWait),
            least: tuning.of(Tune::FetchMin),
            most: tuning.of(Tune::FetchMax),
            partition: tuning.of(Tune::PartitionMax),
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
        if self.collect(consumer) {
            return self.answer_fetch(consumer);
        }
        let fetch = &mut self.fetches[consumer as usize];
        fetch.chunks.clear();
        fetch.phase = Phase::Parked;
        self.queue.set(fetch.slot, self.now + fetch.limits.wait);
    }

    /// Looks what there is for a fetch; whether that is enough for an answer.
    ///
    /// A broker serves first those partitions that it did not serve last (`FetchSession`), and gives a first batch that is
    /// larger than the limits only when it has nothing else.
    fn collect(&mut self, consumer: u32) -> bool {
        let fetch = &mut self.fetches[consumer as usize];
        let limits = fetch.limits;
        let (mut bytes, mut fault, mut last) = (0, false, None);
        let mut full = false;
        fetch.chunks.clear();
        let count = fetch.wanted.len();
        for nth in 0..count {
            let place = (nth + fetch.turn as usize) % count;
            let Some((log, from)) = fetch.wanted[place] else { continue };
            let room = limits.most.saturating_sub(bytes).min(limits.partition);
            let of = (place as u32, log);
            let Some((chunk, size)) = self.logs[log as usize].look(of, from, fetch.isolation, room) else {
                continue;
            };
            if size > room && bytes > 0 {
                full = true;
                continue;
            }
            bytes += size;
            fault |= chunk.fault.is_some();
            last = Some(place as u32);
            fetch.chunks.push(chunk);
        }
        if let (true, Some(last)) = (full, last) {
            fetch.turn = last + 1;
        }
        let least = if limits.least > 1 { limits.least } else { 0 };
        fault || !fetch.chunks.is_empty() && bytes >= least
    }

    /// A fetch has waited as long as it may: it is answered with what there is.
    pub fn fetch_waited(&mut self, consumer: u32) {
        if self.fetches[consumer as usize].share.is_some() {
            return self.share_waited(consumer);
        }
        self.collect(consumer);
        self.answer_fetch(consumer);
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
            let limits = fetch.limits;
            if limits.least > 1 {
                if self.collect(reader.consumer) {
                    self.answer_fetch(reader.consumer);
                } else {
                    self.fetches[reader.consumer as usize].chunks.clear();
                }
                continue;
            }
            let (of, room) = ((reader.place, log), limits.most.min(limits.partition));
            if let Some((chunk, _)) = self.logs[log as usize].look(of, from, fetch.isolation, room) {
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
        if from == end || (self.data.readable(isolation)..end).contains(&from) {
            return None;
        }
        if from > end || from < self.data.log_start() {
            return Some((Chunk { fault: Some(Fault::OutOfRange), ..chunk }, 0));
        }
        let found = self.data.fetch(isolation, from, u32::MAX, bytes_max);
        Some((Chunk { next: found.next, count: found.count, ..chunk }, found.bytes))
    }
}
