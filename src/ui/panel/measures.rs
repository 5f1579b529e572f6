//! The measures: always the same eight, from the start of the run to now.

use crate::session::view;
use crate::ui::i18n::{fill, format, t};
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`Measures`].
#[derive(Clone, PartialEq, Properties)]
pub struct MeasuresProps {
    /// The measures.
    pub measures: Rc<view::Measures>,
    /// The text for the first group's number: its generation, or its epoch.
    pub number: &'static str,
}

/// The measures.
#[component]
pub fn Measures(props: &MeasuresProps) -> Html {
    let t = t();
    let m = &props.measures;
    let seconds = |span: crate::base::Span| match span.us() {
        0 => "0".to_string(),
        us => format::seconds_us(us),
    };
    let unowned = if m.unowned_now > 0 { fill(t.unowned_now, &[&m.unowned_now]) } else { String::new() };
    let median = fill(t.pause_median, &[&seconds(m.pause_median)]);
    let needless = fill(t.needlessly, &[&format::count_u(m.moved_needlessly)]);
    let to_come = if m.reread_to_come > 0 {
        fill(t.to_come, &[&format::count_u(m.reread_to_come)])
    } else {
        String::new()
    };
    let lag = m.lag.map(format::count);
    let truth = fill(t.in_truth, &[&format::count(m.unread)]);
    let generation = match m.rebalancing {
        true => t.running_now.to_string(),
        false => fill(props.number, &[&m.generation]),
    };
    html! {
        <section class="measures-bar" tabindex="0" aria-label={t.measures}><dl class="measures">
            { one(t.unowned_seconds, seconds(m.unowned), &[&unowned], m.unowned_now > 0) }
            { one(t.pause_partition, seconds(m.pause_max), &[t.pause_unit, &median], false) }
            { one(t.moved, format::count_u(m.moved), &[&needless], false) }
            { one(t.read_again, format::count_u(m.reread), &[&to_come], false) }
            { one(t.skipped, format::count_u(m.skipped), &[], m.skipped > 0) }
            { one(t.lag_said, lag.unwrap_or_else(|| t.cannot_tell.to_string()), &[&truth], false) }
            { one(t.rebalances, format::count_u(m.rebalances), &[&generation], false) }
            { one(t.messages_sent, format::count_u(m.messages), &[], false) }
        </dl></section>
    }
}

/// One measure: its name, its figure, what stands beside it in small.
fn one(name: &'static str, value: String, beside: &[&str], harm: bool) -> Html {
    let beside = beside.iter().filter(|text| !text.is_empty());
    let word = !value.starts_with(|c: char| c.is_ascii_digit() || c == '\u{2212}');
    html! {
        <div class={harm.then_some("harm")}><dt>{ name }</dt>
            <dd><span class={classes!("v", word.then_some("word"))}>{ value }</span>
                { for beside.map(|text| html! { <span class="u">{ (*text).to_string() }</span> }) }
            </dd>
        </div>
    }
}
