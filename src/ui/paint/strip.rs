//! A log strip of the stage: the last offsets of a partition, newest right.

use super::{Fill, Glyph, Shape, ramp};
use crate::session::view::{PartitionFacts, SharePartitionFacts, ShareState};

/// So many offsets are shown, or as many as there are unread or uncommitted when that is more.
const OFFSETS: i64 = 480;

/// The shapes of a strip that is `height` pixels high; `most` is the largest number of unread records on the stage.
pub fn shapes(view: &PartitionFacts, most: i64, height: f64) -> Vec<Shape> {
    let end = view.end;
    let lowest = view.committed.or(view.position).unwrap_or(end).min(end);
    let shown = OFFSETS.max((end - lowest) * 6 / 5);
    let x = |offset: i64| {
        let from_right = (end - offset).clamp(0, shown);
        100.0 - from_right as f64 * 100.0 / shown as f64
    };
    let (top, thick) = ((height - 14.0) / 2.0, 14.0);
    let start = x(view.log_start.max(end - shown));
    let committed = x(view.committed.unwrap_or(view.log_start));
    let position = x(view.position.or(view.committed).unwrap_or(view.log_start));
    let mut shapes = vec![Shape::rect("well", 0.0, top, 100.0, thick)];
    shapes.push(Shape::rect("read", start, top, (committed.min(position) - start).max(0.0), thick));
    if position > committed {
        // Read and not committed: the owner's position is ahead. A dead owner's will be read again.
        let (class, fill) =
            if view.owner.is_none() { ("again", Some(Fill::Change)) } else { ("ahead", None) };
        shapes.push(Shape::Rect(class, fill, committed, top, position - committed, thick));
    }
    if view.unread > 0 {
        let class = ramp::LEVELS[ramp::level(view.unread, most)];
        shapes.push(Shape::rect(class, position, top, 100.0 - position, thick));
    }
    if view.committed.is_some() {
        shapes.push(Shape::Sign(Glyph::Down, committed, top - 5.0));
    }
    if view.position.is_some() {
        shapes.push(Shape::Sign(Glyph::Up, position, top + thick + 5.0));
    }
    shapes.push(Shape::Line("mark-line", (100.0, top - 4.0), (100.0, top + thick + 4.0)));
    shapes
}

/// The shapes of a strip that a share group reads: its window from the start offset to the end, and what each record in
/// it is: acquired, to be delivered again, done, or given up.
pub fn shared(view: &PartitionFacts, of: &SharePartitionFacts, most: i64, height: f64) -> Vec<Shape> {
    let end = view.end;
    let shown = OFFSETS.max((end - of.start.min(end)) * 6 / 5);
    let x = |offset: i64| 100.0 - (end - offset).clamp(0, shown) as f64 * 100.0 / shown as f64;
    let (top, thick) = ((height - 14.0) / 2.0, 14.0);
    let log_start = x(view.log_start.max(end - shown));
    let mut shapes = vec![Shape::rect("well", 0.0, top, 100.0, thick)];
    shapes.push(Shape::rect("read", log_start, top, (x(of.start) - log_start).max(0.0), thick));
    for range in &of.window {
        let (class, fill) = match range.state {
            ShareState::Available => ("again", Some(Fill::Change)),
            ShareState::Acquired { .. } => ("ahead", None),
            ShareState::Acknowledged => ("read", None),
            ShareState::Archived => ("skip", Some(Fill::Skip)),
        };
        let (left, right) = (x(range.from), x(range.to));
        shapes.push(Shape::Rect(class, fill, left, top, (right - left).max(0.35), thick));
    }
    if end > of.end {
        let class = ramp::LEVELS[ramp::level(view.unread, most)];
        shapes.push(Shape::rect(class, x(of.end), top, 100.0 - x(of.end), thick));
    }
    shapes.push(Shape::Sign(Glyph::Down, x(of.start), top - 5.0));
    shapes.push(Shape::Sign(Glyph::Up, x(of.end), top + thick + 5.0));
    shapes.push(Shape::Line("mark-line", (100.0, top - 4.0), (100.0, top + thick + 4.0)));
    shapes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::view::ShareRangeFacts;

    fn partition(committed: Option<i64>, position: Option<i64>, end: i64) -> PartitionFacts {
        PartitionFacts {
            high_watermark: end,
            end,
            committed,
            position,
            lag: committed.map(|c| end - c),
            unread: end - position.unwrap_or(0),
            ..PartitionFacts::default()
        }
    }

    #[test]
    fn what_a_dead_owner_read_is_hatched() {
        let shapes = shapes(&partition(Some(1000), Some(1048), 1480), 432, 32.0);
        let hatched = shapes.iter().find(|s| matches!(s, Shape::Rect("again", Some(Fill::Change), ..)));
        let Some(Shape::Rect(_, _, left, _, width, _)) = hatched else { panic!("nothing is hatched") };
        assert!((left - 100.0 / 6.0).abs() < 0.01 && (width - 48.0 / 5.76).abs() < 0.01, "{left} {width}");
        assert!(shapes.iter().any(|s| matches!(s, Shape::Rect("l6", ..))));
    }

    #[test]
    fn a_share_groups_window_says_what_is_with_whom() {
        let range = |from, to, state| ShareRangeFacts { from, to, state, deliveries: 1 };
        let acquired = ShareState::Acquired { consumer: "w1".into(), until: crate::base::Time::ZERO };
        let of = SharePartitionFacts {
            topic: "jobs".into(),
            partition: 0,
            start: 100,
            end: 400,
            available: 100,
            acquired: 100,
            acknowledged: 100,
            archived: 0,
            exhausted: 0,
            redelivered: 0,
            lock_timeouts: 0,
            window: vec![range(100, 200, acquired), range(200, 300, ShareState::Available)],
        };
        let shapes = shared(&partition(None, None, 480), &of, 80, 32.0);
        let at = |class| {
            let found = shapes.iter().find_map(|shape| match shape {
                Shape::Rect(of, _, left, _, width, _) if *of == class => Some((left.round(), width.round())),
                _ => None,
            });
            found.unwrap_or_else(|| panic!("no {class}"))
        };
        assert_eq!((at("ahead"), at("again")), ((21.0, 21.0), (42.0, 21.0)));
        assert!(
            shapes.iter().any(|shape| matches!(shape, Shape::Sign(Glyph::Up, x, _) if x.round() == 83.0))
        );
    }

    #[test]
    fn before_the_first_commit_no_mark_stands() {
        let shapes = shapes(&partition(None, None, 10), 10, 32.0);
        assert!(!shapes.iter().any(|s| matches!(s, Shape::Sign(..))));
    }
}
