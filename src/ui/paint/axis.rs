//! The time axis: ticks at round numbers, marks, rebalances, the playhead's head.

use super::{Anchor, Glyph, Shape, Window};
use crate::base::{Span, Time};
use crate::session::view::{Mark, MarkKind, TimeView};
use crate::ui::i18n::{fill, format, t};

/// Height of the axis in pixels.
pub const HEIGHT: f64 = 36.0;

/// The room that the label of a rebalance takes, in percent.
const LABEL: f64 = 13.0;

/// At most so many labels stand beside marks: more would cover each other.
const LABELS_MAX: usize = 6;

/// The shapes of the axis.
pub fn shapes(view: &TimeView) -> Vec<Shape> {
    let window = Window { from: view.from, to: view.to };
    let mut shapes = vec![Shape::Line("rule", (0.0, HEIGHT), (100.0, HEIGHT))];
    let ticks = ticks(window);
    let step = if let [first, second, ..] = ticks[..] { second.since(first).us() } else { 1 };
    for at in ticks {
        let x = window.x(at);
        let anchor = match x {
            x if x < 2.0 => Anchor::Start,
            x if x > 98.0 => Anchor::End,
            _ => Anchor::Middle,
        };
        shapes.push(Shape::Line("rule-strong", (x, HEIGHT - 5.0), (x, HEIGHT)));
        // A label under the playhead is left out.
        if (x - window.x(view.now)).abs() > 3.0 {
            let text = format::tick(at);
            // On a phone there is room for every other one of the long ones.
            let class = if text.len() > 5 && at.us() / step % 2 == 1 { "opt-l" } else { "" };
            shapes.push(Shape::text(class, (x, 12.0), 0.0, anchor, text));
        }
    }
    rebalances(view, window, &mut shapes);
    marks(view, window, &mut shapes);
    shapes.push(Shape::Line("cursor", (window.x(view.now), 4.0), (window.x(view.now), HEIGHT)));
    shapes.push(Shape::Sign(Glyph::Head, window.x(view.now), 7.0));
    shapes
}

/// Moments at round numbers, some six of them.
pub fn ticks(window: Window) -> Vec<Time> {
    let length = window.to.since(window.from).us();
    let step = round_step(length / 6);
    let first = window.from.us().div_ceil(step) * step;
    (0..=length / step).map(|i| Time::from_us(first + i * step)).filter(|at| *at <= window.to).collect()
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `us` microseconds.
fn round_step(us: u64) -> u64 {
    let mut power = 1000;
    loop {
        for factor in [1, 2, 5] {
            if factor * power >= us {
                return factor * power;
            }
        }
        power *= 10;
    }
}

/// Bars of the rebalances, with the time that the newest took.
fn rebalances(view: &TimeView, window: Window, shapes: &mut Vec<Shape>) {
    for (i, (from, to)) in view.rebalances.iter().enumerate() {
        let end = to.unwrap_or(view.now);
        let (left, right) = (window.x(*from), window.x(end));
        shapes.push(Shape::rect("wait span", left, 22.0, (right - left).max(0.15), 8.0));
        let newest = i + 1 == view.rebalances.len();
        let free = !view.marks.iter().any(|mark| (right - 1.0..right + LABEL).contains(&window.x(mark.at)));
        let head = (right..right + LABEL).contains(&window.x(view.now)) && to.is_some();
        if newest && free && !head && right < 100.0 - LABEL && end.since(*from) > Span::from_ms(1) {
            let text = fill(t().rebalance_took, &[&format::span(end.since(*from))]);
            shapes.push(Shape::text("change-t opt-l halo", (right, 30.0), 6.0, Anchor::Start, text));
        }
    }
}

/// Signs of what was done, the newest of them with their words where there is room.
fn marks(view: &TimeView, window: Window, shapes: &mut Vec<Shape>) {
    let first_labelled = view.marks.len().saturating_sub(LABELS_MAX);
    let inside = |mark: &&Mark| window.holds(mark.at);
    for (i, mark) in view.marks.iter().enumerate().filter(|(_, mark)| inside(mark)) {
        let x = window.x(mark.at);
        shapes.push(Shape::Sign(glyph(mark.kind), x, 26.0));
        let next = view.marks.get(i + 1).map_or(100.0, |next| window.x(next.at));
        // A bar that begins later, or the end of the one it stands on: there the bar's own words begin.
        let rebalance = view
            .rebalances
            .iter()
            .map(|(from, to)| (window.x(*from), window.x(to.unwrap_or(view.now))))
            .map(|(from, end)| if from >= x { from } else { end })
            .filter(|edge| *edge >= x)
            .fold(100.0, f64::min);
        let room = next.min(rebalance) - x;
        // A letter takes about two thirds of a percent of the narrowest wide plot.
        if i >= first_labelled && room > 2.5 + 0.75 * mark.label.chars().count() as f64 {
            let class = if mark.kind == MarkKind::Fault { "harm-t opt-l" } else { "opt-l" };
            shapes.push(Shape::Text(class, (x, 30.0), 8.0, Anchor::Start, mark.label.clone()));
        }
    }
}

/// The sign of a kind of mark.
fn glyph(kind: MarkKind) -> Glyph {
    match kind {
        MarkKind::Fault | MarkKind::Removed => Glyph::Cross,
        MarkKind::Act => Glyph::Dot,
        MarkKind::Backup => Glyph::Pin,
        MarkKind::Restore => Glyph::Turn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_stand_at_round_numbers_within_the_window() {
        let window = Window { from: Time::from_ms(23_500), to: Time::from_ms(48_000) };
        let got: Vec<u64> = ticks(window).iter().map(|t| t.ms()).collect();
        assert_eq!(got, [25_000, 30_000, 35_000, 40_000, 45_000]);
    }

    #[test]
    fn an_empty_window_has_one_tick_at_most() {
        let window = Window { from: Time::ZERO, to: Time::ZERO };
        assert_eq!(ticks(window).len(), 1);
    }
}
