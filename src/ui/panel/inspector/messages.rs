//! Messages with the coordinator: two lanes, and the same as a list.

use crate::session::view::MessageFacts;
use crate::ui::i18n::{fill, format, t};
use crate::ui::paint::lanes;
use crate::ui::widget::picture;
use std::rc::Rc;
use yew::prelude::*;

/// The messages.
pub fn messages(consumer: &Rc<str>, messages: &[MessageFacts]) -> Html {
    let t = t();
    let Some(last) = messages.last() else {
        return html! {
            <section aria-label={t.messages}><h3>{ t.messages }</h3><p class="muted small">{ t.no_messages }</p></section>
        };
    };
    let name = fill(t.messages_name, &[consumer, &format!("{} {}", last.api, outcome(last))]);
    html! {
        <section aria-label={t.messages}>
            <div class="head-row"><h3>{ t.messages }</h3><span class="push muted small">{ t.in_order }</span></div>
            { picture(&name, lanes::height(messages.len()), &lanes::shapes(consumer, messages)) }
            <details><summary>{ t.message_list }</summary>
                <div class="scroll" tabindex="0" role="region" aria-label={t.messages}>
                    <table class="table"><thead><tr><th scope="col" class="num">{ t.sent }</th>
                        <th scope="col">{ t.request }</th><th scope="col">{ t.answer }</th></tr></thead>
                        <tbody>{ for messages.iter().rev().enumerate().map(|(i, m)| row(i, m)) }</tbody>
                    </table>
                </div>
            </details>
        </section>
    }
}

fn row(index: usize, message: &MessageFacts) -> Html {
    let key = format!("{}-{}-{index}", message.sent.us(), message.api);
    html! {
        <tr {key}><td class="num">{ format::seconds_us(message.sent.us()) }</td><td>{ message.api }</td>
            <td>{ outcome(message) }</td></tr>
    }
}

/// The answer in short: what is in it, its error, or that it is held.
fn outcome(message: &MessageFacts) -> String {
    match (message.answered, message.error) {
        (None, _) => t().held.to_string(),
        (Some(_), Some(error)) => error.to_string(),
        (Some(_), None) if message.note.is_empty() => t().no_error.to_string(),
        (Some(_), None) => message.note.to_string(),
    }
}
