//! Records: at once, from producers, from files.

use super::named;
use crate::base::Rng;
use crate::log::record::RECORD_BYTES_MAX;
use crate::log::{Partition, Recipe, Record};
use crate::sim::given::Given;
use crate::sim::producer::{Producer, Router, Sends, Source};
use crate::sim::queue::Timer;
use crate::sim::spec::{Pace, ProduceSpec, ProducerSpec, SegmentSpec};
use crate::sim::trace::Happening;
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
                self.start_producer(label.into(), name, Sends { source, rate_milli, count: Some(count) })?;
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
        let sends =
            Sends { source: Source::Made(Rc::new(recipe)), rate_milli: spec.rate_milli, count: Some(count) };
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

    /// Stops a producer for good.
    ///
    /// # Errors
    /// No producer of that name sends.
    pub fn stop_producer(&mut self, name: &str) -> Result<(), Refusal> {
        let sends = |producer: &&mut Producer| &*producer.name == name && !producer.stopped;
        let producer =
            self.producers.iter_mut().find(sends).ok_or_else(|| Refusal::NoProducer(name.into()))?;
        producer.stop(&mut self.core);
        Ok(())
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
        _ => Ok(log.delete_before(start)),
    }
}
