//! The broker's settings for groups as a table, and what a broker says at its start of values that it does not take.
//!
//! Source: `GroupCoordinatorConfig` and `GroupConfig` of Apache Kafka 4.3.1.

use super::{Config, DEFAULT, DynamicSettings, GroupSettings, OwnSettings};
use crate::base::Map;
use std::rc::Rc;

/// What is set of a broker: Kafka's names and values as text.
pub type BrokerConfigs = Map<Rc<str>, Rc<str>>;

/// A setting of the broker.
#[derive(Debug)]
pub struct BrokerSetting {
    /// The name that stories use.
    pub short: &'static str,
    /// Kafka's name.
    pub name: &'static str,
    /// What its value can be.
    pub kind: BrokerKind,
    /// Kafka's default.
    pub default: &'static str,
    /// What `help` says of it.
    pub help: &'static str,
}

/// What the value of a setting of the broker can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerKind {
    /// Milliseconds, from a least number on.
    Ms(i32),
    /// Minutes, one at least.
    Minutes,
    /// A number from 1 to a largest.
    Count(i32),
    /// Assignors of the coordinator, between commas.
    Assignors,
    /// A migration policy.
    Policy,
}

use BrokerKind::{Assignors, Count, Minutes, Ms, Policy};

const INT: &str = "2147483647";
/// Kafka takes numbers below nought here, which mean nothing: none are taken.
const ANY: i32 = 0;

/// All of them, in the order in which help lists them.
pub static BROKER_SETTINGS: [BrokerSetting; 27] = [
    of(
        "initial-rebalance-delay",
        "group.initial.rebalance.delay.ms",
        Ms(ANY),
        "3000",
        "how long an empty classic group waits for more members",
    ),
    of(
        "min-session-timeout",
        "group.min.session.timeout.ms",
        Ms(ANY),
        "6000",
        "of members of classic groups; here 1ms unless set",
    ),
    of(
        "max-session-timeout",
        "group.max.session.timeout.ms",
        Ms(ANY),
        "1800000",
        "of members of classic groups",
    ),
    of("max-size", "group.max.size", Count(i32::MAX), INT, "members of a classic group"),
    of(
        "migration",
        "group.consumer.migration.policy",
        Policy,
        "bidirectional",
        "which groups change between the protocols while they live: bidirectional, upgrade, downgrade or disabled",
    ),
    of(
        "consumer-assignors",
        "group.consumer.assignors",
        Assignors,
        "uniform,range",
        "those that members may ask for; the first serves those that do not ask",
    ),
    of("consumer-max-size", "group.consumer.max.size", Count(i32::MAX), INT, "members of a consumer group"),
    of("consumer-session-timeout", "group.consumer.session.timeout.ms", Ms(1), "45000", ""),
    of(
        "consumer-min-session-timeout",
        "group.consumer.min.session.timeout.ms",
        Ms(1),
        "45000",
        "here 1ms unless set",
    ),
    of(
        "consumer-max-session-timeout",
        "group.consumer.max.session.timeout.ms",
        Ms(1),
        "60000",
        "here unlimited unless set",
    ),
    of("consumer-heartbeat", "group.consumer.heartbeat.interval.ms", Ms(1), "5000", ""),
    of(
        "consumer-min-heartbeat",
        "group.consumer.min.heartbeat.interval.ms",
        Ms(1),
        "5000",
        "here 1ms unless set",
    ),
    of(
        "consumer-max-heartbeat",
        "group.consumer.max.heartbeat.interval.ms",
        Ms(1),
        "15000",
        "here unlimited unless set",
    ),
    of(
        "consumer-assignment-interval",
        "group.consumer.assignment.interval.ms",
        Ms(0),
        "1000",
        "a target is made at most once in it",
    ),
    of("consumer-min-assignment-interval", "group.consumer.min.assignment.interval.ms", Ms(0), "0", ""),
    of(
        "consumer-max-assignment-interval",
        "group.consumer.max.assignment.interval.ms",
        Ms(0),
        "15000",
        "here unlimited unless set",
    ),
    of(
        "regex-refresh",
        "group.consumer.regex.refresh.interval.ms",
        Ms(10_000),
        "600000",
        "how soon new topics are found that an expression matches",
    ),
    of("share-max-size", "group.share.max.size", Count(1000), "200", "members of a share group"),
    of("share-session-timeout", "group.share.session.timeout.ms", Ms(1), "45000", ""),
    of(
        "share-min-session-timeout",
        "group.share.min.session.timeout.ms",
        Ms(1),
        "45000",
        "here 1ms unless set",
    ),
    of(
        "share-max-session-timeout",
        "group.share.max.session.timeout.ms",
        Ms(1),
        "60000",
        "here unlimited unless set",
    ),
    of("share-heartbeat", "group.share.heartbeat.interval.ms", Ms(1), "5000", ""),
    of("share-min-heartbeat", "group.share.min.heartbeat.interval.ms", Ms(1), "5000", "here 1ms unless set"),
    of(
        "share-max-heartbeat",
        "group.share.max.heartbeat.interval.ms",
        Ms(1),
        "15000",
        "here unlimited unless set",
    ),
    of("share-assignment-interval", "group.share.assignment.interval.ms", Ms(0), "1000", ""),
    of(
        "offsets-retention",
        "offsets.retention.minutes",
        Minutes,
        "10080",
        "how long offsets are kept that no member reads on with",
    ),
    of(
        "offsets-check",
        "offsets.retention.check.interval.ms",
        Ms(1),
        "600000",
        "how often offsets are looked through for those",
    ),
];

const fn of(
    short: &'static str,
    name: &'static str,
    kind: BrokerKind,
    default: &'static str,
    help: &'static str,
) -> BrokerSetting {
    BrokerSetting { short, name, kind, default, help }
}

/// Kafka's settings of the coordinator that nothing here would change by.
pub const UNSUPPORTED: [&str; 8] = [
    "group.consumer.assignor.offload.enable",
    "group.coordinator.append.linger.ms",
    "group.coordinator.rebalance.protocols",
    "group.coordinator.threads",
    "group.share.assignors",
    "offset.metadata.max.bytes",
    "offsets.commit.timeout.ms",
    "offsets.topic.num.partitions",
];

impl BrokerSetting {
    /// Kafka's text of a value.
    ///
    /// # Errors
    /// Kafka's sentence when it takes no such value.
    pub fn checked(&self, value: &str) -> Result<Rc<str>, String> {
        let (name, value) = (self.name, value.trim());
        let refused = |why: &str| Err(format!("Invalid value {value} for configuration {name}: {why}"));
        let (least, most) = match self.kind {
            Ms(least) => (least, i32::MAX),
            Minutes => (1, i32::MAX),
            Count(most) => (1, most),
            Assignors if value.is_empty() => {
                return Err(format!(
                    "Configuration '{name}' must not be empty. Valid values include: any non-empty value"
                ));
            }
            Assignors => return self.checked_assignors(value),
            Policy => {
                let policy = value.to_ascii_lowercase();
                return match policy.as_str() {
                    "bidirectional" | "upgrade" | "downgrade" | "disabled" => Ok(policy.into()),
                    _ => refused(
                        "String must be one of (case insensitive): DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL",
                    ),
                };
            }
        };
        match value.parse::<i32>() {
            Ok(number) if number < least => refused(&format!("Value must be at least {least}")),
            Ok(number) if number > most => refused(&format!("Value must be no more than {most}")),
            Ok(number) => Ok(number.to_string().into()),
            Err(_) => refused("Not a number of type INT"),
        }
    }

    fn checked_assignors(&self, value: &str) -> Result<Rc<str>, String> {
        let mut names: Vec<&str> = Vec::new();
        for name in value.split(',').map(str::trim) {
            match name {
                "" => return Err(format!("Configuration '{}' values must not be empty.", self.name)),
                "uniform" | "range" if names.contains(&name) => {}
                "uniform" | "range" => names.push(name),
                other => return Err(format!("Class {other} cannot be found")),
            }
        }
        Ok(names.join(",").into())
    }
}

impl Config {
    /// What a broker with these settings says at its start, if it does not start.
    ///
    /// # Errors
    /// The first sentence of Kafka's.
    pub fn check(&self) -> Result<(), String> {
        let protocols = [
            ("group.consumer", &self.consumer, &self.consumer_min, &self.consumer_max),
            ("group.share", &self.share, &self.share_min, &self.share_max),
        ];
        for (of, broker, low, high) in protocols {
            for (name, get) in [HEARTBEAT, SESSION] {
                bounds(of, name, get, (broker, low, high))?;
            }
            if broker.heartbeat_interval_ms >= broker.session_timeout_ms {
                return Err(format!("{of}.heartbeat.interval.ms must be less than {of}.session.timeout.ms"));
            }
            bounds(of, ASSIGNMENT.0, ASSIGNMENT.1, (broker, low, high))?;
        }
        Ok(())
    }
}

/// A setting that both protocols have: its name and its place.
type Shared = (&'static str, fn(&GroupSettings) -> i32);

const HEARTBEAT: Shared = ("heartbeat.interval.ms", |of| of.heartbeat_interval_ms);
const SESSION: Shared = ("session.timeout.ms", |of| of.session_timeout_ms);
const ASSIGNMENT: Shared = ("assignment.interval.ms", |of| of.assignment_interval_ms);

/// Whether a value lies between its bounds, and they are some.
fn bounds(
    of: &str,
    name: &str,
    get: fn(&GroupSettings) -> i32,
    (broker, low, high): (&GroupSettings, &GroupSettings, &GroupSettings),
) -> Result<(), String> {
    if get(high) < get(low) {
        return Err(format!("{of}.max.{name} must be greater than or equal to {of}.min.{name}"));
    }
    within(&format!("{of}.{name}"), (of, name), get, (broker, low, high))
}

fn within(
    set: &str,
    (of, name): (&str, &str),
    get: fn(&GroupSettings) -> i32,
    (value, low, high): (&GroupSettings, &GroupSettings, &GroupSettings),
) -> Result<(), String> {
    if get(value) < get(low) {
        return Err(format!("{set} must be greater than or equal to {of}.min.{name}"));
    }
    if get(value) > get(high) {
        return Err(format!("{set} must be less than or equal to {of}.max.{name}"));
    }
    Ok(())
}

impl DynamicSettings {
    /// What a broker says when these are to be set for a group, if it refuses them.
    ///
    /// # Errors
    /// The first sentence of Kafka's.
    pub fn check(&self, broker: &Config) -> Result<(), String> {
        let protocols = [
            ("consumer", self.consumer, &broker.consumer_min, &broker.consumer_max),
            ("share", self.share, &broker.share_min, &broker.share_max),
        ];
        let holds = |own: OwnSettings| own.over(&DEFAULT);
        for (of, own, low, high) in &protocols {
            let asks: &[Shared] = match own.assignment_interval_ms {
                Some(_) => &[HEARTBEAT, SESSION, ASSIGNMENT],
                None => &[HEARTBEAT, SESSION],
            };
            for (name, get) in asks {
                let (set, bound) = (format!("{of}.{name}"), format!("group.{of}"));
                within(&set, (&bound, name), *get, (&holds(*own), low, high))?;
            }
        }
        for (of, own, ..) in protocols {
            let holds = holds(own);
            if holds.session_timeout_ms <= holds.heartbeat_interval_ms {
                return Err(format!(
                    "{of}.session.timeout.ms must be greater than {of}.heartbeat.interval.ms"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
