//! From views to shapes: pure functions. Across, places are in percent of the plot, so that text never stretches;
//! down, they are in pixels.

pub mod axis;
pub mod chain;
pub mod lag;
pub mod lanes;
pub mod ownership;
pub mod ramp;
pub mod ruler;
pub mod shape;
pub mod strip;
pub mod wires;

pub use shape::{Anchor, Fill, Glyph, Shape};

use crate::base::Time;

/// A window of virtual time that a plot shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Left end.
    pub from: Time,
    /// Right end.
    pub to: Time,
}

impl Window {
    /// Where a moment lies, in percent; moments outside lie at the ends.
    pub fn x(self, at: Time) -> f64 {
        let length = self.to.since(self.from).us();
        if length == 0 {
            return 0.0;
        }
        let inside = at.since(self.from).us().min(length);
        inside as f64 * 100.0 / length as f64
    }

    /// Whether a moment lies within.
    pub fn holds(self, at: Time) -> bool {
        self.from <= at && at <= self.to
    }
}

/// A number of a drawing, to a hundredth: `12.5`. Its own little printer, since the general one is large.
pub fn number(x: f64) -> String {
    let hundredths = (x * 100.0).round() as i64;
    let (whole, part) = (hundredths.abs() / 100, hundredths.abs() % 100);
    let sign = if hundredths < 0 { "-" } else { "" };
    match (part, part % 10) {
        (0, _) => format!("{sign}{whole}"),
        (part, 0) => format!("{sign}{whole}.{}", part / 10),
        (part, _) => format!("{sign}{whole}.{part:02}"),
    }
}

/// The class of an owner's colour: eight hues, then two bands in turn.
pub fn owner_class(index: u32, consumers: usize) -> &'static str {
    const HUES: [&str; 8] = ["o1", "o2", "o3", "o4", "o5", "o6", "o7", "o8"];
    if consumers > HUES.len() {
        return if index.is_multiple_of(2) { "band-a" } else { "band-b" };
    }
    HUES[index as usize % HUES.len()]
}

/// The class of an owner's tint, for the body of a tenure.
pub fn tint_class(index: u32, consumers: usize) -> &'static str {
    const TINTS: [&str; 8] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"];
    if consumers > TINTS.len() {
        return owner_class(index, consumers);
    }
    TINTS[index as usize % TINTS.len()]
}

/// The class of an owner's line.
pub fn line_class(index: u32, consumers: usize) -> &'static str {
    const LINES: [&str; 8] =
        ["wire so1", "wire so2", "wire so3", "wire so4", "wire so5", "wire so6", "wire so7", "wire so8"];
    if consumers > LINES.len() {
        return if index.is_multiple_of(2) { "wire wire-a" } else { "wire wire-b" };
    }
    LINES[index as usize % LINES.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_lies_where_its_share_of_the_window_says() {
        let window = Window { from: Time::from_ms(10_000), to: Time::from_ms(30_000) };
        for (ms, percent) in [(10_000, 0.0), (15_000, 25.0), (30_000, 100.0), (5_000, 0.0), (40_000, 100.0)] {
            assert_eq!(window.x(Time::from_ms(ms)), percent);
        }
    }

    #[test]
    fn numbers_are_short() {
        for (x, text) in [(0.0, "0"), (-0.001, "0"), (12.5, "12.5"), (-3.456, "-3.46"), (1000.04, "1000.04")]
        {
            assert_eq!(number(x), text);
        }
    }

    #[test]
    fn more_than_eight_owners_share_two_bands() {
        assert_eq!(owner_class(2, 3), "o3");
        assert_eq!(owner_class(2, 9), "band-a");
        assert_eq!(tint_class(3, 9), "band-b");
    }
}
