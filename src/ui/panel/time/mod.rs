//! Who owned what when, and what it did to the lag: pictures on one time axis.

mod lag;
mod ownership;
mod table;

use crate::base::Span;
use crate::session::view::{Focus, TimeView};
use crate::ui::i18n::{fill, format, t};
use crate::ui::intent::{Ask, Intent, Show};
use crate::ui::paint::{Fill, Shape, axis, ramp};
use crate::ui::widget::{Button, Look, picture, shape};
use lag::lag;
use ownership::{OwnershipProps, ownership};
use std::rc::Rc;
use table::tenures;
use yew::prelude::*;

/// Props of [`TimePanel`].
#[derive(Clone, PartialEq, Properties)]
pub struct TimePanelProps {
    /// The pictures over time.
    pub time: Rc<TimeView>,
    /// How many consumers there are: more than eight have no colours.
    pub consumers: usize,
    /// What is selected.
    pub focus: Option<Focus>,
    /// How much of the run is shown.
    pub window: Option<Span>,
    /// A table instead of the pictures.
    pub table: bool,
    /// Where intents go.
    pub intent: Callback<Intent>,
}

/// The pictures over time.
#[component]
pub fn TimePanel(props: &TimePanelProps) -> Html {
    let view = &props.time;
    html! {
        <section class="time" aria-label={t().time}>
            { head(props) }
            if props.table {
                { tenures(view) }
            } else {
                <div class="track"><div class="labels"><span></span></div>
                    { picture(&axis_name(view), axis::HEIGHT, &axis::shapes(view)) }
                    <div class="tails"><span class="kicker">{ t().unowned }</span></div>
                </div>
                { ownership(&OwnershipProps { time: view, consumers: props.consumers, focus: props.focus.as_ref(), intent: &props.intent }) }
                { lag(view) }
            }
        </section>
    }
}

/// The legend, the table's button, the window.
fn head(props: &TimePanelProps) -> Html {
    let t = t();
    let table = props.table;
    html! {
        <div class="head-row">
            <h2>{ t.time }</h2>
            { legend(&props.time) }
            <span class="push"></span>
            <Button text={t.table} name={t.time_table} icon="table" look={Look::Quiet} class="small" pressed={table}
                on_press={props.intent.reform(move |()| Intent::Show(Show::TimeTable(!table)))} />
            { zoom(props) }
        </div>
    }
}

/// Widths of the window, the narrowest first.
const WIDTHS: [Span; 7] = [
    Span::from_secs(5),
    Span::from_secs(10),
    Span::from_secs(30),
    Span::from_secs(60),
    Span::from_secs(180),
    Span::from_secs(600),
    Span::from_secs(3600),
];

fn zoom(props: &TimePanelProps) -> Html {
    let t = t();
    let width = props.window;
    let narrower = WIDTHS.iter().rev().find(|w| width.is_none_or(|now| **w < now)).copied();
    let wider = width.and_then(|now| WIDTHS.iter().find(|w| **w > now).copied());
    let to = |width: Option<Span>| props.intent.reform(move |()| Intent::Ask(Ask::Window(width)));
    let shown = match width {
        Some(width) => fill(t.window_last, &[&format::short(width)]),
        None => t.whole_run.to_string(),
    };
    html! {
        <div class="zoom" role="group" aria-label={t.window}>
            <Button text={t.zoom_out} icon="minus" bare=true class="small" on_press={to(wider)}
                why_not={wider.is_none().then_some(AttrValue::from(t.zoom_end))} />
            <span class="small nowrap window">{ shown }</span>
            <Button text={t.zoom_in} icon="plus" bare=true class="small" on_press={to(narrower)}
                why_not={narrower.is_none().then_some(AttrValue::from(t.zoom_end))} />
            <Button text={t.whole_run} class="small wide" pressed={width.is_none()} on_press={to(None)} />
        </div>
    }
}

fn legend(view: &TimeView) -> Html {
    let t = t();
    let sample = |shapes: Vec<Shape>| {
        html! {
            <svg class="plot" width="16" height="10" aria-hidden="true">{ for shapes.iter().map(shape) }</svg>
        }
    };
    let owned = vec![Shape::rect("s1", 0.0, 0.0, 100.0, 10.0), Shape::rect("o1", 0.0, 0.0, 100.0, 2.0)];
    let unowned = vec![Shape::Rect("gap", Some(Fill::Harm), 0.0, 0.0, 100.0, 10.0)];
    let during = vec![Shape::rect("during", 0.0, 0.0, 100.0, 10.0)];
    let step = 100.0 / ramp::LEVELS.len() as f64;
    let levels = ramp::LEVELS.iter().enumerate();
    let ramp = levels.map(|(i, level)| Shape::rect(level, i as f64 * step, 1.0, step, 8.0)).collect();
    let most = format::count(view.row_unread_max.max(100));
    html! {
        <span class="legend wide" aria-hidden="true">
            <span>{ sample(owned) }{ t.owned }</span><span>{ sample(unowned) }{ t.unowned }</span>
            <span>{ sample(during) }{ t.rebalance }</span>
            <span>{ sample(ramp) }{ fill(t.unread_to, &[&most]) }</span>
        </span>
    }
}

fn axis_name(view: &TimeView) -> String {
    let (from, to, now) = (format::moment(view.from), format::moment(view.to), format::moment(view.now));
    fill(t().axis_name, &[&from, &to, &now, &view.marks.len()])
}
