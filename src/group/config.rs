//! The broker's settings for groups, under Kafka's names with Kafka's defaults (`GroupCoordinatorConfig`).

use crate::base::time::EPOCH_MS;

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
        }
    }
}

impl Config {
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
            _ => {}
        }
        Ok(())
    }
}
