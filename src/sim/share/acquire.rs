//! Acquiring: what one fetch is given of a share partition.
//!
//! First what is available again, batch by batch, then what is new. A batch is given whole, even when it is more than was
//! asked for, unless the fetch wants exactly what it asked for (`record_limit`).
//!
//! Records that failed often are given out in smaller and smaller pieces, so that one that can never be processed does not
//! take its neighbours with it: from `max(2, limit / 2 rounded up)` deliveries on, half of the batch, then a quarter, and so
//! on; for the last time each alone.

use super::partition::SharePartition;
use super::record::{Acquired, Limits, State, Want};
use crate::base::Time;
use crate::sim::network::Address;

/// With a limit of so many deliveries, or fewer, nothing is given out in pieces.
const LIMIT_TOO_LOW: u16 = 2;

impl Limits {
    /// From how many deliveries on a batch is given out in pieces.
    fn pieces_from(&self) -> u16 {
        self.deliveries.div_ceil(2).max(2)
    }

    /// Whether records that were delivered so often are given out in pieces.
    fn in_pieces(&self, count: u16) -> bool {
        self.deliveries > LIMIT_TOO_LOW && count >= self.pieces_from()
    }

    /// Whether the next delivery is the last.
    fn is_last(&self, count: u16) -> bool {
        self.deliveries > LIMIT_TOO_LOW && count + 1 == self.deliveries
    }
}

/// What one fetch has taken so far.
struct Taking {
    want: Want,
    state: State,
    taken: u64,
    given: Vec<Acquired>,
}

impl Taking {
    fn room(&self) -> u64 {
        u64::from(self.want.max).saturating_sub(self.taken)
    }

    /// Adds records; neighbours with the same count are named together.
    fn give(&mut self, first: i64, last: i64, count: u16) {
        self.taken += (last - first + 1) as u64;
        match self.given.last_mut() {
            Some(before) if before.last + 1 == first && before.count == count => before.last = last,
            _ => self.given.push(Acquired { first, last, count }),
        }
    }
}

impl SharePartition {
    /// Whether a fetch could be given anything, if the log has it.
    pub fn can_acquire(&self, limits: &Limits) -> bool {
        self.next_fetch() < self.end() || self.end() - self.start() < i64::from(limits.locks)
    }

    /// Acquires records for a member. `fresh` says up to where the log gives records from an offset on, when so many are
    /// wanted: whole batches of the log, and nothing (the offset itself) when there are none.
    pub fn acquire(
        &mut self,
        now: Time,
        by: Address,
        want: Want,
        limits: &Limits,
        fresh: impl FnOnce(i64, u32) -> i64,
    ) -> Vec<Acquired> {
        let state = State::Acquired { by, until: now + limits.lock };
        let mut taking = Taking { want, state, taken: 0, given: Vec::new() };
        if !self.acquire_again(&mut taking, limits) && taking.room() > 0 {
            self.acquire_fresh(&mut taking, limits, fresh);
        }
        taking.given
    }

    /// Takes what is available again; whether it has to be left at that.
    fn acquire_again(&mut self, taking: &mut Taking, limits: &Limits) -> bool {
        let mut at = 0;
        while at < self.runs().len() && taking.room() > 0 {
            let batch = self.runs()[at].batch;
            let size = self.runs()[at..].iter().take_while(|run| run.batch == batch).count();
            let available = || self.runs()[at..at + size].iter().filter(|run| run.is_available());
            let Some(most) = available().map(|run| run.count).max() else {
                at += size;
                continue;
            };
            let pieces = limits.in_pieces(most);
            if pieces && taking.taken > 0 {
                return true;
            }
            let run = self.runs()[at];
            let over = taking.want.exact && run.len() > taking.room();
            let whole = !(run.by_offset || pieces || over);
            if whole {
                let (runs, tally) = self.window();
                let run = &mut runs[at];
                run.count += 1;
                run.state = taking.state;
                tally.redelivered += run.len();
                taking.give(run.from, run.to - 1, run.count);
            } else {
                self.acquire_records(taking, batch, limits);
            }
            if pieces {
                return true;
            }
            at = self.runs().partition_point(|run| run.batch <= batch);
        }
        false
    }

    /// Takes the available records of a batch one by one, as many as may be given at once.
    fn acquire_records(&mut self, taking: &mut Taking, batch: i64, limits: &Limits) {
        self.open(batch);
        let (mut piece, mut taken) = (None, 0);
        let mut next = batch;
        while let Some(run) =
            self.runs().iter().find(|run| run.batch == batch && run.from >= next && run.is_available())
        {
            let (from, count, size) = (run.from, run.count, u64::from(run.size));
            let last = limits.is_last(count);
            if last && taken > 0 {
                return;
            }
            if limits.in_pieces(count) && piece.is_none() {
                piece = Some((size >> (count - limits.pieces_from() + 1)).max(1));
            }
            let mut most = run.len().min(piece.unwrap_or(u64::MAX).saturating_sub(taken));
            if taking.want.exact {
                most = most.min(taking.room());
            }
            if last {
                most = 1;
            }
            if most == 0 {
                return;
            }
            let to = from + most as i64;
            self.split(to);
            let (runs, tally) = self.window();
            let run = runs.iter_mut().find(|run| run.from == from).expect("it was just found");
            run.count += 1;
            run.state = taking.state;
            tally.redelivered += most;
            taking.give(from, to - 1, count + 1);
            taken += most;
            if last || piece.is_some_and(|piece| taken >= piece) {
                return;
            }
            next = to;
        }
    }

    /// Takes what was never fetched, as far as the window may grow.
    fn acquire_fresh(&mut self, taking: &mut Taking, limits: &Limits, fresh: impl FnOnce(i64, u32) -> i64) {
        let window = (self.end() - self.start()) as u64;
        let room = taking.room().min(u64::from(limits.locks).saturating_sub(window)) as u32;
        if room == 0 {
            return;
        }
        let mut to = fresh(self.end(), room);
        if taking.want.exact {
            to = to.min(self.end() + i64::from(room));
        }
        if to > self.end() {
            let added = self.add(to, taking.state);
            taking.give(added.first, added.last, added.count);
        }
    }
}
