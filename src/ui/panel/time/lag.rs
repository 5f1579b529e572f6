//! Lag of all groups together, on the same axis: what monitors say, and the truth.

use crate::session::view::TimeView;
use crate::ui::i18n::{fill, format, t};
use crate::ui::paint::lag::curves;
use crate::ui::paint::{Window, number};
use crate::ui::widget::stretched;
use yew::prelude::*;

/// The lag.
pub fn lag(view: &TimeView) -> Html {
    let t = t();
    let curves = curves(view);
    let now = number(Window { from: view.from, to: view.to }.x(view.now)) + "%";
    let last = view.lag.last();
    let said = last.map_or_else(|| t.none.to_string(), |point| format::count(point.said));
    let unread = last.map_or_else(|| t.none.to_string(), |point| format::count(point.unread));
    let most = format::count(view.lag_max);
    let name =
        fill(t.lag_name, &[&said, &unread, &most, &format::moment(view.from), &format::moment(view.now)]);
    let lines = html! {
        <>
            <path class="area-truth" d={curves.area} /><path class="line-truth" d={curves.truth} />
            <path class="line-said" d={curves.said} />
        </>
    };
    let sample = |class: &'static str| {
        html! {
            <svg class="plot" width="16" height="8" aria-hidden="true"><path {class} d="M0 4h16" /></svg>
        }
    };
    html! {
        <div class="track grow"><div class="labels"><span class="vh">{ t.group_lag }</span></div>
            <svg class="plot stretch" role="img" aria-label={name}>
                { for curves.rules.iter().map(|(n, y)| rule(*n, *y)) }
                { stretched(1000.0, 100.0, "100%".into(), lines) }
                <line class="cursor" x1={now.clone()} x2={now} y1="0" y2="100%" />
            </svg>
            <div class="tails">
                <span class="kicker">{ sample("line-said") }{ fill(t.monitors, &[&said]) }</span>
                <span class="kicker">{ sample("line-truth") }{ fill(t.truth, &[&unread]) }</span>
            </div>
        </div>
    }
}

fn rule(n: i64, y: f64) -> Html {
    let y = number(y) + "%";
    html! {
        <>
            <line class="rule" x1="0" x2="100%" y1={y.clone()} y2={y.clone()} />
            <text x="-6" {y} dy="4" text-anchor="end">{ format::count(n) }</text>
        </>
    }
}
