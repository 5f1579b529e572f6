//! The ownership chart: a row a partition, a bar a tenure, gaps hatched, the ribbon of unread records below.

use super::{Anchor, Fill, Shape, Window, number, owner_class, ramp, tint_class};
use crate::base::Time;
use crate::session::view::{TimeRow, TimeView};

/// At most so many rows are drawn; the table has all.
pub const ROWS_MAX: usize = 60;

/// Heights within a row, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowSize {
    /// The whole row.
    pub row: f64,
    /// The bar of tenures.
    pub bar: f64,
    /// The ribbon of unread records.
    pub ribbon: f64,
}

impl RowSize {
    /// Rows shrink when there are many of them.
    pub fn for_rows(rows: usize) -> RowSize {
        match rows {
            0..=8 => RowSize { row: 28.0, bar: 15.0, ribbon: 6.0 },
            9..=16 => RowSize { row: 20.0, bar: 11.0, ribbon: 4.0 },
            _ => RowSize { row: 14.0, bar: 8.0, ribbon: 3.0 },
        }
    }
}

/// The rows that are drawn: the first ones, as many as fit.
pub fn rows(view: &TimeView) -> &[TimeRow] {
    &view.rows[..view.rows.len().min(ROWS_MAX)]
}

/// The shapes of the chart, except the ribbons.
pub fn shapes(view: &TimeView, consumers: usize) -> Vec<Shape> {
    let window = Window { from: view.from, to: view.to };
    let rows = rows(view);
    let size = RowSize::for_rows(rows.len());
    let height = rows.len() as f64 * size.row;
    let mut shapes = Vec::new();
    for (from, to) in &view.rebalances {
        let (left, right) = (window.x(*from), window.x(to.unwrap_or(view.now)));
        shapes.push(Shape::rect("during", left, 0.0, (right - left).max(0.1), height));
    }
    for (i, row) in rows.iter().enumerate() {
        row_shapes(row, view, consumers, i as f64 * size.row + 3.0, &mut shapes);
    }
    let now = window.x(view.now);
    shapes.push(Shape::Line("cursor", (now, 0.0), (now, height)));
    shapes
}

/// One row: gaps between tenures, then the tenures with their owners' names.
fn row_shapes(row: &TimeRow, view: &TimeView, consumers: usize, top: f64, shapes: &mut Vec<Shape>) {
    let window = Window { from: view.from, to: view.to };
    let size = RowSize::for_rows(view.rows.len().min(ROWS_MAX));
    for (from, to) in gaps(row, view.now) {
        if to < view.from || from > view.to {
            continue;
        }
        let (left, right) = (window.x(from), window.x(to));
        shapes.push(Shape::Rect("gap", Some(Fill::Harm), left, top, right - left, size.bar));
        shapes.push(Shape::rect("gap-edge", left, top, right - left, size.bar));
    }
    let mut named = None;
    for tenure in &row.tenures {
        let end = tenure.to.unwrap_or(view.now);
        if end < view.from || tenure.from > view.to {
            continue;
        }
        let (left, width) = (window.x(tenure.from), window.x(end) - window.x(tenure.from));
        shapes.push(Shape::rect(tint_class(tenure.index, consumers), left, top, width, size.bar));
        shapes.push(Shape::rect(owner_class(tenure.index, consumers), left, top, width, 2.0));
        let room = 1.4 + 0.9 * tenure.consumer.chars().count() as f64;
        if size.bar > 10.0 && width > room && named.as_ref() != Some(&tenure.consumer) {
            let at = (left, top + size.bar - 3.0);
            // On a phone only a long bar has room for its owner's name.
            let class = if width < 12.0 { "strong opt-l" } else { "strong" };
            shapes.push(Shape::Text(class, at, 6.0, Anchor::Start, tenure.consumer.clone()));
            named = Some(tenure.consumer.clone());
        }
    }
}

/// Times without an owner, from the first tenure on.
pub fn gaps(row: &TimeRow, now: Time) -> Vec<(Time, Time)> {
    let mut gaps = Vec::new();
    let mut free_since: Option<Time> = None;
    for tenure in &row.tenures {
        if let Some(since) = free_since
            && tenure.from > since
        {
            gaps.push((since, tenure.from));
        }
        free_since = tenure.to;
    }
    if let Some(since) = free_since
        && now > since
    {
        gaps.push((since, now));
    }
    gaps
}

/// The ribbons of all rows, one path a level of the ramp, in a plot 1000 wide and as high as the chart.
pub fn ribbons(view: &TimeView) -> [String; 7] {
    let window = Window { from: view.from, to: view.to };
    let rows = rows(view);
    let size = RowSize::for_rows(rows.len());
    let mut paths: [String; 7] = Default::default();
    for (i, row) in rows.iter().enumerate() {
        let top = i as f64 * size.row + 3.0 + size.bar + 1.0;
        let mut runs = row.unread.iter().peekable();
        while let Some((from, unread)) = runs.next() {
            let level = ramp::level(*unread, view.row_unread_max);
            // Steps of one level are one rectangle.
            while runs.peek().is_some_and(|(_, next)| ramp::level(*next, view.row_unread_max) == level) {
                runs.next();
            }
            let to = runs.peek().map_or(view.now, |(at, _)| *at);
            let (left, right) = (window.x(*from) * 10.0, window.x(to) * 10.0);
            if right > left {
                let (left, right) = (number(left), number(right));
                let (top, height) = (number(top), number(size.ribbon));
                paths[level].push_str(&format!("M{left} {top}H{right}v{height}H{left}z"));
            }
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::view::Tenure;

    fn row(tenures: &[(u64, Option<u64>)]) -> TimeRow {
        let tenure = |(from, to): &(u64, Option<u64>)| Tenure {
            consumer: "c1".into(),
            index: 0,
            from: Time::from_ms(*from),
            to: to.map(Time::from_ms),
        };
        TimeRow {
            topic: "orders".into(),
            partition: 0,
            tenures: tenures.iter().map(tenure).collect(),
            unread: vec![(Time::ZERO, 0), (Time::from_ms(250), 0), (Time::from_ms(500), 900)],
            unowned_us: 0,
        }
    }

    #[test]
    fn gaps_lie_between_tenures_and_reach_to_now() {
        let now = Time::from_ms(9000);
        let cases: [(&[(u64, Option<u64>)], &[(u64, u64)]); 4] = [
            (&[(100, None)], &[]),
            (&[(100, Some(2000)), (3000, None)], &[(2000, 3000)]),
            (&[(100, Some(2000)), (2000, Some(4000))], &[(4000, 9000)]),
            (&[], &[]),
        ];
        for (tenures, want) in cases {
            let got: Vec<_> = gaps(&row(tenures), now).iter().map(|(a, b)| (a.ms(), b.ms())).collect();
            assert_eq!(got, want);
        }
    }

    #[test]
    fn equal_steps_of_a_ribbon_are_one_rectangle() {
        let view = TimeView {
            to: Time::from_ms(1000),
            now: Time::from_ms(1000),
            rows: vec![row(&[])],
            row_unread_max: 900,
            ..TimeView::default()
        };
        let paths = ribbons(&view);
        assert_eq!(paths[0], "M0 19H500v6H0z");
        assert_eq!(paths[6], "M500 19H1000v6H500z");
    }
}
