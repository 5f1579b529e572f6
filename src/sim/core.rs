//! What all parts of the world share: the clock, the queue, the logs, the coordinator, the groups' progress, the trace.

use super::fetch::{Chunk, Fetch};
use super::network::{Address, Answer, Call, Message, Network};
use super::progress::Progress;
use super::queue::{Queue, Slot, Timer};
use super::share::Shares;
use super::spec::{Isolation, Placement, Racks, Settings, WorldConfig};
use super::trace::{Happening, Process, Trace};
use super::transactions::Transactions;
use crate::backup::Past;
use crate::base::{Map, Rng, Time, TopicPartition, Uuid, small};
use crate::group::{Coordinator, MemberIds};
use crate::log::config::Configs;
use crate::log::{Partition, Policy};
use std::collections::VecDeque;
use std::rc::Rc;

/// A topic that exists.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Topic {
    pub id: Uuid,
    pub created: i64,
    pub config: Configs,
    /// The same, to compute with.
    pub policy: Rc<Policy>,
    /// The places of its logs, by partition.
    pub logs: Vec<u32>,
    pub placement: Option<Placement>,
    /// The same, of each partition.
    pub racks: Racks,
}

/// A partition's log and who reads it.
#[derive(Clone, Debug, Hash)]
pub(super) struct Log {
    pub name: TopicPartition,
    /// The id of its topic: one of that name that is made anew has another.
    pub topic: Uuid,
    pub data: Partition,
    /// Whether its topic still exists.
    pub exists: bool,
    /// Up to here clients may know offsets of logs whose place it took.
    pub known: i64,
    /// The consumers that have it assigned, and its place in their assignment.
    pub readers: Vec<Reader>,
}

/// A consumer that has a log assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reader {
    pub consumer: u32,
    pub place: u32,
}

impl Log {
    /// An empty log of a topic that exists.
    pub fn new(topic: &Rc<str>, id: Uuid, partition: i32) -> Log {
        let name = TopicPartition { topic: topic.clone(), partition };
        Log { name, topic: id, data: Partition::new(), exists: true, known: 0, readers: Vec::new() }
    }

    /// Records that a group has not processed and has not passed.
    pub fn unread(&self, progress: &Progress) -> i64 {
        let (start, end) = (self.data.log_start(), self.data.end());
        if self.data.record_count() as i64 >= end - start {
            return progress.unread(start, end);
        }
        // Offsets without a record are no work.
        let missing = progress.seen.missing(progress.base(start), end);
        missing.iter().map(|(from, to)| self.data.count_between(*from, *to) as i64).sum()
    }
}

/// A group: its settings, and what it did to each partition.
#[derive(Clone, Debug, Hash)]
pub(super) struct Group {
    pub name: Rc<str>,
    pub settings: Settings,
    /// By the places of the logs; shorter than the logs when nothing happened to the later ones.
    pub progress: Vec<Progress>,
    /// When the rebalance under way began.
    pub rebalancing: Option<Time>,
    /// The newest generation that was formed.
    pub generation: i32,
    /// Messages of the group protocol, requests and answers.
    pub messages: u64,
}

/// What all parts of the world share.
#[derive(Clone, Hash)]
pub(super) struct Core {
    pub now: Time,
    pub config: WorldConfig,
    pub queue: Queue,
    pub network: Network,
    pub topics: Map<Rc<str>, Topic>,
    pub logs: Vec<Log>,
    pub coordinator: Coordinator,
    pub coordinator_timer: Slot,
    /// The next look for segments that are to be deleted.
    pub retention_timer: Slot,
    /// The next look for logs that are to be compacted.
    pub cleaner_timer: Slot,
    pub groups: Vec<Group>,
    /// For each consumer, its name.
    pub consumers: Vec<Rc<str>>,
    /// For each consumer, the place of its group.
    pub member_of: Vec<u32>,
    /// For each consumer, its fetch.
    pub fetches: Vec<Fetch>,
    pub shares: Shares,
    pub transactions: Transactions,
    /// Whom the coordinator knows by which member id.
    pub members: Map<Rc<str>, Address>,
    /// For each consumer, the process that the coordinator removed last and when, unless it has joined again.
    pub removed: Vec<Option<(u32, Time)>>,
    /// Offsets that the coordinator stored or dropped.
    pub stored: u64,
    pub trace: Trace,
    /// For ids of topics and the like.
    pub ids: Rng,
    pub cluster_id: Uuid,
    pub restored_from: Option<crate::backup::Lineage>,
    /// What backups need of the past.
    pub past: Past,
}

impl Core {
    pub fn new(config: WorldConfig) -> Core {
        let root = Rng::new(config.seed);
        let member_ids = match config.member_ids.is_empty() {
            true => MemberIds::Random(root.fork("member ids")),
            false => MemberIds::Given { next: given(&config.member_ids), rng: root.fork("member ids") },
        };
        let mut queue = Queue::default();
        let coordinator_timer = queue.slot(Timer::Coordinator);
        let shares = Shares::new(queue.slot(Timer::Locks));
        let (retention_timer, cleaner_timer) = (queue.slot(Timer::Retention), queue.slot(Timer::Cleaner));
        let transactions = Transactions::new(queue.slot(Timer::Transactions));
        let mut ids = root.fork("ids");
        let cluster_id = Uuid(ids.uuid());
        let network = Network::new(config.latency, config.jitter, root.fork("network"));
        let mut core = Core {
            now: Time::ZERO,
            queue,
            network,
            topics: Map::new(),
            logs: Vec::new(),
            coordinator: Coordinator::new(config.coordinator.clone(), member_ids),
            coordinator_timer,
            retention_timer,
            cleaner_timer,
            groups: Vec::new(),
            consumers: Vec::new(),
            member_of: Vec::new(),
            fetches: Vec::new(),
            shares,
            transactions,
            members: Map::new(),
            removed: Vec::new(),
            stored: 0,
            trace: Trace::default(),
            ids,
            cluster_id,
            restored_from: None,
            past: Past::default(),
            config,
        };
        core.arm_coordinator();
        core
    }

    /// Writes down that something happened now.
    pub fn note(&mut self, what: Happening) {
        self.trace.push(self.now, what);
    }

    /// A process under its name.
    pub fn process(&self, address: Address) -> Process {
        Process { consumer: self.consumers[address.consumer as usize].clone(), number: address.process }
    }

    /// Sends a request; its token.
    pub fn send(&mut self, from: Address, call: Call) -> u64 {
        let token = self.network.token();
        let at = self.network.up(self.now, from.consumer);
        self.queue.post(at, Message::Call { from, token, call });
        token
    }

    /// Sends an answer.
    pub fn answer(&mut self, to: Address, token: u64, answer: Answer) {
        let at = self.network.down(self.now, to.consumer);
        self.queue.post(at, Message::Answer { to, token, answer });
    }

    /// Sets the coordinator's timer to its next deadline.
    pub fn arm_coordinator(&mut self) {
        match self.coordinator.next_deadline() {
            Some(at) => {
                if self.queue.due(self.coordinator_timer) != Some(at) {
                    self.queue.set(self.coordinator_timer, at);
                }
            }
            None => self.queue.clear(self.coordinator_timer),
        }
    }

    /// The group's place by its name.
    pub fn group_of(&self, name: &str) -> Option<u32> {
        self.groups.iter().position(|group| &*group.name == name).map(|place| place as u32)
    }

    /// The place of a group, which is made known if it was not.
    pub fn group_or_new(&mut self, name: &Rc<str>) -> u32 {
        self.group_of(name).unwrap_or_else(|| {
            self.groups.push(Group {
                name: name.clone(),
                settings: Settings::default(),
                progress: Vec::new(),
                rebalancing: None,
                generation: 0,
                messages: 0,
            });
            self.groups.len() as u32 - 1
        })
    }

    /// The name of the topic with this id, if it exists.
    pub fn topic_named(&self, id: Uuid) -> Option<&Rc<str>> {
        self.topics.iter().find(|(_, topic)| topic.id == id).map(|(name, _)| name)
    }

    /// The place of a partition's log.
    pub fn log_of(&self, topic: &str, partition: i32) -> Option<u32> {
        self.topics.get(topic)?.logs.get(usize::try_from(partition).ok()?).copied()
    }

    /// Whether the topic of one log is gone and that of the other has its name.
    pub fn is_made_anew(&self, old: u32, new: u32) -> bool {
        let (old, new) = (&self.logs[old as usize], &self.logs[new as usize]);
        !old.exists && new.exists && old.name == new.name
    }

    /// What a group did to a partition.
    pub fn progress(&mut self, group: u32, log: u32) -> &mut Progress {
        let all = &mut self.groups[group as usize].progress;
        while all.len() <= log as usize {
            let floor = self.logs[all.len()].data.log_start();
            all.push(Progress { floor, ..Progress::default() });
        }
        &mut all[log as usize]
    }

    /// A member of a group passes over what is no record for it.
    pub fn pass_holes(&mut self, group: u32, isolation: Isolation, of: &Chunk) {
        self.progress(group, of.log);
        let progress = &mut self.groups[group as usize].progress[of.log as usize];
        if of.count == 0 {
            // Also when the log has lost it meanwhile, and with it what was aborted.
            progress.pass(of.from, of.next);
            return;
        }
        let data = &self.logs[of.log as usize].data;
        data.for_each_hole(isolation, of.from, of.next, |from, to| progress.pass(from, to));
    }

    /// The same, to read; `None` when the group never touched it.
    pub fn progress_of(&self, group: u32, log: u32) -> Option<&Progress> {
        self.groups[group as usize].progress.get(log as usize)
    }
}

/// The ids of each client (or instance) in the order in which its processes received them.
fn given(ids: &Map<Rc<str>, Rc<str>>) -> Map<Rc<str>, VecDeque<Rc<str>>> {
    let mut sorted: Map<Rc<str>, Vec<((u32, u32), Rc<str>)>> = Map::new();
    for (name, id) in ids {
        let rest = name.rsplit_once('#').map_or("1", |(_, rest)| rest);
        let (process, nth) = rest.split_once('.').unwrap_or((rest, "1"));
        let order = (process.parse().unwrap_or(u32::MAX), nth.parse().unwrap_or(u32::MAX));
        // A hyphen and a UUID of 36 characters stand behind the client's id.
        let prefix = id.len().checked_sub(37).and_then(|end| id.get(..end)).unwrap_or(id);
        sorted.or_default(prefix.into()).push((order, id.clone()));
    }
    let in_order = |mut list: Vec<((u32, u32), Rc<str>)>| {
        small::sort(&mut list);
        list.into_iter().map(|(_, id)| id).collect()
    };
    sorted.into_iter().map(|(prefix, list)| (prefix, in_order(list))).collect()
}
