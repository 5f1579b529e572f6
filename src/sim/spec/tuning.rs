//! Settings of a consumer's requests that few people ever touch: how long it waits before it asks again, how much it
//! fetches and how long the broker may wait for that.

use crate::base::{Span, limit};

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tune {
    /// `retry.backoff.ms`.
    RetryBackoff,
    /// `retry.backoff.max.ms`.
    RetryBackoffMax,
    /// `reconnect.backoff.ms`.
    ReconnectBackoff,
    /// `default.api.timeout.ms`.
    ApiTimeout,
    /// `fetch.max.wait.ms`.
    FetchWait,
    /// `fetch.min.bytes`.
    FetchMin,
    /// `fetch.max.bytes`.
    FetchMax,
    /// `max.partition.fetch.bytes`.
    PartitionMax,
}

/// What there is to know of one.
#[derive(Clone, Copy, Debug)]
pub struct Tunable {
    /// Which one.
    pub of: Tune,
    /// The name that stories use, then Kafka's.
    pub names: [&'static str; 2],
    /// Whether it is bytes; else milliseconds.
    pub bytes: bool,
    /// Kafka's default, in Kafka's unit.
    pub default: u64,
    /// The least that is taken. Kafka takes nought everywhere; where it is more here, a client would ask without pause.
    pub least: u64,
    /// Whether Kafka's type is INT; else LONG.
    pub int: bool,
    /// Whether share consumers have it too.
    pub shared: bool,
    /// What `help` says of it.
    pub help: &'static str,
}

/// How many there are.
pub const COUNT: usize = 8;

/// All of them, in the order of [`Tune`].
pub const TUNABLES: [Tunable; COUNT] = [
    ms(Tune::RetryBackoff, ["retry-backoff", "retry.backoff.ms"], 100, 1, "default 100ms"),
    ms(Tune::RetryBackoffMax, ["retry-backoff-max", "retry.backoff.max.ms"], 1000, 1, "default 1s"),
    ms(Tune::ReconnectBackoff, ["reconnect-backoff", "reconnect.backoff.ms"], 50, 0, "default 50ms"),
    Tunable {
        int: true,
        shared: false,
        ..ms(
            Tune::ApiTimeout,
            ["api-timeout", "default.api.timeout.ms"],
            60_000,
            0,
            "of commitSync(), default 1m",
        )
    },
    Tunable {
        int: true,
        ..ms(
            Tune::FetchWait,
            ["fetch-wait", "fetch.max.wait.ms"],
            500,
            1,
            "how long the broker waits for records, default 500ms",
        )
    },
    bytes(Tune::FetchMin, ["fetch-min", "fetch.min.bytes"], 1, 1, "for how much it waits, default 1B"),
    bytes(
        Tune::FetchMax,
        ["fetch-max", "fetch.max.bytes"],
        52_428_800,
        0,
        "of an answer, one batch at least, default 50MiB",
    ),
    bytes(
        Tune::PartitionMax,
        ["fetch-partition", "max.partition.fetch.bytes"],
        1_048_576,
        0,
        "of a partition in it, default 1MiB",
    ),
];

const fn ms(of: Tune, names: [&'static str; 2], default: u64, least: u64, help: &'static str) -> Tunable {
    Tunable { of, names, bytes: false, default, least, int: false, shared: true, help }
}

const fn bytes(of: Tune, names: [&'static str; 2], default: u64, least: u64, help: &'static str) -> Tunable {
    Tunable { of, names, bytes: true, default, least, int: true, shared: false, help }
}

impl Tunable {
    /// A value in Kafka's unit, from Kafka's text.
    ///
    /// # Errors
    /// Kafka's sentence when it takes no such value; ours when only the lab does not.
    pub fn checked(&self, value: &str) -> Result<u64, String> {
        let most = if self.bytes { i32::MAX as u64 } else { limit::RUN_MAX.ms().min(i32::MAX as u64) };
        let name = self.names[1];
        let refused = |why: &str| Err(format!("Invalid value {value} for configuration {name}: {why}"));
        match value.parse::<i64>() {
            Ok(number) if number < 0 => refused("Value must be at least 0"),
            Ok(number) if number as u64 > i32::MAX as u64 && self.int => refused("Not a number of type INT"),
            Ok(number) if number as u64 > most => Err(format!("at most {most}")),
            Ok(0) if self.least > 0 => {
                Err(format!("{name} from {} on: with 0 it would ask without pause", self.least))
            }
            Ok(number) => Ok(number as u64),
            Err(_) => {
                refused(if self.int { "Not a number of type INT" } else { "Not a number of type LONG" })
            }
        }
    }
}

/// What is set of them, in Kafka's units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tuning([Option<u64>; COUNT]);

impl Tuning {
    /// What is set.
    pub fn get(&self, of: Tune) -> Option<u64> {
        self.0[of as usize]
    }

    /// Sets one, or takes it back.
    pub fn set(&mut self, of: Tune, value: Option<u64>) {
        self.0[of as usize] = value;
    }

    /// Those of `self` and `other`, pair by pair.
    pub fn zip(&self, other: &Tuning, with: fn(Option<u64>, Option<u64>) -> Option<u64>) -> Tuning {
        let mut all = Tuning::default();
        for at in 0..COUNT {
            all.0[at] = with(self.0[at], other.0[at]);
        }
        all
    }

    /// Kafka's defaults.
    pub fn defaults() -> Tuning {
        Tuning(TUNABLES.map(|of| Some(of.default)))
    }

    /// What holds of one.
    pub fn of(&self, of: Tune) -> u64 {
        self.get(of).unwrap_or(TUNABLES[of as usize].default)
    }

    /// What holds of one that is a time.
    pub fn span(&self, of: Tune) -> Span {
        Span::from_ms(self.of(of))
    }

    /// Those that are set, in order.
    pub fn given(&self) -> impl Iterator<Item = (&'static Tunable, u64)> {
        const ALL: &[Tunable; COUNT] = &TUNABLES;
        ALL.iter().filter_map(|of| Some((of, self.get(of.of)?)))
    }

    /// The first wait before a request is made again: a longest wait below it is the first one.
    pub(in crate::sim) fn retry(&self) -> Span {
        self.span(Tune::RetryBackoff).min(self.span(Tune::RetryBackoffMax))
    }
}
