//! Records of a share partition: their states, verdicts on them, and what becomes of them.

use crate::base::{Span, Time};
use crate::sim::network::Address;

/// What a group is held to: its settings `share.*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct Limits {
    /// `share.record.lock.duration.ms`.
    pub lock: Span,
    /// `share.delivery.count.limit`.
    pub deliveries: u16,
    /// `share.partition.max.record.locks`: the longest window.
    pub locks: u32,
    /// How long it takes until the share coordinator has written what became of records.
    pub write: Span,
}

impl Limits {
    /// When it is written what becomes of records now; `None`: at once.
    pub fn written_at(&self, now: Time) -> Option<Time> {
        (!self.write.is_zero()).then(|| now + self.write)
    }
}

/// State of a record within the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) enum State {
    /// The next fetch may have it.
    Available,
    /// Somebody has it, until the lock is over.
    Acquired { by: Address, until: Time },
    /// Done.
    Acknowledged,
    /// Given up.
    Archived,
}

impl State {
    /// Whether nothing can happen to it any more.
    pub fn is_final(self) -> bool {
        matches!(self, State::Acknowledged | State::Archived)
    }
}

/// Neighbouring records that have everything in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct Run {
    pub from: i64,
    /// The offset after the last.
    pub to: i64,
    /// How often they were delivered.
    pub count: u16,
    pub state: State,
    /// The share coordinator writes the state down until then. Nobody is given the records meanwhile, and the start
    /// offset does not pass them.
    pub(super) written: Option<Time>,
    /// The first offset of the batch that they belong to.
    pub(super) batch: i64,
    /// How many records that batch had.
    pub(super) size: u32,
    /// Whether its records are looked at one by one.
    pub(super) by_offset: bool,
}

/// What somebody says of records: `AcknowledgeType`, with Kafka's `GAP` for offsets that hold none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) enum Verdict {
    Accept,
    Release,
    Reject,
    Renew,
    Gap,
}

/// A verdict on the records `first..=last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct Ack {
    pub first: i64,
    pub last: i64,
    pub verdict: Verdict,
}

/// Records that a fetch was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct Acquired {
    pub first: i64,
    pub last: i64,
    /// The delivery that this is, from 1.
    pub count: u16,
}

/// How much a fetch wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct Want {
    /// `max.poll.records`.
    pub max: u32,
    /// `share.acquire.mode=record_limit`: not one more. Otherwise batches are given whole.
    pub exact: bool,
}

/// Records that were not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct Freed {
    /// Who had them.
    pub by: Address,
    pub first: i64,
    pub last: i64,
    pub fate: Fate,
}

/// What becomes of records that were not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) enum Fate {
    /// The next fetch may have them.
    Available,
    /// They were delivered as often as they may be, and are archived.
    Exhausted,
    /// They were rejected, and are archived.
    Rejected,
}

/// What became of records, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::sim) struct Tally {
    /// Accepted.
    pub acknowledged: u64,
    /// Rejected.
    pub rejected: u64,
    /// Archived because they had been delivered as often as they may be.
    pub exhausted: u64,
    /// Offsets without a record.
    pub gaps: u64,
    /// Below the log's start before they were done.
    pub lost: u64,
    /// Deliveries of records that had been delivered before.
    pub redelivered: u64,
    /// Locks that ended by themselves, in records.
    pub timeouts: u64,
}

impl Tally {
    /// All that were given up.
    pub fn archived(&self) -> u64 {
        self.rejected + self.exhausted + self.lost
    }
}

impl Run {
    /// Records, or offsets without one.
    pub fn len(&self) -> u64 {
        (self.to - self.from) as u64
    }

    /// When its lock is over, or its state written.
    pub fn until(&self) -> Option<Time> {
        match self.state {
            State::Acquired { until, .. } => Some(until),
            _ => self.written,
        }
    }

    /// Whether a fetch may have them.
    pub fn is_available(&self) -> bool {
        self.state == State::Available && self.written.is_none()
    }

    /// Whether the start offset may pass them.
    pub fn is_done(&self) -> bool {
        self.state.is_final() && self.written.is_none()
    }
}
