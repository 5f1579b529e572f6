//! The consumers of the stage: each a row with an owner's edge, no box around a box.

use crate::base::Time;
use crate::session::quote;
use crate::session::view::{ConsumerFacts, Focus, StageView};
use crate::ui::i18n::{fill, format, state_word, t};
use crate::ui::intent::{Ask, Intent};
use crate::ui::paint::owner_class;
use crate::ui::widget::{Button, Look, Menu, MenuItem, icon};
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`Consumers`].
#[derive(Clone, PartialEq, Properties)]
pub struct ConsumersProps {
    /// The consumers, as they are read: they follow a few times a second.
    pub stage: Rc<StageView>,
    /// Virtual time.
    pub now: Time,
    /// What is selected.
    pub focus: Option<Focus>,
    /// Where intents go.
    pub intent: Callback<Intent>,
}

/// The consumers in the order in which they were added.
#[component]
pub fn Consumers(props: &ConsumersProps) -> Html {
    let t = t();
    let consumers = &props.stage.consumers;
    html! {
        <div class="consumers-col">
            <div class="logs-head plain"><span>{ t.consumers_head }</span></div>
            if consumers.is_empty() { <p class="muted">{ t.no_consumers }</p> }
            <ul class={classes!("consumers", (row_height(consumers.len()) < 60.0).then_some("low"))}>
                { for consumers.iter().map(|one| consumer(props, one)) }
            </ul>
        </div>
    }
}

/// The least height of a row in pixels: rows are lower when there are many.
pub fn row_height(consumers: usize) -> f64 {
    if consumers > 4 { 48.0 } else { 64.0 }
}

/// A consumer.
fn consumer(props: &ConsumersProps, consumer: &ConsumerFacts) -> Html {
    let word = state_word(consumer, props.now);
    let alive = consumer.state.is_alive();
    let focus = Focus::Consumer(consumer.name.clone());
    let chosen = props.focus.as_ref() == Some(&focus);
    let onclick = props.intent.reform(move |_: MouseEvent| Intent::Ask(Ask::Focus(focus.clone())));
    html! {
        <li key={consumer.name.to_string()} class={classes!("consumer", (!alive).then_some("dead"))}
            aria-current={chosen.then_some("true")}>
            <span class={classes!("edge", owner_class(consumer.index, props.stage.consumers.len()))}></span>
            <button type="button" class="name" {onclick}>{ consumer.name.clone() }</button>
            <span class={word.tone.class()}>{ icon(word.icon) }
                <span>{ word.word }<span class="tail">{ word.tail }</span></span></span>
            <span class="facts">{ facts(&props.stage, consumer, props.now) }</span>
            <span class="acts">
                { life(props, &consumer.name, alive) }
                <Menu name={fill(t().more_name, &[&consumer.name])} items={items(props, &consumer.name, alive)} />
            </span>
        </li>
    }
}

/// Kill, or restart for one that is dead.
fn life(props: &ConsumersProps, name: &Rc<str>, alive: bool) -> Html {
    let t = t();
    if alive {
        html! {
            <Button text={t.kill} name={fill(t.kill_name, &[name])} icon="kill" look={Look::Harm} class="life"
                on_press={command(props, "kill", name, "")} />
        }
    } else {
        html! {
            <Button text={t.restart} name={fill(t.restart_name, &[name])} icon="restart" class="life"
                on_press={command(props, "start", name, "")} />
        }
    }
}

/// What else can be done with it.
fn items(props: &ConsumersProps, name: &Rc<str>, alive: bool) -> Vec<MenuItem> {
    let t = t();
    let why_not = (!alive).then(|| AttrValue::from(fill(t.dead_already, &[name])));
    let item = |text: &str, hint: &'static str, icon: &'static str, (word, rest): (&str, &str)| MenuItem {
        text: fill(text, &[name]).into(),
        hint: Some(hint.into()),
        icon,
        why_not: why_not.clone(),
        on_choose: command(props, word, name, rest),
    };
    vec![
        item(t.close_name, t.close_hint, "close", ("close", "")),
        item(t.pause_name, t.pause_hint, "pause", ("pause", " for=20s")),
        item(t.slow_name, t.slow_hint, "slow", ("slow", " for=20s")),
    ]
}

/// Does `word` with a consumer.
fn command(props: &ConsumersProps, word: &str, name: &str, rest: &str) -> Callback<()> {
    let line: Rc<str> = format!("{word} {}{rest}", quote(name)).into();
    props.intent.reform(move |()| Intent::Ask(Ask::Line(line.clone())))
}

/// What stands in the second line.
fn facts(stage: &StageView, consumer: &ConsumerFacts, now: Time) -> String {
    let t = t();
    let share = stage.is_share(&consumer.group);
    if !consumer.state.is_alive() {
        if share {
            return consumer
                .removed_at
                .map(|at| fill(t.facts_removed, &[&format::span(now.since(at))]))
                .unwrap_or_default();
        }
        let mut facts = vec![fill(t.facts_uncommitted, &[&format::count_u(consumer.uncommitted)])];
        if let Some(at) = consumer.removed_at {
            facts.push(fill(t.facts_removed, &[&format::span(now.since(at))]));
        }
        return facts.join(", ");
    }
    let busy = format::share(consumer.busy_milli);
    let mut facts = Vec::new();
    // Before the first commit lag cannot be told; then less is said to lag than was read.
    if share {
        facts.push(fill(t.facts_holds, &[&format::count_u(consumer.acquired)]));
    } else if i64::try_from(consumer.uncommitted).is_ok_and(|read| consumer.lag >= read) {
        facts.push(fill(t.facts_lag, &[&format::count(consumer.lag)]));
    }
    let rate = fill(t.facts_rate, &[&format::count_u(consumer.rate), &busy]);
    let Some(membership) = &consumer.membership else {
        facts.extend(consumer.generation.map(|generation| fill(t.generation, &[&generation])));
        facts.push(rate);
        return facts.join(", ");
    };
    facts.extend(membership.epoch.map(|epoch| fill(t.epoch, &[&epoch])));
    facts.push(rate);
    for (text, partitions) in
        [(t.facts_gives_up, &membership.gives_up), (t.facts_receives, &membership.receives)]
    {
        if !partitions.is_empty() {
            facts.push(fill(text, &[&partitions.len()]));
        }
    }
    facts.join(", ")
}
