//! Loading a file of records: how to read it, then what became of it.

use super::alert;
use crate::session::{Dump, LoadOptions, LoadSummary, dump};
use crate::ui::dom;
use crate::ui::i18n::{fill, format, plural, t};
use crate::ui::intent::{Ask, Chosen, Intent, Refusal, Show};
use crate::ui::widget::{self, Button, FieldProps, Look};
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`LoadDialog`].
#[derive(Clone, PartialEq, Properties)]
pub struct LoadDialogProps {
    /// The file.
    pub file: Chosen,
    /// Why it was refused.
    pub alert: Option<(Refusal, Rc<str>)>,
    /// What became of it, once it was loaded.
    pub loaded: Option<(Rc<str>, Rc<LoadSummary>)>,
    /// Topics that are there.
    pub topics: Vec<Rc<str>>,
    /// Those that a group reads.
    pub read: Vec<Rc<str>>,
    /// Where intents go.
    pub intent: Callback<Intent>,
}

/// What stands in the fields.
#[derive(Clone, PartialEq)]
struct Form {
    topic: String,
    partitions: String,
    partition: String,
    format: String,
    key: String,
    time: String,
    rate: String,
}

/// Rows of the summary that name lines.
const NAMED_MAX: usize = 20;

/// The dialog.
#[component]
pub fn LoadDialog(props: &LoadDialogProps) -> Html {
    let dialog = use_node_ref();
    let form = {
        let name = props.file.name.clone();
        use_state(move || Form::for_file(&name))
    };
    let dumped = {
        let file = props.file.clone();
        use_memo((), move |()| dump(&file.name, &file.bytes))
    };
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| dom::show_dialog(&dialog));
    }
    // Escape closes the dialog by itself; the page hears of it.
    let onclose = props.intent.reform(|_: Event| Intent::Show(Show::NextFile));
    html! {
        <dialog ref={dialog.clone()} class="load-dialog" aria-labelledby="load-title" {onclose}>
            <h2 id="load-title">{ fill(t().load_title, &[&props.file.name]) }</h2>
            <p class="muted">{ size_words(&props.file) }</p>
            { alert(props.alert.as_ref(), true, &props.intent) }
            if let Some((_, summary)) = &props.loaded {
                { outcome(props, summary, &dialog, &form.topic) }
            } else {
                { dumped.as_ref().as_ref().map(shown) }
                { fields(props, &form, &dialog, dumped.as_ref().as_ref()) }
            }
        </dialog>
    }
}

fn size_words(file: &Chosen) -> String {
    format::bytes(file.bytes.len() as u64)
}

impl Form {
    /// What a file's name suggests.
    fn for_file(name: &str) -> Form {
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        let clean = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
        let topic: String = stem.chars().map(clean).take(100).collect();
        let format = match end.to_ascii_lowercase().as_str() {
            "csv" => "csv",
            "jsonl" | "ndjson" | "json" => "jsonl",
            _ => "text",
        };
        Form {
            topic: if topic.is_empty() { "file".to_string() } else { topic },
            partitions: "3".to_string(),
            partition: "0".to_string(),
            format: format.to_string(),
            key: String::new(),
            time: String::new(),
            rate: String::new(),
        }
    }

    /// How a broker's segment is taken.
    fn segment(&self) -> LoadOptions {
        LoadOptions {
            topic: self.topic.trim().into(),
            partition: self.partition.trim().parse().ok(),
            format: Some("segment".into()),
            ..LoadOptions::default()
        }
    }

    /// How the file is to be read; only a `new` topic is told its number of partitions.
    fn options(&self, new: bool) -> LoadOptions {
        let given = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(Rc::from);
        LoadOptions {
            topic: self.topic.trim().into(),
            partitions: self.partitions.trim().parse().ok().filter(|_| new),
            partition: None,
            start: None,
            format: given(&self.format),
            key: given(&self.key).filter(|_| self.format != "text"),
            time: given(&self.time).filter(|_| self.format != "text"),
            rate: self.rate.trim().parse().ok(),
        }
    }
}

/// What is in a file of a broker.
fn shown(dump: &Dump) -> Html {
    let t = t();
    html! {
        <section class="load-outcome" aria-labelledby="load-dump">
            <p>{ if dump.loadable { t.load_segment } else { t.beside_log } }</p>
            <h3 id="load-dump">{ t.dump_title }</h3>
            <pre class="scroll dump" tabindex="0" aria-labelledby="load-dump">{ dump.text.clone() }</pre>
            if dump.more { <p class="muted">{ t.dump_more }</p> }
        </section>
    }
}

fn fields(
    props: &LoadDialogProps,
    form: &UseStateHandle<Form>,
    dialog: &NodeRef,
    dump: Option<&Dump>,
) -> Html {
    let t = t();
    let segment = dump.is_some_and(|dump| dump.loadable);
    if dump.is_some() && !segment {
        return html! {
            <p class="rowline end"><Button text={t.close} look={Look::Primary} on_press={closing(dialog)} /></p>
        };
    }
    let new = !props.topics.iter().any(|topic| **topic == *form.topic.trim());
    let onsubmit = {
        let (form, file, intent) = (form.clone(), props.file.clone(), props.intent.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let options = if segment { form.segment() } else { form.options(new) };
            intent.emit(Intent::Ask(Ask::Load(file.name.clone(), file.bytes.clone(), options)));
        })
    };
    html! {
        <form {onsubmit}>
            <div class="load-fields">
                { field(form, "load-topic", (t.load_topic, ""), &form.topic, |form, value| form.topic = value) }
                if segment {
                    { field(form, "load-partition", (t.load_partition, ""), &form.partition,
                        |form, value| form.partition = value) }
                } else {
                    { of_lines(form, new) }
                }
            </div>
            <p class="rowline end">
                <Button text={t.cancel} on_press={closing(dialog)} />
                <button type="submit" class="btn primary">{ t.load_do }</button>
            </p>
        </form>
    }
}

/// How the lines of a file are read.
fn of_lines(form: &UseStateHandle<Form>, new: bool) -> Html {
    let t = t();
    let columns = form.format != "text";
    html! {
        <>
                if new {
                    { field(form, "load-partitions", (t.load_partitions, ""), &form.partitions,
                        |form, value| form.partitions = value) }
                }
                { formats(form) }
                if columns {
                    { field(form, "load-key", (t.load_key, t.load_key_hint), &form.key, |form, value| form.key = value) }
                    { field(form, "load-time", (t.load_time, t.load_time_hint), &form.time,
                        |form, value| form.time = value) }
                }
                { field(form, "load-rate", (t.load_rate, t.load_rate_hint), &form.rate, |form, value| form.rate = value) }
        </>
    }
}

/// A field of one line.
fn field(
    form: &UseStateHandle<Form>,
    id: &'static str,
    (label, hint): (&'static str, &'static str),
    value: &str,
    set: fn(&mut Form, String),
) -> Html {
    widget::field(FieldProps {
        id: id.to_string(),
        label,
        hint,
        value,
        on_change: changing(form, set),
        ..FieldProps::default()
    })
}

fn changing(form: &UseStateHandle<Form>, set: fn(&mut Form, String)) -> Callback<String> {
    let form = form.clone();
    Callback::from(move |value: String| {
        let mut next = (*form).clone();
        set(&mut next, value);
        form.set(next);
    })
}

fn formats(form: &UseStateHandle<Form>) -> Html {
    let t = t();
    let choices = [("csv", t.format_csv), ("jsonl", t.format_jsonl)];
    // Lines of text are what a file is when it is nothing else.
    let value = if form.format == "text" { "" } else { &form.format };
    widget::field(FieldProps {
        id: "load-format".to_string(),
        label: t.load_format,
        value,
        choices: &choices.map(|(value, word)| (value.into(), word.into())),
        closed: Some(t.format_text.to_string()),
        on_change: changing(form, |form, value| {
            form.format = if value.is_empty() { "text".to_string() } else { value };
        }),
        ..FieldProps::default()
    })
}

fn closing(dialog: &NodeRef) -> Callback<()> {
    let dialog = dialog.clone();
    Callback::from(move |()| dom::close_dialog(&dialog))
}

/// Adds a consumer that reads the topic, and closes the dialog.
fn reading(props: &LoadDialogProps, dialog: &NodeRef, topic: &str) -> Callback<()> {
    let (intent, close) = (props.intent.clone(), closing(dialog));
    let topic: Rc<str> = topic.trim().into();
    Callback::from(move |()| {
        intent.emit(Intent::Ask(Ask::AddReader(topic.clone())));
        close.emit(());
    })
}

/// What became of the file: counted, and every line that could not be used is named.
fn outcome(props: &LoadDialogProps, summary: &LoadSummary, dialog: &NodeRef, topic: &str) -> Html {
    let t = t();
    let more = summary.refused.saturating_sub(NAMED_MAX.min(summary.named.len()) as u64);
    html! {
        <div class="load-outcome" role="status">
            <p>{ plural(t.loaded, summary.records, &[]) }</p>
            <p><code class="wrap">{ summary.line.clone() }</code></p>
            if summary.refused > 0 {
                <h3 class="state harm">{ plural(t.lines_refused, summary.refused, &[]) }</h3>
                <ul class="scroll" tabindex="0">
                    { for summary.named.iter().take(NAMED_MAX).map(|(line, why)| html! {
                        <li key={line.to_string()}>{ fill(t.line_refused, &[&format::count_u(*line), why]) }</li>
                    }) }
                    if more > 0 { <li>{ fill(t.more_refused, &[&format::count_u(more)]) }</li> }
                </ul>
            }
            <p class="rowline end">
                if !props.read.iter().any(|read| **read == *topic.trim()) {
                    <Button text={t.read_it} icon="plus" on_press={reading(props, dialog, topic)} />
                }
                <Button text={t.close} look={Look::Primary} on_press={closing(dialog)} />
            </p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn a_files_name_suggests_its_topic_and_format() {
        for (name, topic, format) in [
            ("access log.txt", "access-log", "text"),
            ("orders.2025.CSV", "orders.2025", "csv"),
            ("events.jsonl", "events", "jsonl"),
            ("README", "README", "text"),
        ] {
            let form = Form::for_file(name);
            assert_eq!((form.topic.as_str(), form.format.as_str()), (topic, format));
        }
    }
}
