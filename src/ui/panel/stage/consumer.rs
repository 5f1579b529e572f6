//! A consumer of the stage: a row with an owner's edge, no box around a box.

use crate::base::Time;
use crate::session::view::{ConsumerView, Focus};
use crate::ui::i18n::{fill, format, state_word, t};
use crate::ui::intent::{Ask, Intent};
use crate::ui::paint::owner_class;
use crate::ui::widget::{Button, Look, Menu, MenuItem, icon};
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`Consumer`].
#[derive(Clone, PartialEq, Properties)]
pub struct ConsumerProps {
    /// The consumer.
    pub consumer: Rc<ConsumerView>,
    /// Virtual time.
    pub now: Time,
    /// How many consumers there are: more than eight have no colours.
    pub consumers: usize,
    /// Whether it is selected.
    pub chosen: bool,
    /// Where intents go.
    pub intent: Callback<Intent>,
}

/// A consumer.
#[component]
pub fn Consumer(props: &ConsumerProps) -> Html {
    let consumer = &props.consumer;
    let word = state_word(consumer, props.now);
    let alive = consumer.state.is_alive();
    let focus = Focus::Consumer(consumer.name.clone());
    let onclick = props.intent.reform(move |_: MouseEvent| Intent::Ask(Ask::Focus(focus.clone())));
    html! {
        <li class={classes!("consumer", (!alive).then_some("dead"))} aria-current={props.chosen.then_some("true")}>
            <span class={classes!("edge", owner_class(consumer.index, props.consumers))}></span>
            <button type="button" class="name" {onclick}>{ consumer.name.clone() }</button>
            <span class={word.tone.class()}>{ icon(word.icon) }
                <span>{ word.word }<span class="tail">{ word.tail }</span></span></span>
            <span class="facts">{ facts(consumer, props.now) }</span>
            <span class="acts">
                { life(props, alive) }
                <Menu name={fill(t().more_name, &[&consumer.name])} items={items(props, alive)} />
            </span>
        </li>
    }
}

/// Kill, or restart for one that is dead.
fn life(props: &ConsumerProps, alive: bool) -> Html {
    let t = t();
    let name = &props.consumer.name;
    if alive {
        html! {
            <Button text={t.kill} name={fill(t.kill_name, &[name])} icon="kill" look={Look::Harm} class="life"
                on_press={command(props, format!("kill {name}"))} />
        }
    } else {
        html! {
            <Button text={t.restart} name={fill(t.restart_name, &[name])} icon="restart" class="life"
                on_press={command(props, format!("start {name}"))} />
        }
    }
}

/// What else can be done with it.
fn items(props: &ConsumerProps, alive: bool) -> Vec<MenuItem> {
    let t = t();
    let name = &props.consumer.name;
    let why_not = (!alive).then(|| AttrValue::from(fill(t.dead_already, &[name])));
    let item = |text: &str, hint: &'static str, icon: &'static str, line: String| MenuItem {
        text: fill(text, &[name]).into(),
        hint: Some(hint.into()),
        icon,
        why_not: why_not.clone(),
        on_choose: command(props, line),
    };
    vec![
        item(t.close_name, t.close_hint, "close", format!("close {name}")),
        item(t.pause_name, t.pause_hint, "pause", format!("pause {name} for=20s")),
        item(t.slow_name, t.slow_hint, "slow", format!("slow {name} for=20s")),
    ]
}

fn command(props: &ConsumerProps, line: String) -> Callback<()> {
    let line: Rc<str> = line.into();
    props.intent.reform(move |()| Intent::Ask(Ask::Line(line.clone())))
}

/// What stands in the second line.
fn facts(consumer: &ConsumerView, now: Time) -> String {
    let t = t();
    if !consumer.state.is_alive() {
        let mut facts = vec![fill(t.facts_uncommitted, &[&format::count_u(consumer.uncommitted)])];
        if let Some(at) = consumer.removed_at {
            facts.push(fill(t.facts_removed, &[&format::span(now.since(at))]));
        }
        return facts.join(", ");
    }
    let busy = format::share(consumer.busy_milli);
    let mut facts = Vec::new();
    // Before the first commit lag cannot be told; then less is said to lag than was read.
    if i64::try_from(consumer.uncommitted).is_ok_and(|read| consumer.lag >= read) {
        facts.push(fill(t.facts_lag, &[&format::count(consumer.lag)]));
    }
    facts.push(fill(t.facts_rate, &[&format::count_u(consumer.rate), &busy]));
    if let Some(generation) = consumer.generation {
        facts.push(fill(t.generation, &[&generation]));
    }
    facts.join(", ")
}
