//! What a topic's configuration comes to, to compute with.

use super::{Config, Configs, RATIO, ratio_ppm};
use crate::log::segment::SEGMENT_BYTES;
use crate::log::side::index::INTERVAL_BYTES;

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
            index_interval: INTERVAL_BYTES,
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
