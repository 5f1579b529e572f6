//! Producers: record `i` is sent at `i / rate`, `linger.ms=0`, `acks=all`, by Kafka's own partitioner.
//!
//! The timer of a producer is the arrival of its next record at the broker, so a record costs one event. A producer
//! looks at the topic's metadata again once a second (`metadata.max.age.ms=1000`). At its first record the metadata is
//! already half a second old, as that of a real producer, which connects before it sends.
//!
//! While its topic is missing a producer stands in `send()`, which waits for metadata (`max.block.ms`, and then tries
//! again). Once there is a topic of that name it goes on with its next record, at its rate from then on.
//!
//! Idempotence and transactions, which a producer has when it is told to, are in [`transaction`].

mod transaction;

pub(super) use transaction::Numbered;

use super::core::Core;
use super::given::Given;
use super::queue::Slot;
use super::trace::Happening;
use super::upkeep::ON_THE_WAY_MS;
use crate::base::{Rng, Span, Time};
use crate::log::batch::Timestamps;
use crate::log::{Recipe, Record, Sticky, partitioner};
use std::hash::Hash;
use std::rc::Rc;

/// `metadata.max.age.ms` of a producer.
const METADATA_MAX_AGE: Span = Span::from_ms(1000);
/// How old its metadata is when a producer sends its first record.
const METADATA_AGE_FIRST: Span = Span::from_ms(550);
/// Keys whose partitions are looked up rather than computed.
const TABLE_MAX: u64 = 1 << 16;

/// What a producer sends.
#[derive(Clone, Debug, Hash)]
pub(super) enum Source {
    /// Records made up from a recipe.
    Made(Rc<Recipe>),
    /// Records that came from outside.
    Given(Box<Given>),
}

/// Which partition a record goes to, as a producer knows the topic.
#[derive(Clone, Debug, Hash)]
pub(super) struct Router {
    topic: Rc<str>,
    /// The topic's logs as of the last look.
    logs: Vec<u32>,
    /// When it looks again.
    look: Time,
    /// For each key of a recipe, its partition; empty when there are too many.
    table: Vec<u32>,
    sticky: Sticky,
    rng: Rng,
}

/// A producer.
#[derive(Clone, Debug, Hash)]
pub(super) struct Producer {
    pub name: Rc<str>,
    pub topic: Rc<str>,
    pub rate_milli: u64,
    source: Source,
    started: Time,
    /// The number of the next record.
    index: u64,
    /// How many it sends; `None` for no end.
    count: Option<u64>,
    router: Router,
    slot: Slot,
    arrival: Time,
    pub stopped: bool,
    /// Its topic is missing.
    waits: bool,
    /// With idempotence: its id, its epoch, its transactions.
    pub numbered: Option<Box<Numbered>>,
}

impl Router {
    pub fn new(topic: Rc<str>, rng: Rng) -> Router {
        Router {
            topic,
            logs: Vec::new(),
            look: Time::ZERO,
            table: Vec::new(),
            sticky: Sticky::default(),
            rng,
        }
    }

    /// Looks at the topic's metadata; `false` when it is gone.
    fn look(&mut self, core: &Core, now: Time, recipe: Option<&Recipe>) -> bool {
        let Some(topic) = core.topics.get(&self.topic) else { return false };
        self.look = match self.logs.is_empty() {
            true => now + (METADATA_MAX_AGE - METADATA_AGE_FIRST),
            false => self.look + METADATA_MAX_AGE * (now.since(self.look).us() / METADATA_MAX_AGE.us() + 1),
        };
        if self.logs == topic.logs {
            return true;
        }
        self.logs = topic.logs.clone();
        self.table.clear();
        if let Some(recipe) = recipe
            && let Some(keys) = recipe.keys.filter(|keys| *keys <= TABLE_MAX)
        {
            let partitions = self.logs.len() as i32;
            let of = |i| recipe.key(i).map_or(0, |key| partitioner::keyed(&key, partitions) as u32);
            self.table = (0..keys).map(of).collect();
        }
        true
    }

    /// The log of record `index` of a recipe; `None` when the topic is gone.
    pub fn route_made(&mut self, core: &Core, now: Time, recipe: &Recipe, index: u64) -> Option<u32> {
        if self.stale(core, now) && !self.look(core, now, Some(recipe)) {
            return None;
        }
        let partitions = self.logs.len() as i32;
        let partition = match recipe.keys {
            Some(keys) if !self.table.is_empty() => self.table[(index % keys) as usize] as i32,
            Some(_) => recipe.key(index).map_or(0, |key| partitioner::keyed(&key, partitions)),
            None => self.sticky.next(partitions, recipe.batch_bytes(index), &mut self.rng),
        };
        Some(self.logs[partition as usize])
    }

    /// The log of a record that came from outside; `None` when the topic is gone.
    pub fn route_given(&mut self, core: &Core, now: Time, record: &Record) -> Option<u32> {
        if self.stale(core, now) && !self.look(core, now, None) {
            return None;
        }
        let partitions = self.logs.len() as i32;
        let partition = match &record.key {
            Some(key) => partitioner::keyed(key, partitions),
            None => self.sticky.next(partitions, record.payload_bytes() as u32 + 70, &mut self.rng),
        };
        Some(self.logs[partition as usize])
    }

    fn stale(&self, core: &Core, now: Time) -> bool {
        match self.logs.first() {
            Some(log) => now >= self.look || !core.logs[*log as usize].exists,
            None => true,
        }
    }
}

impl Producer {
    /// A producer that starts now.
    pub fn start(core: &mut Core, slot: Slot, name: Rc<str>, topic: Rc<str>, sends: Sends) -> Producer {
        let rng = Rng::new(core.config.seed).fork(&format!("producer {name}"));
        let router = Router::new(topic.clone(), rng);
        let mut producer = Producer {
            name,
            topic,
            rate_milli: sends.rate_milli,
            source: sends.source,
            started: core.now,
            index: 0,
            count: sends.count,
            router,
            slot,
            arrival: core.now,
            stopped: false,
            waits: false,
            numbered: sends.numbered.map(Box::new),
        };
        producer.initialise(core);
        producer
    }

    /// When record `index` is due at its rate.
    fn due(&self, index: u64) -> Time {
        self.started + Span::from_us(index.saturating_mul(1_000_000_000) / self.rate_milli)
    }

    /// When record `index` is sent.
    fn sent(&self, index: u64) -> Time {
        self.due(index).max(self.numbered.as_ref().map_or(Time::ZERO, |of| of.free))
    }

    /// Whether it has sent all that it has.
    fn is_done(&self) -> bool {
        self.count.is_some_and(|count| self.index >= count)
    }

    /// Sets the timer to the arrival of the next record.
    fn arm(&mut self, core: &mut Core) {
        if self.is_done() {
            return self.stop(core);
        }
        let at = self.sent(self.index) + core.network.delay();
        self.set(core, at);
    }

    /// Sets the timer; nothing overtakes what was sent before.
    fn set(&mut self, core: &mut Core, at: Time) {
        self.arrival = at.max(self.arrival);
        core.queue.set(self.slot, self.arrival);
    }

    /// What it sent last has reached the broker.
    pub fn arrive(&mut self, core: &mut Core) {
        if self.numbered.is_some() && self.other_arrived(core) {
            return;
        }
        let sent = self.sent(self.index);
        let mut refused = None;
        let log = match &mut self.source {
            Source::Made(recipe) => {
                let log = self.router.route_made(core, sent, recipe, self.index);
                let (ms, record) = (sent.timestamp_ms(), (&*recipe, self.index));
                match (log, self.numbered.as_ref()) {
                    (Some(log), Some(of)) => refused = of.append(core, log, ms, record).err(),
                    (Some(log), None) => core.append_made(log, ms, recipe, self.index),
                    (None, _) => {}
                }
                log
            }
            Source::Given(given) => {
                let mut record = given.take().expect("the count says that there is one");
                record.stamp(sent);
                let log = self.router.route_given(core, sent, &record);
                log.inspect(|log| core.append_given(*log, &[record]))
            }
        };
        if log.is_none() {
            return self.wait(core);
        }
        self.index += 1;
        self.after_record(core, sent, refused);
    }

    /// Whether it has records without keys to send.
    pub fn lacks_keys(&self) -> bool {
        !self.stopped
            && match &self.source {
                Source::Made(recipe) => recipe.keys.is_none(),
                Source::Given(given) => given.lacks_keys(),
            }
    }

    /// Whether it sends now.
    pub fn sends(&self) -> bool {
        !self.stopped && !self.waits
    }

    /// Its topic is gone.
    pub fn wait(&mut self, core: &mut Core) {
        self.waits = true;
        core.queue.clear(self.slot);
    }

    /// If it waited for this topic it goes on: its next record is sent now.
    pub fn go_on(&mut self, core: &mut Core, topic: &str) {
        if self.stopped || &*self.topic != topic || !std::mem::take(&mut self.waits) {
            return;
        }
        self.started += core.now.since(self.due(self.index));
        match &self.numbered {
            Some(of) if of.identity.is_none() => self.initialise(core),
            _ => self.arm(core),
        }
    }

    /// It sends no more.
    fn stop(&mut self, core: &mut Core) {
        self.stopped = true;
        core.queue.clear(self.slot);
    }

    /// It closes: an open transaction is aborted.
    pub fn close(&mut self, core: &mut Core) {
        self.stop(core);
        self.abort_open(core);
    }

    /// It dies: what is on its way is lost, and nobody is told.
    pub fn kill(&mut self, core: &mut Core) {
        self.stop(core);
        core.note(Happening::ProducerKilled(self.name.clone()));
    }

    /// A new process goes on with the next record, at its rate from now on.
    pub fn start_again(&mut self, core: &mut Core) {
        (self.stopped, self.arrival) = (false, core.now);
        self.started += core.now.since(self.due(self.index));
        core.note(Happening::ProducerStarted(self.name.clone()));
        self.numbered.iter_mut().for_each(|of| of.identity = None);
        self.waits = !core.topics.contains_key(&self.topic);
        if !self.waits {
            self.initialise(core);
        }
    }
}

/// What a producer sends, and how fast.
pub(super) struct Sends {
    pub source: Source,
    pub rate_milli: u64,
    pub count: Option<u64>,
    pub numbered: Option<Numbered>,
}

impl Record {
    /// A record without a timestamp gets the time at which it is written.
    pub(super) fn stamp(&mut self, now: Time) {
        if self.timestamp_ms == -1 {
            self.timestamp_ms = now.timestamp_ms();
        }
    }
}

impl Core {
    /// Records from outside are appended with their own timestamps; the fetches that wait for them are answered.
    pub fn append_given(&mut self, log: u32, records: &[Record]) {
        let data = &mut self.logs[log as usize].data;
        let now_ms = self.now.timestamp_ms();
        let stamps = if data.policy().append_time { Timestamps::Append(now_ms) } else { Timestamps::Create };
        data.append_records(stamps, records);
        if records.iter().any(|record| record.timestamp_ms < now_ms - ON_THE_WAY_MS) {
            self.arm_retention(log);
        }
        self.appended(log);
    }
}
