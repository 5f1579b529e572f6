//! What pictures are made of.

use std::rc::Rc;

/// A pattern from the page's sprite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Nobody reads.
    Harm,
    /// Will be read again.
    Change,
    /// Never delivered.
    Skip,
    /// Alive, not polling; still to come.
    Still,
}

impl Fill {
    /// The attribute's value.
    pub fn url(self) -> &'static str {
        match self {
            Fill::Harm => "url(#hatch-harm)",
            Fill::Change => "url(#hatch-change)",
            Fill::Skip => "url(#hatch-skip)",
            Fill::Still => "url(#hatch-still)",
        }
    }
}

/// Which point of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl Anchor {
    /// The attribute's value.
    pub fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

/// A small sign of fixed size, drawn around its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// Committed: points down.
    Down,
    /// Position: points up.
    Up,
    /// A backup.
    Pin,
    /// A kill or another fault.
    Cross,
    /// Another act.
    Dot,
    /// A restore.
    Turn,
    /// The playhead's head.
    Head,
}

impl Glyph {
    /// Its class and its path.
    pub fn drawing(self) -> (&'static str, &'static str) {
        match self {
            Glyph::Down => ("mark", "M0 5-4-1h8z"),
            Glyph::Up => ("mark", "M0-5-4 1h8z"),
            Glyph::Pin => ("mark-line", "M-3.5-5h7V5L0 2-3.5 5z"),
            Glyph::Cross => ("harm-s", "M-4-4 4 4M4-4-4 4"),
            Glyph::Dot => ("mark", "M-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0z"),
            Glyph::Turn => ("mark-line", "M-3.2-2.8A4.2 4.2 0 1 1-4.2.5M-4.2-5v2.7h2.7"),
            Glyph::Head => ("cursor-head", "M-5-6h10v6L0 5-5 0z"),
        }
    }
}

/// One shape. Across in percent, down in pixels.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A rectangle: class, pattern, left, top, width, height.
    Rect(&'static str, Option<Fill>, f64, f64, f64, f64),
    /// A line: class, from, to.
    Line(&'static str, (f64, f64), (f64, f64)),
    /// A line with a tip at its end.
    Arrow(&'static str, (f64, f64), (f64, f64)),
    /// A sign: which, where.
    Sign(Glyph, f64, f64),
    /// A text: class, where, pixels beside it, which point stands there, what.
    Text(&'static str, (f64, f64), f64, Anchor, Rc<str>),
}

impl Shape {
    /// A plain rectangle.
    pub fn rect(class: &'static str, left: f64, top: f64, width: f64, height: f64) -> Shape {
        Shape::Rect(class, None, left, top, width, height)
    }

    /// A text.
    pub fn text(
        class: &'static str,
        at: (f64, f64),
        dx: f64,
        anchor: Anchor,
        text: impl Into<Rc<str>>,
    ) -> Shape {
        Shape::Text(class, at, dx, anchor, text.into())
    }
}
