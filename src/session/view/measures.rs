//! The header of every run: what it cost so far.

use crate::base::Span;

/// The same eight measures for every run, from its start to now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MeasuresView {
    /// Partition-time without an owner, summed over partitions, counted from each partition's first owner.
    pub unowned: Span,
    /// Partitions without an owner now.
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
    /// `end - committed`, as monitors say it; `None` before the first commit.
    pub lag: Option<i64>,
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
