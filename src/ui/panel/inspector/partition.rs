//! A partition: its offset ruler, why its lag is what it is, its newest records.

use super::share::{share_facts, window};
use super::{InspectorProps, owner_state};
use crate::base::Time;
use crate::session::Making;
use crate::session::view::{LineFacts, PartitionDetail, PartitionFacts, TransactionFacts};
use crate::ui::i18n::{fill, format, format::count, plural, t};
use crate::ui::intent::{Ask, Intent};
use crate::ui::paint::ruler;
use crate::ui::panel::form_title;
use crate::ui::panel::stage::log_picture;
use crate::ui::widget::{Button, picture};
use yew::prelude::*;

/// A partition.
pub fn partition(detail: &PartitionDetail, props: &InspectorProps) -> Html {
    let t = t();
    let (stage, now) = (&*props.stage, props.now);
    let view = &detail.view;
    let name = format!("{}-{}", view.topic, view.partition);
    html! {
        <>
            <section aria-label={name.clone()}>
                if let Some(of) = stage.share_of(view) {
                    <h2>{ name.clone() }</h2>
                    { log_picture(&name, view, (None, Some(of)), view.unread, 32.0) }
                    { share_facts(of) }
                } else {
                    <div class="head-row"><h2>{ name.clone() }</h2>{ owner_state(view, now) }</div>
                    { picture(&ruler_name(&name, detail), ruler::HEIGHT, &ruler::shapes(detail)) }
                    <p class="cap">{ explanation(detail) }</p>
                }
            </section>
            if let Some(of) = stage.share_of(view) { { window(of) } }
            { transactions(view, now) }
            <section aria-label={t.newest_records}>
                <h3>{ t.newest_records }</h3>
                if detail.records.is_empty() { <p class="muted small">{ t.no_records }</p> }
                <ol class="output">{ for detail.records.iter().rev().map(record) }</ol>
            </section>
            <section aria-label={t.log_facts}>
                <h3>{ t.log_facts }</h3>
                { facts(vec![
                    (t.log_start, count(view.log_start)),
                    (t.records_in_log, format::count_u(view.records)),
                    (t.batches, format::count_u(view.batches)),
                    (t.bytes, format::bytes(view.bytes)),
                    (t.leader_epoch, view.leader_epoch.to_string()),
                    (t.read_by, view.group.as_deref().unwrap_or(t.none).to_string()),
                ]) }
            </section>
            <section aria-label={t.segments}>
                <h3>{ t.segments }</h3>
                <p class="muted small">{ segment_count(detail) }</p>
                <ol class="output">{ for detail.segments.iter().rev().map(segment) }</ol>
            </section>
            <section aria-label={t.configuration}>
                <h3>{ t.configuration }</h3>
                if detail.configs.is_empty() { <p class="muted small">{ t.all_defaults }</p> }
                { facts(detail.configs.iter().map(|(name, value)| (*name, value.to_string())).collect()) }
                <p class="rowline">{ for [Making::Configure, Making::Grow].map(|making| html! {
                    <Button text={form_title(making)} class="small"
                        on_press={props.intent.reform(move |()| Intent::Ask(Ask::Form(making)))} />
                }) }</p>
            </section>
        </>
    }
}

/// What holds readers of committed records up: nothing, as long as no transaction is open.
fn transactions(view: &PartitionFacts, now: Time) -> Html {
    let t = t();
    let one = |of: &TransactionFacts| {
        let age = of
            .known
            .as_ref()
            .map_or(t.cannot_tell.to_string(), |(_, since)| format::short(now.since(*since)));
        let id = of.known.as_ref().map_or("", |(id, _)| id);
        html! { <li key={of.producer_id}>
            { fill(t.open_transaction, &[&of.producer_id, &id, &count(of.first_offset), &age]) }
        </li> }
    };
    html! {
        if view.last_stable < view.high_watermark {
            <section aria-label={t.open_transactions}>
                <h3>{ t.open_transactions }</h3>
                { facts(vec![(t.last_stable_offset, count(view.last_stable))]) }
                <ul class="small">{ for view.open_transactions.iter().map(one) }</ul>
            </section>
        }
    }
}

/// How many segments there are, and how many of them are listed.
fn segment_count(detail: &PartitionDetail) -> String {
    let listed = detail.segments.len() as u32;
    match detail.segment_count > listed {
        true => fill(t().segments_newest, &[&format::count_u(detail.segment_count.into()), &listed]),
        false => plural(t().segments_all, detail.segment_count.into(), &[]),
    }
}

/// A segment: its file's name and its size.
fn segment((base, bytes): &(i64, u32)) -> Html {
    let (name, bytes) = (format!("{base:020}.log"), format::bytes(u64::from(*bytes)));
    html! { <li key={*base}><code>{ name }</code>{ " " }<span class="muted">{ bytes }</span></li> }
}

/// Facts: their names and values.
pub fn facts(all: Vec<(&'static str, String)>) -> Html {
    let one = |(name, value): (&'static str, String)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> };
    html! { <dl class="facts-list">{ for all.into_iter().map(one) }</dl> }
}

fn ruler_name(name: &str, detail: &PartitionDetail) -> String {
    let t = t();
    let view = &detail.view;
    let number = |offset: Option<i64>| offset.map_or(t.none.to_string(), count);
    let (again, unread) = ruler::again_and_unread(detail);
    let (committed, position) = (number(view.committed), number(view.position));
    let (start, end) = (count(view.log_start), count(view.high_watermark));
    fill(t.ruler_name, &[&name, &start, &committed, &position, &end, &count(again), &count(unread)])
}

/// Why the lag is what it is, in a sentence with the numbers.
fn explanation(detail: &PartitionDetail) -> String {
    let t = t();
    let view = &detail.view;
    if view.group.is_none() {
        return t.explain_no_group.to_string();
    }
    let Some((committed, lag)) = view.committed.zip(view.lag) else { return t.explain_none.to_string() };
    let (lag, end, committed) = (count(lag), count(view.end), count(committed));
    let mut text = fill(t.explain_lag, &[&lag, &end, &committed, &count(view.unread)]);
    let (again, _) = ruler::again_and_unread(detail);
    if again > 0 {
        let template = if view.owner.is_some() { t.explain_at_risk } else { t.explain_again };
        text.push(' ');
        text.push_str(&fill(template, &[&count(again)]));
    }
    text
}

/// A record as a consumer would print it.
fn record(line: &LineFacts) -> Html {
    html! { <li key={line.offset}><code>{ poll_text(line) }</code></li> }
}

/// `offset = …, key = …, value = …`.
pub fn poll_text(line: &LineFacts) -> String {
    let null = t().output_null;
    let (key, value) = (line.key.as_deref().unwrap_or(null), line.value.as_deref().unwrap_or(null));
    // What a program prints is not translated, and has no separators.
    format!("offset = {}, key = {key}, value = {value}", line.offset)
}
