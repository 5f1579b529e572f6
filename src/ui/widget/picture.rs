//! Shapes as SVG. Places are attributes, never styles: the page's policy forbids those.

use crate::ui::paint::{Glyph, Shape, number};
use yew::prelude::*;

/// A picture of fixed height in pixels and free width. `name` is the finding in words and numbers; empty for a picture
/// that only repeats what stands beside it.
pub fn picture(name: &str, height: f64, shapes: &[Shape]) -> Html {
    picture_over(name, height, Html::default(), shapes)
}

/// A [`picture`] whose shapes lie over `under`.
pub fn picture_over(name: &str, height: f64, under: Html, shapes: &[Shape]) -> Html {
    let named = !name.is_empty();
    html! {
        <svg class="plot" height={number(height)} role={named.then_some("img")}
            aria-label={named.then(|| name.to_string())} aria-hidden={(!named).then_some("true")}>
            { under }
            { for shapes.iter().map(shape) }
        </svg>
    }
}

/// A path in a plot of `width` by `height` that is stretched over its parent, `top` to `top + height` in pixels.
pub fn stretched(width: f64, height: f64, tall: AttrValue, content: Html) -> Html {
    html! {
        <svg viewBox={format!("0 0 {} {}", number(width), number(height))} preserveAspectRatio="none" width="100%" height={tall}>
            { content }
        </svg>
    }
}

/// One shape.
pub fn shape(shape: &Shape) -> Html {
    match shape {
        Shape::Rect(class, pattern, left, top, width, height) => html! {
            <rect class={*class} fill={pattern.map(|p| p.url())} x={percent(*left)} y={number(*top)}
                width={percent(*width)} height={number(*height)} />
        },
        Shape::Line(class, from, to) => line(class, *from, *to, None),
        Shape::Arrow(class, from, to) => line(class, *from, *to, Some("url(#tip)")),
        Shape::Sign(glyph, x, y) => sign(*glyph, *x, *y),
        Shape::Text(class, (x, y), dx, anchor, text) => html! {
            <text class={*class} x={percent(*x)} y={number(*y)} dx={number(*dx)}
                text-anchor={anchor.name()}>{ text.clone() }</text>
        },
    }
}

fn line(class: &'static str, from: (f64, f64), to: (f64, f64), end: Option<&'static str>) -> Html {
    html! {
        <line class={class} x1={percent(from.0)} y1={number(from.1)} x2={percent(to.0)} y2={number(to.1)}
            marker-end={end} />
    }
}

fn sign(glyph: Glyph, x: f64, y: f64) -> Html {
    let (class, path) = glyph.drawing();
    html! {
        <svg x={percent(x)} y={number(y)} overflow="visible"><path class={class} d={path} /></svg>
    }
}

/// A place in percent, to a hundredth.
fn percent(x: f64) -> String {
    number(x) + "%"
}
