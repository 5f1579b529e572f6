//! The chain of the newest full: a bar covers what its backup holds, from the moment of the one that it builds on to its
//! own. A backup that is damaged, or builds on one that is damaged or gone, is a frame in the colour of harm.

use super::axis::ticks;
use super::{Anchor, Fill, Shape, Window};
use crate::base::time::EPOCH_MS;
use crate::base::{Map, Time};
use crate::session::view::{BackupView, Verdict};
use crate::ui::i18n::{format, t};
use std::rc::Rc;

/// Where the bars begin, below the ticks; how thick they are, and how far apart.
const TOP: f64 = 20.0;
const THICK: f64 = 18.0;
const LANE: f64 = 26.0;

/// A backup of the chain.
struct Bar<'a> {
    of: &'a BackupView,
    /// Where what it holds begins and ends.
    from: Time,
    to: Time,
    lane: u32,
    whole: bool,
    /// The lane of what it builds on.
    prior: Option<u32>,
}

/// The backups of the newest full.
pub struct Chain<'a> {
    bars: Vec<Bar<'a>>,
}

impl<'a> Chain<'a> {
    /// The chain of the first of the list, which is a full, and what builds on it.
    pub fn newest(backups: &'a [BackupView]) -> Chain<'a> {
        let end = backups.iter().skip(1).position(|of| of.depth == 0).map_or(backups.len(), |at| at + 1);
        let mut bars: Vec<Bar> = Vec::new();
        let mut places: Map<&str, u32> = Map::new();
        for of in &backups[..end] {
            let prior =
                of.prior.as_ref().and_then(|prior| places.get(&**prior)).map(|at| &bars[*at as usize]);
            let sound = of.broken.is_none() && !matches!(of.verdict, Verdict::Damaged(_));
            let bar = Bar {
                of,
                from: prior.map_or(Time::ZERO, |prior| prior.to),
                to: moment(of.cut_ms),
                lane: lane(of.kind),
                whole: sound && prior.is_none_or(|prior| prior.whole),
                prior: prior.map(|prior| prior.lane),
            };
            places.insert(&of.label, bars.len() as u32);
            bars.push(bar);
        }
        Chain { bars }
    }

    /// Whether there is more to see than one bar.
    pub fn is_one(&self) -> bool {
        self.bars.len() <= 1
    }

    /// Height of the picture in pixels.
    pub fn height(&self) -> f64 {
        let lanes = self.bars.iter().map(|bar| bar.lane + 1).max().unwrap_or(0);
        TOP + LANE * f64::from(lanes)
    }

    /// The moments that the backups that are whole can restore: from the full's own on.
    pub fn whole(&self) -> Option<(Time, Time)> {
        let from = self.bars.first().filter(|bar| bar.whole)?.to;
        self.bars.iter().filter(|bar| bar.whole).map(|bar| bar.to).max().map(|to| (from, to))
    }

    /// The labels of those that are not whole.
    pub fn not_whole(&self) -> Vec<Rc<str>> {
        self.bars.iter().filter(|bar| !bar.whole).map(|bar| bar.of.label.clone()).collect()
    }

    /// Its shapes.
    pub fn shapes(&self) -> Vec<Shape> {
        let Some(first) = self.bars.first() else { return Vec::new() };
        let to = self.bars.iter().map(|bar| bar.to).max().unwrap_or(first.to);
        // A full of a late moment takes at most half of the picture.
        let behind = to.since(first.to).us();
        let from = if behind == 0 { 0 } else { first.to.us().saturating_sub(behind) };
        let window = Window { from: Time::from_us(from), to };
        let mut shapes = Vec::new();
        for at in ticks(window) {
            let x = window.x(at);
            let anchor = match x {
                x if x > 95.0 => Anchor::End,
                x if x < 5.0 => Anchor::Start,
                _ => Anchor::Middle,
            };
            shapes.push(Shape::Line("rule", (x, TOP - 4.0), (x, self.height())));
            shapes.push(Shape::text("", (x, 11.0), 0.0, anchor, format::tick(at)));
        }
        self.bars.iter().for_each(|bar| draw(bar, window, &mut shapes));
        shapes
    }
}

/// Fulls lie at the top, what builds on them below.
fn lane(kind: &str) -> u32 {
    match kind {
        "full" => 0,
        "differential" => 1,
        _ => 2,
    }
}

/// The moment of a cut; one from before virtual time began is its beginning.
fn moment(cut_ms: i64) -> Time {
    Time::from_ms(u64::try_from(cut_ms - EPOCH_MS).unwrap_or(0))
}

fn draw(bar: &Bar, window: Window, shapes: &mut Vec<Shape>) {
    let (left, right) = (window.x(bar.from), window.x(bar.to));
    let top = |lane: u32| TOP + LANE * f64::from(lane);
    let (own, width) = (top(bar.lane), (right - left).max(0.4));
    // From the end of what it builds on to its own beginning.
    if let Some(prior) = bar.prior {
        let line = if bar.whole { "link" } else { "harm-s" };
        shapes.push(Shape::Line(line, (left, top(prior) + THICK / 2.0), (left, own + THICK / 2.0)));
    }
    match bar.whole {
        true => shapes.push(Shape::rect("link-bar", left, own, width, THICK)),
        false => {
            shapes.push(Shape::Rect("", Some(Fill::Harm), left, own, width, THICK));
            shapes.push(Shape::rect("gap-edge", left, own, width, THICK));
        }
    }
    // A letter takes about two thirds of a percent of the narrowest wide plot.
    let word = if bar.whole { bar.of.kind } else { t().chain_damaged };
    if width > 1.5 + 0.7 * word.chars().count() as f64 {
        let class = if bar.whole { "on-bar" } else { "harm-t halo" };
        shapes.push(Shape::text(class, (left, own + 13.0), 6.0, Anchor::Start, word));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backup(label: &str, kind: &'static str, prior: Option<&str>, cut_s: i64) -> BackupView {
        let depth = u32::from(prior.is_some());
        let cut_ms = EPOCH_MS + cut_s * 1000;
        BackupView {
            label: label.into(),
            kind,
            prior: prior.map(Rc::from),
            depth,
            cut_ms,
            ..BackupView::default()
        }
    }

    #[test]
    fn a_chain_reaches_from_its_full_to_the_newest_that_is_whole() {
        let mut list = vec![
            backup("f2", "full", None, 100),
            backup("i1", "incremental", Some("f2"), 120),
            backup("i2", "incremental", Some("i1"), 140),
            backup("f1", "full", None, 50),
        ];
        let chain = Chain::newest(&list);
        assert_eq!(chain.bars.len(), 3);
        assert_eq!(chain.whole(), Some((Time::from_ms(100_000), Time::from_ms(140_000))));
        list[1].broken = Some("builds on nothing".into());
        let chain = Chain::newest(&list);
        assert_eq!(chain.whole(), Some((Time::from_ms(100_000), Time::from_ms(100_000))));
        let bad: Vec<_> = chain.not_whole().iter().map(|label| label.to_string()).collect();
        assert_eq!(bad, ["i1", "i2"], "what builds on it is not whole either");
    }

    #[test]
    fn bars_lie_end_to_end() {
        let list = [backup("f", "full", None, 20), backup("d", "differential", Some("f"), 60)];
        let rects: Vec<(f64, f64)> = Chain::newest(&list)
            .shapes()
            .iter()
            .filter_map(|shape| match shape {
                Shape::Rect("link-bar", _, left, _, width, _) => Some((*left, left + width)),
                _ => None,
            })
            .collect();
        assert_eq!(rects.len(), 2);
        assert!((rects[0].1 - rects[1].0).abs() < 1e-9, "{rects:?}");
    }
}
