//! Where the member stands, and how it gets from the assignment that it has to the one that the coordinator wants.
//!
//! ```text
//! revoked = owned − target        added = target − owned
//! commit (automatic only) → revoked(…), if any → assigned(…), even of nothing → acknowledging heartbeat
//! ```

use super::callback::Pending;
use crate::base::{Span, Time, TopicPartition, Uuid, small};
use crate::sim::client::Consumer;
use crate::sim::client::listener::without;
use crate::sim::core::Core;
use crate::sim::query::MembershipFacts;
use crate::sim::spec::Commit;
use std::collections::VecDeque;
use std::rc::Rc;

/// Where a member stands: Kafka's `MemberState`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::sim) enum State {
    /// Not in the group and not about to be.
    Unsubscribed,
    /// The next heartbeat joins, with epoch 0. Next: `Reconciling`, or `Stable`.
    #[default]
    Joining,
    /// It is to have something else than it has. Next: `Acknowledging`.
    Reconciling,
    /// The next heartbeat, at once, says what it has now. Next: `Stable`, or `Reconciling` again.
    Acknowledging,
    /// It has what it is to have.
    Stable,
    /// Refused by the coordinator; what it had is being reported lost. Next: `Joining`.
    Fenced,
    /// It left because `poll()` was not called in time; what it had is to be reported lost. Next: `Joining`, with `poll()`.
    Stale,
    /// It is leaving, or has left.
    Leaving,
    /// It cannot be a member, and `poll()` throws.
    Fatal,
}

/// How far a reconciliation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stage {
    /// The answer of the commit before it is waited for.
    Committing(u64),
    /// The application thread has to call `revoked`, or is in it.
    Revoking,
    /// The application thread has to call `assigned`.
    Assigning,
}

/// A reconciliation under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reconciliation {
    pub stage: Stage,
    /// What the member has when it is done.
    pub resolved: Assignment,
    /// Its logs.
    pub logs: Vec<u32>,
    pub revoked: Rc<[TopicPartition]>,
    pub added: Rc<[TopicPartition]>,
}

/// What a member has or is to have (`LocalAssignment`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Assignment {
    /// The client numbers what it is told from 1 on, so that what is the same again is not taken for the same
    /// (`localEpoch`); 0 before it was told anything.
    number: u32,
    /// By topic ids, in order: a topic that is made anew under its name is another.
    pub partitions: Vec<(Uuid, Vec<i32>)>,
}

/// Membership in the new protocol, as the client sees it. Id and epoch are those of [`super::super::join::Member`].
#[derive(Clone, Debug, Default, Hash)]
pub(in crate::sim) struct Membership {
    pub state: State,
    /// What it has, as it last acknowledged or will acknowledge.
    pub(super) current: Assignment,
    /// What the coordinator last said it is to have.
    pub(super) target: Assignment,
    /// The reconciliation under way.
    pub(super) reconciliation: Option<Reconciliation>,
    /// Callbacks that the application thread has to call, in order.
    pub(super) pending: VecDeque<Pending>,
    /// The commit inside a callback whose answer is waited for.
    pub(super) in_callback: Option<(u64, Pending)>,
    /// Whether a stale member may rejoin as soon as its loss is reported: `poll()` was called.
    pub(super) rejoin: bool,
    /// The heartbeat under way.
    pub(super) under_way: Option<u64>,
    /// As the coordinator said it; zero before its first answer.
    pub(super) interval: Span,
    /// The topics that the last heartbeat with topics named.
    pub(super) said_topics: Option<Vec<Rc<str>>>,
    /// The expression that was last said.
    pub(super) said_regex: Option<Rc<str>>,
    /// The assignment that the last heartbeat with an assignment named.
    pub(super) said_owned: Option<Assignment>,
    /// When the application thread wakes up inside `poll()`; `None` when it is to make a pass now.
    pub(super) sleeps_until: Option<Time>,
}

impl Membership {
    /// Whether the member is in the group, or about to be.
    pub(super) fn beats(&self) -> bool {
        matches!(self.state, State::Joining | State::Reconciling | State::Acknowledging | State::Stable)
    }
}

impl State {
    /// Kafka's name.
    fn name(self) -> &'static str {
        match self {
            State::Unsubscribed => "UNSUBSCRIBED",
            State::Joining => "JOINING",
            State::Reconciling => "RECONCILING",
            State::Acknowledging => "ACKNOWLEDGING",
            State::Stable => "STABLE",
            State::Fenced => "FENCED",
            State::Stale => "STALE",
            State::Leaving => "LEAVING",
            State::Fatal => "FATAL",
        }
    }
}

impl Membership {
    /// The topics that it is to have partitions of, by name.
    pub(in crate::sim::client) fn told<'a>(&'a self, core: &'a Core) -> impl Iterator<Item = Rc<str>> + 'a {
        self.target.partitions.iter().filter_map(|(id, _)| core.topic_named(*id).cloned())
    }

    /// Whether it was told to have something else than it has, and is on its way there.
    pub(in crate::sim) fn is_told(&self) -> bool {
        matches!(self.state, State::Reconciling | State::Acknowledging)
    }

    /// For those who look at it.
    pub(in crate::sim) fn facts(&self, epoch: i32) -> MembershipFacts {
        let under_way = self.reconciliation.as_ref();
        let gives_up = under_way.filter(|of| of.stage != Stage::Assigning);
        MembershipFacts {
            state: self.state.name(),
            epoch: (epoch > 0).then_some(epoch),
            gives_up: gives_up.map(|of| of.revoked.to_vec()).unwrap_or_default(),
            receives: under_way.map(|of| of.added.to_vec()).unwrap_or_default(),
        }
    }
}

impl Consumer {
    /// Takes in the assignment of a heartbeat's answer.
    pub(super) fn target_came(&mut self, mut partitions: Vec<(Uuid, Vec<i32>)>) {
        small::sort(&mut partitions);
        let modern = self.membership();
        if modern.target.number == 0 || modern.target.partitions != partitions {
            modern.target = Assignment { number: modern.target.number + 1, partitions };
        }
        if modern.target != modern.current {
            modern.state = State::Reconciling;
        } else if matches!(modern.state, State::Reconciling | State::Joining) {
            modern.state = State::Stable;
        }
    }

    /// What of the target it can have now, with its logs in the order of their names: of topics whose names it knows,
    /// by metadata or because it has partitions of them.
    fn resolved_target(&self, core: &Core) -> (Assignment, Vec<u32>) {
        let target = &self.client.modern.as_ref().expect("the new protocol").target;
        let (mut resolved, mut logs) =
            (Assignment { number: target.number, ..Assignment::default() }, Vec::new());
        for (id, numbers) in &target.partitions {
            let mine = self.client.places.iter().map(|place| place.log);
            let mine: Vec<u32> = mine.filter(|log| core.logs[*log as usize].topic == *id).collect();
            let known = self.client.link.topics.values().any(|found| found.id == *id);
            if !known && mine.is_empty() {
                continue;
            }
            resolved.partitions.push((*id, numbers.clone()));
            let of = |log: &u32| numbers.contains(&core.logs[*log as usize].name.partition);
            match core.topic_named(*id).and_then(|name| core.topics.get(name)) {
                Some(topic) => logs.extend(topic.logs.iter().copied().filter(of)),
                None => logs.extend(mine.into_iter().filter(of)),
            }
        }
        small::sort_by(&mut logs, |a, b| core.logs[*a as usize].name.cmp(&core.logs[*b as usize].name));
        (resolved, logs)
    }

    /// Begins a reconciliation, if there is something to reconcile. Only a pass of the application thread may begin one
    /// that commits or revokes: it could be returning records of those partitions right now.
    pub(super) fn reconcile(&mut self, core: &mut Core, in_pass: bool) {
        let modern = self.membership();
        if modern.state != State::Reconciling || modern.reconciliation.is_some() {
            return;
        }
        let (resolved, logs) = self.resolved_target(core);
        if resolved != self.membership().target {
            // Of a topic that it does not know.
            self.doubt_metadata(core);
        }
        let modern = self.membership();
        if modern.current.number > 0 && modern.current.partitions == resolved.partitions {
            if modern.current != resolved {
                (modern.current, modern.state) = (resolved, State::Acknowledging);
            }
            return;
        }
        let owned = self.owned(core);
        let mut names: Vec<TopicPartition> = Vec::new();
        names.extend(logs.iter().map(|log| core.logs[*log as usize].name.clone()));
        let (revoked, added) = (without(&owned, &names), without(&names, &owned));
        if self.is_sharing() {
            let modern = self.membership();
            (modern.current, modern.state) = (resolved, State::Acknowledging);
            return self.share_assigned(logs);
        }
        let auto = self.settings.commit == Commit::Auto;
        if !in_pass && (auto || !revoked.is_empty()) {
            return;
        }
        self.hold(core, &revoked);
        let token = if auto { self.commit_positions(core) } else { None };
        let stage = token.map_or(Stage::Revoking, Stage::Committing);
        self.membership().reconciliation = Some(Reconciliation { stage, resolved, logs, revoked, added });
        if token.is_none() {
            self.reconcile_on();
        }
    }

    /// The commit before it is done: the callbacks are due.
    fn reconcile_on(&mut self) {
        let modern = self.membership();
        let Some(of) = &mut modern.reconciliation else { return };
        let revokes = !of.revoked.is_empty();
        of.stage = if revokes { Stage::Revoking } else { Stage::Assigning };
        modern.pending.push_back(if revokes { Pending::Revoked } else { Pending::Assigned });
    }

    /// A commit was answered, well or not: what waited for it goes on.
    pub(in crate::sim::client) fn membership_committed(&mut self, core: &mut Core, token: u64) {
        let Some(modern) = &mut self.client.modern else { return };
        if let Some((_, callback)) = modern.in_callback.take_if(|(of, _)| *of == token) {
            self.callback_returned(core, callback);
            self.membership().sleeps_until = None;
        } else if modern.reconciliation.as_ref().is_some_and(|of| of.stage == Stage::Committing(token)) {
            self.reconcile_on();
        }
    }

    /// The callback `revoked` of a reconciliation has returned.
    pub(super) fn revocation_done(&mut self) {
        let modern = self.membership();
        if let Some(of) = &mut modern.reconciliation {
            of.stage = Stage::Assigning;
            modern.pending.push_back(Pending::Assigned);
        }
    }

    /// The callback `assigned` has returned: the member says so at once. The automatic commit's timer starts anew.
    pub(super) fn reconciliation_done(&mut self, core: &mut Core) {
        self.client.commits.next_auto = core.now + self.settings.auto_commit_interval;
        let modern = self.membership();
        let Some(of) = modern.reconciliation.take() else { return };
        modern.current = of.resolved;
        modern.state = State::Acknowledging;
        self.background(core);
    }

    /// The coordinator does not know the member, or its epoch: what it has is lost, and it joins anew.
    pub(super) fn fenced(&mut self, core: &mut Core) {
        self.release(core, State::Fenced);
    }

    /// `poll()` was not called in time, and the member has left.
    pub(super) fn stale(&mut self, core: &mut Core) {
        self.membership().rejoin = false;
        self.release(core, State::Stale);
    }

    /// It can never be a member.
    pub(super) fn failed_for_ever(&mut self, core: &mut Core, exception: &'static str) {
        self.release(core, State::Fatal);
        self.fail(core, exception);
    }

    fn release(&mut self, core: &mut Core, state: State) {
        self.client.member.generation = -1;
        let modern = self.client.modern.as_mut().expect("the new protocol");
        modern.state = state;
        modern.reconciliation = None;
        modern.pending.clear();
        if self.client.places.is_empty() {
            return self.released(core);
        }
        modern.pending.push_back(Pending::Lost);
    }

    /// The loss is reported: a fenced member rejoins, a stale one when `poll()` has been called.
    pub(super) fn released(&mut self, core: &mut Core) {
        let modern = self.membership();
        (modern.current, modern.target) = Default::default();
        modern.said_owned = None;
        self.share_unassigned();
        let modern = self.membership();
        let rejoins = match modern.state {
            State::Fenced => true,
            State::Stale => modern.rejoin,
            _ => false,
        };
        if rejoins {
            modern.state = State::Joining;
            self.background(core);
        }
    }

    /// `poll()` was called: a stale member rejoins as soon as its loss is reported.
    pub(in crate::sim::client) fn rejoin_stale(&mut self, core: &mut Core) {
        let waits = self.client.places.is_empty();
        let modern = self.membership();
        if modern.state == State::Stale && !modern.rejoin {
            modern.rejoin = true;
            if waits {
                self.released(core);
            }
        }
    }
}
