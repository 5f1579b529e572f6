//! Shapes as SVG. Places are attributes, never styles: the page's policy forbids those.

use crate::ui::paint::{Glyph, Shape};
use yew::prelude::*;

/// Props of [`Picture`].
#[derive(Clone, PartialEq, Properties)]
pub struct PictureProps {
    /// The finding in words and numbers; empty for a picture that only repeats what stands beside it.
    #[prop_or_default]
    pub name: AttrValue,
    /// Height in pixels.
    pub height: f64,
    /// What is drawn.
    pub shapes: Vec<Shape>,
    /// Drawn under the shapes.
    #[prop_or_default]
    pub children: Html,
}

/// A picture of fixed height and free width.
#[component]
pub fn Picture(props: &PictureProps) -> Html {
    let hidden = props.name.is_empty();
    html! {
        <svg class="plot" height={props.height.to_string()} role={(!hidden).then_some("img")}
            aria-label={(!hidden).then(|| props.name.clone())} aria-hidden={hidden.then_some("true")}>
            { props.children.clone() }
            { for props.shapes.iter().map(shape) }
        </svg>
    }
}

/// A path in a plot of `width` by `height` that is stretched over its parent, `top` to `top + height` in pixels.
pub fn stretched(width: f64, height: f64, tall: AttrValue, content: Html) -> Html {
    html! {
        <svg viewBox={format!("0 0 {width} {height}")} preserveAspectRatio="none" width="100%" height={tall}>
            { content }
        </svg>
    }
}

/// One shape.
pub fn shape(shape: &Shape) -> Html {
    match shape {
        Shape::Rect(class, pattern, left, top, width, height) => html! {
            <rect class={*class} fill={pattern.map(|p| p.url())} x={percent(*left)} y={top.to_string()}
                width={percent(*width)} height={height.to_string()} />
        },
        Shape::Line(class, from, to) => line(class, *from, *to, None),
        Shape::Arrow(class, from, to) => line(class, *from, *to, Some("url(#tip)")),
        Shape::Sign(glyph, x, y) => sign(*glyph, *x, *y),
        Shape::Text(class, (x, y), dx, anchor, text) => html! {
            <text class={*class} x={percent(*x)} y={y.to_string()} dx={dx.to_string()}
                text-anchor={anchor.name()}>{ text.clone() }</text>
        },
    }
}

fn line(class: &'static str, from: (f64, f64), to: (f64, f64), end: Option<&'static str>) -> Html {
    html! {
        <line class={class} x1={percent(from.0)} y1={from.1.to_string()} x2={percent(to.0)} y2={to.1.to_string()}
            marker-end={end} />
    }
}

fn sign(glyph: Glyph, x: f64, y: f64) -> Html {
    let (class, path) = glyph.drawing();
    html! {
        <svg x={percent(x)} y={y.to_string()} overflow="visible"><path class={class} d={path} /></svg>
    }
}

/// A place in percent, to a hundredth.
fn percent(x: f64) -> String {
    format!("{}%", (x * 100.0).round() / 100.0)
}
