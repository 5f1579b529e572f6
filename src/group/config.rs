//! The broker's settings for groups, under Kafka's names with Kafka's defaults (`GroupCoordinatorConfig`).

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
    /// `group.consumer.session.timeout.ms`.
    pub consumer_session_timeout_ms: i32,
    /// `group.consumer.heartbeat.interval.ms`.
    pub consumer_heartbeat_interval_ms: i32,
    /// `group.consumer.assignment.interval.ms`: a target is made at most once in it.
    pub consumer_assignment_interval_ms: i32,
    /// `group.consumer.max.size`.
    pub consumer_max_size: i32,
    /// `group.consumer.assignors`: those that members may ask for; the first serves those that do not ask.
    pub consumer_assignors: Vec<Rc<str>>,
    /// `group.consumer.regex.refresh.interval.ms`.
    pub consumer_regex_refresh_interval_ms: i32,
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

/// What is set for one group. As in Kafka, what is not set for a group that has settings is Kafka's default, whatever the
/// broker's setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupSettings {
    /// `consumer.session.timeout.ms`.
    pub session_timeout_ms: i32,
    /// `consumer.heartbeat.interval.ms`.
    pub heartbeat_interval_ms: i32,
    /// `consumer.assignment.interval.ms`.
    pub assignment_interval_ms: i32,
}

impl Default for GroupSettings {
    fn default() -> GroupSettings {
        Config::default().group_settings()
    }
}

impl GroupSettings {
    /// Sets one setting by Kafka's name. Settings of other protocols are let be.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let number = || value.parse::<i32>().map_err(|_| format!("{name}: not a whole number: {value:?}"));
        match name {
            "consumer.session.timeout.ms" => self.session_timeout_ms = number()?,
            "consumer.heartbeat.interval.ms" => self.heartbeat_interval_ms = number()?,
            "consumer.assignment.interval.ms" => self.assignment_interval_ms = number()?,
            _ => {}
        }
        Ok(())
    }
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
            consumer_session_timeout_ms: 45_000,
            consumer_heartbeat_interval_ms: 5_000,
            consumer_assignment_interval_ms: 1_000,
            consumer_max_size: i32::MAX,
            consumer_assignors: vec!["uniform".into(), "range".into()],
            consumer_regex_refresh_interval_ms: 600_000,
            migration: Migration::Bidirectional,
        }
    }
}

impl Config {
    /// What holds for groups without settings of their own.
    pub fn group_settings(&self) -> GroupSettings {
        GroupSettings {
            session_timeout_ms: self.consumer_session_timeout_ms,
            heartbeat_interval_ms: self.consumer_heartbeat_interval_ms,
            assignment_interval_ms: self.consumer_assignment_interval_ms,
        }
    }

    /// The assignor of consumer groups whose members do not ask for one.
    pub fn consumer_assignor(&self) -> Rc<str> {
        self.consumer_assignors.first().cloned().unwrap_or_else(|| "uniform".into())
    }

    /// Sets one setting by Kafka's name. Settings of other protocols are let be.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let number = || value.parse::<i32>().map_err(|_| format!("{name}: not a whole number: {value:?}"));
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
            "group.consumer.session.timeout.ms" => self.consumer_session_timeout_ms = number()?,
            "group.consumer.heartbeat.interval.ms" => self.consumer_heartbeat_interval_ms = number()?,
            "group.consumer.assignment.interval.ms" => self.consumer_assignment_interval_ms = number()?,
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
