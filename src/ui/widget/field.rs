//! A field of one line with its label; what is wrong with it stands below it and is tied to it.

use crate::ui::dom;
use std::rc::Rc;
use yew::prelude::*;

/// What [`field`] shows.
#[derive(Default)]
pub struct FieldProps<'a> {
    /// Its id in the document.
    pub id: String,
    /// What it is called.
    pub label: &'a str,
    /// What holds when it stays empty.
    pub hint: &'a str,
    /// What it means, below it.
    pub help: &'a str,
    /// What stands in it.
    pub value: &'a str,
    /// What can be chosen, and how that is called.
    pub choices: &'a [(Rc<str>, Rc<str>)],
    /// Only what can be chosen can stand here; this is how nothing is called.
    pub closed: Option<String>,
    /// What is wrong with it.
    pub error: Option<&'a str>,
    /// Called with what stands in it now.
    pub on_change: Callback<String>,
}

/// A field.
pub fn field(props: FieldProps) -> Html {
    let (id, note, list) = (props.id.clone(), format!("{}-note", props.id), format!("{}-list", props.id));
    let told = props.error.is_some() || !props.help.is_empty();
    let (described, invalid) = (told.then(|| note.clone()), props.error.map(|_| "true"));
    let control = if let Some(nothing) = &props.closed {
        let onchange = props.on_change.reform(|event: Event| dom::value(&event));
        html! {
            <select {id} class="select" {onchange} aria-describedby={described} aria-invalid={invalid}>
                <option value="" selected={props.value.is_empty()}>{ nothing.clone() }</option>
                { for props.choices.iter().map(|(value, word)| html! {
                    <option value={value.to_string()} selected={**value == *props.value}>{ word.clone() }</option>
                }) }
            </select>
        }
    } else {
        let oninput = props.on_change.reform(|event: InputEvent| dom::value(&event));
        html! {
            <input {id} autocomplete="off" spellcheck="false" placeholder={props.hint.to_string()}
                value={props.value.to_string()} {oninput} list={(!props.choices.is_empty()).then(|| list.clone())}
                aria-describedby={described} aria-invalid={invalid} />
        }
    };
    html! {
        <div class="field"><label for={props.id}>{ props.label.to_string() }</label>{ control }
            if props.closed.is_none() && !props.choices.is_empty() {
                <datalist id={list}>{ for props.choices.iter().map(|(value, _)| html! {
                    <option value={value.to_string()} />
                }) }</datalist>
            }
            if let Some(error) = props.error {
                <span id={note} class="wrong">{ error.to_string() }</span>
            } else if told {
                <span id={note} class="why">{ props.help.to_string() }</span>
            }
        </div>
    }
}
