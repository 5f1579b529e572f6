//! The transaction coordinator (`TransactionCoordinator` of Apache Kafka 4.3.1, transaction version 2): producer ids,
//! epochs, and how transactions end.
//!
//! ```text
//!            InitProducerId                 first record                 EndTxn
//!   (none) ----------------> Empty -----------------------> Ongoing ---------------> Complete, epoch + 1
//!                              ^                               |                          |
//!                              |  abort, epoch + 1, and again  |  timeout: abort          |
//!                              +--------- InitProducerId ------+  and epoch + 1           |
//!                              +--------- InitProducerId, epoch + 1 ----------------------+
//! ```
//! Every end of a transaction raises the epoch, and its markers carry the new one (KIP-890): what an older process still
//! sends is refused. There is one broker, so a marker is in the log at the moment at which the coordinator decides.

use super::core::Core;
use super::queue::Slot;
use super::trace::Happening;
use crate::base::{Map, Span, Time};
use crate::log::Recipe;
use crate::log::batch::Marker;
use crate::log::partition::Numbers;
use std::rc::Rc;

/// `transaction.max.timeout.ms`.
pub(super) const TIMEOUT_MAX: Span = Span::from_secs(900);
/// `transaction.abort.timed.out.transaction.cleanup.interval.ms`, counted from the start of the broker.
const CLEANUP: Span = Span::from_secs(10);
/// The coordinator's own epoch: there is one broker, which never dies.
const COORDINATOR_EPOCH: i32 = 0;

/// A producer's id and epoch.
pub(super) type Identity = (i64, i16);

/// Why a request of a producer is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Refused {
    /// `INVALID_PRODUCER_EPOCH`: its transaction is over. It aborts, and learns whether it is fenced.
    OldEpoch,
    /// `PRODUCER_FENCED`: a newer process has its transactional id.
    Fenced,
    /// `INVALID_TXN_STATE`: it commits what was aborted meanwhile.
    Aborted,
}

/// What the coordinator knows of a transactional id.
#[derive(Clone, Debug, Hash)]
struct Entry {
    id: i64,
    epoch: i16,
    timeout: Span,
    open: Option<Open>,
    /// Whether a process initialised and no transaction has ended since.
    empty: bool,
}

/// A transaction that has not ended.
#[derive(Clone, Debug, Hash)]
struct Open {
    since: Time,
    /// The logs that it wrote to, in the order in which it came to them.
    logs: Vec<u32>,
}

/// What the coordinator knows.
#[derive(Clone, Debug, Hash)]
pub(super) struct Transactions {
    next_id: i64,
    entries: Map<Rc<str>, Entry>,
    /// Goes off when a transaction may have taken too long.
    slot: Slot,
}

impl Transactions {
    pub fn new(slot: Slot) -> Transactions {
        Transactions { next_id: 0, entries: Map::new(), slot }
    }

    /// The next producer id to give out.
    pub fn next_id(&self) -> i64 {
        self.next_id
    }

    /// Ids below this one are given to nobody any more.
    pub fn ids_from(&mut self, next: i64) {
        self.next_id = self.next_id.max(next);
    }

    /// Since when a producer's transaction is open, and under which transactional id.
    pub fn of_producer(&self, id: i64) -> Option<(&Rc<str>, Time)> {
        let of = self.entries.iter().find(|(_, entry)| entry.id == id && entry.open.is_some());
        of.and_then(|(name, entry)| Some((name, entry.open.as_ref()?.since)))
    }

    /// The open transactions have nothing in this log any more.
    pub fn leave(&mut self, log: u32) {
        for open in self.entries.values_mut().filter_map(|entry| entry.open.as_mut()) {
            open.logs.retain(|of| *of != log);
        }
    }

    fn fresh(&mut self) -> Identity {
        self.next_id += 1;
        (self.next_id - 1, 0)
    }

    /// The identity after this one; its last epoch is left to markers.
    fn after(&mut self, (id, epoch): Identity) -> Identity {
        if epoch >= i16::MAX - 1 { self.fresh() } else { (id, epoch + 1) }
    }
}

impl Core {
    /// InitProducerId of a producer that is idempotent only.
    pub fn init_idempotent(&mut self) -> Identity {
        self.transactions.fresh()
    }

    /// InitProducerId with a transactional id: what is open under it is aborted, and who wrote it is fenced.
    pub fn init_transactional(&mut self, name: &Rc<str>, timeout: Span) -> Identity {
        if self.transactions.entries.get(name).is_some_and(|entry| entry.open.is_some()) {
            let (id, epoch) = self.finish(name, false);
            self.note(Happening::TransactionFenced(name.clone(), id, epoch));
        }
        let known = self.transactions.entries.get(name).map(|entry| (entry.id, entry.epoch));
        let (id, epoch) = match known {
            Some(known) => self.transactions.after(known),
            None => self.transactions.fresh(),
        };
        let entries = &mut self.transactions.entries;
        entries.insert(name.clone(), Entry { id, epoch, timeout, open: None, empty: true });
        (id, epoch)
    }

    /// A restore put other logs in the place of those that a producer wrote to: it begins anew, with an id that they do
    /// not know.
    pub fn renew_transactional(&mut self, name: &Rc<str>) {
        if self.transactions.entries.get(name).is_some_and(|entry| entry.open.is_some()) {
            self.finish(name, false);
        }
        let (id, epoch) = self.transactions.fresh();
        if let Some(entry) = self.transactions.entries.get_mut(name) {
            // One below, so that InitProducerId gives the first epoch.
            (entry.id, entry.epoch) = (id, epoch - 1);
        }
    }

    /// A record of a producer with numbers is appended; the fetches that wait for it are answered.
    pub fn append_numbered(
        &mut self,
        log: u32,
        timestamp_ms: i64,
        (recipe, index): (&Rc<Recipe>, u64),
        (id, epoch): Identity,
        transactional: Option<&Rc<str>>,
    ) -> Result<(), Refused> {
        if let Some(name) = transactional {
            self.write_within(name, (id, epoch), log)?;
        }
        let by = Numbers { id, epoch, transactional: transactional.is_some() };
        let now_ms = self.now.timestamp_ms();
        let data = &mut self.logs[log as usize].data;
        if data.policy().append_time {
            data.append_numbered_at(now_ms, &recipe.record(timestamp_ms, index), by);
        } else {
            data.append_numbered(timestamp_ms, recipe, index, by);
        }
        self.appended(log);
        Ok(())
    }

    /// The partition becomes part of the transaction, which begins if none is open.
    fn write_within(&mut self, name: &Rc<str>, by: Identity, log: u32) -> Result<(), Refused> {
        let now = self.now;
        let entry = self.transactions.entries.get_mut(name).ok_or(Refused::OldEpoch)?;
        if (entry.id, entry.epoch) != by {
            return Err(Refused::OldEpoch);
        }
        let begins = entry.open.is_none();
        let open = entry.open.get_or_insert_with(|| Open { since: now, logs: Vec::new() });
        if !open.logs.contains(&log) {
            open.logs.push(log);
        }
        if begins {
            self.arm_cleanup();
        }
        Ok(())
    }

    /// EndTxn: the producer's id and epoch from now on.
    ///
    /// # Errors
    /// The transaction is over already, or the producer is fenced.
    pub fn end_transaction(
        &mut self,
        name: &Rc<str>,
        by: Identity,
        commit: bool,
    ) -> Result<Identity, Refused> {
        let entry = self.transactions.entries.get(name).ok_or(Refused::Fenced)?;
        let known = (entry.id, entry.epoch);
        let aborted = entry.open.is_none() && !entry.empty && known == (by.0, by.1 + 1);
        match known == by {
            true => {
                self.finish(name, commit);
                let entry = &self.transactions.entries[name];
                Ok((entry.id, entry.epoch))
            }
            // It took too long: an abort is what happened already.
            false if aborted && commit => Err(Refused::Aborted),
            false if aborted => Ok(known),
            false => Err(Refused::Fenced),
        }
    }

    /// Ends the transaction of a transactional id with a marker in each of its logs; what the markers carry.
    fn finish(&mut self, name: &Rc<str>, commit: bool) -> Identity {
        let Some(entry) = self.transactions.entries.get_mut(name) else { return (-1, -1) };
        let by = (entry.id, entry.epoch + 1);
        let open = entry.open.take();
        let before = (entry.id, entry.epoch);
        let after = self.transactions.after(before);
        if let Some(entry) = self.transactions.entries.get_mut(name) {
            (entry.id, entry.epoch, entry.empty) = (after.0, after.1, false);
        }
        let now_ms = self.now.timestamp_ms();
        for log in open.map_or(Vec::new(), |open| open.logs) {
            let of = &mut self.logs[log as usize];
            if of.exists {
                of.data.append_marker(now_ms, by, Marker { commit, coordinator_epoch: COORDINATOR_EPOCH });
                self.appended(log);
            }
        }
        by
    }

    /// Aborts the transactions that took too long.
    pub fn abort_timed_out(&mut self) {
        let now = self.now;
        let entries = self.transactions.entries.iter();
        let over = entries
            .filter(|(_, entry)| entry.open.as_ref().is_some_and(|open| open.since + entry.timeout < now));
        let over: Vec<(Rc<str>, Span)> = over.map(|(name, entry)| (name.clone(), entry.timeout)).collect();
        for (name, timeout) in over {
            let (id, epoch) = self.finish(&name, false);
            self.note(Happening::TransactionTimedOut(name, id, epoch, timeout));
        }
        if self.transactions.entries.values().any(|entry| entry.open.is_some()) {
            self.arm_cleanup();
        }
    }

    /// The coordinator looks again at the next of its regular moments.
    fn arm_cleanup(&mut self) {
        if self.queue.due(self.transactions.slot).is_none() {
            let next = Time::ZERO + CLEANUP * (self.now.us() / CLEANUP.us() + 1);
            self.queue.set(self.transactions.slot, next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::spec::WorldConfig;

    /// What a real broker (4.3.1) answered to EndTxn.
    #[test]
    fn a_producer_whose_transaction_is_over_may_abort_it_and_an_older_process_is_fenced() {
        let name: Rc<str> = "pay".into();
        let second = Span::from_secs(1);
        let begin = |core: &mut Core, by| core.write_within(&name, by, 0);
        // What happened meanwhile, and the answers to a commit and to an abort of the first process, epoch 0.
        type Meanwhile = fn(&mut Core, &Rc<str>);
        let cases: [(&str, Meanwhile, Result<Identity, Refused>, Result<Identity, Refused>); 4] = [
            ("nothing", |_, _| {}, Ok((0, 1)), Ok((0, 1))),
            (
                "it took too long",
                |core, _| {
                    core.now = Time::from_ms(20_000);
                    core.abort_timed_out();
                },
                Err(Refused::Aborted),
                Ok((0, 1)),
            ),
            (
                "a new process",
                |core, name| {
                    core.init_transactional(name, Span::from_secs(1));
                },
                Err(Refused::Fenced),
                Err(Refused::Fenced),
            ),
            (
                "it took too long, and then a new process",
                |core, name| {
                    core.now = Time::from_ms(20_000);
                    core.abort_timed_out();
                    core.init_transactional(name, Span::from_secs(1));
                },
                Err(Refused::Fenced),
                Err(Refused::Fenced),
            ),
        ];
        for (what, meanwhile, committed, aborted) in cases {
            for (commit, expected) in [(true, committed), (false, aborted)] {
                let mut core = Core::new(WorldConfig::default());
                core.logs.push(crate::sim::core::Log::new(&"t".into(), crate::base::Uuid::ZERO, 0));
                let by = core.init_transactional(&name, second);
                assert_eq!((by, begin(&mut core, by)), ((0, 0), Ok(())));
                meanwhile(&mut core, &name);
                assert_eq!(core.end_transaction(&name, by, commit), expected, "{what}, commit {commit}");
            }
        }
    }

    #[test]
    fn the_last_epoch_is_left_to_a_marker_and_then_comes_another_id() {
        let name: Rc<str> = "pay".into();
        let mut core = Core::new(WorldConfig::default());
        core.init_transactional(&name, Span::from_secs(1));
        core.transactions.entries.get_mut(&name).expect("it is known").epoch = i16::MAX - 1;
        assert_eq!(core.end_transaction(&name, (0, i16::MAX - 1), true), Ok((1, 0)));
        core.transactions.entries.get_mut(&name).expect("it is known").epoch = i16::MAX - 1;
        assert_eq!(core.init_transactional(&name, Span::from_secs(1)), (2, 0));
        assert_eq!(core.init_idempotent(), (3, 0));
    }
}
