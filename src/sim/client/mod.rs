//! Consumers: the Java consumer as a state machine. The new one (`group.protocol=consumer`) is in [`modern`], the share
//! consumer in [`share`]; here is the classic one (`group.protocol=classic`), and what all have in common.
//!
//! A classic consumer has two threads. The *application thread* runs the poll loop: it alone joins, syncs, calls the rebalance
//! listener, fetches offsets and records, processes and commits. The *heartbeat thread* beats, and leaves the group when
//! `poll()` was not called for `max.poll.interval.ms`. Order and timers are those of Apache Kafka 4.3.1.
//!
//! | file | what |
//! |---|---|
//! | `task` | the application thread: poll, work, commit, close; wishes of a person between two records |
//! | `poll` | what happens inside one `poll()` |
//! | `link` | finding the coordinator, connections, topic metadata |
//! | `alone` | a consumer with `assign()` |
//! | `join` | joining and syncing, the leader's part |
//! | `handover` | what is given up before and after a join, and what is taken over |
//! | `subscription` | what a member says of itself when it joins, and how the leader reads it |
//! | `pattern` | subscriptions by regular expression |
//! | `listener` | `assigned`, `revoked`, `lost`, and who owns what |
//! | `beat` | the heartbeat thread |
//! | `position` | where reading starts: committed offsets, reset policy |
//! | `commit` | commits and their answers |
//! | `close` | goodbye |
//! | `desk` | what a person sees of it: output, messages, rate |

mod alone;
mod beat;
mod close;
mod commit;
mod desk;
mod handover;
mod join;
mod link;
mod listener;
mod modern;
mod pattern;
mod poll;
mod position;
mod replaced;
mod share;
mod subscription;
mod task;

pub(super) use desk::{Desk, Exchange, Note};
pub(super) use join::Phase;
pub(super) use link::Link;
pub(super) use modern::Membership;
pub(super) use share::Sharing;
pub(super) use task::{Task, Wish};

use super::core::Core;
use super::fetch::Chunk;
use super::network::{Address, Answer, Call};
use super::queue::{Slot, Timer};
use super::spec::{Goodbye, Resolved, Settings};
use super::trace::{Happening, Process};
use crate::base::{Time, TopicPartition};
use crate::group::Reply;
use std::collections::VecDeque;
use std::rc::Rc;

/// Whether a consumer's process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Life {
    /// It runs.
    Running,
    /// Killed: silence.
    Killed,
    /// Closed.
    Closed,
    /// An exception ended its loop, and it closed.
    Failed,
}

/// A consumer: what was asked for, its process, and what a person sees of it.
#[derive(Clone, Debug, Hash)]
pub(super) struct Consumer {
    pub id: u32,
    pub group: u32,
    /// What its owner last subscribed to.
    pub topics: Vec<Rc<str>>,
    /// The regular expression that it last subscribed with. Classic: its topics are those that it found to match.
    pattern: Option<Rc<str>>,
    /// What it took with `assign()`; empty for one that subscribes.
    alone: Rc<[TopicPartition]>,
    /// Its own settings.
    pub own: Settings,
    /// All settings that are in force.
    pub settings: Rc<Resolved>,
    pub process: u32,
    pub life: Life,
    /// Since when it is what it is: alive or not.
    pub since: Time,
    app: Slot,
    beat: Slot,
    pub client: Client,
    pub desk: Desk,
    /// Whether a new process starts when this one is closed.
    pub again: bool,
}

/// The process of a consumer: all that dies with it.
#[derive(Clone, Debug, Hash)]
pub(super) struct Client {
    pub task: Task,
    /// What a person asked for, to be done at the next occasion.
    pub wishes: Vec<Wish>,
    /// Until when all threads stand still.
    pub frozen: Option<Time>,
    /// What arrived meanwhile.
    inbox: Vec<(u64, Answer)>,
    pub link: link::Connections,
    pub member: join::Member,
    /// Answers of JoinGroup and SyncGroup that came while the loop did not poll.
    late: Vec<(u64, Reply)>,
    /// Membership in the new protocol, when it speaks that.
    pub modern: Option<Box<Membership>>,
    /// What it does with records, when it is a share consumer.
    pub sharing: Option<Box<Sharing>>,
    pub beats: beat::Beats,
    /// When the last `poll()` began.
    pub polled: Time,
    /// What is assigned.
    pub places: Vec<position::Place>,
    asked: position::Asked,
    /// Places without a position.
    unready: u32,
    /// Fetched and not yet returned by `poll()`.
    buffer: VecDeque<Chunk>,
    /// Returned by `poll()` and not yet processed.
    batch: task::Batch,
    /// Log and offset of the record in work.
    working: Option<(u32, i64)>,
    pub commits: commit::Commits,
    /// The exception that the next `poll()` throws.
    fatal: Option<&'static str>,
    /// Whether an exception ended the loop.
    failed: bool,
    /// What `close()` does about the membership.
    goodbye: Goodbye,
}

impl Consumer {
    /// A consumer whose first process starts now.
    pub fn new(core: &mut Core, group: u32, topics: Vec<Rc<str>>, own: Settings) -> Consumer {
        let id = core.consumers.len() as u32 - 1;
        let settings = Rc::new(own.over(&core.groups[group as usize].settings).resolved());
        let (app, beat) = (core.queue.slot(Timer::App(id)), core.queue.slot(Timer::Beat(id)));
        Consumer {
            id,
            group,
            topics,
            pattern: None,
            alone: Rc::default(),
            own,
            settings,
            process: 0,
            life: Life::Closed,
            since: core.now,
            app,
            beat,
            client: Client::new(core.now),
            desk: Desk::default(),
            again: false,
        }
    }

    /// Starts a new process.
    pub fn start(&mut self, core: &mut Core) {
        let group = &core.groups[self.group as usize];
        self.settings = Rc::new(self.own.over(&group.settings).resolved());
        core.fetches[self.id as usize].begin(&self.settings);
        self.process += 1;
        self.life = Life::Running;
        self.since = core.now;
        self.again = false;
        self.client = Client::new(core.now);
        self.desk.started();
        core.note(Happening::Started(self.name(core)));
        self.start_metadata(core.now);
        if self.pattern.is_some() {
            self.topics.clear();
        }
        if self.stands_alone() {
            self.take_alone(core);
        } else {
            self.start_membership(core);
        }
        if self.is_modern() {
            return self.begin_later(core);
        }
        self.begin_poll(core);
    }

    /// Its process as the network addresses it.
    pub fn address(&self) -> Address {
        Address { consumer: self.id, process: self.process }
    }

    /// Its process under its name.
    pub fn name(&self, core: &Core) -> Process {
        core.process(self.address())
    }

    /// All threads stop for ever; the sockets are closed.
    pub fn kill(&mut self, core: &mut Core) {
        let lost = self.uncommitted(core);
        core.note(Happening::Killed(self.name(core), lost));
        self.end(core, Life::Killed);
    }

    /// Nothing of the process is left but what a person may still look at.
    fn end(&mut self, core: &mut Core, life: Life) {
        core.queue.clear(self.app);
        core.queue.clear(self.beat);
        core.drop_fetch(self.id);
        core.unread(self.id);
        if self.is_sharing() {
            core.send(self.address(), Call::Closed);
        }
        self.disown(core, &self.owned(core));
        self.client.task = Task::Ended;
        self.client.wishes.clear();
        self.client.inbox.clear();
        self.client.frozen = None;
        self.client.buffer.clear();
        self.client.batch.clear();
        self.client.working = None;
        self.life = life;
        self.since = core.now;
    }

    /// An exception comes out of `poll()` and ends the loop; a well-kept application closes then.
    fn fail(&mut self, core: &mut Core, exception: &'static str) {
        if !matches!(self.client.task, Task::Poll { .. }) {
            self.client.fatal = Some(exception);
            return;
        }
        core.note(Happening::Failed(self.name(core), exception));
        core.queue.set(self.app, core.now + close::CLOSE_TIMEOUT);
        self.client.failed = true;
        self.client.wishes.clear();
        self.client.batch.clear();
        self.client.working = None;
        self.client.task = Task::Close(close::Closing::Begun);
    }

    /// Log and offset of the record in work.
    pub fn working(&self) -> Option<(u32, i64)> {
        self.client.working
    }

    /// Whether its process exists.
    pub fn exists(&self) -> bool {
        self.life == Life::Running
    }

    /// A message from the broker has arrived.
    pub fn receive(&mut self, core: &mut Core, token: u64, answer: Answer) {
        if self.client.frozen.is_some() {
            self.client.inbox.push((token, answer));
            return;
        }
        self.take_in(core, token, answer);
        self.run(core);
    }

    fn take_in(&mut self, core: &mut Core, token: u64, answer: Answer) {
        match answer {
            Answer::ApiVersions | Answer::FindCoordinator | Answer::Metadata(_) => {
                self.linked(core, token, answer)
            }
            Answer::Offsets(offsets) => self.offsets_listed(core, token, offsets),
            Answer::EpochEnds(ends) => self.offsets_validated(core, token, ends),
            Answer::Group(reply) => {
                self.desk.answered(core.now, token, super::broker::error_of(&reply));
                self.answered(core, token, *reply);
            }
        }
        if self.is_modern() {
            self.background_on(core);
        }
    }

    fn answered(&mut self, core: &mut Core, token: u64, reply: Reply) {
        let of_poll = matches!(reply, Reply::JoinGroup(_) | Reply::SyncGroup(_));
        if of_poll && !matches!(self.client.task, Task::Poll { .. }) {
            // Only the application thread looks at them: the heartbeat thread sleeps meanwhile.
            self.client.late.push((token, reply));
            return;
        }
        match reply {
            Reply::JoinGroup(reply) => self.joined(core, token, reply),
            Reply::SyncGroup(reply) => self.synced(core, token, reply),
            Reply::Heartbeat(reply) => self.beaten(core, token, reply.error),
            Reply::OffsetCommit(reply) => self.committed(core, token, &reply),
            Reply::OffsetFetch(reply) => self.offsets_fetched(core, token, reply),
            Reply::LeaveGroup(_) => self.left(core, token),
            Reply::ConsumerHeartbeat(reply) | Reply::ShareHeartbeat(reply) => {
                self.heartbeat_answered(core, token, reply)
            }
            _ => {}
        }
    }

    /// The loop polls again: what came meanwhile.
    fn take_late(&mut self, core: &mut Core) {
        for (token, reply) in std::mem::take(&mut self.client.late) {
            self.answered(core, token, reply);
        }
    }

    /// The fetch has come back.
    pub fn fetched(&mut self, core: &mut Core) {
        match self.is_sharing() {
            true => self.share_answered(core),
            false => self.take_fetch(core),
        }
        if self.is_modern() && !self.is_sharing() {
            self.fetch_wakes(core);
        }
        if self.client.frozen.is_none() {
            self.run(core);
        }
    }

    /// A thread's timer goes off.
    pub fn wake(&mut self, core: &mut Core, timer: Timer) {
        match (timer, self.client.frozen) {
            (Timer::App(_), Some(_)) => self.thaw(core),
            (Timer::App(_), None) => self.app_on(core),
            // The heartbeat thread is late when all threads stood still.
            (Timer::Beat(_), Some(until)) => core.queue.set(self.beat, until),
            _ => self.beat_on(core),
        }
    }

    /// All threads go on after a pause: first what arrived meanwhile.
    fn thaw(&mut self, core: &mut Core) {
        self.client.frozen = None;
        core.note(Happening::Resumed(self.name(core)));
        self.beat_on(core);
        for (token, answer) in std::mem::take(&mut self.client.inbox) {
            self.take_in(core, token, answer);
        }
        self.run(core);
    }
}

impl Client {
    fn new(now: Time) -> Client {
        Client {
            task: Task::Ended,
            wishes: Vec::new(),
            frozen: None,
            inbox: Vec::new(),
            link: link::Connections::default(),
            member: join::Member::default(),
            late: Vec::new(),
            modern: None,
            sharing: None,
            beats: beat::Beats::default(),
            polled: now,
            places: Vec::new(),
            asked: position::Asked::default(),
            unready: 0,
            buffer: VecDeque::new(),
            batch: task::Batch::default(),
            working: None,
            commits: commit::Commits::default(),
            fatal: None,
            failed: false,
            goodbye: Goodbye::Default,
        }
    }
}
