//! `close()` and `unsubscribe()`: commit (automatic only), `revoked`, LeaveGroup; then the last fetch is waited for.

use super::join::Phase;
use super::{Consumer, Life, Link, Note, Task};
use crate::base::Span;
use crate::group::{self, LeavingMember};
use crate::sim::core::Core;
use crate::sim::fetch;
use crate::sim::spec::{Commit, Goodbye};
use crate::sim::trace::{Callback, Happening};

/// How long `close()` takes at most (`CloseOptions`' default): then the process ends, whatever it waits for.
pub(super) const CLOSE_TIMEOUT: Span = Span::from_secs(30);

/// How far `close()` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) enum Closing {
    /// Nothing done. Next: `Committing`, or `Revoking`; of a share consumer `Acknowledging`, or `Leaving`.
    Begun,
    /// The answer that closes the share session is waited for. Next: `Leaving`.
    Acknowledging,
    /// The answer of the commit is waited for. Next: `Revoking`.
    Committing(u64),
    /// It is time for the callback. Next: `InCallback`, or `Leaving`.
    Revoking,
    /// The answer of the commit inside the callback is waited for. Next: `Leaving`.
    InCallback(u64),
    /// It is time for LeaveGroup. Next: `Left`.
    Leaving,
    /// The answer of LeaveGroup is waited for. Next: `Ending`.
    Left(u64),
    /// The fetch under way is waited for.
    Ending,
}

impl Consumer {
    pub(super) fn begin_close(&mut self, core: &mut Core) {
        core.note(Happening::Closing(self.name(core)));
        core.queue.set(self.app, core.now + CLOSE_TIMEOUT);
        self.client.task = Task::Close(Closing::Begun);
    }

    /// One step of `close()`; whether it can go on at once.
    pub(super) fn close_step(&mut self, core: &mut Core) -> bool {
        let Task::Close(closing) = self.client.task else { return false };
        let next = match closing {
            Closing::Begun if self.is_sharing() => match self.share_close(core) {
                Some(next) => next,
                None => return false,
            },
            Closing::Begun => self.close_begun(core),
            Closing::Acknowledging if self.share_closed(core) => Closing::Leaving,
            Closing::Revoking => self.close_revoke(core),
            Closing::Leaving => self.close_leave(core),
            Closing::Ending if core.fetches[self.id as usize].phase == fetch::Phase::Idle => {
                self.close_end(core);
                return false;
            }
            Closing::Acknowledging
            | Closing::Committing(_)
            | Closing::InCallback(_)
            | Closing::Left(_)
            | Closing::Ending => return false,
        };
        self.client.task = Task::Close(next);
        true
    }

    fn close_begun(&mut self, core: &mut Core) -> Closing {
        let commits = self.settings.commit == Commit::Auto && self.client.link.coordinator == Link::Ready;
        let token = if commits { self.commit_positions(core) } else { None };
        token.map_or(Closing::Revoking, Closing::Committing)
    }

    fn close_revoke(&mut self, core: &mut Core) -> Closing {
        self.disable_beats(core);
        if self.client.places.is_empty() || self.stands_alone() {
            return Closing::Leaving;
        }
        let void = self.call_off(core);
        if !void
            && self.settings.commit_on_revoke
            && let Some(token) = self.commit_processed(core)
        {
            return Closing::InCallback(token);
        }
        Closing::Leaving
    }

    /// The callback for everything: `lost` when the generation was reset (which is the answer), else `revoked`.
    fn call_off(&mut self, core: &mut Core) -> bool {
        let void = self.is_reset();
        self.call(core, if void { Callback::Lost } else { Callback::Revoked }, self.owned(core));
        void
    }

    fn close_leave(&mut self, core: &mut Core) -> Closing {
        self.unassign(core);
        if self.is_modern() {
            return self.close_goodbye(core).map_or(Closing::Ending, Closing::Left);
        }
        self.client.member.phase = Phase::Unjoined;
        let leaves = match self.client.goodbye {
            Goodbye::Default => self.settings.instance.is_none(),
            Goodbye::Leave => true,
            Goodbye::Remain => false,
        };
        if leaves && !self.client.member.id.is_empty() && self.client.link.coordinator == Link::Ready {
            return Closing::Left(self.send_leave(core, "the consumer is being closed"));
        }
        Closing::Ending
    }

    pub(super) fn close_end(&mut self, core: &mut Core) {
        core.unread(self.id);
        core.note(Happening::Closed(self.name(core)));
        let life = if self.client.failed { Life::Failed } else { Life::Closed };
        self.end(core, life);
    }

    /// A commit was answered: if `close()` waited for it, it goes on.
    pub(super) fn close_committed(&mut self, _core: &mut Core, token: u64) {
        let Task::Close(closing) = &mut self.client.task else { return };
        match *closing {
            Closing::Committing(of) if of == token => *closing = Closing::Revoking,
            Closing::InCallback(of) if of == token => *closing = Closing::Leaving,
            _ => {}
        }
    }

    /// LeaveGroup was answered.
    pub(super) fn left(&mut self, _core: &mut Core, token: u64) {
        if self.client.task == Task::Close(Closing::Left(token)) {
            self.client.task = Task::Close(Closing::Ending);
        }
    }

    /// `unsubscribe()`: `revoked`, LeaveGroup, and no `poll()` from then on. Nothing is committed.
    pub(super) fn unsubscribe(&mut self, core: &mut Core) {
        if self.stands_alone() {
            self.alone = std::rc::Rc::default();
            self.unassign(core);
        } else if !self.client.places.is_empty() {
            self.call_off(core);
            self.unassign(core);
        }
        if self.is_modern() {
            return self.unsubscribed(core);
        }
        let dynamic = self.settings.instance.is_none();
        if dynamic && !self.client.member.id.is_empty() && self.client.link.coordinator == Link::Ready {
            self.send_leave(core, "the consumer unsubscribed from all topics");
        }
        self.disable_beats(core);
        self.forget_generation("");
        self.client.member.prepare = super::join::Prepare::Not;
        core.queue.clear(self.app);
        self.topics.clear();
        self.pattern = None;
        self.client.task = Task::Unsubscribed;
    }

    /// Tells the coordinator that the member goes; the request's token.
    pub(super) fn send_leave(&mut self, core: &mut Core, reason: &str) -> u64 {
        let member = LeavingMember {
            member_id: self.client.member.id.clone(),
            group_instance_id: self.settings.instance.clone(),
            reason: Some(reason.into()),
        };
        let group_id = core.groups[self.group as usize].name.clone();
        let request = group::Request::LeaveGroup(group::LeaveGroup { group_id, members: vec![member] });
        self.ask(core, request, Note::Text(reason.into()))
    }
}
