//! A group: its state and epochs, and for each member what it has and is to have.

use super::group_state;
use super::partition::facts;
use super::share::share_partitions;
use crate::base::{TopicPartition, small};
use crate::session::group_settings;
use crate::session::view::{ConsumerFacts, ConsumerGroupFacts, Focus, GroupFacts, GroupState, StageView};
use crate::ui::i18n::{fill, plural, t};
use crate::ui::intent::{Ask, Intent};
use crate::ui::paint::owner_class;
use std::rc::Rc;
use yew::prelude::*;

/// A group.
pub fn group(of: &GroupFacts, stage: &StageView, intent: &Callback<Intent>) -> Html {
    let t = t();
    let rows = rows(of, stage);
    let settings = group_settings(of);
    html! {
        <>
            <section aria-label={of.name.to_string()}>
                <div class="head-row"><h2>{ of.name.clone() }</h2>{ group_state(of.state) }</div>
                <p class="cap">{ explanation(of) }</p>
                { facts(epochs(of)) }
            </section>
            <section aria-label={t.members}>
                <div class="head-row"><h3>{ t.members }</h3>
                    <span class="push muted small">{ plural(t.n_members, of.members.into(), &[]) }</span>
                </div>
                if rows.is_empty() {
                    <p class="muted small">{ t.no_members }</p>
                } else {
                    { members(of, &rows, stage, intent) }
                }
            </section>
            if of.is_share() {
                { share_partitions(stage.shares.iter().filter(|(group, _)| *group == of.name).map(|(_, facts)| facts)) }
            }
            if !settings.is_empty() {
                <section aria-label={t.settings}><h3>{ t.group_settings }</h3>{ facts(settings) }</section>
            }
        </>
    }
}

/// What the group is, in numbers: epochs, or the generation and who leads it.
fn epochs(of: &GroupFacts) -> Vec<(&'static str, String)> {
    let t = t();
    let or_none = |text: &Option<Rc<str>>| text.as_deref().unwrap_or(t.none).to_string();
    let mut all = vec![(t.group_protocol, of.protocol.name().to_string())];
    match &of.consumer {
        Some(of) => all.extend([
            (t.group_epoch, of.epoch.to_string()),
            (t.assignment_epoch, of.assignment_epoch.to_string()),
            (t.assignor, of.assignor.to_string()),
        ]),
        None => all.extend([
            (t.generation_head, of.generation.to_string()),
            (t.assignor, or_none(&of.assignor)),
            (t.leader, or_none(&of.leader)),
        ]),
    }
    all
}

/// Why the state is what it is.
fn explanation(facts: &GroupFacts) -> String {
    let t = t();
    let text = match facts.state {
        GroupState::Empty => t.group_empty,
        GroupState::PreparingRebalance => t.group_preparing,
        GroupState::CompletingRebalance => t.group_completing,
        GroupState::Stable if facts.is_share() => t.group_shares,
        GroupState::Stable => t.group_stable,
        GroupState::Assigning => t.group_assigning,
        GroupState::Reconciling => t.group_reconciling,
        GroupState::Dead => t.group_dead,
    };
    let members = || facts.consumer.iter().flat_map(|of| &of.members);
    let to_give: usize = members().map(|member| member.gives_up().len()).sum();
    let to_take: usize = members().map(|member| member.receives().len()).sum();
    fill(text, &[&to_give, &to_take])
}

/// A member as a row.
struct Row {
    consumer: Option<Rc<str>>,
    id: Rc<str>,
    /// `client.rack`, in a group whose coordinator says so.
    rack: Option<Rc<str>>,
    epoch: Option<i32>,
    current: Vec<TopicPartition>,
    /// What it is to have, in a group whose coordinator says so.
    target: Option<Vec<TopicPartition>>,
    gives_up: Vec<TopicPartition>,
    receives: Vec<TopicPartition>,
}

/// The members: as the coordinator knows them, or for a classic group, whose coordinator reads no assignment, as the
/// consumers know it.
fn rows(facts: &GroupFacts, stage: &StageView) -> Vec<Row> {
    match &facts.consumer {
        Some(of) => of_coordinator(of),
        None => {
            let mine = |of: &&ConsumerFacts| of.group == facts.name && of.state.is_alive();
            stage.consumers.iter().filter(mine).map(of_consumer).collect()
        }
    }
}

fn of_coordinator(of: &ConsumerGroupFacts) -> Vec<Row> {
    let row = |member: &crate::session::view::ConsumerGroupMemberFacts| Row {
        consumer: member.consumer.clone(),
        id: member.id.clone(),
        rack: member.rack.clone(),
        epoch: Some(member.epoch),
        current: member.current.clone(),
        target: Some(member.target.clone()),
        gives_up: member.gives_up(),
        receives: member.receives(),
    };
    let mut rows: Vec<Row> = of.members.iter().map(row).collect();
    small::sort_by_key(&mut rows, |row| (row.consumer.clone(), row.id.clone()));
    rows
}

fn of_consumer(of: &ConsumerFacts) -> Row {
    Row {
        consumer: Some(of.name.clone()),
        id: of.member_id.clone().unwrap_or_default(),
        rack: None,
        epoch: of.generation,
        current: of.owns.clone(),
        target: None,
        gives_up: Vec::new(),
        receives: Vec::new(),
    }
}

/// The members as a table; a second line of each says its id.
fn members(facts: &GroupFacts, rows: &[Row], stage: &StageView, intent: &Callback<Intent>) -> Html {
    let t = t();
    let consumer = facts.consumer.is_some();
    let epoch = if consumer { t.epoch_word } else { t.generation_head };
    html! {
        <table class="table members" aria-label={t.members}>
            <thead><tr><th scope="col">{ t.member }</th><th scope="col" class="num">{ epoch }</th>
                <th scope="col">{ t.current }</th>
                if consumer { <th scope="col">{ t.target }</th> }
            </tr></thead>
            { for rows.iter().map(|row| member(row, stage, intent)) }
        </table>
    }
}

fn member(row: &Row, stage: &StageView, intent: &Callback<Intent>) -> Html {
    let t = t();
    let columns = if row.target.is_some() { "4" } else { "3" };
    let epoch = row.epoch.map_or_else(|| t.none.to_string(), |epoch| epoch.to_string());
    html! {
        <tbody key={row.id.to_string()}>
            <tr><th scope="row">{ name(row, stage, intent) }</th><td class="num">{ epoch }</td>
                <td class="wrap">{ listed(&row.current) }{ under(t.still_gives_up, &row.gives_up) }</td>
                if let Some(target) = &row.target {
                    <td class="wrap">{ listed(target) }{ under(t.still_receives, &row.receives) }</td>
                }
            </tr>
            <tr><td colspan={columns} class="wrap id"><code>{ row.id.clone() }</code>
                if let Some(rack) = &row.rack { { " client.rack=" }{ rack.clone() } }</td></tr>
        </tbody>
    }
}

/// The consumer of a member, to select it; a member of which no consumer is known says so.
fn name(row: &Row, stage: &StageView, intent: &Callback<Intent>) -> Html {
    let Some(name) = &row.consumer else { return html! { t().none } };
    let of = stage.consumers.iter().find(|of| of.name == *name);
    let class = of.map(|of| owner_class(of.index, stage.consumers.len()));
    let focus = Focus::Consumer(name.clone());
    let onclick = intent.reform(move |_: MouseEvent| Intent::Ask(Ask::Focus(focus.clone())));
    html! { <button type="button" class={classes!("chip", class)} {onclick}>{ name.clone() }</button> }
}

/// What is under way, below what is so.
fn under(text: &str, partitions: &[TopicPartition]) -> Html {
    if partitions.is_empty() {
        return Html::default();
    }
    html! { <div class="state change">{ fill(text, &[&listed(partitions)]) }</div> }
}

/// Partitions by topic: `orders 0, 1, 5`.
pub fn listed(partitions: &[TopicPartition]) -> String {
    let mut text = String::new();
    let mut topic = None;
    for of in partitions {
        if topic == Some(&of.topic) {
            text.push_str(", ");
        } else {
            if topic.is_some() {
                text.push_str("; ");
            }
            text.push_str(&of.topic);
            text.push(' ');
            topic = Some(&of.topic);
        }
        text.push_str(&of.partition.to_string());
    }
    if text.is_empty() { t().none.to_string() } else { text }
}

#[cfg(test)]
mod tests {
    use super::listed;
    use crate::base::TopicPartition;

    #[test]
    fn partitions_are_listed_by_topic() {
        let of = |list: &[(&str, i32)]| -> Vec<TopicPartition> {
            list.iter().map(|(topic, n)| TopicPartition::new(*topic, *n)).collect()
        };
        for (list, text) in [
            (&[][..], "none"),
            (&[("orders", 4)][..], "orders 4"),
            (&[("orders", 0), ("orders", 2), ("carts", 1)][..], "orders 0, 2; carts 1"),
        ] {
            assert_eq!(listed(&of(list)), text);
        }
    }
}
