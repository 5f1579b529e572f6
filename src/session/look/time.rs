//! The pictures on the time axis.

use crate::base::{Map, Span, Time};
use crate::measure::Ledger;
use crate::session::view::{LagPoint, Mark, Tenure, TimeRow, TimeView};
use crate::sim::World;
use std::rc::Rc;

/// Points of the group's lag.
const LAG_POINTS: u32 = 400;
/// Steps of a row's ribbon.
const ROW_POINTS: u32 = 192;
/// Rows with a ribbon; with more partitions the ribbons would be thinner than a pixel.
const RIBBONS_MAX: usize = 60;

/// The part of the run that is shown: the last `width`, or all of it.
pub fn window(now: Time, width: Option<Span>) -> (Time, Time) {
    match width {
        Some(width) if now.us() > width.us() => (Time::from_us(now.us() - width.us()), now),
        Some(width) => (Time::ZERO, Time::ZERO + width),
        None => (Time::ZERO, now.max(Time::from_ms(1))),
    }
}

/// Ownership and lag within a window.
pub fn time(world: &World, ledger: &Ledger, width: Option<Span>, marks: &[Mark]) -> TimeView {
    let (from, to) = window(world.now(), width);
    let index: Map<Rc<str>, u32> =
        world.consumers().into_iter().map(|facts| (facts.name, facts.index)).collect();
    let mut rows = Vec::new();
    for topic in world.topics() {
        let Some(group) = topic.groups.first() else { continue };
        let ribbons = rows.len() + topic.partitions as usize <= RIBBONS_MAX;
        for partition in 0..topic.partitions {
            rows.push(row(world, ledger, (group, &topic.name, partition), (from, to), &index, ribbons));
        }
    }
    let lag: Vec<LagPoint> = ledger
        .lag(world, from, to, LAG_POINTS)
        .into_iter()
        .map(|point| LagPoint { at: point.at, said: point.said, unread: point.unread })
        .collect();
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
