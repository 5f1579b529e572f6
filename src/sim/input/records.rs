//! Records: at once, from producers, from files.

use super::named;
use crate::base::Rng;
use crate::log::record::RECORD_BYTES_MAX;
use crate::log::{Partition, Recipe, Record};
use crate::sim::given::Given;
use crate::sim::producer::{Numbered, Producer, Router, Sends, Source};
use crate::sim::queue::Timer;
use crate::sim::spec::{Pace, ProduceSpec, ProducerSpec, SegmentSpec, TransactionLength};
use crate::sim::trace::Happening;
use crate::sim::transactions::TIMEOUT_MAX;
use crate::sim::{Refusal, World};
use std::rc::Rc;

/// Records written by one input.
pub const AT_ONCE_MAX: u64 = 10_000_000;
/// Producers of a world.
pub const PRODUCERS_MAX: u64 = 10_000;
/// Records a second of one producer.
pub const RATE_MAX: u64 = 1_000_000;
/// Records of one producer: their numbers have 32 bits in the log.
const RECORDS_MAX: u64 = 1 << 32;

impl World {
    /// Writes records at once, each with the present as its timestamp.
    ///
    /// # Errors
    /// No such topic; more records, larger values or fewer keys than may be.
    pub fn produce(&mut self, spec: ProduceSpec) -> Result<(), Refusal> {
        self.can_write(&spec.topic, spec.keys, spec.value_bytes)?;
        if spec.count > AT_ONCE_MAX {
            return Err(Refusal::TooMany("records at once", AT_ONCE_MAX));
        }
        let name = format!("produce {}", self.core.trace.len());
        let seed = self.core.config.seed;
        let rng = Rng::new(seed).fork(&name);
        let mut router = Router::new(spec.topic.clone(), rng);
        let recipe =
            Rc::new(Recipe { producer: name.into(), seed, keys: spec.keys, value_bytes: spec.value_bytes });
        let now = self.core.now;
        for index in 0..spec.count {
            let log = router.route_made(&self.core, now, &recipe, index).expect("the topic exists");
            self.core.append_made(log, now.timestamp_ms(), &recipe, index);
        }
        self.core.note(Happening::Produced(spec.topic, spec.count));
        Ok(())
    }

    /// Writes given records to a topic, partitioned as a producer does it: all at once, or so many a second from now on.
    /// A record whose timestamp is −1 (Kafka's `NO_TIMESTAMP`) gets the time at which it is written.
    ///
    /// # Errors
    /// No such topic, a record over 1 MiB, a rate of nothing.
    pub fn load(&mut self, topic: &str, records: Given, pace: Pace) -> Result<(), Refusal> {
        let (name, of) =
            self.core.topics.get_key_value(topic).ok_or_else(|| Refusal::NoTopic(topic.into()))?;
        let name = name.clone();
        if of.policy.compact && records.lacks_keys() {
            return Err(Refusal::Keyless(name, None));
        }
        if let Some(at) = records.too_large() {
            return Err(Refusal::BadRecord(at, "it is over 1 MiB".into()));
        }
        let count = records.count();
        match pace {
            Pace::AtOnce => self.load_at_once(&name, records),
            Pace::Rate(rate_milli) => {
                rate_fits(rate_milli)?;
                let source = Source::Given(Box::new(records));
                let label = format!("load {}", self.producers.len());
                let label = label.into();
                self.start_producer(
                    label,
                    name,
                    Sends { source, rate_milli, count: Some(count), numbered: None },
                )?;
            }
        }
        Ok(())
    }

    /// Puts a broker's segment behind what a partition holds: its batches as they are, with their offsets. A partition
    /// that never held anything begins where the segment begins.
    ///
    /// # Errors
    /// No such topic or partition; a batch that is not sound, or whose offsets the log has passed already; a start
    /// beyond the end, or of a log that held something.
    pub fn adopt_segment(&mut self, spec: SegmentSpec) -> Result<(), Refusal> {
        let (name, log) = self.partition_of(&spec.topic, spec.partition)?;
        let data = &mut self.core.logs[log as usize].data;
        let (before, new) = (data.record_count(), data.is_new());
        data.adopt(spec.bytes, spec.base).map_err(|error| Refusal::BadSegment(error.to_string().into()))?;
        let count = data.record_count() - before;
        let newest = data.producers().iter().map(|of| of.producer_id).max();
        self.core.transactions.ids_from(newest.map_or(0, |newest| newest.saturating_add(1)));
        if let Some(start) = spec.start {
            start_at(data, start, new)?;
        }
        self.core.appended(log);
        self.core.arm_retention(log);
        self.core.note(Happening::Produced(name, count));
        Ok(())
    }

    /// A topic's name, and the place of one of its logs.
    pub(super) fn partition_of(&self, topic: &str, partition: i32) -> Result<(Rc<str>, u32), Refusal> {
        let (name, of) =
            self.core.topics.get_key_value(topic).ok_or_else(|| Refusal::NoTopic(topic.into()))?;
        let log = usize::try_from(partition).ok().and_then(|at| of.logs.get(at)).copied();
        let missing = || {
            let has = of.logs.len();
            Refusal::BadSetting("partition", format!("{name} has {has}, numbered from 0").into())
        };
        Ok((name.clone(), log.ok_or_else(missing)?))
    }

    fn load_at_once(&mut self, topic: &Rc<str>, mut records: Given) {
        let rng = Rng::new(self.core.config.seed).fork(&format!("load {}", self.core.trace.len()));
        let mut router = Router::new(topic.clone(), rng);
        let logs = self.core.topics[topic].logs.clone();
        let mut parts: Vec<Vec<Record>> = vec![Vec::new(); logs.len()];
        let (now, count) = (self.core.now, records.count());
        while let Some(mut record) = records.take() {
            record.stamp(now);
            let log = router.route_given(&self.core, now, &record).expect("the topic exists");
            let part = logs.iter().position(|of| *of == log).expect("it is one of the topic's logs");
            parts[part].push(record);
        }
        for (log, part) in logs.into_iter().zip(parts) {
            if !part.is_empty() {
                self.core.append_given(log, &part);
            }
        }
        self.core.note(Happening::Produced(topic.clone(), count));
    }

    /// Starts a producer now.
    ///
    /// # Errors
    /// A name that is taken or not allowed, no such topic, a rate, keys or a size that may not be.
    pub fn add_producer(&mut self, spec: ProducerSpec) -> Result<(), Refusal> {
        named("producer", &spec.name)?;
        if self.producers.iter().any(|producer| producer.name == spec.name && !producer.stopped) {
            return Err(Refusal::ProducerExists(spec.name));
        }
        self.can_write(&spec.topic, spec.keys, spec.value_bytes)?;
        rate_fits(spec.rate_milli)?;
        transactions_fit(&spec)?;
        let recipe = Recipe {
            producer: spec.name.clone(),
            seed: self.core.config.seed,
            keys: spec.keys,
            value_bytes: spec.value_bytes,
        };
        let times = |span: crate::base::Span| u128::from(span.us()) * u128::from(spec.rate_milli);
        let count = spec.until.map_or(RECORDS_MAX, |until| {
            u64::try_from(times(until).div_ceil(1_000_000_000)).unwrap_or(RECORDS_MAX).min(RECORDS_MAX)
        });
        let numbered = spec.idempotence || spec.transactions.is_some();
        let numbered = numbered.then(|| Numbered::new(&self.core, &spec.name, spec.transactions));
        let source = Source::Made(Rc::new(recipe));
        let sends = Sends { source, rate_milli: spec.rate_milli, count: Some(count), numbered };
        self.start_producer(spec.name, spec.topic, sends)
    }

    fn start_producer(&mut self, name: Rc<str>, topic: Rc<str>, sends: Sends) -> Result<(), Refusal> {
        if self.producers.len() as u64 >= PRODUCERS_MAX {
            return Err(Refusal::TooMany("producers", PRODUCERS_MAX));
        }
        let slot = self.core.queue.slot(Timer::Producer(self.producers.len() as u32));
        let producer = Producer::start(&mut self.core, slot, name, topic, sends);
        self.producers.push(producer);
        Ok(())
    }

    /// Closes a producer: it sends no more, and an open transaction is aborted.
    ///
    /// # Errors
    /// No producer of that name sends.
    pub fn stop_producer(&mut self, name: &str) -> Result<(), Refusal> {
        let at = self.sending(name)?;
        self.producers[at].close(&mut self.core);
        Ok(())
    }

    /// Lets a producer die without a goodbye: an open transaction stays open until it is timed out, or until a new process
    /// has its transactional id.
    ///
    /// # Errors
    /// No producer of that name sends.
    pub fn kill_producer(&mut self, name: &str) -> Result<(), Refusal> {
        let at = self.sending(name)?;
        self.producers[at].kill(&mut self.core);
        Ok(())
    }

    /// Starts a new process of a producer that has ended: it goes on with its next record.
    ///
    /// # Errors
    /// No producer of that name, it runs.
    pub fn start_producer_again(&mut self, name: &str) -> Result<(), Refusal> {
        let found = self.producers.iter().rposition(|producer| &*producer.name == name);
        let at = found.ok_or_else(|| Refusal::NoProducer(name.into()))?;
        if !self.producers[at].stopped {
            return Err(Refusal::ProducerExists(name.into()));
        }
        self.producers[at].start_again(&mut self.core);
        Ok(())
    }

    /// Whether this is the name of a producer, and of no consumer.
    pub fn is_producer(&self, name: &str) -> bool {
        self.consumer_of(name).is_err() && self.producers.iter().any(|producer| &*producer.name == name)
    }

    /// The place of a producer that has not ended.
    fn sending(&self, name: &str) -> Result<usize, Refusal> {
        let sends = |producer: &Producer| &*producer.name == name && !producer.stopped;
        self.producers.iter().position(sends).ok_or_else(|| Refusal::NoProducer(name.into()))
    }

    fn can_write(&self, topic: &Rc<str>, keys: Option<u64>, value_bytes: u32) -> Result<(), Refusal> {
        let of = self.core.topics.get(topic).ok_or_else(|| Refusal::NoTopic(topic.clone()))?;
        if of.policy.compact && keys.is_none() {
            return Err(Refusal::Keyless(topic.clone(), None));
        }
        if keys == Some(0) {
            return Err(Refusal::BadSetting("keys", "there is at least one key, or none is said".into()));
        }
        if value_bytes > RECORD_BYTES_MAX - 32 {
            return Err(Refusal::BadSetting("value", "a record has at most 1 MiB".into()));
        }
        Ok(())
    }
}

/// Whether `ProducerConfig` and the coordinator take these settings together.
fn transactions_fit(spec: &ProducerSpec) -> Result<(), Refusal> {
    let Some(of) = &spec.transactions else { return Ok(()) };
    let wrong = |name, reason: &str| Err(Refusal::BadSetting(name, reason.into()));
    match of.length {
        _ if !spec.idempotence => wrong("enable.idempotence", "a transactional.id needs idempotence"),
        _ if of.id.is_empty() => wrong("transactional.id", "it has one character at least"),
        _ if of.timeout.is_zero() => wrong("transaction.timeout.ms", "1 ms at least"),
        _ if of.timeout > TIMEOUT_MAX => {
            wrong("transaction.timeout.ms", "at most the broker's transaction.max.timeout.ms, 900000")
        }
        TransactionLength::Records(0) => wrong("transaction", "a transaction has one record at least"),
        TransactionLength::Time(span) if span.is_zero() => wrong("transaction", "it takes some time"),
        _ => Ok(()),
    }
}

fn rate_fits(rate_milli: u64) -> Result<(), Refusal> {
    if (1..=RATE_MAX * 1000).contains(&rate_milli) {
        return Ok(());
    }
    Err(Refusal::BadSetting("rate", format!("from 0.001/s to {RATE_MAX}/s").into()))
}

/// Moves the start of a log that was just adopted.
fn start_at(log: &mut Partition, start: i64, new: bool) -> Result<(), Refusal> {
    let refused = |reason: String| Err(Refusal::BadSetting("start", reason.into()));
    match (log.log_start(), log.end()) {
        _ if !new => refused("the partition held records before, and its log starts where it starts".into()),
        (first, end) if start < first || start > end => {
            refused(format!("offset {start} is not within the segment's {first} to {end}"))
        }
        _ => {
            log.delete_before(start);
            Ok(())
        }
    }
}
