//! The application thread: the loop that polls, processes and commits, and what a person wishes in between.

use super::Consumer;
use super::close::Closing;
use crate::base::{Span, Time};
use crate::log::Partition;
use crate::sim::core::Core;
use crate::sim::fetch::{Chunk, keep_fetched};
use crate::sim::network::Address;
use crate::sim::progress::Rerun;
use crate::sim::spec::{Commit, Goodbye, Isolation};
use crate::sim::trace::Happening;
use std::collections::VecDeque;
use std::rc::Rc;

/// What the application thread does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) enum Task {
    /// Inside `poll()`, until there is something or the time is up. Next: `Next` or `Between`.
    Poll { until: Time },
    /// Takes the next record of the batch. Next: `Work`, or `Between` after the last.
    Next,
    /// Processes a record. Next: `Next`, or `Commit`.
    Work,
    /// Stands still before a record (`slow`). Next: `Work`.
    Slow { until: Time },
    /// Inside `commitSync()`; no token while the coordinator is not found. Next: `Next`.
    Commit { token: Option<u64>, record: Option<(u32, i64)> },
    /// Between two polls. Next: `Poll`, `Close`, `Unsubscribed`.
    Between { empty: bool },
    /// Does not poll: it unsubscribed. Next: `Between`, after a new subscription.
    Unsubscribed,
    /// Inside `close()`. Next: `Ended`.
    Close(Closing),
    /// No more.
    Ended,
}

/// What a person asked of the loop.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) enum Wish {
    /// All threads stand still, at the next record or after an empty poll.
    Pause(Span),
    /// The loop stands still at the next record.
    Slow(Span),
    /// Between two polls.
    Close(Goodbye),
    /// Between two polls.
    Subscribe(Vec<Rc<str>>),
    /// Between two polls.
    Match(Rc<str>),
    /// Between two polls.
    Unsubscribe,
}

/// Records that `poll()` returned and that are not processed yet.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Batch {
    pieces: VecDeque<Chunk>,
}

impl Batch {
    pub fn add(&mut self, piece: Chunk) {
        if piece.count > 0 {
            self.pieces.push_back(piece);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The log is about to lose records: see [`keep_fetched`].
    pub fn keep_fetched(&mut self, log: u32, data: &Partition, isolation: Isolation) {
        keep_fetched(&mut self.pieces, log, data, isolation);
        self.pieces.retain(|piece| piece.count > 0);
    }

    /// The log is another one now.
    pub fn forget(&mut self, log: u32) {
        self.pieces.retain(|piece| piece.log != log);
    }

    pub fn clear(&mut self) {
        self.pieces.clear();
    }

    /// Log and offset of the next record, which is taken out.
    fn take(&mut self, core: &Core, isolation: Isolation) -> Option<(u32, i64)> {
        let piece = self.pieces.front_mut()?;
        let data = &core.logs[piece.log as usize].data;
        let offset = match piece.is_dense() {
            true => piece.from,
            // As it was when it was fetched: before the log loses records, its pieces are made dense.
            false => {
                let found = data.next_offset(isolation, piece.from).unwrap_or(piece.from);
                found.min(piece.next - i64::from(piece.count))
            }
        };
        let log = piece.log;
        piece.from = offset + 1;
        piece.count -= 1;
        if piece.count == 0 {
            self.pieces.pop_front();
        }
        Some((log, offset))
    }
}

impl Consumer {
    /// The loop begins.
    pub(super) fn begin_poll(&mut self, core: &mut Core) {
        self.client.task = Task::Between { empty: false };
        self.run(core);
    }

    /// The thread's timer went off.
    pub(super) fn app_on(&mut self, core: &mut Core) {
        match self.client.task {
            Task::Work => match self.client.working.take() {
                Some((log, offset)) => self.finish(core, log, offset),
                // Its log was replaced meanwhile.
                None => self.client.task = Task::Next,
            },
            Task::Slow { .. } => {
                core.note(Happening::SlowEnded(self.name(core)));
                self.begin_work(core);
                return;
            }
            Task::Close(_) => return self.close_end(core),
            _ => {}
        }
        self.run(core);
    }

    /// A person's wish: a loop that does not poll looks at it at once.
    pub fn nudge(&mut self, core: &mut Core) {
        if matches!(self.client.task, Task::Between { .. } | Task::Unsubscribed) {
            self.run(core);
        }
    }

    /// Goes on until the thread waits for something.
    pub(super) fn run(&mut self, core: &mut Core) {
        while self.client.frozen.is_none() && self.run_step(core) {}
    }

    /// One step; whether the thread can go on at once.
    fn run_step(&mut self, core: &mut Core) -> bool {
        match self.client.task {
            Task::Poll { .. } => self.poll_step(core),
            Task::Next => self.next_record(core),
            Task::Commit { token: None, .. } if self.commit_backs_off(core.now) => false,
            Task::Commit { token: None, record } => self.commit_sync(core, record),
            Task::Between { empty } => self.between(core, empty),
            Task::Close(_) => self.close_step(core),
            Task::Unsubscribed => self.between(core, false),
            Task::Work | Task::Slow { .. } | Task::Commit { .. } | Task::Ended => false,
        }
    }

    /// Takes the next record of the batch, or ends the batch.
    fn next_record(&mut self, core: &mut Core) -> bool {
        if self.client.batch.is_empty() {
            self.client.task = Task::Between { empty: false };
            return match self.settings.commit {
                Commit::Sync => self.commit_sync(core, None),
                Commit::Async if self.is_sharing() => {
                    self.share_commit_async(core);
                    true
                }
                Commit::Async => {
                    self.commit_from_loop(core, None);
                    true
                }
                _ => true,
            };
        }
        if !self.client.wishes.is_empty() && self.stands_still(core) {
            return false;
        }
        let record = self.client.batch.take(core, self.settings.isolation).expect("the batch is not empty");
        if self.settings.process.is_zero() {
            self.finish(core, record.0, record.1);
            return true;
        }
        self.client.working = Some(record);
        self.begin_work(core);
        false
    }

    fn begin_work(&mut self, core: &mut Core) {
        self.client.task = Task::Work;
        core.queue.set(self.app, core.now + self.settings.process);
    }

    /// A `pause` or `slow` that waits for a record begins.
    fn stands_still(&mut self, core: &mut Core) -> bool {
        let wishes = &mut self.client.wishes;
        let Some(at) = wishes.iter().position(|wish| matches!(wish, Wish::Pause(_) | Wish::Slow(_))) else {
            return false;
        };
        match wishes.remove(at) {
            Wish::Pause(span) => self.freeze(core, span),
            Wish::Slow(span) => {
                core.note(Happening::Slowed(self.name(core), span));
                self.client.working = self.client.batch.take(core, self.settings.isolation);
                self.client.task = Task::Slow { until: core.now + span };
                core.queue.set(self.app, core.now + span);
            }
            _ => unreachable!("only these two were looked for"),
        }
        true
    }

    /// All threads stand still.
    fn freeze(&mut self, core: &mut Core, span: Span) {
        core.note(Happening::Paused(self.name(core), span));
        self.client.frozen = Some(core.now + span);
        core.queue.set(self.app, core.now + span);
    }

    /// A record is processed.
    fn finish(&mut self, core: &mut Core, log: u32, offset: i64) {
        if self.is_sharing() {
            return self.share_finish(core, log, offset);
        }
        let again = core.progress(self.group, log).process(offset);
        if again || core.progress(self.group, log).rerun.is_some() {
            self.note_rerun(core, log, offset, again);
        }
        self.desk.processed(core.now, log, offset, again, self.settings.process);
        self.client.task = Task::Next;
        if self.settings.commit == Commit::Record {
            self.commit_sync(core, Some((log, offset)));
        }
    }

    /// Records that are processed again are written down as ranges, when they end.
    fn note_rerun(&mut self, core: &mut Core, log: u32, offset: i64, again: bool) {
        let Address { consumer, process } = self.address();
        let rerun = core.progress(self.group, log).rerun;
        if let Some(mut rerun) = rerun
            && again
            && (rerun.consumer, rerun.process, rerun.to) == (consumer, process, offset)
        {
            rerun.to += 1;
            core.progress(self.group, log).rerun = Some(rerun);
            return;
        }
        core.flush_rerun(self.group, log);
        if again {
            core.progress(self.group, log).rerun =
                Some(Rerun { consumer, process, from: offset, to: offset + 1 });
        }
    }

    /// `commitSync()`: the loop waits for the answer. Whether it can go on at once.
    fn commit_sync(&mut self, core: &mut Core, record: Option<(u32, i64)>) -> bool {
        if self.is_sharing() {
            return self.share_commit_sync(core, record);
        }
        self.client.task = Task::Commit { token: None, record };
        if !self.coordinator_ready(core) {
            core.queue.set(self.app, core.now + self.settings.tuning.retry());
            return false;
        }
        core.queue.clear(self.app);
        match self.commit_from_loop(core, record) {
            Some(token) => {
                self.client.task = Task::Commit { token: Some(token), record };
                false
            }
            None => {
                self.commit_returned(core);
                true
            }
        }
    }

    /// `commitSync()` returns.
    pub(super) fn commit_returned(&mut self, _core: &mut Core) {
        let Task::Commit { record, .. } = self.client.task else { return };
        self.client.task = if record.is_some() { Task::Next } else { Task::Between { empty: false } };
    }

    /// Between two polls: what a person wished, then the next poll.
    fn between(&mut self, core: &mut Core, empty: bool) -> bool {
        if !self.client.wishes.is_empty() {
            let fits = |wish: &Wish| match wish {
                Wish::Pause(_) => empty,
                Wish::Slow(_) => false,
                _ => true,
            };
            if let Some(at) = self.client.wishes.iter().position(fits) {
                let wish = self.client.wishes.remove(at);
                return self.grant(core, wish);
            }
        }
        if self.client.task == Task::Unsubscribed {
            return false;
        }
        self.open_poll(core);
        true
    }

    fn grant(&mut self, core: &mut Core, wish: Wish) -> bool {
        match wish {
            Wish::Pause(span) => {
                self.client.task = Task::Between { empty: false };
                self.freeze(core, span);
                return false;
            }
            Wish::Close(goodbye) => {
                self.client.goodbye = goodbye;
                self.begin_close(core);
            }
            wish @ (Wish::Subscribe(_) | Wish::Match(_)) => {
                match wish {
                    Wish::Subscribe(topics) => self.topics = topics,
                    Wish::Match(pattern) => self.match_topics(core, pattern),
                    _ => unreachable!("only these two came here"),
                }
                self.client.member.news = true;
                self.client.task = Task::Between { empty: false };
                if self.is_modern() {
                    self.subscribed(core);
                }
            }
            Wish::Unsubscribe => self.unsubscribe(core),
            Wish::Slow(_) => unreachable!("a slow record needs a record"),
        }
        true
    }
}
