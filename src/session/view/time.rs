//! Who owned what when, and what it did to the lag.

use crate::base::Time;
use std::rc::Rc;

/// The pictures on the time axis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeView {
    /// Left end of the axis.
    pub from: Time,
    /// Right end of the axis (at or after `now`).
    pub to: Time,
    /// The playhead.
    pub now: Time,
    /// One row a partition, in order of topic and number.
    pub rows: Vec<TimeRow>,
    /// Rebalances within the window: beginning and end (`None` while running).
    pub rebalances: Vec<(Time, Option<Time>)>,
    /// Acts of a person or a story, backups, removals.
    pub marks: Vec<Mark>,
    /// Lag of all groups together, oldest first, at most 600 points.
    pub lag: Vec<LagPoint>,
    /// The largest `said` or `unread` in `lag`.
    pub lag_max: i64,
    /// The largest `unread` in the rows' ribbons.
    pub row_unread_max: i64,
}

/// One partition over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeRow {
    /// Its topic.
    pub topic: Rc<str>,
    /// Its number.
    pub partition: i32,
    /// Who owned it; what is between two of them had no owner.
    pub tenures: Vec<Tenure>,
    /// Unread records in steps of `step` from the left end of the axis.
    pub unread: Vec<(Time, i64)>,
    /// Time without an owner within the whole run, in microseconds.
    pub unowned_us: u64,
}

/// A time during which one consumer owned a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenure {
    /// The consumer's name.
    pub consumer: Rc<str>,
    /// Its colour: the number of consumers added before it.
    pub index: u32,
    /// When `assigned` was called.
    pub from: Time,
    /// When it revoked, lost, died or closed; `None` while it owns.
    pub to: Option<Time>,
}

/// Lag at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LagPoint {
    /// When.
    pub at: Time,
    /// `end - committed`, as monitors say it.
    pub said: i64,
    /// Records that nobody has processed.
    pub unread: i64,
}

/// Something that deserves a mark on the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Time,
    /// What kind of thing it was.
    pub kind: MarkKind,
    /// The canonical line of the command, or the consumer's name for a removal.
    pub label: Rc<str>,
}

/// Kinds of marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A kill, pause, slow or the like.
    Fault,
    /// Any other act.
    Act,
    /// A backup was taken.
    Backup,
    /// A restore step.
    Restore,
    /// The coordinator removed a member.
    Removed,
}
