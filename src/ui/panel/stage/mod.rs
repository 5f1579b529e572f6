//! The stage: who owns what now. Logs, wires, consumers, read left to right like the data.

mod consumer;
mod logs;
mod owners;
mod tables;

use crate::base::Time;
use crate::session::Making;
use crate::session::view::{Focus, GroupFacts, StageView, TopicView};
use crate::ui::files::Picked;
use crate::ui::i18n::{fill, format, plural, t};
use crate::ui::intent::{Ask, Intent, Show};
use crate::ui::paint::number;
use crate::ui::paint::wires::{PARTITIONS_MAX, Sizes, wires};
use crate::ui::panel::form_title;
use crate::ui::panel::inspector::group_state;
use crate::ui::widget::{Button, FileButton, Look, Menu, MenuItem};
use consumer::{Consumers, row_height};
pub use logs::log_picture;
use logs::{LogsProps, logs};
use owners::owners;
use std::rc::Rc;
use tables::Tables;
use yew::prelude::*;

/// Props of [`Stage`].
#[derive(Clone, PartialEq, Properties)]
pub struct StageProps {
    /// Topics, groups and consumers now.
    pub stage: Rc<StageView>,
    /// The same for what is read: consumers and tables follow a few times a second.
    pub calm: Rc<StageView>,
    /// Virtual time of `calm`.
    pub now: Time,
    /// What is selected.
    pub focus: Option<Focus>,
    /// Tables instead of the picture.
    pub table: bool,
    /// Time goes too fast for anything to move.
    pub fast: bool,
    /// Where intents go.
    pub intent: Callback<Intent>,
    /// Where chosen files go.
    pub on_files: Callback<Vec<Picked>>,
}

/// The stage.
#[component]
pub fn Stage(props: &StageProps) -> Html {
    let t = t();
    html! {
        <main class={classes!("stage", props.fast.then_some("fast"))} id="stage" tabindex="-1" aria-label={t.stage}>
            <div class="head-row">
                <div class="heads">
                    { for props.stage.topics.iter().take(2).map(topic_head) }
                    { for props.stage.groups.iter().take(2).map(|group| group_head(props, group)) }
                </div>
                { tools(props) }
            </div>
            if !props.table { { picture(props) } }
            <Tables stage={props.calm.clone()} shown={props.table} />
        </main>
    }
}

/// Table, load, add.
fn tools(props: &StageProps) -> Html {
    let t = t();
    let table = props.table;
    html! {
        <div class="stage-tools">
            <Button text={t.table} icon="table" look={Look::Quiet} pressed={table}
                on_press={props.intent.reform(move |()| Intent::Show(Show::Table(!table)))} />
            <FileButton text={t.load_file} icon="imp" class="load" on_files={props.on_files.clone()} />
            <FileButton text={t.load_folder} icon="imp" class="load folder" folder=true
                on_files={props.on_files.clone()} />
            <Button text={t.add_consumer} icon="plus" look={Look::Primary} class="add"
                on_press={props.intent.reform(|()| Intent::Ask(Ask::AddConsumer))} />
            <Menu name={t.make_more} items={makings(props)} />
        </div>
    }
}

/// What else can be made, each by a form.
fn makings(props: &StageProps) -> Vec<MenuItem> {
    let item = |making: Making| MenuItem {
        text: form_title(making).into(),
        hint: None,
        icon: "plus",
        why_not: None,
        on_choose: props.intent.reform(move |()| Intent::Ask(Ask::Form(making))),
    };
    [Making::Consumer, Making::Group, Making::Topic, Making::Producer].map(item).to_vec()
}

/// A topic's name and what flows into it.
fn topic_head(topic: &TopicView) -> Html {
    let text =
        plural(t().partitions_rate, topic.partitions.len() as u64, &[&format::milli(topic.rate_milli)]);
    html! {
        <span class="topic-head" key={topic.name.to_string()}>
            <b>{ topic.name.clone() }</b><span class="muted nowrap rate">{ text }</span>
        </span>
    }
}

/// A group's name, state, generation or epoch, and assignor.
fn group_head(props: &StageProps, group: &GroupFacts) -> Html {
    let focus = Focus::Group(group.name.clone());
    let chosen = props.focus.as_ref() == Some(&focus);
    let onclick = props.intent.reform(move |_: MouseEvent| Intent::Ask(Ask::Focus(focus.clone())));
    let (number, assignor) = match &group.consumer {
        Some(of) => (fill(t().epoch, &[&of.epoch]), Some(&of.assignor)),
        None => (fill(t().generation, &[&group.generation]), group.assignor.as_ref()),
    };
    let assignor = assignor.map(|name| format!(", {name}")).unwrap_or_default();
    html! {
        <span class="group-head" key={group.name.to_string()} aria-current={chosen.then_some("true")}>
            <button type="button" class="name" {onclick}>{ group.name.clone() }</button>
            { group_state(group.state) }
            <span class="muted nowrap">{ number }<span class="wide">{ assignor }</span></span>
        </span>
    }
}

/// Logs, wires, consumers; above some sixty partitions bars of owners in place of logs and wires.
fn picture(props: &StageProps) -> Html {
    let stage = &props.stage;
    let partitions: usize = stage.topics.iter().map(|topic| topic.partitions.len()).sum();
    if partitions > PARTITIONS_MAX {
        return html! {
            <div class="stage-few many" tabindex="0">{ owners(stage) }<div></div>{ consumers(props) }</div>
        };
    }
    let sizes = sizes(stage, partitions);
    let height = sizes.height(stage);
    html! {
        <div class="stage-few" tabindex="0">
            { logs(&LogsProps { stage, focus: props.focus.as_ref(), row: sizes.row, intent: &props.intent }) }
            <div class="wires-col">
                <svg class="plot wires" viewBox={format!("0 0 56 {}", number(height))} preserveAspectRatio="none"
                    height={number(height / 16.0) + "rem"} aria-hidden="true">
                    { for wires(stage, sizes).into_iter().map(|wire| html! {
                        <path key={wire.key.to_string()} class={wire.class} d={wire.path} />
                    }) }
                </svg>
            </div>
            { consumers(props) }
        </div>
    }
}

/// Rows are lower when there are many.
fn sizes(stage: &StageView, partitions: usize) -> Sizes {
    Sizes {
        row: if partitions > 12 { 24.0 } else { 32.0 },
        head: if stage.topics.len() > 1 { 24.0 } else { 0.0 },
        consumer: row_height(stage.consumers.len()),
    }
}

fn consumers(props: &StageProps) -> Html {
    html! {
        <Consumers stage={props.calm.clone()} now={props.now} focus={props.focus.clone()}
            intent={props.intent.clone()} />
    }
}
