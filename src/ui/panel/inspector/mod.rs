//! The inspector: what is selected, and why it is as it is. On a phone it is a sheet.

mod consumer;
mod group;
mod messages;
mod partition;
mod share;

use crate::base::Time;
use crate::session::view::{ConsumerFacts, Focus, GroupState, InspectorView, PartitionFacts, StageView};
use crate::ui::i18n::{Tone, fill, format, state_word, t};
use crate::ui::intent::{Ask, Intent, Show};
use crate::ui::widget::{TabItem, TabsProps, icon, state, tabs};
use consumer::consumer;
use group::group;
pub use group::listed;
use partition::partition;
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`Inspector`].
#[derive(Clone, PartialEq, Properties)]
pub struct InspectorProps {
    /// What is selected, in detail.
    pub inspector: Rc<InspectorView>,
    /// Topics and consumers, to select from.
    pub stage: Rc<StageView>,
    /// Virtual time.
    pub now: Time,
    /// What is selected.
    pub focus: Option<Focus>,
    /// Whether the sheet is open.
    pub sheet: bool,
    /// Where intents go.
    pub intent: Callback<Intent>,
}

/// The id of what the tabs control.
const PANEL: &str = "inspected";

/// The inspector.
#[component]
pub fn Inspector(props: &InspectorProps) -> Html {
    let t = t();
    // What was selected last of each kind: a tab goes back to it.
    let last = use_mut_ref(<[Option<Focus>; 3]>::default);
    let chosen = props.focus.as_ref().map(|focus| {
        let tab = match focus {
            Focus::Partition(..) => 0,
            Focus::Consumer(_) => 1,
            Focus::Group(_) => 2,
        };
        last.borrow_mut()[tab] = Some(focus.clone());
        tab
    });
    let items =
        [t.tab_partition, t.tab_consumer, t.tab_group].map(|text| TabItem { text: text.into(), badge: None });
    let on_press = {
        let (stage, intent) = (props.stage.clone(), props.intent.clone());
        Callback::from(move |tab: usize| {
            let last = last.borrow()[tab].clone();
            if let Some(focus) = last.or_else(|| first(&stage, tab)) {
                intent.emit(Intent::Ask(Ask::Focus(focus)));
            }
        })
    };
    html! {
        <aside class={classes!("inspector", props.sheet.then_some("open"))} aria-label={t.inspector}>
            { handle(props) }
            <div class="sheet-body">
                { tabs(TabsProps { name: t.selected, items: &items, chosen, controls: PANEL, on_press }) }
                <div id={PANEL} role="tabpanel" aria-label={t.selected}>
                    { detail(props) }
                </div>
            </div>
        </aside>
    }
}

fn first(stage: &StageView, tab: usize) -> Option<Focus> {
    Some(match tab {
        0 => {
            let partition = stage.topics.first()?.partitions.first()?;
            Focus::Partition(partition.topic.clone(), partition.partition)
        }
        1 => Focus::Consumer(stage.consumers.first()?.name.clone()),
        _ => Focus::Group(stage.groups.first()?.name.clone()),
    })
}

fn detail(props: &InspectorProps) -> Html {
    match &*props.inspector {
        InspectorView::Nothing => html! { <p class="empty">{ t().nothing_selected }</p> },
        InspectorView::Partition(detail) => partition(detail, props),
        InspectorView::Consumer(detail) => consumer(detail, &props.stage, props.now),
        InspectorView::Group(facts) => group(facts, &props.stage, &props.intent),
    }
}

/// The sheet's handle: what is selected in one line.
fn handle(props: &InspectorProps) -> Html {
    let open = props.sheet;
    let onclick = props.intent.reform(move |_: MouseEvent| Intent::Show(Show::Sheet(!open)));
    let (name, word) = match &*props.inspector {
        InspectorView::Nothing => (t().inspector.to_string(), Html::default()),
        InspectorView::Partition(detail) => {
            let view = &detail.view;
            (format!("{}-{}", view.topic, view.partition), owner_state(view, props.now))
        }
        InspectorView::Consumer(detail) => {
            (detail.view.name.to_string(), consumer_state(&detail.view, props.now))
        }
        InspectorView::Group(facts) => (facts.name.to_string(), group_state(facts.state)),
    };
    html! {
        <button type="button" class="sheet-handle" aria-expanded={open.to_string()} {onclick}>
            <span class="sheet-title"><b>{ name }</b>{ word }</span>
            { icon(if open { "down" } else { "up" }) }
        </button>
    }
}

/// Who owns a partition, as a state.
pub fn owner_state(view: &PartitionFacts, now: Time) -> Html {
    let t = t();
    match (&view.owner, view.unowned_since) {
        (Some(owner), _) => state(Tone::Plain, "ok", fill(t.owned_by, &[owner])),
        (None, Some(since)) => {
            state(Tone::Harm, "unowned", fill(t.unowned_for, &[&format::span(now.since(since))]))
        }
        (None, None) if view.group.is_some() => state(Tone::Still, "unowned", t.not_owned_yet),
        (None, None) => state(Tone::Still, "unknown", t.no_group),
    }
}

/// A group's state in Kafka's word.
pub fn group_state(of: GroupState) -> Html {
    let (tone, sign) = match of {
        GroupState::Stable => (Tone::Plain, "ok"),
        GroupState::Empty | GroupState::Dead => (Tone::Still, "unowned"),
        GroupState::PreparingRebalance
        | GroupState::CompletingRebalance
        | GroupState::Assigning
        | GroupState::Reconciling => (Tone::Change, "change"),
    };
    state(tone, sign, of.name())
}

/// What a consumer is doing, as a state.
pub fn consumer_state(view: &ConsumerFacts, now: Time) -> Html {
    let word = state_word(view, now);
    state(word.tone, word.icon, format!("{}{}", word.word, word.tail))
}
