//! What happens inside one `poll()`: membership, automatic commit, positions, records, the next fetch.

use super::{Consumer, Link, Phase, Task};
use crate::base::Time;
use crate::log::Partition;
use crate::sim::core::Core;
use crate::sim::fetch::{self, Chunk, Fault};
use crate::sim::progress::First;
use crate::sim::spec::{Commit, Isolation, Reset};

impl Consumer {
    /// Begins a `poll()`.
    pub(super) fn open_poll(&mut self, core: &mut Core) {
        self.client.polled = core.now;
        self.client.task = Task::Poll { until: core.now + self.settings.poll };
        if self.is_sharing() {
            self.share_poll_opens();
        }
    }

    /// Goes on with a `poll()` after news; whether it has returned.
    pub(super) fn poll_step(&mut self, core: &mut Core) -> bool {
        if self.is_sharing() {
            return self.share_pass(core);
        }
        if self.is_modern() {
            return self.pass(core);
        }
        let Task::Poll { until } = self.client.task else { return false };
        self.client.polled = core.now;
        if let Some(exception) = self.client.fatal.take() {
            self.fail(core, exception);
            return true;
        }
        self.refresh_metadata(core);
        self.take_late(core);
        if self.stands_alone() {
            self.poll_alone(core);
        } else if self.coordinator_ready(core) {
            self.wake_beat(core);
            if self.in_generation(core) {
                self.commit_when_due(core);
                if self.client.unready > 0 {
                    self.find_positions(core);
                }
            }
        } else if core.now < until {
            // Without a coordinator `poll()` stands in `ensureCoordinatorReady`: what was fetched is returned at its end.
            self.wait_in_poll(core);
            return false;
        }
        if !matches!(self.client.task, Task::Poll { .. }) {
            // An exception: the loop has ended.
            return true;
        }
        let returns = !self.holds_back() && self.collect(core);
        if !matches!(self.client.task, Task::Poll { .. }) {
            return true;
        }
        if returns {
            // The next fetch is under way while the records are processed.
            self.send_fetch(core);
            self.client.task = Task::Next;
            return true;
        }
        self.send_fetch(core);
        if core.now >= until {
            self.client.task = Task::Between { empty: true };
            return true;
        }
        self.wait_in_poll(core);
        false
    }

    /// Sets the thread's timer to the end of the poll, or to what comes before. What is overdue waits for news: it
    /// could not be done just now, and asking again at the same moment would stop time.
    fn wait_in_poll(&mut self, core: &mut Core) {
        let Task::Poll { until } = self.client.task else { return };
        let commits = self.stands_alone() || self.client.member.phase == Phase::Stable;
        let auto = self.settings.commit == Commit::Auto && commits;
        let commit = auto.then_some(self.client.commits.next_auto);
        let coordinator = match self.client.link.coordinator {
            Link::Backoff(again) => Some(again),
            _ => None,
        };
        let due = [Some(self.client.link.refresh), commit, coordinator].into_iter().flatten();
        let next = due.filter(|&at| at > core.now).fold(until, Time::min);
        core.queue.set(self.app, next.max(core.now));
    }

    /// Takes in the fetch that came back.
    pub(super) fn take_fetch(&mut self, core: &mut Core) {
        let fetch = &mut core.fetches[self.id as usize];
        fetch.phase = fetch::Phase::Idle;
        for mut chunk in fetch.chunks.drain(..) {
            // What was given up meanwhile is dropped; what was kept may have moved.
            if let Some(at) = self.client.places.iter().position(|place| place.log == chunk.log) {
                self.client.places[at].buffered = true;
                chunk.place = at as u32;
                self.client.buffer.push_back(chunk);
            }
        }
        if std::mem::take(&mut fetch.stale) {
            core.unread(self.id);
            self.read_all(core);
        }
    }

    /// The log is about to lose records: see [`fetch::keep_fetched`].
    pub fn keep_fetched(&mut self, log: u32, data: &Partition) {
        let isolation = self.settings.isolation;
        fetch::keep_fetched(&mut self.client.buffer, log, data, isolation);
        self.client.batch.keep_fetched(log, data, isolation);
    }

    /// Moves records from the buffer to the batch, at most `max.poll.records`; whether there are any.
    pub(super) fn collect(&mut self, core: &mut Core) -> bool {
        let mut room = self.settings.max_poll_records;
        while room > 0
            && let Some(chunk) = self.client.buffer.front_mut()
        {
            let Some(place) = self.client.places.get_mut(chunk.place as usize) else {
                self.client.buffer.pop_front();
                continue;
            };
            if place.log != chunk.log
                || !place.ready()
                || place.held
                || place.position != chunk.from
                || chunk.fault.is_some()
            {
                let chunk = *chunk;
                place.buffered &= place.log != chunk.log;
                self.client.buffer.pop_front();
                self.fault(core, chunk);
                continue;
            }
            let whole = chunk.count <= room;
            let isolation = self.settings.isolation;
            let taken = if whole { *chunk } else { chunk.split(core, isolation, room) };
            if whole {
                self.client.buffer.pop_front();
                place.buffered = self.client.buffer.iter().any(|other| other.place == taken.place);
            }
            place.position = taken.next;
            room -= taken.count;
            let progress = core.progress(self.group, taken.log);
            progress.position = Some(taken.next);
            if !taken.is_dense() {
                core.pass_holes(self.group, isolation, &taken);
            }
            let progress = core.progress(self.group, taken.log);
            if progress.first == First::Awaited && taken.count > 0 {
                let data = &core.logs[taken.log as usize].data;
                let first = if taken.is_dense() { None } else { data.next_offset(isolation, taken.from) };
                let first = First::Delivered(first.unwrap_or(taken.from), self.id);
                core.progress(self.group, taken.log).first = first;
            }
            self.client.batch.add(taken);
        }
        !self.client.batch.is_empty()
    }

    /// A partition could not be read.
    fn fault(&mut self, core: &mut Core, chunk: Chunk) {
        let Some(place) = self.client.places.get(chunk.place as usize) else { return };
        if place.log != chunk.log || place.position != chunk.from {
            return;
        }
        match chunk.fault {
            Some(Fault::OutOfRange) if self.settings.reset == Reset::None => {
                self.fail(core, "OffsetOutOfRangeException");
            }
            Some(Fault::OutOfRange) => self.reset_position(chunk.place),
            Some(Fault::Gone) => self.gone(core, chunk.place),
            None => {}
        }
    }

    /// Sends the next fetch, for all partitions that have a position and nothing in the buffer; whether there is one.
    pub(super) fn send_fetch(&mut self, core: &mut Core) -> bool {
        let fetch = &mut core.fetches[self.id as usize];
        if fetch.phase != fetch::Phase::Idle || self.client.places.is_empty() {
            return false;
        }
        fetch.wanted.clear();
        let mut any = false;
        for place in &self.client.places {
            let wanted =
                (place.ready() && !place.held && !place.buffered).then_some((place.log, place.position));
            any |= wanted.is_some();
            fetch.wanted.push(wanted);
        }
        if any {
            core.send_fetch(self.id);
        }
        any
    }
}

impl Chunk {
    /// Takes `count` records from the front.
    fn split(&mut self, core: &Core, isolation: Isolation, count: u32) -> Chunk {
        let next = match self.is_dense() {
            true => self.from + i64::from(count),
            false => core.logs[self.log as usize].data.fetch(isolation, self.from, count, u64::MAX).next,
        };
        let taken = Chunk { next, count, ..*self };
        self.from = next;
        self.count -= count;
        taken
    }
}
