//! The ledger of a run: kept up to date a piece of the trace at a time, cheap to ask in every frame.

use super::drain::drain;
use super::moves::{self, Moves};
use super::ownership::{Ownership, Row, Tenure};
use crate::base::{Map, Span, Time, TopicPartition, small};
use crate::sim::World;
use crate::sim::query::ShareCounters;
use crate::sim::trace::{Entry, Happening, Sample, SeriesOf};
use std::rc::Rc;

/// The same measures for every run, from its start to now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measures {
    /// Partition-time without an owner, summed over partitions, counted from each partition's first owner.
    pub unowned: Span,
    /// Partitions without an owner now that had one before.
    pub unowned_now: u32,
    /// The longest pause of a partition between two owners, or since its last one.
    pub pause_max: Span,
    /// The median over the partitions of their longest pause.
    pub pause_median: Span,
    /// Partitions that went from one living owner to another.
    pub moved: u64,
    /// Those of `moved` that a best assignment would have left in place: one that gives each member as many partitions
    /// as the real one did, and leaves as many as possible where they were.
    pub moved_needlessly: u64,
    /// Records delivered to the group again.
    pub reread: u64,
    /// Records processed and not committed by members that are gone: to be read again.
    pub reread_to_come: u64,
    /// Records that the group passed without processing: below the committed offset, and processed by nobody.
    pub skipped: u64,
    /// `end - committed` summed, as monitors say it; `None` before the first commit.
    pub lag: Option<i64>,
    /// The largest `lag` of all samples (four a second, fewer in long runs).
    pub lag_peak: i64,
    /// How long it took from that peak until the lag was back at the median of what it was before; `None` while it is
    /// not.
    pub drain: Option<Span>,
    /// Records that nobody has processed and that were not passed.
    pub unread: i64,
    /// Rebalances that have begun.
    pub rebalances: u64,
    /// Whether one is running.
    pub rebalancing: bool,
    /// The generation of the first group, by name, or of the one that was asked for.
    pub generation: i32,
    /// Requests and answers of the group protocol.
    pub messages: u64,
    /// Of share groups: what became of their records.
    pub share: ShareCounters,
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
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The number of the next entry of the trace.
    next: u64,
    ownership: Ownership,
    moves: Map<Rc<str>, Moves>,
    /// For each group, how many have begun.
    begun: Map<Rc<str>, u64>,
    /// For each group, the place of the one that is running.
    running: Map<Rc<str>, u32>,
    rebalances: Vec<(Time, Option<Time>)>,
}

impl Ledger {
    /// An empty ledger, for a new world.
    pub fn new() -> Ledger {
        Ledger::default()
    }

    /// Takes in what happened since the last call. Call it before asking.
    pub fn update(&mut self, world: &World) {
        for entry in world.trace().since(self.next) {
            self.ownership.take(entry);
            moves::take(&mut self.moves, entry);
            self.take_rebalance(entry);
        }
        self.next = world.trace().len();
    }

    fn take_rebalance(&mut self, entry: &Entry) {
        match &entry.what {
            Happening::RebalanceBegan(group, _) => {
                *self.begun.or_default(group.clone()) += 1;
                if !self.running.contains_key(group) {
                    self.running.insert(group.clone(), self.rebalances.len() as u32);
                    self.rebalances.push((entry.at, None));
                }
            }
            Happening::Stable(group, ..)
            | Happening::Reconciled(group, ..)
            | Happening::Emptied(group, _)
            | Happening::GroupDeleted(group) => {
                if let Some(place) = self.running.remove(group) {
                    self.rebalances[place as usize].1 = Some(entry.at);
                }
            }
            _ => {}
        }
    }

    /// The measures of all groups together, or of one.
    pub fn measures(&self, world: &World, group: Option<&str>) -> Measures {
        let now = world.now();
        let counters = world.counters(group);
        let rows: Vec<&Row> = self.ownership.of(group).collect();
        let mut pauses: Vec<Span> = rows.iter().map(|row| row.pause_max(now)).collect();
        small::sort(&mut pauses);
        let place = group.map(|name| world.group_place(name).unwrap_or(u32::MAX));
        let of = |name: &Rc<str>| group.is_none_or(|group| **name == *group);
        Measures {
            unowned: rows.iter().fold(Span::ZERO, |sum, row| sum + row.unowned(now)),
            unowned_now: rows.iter().filter(|row| row.unowned_since.is_some()).count() as u32,
            pause_max: pauses.last().copied().unwrap_or_default(),
            pause_median: pauses.get(pauses.len() / 2).copied().unwrap_or_default(),
            moved: rows.iter().map(|row| row.moved).sum(),
            moved_needlessly: self.moves.iter().filter(|(name, _)| of(name)).map(|(_, m)| m.needless()).sum(),
            reread: counters.reread,
            reread_to_come: counters.reread_to_come,
            skipped: counters.skipped,
            lag: counters.lag,
            lag_peak: world.samples().peak(place).map_or(0, |(_, said)| said).max(counters.lag.unwrap_or(0)),
            drain: drain(world.samples(), place),
            unread: counters.unread,
            rebalances: self.begun.iter().filter(|(name, _)| of(name)).map(|(_, count)| count).sum(),
            rebalancing: counters.rebalancing,
            generation: world.generation(group),
            messages: counters.messages,
            share: counters.share,
        }
    }

    /// Who owned a partition for a group, oldest first.
    pub fn tenures(&self, group: &str, topic: &str, partition: i32) -> &[Tenure] {
        self.row(group, topic, partition).map_or(&[], |row| &row.tenures)
    }

    /// Time without an owner of a partition, from its first owner to now.
    pub fn unowned(&self, group: &str, topic: &str, partition: i32, now: Time) -> Span {
        self.row(group, topic, partition).map_or(Span::ZERO, |row| row.unowned(now))
    }

    fn row(&self, group: &str, topic: &str, partition: i32) -> Option<&Row> {
        self.ownership.rows.get(group)?.get(&TopicPartition::new(topic, partition))
    }

    /// Rebalances of all groups: beginning and end (`None` while running), oldest first.
    pub fn rebalances(&self) -> &[(Time, Option<Time>)] {
        &self.rebalances
    }

    /// Lag of all groups together within a window, at most `points` points, each a sample as it was.
    pub fn lag(&self, world: &World, from: Time, to: Time, points: u32) -> Vec<LagPoint> {
        let point = |(at, sample): (Time, &Sample)| LagPoint {
            at,
            said: sample.said(None).unwrap_or(0),
            unread: sample.unread.iter().sum(),
        };
        thinned(world, from, to, points).map(point).collect()
    }

    /// Unread records of a partition for a group within a window, at most `points` points. Empty while the group has
    /// not touched the partition.
    pub fn unread(
        &self,
        world: &World,
        of: (&str, &str, i32),
        window: (Time, Time),
        points: u32,
    ) -> Vec<(Time, i64)> {
        let place = |(group, topic, partition)| {
            let series =
                SeriesOf { group: world.group_place(group)?, log: world.log_place(topic, partition)? };
            world.samples().column(series)
        };
        let Some(column) = place(of) else { return Vec::new() };
        let value = |sample: &Sample| sample.unread.get(column as usize).copied();
        let samples = thinned(world, window.0, window.1, points);
        samples.filter_map(|(at, sample)| Some((at, value(sample)?))).collect()
    }
}

/// Samples of a window, every n-th so that there are at most `points`. The n-th are counted from time 0, so that a
/// picture that moves on keeps its shape.
fn thinned(world: &World, from: Time, to: Time, points: u32) -> impl Iterator<Item = (Time, &Sample)> {
    let samples = world.samples();
    let step = samples.step();
    let count = to.since(from).us() / step.us() + 1;
    let every = count.div_ceil(u64::from(points.max(1)));
    samples.within(from, to).filter(move |(at, _)| (at.us() / step.us()).is_multiple_of(every))
}
