//! The stage as tables: always in the document for readers' tools, shown by the Table button.

use crate::session::view::{ConsumerFacts, PartitionFacts, StageView};
use crate::ui::i18n::{format::count, state_name, t};
use crate::ui::panel::inspector::listed;
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`Tables`].
#[derive(Clone, PartialEq, Properties)]
pub struct TablesProps {
    /// Topics and consumers now.
    pub stage: Rc<StageView>,
    /// Whether they are shown to the eye.
    pub shown: bool,
}

/// Who owns what, and how the consumers are.
#[component]
pub fn Tables(props: &TablesProps) -> Html {
    let t = t();
    let partitions = props.stage.topics.iter().flat_map(|topic| &topic.partitions);
    let heads = |names: &[(&'static str, bool)]| -> Html {
        let head = |(name, num): &(&'static str, bool)| {
            html! {
                <th scope="col" class={num.then_some("num")}>{ *name }</th>
            }
        };
        names.iter().map(head).collect()
    };
    html! {
        <div class={if props.shown { "tables" } else { "vh" }}>
            <table class="table"><caption>{ t.ownership }</caption>
                <thead><tr>{ heads(&[(t.topic, false), (t.partition, true), (t.owner, false), (t.committed, true),
                    (t.end, true), (t.lag, true)]) }</tr></thead>
                <tbody>{ for partitions.map(partition_row) }</tbody>
            </table>
            <table class="table"><caption>{ t.consumers }</caption>
                <thead><tr>{ heads(&[(t.name, false), (t.state, false), (t.group, false), (t.epoch_head, true),
                    (t.owns, false), (t.lag, true), (t.uncommitted, true)]) }</tr></thead>
                <tbody>{ for props.stage.consumers.iter().map(consumer_row) }</tbody>
            </table>
        </div>
    }
}

fn partition_row(view: &PartitionFacts) -> Html {
    let t = t();
    let number = |n: Option<i64>| n.map_or_else(|| t.none.to_string(), count);
    let owner = view.owner.as_deref().unwrap_or(if view.group.is_some() { t.unowned } else { t.none });
    html! {
        <tr key={format!("{}-{}", view.topic, view.partition)}>
            <th scope="row">{ view.topic.clone() }</th><td class="num">{ view.partition }</td>
            <td>{ owner.to_string() }</td><td class="num">{ number(view.committed) }</td>
            <td class="num">{ count(view.end) }</td><td class="num">{ number(view.lag) }</td>
        </tr>
    }
}

fn consumer_row(view: &ConsumerFacts) -> Html {
    let t = t();
    let generation = view.generation.map_or_else(|| t.none.to_string(), |g| g.to_string());
    html! {
        <tr key={view.name.to_string()}>
            <th scope="row">{ view.name.clone() }</th><td>{ state_name(view.state) }</td>
            <td>{ view.group.clone() }</td><td class="num">{ generation }</td>
            <td class="wrap">{ listed(&view.owns) }</td><td class="num">{ count(view.lag) }</td>
            <td class="num">{ count(i64::try_from(view.uncommitted).unwrap_or(i64::MAX)) }</td>
        </tr>
    }
}
