//! A share partition: which records of a log a share group has been given, to whom, and how often
//! (`SharePartition` of Apache Kafka 4.3.1).
//!
//! ```text
//!                     acquire: delivery count + 1, locked until now + share.record.lock.duration.ms
//!              +-------------------------------------------+
//!              |                                           v
//!   (fetched) Available <-- release, lock over, session closed -- Acquired -- accept -------> Acknowledged
//!                                                          |  ^-- renew: locked anew
//!                                                          +-- reject, gap ------------> Archived
//!                                                          +-- what would make it available for the
//!                                                              share.delivery.count.limit-th time --> Archived
//! ```
//!
//! The *window* lies between the start offset (SPSO) and the end (SPEO): below it all is done, at its end reading goes on. A
//! *batch* is what was acquired at once from the log; it is given out again whole, unless its records came to differ.
//!
//! What became of records counts once the share coordinator has written it (`Persister`): a fetch that carries
//! acknowledgements is not given what they release, and a fetch that waits is looked at again only when the start offset
//! has moved. Locks that are over end at once.
//!
//! > A record has one state; only who acquired it, and in time, can acknowledge it; the start offset never goes back; no
//! > delivery count passes the limit.

use super::record::{Ack, Acquired, Fate, Freed, Limits, Run, State, Tally, Verdict};
use crate::base::Time;
use crate::group::ErrorCode;
use crate::sim::network::Address;

/// A partition as a share group has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct SharePartition {
    /// Where the group's reading began.
    begin: i64,
    start: i64,
    end: i64,
    /// The window without a gap, in order; the first record, if any, is not final.
    runs: Vec<Run>,
    tally: Tally,
}

impl SharePartition {
    /// One that begins at this offset.
    pub fn new(start: i64) -> SharePartition {
        SharePartition { begin: start, start, end: start, runs: Vec::new(), tally: Tally::default() }
    }

    /// The start offset (SPSO): all below is done.
    pub fn start(&self) -> i64 {
        self.start
    }

    /// The end of the window: the first offset that was never fetched.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// The window.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// What became of its records.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Records in the window for which this holds.
    pub fn count(&self, mut of: impl FnMut(&State) -> bool) -> u64 {
        self.runs.iter().filter(|run| of(&run.state)).map(Run::len).sum()
    }

    /// What is neither acknowledged nor given up, of a log that ends at `log_end`.
    pub fn unread(&self, log_end: i64) -> i64 {
        (log_end - self.end).max(0) + self.count(|state| !state.is_final()) as i64
    }

    /// The next offset that a fetch reads at.
    pub fn next_fetch(&self) -> i64 {
        self.runs.iter().find(|run| run.is_available()).map_or(self.end, |run| run.from)
    }

    /// When the first lock is over, or something written.
    pub fn next_deadline(&self) -> Option<Time> {
        self.runs.iter().filter_map(Run::until).min()
    }

    /// What somebody holds: first and last offset, delivery count, end of the lock.
    pub fn held(&self, by: Address) -> impl Iterator<Item = (Acquired, Time)> + '_ {
        self.runs.iter().filter_map(move |run| match run.state {
            State::Acquired { by: of, until } if of == by => {
                Some((Acquired { first: run.from, last: run.to - 1, count: run.count }, until))
            }
            _ => None,
        })
    }

    /// The log now starts at `log_start`: what lies below is given up.
    pub fn log_starts(&mut self, log_start: i64) {
        if log_start <= self.start {
            return;
        }
        self.split(log_start);
        for run in self.runs.iter_mut().take_while(|run| run.to <= log_start) {
            run.written = None;
            if !run.state.is_final() {
                run.state = State::Archived;
                self.tally.lost += run.len();
            }
        }
        self.tally.lost += (log_start - self.end).max(0) as u64;
        self.end = self.end.max(log_start);
        self.advance();
    }

    /// Acknowledges records, all of these or none; gives back what was not accepted. The verdicts are in order.
    ///
    /// # Errors
    /// Kafka's error: a record is not acquired by this member (any more), or was never acquired by anybody.
    pub fn acknowledge(
        &mut self,
        now: Time,
        by: Address,
        acks: &[Ack],
        limits: &Limits,
    ) -> Result<Vec<Freed>, ErrorCode> {
        let mut next = i64::MIN;
        for ack in acks {
            if ack.first < next || ack.last < ack.first {
                return Err(ErrorCode::INVALID_REQUEST);
            }
            self.may_acknowledge(by, ack)?;
            next = ack.last + 1;
        }
        let mut freed = Vec::new();
        for ack in acks {
            let (first, last) = (ack.first.max(self.start), ack.last);
            if first > last {
                continue;
            }
            self.split(first);
            self.split(last + 1);
            for at in self.within(first, last) {
                freed.extend(self.judge(at, (now, by), ack.verdict, limits));
            }
        }
        self.advance();
        Ok(freed)
    }

    /// What lies below the start is done, whatever is said of it.
    fn may_acknowledge(&self, by: Address, ack: &Ack) -> Result<(), ErrorCode> {
        let (first, last) = (ack.first.max(self.start), ack.last);
        if last >= self.end {
            return Err(ErrorCode::INVALID_REQUEST);
        }
        let mine = |run: &Run| matches!(run.state, State::Acquired { by: of, .. } if of == by);
        match self.within_whole(first, last).iter().all(mine) {
            true => Ok(()),
            false => Err(ErrorCode::INVALID_RECORD_STATE),
        }
    }

    fn judge(
        &mut self,
        at: usize,
        (now, by): (Time, Address),
        verdict: Verdict,
        limits: &Limits,
    ) -> Option<Freed> {
        let run = &mut self.runs[at];
        let length = run.len();
        run.written = limits.written_at(now).filter(|_| verdict != Verdict::Renew);
        match verdict {
            Verdict::Accept => {
                run.state = State::Acknowledged;
                self.tally.acknowledged += length;
            }
            Verdict::Reject => {
                run.state = State::Archived;
                self.tally.rejected += length;
                return Some(Freed { by, first: run.from, last: run.to - 1, fate: Fate::Rejected });
            }
            Verdict::Gap => {
                run.state = State::Archived;
                self.tally.gaps += length;
            }
            Verdict::Renew => run.state = State::Acquired { by, until: now + limits.lock },
            Verdict::Release => return Some(self.free(at, by, limits)),
        }
        None
    }

    /// Makes what was acquired available again, or archives it.
    fn free(&mut self, at: usize, by: Address, limits: &Limits) -> Freed {
        let run = &mut self.runs[at];
        let fate = if run.count >= limits.deliveries { Fate::Exhausted } else { Fate::Available };
        let freed = Freed { by, first: run.from, last: run.to - 1, fate };
        run.state = match fate {
            Fate::Available => State::Available,
            _ => State::Archived,
        };
        if fate == Fate::Exhausted {
            self.tally.exhausted += run.len();
        }
        freed
    }

    /// A session is closed: what its member holds is given back.
    pub fn release(&mut self, now: Time, by: Address, limits: &Limits) -> Vec<Freed> {
        let written = limits.written_at(now);
        self.free_all(written, limits, |state| matches!(state, State::Acquired { by: of, .. } if *of == by))
    }

    /// What was to be written by now is; whether the start offset has moved.
    pub fn write(&mut self, now: Time) -> bool {
        for run in &mut self.runs {
            run.written = run.written.filter(|at| *at > now);
        }
        let before = self.start;
        self.advance();
        self.start > before
    }

    /// Locks that are over end.
    pub fn expire(&mut self, now: Time, limits: &Limits) -> Vec<Freed> {
        let freed = self.free_all(
            None,
            limits,
            |state| matches!(state, State::Acquired { until, .. } if *until <= now),
        );
        self.tally.timeouts += freed.iter().map(|of| (of.last - of.first + 1) as u64).sum::<u64>();
        freed
    }

    fn free_all(
        &mut self,
        written: Option<Time>,
        limits: &Limits,
        which: impl Fn(&State) -> bool,
    ) -> Vec<Freed> {
        let mut freed = Vec::new();
        for at in 0..self.runs.len() {
            if let State::Acquired { by, .. } = self.runs[at].state
                && which(&self.runs[at].state)
            {
                self.runs[at].written = written;
                freed.push(self.free(at, by, limits));
            }
        }
        self.advance();
        freed
    }

    /// The start passes what is final, and neighbours that do not differ any more become one.
    fn advance(&mut self) {
        let done = self.runs.iter().take_while(|run| run.is_done()).count();
        self.runs.drain(..done);
        self.start = self.runs.first().map_or(self.end, |run| run.from);
        self.runs.dedup_by(|next, run| {
            let alike = run.to == next.from && Run { from: run.from, to: run.to, ..*next } == *run;
            if alike {
                run.to = next.to;
            }
            alike
        });
    }
}

/// Places in the window. They are counted in memory, not in the state.
impl SharePartition {
    /// Cuts the run that holds `offset` before it; from then on the records of its batch are looked at one by one.
    pub(super) fn split(&mut self, offset: i64) {
        let Some(at) = self.runs.iter().position(|run| run.from < offset && offset < run.to) else { return };
        self.open(self.runs[at].batch);
        let head = Run { to: offset, ..self.runs[at] };
        self.runs[at].from = offset;
        self.runs.insert(at, head);
    }

    /// From now on the records of a batch are looked at one by one.
    pub(super) fn open(&mut self, batch: i64) {
        self.runs.iter_mut().filter(|run| run.batch == batch).for_each(|run| run.by_offset = true);
    }

    /// The runs of `first..=last`, which begin and end there.
    fn within(&self, first: i64, last: i64) -> std::ops::Range<usize> {
        let from = self.runs.partition_point(|run| run.from < first);
        from..self.runs.partition_point(|run| run.to <= last + 1)
    }

    /// The runs that hold `first..=last`.
    fn within_whole(&self, first: i64, last: i64) -> &[Run] {
        let from = self.runs.partition_point(|run| run.to <= first);
        &self.runs[from..self.runs.partition_point(|run| run.from <= last).max(from)]
    }

    /// For `acquire`: the state, to write.
    pub(super) fn window(&mut self) -> (&mut Vec<Run>, &mut Tally) {
        (&mut self.runs, &mut self.tally)
    }

    /// Adds what was acquired from the log for the first time, as one batch up to `to`.
    pub(super) fn add(&mut self, to: i64, state: State) -> Acquired {
        let from = self.end;
        let size = (to - from) as u32;
        self.runs.push(Run { from, to, count: 1, state, written: None, batch: from, size, by_offset: false });
        self.end = to;
        Acquired { first: from, last: to - 1, count: 1 }
    }

    /// What is wrong with it: it owes this whatever was done to it.
    pub fn sound(&self, limits: &Limits) -> Result<(), &'static str> {
        let mut next = self.start;
        for run in &self.runs {
            if run.from != next || run.to <= run.from {
                return Err("the window has a gap");
            }
            if run.count == 0 || run.count > limits.deliveries {
                return Err("a delivery count is over the limit");
            }
            next = run.to;
        }
        if next != self.end {
            return Err("the window does not reach its end");
        }
        if self.runs.first().is_some_and(Run::is_done) {
            return Err("the start offset lies before a record that is done");
        }
        let done = (self.start - self.begin) as u64 + self.count(|state| state.is_final());
        if done != self.tally.acknowledged + self.tally.archived() + self.tally.gaps {
            return Err("a record is neither acknowledged nor archived, nor in the window");
        }
        Ok(())
    }
}
