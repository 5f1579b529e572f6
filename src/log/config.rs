//! A topic's configuration: those of Kafka's names that a log here obeys, with Kafka's defaults and bounds.
//!
//! What is set is kept as Kafka keeps it, a text under Kafka's name, so that it goes into backups and out of them as it
//! is. [`Policy`] is the same to compute with.
//!
//! Source: `LogConfig` of Apache Kafka 4.3.1.

use super::segment::SEGMENT_BYTES;
use crate::base::Map;
use std::rc::Rc;

/// What is set of a topic: Kafka's names and values as text.
pub type Configs = Map<Rc<str>, Rc<str>>;

/// A configuration of topics.
#[derive(Debug)]
pub struct Config {
    /// Kafka's name.
    pub name: &'static str,
    /// The name that stories use.
    pub short: &'static str,
    /// What its value can be.
    pub kind: Kind,
    /// Kafka's default.
    pub default: &'static str,
    /// The value that means "without bound", if there is one.
    pub unbounded: Option<&'static str>,
    /// What `help` says of it.
    pub help: &'static str,
}

/// What the value of a configuration can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Milliseconds, from a least number on.
    Ms(i64),
    /// Bytes, from a least number to a largest.
    Bytes(i64, i64),
    /// A number from 0 to 1.
    Ratio,
    /// `delete`, `compact`, both between commas, or nothing.
    Cleanup,
    /// `CreateTime` or `LogAppendTime`.
    Stamps,
}

const INT: i64 = i32::MAX as i64;
const LONG_MAX: &str = "9223372036854775807";
/// Seven days, in milliseconds.
const WEEK: &str = "604800000";

/// All of them, in the order in which help lists them.
pub static CONFIGS: [Config; 13] = [
    config(
        "cleanup.policy",
        "cleanup",
        Kind::Cleanup,
        "delete",
        None,
        "delete, compact, compact,delete or none",
    ),
    config("retention.ms", "retention", Kind::Ms(-1), WEEK, Some("-1"), "how old a segment may become"),
    config(
        "retention.bytes",
        "retention-size",
        Kind::Bytes(i64::MIN, i64::MAX),
        "-1",
        Some("-1"),
        "how large a partition may become",
    ),
    config(
        "segment.bytes",
        "segment",
        Kind::Bytes(1 << 20, INT),
        "1073741824",
        None,
        "a full segment is closed, and a new one begun",
    ),
    config(
        "segment.ms",
        "segment-time",
        Kind::Ms(1),
        WEEK,
        None,
        "so is one whose first batch is older than the newest by this",
    ),
    config(
        "internal.segment.bytes",
        "segment-small",
        Kind::Bytes(0, INT),
        "",
        None,
        "in place of segment.bytes, and without its bound of 1 MiB: Kafka's own for tests",
    ),
    config(
        "segment.index.bytes",
        "index",
        Kind::Bytes(4, INT),
        "10485760",
        None,
        "a segment with a full index is closed",
    ),
    config(
        "index.interval.bytes",
        "index-interval",
        Kind::Bytes(0, INT),
        "4096",
        None,
        "bytes of a log between two entries of its index",
    ),
    config(
        "min.cleanable.dirty.ratio",
        "dirty-ratio",
        Kind::Ratio,
        "0.5",
        None,
        "compaction waits until so much of a log is new",
    ),
    config(
        "min.compaction.lag.ms",
        "compaction-lag",
        Kind::Ms(0),
        "0",
        None,
        "and until a record is that old",
    ),
    config(
        "max.compaction.lag.ms",
        "compaction-lag-max",
        Kind::Ms(1),
        LONG_MAX,
        Some(LONG_MAX),
        "and for no record longer than this",
    ),
    config(
        "delete.retention.ms",
        "delete-retention",
        Kind::Ms(0),
        "86400000",
        None,
        "how long compaction keeps tombstones",
    ),
    config(
        "message.timestamp.type",
        "timestamps",
        Kind::Stamps,
        "CreateTime",
        None,
        "CreateTime, or LogAppendTime: the broker's clock",
    ),
];

const fn config(
    name: &'static str,
    short: &'static str,
    kind: Kind,
    default: &'static str,
    unbounded: Option<&'static str>,
    help: &'static str,
) -> Config {
    Config { name, short, kind, default, unbounded, help }
}

/// Kafka's configurations of topics that nothing here would change by.
pub const UNSUPPORTED: [&str; 24] = [
    "compression.gzip.level",
    "compression.lz4.level",
    "compression.type",
    "compression.zstd.level",
    "errors.deadletterqueue.group.enable",
    "file.delete.delay.ms",
    "flush.messages",
    "flush.ms",
    "follower.replication.throttled.replicas",
    "leader.replication.throttled.replicas",
    "local.retention.bytes",
    "local.retention.ms",
    "max.message.bytes",
    "message.timestamp.after.max.ms",
    "message.timestamp.before.max.ms",
    "min.insync.replicas",
    "preallocate",
    "remote.copy.lag.bytes",
    "remote.copy.lag.ms",
    "remote.log.copy.disable",
    "remote.log.delete.on.disable",
    "remote.storage.enable",
    "segment.jitter.ms",
    "unclean.leader.election.enable",
];

/// The parts of a ratio that are told apart.
const RATIO: u32 = 1_000_000;

impl Config {
    /// The configuration of this name: Kafka's or the short one.
    pub fn named(name: &str) -> Option<&'static Config> {
        CONFIGS.iter().find(|of| of.name == name || of.short == name)
    }

    /// Kafka's text of a value.
    ///
    /// # Errors
    /// Kafka's sentence when it takes no such value.
    pub fn checked(&self, value: &str) -> Result<Rc<str>, String> {
        let value = value.trim();
        let refused =
            |why: String| Err(format!("Invalid value {value} for configuration {}: {why}", self.name));
        let (least, most) = match self.kind {
            Kind::Ms(least) => (least, i64::MAX),
            Kind::Bytes(least, most) => (least, most),
            Kind::Ratio => return self.checked_ratio(value),
            Kind::Cleanup => return self.checked_cleanup(value),
            Kind::Stamps if matches!(value, "CreateTime" | "LogAppendTime") => return Ok(value.into()),
            Kind::Stamps => return refused("String must be one of: CreateTime, LogAppendTime".into()),
        };
        let int = most == INT;
        match value.parse::<i64>() {
            Ok(number) if number < least => refused(format!("Value must be at least {least}")),
            Ok(number) if !int || i32::try_from(number).is_ok() => Ok(number.to_string().into()),
            _ => refused(format!("Not a number of type {}", if int { "INT" } else { "LONG" })),
        }
    }

    fn checked_ratio(&self, value: &str) -> Result<Rc<str>, String> {
        let refused =
            |why: &str| Err(format!("Invalid value {value} for configuration {}: {why}", self.name));
        match ratio_ppm(value.strip_prefix('-').unwrap_or(value)) {
            None => refused("Not a number of type DOUBLE"),
            Some(ppm) if value.starts_with('-') && ppm > 0 => refused("Value must be at least 0"),
            Some(ppm) if ppm > u64::from(RATIO) => refused("Value must be no more than 1"),
            Some(ppm) => Ok(ratio_text(ppm as u32).into()),
        }
    }

    fn checked_cleanup(&self, value: &str) -> Result<Rc<str>, String> {
        let parts: Vec<&str> = value.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        match parts.iter().find(|part| !matches!(**part, "delete" | "compact")) {
            Some(part) => Err(format!(
                "Invalid value {part} for configuration {}: String must be one of: compact, delete",
                self.name
            )),
            None => {
                let both = ["compact", "delete"].into_iter().filter(|part| parts.contains(part));
                Ok(both.collect::<Vec<_>>().join(",").into())
            }
        }
    }
}

/// What Kafka says against all of these together.
///
/// # Errors
/// Kafka's sentence.
pub fn check(configs: &Configs) -> Result<(), String> {
    for (name, value) in configs {
        match CONFIGS.iter().find(|of| *of.name == **name) {
            Some(config) => drop(config.checked(value)?),
            None if UNSUPPORTED.contains(&&**name) => {
                return Err(format!("{name} is Kafka's, and nothing here would change by it"));
            }
            None => return Err(format!("Unknown topic config name: {name}")),
        }
    }
    let policy = Policy::of(configs);
    if policy.min_compaction_lag_ms > policy.max_compaction_lag_ms {
        return Err(format!(
            "conflict topic config setting min.compaction.lag.ms ({}) > max.compaction.lag.ms ({})",
            policy.min_compaction_lag_ms, policy.max_compaction_lag_ms
        ));
    }
    Ok(())
}

/// A decimal fraction in millionths; `None` when it is none, or finer than that.
pub fn ratio_ppm(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = fraction.trim_end_matches('0');
    if text.is_empty()
        || text == "."
        || whole.len() > 9
        || fraction.len() > 6
        || !digits(whole)
        || !digits(fraction)
    {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut part = 0;
    for digit in fraction.bytes().chain(std::iter::repeat(b'0')).take(6) {
        part = part * 10 + u64::from(digit - b'0');
    }
    Some(whole * u64::from(RATIO) + part)
}

/// A number of millionths up to one as Java prints a double.
fn ratio_text(ppm: u32) -> String {
    let text = format!("{}.{:06}", ppm / RATIO, ppm % RATIO);
    let text = text.trim_end_matches('0');
    if text.ends_with('.') { format!("{text}0") } else { text.to_owned() }
}

/// What a topic's configuration comes to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// `cleanup.policy` has `delete`.
    pub delete: bool,
    /// `cleanup.policy` has `compact`.
    pub compact: bool,
    /// `retention.ms`; negative: no bound.
    pub retention_ms: i64,
    /// `retention.bytes`; negative: no bound.
    pub retention_bytes: i64,
    /// `internal.segment.bytes`, else `segment.bytes`.
    pub segment_bytes: u32,
    /// `segment.ms`, or what `max.compaction.lag.ms` leaves of it.
    pub segment_ms: i64,
    /// `segment.index.bytes`.
    pub index_bytes: u32,
    /// `index.interval.bytes`.
    pub index_interval: u32,
    /// `min.cleanable.dirty.ratio`, in millionths.
    pub dirty_ratio_ppm: u32,
    /// `min.compaction.lag.ms`.
    pub min_compaction_lag_ms: i64,
    /// `max.compaction.lag.ms`.
    pub max_compaction_lag_ms: i64,
    /// `delete.retention.ms`.
    pub delete_retention_ms: i64,
    /// `message.timestamp.type` is `LogAppendTime`.
    pub append_time: bool,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            delete: true,
            compact: false,
            retention_ms: 7 * 24 * 3600 * 1000,
            retention_bytes: -1,
            segment_bytes: SEGMENT_BYTES,
            segment_ms: 7 * 24 * 3600 * 1000,
            index_bytes: 10 << 20,
            index_interval: super::side::index::INTERVAL_BYTES,
            dirty_ratio_ppm: RATIO / 2,
            min_compaction_lag_ms: 0,
            max_compaction_lag_ms: i64::MAX,
            delete_retention_ms: 24 * 3600 * 1000,
            append_time: false,
        }
    }
}

impl Policy {
    /// What `configs` come to. What Kafka would not take, as a foreign backup may have it, is as if it were not set.
    pub fn of(configs: &Configs) -> Policy {
        let mut policy = Policy::default();
        let set = |name: &str| {
            let value = configs.get(name)?;
            Config::named(name)?.checked(value).ok()
        };
        let long = |name, default: i64| set(name).and_then(|text| text.parse().ok()).unwrap_or(default);
        let int = |name, default: u32| set(name).and_then(|text| text.parse().ok()).unwrap_or(default);
        if let Some(cleanup) = set("cleanup.policy") {
            policy.delete = cleanup.contains("delete");
            policy.compact = cleanup.contains("compact");
        }
        policy.retention_ms = long("retention.ms", policy.retention_ms);
        policy.retention_bytes = long("retention.bytes", policy.retention_bytes);
        policy.segment_bytes = int("internal.segment.bytes", int("segment.bytes", policy.segment_bytes));
        policy.segment_ms = long("segment.ms", policy.segment_ms);
        policy.index_bytes = int("segment.index.bytes", policy.index_bytes);
        policy.index_interval = int("index.interval.bytes", policy.index_interval);
        if let Some(ppm) = set("min.cleanable.dirty.ratio").and_then(|text| ratio_ppm(&text)) {
            policy.dirty_ratio_ppm = ppm as u32;
        }
        policy.min_compaction_lag_ms = long("min.compaction.lag.ms", policy.min_compaction_lag_ms);
        policy.max_compaction_lag_ms = long("max.compaction.lag.ms", policy.max_compaction_lag_ms);
        policy.delete_retention_ms = long("delete.retention.ms", policy.delete_retention_ms);
        policy.append_time = set("message.timestamp.type").as_deref() == Some("LogAppendTime");
        if policy.compact && policy.max_compaction_lag_ms > 0 {
            policy.segment_ms = policy.segment_ms.min(policy.max_compaction_lag_ms);
        }
        policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configs(set: &[(&str, &str)]) -> Configs {
        set.iter().map(|(name, value)| (Rc::from(*name), Rc::from(*value))).collect()
    }

    #[test]
    fn the_defaults_of_the_table_are_those_of_the_policy() {
        let all = CONFIGS.iter().filter(|of| !of.default.is_empty()).map(|of| (of.name, of.default));
        let all: Vec<_> = all.collect();
        assert_eq!(Policy::of(&configs(&all)), Policy::default());
        assert_eq!(check(&configs(&all)), Ok(()));
        for (name, value) in all {
            assert_eq!(Config::named(name).expect("it is of the table").checked(value).as_deref(), Ok(value));
        }
    }

    #[test]
    fn a_value_that_kafka_refuses_is_refused_in_its_words() {
        let cases = [
            (
                "segment.bytes",
                "100",
                "Invalid value 100 for configuration segment.bytes: Value must be at least 1048576",
            ),
            (
                "segment.bytes",
                "3000000000",
                "Invalid value 3000000000 for configuration segment.bytes: Not a number of type INT",
            ),
            (
                "retention.ms",
                "-2",
                "Invalid value -2 for configuration retention.ms: Value must be at least -1",
            ),
            (
                "retention.ms",
                "1h",
                "Invalid value 1h for configuration retention.ms: Not a number of type LONG",
            ),
            (
                "min.cleanable.dirty.ratio",
                "1.5",
                "Invalid value 1.5 for configuration min.cleanable.dirty.ratio: Value must be no more than 1",
            ),
            (
                "min.cleanable.dirty.ratio",
                "-0.1",
                "Invalid value -0.1 for configuration min.cleanable.dirty.ratio: Value must be at least 0",
            ),
            (
                "cleanup.policy",
                "purge",
                "Invalid value purge for configuration cleanup.policy: String must be one of: compact, delete",
            ),
            (
                "message.timestamp.type",
                "now",
                "Invalid value now for configuration message.timestamp.type: String must be one of: CreateTime, LogAppendTime",
            ),
            (
                "min.cleanable.dirty.ratio",
                "x",
                "Invalid value x for configuration min.cleanable.dirty.ratio: Not a number of type DOUBLE",
            ),
            ("nope", "1", "Unknown topic config name: nope"),
            ("flush.ms", "1", "flush.ms is Kafka's, and nothing here would change by it"),
        ];
        for (name, value, sentence) in cases {
            assert_eq!(check(&configs(&[(name, value)])), Err(sentence.to_owned()));
        }
        let both = configs(&[("min.compaction.lag.ms", "10"), ("max.compaction.lag.ms", "5")]);
        let sentence = "conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)";
        assert_eq!(check(&both), Err(sentence.to_owned()));
    }

    #[test]
    fn what_kafka_reads_in_several_ways_is_kept_in_one() {
        for (name, value, kept) in [
            ("cleanup.policy", "delete, compact", "compact,delete"),
            ("cleanup.policy", "compact,compact", "compact"),
            ("cleanup.policy", "", ""),
            ("min.cleanable.dirty.ratio", ".50", "0.5"),
            ("min.cleanable.dirty.ratio", "1", "1.0"),
            ("retention.ms", " 5 ", "5"),
            ("retention.bytes", "-5", "-5"),
        ] {
            assert_eq!(Config::named(name).expect("it is of the table").checked(value).as_deref(), Ok(kept));
        }
    }

    #[test]
    fn what_is_set_counts_and_what_cannot_be_does_not() {
        let policy = Policy::of(&configs(&[
            ("cleanup.policy", "compact,delete"),
            ("max.compaction.lag.ms", "60000"),
            ("min.cleanable.dirty.ratio", "0.01"),
            ("segment.bytes", "7"),
            ("internal.segment.bytes", "6000"),
            ("retention.ms", "soon"),
        ]));
        let expected = Policy {
            compact: true,
            max_compaction_lag_ms: 60_000,
            segment_ms: 60_000,
            dirty_ratio_ppm: 10_000,
            segment_bytes: 6000,
            ..Policy::default()
        };
        assert_eq!(policy, expected);
    }
}
