//! Settings that only share groups and share consumers have.

use super::Limits;
use crate::base::Span;
use std::rc::Rc;

/// How a share consumer says what became of a record (`share.acknowledgement.mode`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Acknowledgement {
    /// The next `poll()`, or a commit, accepts all that the last `poll()` returned.
    #[default]
    Implicit,
    /// The loop says it of each record.
    Explicit,
}

/// How many records a fetch is given (`share.acquire.mode`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AcquireMode {
    /// Whole batches, so that it can be more than `max.poll.records`.
    #[default]
    BatchOptimized,
    /// At most `max.poll.records`.
    RecordLimit,
}

/// Settings of share groups and share consumers; `None` means "as the group says", and there "as Kafka's default".
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ShareSettings {
    /// The group's `share.record.lock.duration.ms`.
    pub lock_duration: Option<Span>,
    /// The group's `share.delivery.count.limit`.
    pub delivery_limit: Option<u32>,
    /// The group's `share.partition.max.record.locks`.
    pub max_locks: Option<u32>,
    /// `share.acknowledgement.mode`.
    pub acknowledgement: Option<Acknowledgement>,
    /// `share.acquire.mode`.
    pub acquire: Option<AcquireMode>,
    /// Records with these keys are rejected.
    pub reject: Option<Vec<Rc<str>>>,
    /// Records with these keys are released.
    pub release: Option<Vec<Rc<str>>>,
    /// The locks of records with these keys are renewed once before the record is accepted.
    pub renew: Option<Vec<Rc<str>>>,
}

impl ShareSettings {
    /// These settings, and where they say nothing, those of `below`.
    pub fn over(&self, below: &ShareSettings) -> ShareSettings {
        let keys = |own: &Option<Vec<Rc<str>>>, below: &Option<Vec<Rc<str>>>| {
            own.as_ref().or(below.as_ref()).cloned()
        };
        ShareSettings {
            lock_duration: self.lock_duration.or(below.lock_duration),
            delivery_limit: self.delivery_limit.or(below.delivery_limit),
            max_locks: self.max_locks.or(below.max_locks),
            acknowledgement: self.acknowledgement.or(below.acknowledgement),
            acquire: self.acquire.or(below.acquire),
            reject: keys(&self.reject, &below.reject),
            release: keys(&self.release, &below.release),
            renew: keys(&self.renew, &below.renew),
        }
    }

    /// What the group's records are held to; how long writing takes is the broker's affair.
    pub(in crate::sim) fn limits(&self) -> Limits {
        Limits {
            lock: self.lock_duration.unwrap_or(Span::from_secs(30)),
            deliveries: self.delivery_limit.unwrap_or(5) as u16,
            locks: self.max_locks.unwrap_or(2000),
            write: Span::ZERO,
        }
    }

    /// Whether the loop says of each record what became of it.
    pub fn is_explicit(&self) -> bool {
        self.acknowledgement == Some(Acknowledgement::Explicit)
    }

    /// Whether a setting is of the group, not of a consumer.
    pub(in crate::sim) fn of_group(&self) -> bool {
        self.lock_duration.is_some() || self.delivery_limit.is_some() || self.max_locks.is_some()
    }

    /// Whether the loop tells records apart by their keys.
    pub(in crate::sim) fn by_key(&self) -> bool {
        self.reject.is_some() || self.release.is_some() || self.renew.is_some()
    }

    /// What is wrong with them: the setting in the story's words, and the reason.
    pub(in crate::sim) fn fit(&self) -> Result<(), (&'static str, &'static str)> {
        let limits = self.limits();
        if limits.lock.ms() < 1 || limits.lock.ms() > i32::MAX as u64 {
            return Err(("lock-duration", "at least 1ms"));
        }
        if self.delivery_limit.is_some_and(|limit| !(2..=10).contains(&limit)) {
            return Err(("delivery-limit", "from 2 to 10, as the broker allows"));
        }
        if !(1..=4000).contains(&limits.locks) {
            return Err(("max-locks", "from 1 to 4000"));
        }
        if self.by_key() && !self.is_explicit() {
            return Err((
                "reject, release, renew",
                "only with acknowledgement=explicit can the loop tell records apart",
            ));
        }
        Ok(())
    }

    /// Whether anything is set.
    pub(in crate::sim) fn is_empty(&self) -> bool {
        *self == ShareSettings::default()
    }
}

impl Acknowledgement {
    /// Kafka's word.
    pub fn name(self) -> &'static str {
        match self {
            Acknowledgement::Implicit => "implicit",
            Acknowledgement::Explicit => "explicit",
        }
    }
}

impl AcquireMode {
    /// Kafka's word.
    pub fn name(self) -> &'static str {
        match self {
            AcquireMode::BatchOptimized => "batch_optimized",
            AcquireMode::RecordLimit => "record_limit",
        }
    }
}
