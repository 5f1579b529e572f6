//! A consumer: its poll loop's output, its messages with the coordinator, its settings.

use super::consumer_state;
use super::messages::messages;
use super::partition::{fact, poll_text};
use crate::base::Time;
use crate::session::view::{ConsumerDetail, PollLine};
use crate::ui::i18n::{fill, format, t};
use yew::prelude::*;

/// A consumer.
pub fn consumer(detail: &ConsumerDetail, now: Time) -> Html {
    let t = t();
    let view = &detail.view;
    let owns: Vec<String> = view.owns.iter().map(|(topic, n)| format!("{topic}-{n}")).collect();
    let owns = if owns.is_empty() { t.none.to_string() } else { owns.join(", ") };
    html! {
        <>
            <section aria-label={view.name.to_string()}>
                <div class="head-row"><h2>{ view.name.clone() }</h2>{ consumer_state(view, now) }</div>
                <dl class="facts-list">
                    { fact(t.owns, owns) }
                    { fact(t.group, view.group.as_deref().unwrap_or(t.none).to_string()) }
                    { fact(t.generation_head, view.generation.map_or(t.none.to_string(), |g| g.to_string())) }
                    { fact(t.uncommitted, format::count_u(view.uncommitted)) }
                    if let Some(at) = view.last_heartbeat {
                        { fact(t.heartbeat, fill(t.seconds_ago, &[&format::seconds_us(now.since(at).us())])) }
                    }
                    { fact(t.since, format::moment(view.since)) }
                </dl>
                if let Some(id) = &view.member_id { <p class="cap member">{ t.member_id }{ " " }<code>{ id.clone() }</code></p> }
            </section>
            <section aria-label={t.poll_loop}>
                <div class="head-row"><h3>{ t.poll_loop }</h3>
                    <span class="push muted small">{ fill(t.processed, &[&format::count_u(detail.processed)]) }</span>
                </div>
                if detail.output.is_empty() { <p class="muted small">{ t.no_output }</p> }
                <ol class="output">{ for detail.output.iter().rev().take(12).map(output) }</ol>
            </section>
            { messages(&view.name, &detail.messages) }
            <section aria-label={t.settings}>
                <h3>{ t.settings }</h3>
                <dl class="facts-list">
                    { for detail.settings.iter().map(|(name, value)| fact(name, value.to_string())) }
                </dl>
            </section>
        </>
    }
}

/// A line of output; what was read before says so.
fn output(line: &PollLine) -> Html {
    let key = format!("{}-{}-{}-{}", line.topic, line.partition, line.offset, line.at.us());
    html! {
        <li {key}>
            <code>{ poll_text(line) }</code>
            if line.again { <span class="badge change">{ t().output_again }</span> }
        </li>
    }
}
