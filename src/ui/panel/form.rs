//! The dialog that makes a topic, a producer, a group or a consumer: fields in, one line of a command out, which it shows.

use super::alert;
use crate::session::{Field, Form, Making, Values};
use crate::ui::dom;
use crate::ui::i18n::{fill, t};
use crate::ui::intent::{Ask, Intent, Refusal, Show};
use crate::ui::widget::{Button, FieldProps, field};
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`FormDialog`].
#[derive(Clone, PartialEq, Properties)]
pub struct FormDialogProps {
    /// The form.
    pub form: Rc<Form>,
    /// Why its line was refused.
    pub alert: Option<(Refusal, Rc<str>)>,
    /// Where intents go.
    pub intent: Callback<Intent>,
}

/// The dialog. It goes when its line is done.
#[component]
pub fn FormDialog(props: &FormDialogProps) -> Html {
    let t = t();
    let dialog = use_node_ref();
    let values = use_state(|| props.form.first.clone());
    // How often it was sent: what is missing is said from the first time on.
    let sent = use_state(|| 0);
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            dom::show_dialog(&dialog);
            // The focus goes back to where it was.
            move || dom::close_dialog(&dialog)
        });
    }
    {
        let dialog = dialog.clone();
        use_effect_with(*sent, move |_| dom::focus_first(&dialog, "[aria-invalid]"));
    }
    let fields = props.form.fields(&values);
    let begins = fields.iter().any(|of| of.rare && !value(&values, of.id).is_empty());
    let more = use_state(move || begins);
    let filled = props.form.filled(&values);
    let well = filled.errors.is_empty();
    let onsubmit = {
        let (intent, sent, line) = (props.intent.clone(), sent.clone(), filled.line.clone());
        let more = more.clone();
        let wrong = |of: &Field| of.rare && filled.errors.iter().any(|(id, _)| *id == of.id);
        let hidden = fields.iter().any(wrong);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if well {
                intent.emit(Intent::Ask(Ask::Line(line.clone())));
            } else {
                sent.set(*sent + 1);
                if hidden {
                    more.set(true);
                }
            }
        })
    };
    let onclose = props.intent.reform(|_: Event| Intent::Show(Show::NoForm));
    let cancel = {
        let dialog = dialog.clone();
        Callback::from(move |()| dom::close_dialog(&dialog))
    };
    let show = |of: &Field| {
        let value = value(&values, of.id);
        let wrong = filled.errors.iter().find(|(id, _)| *id == of.id).map(|(_, why)| &**why);
        let nothing = match props.form.making {
            Making::Consumer => t.inherited,
            Making::Configure => t.as_it_is,
            _ => t.by_default,
        };
        one(of, &value, nothing, wrong.filter(|_| *sent > 0 || !value.is_empty()), &values)
    };
    let common = fields.iter().filter(|of| !of.rare);
    html! {
        <dialog ref={dialog.clone()} class="form-dialog" aria-labelledby="form-title" {onclose}>
            <h2 id="form-title">{ title(props.form.making) }</h2>
            { alert(props.alert.as_ref(), true, &props.intent) }
            <form {onsubmit} novalidate=true>
                <div class="load-fields">{ for common.map(show) }</div>
                { rare(&more, fields.iter().filter(|of| of.rare).map(show).collect()) }
                <div class="form-foot">
                    <p class="form-line"><span class="vh">{ t.form_line }</span><code class="wrap">{ filled.line.clone() }</code></p>
                    <p class="rowline end">
                        <Button text={t.cancel} on_press={cancel} />
                        <button type="submit" class="btn primary">{ done(props.form.making) }</button>
                    </p>
                </div>
            </form>
        </dialog>
    }
}

/// The fields that few people ever fill in, folded away unless one of them says something.
fn rare(open: &UseStateHandle<bool>, fields: Vec<Html>) -> Html {
    if fields.is_empty() {
        return Html::default();
    }
    let more = open.clone();
    let ontoggle = Callback::from(move |event: Event| more.set(dom::is_open(&event)));
    html! {
        <details class="more-fields" open={**open} {ontoggle}>
            <summary>{ t().more_fields }</summary>
            <div class="load-fields">{ for fields }</div>
        </details>
    }
}

/// What the dialog makes.
pub fn title(making: Making) -> &'static str {
    let t = t();
    match making {
        Making::Topic => t.new_topic,
        Making::Producer => t.new_producer,
        Making::Group => t.new_group,
        Making::Consumer => t.new_consumer,
        Making::Backup => t.some_topics_title,
        Making::Schedule => t.schedule_title,
        Making::Retain => t.retention_title,
        Making::Restore => t.restore,
        Making::Configure => t.configure_topic,
        Making::Grow => t.add_partitions,
    }
}

/// The word on the button that does it.
fn done(making: Making) -> &'static str {
    match making {
        Making::Backup => t().full_backup,
        Making::Schedule => t().schedule_do,
        Making::Retain => t().dry_run,
        Making::Configure => t().configure,
        _ => t().add,
    }
}

pub(super) fn value(values: &Values, id: &str) -> Rc<str> {
    values.iter().find(|(of, _)| *of == id).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// A field; what it is when nothing stands in it is its placeholder.
pub(super) fn one(
    of: &Field,
    value: &str,
    nothing: &str,
    error: Option<&str>,
    values: &UseStateHandle<Values>,
) -> Html {
    let on_change = {
        let (values, id) = (values.clone(), of.id);
        Callback::from(move |text: String| {
            let mut next = (*values).clone();
            next.retain(|(of, _)| *of != id);
            next.push((id, text.into()));
            values.set(next);
        })
    };
    field(FieldProps {
        id: format!("form-{}", of.id),
        label: of.label,
        hint: &of.default,
        help: of.help,
        value,
        choices: &of.choices,
        closed: of.closed.then(|| fill(nothing, &[&of.default])),
        error,
        on_change,
    })
}
