//! Who owned what when, and what it did to the lag.

use crate::base::{Map, Span, Time};
use crate::measure::{LagPoint, Ledger};
use crate::sim::{Protocol, World};
use std::rc::Rc;

/// Points of the group's lag.
const LAG_POINTS: u32 = 400;
/// Steps of a row's ribbon.
const ROW_POINTS: u32 = 192;
/// Rows with a ribbon; with more partitions the ribbons would be thinner than a pixel.
const RIBBONS_MAX: usize = 60;

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
    /// Whether some of them are a share group's, which have no owner.
    pub shared: bool,
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

/// The part of the run that is shown: the last `width`, or all of it.
fn window(now: Time, width: Option<Span>) -> (Time, Time) {
    match width {
        Some(width) if now.us() > width.us() => (Time::from_us(now.us() - width.us()), now),
        Some(width) => (Time::ZERO, Time::ZERO + width),
        None => (Time::ZERO, now.max(Time::from_ms(1))),
    }
}

/// Ownership and lag within a window.
pub(in crate::session) fn time(
    world: &World,
    ledger: &Ledger,
    width: Option<Span>,
    marks: &[Mark],
) -> TimeView {
    let (from, to) = window(world.now(), width);
    let index: Map<Rc<str>, u32> =
        world.consumers().into_iter().map(|facts| (facts.name, facts.index)).collect();
    let groups = world.groups();
    let shares =
        |name: &Rc<str>| groups.iter().any(|group| group.name == *name && group.protocol == Protocol::Share);
    let (mut rows, mut shared) = (Vec::new(), false);
    for topic in world.topics() {
        let Some(group) = topic.groups.first() else { continue };
        shared |= shares(group);
        let ribbons = rows.len() + topic.partitions as usize <= RIBBONS_MAX;
        for partition in 0..topic.partitions {
            rows.push(row(world, ledger, (group, &topic.name, partition), (from, to), &index, ribbons));
        }
    }
    let lag = ledger.lag(world, from, to, LAG_POINTS);
    TimeView {
        from,
        to,
        now: world.now(),
        rebalances: ledger
            .rebalances()
            .iter()
            .filter(|(_, end)| end.is_none_or(|end| end >= from))
            .copied()
            .collect(),
        marks: marks.iter().filter(|mark| mark.at >= from && mark.at <= to).cloned().collect(),
        lag_max: lag.iter().map(|point| point.said.max(point.unread)).max().unwrap_or(0),
        row_unread_max: rows.iter().flat_map(|row| &row.unread).map(|(_, unread)| *unread).max().unwrap_or(0),
        rows,
        shared,
        lag,
    }
}

fn row(
    world: &World,
    ledger: &Ledger,
    (group, topic, partition): (&Rc<str>, &Rc<str>, i32),
    (from, to): (Time, Time),
    index: &Map<Rc<str>, u32>,
    ribbon: bool,
) -> TimeRow {
    let of = (&**group, &**topic, partition);
    let tenures = ledger
        .tenures(group, topic, partition)
        .iter()
        .filter(|tenure| tenure.from <= to && tenure.to.is_none_or(|end| end >= from))
        .map(|tenure| Tenure {
            consumer: tenure.consumer.clone(),
            index: index.get(&tenure.consumer).copied().unwrap_or(0),
            from: tenure.from,
            to: tenure.to,
        })
        .collect();
    TimeRow {
        topic: topic.clone(),
        partition,
        tenures,
        unread: if ribbon { ledger.unread(world, of, (from, to), ROW_POINTS) } else { Vec::new() },
        unowned_us: ledger.unowned(group, topic, partition, world.now()).us(),
    }
}
