//! The world: what holds everything, and how time goes on in it.

use super::client::{Consumer, Life};
use super::core::Core;
use super::fetch::Phase;
use super::network::Message;
use super::producer::Producer;
use super::queue::{Due, Timer};
use super::spec::WorldConfig;
use super::trace::{Sample, Samples, SeriesOf, Trace};
use crate::base::{StateHasher, Time, limit};
use std::hash::{Hash, Hasher};

/// A cluster of one broker with everything that talks to it. Cheap to clone: what is old is shared.
#[derive(Clone)]
pub struct World {
    pub(super) core: Core,
    pub(super) consumers: Vec<Consumer>,
    pub(super) producers: Vec<Producer>,
    samples: Samples,
}

impl World {
    /// An empty world at time 0.
    pub fn new(config: WorldConfig) -> World {
        let core = Core::new(config);
        World { core, consumers: Vec::new(), producers: Vec::new(), samples: Samples::default() }
    }

    /// Its settings.
    pub fn config(&self) -> &WorldConfig {
        &self.core.config
    }

    /// The present: all events up to and including this moment have happened, unless [`World::step`] stopped between
    /// two of them.
    pub fn now(&self) -> Time {
        self.core.now
    }

    /// When the next event is due; `None` when nothing will ever happen by itself.
    pub fn next_event_at(&self) -> Option<Time> {
        self.core.queue.next_at()
    }

    /// Lets everything happen that is due up to and including `time`, and makes it the present. Nothing happens for an
    /// earlier time, and a run ends at [`limit::RUN_MAX`].
    pub fn advance_to(&mut self, time: Time) {
        let time = time.min(Time::ZERO + limit::RUN_MAX);
        while self.core.queue.next_at().is_some_and(|at| at <= time) {
            self.step();
        }
        self.remember(time);
        self.core.now = self.core.now.max(time);
        while self.samples.next() <= self.core.now {
            self.sample();
        }
    }

    /// Lets the next event happen; its time, which is the present afterwards. `None` when there is none.
    pub fn step(&mut self) -> Option<Time> {
        let (at, due) = self.core.queue.pop()?;
        while self.samples.next() < at {
            self.sample();
        }
        debug_assert!(at >= self.core.now, "time never goes back");
        self.remember(at);
        self.core.now = at;
        match due {
            Due::Timer(timer) => self.timer(timer),
            Due::Message(message) => self.message(message),
        }
        Some(at)
    }

    fn timer(&mut self, timer: Timer) {
        match timer {
            Timer::Coordinator => self.core.fire_coordinator(),
            Timer::Locks => self.core.end_locks(),
            Timer::Retention => self.retain(),
            Timer::Cleaner => self.compact(),
            Timer::Transactions => self.core.abort_timed_out(),
            Timer::Producer(place) => self.producers[place as usize].arrive(&mut self.core),
            Timer::App(id) | Timer::Beat(id) => {
                self.consumers[id as usize].wake(&mut self.core, timer);
                self.start_again(id);
            }
            Timer::Fetch(id) if self.core.hold_fetch(id) => {}
            Timer::Fetch(id) => match self.core.fetches[id as usize].phase {
                Phase::Idle => unreachable!("a fetch that is none has no timer"),
                Phase::ToBroker => self.core.fetch_arrived(id),
                Phase::Parked => self.core.fetch_waited(id),
                Phase::ToClient => {
                    self.consumers[id as usize].fetched(&mut self.core);
                    self.start_again(id);
                }
            },
        }
    }

    fn message(&mut self, message: Message) {
        let Some(message) = self.core.network.hold(message) else { return };
        match message {
            Message::Call { from, token, call } => self.core.called(from, token, call),
            Message::Answer { to, token, answer } => {
                let consumer = &mut self.consumers[to.consumer as usize];
                // What comes for a process that is no more goes nowhere: its sockets are closed.
                if consumer.process == to.process && consumer.exists() {
                    consumer.receive(&mut self.core, token, answer);
                    self.start_again(to.consumer);
                }
            }
        }
    }

    /// A consumer that closed in order to start again does so.
    pub(super) fn start_again(&mut self, id: u32) {
        let consumer = &mut self.consumers[id as usize];
        if consumer.again && consumer.life == Life::Closed {
            consumer.start(&mut self.core);
        }
    }

    /// Writes down where the logs ended at the points before `at`: nothing more happens at those.
    fn remember(&mut self, at: Time) {
        while self.core.past.next() < at {
            let ends = self.core.logs.iter().map(|log| log.data.end());
            self.core.past.point(ends);
        }
    }

    /// Takes the sample that is due.
    fn sample(&mut self) {
        let mut said = vec![None; self.core.groups.len()];
        let mut unread = Vec::with_capacity(self.samples.columns().len());
        for at in 0..self.samples.columns().len() {
            unread.push(self.lag(self.samples.columns()[at], &mut said));
        }
        for (group, of) in self.core.groups.iter().enumerate() {
            for (log, progress) in of.progress.iter().enumerate() {
                let series = SeriesOf { group: group as u32, log: log as u32 };
                let touched = progress.position.is_some() || progress.committed.is_some();
                if touched && self.samples.column(series).is_none() {
                    self.samples.add_column(series);
                    unread.push(self.lag(series, &mut said));
                }
            }
        }
        self.samples.push(Sample { said: said.into(), unread: unread.into() });
    }

    /// Unread records of a group's partition; adds what monitors say to the group's `said`.
    fn lag(&self, of: SeriesOf, said: &mut [Option<i64>]) -> i64 {
        let log = &self.core.logs[of.log as usize];
        let Some(progress) = self.core.progress_of(of.group, of.log).filter(|_| log.exists) else { return 0 };
        if let Some(committed) = progress.committed {
            let said = &mut said[of.group as usize];
            *said = Some(said.unwrap_or(0) + (log.data.end() - committed).max(0));
        }
        match self.core.shares.partitions.get(&(of.group, of.log)) {
            Some(share) => share.unread(log.data.end()),
            None => log.unread(progress),
        }
    }

    /// The state hash: over everything that decides what happens next, and over the trace.
    pub fn hash(&self) -> u64 {
        let mut hasher = StateHasher::new();
        (&self.core, &self.consumers, &self.producers).hash(&mut hasher);
        hasher.finish()
    }

    /// What happened so far.
    pub fn trace(&self) -> &Trace {
        &self.core.trace
    }

    /// Lag over time.
    pub fn samples(&self) -> &Samples {
        &self.samples
    }
}
