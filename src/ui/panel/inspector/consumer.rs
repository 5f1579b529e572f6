//! A consumer: its poll loop's output, its messages with the coordinator, its settings.

use super::consumer_state;
use super::group::listed;
use super::messages::messages;
use super::partition::{facts, poll_text};
use super::share::acquired;
use crate::base::Time;
use crate::session::view::{ConsumerDetail, ConsumerFacts, LineFacts, SettingFacts, StageView};
use crate::ui::i18n::{fill, format, t};
use yew::prelude::*;

/// A consumer.
pub fn consumer(detail: &ConsumerDetail, stage: &StageView, now: Time) -> Html {
    let t = t();
    let view = &detail.view;
    html! {
        <>
            <section aria-label={view.name.to_string()}>
                <div class="head-row"><h2>{ view.name.clone() }</h2>{ consumer_state(view, now) }</div>
                { facts(standing(view, stage, now)) }
                if let Some(id) = &view.member_id { <p class="cap member">{ t.member_id }{ " " }<code>{ id.clone() }</code></p> }
            </section>
            <section aria-label={t.poll_loop}>
                <div class="head-row"><h3>{ t.poll_loop }</h3>
                    <span class="push muted small">{ fill(t.processed, &[&format::count_u(view.processed)]) }</span>
                </div>
                if detail.output.is_empty() { <p class="muted small">{ t.no_output }</p> }
                <ol class="output">{ for detail.output.iter().rev().take(12).map(output) }</ol>
            </section>
            if stage.is_share(&view.group) { { acquired(&detail.acquired) } }
            { messages(&view.name, &detail.messages) }
            <section aria-label={t.settings}>
                <h3>{ t.settings }</h3>
                <dl class="facts-list">{ for detail.settings.iter().map(setting) }</dl>
                if detail.settings.iter().any(|of| of.changed) { <p class="cap">{ t.settings_changed }</p> }
            </section>
        </>
    }
}

/// What it owns, and where it stands in the group protocol: its generation, or its epoch and what is under way.
fn standing(view: &ConsumerFacts, stage: &StageView, now: Time) -> Vec<(&'static str, String)> {
    let t = t();
    let number = |n: Option<i32>| n.map_or(t.none.to_string(), |n| n.to_string());
    let mut all = vec![(t.owns, listed(&view.owns)), (t.group, view.group.to_string())];
    match &view.membership {
        Some(of) => all.extend([
            (t.member_epoch, number(of.epoch)),
            (t.member_state, of.state.to_string()),
            (t.gives_up, listed(&of.gives_up)),
            (t.receives, listed(&of.receives)),
        ]),
        None => all.push((t.generation_head, number(view.generation))),
    }
    all.push(match stage.is_share(&view.group) {
        true => (t.acquired, format::count_u(view.acquired)),
        false => (t.uncommitted, format::count_u(view.uncommitted)),
    });
    if let Some(at) = view.last_heartbeat {
        all.push((t.heartbeat, fill(t.seconds_ago, &[&format::seconds_us(now.since(at).us())])));
    }
    all
}

/// A setting; one that is not Kafka's default says so.
fn setting(of: &SettingFacts) -> Html {
    let value = of.value.clone();
    html! {
        <>
            <dt>{ of.name }if of.changed { <span class="vh">{ t().changed }</span> }</dt>
            <dd>if of.changed { <b>{ value }</b> } else { { value } }</dd>
        </>
    }
}

/// A line of output; what was read before says so.
fn output(line: &LineFacts) -> Html {
    let key = format!("{}-{}-{}-{}", line.topic, line.partition, line.offset, line.at.us());
    html! {
        <li {key}>
            <code>{ poll_text(line) }</code>
            if let Some(delivery) = line.delivery.filter(|delivery| *delivery > 1) {
                <span class="badge change">{ fill(t().nth_delivery, &[&delivery]) }</span>
            } else if line.again {
                <span class="badge change">{ t().output_again }</span>
            }
        </li>
    }
}
