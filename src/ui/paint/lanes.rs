//! Messages between a consumer and the coordinator: two lanes, time downwards, in order and not to scale.

use super::{Anchor, Shape};
use crate::base::Span;
use crate::session::view::MessageFacts;
use crate::ui::i18n::{format, t};
use std::rc::Rc;

/// At most so many messages are drawn; the list below has all.
pub const MESSAGES_MAX: usize = 7;

/// Height of the head and of one message's two arrows.
const HEAD: f64 = 20.0;
const STEP: f64 = 36.0;

/// The lanes, in percent.
const CONSUMER: f64 = 26.0;
const COORDINATOR: f64 = 92.0;

/// Height of the picture for so many messages.
pub fn height(messages: usize) -> f64 {
    HEAD + messages.min(MESSAGES_MAX) as f64 * STEP + 4.0
}

/// The shapes: the newest messages.
pub fn shapes(consumer: &Rc<str>, messages: &[MessageFacts]) -> Vec<Shape> {
    let shown = &messages[messages.len().saturating_sub(MESSAGES_MAX)..];
    let bottom = height(shown.len());
    let mut shapes = vec![
        Shape::Text("strong", (CONSUMER, 12.0), 0.0, Anchor::Middle, consumer.clone()),
        Shape::text("strong", (COORDINATOR, 12.0), 0.0, Anchor::Middle, t().coordinator),
        Shape::Line("rule", (CONSUMER, HEAD - 2.0), (CONSUMER, bottom)),
        Shape::Line("rule", (COORDINATOR, HEAD - 2.0), (COORDINATOR, bottom)),
    ];
    for (i, message) in shown.iter().enumerate() {
        one(message, HEAD + i as f64 * STEP, &mut shapes);
    }
    shapes
}

/// A note as far as it has room between the lanes; the list has all of it.
fn cut(note: &str) -> String {
    const ROOM: usize = 30;
    match note.char_indices().nth(ROOM) {
        Some((at, _)) => format!("{}…", note[..at].trim_end()),
        None => note.to_string(),
    }
}

/// A request and its answer, or the bar of one that is held.
fn one(message: &MessageFacts, top: f64, shapes: &mut Vec<Shape>) {
    let middle = (CONSUMER + COORDINATOR) / 2.0;
    let key = matches!(message.api, "JoinGroup" | "SyncGroup" | "LeaveGroup");
    let (line, word) = if key { ("msg key", "halo strong") } else { ("msg", "halo") };
    let y = top + 14.0;
    shapes.push(Shape::text("", (0.0, y + 4.0), 0.0, Anchor::Start, format::seconds_us(message.sent.us())));
    shapes.push(Shape::Arrow(line, (CONSUMER + 1.0, y), (COORDINATOR - 1.0, y)));
    shapes.push(Shape::text(word, (middle, y - 4.0), 0.0, Anchor::Middle, message.api));
    let back = y + 16.0;
    let Some(answered) = message.answered else {
        shapes.push(Shape::rect("held", COORDINATOR - 1.5, y, 3.0, 18.0));
        shapes.push(Shape::text("halo change-t", (COORDINATOR - 4.0, back), 0.0, Anchor::End, t().held));
        return;
    };
    // An answer that took long was held by the coordinator: its bar stands on the lane.
    let long = answered.since(message.sent) > Span::from_ms(50);
    if long {
        shapes.push(Shape::rect("held", COORDINATOR - 1.5, y, 3.0, 16.0));
    }
    let class = if message.error.is_some() { "msg bad" } else { line };
    shapes.push(Shape::Arrow(class, (COORDINATOR - 1.0, back), (CONSUMER + 1.0, back)));
    let mut text = match message.error {
        Some(error) => error.to_string(),
        None => cut(&message.note),
    };
    if long {
        text = format!("{text} {}", format::span(answered.since(message.sent)));
    }
    let class = if message.error.is_some() { "halo change-t" } else { "halo" };
    if !text.is_empty() {
        shapes.push(Shape::text(class, (middle, back - 4.0), 0.0, Anchor::Middle, text));
    }
}
