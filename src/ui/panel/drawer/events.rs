//! What happened, in plain words, newest first.

use crate::session::view::{Happened, HappenedView, What};
use crate::ui::i18n::{format, plural, sentence, t};
use yew::prelude::*;

/// At most so many rows are shown.
const ROWS_MAX: usize = 200;

/// The list.
pub fn events(happened: &HappenedView) -> Html {
    let t = t();
    let events = &happened.events;
    let left_out = happened.left_out + events.len().saturating_sub(ROWS_MAX) as u64;
    html! {
        <div class="scroll events" tabindex="0" role="region" aria-label={t.events}>
            if events.is_empty() { <p class="muted">{ t.nothing_happened }</p> }
            <table class="table"><caption class="vh">{ t.what }</caption>
                <thead><tr><th scope="col" class="num">{ t.when }</th><th scope="col">{ t.what }</th></tr></thead>
                <tbody>{ for events.iter().rev().take(ROWS_MAX).map(row) }</tbody>
            </table>
            if left_out > 0 { <p class="cap">{ plural(t.earlier_left_out, left_out, &[]) }</p> }
        </div>
    }
}

fn row(event: &Happened) -> Html {
    let act = matches!(event.what, What::Command(_));
    html! {
        <tr key={event.number.to_string()}>
            <td class="num">{ format::moment(event.at) }</td>
            <td class="wrap">
                if act { <code>{ sentence(&event.what) }</code> } else { { sentence(&event.what) } }
            </td>
        </tr>
    }
}
