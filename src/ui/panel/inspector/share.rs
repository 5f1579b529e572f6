//! Share groups: how far each partition is, and who has which records.

use super::partition::facts;
use crate::session::view::{AcquiredFacts, SharePartitionFacts, ShareRangeFacts, ShareState};
use crate::ui::i18n::format::{count, count_u, moment};
use crate::ui::i18n::{fill, t};
use yew::prelude::*;

/// A partition in numbers, as a share group has it.
pub fn share_facts(of: &SharePartitionFacts) -> Html {
    let t = t();
    facts(vec![
        (t.start_offset, count(of.start)),
        (t.window_end, count(of.end)),
        (t.available, count_u(of.available)),
        (t.acquired, count_u(of.acquired)),
        (t.acknowledged, count_u(of.acknowledged)),
        (t.archived, count_u(of.archived)),
        (t.exhausted, count_u(of.exhausted)),
        (t.redelivered, count_u(of.redelivered)),
        (t.lock_timeouts, count_u(of.lock_timeouts)),
    ])
}

/// The partitions of a share group.
pub fn share_partitions<'a>(all: impl Iterator<Item = &'a SharePartitionFacts>) -> Html {
    let t = t();
    let row = |of: &SharePartitionFacts| -> (String, Vec<String>) {
        let counts = [of.acquired, of.acknowledged, of.archived].map(count_u);
        (format!("{}-{}", of.topic, of.partition), [count(of.start)].into_iter().chain(counts).collect())
    };
    let heads = [t.partition, t.start_offset, t.acquired, t.acknowledged, t.archived];
    section(t.share_partitions, &heads, all.map(row).collect())
}

/// The records between the start offset and the end of the window.
pub fn window(of: &SharePartitionFacts) -> Html {
    let t = t();
    let row = |range: &ShareRangeFacts| -> (String, Vec<String>) {
        let state = match &range.state {
            ShareState::Available => t.available.to_string(),
            ShareState::Acquired { consumer, until } => fill(t.acquired_by, &[consumer, &moment(*until)]),
            ShareState::Acknowledged => t.acknowledged.to_string(),
            ShareState::Archived => t.archived.to_string(),
        };
        (offsets(range.from, range.to), vec![range.deliveries.to_string(), state])
    };
    section(t.share_window, &[t.offsets, t.deliveries, t.state], of.window.iter().map(row).collect())
}

/// The records that a share consumer has.
pub fn acquired(all: &[AcquiredFacts]) -> Html {
    let t = t();
    let row = |of: &AcquiredFacts| -> (String, Vec<String>) {
        let place = format!("{}-{}", of.topic, of.partition);
        (place, vec![offsets(of.from, of.to), of.deliveries.to_string(), moment(of.until)])
    };
    let heads = [t.partition, t.offsets, t.deliveries, t.lock_until];
    section(t.acquired_records, &heads, all.iter().map(row).collect())
}

/// `100 to 119`, both read.
fn offsets(from: i64, to: i64) -> String {
    if to - from == 1 { count(from) } else { fill(t().offsets_range, &[&count(from), &count(to - 1)]) }
}

/// A table in a section; the first column names the row.
fn section(title: &'static str, heads: &[&'static str], rows: Vec<(String, Vec<String>)>) -> Html {
    let head = |head: &&'static str| html! { <th scope="col">{ *head }</th> };
    let row = |(i, (name, cells)): (usize, (String, Vec<String>))| {
        html! {
            <tr key={format!("{i}-{name}")}><th scope="row">{ name }</th>
                { for cells.into_iter().map(|cell| html! { <td class="wrap">{ cell }</td> }) }</tr>
        }
    };
    html! {
        <section aria-label={title}>
            <h3>{ title }</h3>
            if rows.is_empty() {
                <p class="muted small">{ t().none }</p>
            } else {
                <div class="scroll" tabindex="0" role="region" aria-label={title}>
                    <table class="table" aria-label={title}><thead><tr>{ for heads.iter().map(head) }</tr></thead>
                        <tbody>{ for rows.into_iter().enumerate().map(row) }</tbody></table>
                </div>
            }
        </section>
    }
}
