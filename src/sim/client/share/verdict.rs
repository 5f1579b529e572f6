//! What the loop does with a record, and when it says so: verdicts, commits, `close()`.

use super::Held;
use crate::sim::client::close::Closing;
use crate::sim::client::{Consumer, Task};
use crate::sim::core::Core;
use crate::sim::share::{Ack, ShareSettings, Verdict};
use crate::sim::spec::Commit;
use std::rc::Rc;

impl Consumer {
    /// A record is processed: with explicit acknowledgement the loop says what became of it.
    pub(in crate::sim::client) fn share_finish(&mut self, core: &mut Core, log: u32, offset: i64) {
        let held =
            self.sharing().returned.iter().find(|of| of.log == log && (of.first..=of.last).contains(&offset));
        let held =
            held.copied().unwrap_or(Held { log, first: offset, last: offset, count: 1, renewed: false });
        core.progress(self.group, log).seen.insert(offset);
        self.desk.shared(core.now, (log, offset), held.count, self.settings.process);
        self.client.task = Task::Next;
        if self.settings.share.is_explicit() {
            let verdict = verdict(&self.settings.share, core, (log, offset), held.renewed);
            if verdict == Verdict::Renew {
                self.sharing().renewing.push(Held { first: offset, last: offset, renewed: true, ..held });
            }
            self.sharing().acks.push((log, Ack { first: offset, last: offset, verdict }));
        }
        if self.settings.commit == Commit::Record {
            self.share_commit_sync(core, Some((log, offset)));
        }
    }

    /// Without explicit acknowledgement all that was returned is accepted.
    pub(super) fn accept_returned(&mut self) {
        if self.settings.share.is_explicit() {
            return;
        }
        for of in std::mem::take(&mut self.sharing().returned) {
            let ack = Ack { first: of.first, last: of.last, verdict: Verdict::Accept };
            self.sharing().acks.push((of.log, ack));
        }
    }

    /// `commitSync()`: the loop waits for the answer. Whether it can go on at once.
    pub(in crate::sim::client) fn share_commit_sync(
        &mut self,
        core: &mut Core,
        record: Option<(u32, i64)>,
    ) -> bool {
        self.accept_returned();
        self.client.task = Task::Commit { token: None, record };
        if self.share_under_way(core) {
            // The answer to what is under way wakes the loop.
            return false;
        }
        if self.share_acknowledge(core) {
            self.client.task = Task::Commit { token: Some(0), record };
            return false;
        }
        self.commit_returned(core);
        true
    }

    /// `commitAsync()`.
    pub(in crate::sim::client) fn share_commit_async(&mut self, core: &mut Core) {
        self.accept_returned();
        self.share_acknowledge(core);
    }

    /// `unsubscribe()`: what was acknowledged is sent; what the last `poll()` returned stays acquired until its lock is over.
    pub(in crate::sim::client) fn share_commit_left(&mut self, core: &mut Core) {
        self.share_unassigned();
        self.sharing().wants_more = false;
        self.share_acknowledge(core);
    }

    /// The first step of `close()`: what was acknowledged is sent, and the session closed, which gives back all else: what
    /// the last `poll()` returned is not accepted unless a commit or another `poll()` did so. `None` while a request is
    /// under way.
    pub(in crate::sim::client) fn share_close(&mut self, core: &mut Core) -> Option<Closing> {
        self.sharing().wants_more = false;
        if self.share_under_way(core) {
            return None;
        }
        let last = self.share_send_last(core);
        Some(if last { Closing::Acknowledging } else { Closing::Leaving })
    }

    /// The answer that closes the session has come.
    pub(in crate::sim::client) fn share_closed(&self, core: &Core) -> bool {
        !self.share_under_way(core)
    }
}

/// What the loop says of a record.
fn verdict(share: &ShareSettings, core: &Core, (log, offset): (u32, i64), renewed: bool) -> Verdict {
    if !share.by_key() {
        return Verdict::Accept;
    }
    let record = core.logs[log as usize].data.record_at(offset);
    let key = record.and_then(|record| record.key).unwrap_or_default();
    let among = |keys: &Option<Vec<Rc<str>>>| keys.iter().flatten().any(|of| of.as_bytes() == &*key);
    if among(&share.renew) && !renewed {
        Verdict::Renew
    } else if among(&share.reject) {
        Verdict::Reject
    } else if among(&share.release) {
        Verdict::Release
    } else {
        Verdict::Accept
    }
}
