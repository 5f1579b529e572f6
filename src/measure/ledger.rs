//! The ledger of a run: kept up to date a piece of the trace at a time, cheap to ask in every frame.

use crate::base::{Span, Time};
use crate::sim::World;
use std::rc::Rc;

/// The same measures for every run, from its start to now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measures {
    /// Partition-time without an owner, summed over partitions, counted from each partition's first owner.
    pub unowned: Span,
    /// Partitions without an owner now that had one before.
    pub unowned_now: u32,
    /// The longest pause of a partition between two owners.
    pub pause_max: Span,
    /// The median over the partitions of their longest pause.
    pub pause_median: Span,
    /// Partitions that went from one living owner to another.
    pub moved: u64,
    /// Those of `moved` that a best assignment would have left in place.
    pub moved_needlessly: u64,
    /// Records delivered to the group again.
    pub reread: u64,
    /// Records processed and not committed by members that are gone: to be read again.
    pub reread_to_come: u64,
    /// Records that the group passed without processing.
    pub skipped: u64,
    /// `end - committed` summed, as monitors say it; `None` before the first commit.
    pub lag: Option<i64>,
    /// The largest `lag` so far.
    pub lag_peak: i64,
    /// How long it took from the last peak until the lag was back to what it was before; `None` while it is not.
    pub drain: Option<Span>,
    /// Records that nobody has processed.
    pub unread: i64,
    /// Rebalances that have begun.
    pub rebalances: u64,
    /// Whether one is running.
    pub rebalancing: bool,
    /// The generation of the first group, by name.
    pub generation: i32,
    /// Requests and answers of the group protocol.
    pub messages: u64,
}

/// A time during which one consumer owned a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenure {
    /// The consumer's name.
    pub consumer: Rc<str>,
    /// When `assigned` was called.
    pub from: Time,
    /// When it revoked, lost, died or closed; `None` while it owns.
    pub to: Option<Time>,
}

/// Lag at a moment, all groups together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LagPoint {
    /// When.
    pub at: Time,
    /// `end - committed`, as monitors say it.
    pub said: i64,
    /// Records that nobody has processed.
    pub unread: i64,
}

/// What a run cost so far.
#[derive(Clone, Default)]
pub struct Ledger {}

impl Ledger {
    /// An empty ledger, for a new world.
    pub fn new() -> Ledger {
        Ledger::default()
    }

    /// Takes in what happened since the last call. Call it before asking.
    pub fn update(&mut self, _world: &World) {
        todo!()
    }

    /// The measures of all groups together, or of one.
    pub fn measures(&self, _world: &World, _group: Option<&str>) -> Measures {
        todo!()
    }

    /// Who owned a partition for a group, oldest first.
    pub fn tenures(&self, _group: &str, _topic: &str, _partition: i32) -> &[Tenure] {
        todo!()
    }

    /// Time without an owner of a partition, from its first owner to now.
    pub fn unowned(&self, _group: &str, _topic: &str, _partition: i32, _now: Time) -> Span {
        todo!()
    }

    /// Rebalances: beginning and end (`None` while running), oldest first.
    pub fn rebalances(&self) -> &[(Time, Option<Time>)] {
        todo!()
    }

    /// Lag of all groups together within a window, at most `points` points.
    pub fn lag(&self, _world: &World, _from: Time, _to: Time, _points: u32) -> Vec<LagPoint> {
        todo!()
    }

    /// Unread records of a partition for a group within a window, at most `points` points.
    pub fn unread(
        &self,
        _world: &World,
        _of: (&str, &str, i32),
        _window: (Time, Time),
        _points: u32,
    ) -> Vec<(Time, i64)> {
        todo!()
    }
}
