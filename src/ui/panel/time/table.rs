//! The pictures over time as a table: a row a partition, its owners with their times.

use crate::session::view::{Tenure, TimeRow, TimeView};
use crate::ui::i18n::{fill, format, t};
use yew::prelude::*;

/// The table.
pub fn tenures(view: &TimeView) -> Html {
    let t = t();
    html! {
        <div class="scroll grow" tabindex="0" role="region" aria-label={t.tenures}>
            <table class="table"><caption class="vh">{ t.tenures }</caption>
                <thead><tr><th scope="col">{ t.partition }</th><th scope="col">{ t.tenures_head }</th>
                    <th scope="col" class="num">{ t.unread }</th><th scope="col" class="num">{ t.unowned_s }</th>
                </tr></thead>
                <tbody>{ for view.rows.iter().map(row) }</tbody>
            </table>
        </div>
    }
}

fn row(row: &TimeRow) -> Html {
    let name = format!("{}-{}", row.topic, row.partition);
    let unread = row.unread.last().map_or_else(|| t().none.to_string(), |(_, n)| format::count(*n));
    let tenures: Vec<String> = row.tenures.iter().map(tenure).collect();
    html! {
        <tr key={name.clone()}><th scope="row">{ name }</th><td class="wrap">{ tenures.join("; ") }</td>
            <td class="num">{ unread }</td><td class="num">{ format::seconds_us(row.unowned_us) }</td></tr>
    }
}

fn tenure(tenure: &Tenure) -> String {
    let from = format::seconds_us(tenure.from.us());
    match tenure.to {
        Some(to) => fill(t().tenure_closed, &[&tenure.consumer, &from, &format::seconds_us(to.us())]),
        None => fill(t().tenure_open, &[&tenure.consumer, &from]),
    }
}
