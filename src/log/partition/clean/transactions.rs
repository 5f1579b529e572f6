//! Transactions as compaction meets them: which batches are of aborted ones, which markers nothing needs any more.
//!
//! A marker goes only after all records of its transaction have gone, so that nobody takes aborted records for committed
//! ones.
//!
//! Source: `CleanedTransactionMetadata`.

use crate::base::Set;
use crate::log::batch::Marker;
use crate::log::partition::run::Batch;
use crate::log::side::aborted::Aborted;

/// An aborted transaction that is open at this place of the log.
#[derive(Debug)]
struct Open {
    producer_id: i64,
    /// Whether a batch of it is still there.
    seen: bool,
}

/// The transactions that are open at a place of the log, batch by batch.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    /// Those that are still to come, the first one last.
    ahead: Vec<Aborted>,
    aborted: Vec<Open>,
    committed: Set<i64>,
}

impl Transactions {
    /// Of these aborted transactions, in the order of the log, those that end at or after `from` are met.
    pub fn new(aborted: &[Aborted], from: i64) -> Transactions {
        let mut ahead: Vec<Aborted> = aborted.iter().filter(|of| of.last_offset >= from).copied().collect();
        crate::base::small::sort_by_key(&mut ahead, |of| -of.first_offset);
        Transactions { ahead, ..Transactions::default() }
    }

    /// The next batch: whether nothing needs it any more.
    pub fn take(&mut self, batch: &Batch<'_>) -> bool {
        while let Some(of) = self.ahead.pop_if(|of| of.first_offset <= batch.last_offset()) {
            if !self.aborted.iter().any(|open| open.producer_id == of.producer_id) {
                self.aborted.push(Open { producer_id: of.producer_id, seen: false });
            }
        }
        let producer = batch.producer_id();
        let open = self.aborted.iter().position(|open| open.producer_id == producer);
        if batch.is_control() {
            return match batch.seen().marker {
                Some(Marker { commit: true, .. }) => !self.committed.remove(&producer),
                Some(_) => !open.is_some_and(|at| self.aborted.swap_remove(at).seen),
                // Compaction took the marker, or it is another kind of control record.
                None => batch.record_count() == 0,
            };
        }
        if !batch.is_transactional() {
            return false;
        }
        if let Some(at) = open {
            self.aborted[at].seen = true;
        } else {
            self.committed.insert(producer);
        }
        open.is_some()
    }
}
