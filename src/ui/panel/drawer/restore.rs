//! The restore in four steps: stop, data, restart, resume; and its proof.

use super::DrawerProps;
use super::plan::Before;
use crate::session::view::{ProofRow, RestorePlace, RestoreStep, RestoreView};
use crate::ui::i18n::{Tone, fill, format::count, t};
use crate::ui::intent::{Ask, Intent, Show};
use crate::ui::page::Wizard;
use crate::ui::widget::{Button, Look, icon, state};
use std::rc::Rc;
use yew::prelude::*;

/// The wizard.
pub fn restore(props: &DrawerProps, wizard: &Wizard) -> Html {
    let t = t();
    let label = &wizard.label;
    // A restore that was done before this one was asked for is not this one.
    let under_way = props.backups.restore.as_ref().filter(|restore| {
        (restore.label == *label || restore.undoes) && !(wizard.again && restore.step == RestoreStep::Done)
    });
    let step = under_way.map_or(RestoreStep::Stop, |restore| restore.step);
    // Consumers that were told to stop take their time.
    let stopping = under_way.and_then(|of| stopping(of, props.page.playing));
    let now = if stopping.is_some() { RestoreStep::Stop } else { step };
    let close = props.intent.reform(|()| Intent::Show(Show::Wizard(None)));
    let word = if step == RestoreStep::Stop && under_way.is_none() { t.cancel } else { t.close };
    html! {
        <div class="restore">
            <div class="head-row"><h3>{ fill(t.restore_title, &[&under_way.map_or(label, |of| &of.label)]) }</h3><span class="push"></span>
                if under_way.is_some_and(|of| of.has_map) {
                    <Button text={t.save_map} icon="exp" class="small"
                        on_press={props.intent.reform(|()| Intent::Ask(Ask::OffsetMap))} />
                }
                if under_way.is_some_and(|of| of.can_be_undone) {
                    <Button text={t.undo_restore} icon="again" class="small"
                        on_press={props.intent.reform(|()| Intent::Ask(Ask::Line("restore undo".into())))} />
                }
                if step == RestoreStep::Stop { { at_once(props, label) } }
                <Button text={word} class="small" look={Look::Quiet} on_press={close} /></div>
            <ol class="steps-list" aria-label={t.restore_steps}>
                { one(props, label, (RestoreStep::Stop, stopping), now, stop(props, label, under_way)) }
                { one(props, label, (RestoreStep::Data, None), now, data(under_way).to_string()) }
                { one(props, label, (RestoreStep::Restart, None), now, restart(under_way)) }
                { proof_step(props, step, under_way) }
            </ol>
            if step == RestoreStep::Stop {
                <Before key={label.to_string()} label={label.clone()} plan={props.backups.plan.clone()}
                    intent={props.intent.clone()} />
            }
            if let Some(restore) = under_way {
                if !restore.proof.is_empty() { { proof(restore) } }
            }
        </div>
    }
}

/// Who was told to stop and still runs; `None` when nobody is waited for, or the data wait by themselves.
fn stopping(restore: &RestoreView, playing: bool) -> Option<String> {
    let waits = restore.step == RestoreStep::Data && !restore.by_itself && !restore.running.is_empty();
    let text = if playing { t().stopping } else { t().stopping_paused };
    waits.then(|| fill(text, &[&restore.running.join(", ")]))
}

/// One of the steps that a button takes, and what is waited for in it.
fn one(
    props: &DrawerProps,
    label: &Rc<str>,
    (own, waits): (RestoreStep, Option<String>),
    now: RestoreStep,
    explain: String,
) -> Html {
    let t = t();
    let plan = props.backups.plan.as_ref().filter(|plan| plan.label == *label && plan.table.is_ok());
    let restore = props.backups.restore.as_ref();
    let (number, text, line): (u32, &str, Rc<str>) = match own {
        RestoreStep::Stop => (1, t.step_stop, plan.map_or(Rc::from(""), |plan| plan.line.clone())),
        // What an undo puts back is no backup of the list.
        RestoreStep::Data if restore.is_some_and(|of| of.undoes) => {
            (2, t.step_data, "restore data latest".into())
        }
        RestoreStep::Data => (2, t.step_data, format!("restore data {label}").into()),
        _ => (3, t.step_restart, "restore restart".into()),
    };
    let why_not: Option<AttrValue> = match own.cmp(&now) {
        std::cmp::Ordering::Less => Some(t.step_done.into()),
        std::cmp::Ordering::Equal if restore.is_some_and(|of| of.by_itself) => {
            Some(if props.page.playing { t.by_itself } else { t.by_itself_paused }.into())
        }
        std::cmp::Ordering::Equal if waits.is_some() => waits.map(AttrValue::from),
        std::cmp::Ordering::Equal if own == RestoreStep::Stop && plan.is_none() => Some(t.no_plan.into()),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(fill(t.why_not_yet, &[&before(now)]).into()),
    };
    let on_press = props.intent.reform(move |()| Intent::Ask(Ask::Line(line.clone())));
    let look = if own == now && why_not.is_none() { Look::Primary } else { Look::Plain };
    let note = match (&why_not, own < now) {
        (_, true) => html! { <small>{ t.step_done }</small> },
        (Some(why), false) => html! { <small>{ why }</small> },
        (None, _) => html! { <small>{ explain }</small> },
    };
    html! {
        <li aria-current={(own == now).then_some("step")}>
            { mark(number, own < now) }
            <Button {text} {look} {why_not} class="small" {on_press} />{ note }
        </li>
    }
}

/// All steps, when there is a plan to go by.
fn at_once(props: &DrawerProps, label: &Rc<str>) -> Html {
    let plan = props.backups.plan.as_ref().filter(|plan| plan.label == *label && plan.table.is_ok());
    let Some(plan) = plan else { return Html::default() };
    let line: Rc<str> = plan.line.replacen("restore stop", "restore apply", 1).into();
    let on_press = props.intent.reform(move |()| Intent::Ask(Ask::Line(line.clone())));
    html! { <Button text={t().all_steps} icon="restore" class="small" {on_press} /> }
}

/// The step's number, or that it is done.
fn mark(number: u32, done: bool) -> Html {
    if done {
        return html! { <span class="stepno done">{ icon("ok") }</span> };
    }
    html! { <span class="stepno">{ number }</span> }
}

/// The step that must come first.
fn before(now: RestoreStep) -> &'static str {
    match now {
        RestoreStep::Stop => t().step_stop,
        RestoreStep::Data => t().step_data,
        _ => t().step_restart,
    }
}

/// The last step needs no button: consumers resume by themselves.
fn proof_step(props: &DrawerProps, now: RestoreStep, under_way: Option<&RestoreView>) -> Html {
    let t = t();
    let unread = |row: &ProofRow| row.group.is_some() && row.expected_first.is_some() && row.first.is_none();
    let note = match now {
        RestoreStep::Done if under_way.is_some_and(|of| of.place == RestorePlace::Into) => t.done_into,
        RestoreStep::Done if under_way.is_some_and(|of| of.proof.iter().any(unread)) => t.done_unread,
        RestoreStep::Done => t.done_explain,
        RestoreStep::Resume if props.page.playing => t.resume_explain,
        RestoreStep::Resume => t.resume_paused,
        _ => t.step_proof,
    };
    let here = now >= RestoreStep::Resume;
    html! {
        <li aria-current={here.then_some("step")}>
            { mark(4, now == RestoreStep::Done) }<b>{ t.step_resume }</b><small role="status">{ note }</small>
        </li>
    }
}

/// What comes of the data.
fn data(under_way: Option<&RestoreView>) -> &'static str {
    let t = t();
    match under_way.map(|of| of.place) {
        Some(RestorePlace::Beside) => t.data_beside,
        Some(RestorePlace::Into) => t.data_into,
        Some(RestorePlace::InPlace) | None => t.data_explain,
    }
}

/// Who still runs, by name: of the groups that the plan restores, before one is under way.
fn stop(props: &DrawerProps, label: &Rc<str>, under_way: Option<&RestoreView>) -> String {
    let planned = props.backups.plan.as_ref().filter(|plan| plan.label == *label && plan.table.is_ok());
    let running: Vec<Rc<str>> = match (planned, under_way) {
        (Some(plan), _) => {
            let runs = props.stage.consumers.iter().filter(|c| c.state.is_alive());
            runs.filter(|c| plan.groups.contains(&c.group)).map(|c| c.name.clone()).collect()
        }
        (None, Some(restore)) => restore.running.clone(),
        (None, None) => Vec::new(),
    };
    match running.is_empty() {
        true => t().stop_none.to_string(),
        false => fill(t().stop_these, &[&running.join(", ")]),
    }
}

/// Who starts again, by name.
fn restart(under_way: Option<&RestoreView>) -> String {
    match under_way {
        Some(restore) if !restore.stopped.is_empty() => {
            fill(t().restart_these, &[&restore.stopped.join(", ")])
        }
        _ => t().restart_none.to_string(),
    }
}

/// The proof: digests equal, and the first record of each partition the right one.
fn proof(restore: &RestoreView) -> Html {
    let t = t();
    let heads = [
        (t.partition, ""),
        (if restore.place == RestorePlace::Into { t.digest_planned } else { t.digest_backup }, ""),
        (t.digest_restored, ""),
        (t.group, ""),
        (t.committed, "num"),
        (t.first_expected, "num"),
        (t.first_delivered, ""),
    ];
    html! {
        <div class="scroll" tabindex="0" role="region" aria-label={t.proof}>
            <table class="table"><caption>{ t.proof }</caption>
                <thead><tr>{ for heads.iter().map(|(name, class)| html! {
                    <th scope="col" class={*class}>{ *name }</th>
                }) }</tr></thead>
                <tbody>{ for restore.proof.iter().map(proof_row) }</tbody>
            </table>
        </div>
    }
}

fn proof_row(row: &ProofRow) -> Html {
    let t = t();
    let restored = match (&row.digest_restored, row.digest_equal) {
        (Some(digest), Some(true)) => {
            html! { <><code>{ digest.clone() }</code>{ " " }{ state(Tone::Ok, "ok", t.equal) }</> }
        }
        (Some(digest), _) => {
            html! { <><code>{ digest.clone() }</code>{ " " }{ state(Tone::Harm, "warn", t.not_equal) }</> }
        }
        (None, _) => state(Tone::Still, "unknown", t.cannot_tell),
    };
    let expected = match (row.expected_first, &row.group) {
        (Some(offset), _) => count(offset),
        (None, Some(_)) => t.at_the_end.to_string(),
        (None, None) => t.none.to_string(),
    };
    let key = format!("{}-{}-{:?}", row.topic, row.partition, row.group);
    html! {
        <tr {key}>
            <th scope="row">{ format!("{}-{}", row.topic, row.partition) }</th>
            <td><code>{ row.digest_backup.clone() }</code></td><td>{ restored }</td>
            <td>{ row.group.as_deref().unwrap_or(t.none).to_string() }</td>
            <td class="num">{ row.committed.map_or(t.none.to_string(), count) }</td>
            <td class="num">{ expected }</td><td>{ delivered(row) }</td>
        </tr>
    }
}

/// The first record that came, and whether it is the right one.
fn delivered(row: &ProofRow) -> Html {
    let t = t();
    match (&row.first, row.expected_first) {
        (Some((offset, to)), Some(expected)) if *offset == expected => {
            state(Tone::Ok, "ok", fill(t.delivered_to, &[&count(*offset), to]))
        }
        (Some((offset, to)), None) => state(Tone::Ok, "ok", fill(t.delivered_to, &[&count(*offset), to])),
        (Some((offset, to)), _) => state(Tone::Harm, "warn", fill(t.delivered_to, &[&count(*offset), to])),
        (None, _) if row.group.is_none() => html! { { t.none } },
        (None, _) => state(Tone::Still, "unknown", t.cannot_tell),
    }
}
