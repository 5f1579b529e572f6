//! A broker's folder: which partitions it has, what each file is and what is in it, and which topics are loaded.

use super::alert;
use crate::session::broker::{FileKind, Folder, FolderPartition, FolderSummary, FolderTopic};
use crate::ui::dom;
use crate::ui::i18n::{Tone, fill, format, plural, t};
use crate::ui::intent::{Ask, Intent, Refusal, Show};
use crate::ui::widget::{Button, FieldProps, Look, field, state};
use std::rc::Rc;
use yew::prelude::*;

/// Rows of files that are shown of a topic; further ones are counted.
const ROWS_MAX: usize = 400;

/// Props of [`FolderDialog`].
#[derive(Clone, PartialEq, Properties)]
pub struct FolderDialogProps {
    /// The folder.
    pub folder: Rc<Folder>,
    /// Why it was refused.
    pub alert: Option<(Refusal, Rc<str>)>,
    /// What became of it, once it was loaded.
    pub loaded: Option<Rc<FolderSummary>>,
    /// Topics that are there.
    pub topics: Vec<Rc<str>>,
    /// Where intents go.
    pub intent: Callback<Intent>,
}

/// What is chosen.
#[derive(Clone, PartialEq)]
struct Choice {
    /// Of each topic of the folder: whether it is loaded, and its name here.
    topics: Vec<(bool, Rc<str>)>,
    /// The topic whose files are shown; one past the last: files of no partition.
    open: Option<usize>,
    /// The file whose contents are shown.
    dumped: Option<u32>,
}

impl Choice {
    /// All that can be loaded, each under a name that is free.
    fn first(folder: &Folder, taken: &[Rc<str>]) -> Choice {
        let one = |topic: &FolderTopic| {
            let clean = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
            let name: String = topic.name.chars().map(clean).collect();
            let name = if name.is_empty() { "segments".to_string() } else { name };
            let mut free = name.clone();
            let mut number = 2;
            while taken.iter().any(|other| **other == *free) {
                free = format!("{name}-{number}");
                number += 1;
            }
            (topic.loadable() || folder.offsets_in(topic).is_some(), free.into())
        };
        Choice { topics: folder.topics.iter().map(one).collect(), open: None, dumped: None }
    }

    /// Whether a topic is chosen, and not only what groups had committed.
    fn any_topic(&self, folder: &Folder) -> bool {
        self.topics.iter().zip(&folder.topics).any(|((on, _), topic)| *on && topic.loadable())
    }

    /// The names of the chosen topics in the folder and here.
    fn chosen(&self, folder: &Folder) -> Vec<(Rc<str>, Rc<str>)> {
        let both = self.topics.iter().zip(&folder.topics);
        both.filter(|((on, _), _)| *on).map(|((_, new), of)| (of.name.clone(), new.trim().into())).collect()
    }
}

/// The dialog.
#[component]
pub fn FolderDialog(props: &FolderDialogProps) -> Html {
    let dialog = use_node_ref();
    let choice = {
        let (folder, taken) = (props.folder.clone(), props.topics.clone());
        use_state(move || Choice::first(&folder, &taken))
    };
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| dom::show_dialog(&dialog));
    }
    // Escape closes the dialog by itself; the page hears of it.
    let onclose = props.intent.reform(|_: Event| Intent::Show(Show::Folder(None)));
    html! {
        <dialog ref={dialog.clone()} class="load-dialog folder-dialog" aria-labelledby="folder-title" {onclose}>
            <h2 id="folder-title">{ fill(t().load_title, &[&props.folder.name]) }</h2>
            <p class="muted">{ total(&props.folder) }</p>
            { alert(props.alert.as_ref(), true, &props.intent) }
            if let Some(summary) = &props.loaded {
                { outcome(props, summary, &dialog) }
            } else {
                { contents(props, &choice, &dialog) }
            }
        </dialog>
    }
}

/// Files, bytes, partitions, topics, records.
fn total(folder: &Folder) -> String {
    let t = t();
    let partitions: u64 = folder.topics.iter().map(|topic| topic.partitions.len() as u64).sum();
    let records = folder.topics.iter().map(FolderTopic::records).sum();
    let topics = plural(t.folder_topics, folder.topics.len() as u64, &[]);
    let partitions = plural(t.folder_partitions, partitions, &[&topics]);
    let records = plural(t.folder_records, records, &[]);
    let bytes = format::bytes(folder.bytes);
    plural(t.folder_holds, folder.files.len() as u64, &[&bytes, &partitions, &records])
}

fn contents(props: &FolderDialogProps, choice: &UseStateHandle<Choice>, dialog: &NodeRef) -> Html {
    let t = t();
    let folder = &props.folder;
    let chosen = choice.chosen(folder);
    let clash = chosen.iter().any(|(_, new)| props.topics.contains(new));
    let loadable = folder.topics.iter().any(FolderTopic::loadable);
    let why_not: Option<AttrValue> = match () {
        () if !loadable => Some(t.folder_nothing.into()),
        () if !choice.any_topic(folder) => Some(t.load_chosen.into()),
        () if clash => Some(t.topic_taken.into()),
        () => None,
    };
    let load = {
        let folder = folder.clone();
        props.intent.reform(move |()| Intent::Ask(Ask::LoadFolder(folder.clone(), chosen.clone())))
    };
    let close = {
        let dialog = dialog.clone();
        Callback::from(move |()| dom::close_dialog(&dialog))
    };
    let others = (!folder.others.is_empty()).then(|| others(folder, choice));
    html! {
        <>
            for remark in folder.remarks.iter() { <p class="note">{ remark.clone() }</p> }
            <ul class="folder-topics scroll" tabindex="0" aria-label={folder.name.to_string()}>
                { for folder.topics.iter().enumerate().map(|(at, topic)| one_topic(props, choice, at, topic)) }
                { others.unwrap_or_default() }
            </ul>
            <div class="rowline end">
                if let Some(why) = &why_not { <span class="why">{ why }</span> }
                <Button text={t.cancel} on_press={close} />
                <Button text={t.load_do} look={Look::Primary} {why_not} on_press={load} />
            </div>
        </>
    }
}

/// A topic: whether it is loaded and under which name, and what there is of it.
fn one_topic(
    props: &FolderDialogProps,
    choice: &UseStateHandle<Choice>,
    at: usize,
    topic: &FolderTopic,
) -> Html {
    let t = t();
    let (on, new) = &choice.topics[at];
    let offsets = props.folder.offsets_in(topic);
    let refused = topic.partitions.iter().find_map(|of| Some((of.number, of.refused.as_ref()?)));
    let toggle = changing(choice, move |choice, _: Event| choice.topics[at].0 = !choice.topics[at].0);
    let files: usize = topic.partitions.iter().map(|of| of.files.len()).sum();
    let remarks: usize = topic.partitions.iter().map(|of| of.remarks.len()).sum();
    let of = plural(t.folder_records, topic.records(), &[]);
    let summary = plural(t.folder_files, files as u64, &[&of]);
    let name = if topic.name.is_empty() { props.folder.name.clone() } else { topic.name.clone() };
    html! {
        <li key={at}>
            <div class="folder-topic">
                if topic.loadable() || offsets.is_some() {
                    <label class="check"><input type="checkbox" checked={*on} onchange={toggle} />{ name.clone() }</label>
                } else {
                    <b>{ name.clone() }</b>
                }
                if topic.loadable() && *on { { renamed(props, choice, at, &name, new) } }
                { more(choice, at, &name, &summary) }
            </div>
            if let Some(of) = offsets {
                <p class="cap">{ plural(t.folder_offsets, of.groups.len() as u64, &[&plural(t.folder_n_offsets, of.count, &[])]) }</p>
            } else if topic.internal {
                <p class="cap">{ t.folder_internal }</p>
            }
            if let Some((number, why)) = refused {
                <p>{ state(Tone::Harm, "warn", format!("{name}-{number}: {why}.")) }</p>
            }
            if remarks > 0 { <p class="cap">{ plural(t.folder_remarks, remarks as u64, &[]) }</p> }
            if choice.open == Some(at) { { for topic.partitions.iter().map(|of| one_partition(&props.folder, choice, topic, of)) } }
        </li>
    }
}

/// The name that a topic gets here.
fn renamed(
    props: &FolderDialogProps,
    choice: &UseStateHandle<Choice>,
    at: usize,
    name: &str,
    new: &str,
) -> Html {
    field(FieldProps {
        id: format!("folder-{at}"),
        label: &fill(t().folder_name, &[&name]),
        value: new,
        error: props.topics.iter().any(|taken| **taken == *new.trim()).then_some(t().topic_taken),
        on_change: changing(choice, move |choice, text: String| choice.topics[at].1 = text.into()),
        ..FieldProps::default()
    })
}

/// Shows the files of a topic, or no more.
fn more(choice: &UseStateHandle<Choice>, at: usize, name: &str, summary: &str) -> Html {
    let open = choice.open == Some(at);
    let press = changing(choice, move |choice, _: MouseEvent| {
        choice.open = (!open).then_some(at);
        choice.dumped = None;
    });
    html! {
        <button type="button" class="btn quiet small" aria-expanded={open.to_string()}
            aria-label={format!("{summary}, {name}")} onclick={press}>{ summary.to_string() }</button>
    }
}

fn one_partition(
    folder: &Folder,
    choice: &UseStateHandle<Choice>,
    topic: &FolderTopic,
    of: &FolderPartition,
) -> Html {
    let t = t();
    let name = format!("{}-{}", topic.name, of.number);
    let bounds = match of.start < of.end {
        true => fill(t.folder_bounds, &[&format::count(of.start), &format::count(of.end)]),
        false => fill(t.folder_empty, &[&format::count(of.end)]),
    };
    html! {
        <section key={of.number} aria-label={name.clone()}>
            <h3>{ name.clone() }<span class="muted">{ " " }{ bounds }</span></h3>
            if !of.remarks.is_empty() {
                <ul class="note">{ for of.remarks.iter().map(|remark| html! { <li>{ remark.clone() }</li> }) }</ul>
            }
            { table(folder, choice, &name, &of.files) }
        </section>
    }
}

/// Files of no partition.
fn others(folder: &Folder, choice: &UseStateHandle<Choice>) -> Html {
    let t = t();
    let at = folder.topics.len();
    let summary = fill(t.n_files, &[&folder.others.len()]);
    html! {
        <li key={at}>
            <div class="folder-topic"><b>{ t.folder_others }</b>{ more(choice, at, t.folder_others, &summary) }</div>
            if choice.open == Some(at) { { table(folder, choice, t.folder_others, &folder.others) } }
        </li>
    }
}

/// Files: what each is, how large, and what Kafka's tool prints of it.
fn table(folder: &Folder, choice: &UseStateHandle<Choice>, name: &str, places: &[u32]) -> Html {
    let t = t();
    let more = places.len().saturating_sub(ROWS_MAX) as u64;
    let row = |place: &u32| {
        let (place, file) = (*place, &folder.files[*place as usize]);
        let press = changing(choice, move |choice, ()| {
            choice.dumped = Some(place).filter(|_| choice.dumped != Some(place));
        });
        let short = file.path.rsplit('/').next().unwrap_or_default().to_string();
        let button = html! {
            <Button text={t.dump} name={fill(t.dump_of, &[&file.path])} class="small" look={Look::Quiet}
                pressed={choice.dumped == Some(place)} on_press={press} />
        };
        html! {
            <tr key={place}>
                <th scope="row" class="mono">{ short }</th><td>{ kind_word(file.kind) }</td>
                <td class="num">{ format::count_u(file.bytes.len() as u64) }</td>
                <td>if file.kind != FileKind::Unknown { { button } }</td>
            </tr>
        }
    };
    html! {
        <>
            <table class="table"><caption class="vh">{ name.to_string() }</caption>
                <thead><tr><th scope="col">{ t.file_head }</th><th scope="col">{ t.kind_head }</th>
                    <th scope="col" class="num">{ t.size_head }</th><th scope="col">{ t.actions }</th></tr></thead>
                <tbody>{ for places.iter().take(ROWS_MAX).map(row) }</tbody>
            </table>
            if more > 0 { <p class="cap">{ fill(t.more_refused, &[&format::count_u(more)]) }</p> }
            if let Some(place) = choice.dumped.filter(|place| places.contains(place)) { { dumped(folder, place) } }
        </>
    }
}

/// What Kafka's tool prints of a file.
fn dumped(folder: &Folder, place: u32) -> Html {
    let t = t();
    let dump = folder.dump(place);
    html! {
        <>
            <pre class="scroll dump" tabindex="0" aria-label={t.dump_title}>{ dump.text }</pre>
            if dump.more { <p class="muted">{ t.dump_more }</p> }
        </>
    }
}

fn kind_word(kind: FileKind) -> String {
    let t = t();
    match kind {
        FileKind::Log(_) => t.kind_log,
        FileKind::OffsetIndex(_) => t.kind_index,
        FileKind::TimeIndex(_) => t.kind_timeindex,
        FileKind::AbortedIndex(_) => t.kind_txnindex,
        FileKind::Snapshot(next) => return fill(t.kind_snapshot, &[&format::count(next)]),
        FileKind::Epochs => t.kind_epochs,
        FileKind::TopicId => t.kind_topic_id,
        FileKind::LogStarts => t.kind_log_starts,
        FileKind::Checkpoint => t.kind_checkpoint,
        FileKind::Broker => t.kind_broker,
        FileKind::Unknown => t.kind_unknown,
    }
    .to_string()
}

/// A callback that changes the choice.
fn changing<E: 'static>(
    choice: &UseStateHandle<Choice>,
    change: impl Fn(&mut Choice, E) + 'static,
) -> Callback<E> {
    let choice = choice.clone();
    Callback::from(move |event: E| {
        let mut next = (*choice).clone();
        change(&mut next, event);
        choice.set(next);
    })
}

/// What became of the folder.
fn outcome(props: &FolderDialogProps, summary: &FolderSummary, dialog: &NodeRef) -> Html {
    let t = t();
    let topics = plural(t.folder_topics, summary.topics.len() as u64, &[]);
    let partitions = plural(t.folder_partitions, summary.partitions, &[&topics]);
    let close = {
        let dialog = dialog.clone();
        Callback::from(move |()| dom::close_dialog(&dialog))
    };
    let read = {
        let (intent, close, topics) = (props.intent.clone(), close.clone(), summary.topics.join(","));
        Callback::from(move |()| {
            intent.emit(Intent::Ask(Ask::AddReader(topics.as_str().into())));
            close.emit(());
        })
    };
    html! {
        <div class="load-outcome">
            <p role="status">{ plural(t.folder_loaded, summary.records, &[&partitions]) }</p>
            if !summary.remarks.is_empty() {
                <ul class="note scroll" tabindex="0">{ for summary.remarks.iter().map(|remark| html! {
                    <li>{ remark.clone() }</li>
                }) }</ul>
            }
            <details><summary>{ t.folder_lines }</summary>
                <pre class="scroll dump" tabindex="0">{ summary.lines.join("\n") }</pre></details>
            <p class="rowline end">
                <Button text={t.read_it} icon="plus" on_press={read} />
                <Button text={t.close} look={Look::Primary} on_press={close} />
            </p>
        </div>
    }
}
