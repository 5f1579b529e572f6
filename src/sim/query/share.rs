//! Questions about share groups: which records of a partition are with whom.

use crate::base::Time;
use crate::sim::World;
use crate::sim::network::Address;
use crate::sim::share::{Acquired, SharePartition, State};
use std::rc::Rc;

/// A partition as a share group has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharePartitionFacts {
    /// Its topic.
    pub topic: Rc<str>,
    /// Its number.
    pub partition: i32,
    /// The start offset (SPSO): below it all is done.
    pub start: i64,
    /// The end of the window (SPEO): the first offset that was never fetched.
    pub end: i64,
    /// Records that the next fetch may have once more.
    pub available: u64,
    /// Records that somebody has.
    pub acquired: u64,
    /// Records acknowledged so far.
    pub acknowledged: u64,
    /// Records archived so far: rejected, delivered as often as they may be, or gone from the log.
    pub archived: u64,
    /// Those of `archived` that were delivered as often as they may be.
    pub exhausted: u64,
    /// Deliveries of records that had been delivered before.
    pub redelivered: u64,
    /// Records whose lock ended by itself, so far.
    pub lock_timeouts: u64,
    /// The window: every record from `start` to `end`, in order.
    pub window: Vec<ShareRangeFacts>,
}

/// Neighbouring records of the window that have everything in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareRangeFacts {
    /// First offset.
    pub from: i64,
    /// The offset after the last.
    pub to: i64,
    /// Their state.
    pub state: ShareState,
    /// How often they were delivered.
    pub deliveries: u16,
}

/// State of a record in the window of a share partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareState {
    /// The next fetch may have it.
    Available,
    /// A consumer has it, until its lock is over.
    Acquired {
        /// The consumer.
        consumer: Rc<str>,
        /// When the lock is over.
        until: Time,
    },
    /// Acknowledged.
    Acknowledged,
    /// Archived.
    Archived,
}

/// Records that a consumer has acquired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcquiredFacts {
    /// Their topic.
    pub topic: Rc<str>,
    /// Their partition.
    pub partition: i32,
    /// First offset.
    pub from: i64,
    /// The offset after the last.
    pub to: i64,
    /// Which delivery this is, from 1.
    pub deliveries: u16,
    /// When the lock is over.
    pub until: Time,
}

impl World {
    /// The partitions that a share group has read, in the order of topic and number.
    pub fn share_partitions(&self, group: &str) -> Vec<SharePartitionFacts> {
        let Some(group) = self.core.group_of(group) else { return Vec::new() };
        let of_group = self.core.shares.partitions.iter().filter(|((of, _), _)| *of == group);
        let mut all: Vec<SharePartitionFacts> =
            of_group.map(|((_, log), of)| self.share_partition(*log, of)).collect();
        crate::base::small::sort_by(&mut all, |a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
        all
    }

    fn share_partition(&self, log: u32, of: &SharePartition) -> SharePartitionFacts {
        let name = &self.core.logs[log as usize].name;
        let tally = of.tally();
        let range = |run: &crate::sim::share::Run| ShareRangeFacts {
            from: run.from,
            to: run.to,
            state: match run.state {
                State::Available => ShareState::Available,
                State::Acquired { by, until } => ShareState::Acquired {
                    consumer: self.core.consumers[by.consumer as usize].clone(),
                    until,
                },
                State::Acknowledged => ShareState::Acknowledged,
                State::Archived => ShareState::Archived,
            },
            deliveries: run.count,
        };
        SharePartitionFacts {
            topic: name.topic.clone(),
            partition: name.partition,
            start: of.start(),
            end: of.end(),
            available: of.count(|state| *state == State::Available),
            acquired: of.count(|state| matches!(state, State::Acquired { .. })),
            acknowledged: tally.acknowledged,
            archived: tally.archived(),
            exhausted: tally.exhausted,
            redelivered: tally.redelivered,
            lock_timeouts: tally.timeouts,
            window: of.runs().iter().map(range).collect(),
        }
    }

    /// What a share consumer's process has acquired, by topic, number and offset; nothing of any other.
    pub fn acquired(&self, consumer: &str) -> Vec<AcquiredFacts> {
        let Ok(at) = self.consumer_of(consumer) else { return Vec::new() };
        let of = &self.consumers[at];
        let by = Address { consumer: of.id, process: of.process };
        let mut all = Vec::new();
        for ((_, log), partition) in self.core.shares.partitions.iter() {
            let name = &self.core.logs[*log as usize].name;
            let facts = |(of, until): (Acquired, Time)| AcquiredFacts {
                topic: name.topic.clone(),
                partition: name.partition,
                from: of.first,
                to: of.last + 1,
                deliveries: of.count,
                until,
            };
            all.extend(partition.held(by).map(facts));
        }
        crate::base::small::sort_by(&mut all, |a, b| {
            (&a.topic, a.partition, a.from).cmp(&(&b.topic, b.partition, b.from))
        });
        all
    }
}
