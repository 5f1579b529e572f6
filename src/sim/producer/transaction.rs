//! What a producer with `enable.idempotence` or a `transactional.id` does beside sending records.
//!
//! Its application initialises, and then sends records in transactions one after the other: each of so many records, or
//! each for so long. At the end it commits, or, for a share of them that the seed decides, aborts. `commitTransaction()`
//! waits for the acknowledgement of the last record and for the answer to EndTxn; records that were due meanwhile are sent
//! then. A transaction that the broker has aborted is aborted by the application too, and the next begins with the next
//! record. What cannot be mended ends it: then it closes, as a well-kept application does.

use super::Producer;
use crate::base::{Rng, Span, Time};
use crate::log::Recipe;
use crate::sim::core::Core;
use crate::sim::spec::{TransactionLength, TransactionSpec};
use crate::sim::trace::Happening;
use crate::sim::transactions::{Identity, Refused};
use std::rc::Rc;

/// What reaches the broker next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// InitProducerId.
    Init,
    /// The next record.
    Record,
    /// EndTxn: commit, or abort.
    End(bool),
}

/// A transaction as its producer knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Open {
    since: Time,
    records: u64,
}

/// A producer with numbers.
#[derive(Clone, Debug, Hash)]
pub(in crate::sim) struct Numbered {
    pub transactions: Option<TransactionSpec>,
    pub identity: Option<Identity>,
    pub(super) step: Step,
    open: Option<Open>,
    /// Before this moment it sends nothing: it waits for an answer.
    pub(super) free: Time,
    rng: Rng,
}

impl Numbered {
    /// What a new producer begins with.
    pub fn new(core: &Core, name: &str, transactions: Option<TransactionSpec>) -> Numbered {
        let rng = Rng::new(core.config.seed).fork(&format!("transactions of {name}"));
        Numbered { transactions, identity: None, step: Step::Init, open: None, free: Time::ZERO, rng }
    }
}

impl Numbered {
    /// A record is appended under its numbers.
    pub(super) fn append(
        &self,
        core: &mut Core,
        log: u32,
        timestamp_ms: i64,
        record: (&Rc<Recipe>, u64),
    ) -> Result<(), Refused> {
        let identity = self.identity.ok_or(Refused::OldEpoch)?;
        let name = self.transactions.as_ref().map(|spec| &spec.id);
        core.append_numbered(log, timestamp_ms, record, identity, name)
    }
}

impl Producer {
    /// A new process: it asks for its id.
    pub(super) fn initialise(&mut self, core: &mut Core) {
        let Some(of) = &mut self.numbered else { return self.arm(core) };
        (of.identity, of.open, of.step) = (None, None, Step::Init);
        // The coordinator has to be found first.
        let ways = if of.transactions.is_some() { 3 } else { 1 };
        let way = (0..ways).fold(Span::ZERO, |sum, _| sum + core.network.delay());
        self.set(core, core.now + way);
    }

    /// What was sent reaches the broker, when it is no record; whether it was none.
    pub(super) fn other_arrived(&mut self, core: &mut Core) -> bool {
        match self.numbered.as_ref().map_or(Step::Record, |of| of.step) {
            Step::Record => return false,
            Step::Init => self.initialised(core),
            Step::End(commit) => self.ended(core, commit),
        }
        true
    }

    fn initialised(&mut self, core: &mut Core) {
        let Some(of) = &mut self.numbered else { return };
        of.identity = Some(match &of.transactions {
            Some(spec) => core.init_transactional(&spec.id, spec.timeout),
            None => core.init_idempotent(),
        });
        of.step = Step::Record;
        of.free = core.now + core.network.delay();
        self.arm(core);
    }

    /// A record was appended, or refused: what comes next.
    pub(super) fn after_record(&mut self, core: &mut Core, sent: Time, refused: Option<Refused>) {
        let (over, next) = (self.is_done(), self.sent(self.index));
        let Some(of) = &mut self.numbered else { return self.arm(core) };
        let Some(spec) = &of.transactions else { return self.arm(core) };
        if refused.is_some() {
            return self.end_at(core, Time::ZERO, false);
        }
        let open = of.open.get_or_insert(Open { since: sent, records: 0 });
        open.records += 1;
        let due = match spec.length {
            TransactionLength::Records(count) => (open.records >= count).then_some(Time::ZERO),
            TransactionLength::Time(span) => Some(open.since + span).filter(|at| next >= *at),
        };
        match due.or(over.then_some(Time::ZERO)) {
            Some(at) => {
                let commit = of.rng.below(1_000_000) >= u64::from(spec.abort_ppm);
                self.end_at(core, if over { Time::ZERO } else { at }, commit);
            }
            None => self.arm(core),
        }
    }

    /// EndTxn is sent at `at`, or when the last record is acknowledged.
    fn end_at(&mut self, core: &mut Core, at: Time, commit: bool) {
        let acknowledged = core.now + core.network.delay();
        let arrives = at.max(acknowledged) + core.network.delay();
        if let Some(of) = &mut self.numbered {
            of.step = Step::End(commit);
        }
        self.set(core, arrives);
    }

    fn ended(&mut self, core: &mut Core, commit: bool) {
        let Some(of) = &mut self.numbered else { return };
        let (Some(spec), Some(identity)) = (&of.transactions, of.identity) else { return };
        let answer = core.end_transaction(&spec.id, identity, commit);
        (of.open, of.step) = (None, Step::Record);
        of.free = core.now + core.network.delay();
        match answer {
            Ok(next) => {
                of.identity = Some(next);
                if !self.stopped {
                    self.arm(core);
                }
            }
            Err(_) if self.stopped => {}
            Err(refused) => {
                let exception = match refused {
                    Refused::Aborted => "InvalidTxnStateException",
                    Refused::OldEpoch | Refused::Fenced => "ProducerFencedException",
                };
                core.note(Happening::ProducerFailed(self.name.clone(), exception));
                self.stop(core);
            }
        }
    }

    /// `close()`: what is open is aborted.
    pub(super) fn abort_open(&mut self, core: &mut Core) {
        if let Some(of) = &mut self.numbered
            && of.open.is_some()
        {
            of.step = Step::End(false);
            let at = core.now + core.network.delay();
            core.queue.set(self.slot, at);
        }
    }

    /// The logs that it wrote to were replaced: it begins anew.
    pub fn renew(&mut self, core: &mut Core) {
        let Some(of) = &self.numbered else { return };
        if let Some(spec) = &of.transactions {
            core.renew_transactional(&spec.id);
        }
        if !self.stopped && !self.waits {
            self.initialise(core);
        }
    }
}
