//! A topic's configuration: those of Kafka's names that a log here obeys, with Kafka's defaults and bounds.
//!
//! What is set is kept as Kafka keeps it, a text under Kafka's name, so that it goes into backups and out of them as it
//! is. [`Policy`] is the same to compute with.
//!
//! Source: `LogConfig` of Apache Kafka 4.3.1.

mod policy;

pub use policy::Policy;

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

#[cfg(test)]
mod tests;
