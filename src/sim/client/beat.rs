//! The heartbeat thread: it beats while the member is in a generation, notices that the coordinator is silent, and leaves
//! the group when `poll()` was not called for too long.

use super::join::Phase;
use super::{Consumer, Link, Note, Task};
use crate::base::{Span, Time};
use crate::group::{self, ErrorCode};
use crate::sim::core::Core;
use crate::sim::trace::Happening;

/// How late a heartbeat follows the one before it: the thread has to be woken. Recorded median of 732 heartbeats of Java
/// consumers; automatic commits drift less, so in a long generation they come before the heartbeats.
const LATE: Span = Span::from_us(600);

/// Timers of the heartbeat thread.
#[derive(Clone, Debug, Default, Hash)]
pub(in crate::sim) struct Beats {
    /// When the next heartbeat is due; `None` while the thread is disabled.
    pub next: Option<Time>,
    /// When one was last sent.
    pub sent: Option<Time>,
    /// When the coordinator was last heard of.
    pub heard: Time,
    /// The one under way, and the generation that it was sent in.
    under_way: Option<(u64, i32)>,
}

impl Beats {
    /// The connection was closed: what was under way has no answer.
    pub(super) fn cut(&mut self) {
        self.under_way = None;
    }
}

impl Consumer {
    /// The answer to JoinGroup enables the thread: all its timers start anew.
    pub(super) fn enable_beats(&mut self, core: &mut Core) {
        let beats = &mut self.client.beats;
        beats.next = Some(core.now + self.settings.heartbeat);
        beats.heard = core.now;
        beats.under_way = None;
        self.arm_beat(core);
    }

    /// No heartbeats while a JoinGroup waits for its answer, and none without a generation.
    pub(super) fn disable_beats(&mut self, core: &mut Core) {
        self.client.beats.next = None;
        core.queue.clear(self.beat);
    }

    /// Sets the thread's timer to what comes first.
    fn arm_beat(&mut self, core: &mut Core) {
        let Some(next) = self.client.beats.next else { return core.queue.clear(self.beat) };
        let mut at = next.min(self.silent_at());
        let late = self.client.polled + self.settings.max_poll_interval;
        if late > core.now || !matches!(self.client.task, Task::Poll { .. }) {
            at = at.min(late);
        }
        core.queue.set(self.beat, at.max(core.now));
    }

    /// When the client's own session timer ends.
    fn silent_at(&self) -> Time {
        match self.client.link.coordinator {
            Link::Ready => self.client.beats.heard + self.settings.session_timeout,
            _ => Time::MAX,
        }
    }

    /// The thread looks at its timers.
    pub(super) fn beat_on(&mut self, core: &mut Core) {
        if self.is_modern() {
            return self.background(core);
        }
        let Some(next) = self.client.beats.next else { return };
        let late = core.now >= self.client.polled + self.settings.max_poll_interval;
        if late && !matches!(self.client.task, Task::Poll { .. }) {
            return self.leave_late(core);
        }
        if core.now >= self.silent_at() {
            // Nothing was heard for a session: the coordinator is looked for again, while partitions are kept.
            self.coordinator_closed(core);
        }
        if !self.coordinator_ready(core) {
            let retry = core.now + self.settings.tuning.retry();
            return core.queue.set(self.beat, retry);
        }
        if core.now >= next {
            self.send_beat(core);
        }
        self.arm_beat(core);
    }

    /// A `poll()` wakes the thread when a heartbeat is overdue (`AbstractCoordinator.pollHeartbeat`).
    pub(super) fn wake_beat(&mut self, core: &mut Core) {
        if self.client.beats.next.is_some_and(|next| next <= core.now) {
            self.beat_on(core);
        }
    }

    fn send_beat(&mut self, core: &mut Core) {
        let request = group::Heartbeat {
            group_id: core.groups[self.group as usize].name.clone(),
            generation_id: self.client.member.generation,
            member_id: self.client.member.id.clone(),
            group_instance_id: self.settings.instance.clone(),
        };
        let generation = request.generation_id;
        let token = self.ask(core, group::Request::Heartbeat(request), Note::Generation(generation));
        let beats = &mut self.client.beats;
        beats.under_way = Some((token, generation));
        beats.sent = Some(core.now);
        beats.next = Some(core.now + self.settings.heartbeat + LATE);
    }

    /// `poll()` was not called for `max.poll.interval.ms`: a dynamic member leaves, a static one falls silent. Either
    /// way it is no member any more, and learns it in its next `poll()`.
    fn leave_late(&mut self, core: &mut Core) {
        if self.settings.instance.is_none() {
            self.send_leave(core, "consumer poll timeout has expired.");
        }
        self.forget_generation("consumer pro-actively leaving the group");
        self.disable_beats(core);
    }

    /// A heartbeat was answered.
    pub(super) fn beaten(&mut self, core: &mut Core, token: u64, error: ErrorCode) {
        let Some((_, generation)) = self.client.beats.under_way.take_if(|(of, _)| *of == token) else {
            return;
        };
        match error {
            ErrorCode::NONE => self.client.beats.heard = core.now,
            ErrorCode::REBALANCE_IN_PROGRESS => {
                self.client.beats.heard = core.now;
                core.note(Happening::Told(self.name(core)));
                if self.client.member.phase == Phase::Stable {
                    self.want_rejoin("group is already rebalancing");
                }
            }
            ErrorCode::NOT_COORDINATOR | ErrorCode::COORDINATOR_NOT_AVAILABLE => {
                self.coordinator_lost(core.now)
            }
            error if !matches!(self.client.task, Task::Close(_)) => {
                self.refused(core, "HEARTBEAT", generation, error)
            }
            _ => {}
        }
        if self.client.beats.next.is_some() {
            self.arm_beat(core);
        }
    }
}
