//! The offset ruler of one partition: log start, committed, position, high watermark, and why a range is painted.

use super::{Anchor, Fill, Glyph, Shape, ramp};
use crate::session::view::{PartitionDetail, RangeKind};
use crate::ui::i18n::{fill, format::count, t};

/// Height of the picture in pixels.
pub const HEIGHT: f64 = 106.0;

/// Top and height of the ruler itself.
const TOP: f64 = 26.0;
const THICK: f64 = 20.0;

/// Records that would be or will be read again, and unread ones: the two numbers under the ruler.
pub fn again_and_unread(detail: &PartitionDetail) -> (i64, i64) {
    let at_risk = detail.ranges.iter().filter(|range| range.kind == RangeKind::AtRisk);
    (at_risk.map(|range| range.to - range.from).sum(), detail.view.unread)
}

/// The scale: a long log shows its newest part only, so that what is behind stays visible.
fn scale(detail: &PartitionDetail) -> (i64, i64) {
    let view = &detail.view;
    let lowest = [view.committed, view.position].into_iter().flatten().min().unwrap_or(view.log_start);
    let behind = (view.end - lowest).max(1);
    let from = view.log_start.max(view.end - (behind * 4).max(1000));
    (from, view.end.max(from + 1))
}

/// The shapes of the ruler.
pub fn shapes(detail: &PartitionDetail) -> Vec<Shape> {
    let t = t();
    let view = &detail.view;
    let (from, to) = scale(detail);
    let x = |offset: i64| (offset - from).clamp(0, to - from) as f64 * 94.0 / (to - from) as f64;
    let mut shapes = vec![Shape::rect("well", 0.0, TOP, 100.0, THICK)];
    ranges(detail, &x, &mut shapes);
    shapes.push(Shape::Line("mark-line", (0.0, TOP - 6.0), (0.0, TOP + THICK + 6.0)));
    let watermark = x(view.high_watermark);
    shapes.push(Shape::Line("mark-line", (watermark, TOP - 8.0), (watermark, TOP + THICK + 6.0)));
    if let Some(committed) = view.committed {
        shapes.push(Shape::Sign(Glyph::Down, x(committed), TOP - 6.0));
        let (at, anchor) = aside(x(committed), 0.0, 66.0);
        let text = fill(t.committed_at, &[&count(committed)]);
        shapes.push(Shape::text("strong", (at, 11.0), 0.0, anchor, text));
    }
    shapes.push(Shape::text("", (100.0, 11.0), 0.0, Anchor::End, t.high_watermark));
    if let Some(position) = view.position {
        shapes.push(Shape::Sign(Glyph::Up, x(position), TOP + THICK + 7.0));
        let (at, anchor) = aside(x(position), 56.0, 80.0);
        let text = fill(t.position_at, &[&count(position)]);
        shapes.push(Shape::text("strong", (at, 68.0), 0.0, anchor, text));
    }
    let (again, unread) = again_and_unread(detail);
    let left = if from > view.log_start {
        format!("… {}", count(from))
    } else {
        fill(t.log_start_at, &[&count(from)])
    };
    shapes.push(Shape::text("", (0.0, 68.0), 0.0, Anchor::Start, left));
    shapes.push(Shape::text("strong", (100.0, 68.0), 0.0, Anchor::End, count(view.high_watermark)));
    shapes.push(Shape::text("", (100.0, 86.0), 0.0, Anchor::End, fill(t.n_unread, &[&count(unread)])));
    if again > 0 {
        let (class, text) = match view.owner {
            Some(_) => ("", t.n_uncommitted),
            None => ("change-t", t.n_again),
        };
        let text = fill(text, &[&count(again)]);
        shapes.push(Shape::text(class, (0.0, 86.0), 0.0, Anchor::Start, text));
    }
    pins(detail, &x, &mut shapes);
    shapes
}

/// Where a text about `x` stands, between two limits, and on which of its points.
fn aside(x: f64, least: f64, most: f64) -> (f64, Anchor) {
    if x < 30.0 && least == 0.0 { (x, Anchor::Start) } else { (x.clamp(least, most), Anchor::End) }
}

/// Painted ranges; those closer than a third of a percent are at least that wide.
fn ranges(detail: &PartitionDetail, x: &impl Fn(i64) -> f64, shapes: &mut Vec<Shape>) {
    let unread_class = ramp::LEVELS[4];
    for range in &detail.ranges {
        let (left, right) = (x(range.from), x(range.to));
        if right <= left {
            continue;
        }
        let width = (right - left).max(0.35);
        let (class, pattern) = match range.kind {
            RangeKind::Read => ("read", None),
            RangeKind::AtRisk if detail.view.owner.is_some() => ("ahead", None),
            RangeKind::AtRisk => ("again", Some(Fill::Change)),
            RangeKind::Reread => ("reread", None),
            RangeKind::Skipped => ("skip", Some(Fill::Skip)),
            RangeKind::Unread => (unread_class, None),
        };
        match range.kind {
            // Read again once already: a line below the ruler, since it lies over what is read.
            RangeKind::Reread => shapes.push(Shape::rect("wait", left, TOP + THICK - 4.0, width, 4.0)),
            _ => shapes.push(Shape::Rect(class, pattern, left, TOP, width, THICK)),
        }
        if range.kind == RangeKind::AtRisk && detail.view.owner.is_none() {
            shapes.push(Shape::rect("again-edge", left, TOP, width, THICK));
        }
    }
}

/// Backups as pins on the ruler, and in words below it.
fn pins(detail: &PartitionDetail, x: &impl Fn(i64) -> f64, shapes: &mut Vec<Shape>) {
    for (_, end) in detail.pins.iter().rev().take(12) {
        shapes.push(Shape::Sign(Glyph::Pin, x(*end), TOP + THICK / 2.0));
    }
    let Some((_, newest)) = detail.pins.last() else { return };
    let text = match detail.pins.len() as u64 {
        1 => fill(t().backup_at, &[&count(*newest)]),
        n => crate::ui::i18n::plural(t().backups_at, n, &[&count(*newest)]),
    };
    shapes.push(Shape::text("", (0.0, 104.0), 0.0, Anchor::Start, text));
}
