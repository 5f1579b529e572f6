//! Heartbeats. They join, live, acknowledge and leave; what has not changed since the last one is left out.
//!
//! The interval is the broker's, and its timer starts again with every heartbeat. Joining, acknowledging and leaving
//! do not wait for it. When `poll()` was not called for `max.poll.interval.ms`, the heartbeat that is due leaves instead.

use super::membership::{Assignment, State};
use crate::base::{Span, Time, TopicPartition, Uuid, small};
use crate::group::{self, ConsumerHeartbeatReply, ErrorCode};
use crate::sim::client::subscription::sorted;
use crate::sim::client::{Consumer, Link, Note, Phase, Task};
use crate::sim::core::Core;
use crate::sim::trace::Happening;
use std::rc::Rc;

/// The member epochs that mean something else than an epoch.
const JOIN: i32 = 0;
pub(super) const LEAVE: i32 = -1;
pub(super) const LEAVE_STATIC: i32 = -2;

impl Consumer {
    /// The background thread looks at what it has to do.
    pub(in crate::sim::client) fn background(&mut self, core: &mut Core) {
        if self.client.frozen.is_some() || matches!(self.client.task, Task::Close(_) | Task::Ended) {
            return;
        }
        self.refresh_metadata(core);
        self.reconcile(core, false);
        if !self.membership().beats() {
            return core.queue.clear(self.beat);
        }
        if !self.coordinator_ready(core) {
            if let Link::Backoff(at) = self.client.link.coordinator {
                core.queue.set(self.beat, at.max(core.now));
            }
            return;
        }
        if self.membership().under_way.is_some() {
            return;
        }
        let at_once = matches!(self.membership().state, State::Joining | State::Acknowledging);
        let due = self.client.beats.next.is_none_or(|next| core.now >= next);
        if due && self.is_late(core) {
            return self.leave_stale(core);
        }
        if at_once || due {
            self.send_heartbeat(core);
        }
        let next = self.client.beats.next.unwrap_or(core.now).min(self.client.link.refresh);
        core.queue.set(self.beat, next.max(core.now));
    }

    fn is_late(&self, core: &Core) -> bool {
        !matches!(self.client.task, Task::Poll { .. })
            && core.now >= self.client.polled + self.settings.max_poll_interval
    }

    fn leave_stale(&mut self, core: &mut Core) {
        let epoch = self.leave_epoch();
        self.send_epoch(core, epoch);
        self.membership().said_topics = None;
        core.queue.clear(self.beat);
        self.stale(core);
    }

    /// What a member says that goes by itself: a static one may come back.
    pub(super) fn leave_epoch(&self) -> i32 {
        if self.settings.instance.is_some() { LEAVE_STATIC } else { LEAVE }
    }

    fn send_heartbeat(&mut self, core: &mut Core) {
        let epoch = match self.membership().state {
            State::Joining => JOIN,
            _ => self.client.member.generation,
        };
        let token = self.send_epoch(core, epoch);
        let interval = self.membership().interval;
        let modern = self.membership();
        modern.under_way = Some(token);
        if modern.state == State::Acknowledging {
            modern.state = State::Stable;
            // What came meanwhile is reconciled next.
            if modern.current != modern.target {
                modern.state = State::Reconciling;
            }
        }
        self.client.beats.sent = Some(core.now);
        self.client.beats.next = Some(core.now + interval);
    }

    /// Sends a heartbeat with this epoch; its token.
    pub(super) fn send_epoch(&mut self, core: &mut Core, epoch: i32) -> u64 {
        let whole = epoch == JOIN;
        let topics = if epoch < 0 { Vec::new() } else { sorted(&self.topics) };
        let modern = self.membership();
        let owned = if epoch > 0 { modern.current.clone() } else { Assignment::default() };
        let rebalance_timeout = self.settings.max_poll_interval.ms().min(i32::MAX as u64) as i32;
        let assignor = self.settings.assignor.clone().filter(|_| whole);
        let sharing = self.is_sharing();
        // A share consumer says it with its first heartbeat only, and again when one has failed.
        let says_rack = if sharing { self.membership().said_topics.is_none() } else { whole };
        let rack_id = self.settings.rack.clone().filter(|_| says_rack);
        let pattern = self.pattern.clone();
        let modern = self.membership();
        let says_topics = whole || modern.said_topics.as_ref() != Some(&topics);
        // What is not sent again is the same; an empty one takes it back.
        let says_regex = epoch >= 0 && (modern.said_regex != pattern || (whole && pattern.is_some()));
        let says_owned = whole || modern.said_owned.as_ref() != Some(&owned);
        let group_id = core.groups[self.group as usize].name.clone();
        let member_id = self.client.member.id.clone();
        if sharing {
            let topics_said = says_topics.then(|| topics.clone());
            self.membership().said_topics = Some(topics);
            let request = group::ShareHeartbeat {
                group_id,
                member_id,
                member_epoch: epoch,
                rack_id,
                topics: topics_said,
            };
            return self.ask(core, group::Request::ShareHeartbeat(request), Note::Epoch(epoch));
        }
        let request = group::ConsumerHeartbeat {
            group_id,
            member_id,
            member_epoch: epoch,
            instance_id: self.settings.instance.clone(),
            rack_id,
            rebalance_timeout_ms: if whole { rebalance_timeout } else { -1 },
            topics: says_topics.then(|| topics.clone()),
            regex: says_regex.then(|| pattern.clone().unwrap_or_default()),
            assignor,
            owned: says_owned.then(|| owned.partitions.clone()),
        };
        let modern = self.membership();
        (modern.said_topics, modern.said_owned) = (Some(topics), Some(owned));
        if says_regex {
            modern.said_regex = pattern;
        }
        self.ask(core, group::Request::ConsumerHeartbeat(request), Note::Epoch(epoch))
    }

    /// A heartbeat was answered.
    pub(in crate::sim::client) fn heartbeat_answered(
        &mut self,
        core: &mut Core,
        token: u64,
        reply: ConsumerHeartbeatReply,
    ) {
        self.left(core, token);
        self.note_epoch(core, &reply);
        let Some(modern) = &mut self.client.modern else { return };
        if modern.under_way.take_if(|of| *of == token).is_none() || !modern.beats() {
            return;
        }
        match reply.error {
            ErrorCode::NONE => self.heartbeat_taken(core, reply),
            error => self.heartbeat_refused(core, error),
        }
        self.background(core);
    }

    fn note_epoch(&mut self, core: &mut Core, reply: &ConsumerHeartbeatReply) {
        if !reply.error.is_none() {
            return;
        }
        let group = core.groups[self.group as usize].name.clone();
        let assignment = reply.assignment.as_ref().map(|assignment| named(core, assignment));
        core.note(Happening::Epoch(self.name(core), group, reply.member_epoch, assignment));
    }

    fn heartbeat_taken(&mut self, core: &mut Core, reply: ConsumerHeartbeatReply) {
        let interval = Span::from_ms(reply.interval_ms.max(0) as u64);
        if self.membership().interval != interval {
            self.membership().interval = interval;
            self.client.beats.next = Some(core.now + interval);
        }
        self.client.beats.heard = core.now;
        self.client.member.generation = reply.member_epoch;
        self.client.member.known_generation = reply.member_epoch;
        self.client.member.phase = Phase::Stable;
        if let Some(assignment) = reply.assignment {
            self.target_came(assignment);
        } else if self.membership().state == State::Joining {
            self.membership().state = State::Stable;
        }
    }

    fn heartbeat_refused(&mut self, core: &mut Core, error: ErrorCode) {
        let modern = self.membership();
        (modern.said_topics, modern.said_owned, modern.said_regex) = (None, None, None);
        match error {
            ErrorCode::UNKNOWN_MEMBER_ID | ErrorCode::FENCED_MEMBER_EPOCH => {
                self.client.beats.next = None;
                self.fenced(core);
            }
            ErrorCode::NOT_COORDINATOR | ErrorCode::COORDINATOR_NOT_AVAILABLE => {
                self.coordinator_lost(core.now);
            }
            ErrorCode::COORDINATOR_LOAD_IN_PROGRESS => {
                self.client.beats.next = Some(core.now + self.settings.tuning.retry());
            }
            ErrorCode::UNRELEASED_INSTANCE_ID => {
                self.failed_for_ever(core, "UnreleasedInstanceIdException");
            }
            ErrorCode::FENCED_INSTANCE_ID => self.failed_for_ever(core, "FencedInstanceIdException"),
            ErrorCode::UNSUPPORTED_ASSIGNOR => self.failed_for_ever(core, "UnsupportedAssignorException"),
            ErrorCode::INVALID_REGULAR_EXPRESSION => {
                // Kafka's class has no `Exception` in its name.
                self.failed_for_ever(core, "InvalidRegularExpression");
            }
            ErrorCode::GROUP_MAX_SIZE_REACHED => {
                self.failed_for_ever(core, "GroupMaxSizeReachedException");
            }
            ErrorCode::GROUP_ID_NOT_FOUND => self.failed_for_ever(core, "GroupIdNotFoundException"),
            _ => self.failed_for_ever(core, "KafkaException"),
        }
    }

    /// When the background thread has to do something next that the application thread should be awake for.
    pub(super) fn next_heartbeat(&self) -> Option<Time> {
        let modern = self.client.modern.as_ref().expect("the new protocol");
        self.client.beats.next.filter(|_| modern.beats())
    }
}

/// Partitions under their names, in order; topics that are gone are left out.
fn named(core: &Core, assignment: &[(Uuid, Vec<i32>)]) -> Rc<[TopicPartition]> {
    let mut all: Vec<TopicPartition> = Vec::new();
    for (id, numbers) in assignment {
        if let Some(name) = core.topic_named(*id) {
            all.extend(numbers.iter().map(|number| TopicPartition::new(name.clone(), *number)));
        }
    }
    small::sort(&mut all);
    all.into()
}
