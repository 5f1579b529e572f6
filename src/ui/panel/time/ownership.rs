//! The ownership chart.

use crate::session::view::{Focus, TimeRow, TimeView};
use crate::ui::i18n::{Tone, fill, format, plural, t};
use crate::ui::intent::{Ask, Intent};
use crate::ui::paint::ownership::{RowSize, ribbons, rows, shapes};
use crate::ui::paint::{number, ramp};
use crate::ui::widget::{picture_over, stretched};
use yew::prelude::*;

/// What [`ownership`] shows.
pub struct OwnershipProps<'a> {
    /// The pictures over time.
    pub time: &'a TimeView,
    /// How many consumers there are.
    pub consumers: usize,
    /// What is selected.
    pub focus: Option<&'a Focus>,
    /// Where intents go.
    pub intent: &'a Callback<Intent>,
}

/// A row a partition: who owned it when, and how much was unread.
pub fn ownership(props: &OwnershipProps) -> Html {
    let view = props.time;
    let rows = rows(view);
    let size = RowSize::for_rows(rows.len());
    let height = rows.len() as f64 * size.row;
    let several = rows.first().zip(rows.last()).is_some_and(|(first, last)| first.topic != last.topic);
    let ribbons = html! {
        { for ribbons(view).into_iter().enumerate().map(|(level, path)| html! {
            <path key={level} class={ramp::LEVELS[level]} d={path} />
        }) }
    };
    let ribbons = stretched(1000.0, height, number(height).into(), ribbons);
    let left_out = view.rows.len() - rows.len();
    html! {
        <div class={classes!("track-scroll", (size.row < 20.0).then_some("low"))} tabindex="0">
            <div class="track">
                <div class="labels">{ for rows.iter().map(|row| label(props, row, several)) }</div>
                { picture_over(&name(view), height, ribbons, &shapes(view, props.consumers)) }
                <div class="tails">{ for rows.iter().map(tail) }</div>
            </div>
            if view.shared { <p class="cap">{ t().shared_no_owner }</p> }
            if left_out > 0 { <p class="cap">{ plural(t().rows_left_out, left_out as u64, &[]) }</p> }
        </div>
    }
}

fn label(props: &OwnershipProps, row: &TimeRow, several: bool) -> Html {
    let id = Focus::Partition(row.topic.clone(), row.partition);
    let chosen = props.focus == Some(&id);
    let onclick = props.intent.reform(move |_: MouseEvent| Intent::Ask(Ask::Focus(id.clone())));
    let name = format!("{}-{}", row.topic, row.partition);
    html! {
        <button type="button" key={name.clone()} aria-current={chosen.then_some("true")} {onclick}
            title={several.then(|| name.clone())}>{ name }</button>
    }
}

/// How long it had no owner, in the whole run.
fn tail(row: &TimeRow) -> Html {
    let key = format!("{}-{}", row.topic, row.partition);
    match row.unowned_us {
        0 => html! { <span {key} class="muted">{ "0" }</span> },
        us => html! {
            <span {key} class={Tone::Harm.class()}>{ fill(t().seconds, &[&format::seconds_us(us)]) }</span>
        },
    }
}

/// The finding: what has no owner now, or how often owners changed.
fn name(view: &TimeView) -> String {
    let t = t();
    let free = |row: &&TimeRow| row.tenures.last().is_some_and(|tenure| tenure.to.is_some());
    let unowned: Vec<String> =
        view.rows.iter().filter(free).take(8).map(|row| format!("{}-{}", row.topic, row.partition)).collect();
    let changes: usize = view.rows.iter().map(|row| row.tenures.len().saturating_sub(1)).sum();
    let finding = match unowned.is_empty() {
        true => fill(t.all_owned, &[&changes]),
        false => fill(t.some_unowned, &[&unowned.join(", ")]),
    };
    fill(t.ownership_name, &[&format::moment(view.from), &format::moment(view.now), &finding])
}
