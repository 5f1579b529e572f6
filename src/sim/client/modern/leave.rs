//! `close()` and `unsubscribe()` of the new consumer: it leaves with a heartbeat of epoch −1, and a static member that only
//! closes with −2, which says that it may come back.

use super::membership::{Membership, State};
use crate::sim::client::{Consumer, Link, Task};
use crate::sim::core::Core;
use crate::sim::spec::Goodbye;

impl Consumer {
    /// The heartbeat that leaves the group; its token, when one was sent.
    pub(in crate::sim::client) fn send_goodbye(&mut self, core: &mut Core, epoch: i32) -> Option<u64> {
        let member = self.membership().beats() && self.client.link.coordinator == Link::Ready;
        let joining = self.client.member.generation <= 0 && self.membership().under_way.is_none();
        let token = (member && !joining).then(|| self.send_epoch(core, epoch));
        self.client.member.generation = -1;
        self.client.beats.next = None;
        core.queue.clear(self.beat);
        let modern = self.membership();
        *modern = Membership {
            state: if token.is_some() { State::Leaving } else { State::Unsubscribed },
            rejoin: modern.rejoin,
            interval: modern.interval,
            sleeps_until: modern.sleeps_until,
            ..Membership::default()
        };
        token
    }

    /// The heartbeat of `close()`. `LEAVE_GROUP` lets a static member leave for good; `REMAIN_IN_GROUP` changes nothing: a
    /// dynamic member leaves all the same.
    pub(in crate::sim::client) fn close_goodbye(&mut self, core: &mut Core) -> Option<u64> {
        let epoch =
            if self.client.goodbye == Goodbye::Leave { super::heartbeat::LEAVE } else { self.leave_epoch() };
        self.send_goodbye(core, epoch)
    }

    /// `unsubscribe()` after its callback: the member leaves for good.
    pub(in crate::sim::client) fn unsubscribed(&mut self, core: &mut Core) {
        if self.is_sharing() {
            self.share_commit_left(core);
        }
        self.send_goodbye(core, super::heartbeat::LEAVE);
        self.membership().sleeps_until = None;
        core.queue.clear(self.app);
        self.topics.clear();
        self.pattern = None;
        self.client.task = Task::Unsubscribed;
    }

    /// `subscribe()`: a member says so with its next heartbeat; one that had left joins again.
    pub(in crate::sim::client) fn subscribed(&mut self, core: &mut Core) {
        if matches!(self.membership().state, State::Unsubscribed | State::Leaving) {
            self.membership().state = State::Joining;
        }
        if self.client.link.asking.is_none() {
            self.ask_metadata(core, Vec::new());
        }
    }
}
