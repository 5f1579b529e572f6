//! The machine: its state, its doors, and how an input goes through it.

use super::classic::ClassicGroup;
use super::config::Config;
use super::event::{Batch, Outcome, Output, Producer};
use super::ids::MemberIds;
use super::metadata::Metadata;
use super::offset::Offsets;
use super::record::{OffsetValue, Record};
use super::request::{Context, Request};
use super::timer::{Task, TimerKey, Timers};
use super::view::GroupView;
use crate::base::{Span, Time};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A group coordinator for all groups of a cluster.
///
/// Inputs: [`handle`](Self::handle), [`fire`](Self::fire), [`set_metadata`](Self::set_metadata),
/// [`end_transaction`](Self::end_transaction), [`restart`](Self::restart). Reading: [`groups`](Self::groups),
/// [`group`](Self::group), [`committed`](Self::committed), [`next_deadline`](Self::next_deadline).
///
/// Times must not go back from one input to the next, and timers that are due before an input are fired before it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Coordinator {
    pub(super) config: Config,
    pub(super) ids: MemberIds,
    pub(super) metadata: Metadata,
    pub(super) groups: BTreeMap<Rc<str>, Group>,
    pub(super) offsets: Offsets,
    pub(super) timers: Timers,
}

/// A group of one of Kafka's types.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Group {
    Classic(ClassicGroup),
}

impl Coordinator {
    /// An empty coordinator at virtual time 0.
    pub fn new(config: Config, ids: MemberIds) -> Coordinator {
        let mut timers = Timers::default();
        let interval = Span::from_ms(config.offsets_retention_check_interval_ms.max(0) as u64);
        timers.arm(Time::ZERO, interval, TimerKey::OffsetExpiry, Task::ExpireOffsets);
        Coordinator {
            config,
            ids,
            metadata: Metadata::default(),
            groups: BTreeMap::new(),
            offsets: Offsets::default(),
            timers,
        }
    }

    /// Answers a request, at once or by a later outcome. `token` names the request in the reply.
    pub fn handle(&mut self, now: Time, token: u64, context: &Context, request: Request) -> Outcome {
        let _ = (token, context, request);
        Outcome::new(now)
    }

    /// When the next timer is due.
    pub fn next_deadline(&self) -> Option<Time> {
        self.timers.next_deadline()
    }

    /// Fires the earliest timer that is due at `now`, with the clock at its own deadline ([`Outcome::at`]); an empty
    /// outcome when none is. Call it until [`next_deadline`](Self::next_deadline) is later than `now`.
    pub fn fire(&mut self, now: Time) -> Outcome {
        Outcome::new(now)
    }

    /// Takes note of the topics that exist. Offsets of a topic that is gone are dropped.
    pub fn set_metadata(&mut self, now: Time, metadata: Metadata) -> Outcome {
        self.metadata = metadata;
        Outcome::new(now)
    }

    /// A transaction marker: the pending offsets of the producer count, or are dropped.
    pub fn end_transaction(&mut self, now: Time, producer: Producer, commit: bool) -> Outcome {
        let _ = (producer, commit);
        Outcome::new(now)
    }

    /// Loses the partition and gets it back at once: held requests are answered `NOT_COORDINATOR`, timers and soft
    /// state are gone, and `log`, all batches ever appended, is replayed.
    pub fn restart(&mut self, now: Time, log: &[Batch]) -> Outcome {
        for batch in log {
            self.replay(batch);
        }
        Outcome::new(now)
    }

    /// Takes records into memory. The only writer of offsets.
    pub fn replay(&mut self, batch: &Batch) {
        let _: Option<&Record> = batch.records.first();
    }

    /// The names of all groups.
    pub fn groups(&self) -> impl Iterator<Item = &Rc<str>> {
        self.groups.keys()
    }

    /// A group as it is now; `None` when there is none of that name.
    pub fn group(&self, group: &str) -> Option<GroupView> {
        let _ = group;
        None
    }

    /// The committed offsets of a group: topic, partition, value, in that order.
    pub fn committed(&self, group: &str) -> impl Iterator<Item = (&Rc<str>, i32, &OffsetValue)> {
        let _ = group;
        std::iter::empty()
    }

    /// The committed offset of one partition.
    pub fn committed_offset(&self, group: &str, topic: &str, partition: i32) -> Option<&OffsetValue> {
        let _ = (group, topic, partition);
        None
    }
}

impl Outcome {
    /// Appends a batch.
    pub(super) fn append(&mut self, batch: Batch) {
        self.outputs.push(Output::Records(batch));
    }
}
