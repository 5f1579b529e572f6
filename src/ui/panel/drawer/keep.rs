//! Schedules, and what retention would do.

use super::DrawerProps;
use crate::session::Making;
use crate::session::view::DryRun;
use crate::ui::i18n::{Tone, fill, format, t};
use crate::ui::intent::{Ask, Intent};
use crate::ui::widget::{Button, Look, state};
use std::rc::Rc;
use yew::prelude::*;

/// The buttons that open the forms, and the one that ends the schedules.
pub fn buttons(props: &DrawerProps) -> Html {
    let t = t();
    let form = |making| props.intent.reform(move |()| Intent::Ask(Ask::Form(making)));
    html! {
        <>
            <Button text={t.some_topics} class="small" on_press={form(Making::Backup)} />
            <Button text={t.schedule} class="small" on_press={form(Making::Schedule)} />
            if !props.backups.schedules.is_empty() {
                <Button text={t.schedule_stop} class="small"
                    on_press={props.intent.reform(|()| Intent::Ask(Ask::Line("backup schedule off".into())))} />
            }
            <Button text={t.retention} class="small" on_press={form(Making::Retain)} />
        </>
    }
}

/// The schedules that are in force, a sentence each.
pub fn schedules(props: &DrawerProps) -> Html {
    html! {
        for (kind, every, next) in props.backups.schedules.iter() {
            <p class="cap">{ fill(t().scheduled, &[kind, &format::short(*every), &format::moment(*next)]) }</p>
        }
    }
}

/// What retention would do, and the button that does it.
pub fn dry_run(props: &DrawerProps, of: &DryRun) -> Html {
    let t = t();
    let retain = {
        let line = of.line.clone();
        props.intent.reform(move |()| Intent::Ask(Ask::Line(line.clone())))
    };
    let none: Option<AttrValue> =
        (!of.fates.iter().any(|(_, goes, _)| *goes)).then(|| AttrValue::from(t.none_goes));
    html! {
        <div class="scroll" tabindex="0" role="region" aria-label={t.dry_run}>
            <table class="table"><caption>{ t.dry_run }{ " " }<code>{ of.line.clone() }</code></caption>
                <thead><tr><th scope="col">{ t.label }</th><th scope="col">{ t.fate }</th>
                    <th scope="col">{ t.why }</th></tr></thead>
                <tbody>{ for of.fates.iter().map(fate) }</tbody>
            </table>
            <p class="rowline">
                <Button text={t.retain} look={Look::Harm} class="small" why_not={none} on_press={retain} />
                <Button text={t.cancel} look={Look::Quiet} class="small"
                    on_press={props.intent.reform(|()| Intent::Ask(Ask::NoDryRun))} />
            </p>
        </div>
    }
}

fn fate((label, goes, why): &(Rc<str>, bool, Option<Rc<str>>)) -> Html {
    let t = t();
    let verdict = match goes {
        true => state(Tone::Harm, "close", t.goes),
        false => state(Tone::Ok, "ok", t.stays),
    };
    html! {
        <tr key={label.to_string()}><th scope="row" class="mono">{ label.clone() }</th><td>{ verdict }</td>
            <td>{ why.as_deref().unwrap_or(t.rules_keep).to_string() }</td></tr>
    }
}
