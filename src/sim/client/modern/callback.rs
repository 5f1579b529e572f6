//! Callbacks of the rebalance listener: the background thread asks for them, the application thread calls them inside
//! `poll()`. They name what is added or taken, not everything.

use crate::base::TopicPartition;
use crate::sim::client::Consumer;
use crate::sim::core::Core;
use crate::sim::trace::Callback;

/// A callback that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) enum Pending {
    /// `onPartitionsRevoked` of what the reconciliation takes away.
    Revoked,
    /// `onPartitionsAssigned` of what it adds, even of nothing.
    Assigned,
    /// `onPartitionsLost` of everything.
    Lost,
}

impl Consumer {
    /// The application thread calls the callbacks that were asked for by now.
    pub(super) fn call_pending(&mut self, core: &mut Core) {
        for _ in 0..self.membership().pending.len() {
            if self.membership().in_callback.is_some() {
                return;
            }
            if let Some(callback) = self.membership().pending.pop_front() {
                self.call_back(core, callback);
            }
        }
    }

    fn call_back(&mut self, core: &mut Core, callback: Pending) {
        let of = self.membership().reconciliation.clone();
        match (callback, of) {
            (Pending::Revoked, Some(of)) => {
                self.call(core, Callback::Revoked, of.revoked.clone());
                if self.settings.commit_on_revoke
                    && let Some(token) = self.commit_processed(core)
                {
                    self.membership().in_callback = Some((token, callback));
                    return;
                }
            }
            (Pending::Assigned, Some(of)) => {
                self.assign_logs(core, of.logs);
                self.call(core, Callback::Assigned, of.added);
            }
            (Pending::Lost, _) => {
                let lost = self.owned(core);
                self.call(core, Callback::Lost, lost);
            }
            _ => return,
        }
        self.callback_returned(core, callback);
    }

    /// The background thread learns that a callback has returned.
    pub(super) fn callback_returned(&mut self, core: &mut Core, callback: Pending) {
        match callback {
            Pending::Revoked => {
                let revoked = self.membership().reconciliation.as_ref().map(|of| of.revoked.clone());
                self.take_away(core, &revoked.unwrap_or_default());
                self.revocation_done();
            }
            Pending::Assigned => self.reconciliation_done(core),
            Pending::Lost => {
                self.unassign(core);
                self.released(core);
            }
        }
    }

    /// No records of these are fetched or returned any more.
    pub(super) fn hold(&mut self, core: &Core, partitions: &[TopicPartition]) {
        for place in &mut self.client.places {
            place.held |= partitions.binary_search(&core.logs[place.log as usize].name).is_ok();
        }
    }
}
