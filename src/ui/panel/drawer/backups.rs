//! Backups: what is held, what it is worth, and what can be done with it.

use super::restore::restore;
use super::{DrawerProps, keep};
use crate::base::Time;
use crate::base::time::EPOCH_MS;
use crate::session::EVERY;
use crate::session::view::{BackupView, RestoreStep, Verdict};
use crate::ui::i18n::{Tone, fill, format, plural, t};
use crate::ui::intent::{Ask, Intent, Keeping, Show};
use crate::ui::paint::chain::Chain;
use crate::ui::widget::{Button, FileButton, Look, picture, state};
use std::rc::Rc;
use yew::prelude::*;

/// The list of backups, or the restore of one.
pub fn backups(props: &DrawerProps) -> Html {
    if let Some(wizard) = &props.page.wizard {
        return restore(props, wizard);
    }
    html! {
        <div class="backups">
            { tools(props) }
            { notes(props) }
            { keep::schedules(props) }
            if let Some(of) = &props.backups.dry_run { { keep::dry_run(props, of) } }
            if props.backups.backups.is_empty() {
                <div class="empty"><strong>{ t().no_backups }</strong><p>{ t().no_backups_more }</p></div>
            } else {
                { table(props) }
                { chain_of(props) }
                <p class="cap">{ storage(props) }</p>
            }
        </div>
    }
}

/// Full backup, import.
fn tools(props: &DrawerProps) -> Html {
    let t = t();
    let take = |line: &'static str| props.intent.reform(move |()| Intent::Ask(Ask::Line(line.into())));
    html! {
        <div class="head-row">
            <Button text={t.full_backup} icon="backup" look={Look::Primary} class="small"
                on_press={take("backup full")} />
            <Button text={t.incremental_backup} icon="backup" class="small" on_press={take("backup incremental")} />
            <Button text={t.differential_backup} icon="backup" class="small" on_press={take("backup differential")} />
            { keep::buttons(props) }
            <FileButton text={t.import} icon="imp" accept=".zip,application/zip" class="small"
                on_files={props.on_files.clone()} />
            if props.backups.backups.len() > 1 {
                <Button text={t.export_all} icon="exp" class="small"
                    on_press={props.intent.reform(|()| Intent::Ask(Ask::Export(EVERY.into())))} />
            }
            <span class="why">{ t.import_hint }</span>
        </div>
    }
}

/// What deserves a word above the list: a restore under way, a deletion, an import, memory only.
fn notes(props: &DrawerProps) -> Html {
    let t = t();
    let page = &props.page;
    let under_way = props.backups.restore.as_ref().filter(|restore| restore.step != RestoreStep::Done);
    html! {
        <>
            if let Some(restore) = under_way {
                <div class="note"><Button text={fill(t.show_restore, &[&restore.label])} class="small" icon="restore"
                    on_press={props.intent.reform({
                        let label = restore.label.clone();
                        move |()| Intent::Show(Show::Wizard(Some(label.clone())))
                    })} /></div>
            }
            if let Some(percent) = props.backups.taking {
                <p class="note" role="status">{ fill(t.taking, &[&percent.to_string()]) }</p>
            }
            if let Some(percent) = page.handing {
                <p class="note" role="status">{ fill(t.handing, &[&percent.to_string()]) }</p>
            }
            if let Some(label) = &page.deleted {
                <div class="note">{ fill(t.deleted_undo, &[label]) }{ " " }
                    <Button text={t.undo} class="small" on_press={props.intent.reform(|()| Intent::Ask(Ask::Undelete))} />
                </div>
            }
            if !page.imported.is_empty() { <p class="note">{ fill(t.imported, &[&page.imported.join(", ")]) }</p> }
            if let Keeping::Memory(why) = &page.keeping { <p class="note">{ fill(t.memory_only, &[why]) }</p> }
        </>
    }
}

/// The newest chain as a picture; the table says the same in words.
fn chain_of(props: &DrawerProps) -> Html {
    let t = t();
    let backups = &props.backups.backups;
    let chain = Chain::newest(backups);
    if chain.is_one() {
        return Html::default();
    }
    let full = &backups[0].label;
    let reaches = match chain.whole() {
        Some((from, to)) => fill(t.chain_whole, &[full, &format::moment(from), &format::moment(to)]),
        None => fill(t.chain_broken, &[full]),
    };
    let bad = chain.not_whole();
    let bad = (!bad.is_empty()).then(|| fill(t.chain_not_whole, &[&bad.join(", ")]));
    let name = [Some(reaches), bad].into_iter().flatten().collect::<Vec<_>>().join(" ");
    html! {
        <figure class="chain"><figcaption class="cap" aria-hidden="true">{ name.clone() }</figcaption>
            { picture(&name, chain.height(), &chain.shapes()) }</figure>
    }
}

fn table(props: &DrawerProps) -> Html {
    let t = t();
    let heads = [
        (t.label, ""),
        (t.kind, ""),
        (t.builds_on, ""),
        (t.moment, "num"),
        (t.size_own, "num"),
        (t.size_total, "num"),
        (t.holds_head, ""),
        (t.verified, ""),
        (t.saved_head, ""),
        (t.exported, ""),
        (t.actions, ""),
    ];
    html! {
        <div class="scroll list" tabindex="0" role="region" aria-label={t.backups}>
            <table class="table" role="table"><caption class="vh">{ t.backups }</caption>
                <thead role="rowgroup"><tr role="row">{ for heads.iter().map(|(name, class)| html! {
                    <th scope="col" role="columnheader" class={*class}>{ *name }</th>
                }) }</tr></thead>
                <tbody role="rowgroup">{ for props.backups.backups.iter().map(|backup| row(props, backup)) }</tbody>
            </table>
        </div>
    }
}

/// A backup. On a phone it is a block of named facts: the roles say that it is a row all the same.
fn row(props: &DrawerProps, backup: &BackupView) -> Html {
    let t = t();
    let (records, partitions) =
        (format::count_u(backup.records), format::count_u(u64::from(backup.partitions)));
    let holds = fill(t.backup_holds, &[&records, &partitions, &format::count_u(u64::from(backup.offsets))]);
    let exported = match backup.exported_ms {
        Some(ms) => html! { <span class="muted">{ fill(t.exported_at, &[&format::date(ms)]) }</span> },
        None => state(Tone::Change, "exp", t.never_exported),
    };
    let cells = [
        (t.kind, "", html! { backup.kind }),
        (t.builds_on, "", link(backup)),
        (t.moment, "num", html! { moment(backup.cut_ms) }),
        (t.size_own, "num", html! { format::bytes(backup.bytes_own) }),
        (t.size_total, "num", html! { format::bytes(backup.bytes_total) }),
        (t.holds_head, "muted", html! { holds }),
        (t.verified, "", verdict(&backup.verdict)),
        (t.saved_head, "", kept(props, backup)),
        (t.exported, "", exported),
        (t.actions, "", acts(props, backup)),
    ];
    html! {
        <tr role="row" key={backup.label.to_string()}>
            <th scope="row" role="rowheader" class="mono">{ branch(backup.depth) }{ backup.label.clone() }{ why_kept(backup) }</th>
            { for cells.into_iter().map(|(head, class, cell)| html! {
                <td role="cell" data-head={head} class={class}>{ cell }</td>
            }) }
        </tr>
    }
}

/// Why it cannot be deleted, for all to read.
fn why_kept(backup: &BackupView) -> Html {
    html! {
        if let Some(why) = &backup.keeps {
            <small id={kept_id(&backup.label)} class="why kept">{ fill(t().kept_because, &[why]) }</small>
        }
    }
}

fn kept_id(label: &str) -> String {
    format!("kept-{label}")
}

/// The deepest chain that is drawn step by step; a longer one goes on below its last step.
const DEPTH_MAX: u32 = 6;

/// The way from a full to what builds on it.
fn branch(depth: u32) -> Html {
    if depth == 0 {
        return Html::default();
    }
    let steps = "\u{2003}".repeat((depth.min(DEPTH_MAX) - 1) as usize);
    html! { <span class="muted" aria-hidden="true">{ steps }{ "\u{2514}\u{2192}\u{a0}" }</span> }
}

/// What it builds on, or what is wrong with that.
fn link(backup: &BackupView) -> Html {
    match (&backup.broken, &backup.prior) {
        (Some(broken), _) => state(Tone::Harm, "warn", broken.to_string()),
        (None, Some(prior)) => html! { <code>{ prior.clone() }</code> },
        (None, None) => html! { <span class="muted">{ t().none }</span> },
    }
}

/// The moment of the cut as virtual time; a backup from before 2026 by its date.
fn moment(cut_ms: i64) -> String {
    match u64::try_from(cut_ms - EPOCH_MS) {
        Ok(ms) => format::moment(Time::from_ms(ms)),
        Err(_) => format::date(cut_ms),
    }
}

fn verdict(verdict: &Verdict) -> Html {
    let t = t();
    match verdict {
        Verdict::Unknown => state(Tone::Still, "unknown", t.not_verified),
        Verdict::Reading(percent) => state(Tone::Still, "wait", fill(t.verifying, &[&percent.to_string()])),
        Verdict::Holds => state(Tone::Ok, "ok", t.holds),
        Verdict::Damaged(findings) => {
            let first = findings.first().map_or("", |line| &**line);
            let all = findings.join("\n");
            html! { <span title={all}>{ state(Tone::Harm, "warn", fill(t.damaged, &[&first])) }</span> }
        }
    }
}

/// Where it is kept. "Saved" is said after the transaction completed, never before.
fn kept(props: &DrawerProps, backup: &BackupView) -> Html {
    let t = t();
    match &props.page.keeping {
        _ if backup.saved => state(Tone::Still, "ok", t.saved),
        Keeping::Browser | Keeping::Unknown => state(Tone::Still, "wait", t.saving),
        Keeping::Memory(_) => state(Tone::Change, "warn", t.not_saved),
    }
}

fn acts(props: &DrawerProps, backup: &BackupView) -> Html {
    let t = t();
    let label = &backup.label;
    let to = |intent: fn(Rc<str>) -> Intent| {
        let label = label.clone();
        props.intent.reform(move |()| intent(label.clone()))
    };
    let why_not: Option<AttrValue> = backup.keeps.clone().map(AttrValue::from);
    let described = why_not.is_some().then(|| AttrValue::from(kept_id(label)));
    html! {
        <span class="acts">
            if matches!(backup.verdict, Verdict::Reading(_)) {
                <Button text={t.stop_verify} name={fill(t.stop_verify_name, &[label])} class="small"
                    look={Look::Quiet} on_press={to(|label| Intent::Ask(Ask::NoVerify(Some(label))))} />
            } else {
                <Button text={t.verify} name={fill(t.verify_name, &[label])} class="small" look={Look::Quiet}
                    on_press={to(|label| Intent::Ask(Ask::Verify(label)))} />
            }
            <Button text={t.export} name={fill(t.export_name, &[label])} icon="exp" class="small"
                on_press={to(|label| Intent::Ask(Ask::Export(label)))} />
            <Button text={t.restore} name={fill(t.restore_name, &[label])} icon="restore" class="small"
                on_press={to(|label| Intent::Show(Show::Wizard(Some(label))))} />
            <Button text={t.delete} name={fill(t.delete_name, &[label])} look={Look::Harm} class="small" {why_not}
                described={described.clone()} on_press={to(|label| Intent::Ask(Ask::Delete(label)))} />
        </span>
    }
}

/// How much is used of what, whether it may be dropped, and what exists nowhere else.
fn storage(props: &DrawerProps) -> String {
    let t = t();
    let (view, space) = (&props.backups, &props.page.space);
    let never = view.backups.iter().filter(|backup| backup.exported_ms.is_none()).count() as u64;
    let mut text = fill(t.storage, &[&format::bytes(view.bytes)]);
    let mut say = |more: String| {
        text.push(' ');
        text.push_str(&more);
    };
    if let Some((used, allowed)) = space.used.zip(space.allowed) {
        say(fill(t.storage_quota, &[&format::bytes(used), &format::bytes(allowed)]));
    }
    if props.page.keeping == Keeping::Browser {
        say(if space.persisted { t.storage_persisted } else { t.storage_dropped }.to_string());
    }
    if never > 0 {
        say(plural(t.storage_never, never, &[]));
    }
    text
}
