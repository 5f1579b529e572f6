//! The broker's settings for groups, under Kafka's names with Kafka's defaults (`GroupCoordinatorConfig`).

mod broker;

pub use broker::{BROKER_SETTINGS, BrokerConfigs, BrokerKind, BrokerSetting, UNSUPPORTED};

use crate::assign::server::Kind;
use crate::base::time::EPOCH_MS;
use std::rc::Rc;

/// What an operator sets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// Wall clock at virtual time 0, in milliseconds since 1970.
    pub epoch_ms: i64,
    /// `group.initial.rebalance.delay.ms`: how long an empty group waits for more members.
    pub initial_rebalance_delay_ms: i32,
    /// `group.min.session.timeout.ms`.
    pub min_session_timeout_ms: i32,
    /// `group.max.session.timeout.ms`.
    pub max_session_timeout_ms: i32,
    /// `group.max.size`.
    pub max_size: i32,
    /// How long a new member's first join may wait (a constant in Kafka).
    pub new_member_join_timeout_ms: i32,
    /// `offset.metadata.max.bytes`; Kafka counts characters.
    pub offset_metadata_max: i32,
    /// `offsets.retention.minutes`.
    pub offsets_retention_minutes: i32,
    /// `offsets.retention.check.interval.ms`.
    pub offsets_retention_check_interval_ms: i64,
    /// `group.consumer.session.timeout.ms` and the like.
    pub consumer: GroupSettings,
    /// `group.consumer.min.session.timeout.ms` and the like.
    pub consumer_min: GroupSettings,
    /// `group.consumer.max.session.timeout.ms` and the like.
    pub consumer_max: GroupSettings,
    /// `group.consumer.max.size`.
    pub consumer_max_size: i32,
    /// `group.consumer.assignors`: those that members may ask for; the first serves those that do not ask.
    pub consumer_assignors: Vec<Rc<str>>,
    /// `group.consumer.regex.refresh.interval.ms`.
    pub consumer_regex_refresh_interval_ms: i32,
    /// `group.share.session.timeout.ms` and the like.
    pub share: GroupSettings,
    /// `group.share.min.session.timeout.ms` and the like.
    pub share_min: GroupSettings,
    /// `group.share.max.session.timeout.ms` and the like.
    pub share_max: GroupSettings,
    /// `group.share.max.size`.
    pub share_max_size: i32,
    /// `group.consumer.migration.policy`.
    pub migration: Migration,
}

/// Which groups with members may change between the protocols (`ConsumerGroupMigrationPolicy`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Migration {
    /// Classic groups may become consumer groups and the other way round.
    #[default]
    Bidirectional,
    /// Classic groups may become consumer groups.
    Upgrade,
    /// Consumer groups may become classic groups.
    Downgrade,
    /// None.
    Disabled,
}

impl Migration {
    /// Whether a classic group may become a consumer group.
    pub fn upgrades(self) -> bool {
        matches!(self, Migration::Bidirectional | Migration::Upgrade)
    }

    /// Whether a consumer group may become a classic group.
    pub fn downgrades(self) -> bool {
        matches!(self, Migration::Bidirectional | Migration::Downgrade)
    }
}

/// What members of consumer groups, or of share groups, are held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupSettings {
    /// `session.timeout.ms`: how long a member may be silent.
    pub session_timeout_ms: i32,
    /// `heartbeat.interval.ms`: what members are told.
    pub heartbeat_interval_ms: i32,
    /// `assignment.interval.ms`: a target is made at most once in it.
    pub assignment_interval_ms: i32,
}

/// What is set for one group. As in Kafka, a timeout or a heartbeat interval that is not set for a group that has settings
/// is Kafka's default, whatever the broker's setting; an assignment interval is the broker's (`GroupConfig`). What is set
/// counts within the broker's bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DynamicSettings {
    /// As a consumer group: `consumer.session.timeout.ms` and the like.
    pub consumer: OwnSettings,
    /// As a share group: `share.session.timeout.ms` and the like.
    pub share: OwnSettings,
}

/// The [`GroupSettings`] of one group, as far as they are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OwnSettings {
    /// `session.timeout.ms`.
    pub session_timeout_ms: Option<i32>,
    /// `heartbeat.interval.ms`.
    pub heartbeat_interval_ms: Option<i32>,
    /// `assignment.interval.ms`.
    pub assignment_interval_ms: Option<i32>,
}

/// Kafka's defaults and bounds are the same for both protocols.
const DEFAULT: GroupSettings =
    GroupSettings { session_timeout_ms: 45_000, heartbeat_interval_ms: 5_000, assignment_interval_ms: 1_000 };
const LOWEST: GroupSettings = GroupSettings { assignment_interval_ms: 0, ..DEFAULT };
const HIGHEST: GroupSettings = GroupSettings {
    session_timeout_ms: 60_000,
    heartbeat_interval_ms: 15_000,
    assignment_interval_ms: 15_000,
};

impl GroupSettings {
    /// The setting of a name without what stands before it.
    fn named(&mut self, name: &str) -> Option<&mut i32> {
        match name {
            "session.timeout.ms" => Some(&mut self.session_timeout_ms),
            "heartbeat.interval.ms" => Some(&mut self.heartbeat_interval_ms),
            "assignment.interval.ms" => Some(&mut self.assignment_interval_ms),
            _ => None,
        }
    }

    /// Each within its bounds.
    fn within(self, low: &GroupSettings, high: &GroupSettings) -> GroupSettings {
        let bounded = |of: fn(&GroupSettings) -> i32| of(&self).min(of(high)).max(of(low));
        GroupSettings {
            session_timeout_ms: bounded(|s| s.session_timeout_ms),
            heartbeat_interval_ms: bounded(|s| s.heartbeat_interval_ms),
            assignment_interval_ms: bounded(|s| s.assignment_interval_ms),
        }
    }
}

impl OwnSettings {
    fn named(&mut self, name: &str) -> Option<&mut Option<i32>> {
        match name {
            "session.timeout.ms" => Some(&mut self.session_timeout_ms),
            "heartbeat.interval.ms" => Some(&mut self.heartbeat_interval_ms),
            "assignment.interval.ms" => Some(&mut self.assignment_interval_ms),
            _ => None,
        }
    }

    /// What holds for the group, of a broker with these settings.
    fn over(self, broker: &GroupSettings) -> GroupSettings {
        GroupSettings {
            session_timeout_ms: self.session_timeout_ms.unwrap_or(DEFAULT.session_timeout_ms),
            heartbeat_interval_ms: self.heartbeat_interval_ms.unwrap_or(DEFAULT.heartbeat_interval_ms),
            assignment_interval_ms: self.assignment_interval_ms.unwrap_or(broker.assignment_interval_ms),
        }
    }
}

impl DynamicSettings {
    /// Sets one setting by Kafka's name. Settings that are not the coordinator's are let be.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let setting = match name.split_once('.') {
            Some(("consumer", name)) => self.consumer.named(name),
            Some(("share", name)) => self.share.named(name),
            _ => None,
        };
        if let Some(setting) = setting {
            *setting = Some(whole_number(name, value)?);
        }
        Ok(())
    }
}

fn whole_number(name: &str, value: &str) -> Result<i32, String> {
    value.parse().map_err(|_| format!("{name}: not a whole number: {value:?}"))
}

impl Default for Config {
    fn default() -> Config {
        Config {
            epoch_ms: EPOCH_MS,
            initial_rebalance_delay_ms: 3000,
            min_session_timeout_ms: 6000,
            max_session_timeout_ms: 1_800_000,
            max_size: i32::MAX,
            new_member_join_timeout_ms: 300_000,
            offset_metadata_max: 4096,
            offsets_retention_minutes: 10_080,
            offsets_retention_check_interval_ms: 600_000,
            consumer: DEFAULT,
            consumer_min: LOWEST,
            consumer_max: HIGHEST,
            consumer_max_size: i32::MAX,
            consumer_assignors: vec!["uniform".into(), "range".into()],
            consumer_regex_refresh_interval_ms: 600_000,
            share: DEFAULT,
            share_min: LOWEST,
            share_max: HIGHEST,
            share_max_size: 200,
            migration: Migration::Bidirectional,
        }
    }
}

impl Config {
    /// What holds for a group of a kind, with its own settings if it has any.
    pub fn settings(&self, kind: Kind, own: Option<&DynamicSettings>) -> GroupSettings {
        let (broker, low, high) = match kind {
            Kind::Consumer => (&self.consumer, &self.consumer_min, &self.consumer_max),
            Kind::Share => (&self.share, &self.share_min, &self.share_max),
        };
        let own = own.map(|own| match kind {
            Kind::Consumer => own.consumer,
            Kind::Share => own.share,
        });
        own.map_or(*broker, |own| own.over(broker).within(low, high))
    }

    /// The setting of a name that both protocols have: `group.<protocol>.[min.|max.]<name>`.
    fn shared(&mut self, name: &str) -> Option<&mut i32> {
        let (protocol, name) = name.strip_prefix("group.")?.split_once('.')?;
        let (bound, rest) = match name.split_once('.') {
            Some((bound @ ("min" | "max"), rest)) => (bound, rest),
            _ => ("", name),
        };
        let settings = match (protocol, bound) {
            ("consumer", "min") => &mut self.consumer_min,
            ("consumer", "max") => &mut self.consumer_max,
            ("consumer", _) => &mut self.consumer,
            ("share", "min") => &mut self.share_min,
            ("share", "max") => &mut self.share_max,
            ("share", _) => &mut self.share,
            _ => return None,
        };
        settings.named(rest)
    }

    /// The assignor of consumer groups whose members do not ask for one.
    pub fn consumer_assignor(&self) -> Rc<str> {
        self.consumer_assignors.first().cloned().unwrap_or_else(|| "uniform".into())
    }

    /// Sets one setting by Kafka's name. Settings that are not the coordinator's are let be.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let number = || whole_number(name, value);
        if let Some(setting) = self.shared(name) {
            *setting = number()?;
            return Ok(());
        }
        match name {
            "group.initial.rebalance.delay.ms" => self.initial_rebalance_delay_ms = number()?,
            "group.min.session.timeout.ms" => self.min_session_timeout_ms = number()?,
            "group.max.session.timeout.ms" => self.max_session_timeout_ms = number()?,
            "group.max.size" => self.max_size = number()?,
            "offset.metadata.max.bytes" => self.offset_metadata_max = number()?,
            "offsets.retention.minutes" => self.offsets_retention_minutes = number()?,
            "offsets.retention.check.interval.ms" => {
                self.offsets_retention_check_interval_ms = number()?.into()
            }
            "group.share.max.size" => self.share_max_size = number()?,
            "group.consumer.max.size" => self.consumer_max_size = number()?,
            "group.consumer.regex.refresh.interval.ms" => {
                self.consumer_regex_refresh_interval_ms = number()?;
            }
            "group.consumer.assignors" => {
                self.consumer_assignors = value.split(',').map(|name| name.trim().into()).collect();
            }
            "group.consumer.migration.policy" => {
                self.migration = match value.to_ascii_lowercase().as_str() {
                    "bidirectional" => Migration::Bidirectional,
                    "upgrade" => Migration::Upgrade,
                    "downgrade" => Migration::Downgrade,
                    "disabled" => Migration::Disabled,
                    _ => return Err(format!("{name}: not a policy: {value:?}")),
                }
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_for_a_group_counts_within_the_brokers_bounds_and_the_rest_is_kafkas_default_but_the_interval()
     {
        let mut config = Config::default();
        for (name, value) in [
            ("group.consumer.session.timeout.ms", "50000"),
            ("group.consumer.min.session.timeout.ms", "20000"),
            ("group.share.max.heartbeat.interval.ms", "8000"),
            ("group.share.heartbeat.interval.ms", "6000"),
            ("group.share.assignment.interval.ms", "7000"),
        ] {
            assert_eq!(config.set(name, value), Ok(()), "{name}");
        }
        let broker = config.settings(Kind::Consumer, None);
        assert_eq!((broker.session_timeout_ms, broker.heartbeat_interval_ms), (50_000, 5_000));
        let mut own = DynamicSettings::default();
        for (name, value) in [
            ("consumer.heartbeat.interval.ms", "99999"),
            ("share.heartbeat.interval.ms", "99999"),
            ("share.session.timeout.ms", "1"),
            ("share.auto.offset.reset", "earliest"),
        ] {
            assert_eq!(own.set(name, value), Ok(()), "{name}");
        }
        let consumer = config.settings(Kind::Consumer, Some(&own));
        assert_eq!((consumer.session_timeout_ms, consumer.heartbeat_interval_ms), (45_000, 15_000));
        let share = config.settings(Kind::Share, Some(&own));
        assert_eq!((share.session_timeout_ms, share.heartbeat_interval_ms), (45_000, 8_000));
        assert_eq!(share.assignment_interval_ms, 7_000);
        assert!(own.set("share.session.timeout.ms", "soon").is_err());
    }
}
