//! ShareFetch and ShareAcknowledge of a share consumer, and their answers.

use super::Held;
use crate::base::small;
use crate::group::ErrorCode;
use crate::sim::client::{Consumer, Task};
use crate::sim::core::Core;
use crate::sim::fetch::Phase;
use crate::sim::share::{Ack, AcquireMode, CLOSING, OPENING, ShareCall, Verdict, Want, next_epoch};
use crate::sim::trace::Happening;

impl Consumer {
    /// Sends the next ShareFetch, with what there is to acknowledge, if a `poll()` waits for records.
    pub(super) fn share_fetch(&mut self, core: &mut Core) {
        let sharing = self.sharing();
        let idle = !sharing.wants_more || (sharing.logs.is_empty() && sharing.acks.is_empty());
        if idle || self.client.frozen.is_some() || self.share_under_way(core) || !self.leader_ready(core) {
            return;
        }
        // What is renewed is to be returned soon: a fetch that carries it wants no records, and is answered at once.
        let renews = self.sharing().acks.iter().any(|(_, ack)| ack.verdict == Verdict::Renew);
        let share = &self.settings.share;
        let exact = share.acquire == Some(AcquireMode::RecordLimit);
        let want = Want { max: if renews { 0 } else { self.settings.max_poll_records }, exact };
        let epoch = self.sharing().epoch;
        let fetch = Some((self.sharing().logs.clone(), want));
        self.share_send(core, epoch, fetch);
    }

    /// Sends a ShareAcknowledge with what there is to acknowledge; whether one is under way. What cannot be sent now goes
    /// with the next request.
    pub(super) fn share_acknowledge(&mut self, core: &mut Core) -> bool {
        if self.sharing().acks.is_empty() || self.share_under_way(core) {
            return false;
        }
        let epoch = self.sharing().epoch;
        self.share_send(core, epoch, None)
    }

    /// Sends the ShareAcknowledge that closes the session; whether there was one to close.
    pub(super) fn share_send_last(&mut self, core: &mut Core) -> bool {
        self.sharing().epoch != OPENING && self.share_send(core, CLOSING, None)
    }

    fn share_send(&mut self, core: &mut Core, epoch: i32, fetch: Option<(Vec<u32>, Want)>) -> bool {
        let mut acks = std::mem::take(&mut self.sharing().acks);
        if epoch == OPENING && !acks.is_empty() {
            // A session that has yet to be opened holds nothing.
            acks.clear();
            self.share_failed(core, ErrorCode::INVALID_SHARE_SESSION_EPOCH);
            if fetch.is_none() {
                return false;
            }
        }
        small::sort_by_key(&mut acks, |(log, ack)| (*log, ack.first));
        core.send_share(ShareCall { from: self.address(), epoch, acks: joined(acks), fetch });
        true
    }

    /// The leader has answered.
    pub(in crate::sim::client) fn share_answered(&mut self, core: &mut Core) {
        let fetch = &mut core.fetches[self.id as usize];
        fetch.phase = Phase::Idle;
        let Some(exchange) = fetch.share.take() else { return };
        let (call, answer) = (exchange.call, exchange.answer);
        self.sharing().epoch = match answer.error.is_none() && call.epoch != CLOSING {
            true => next_epoch(call.epoch),
            false => OPENING,
        };
        let failed = answer.refused.iter().map(|(_, error)| *error).chain([answer.error]);
        if let Some(error) =
            failed.into_iter().find(|error| !error.is_none()).filter(|_| !call.acks.is_empty())
        {
            self.share_failed(core, error);
        }
        let refused = |log: u32| !answer.error.is_none() || answer.refused.iter().any(|(of, _)| *of == log);
        for held in std::mem::take(&mut self.sharing().renewing).into_iter().filter(|held| !refused(held.log))
        {
            self.sharing().renewed.push(held);
        }
        for (log, of) in answer.acquired {
            let held = Held { log, first: of.first, last: of.last, count: of.count, renewed: false };
            self.sharing().buffer.push_back(held);
            self.sharing().wants_more = false;
        }
        if matches!(self.client.task, Task::Commit { token: Some(_), .. }) && call.fetch.is_none() {
            self.commit_returned(core);
        }
        self.share_fetch(core);
    }

    /// Acknowledgements were refused: the commit callback is given the exception.
    fn share_failed(&mut self, core: &mut Core, error: ErrorCode) {
        let exception = match error {
            ErrorCode::INVALID_RECORD_STATE => "InvalidRecordStateException",
            ErrorCode::INVALID_SHARE_SESSION_EPOCH => "InvalidShareSessionEpochException",
            ErrorCode::SHARE_SESSION_NOT_FOUND => "ShareSessionNotFoundException",
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION => "UnknownTopicOrPartitionException",
            _ => "KafkaException",
        };
        core.note(Happening::CommitFailed(self.name(core), exception));
    }
}

/// Neighbours with the same verdict as one.
fn joined(acks: Vec<(u32, Ack)>) -> Vec<(u32, Ack)> {
    let mut all: Vec<(u32, Ack)> = Vec::new();
    for (log, ack) in acks {
        match all.last_mut() {
            Some((of, before))
                if *of == log && before.last + 1 == ack.first && before.verdict == ack.verdict =>
            {
                before.last = ack.last;
            }
            _ => all.push((log, ack)),
        }
    }
    all
}
