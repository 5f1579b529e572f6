//! A button that opens the browser's choice of a file.

use super::{Button, Look};
use crate::ui::{dom, files};
use yew::prelude::*;

/// Props of [`FileButton`].
#[derive(Clone, PartialEq, Properties)]
pub struct FileButtonProps {
    /// The word on it.
    pub text: AttrValue,
    /// An icon before the word.
    pub icon: &'static str,
    /// Which files are offered, as in HTML's `accept`; empty: all.
    #[prop_or_default]
    pub accept: &'static str,
    /// More classes.
    #[prop_or_default]
    pub class: Classes,
    /// How it looks.
    #[prop_or_default]
    pub look: Look,
    /// Called with the file.
    pub on_file: Callback<web_sys::File>,
}

/// The button, and a hidden input that it presses.
#[component]
pub fn FileButton(props: &FileButtonProps) -> Html {
    let input = use_node_ref();
    let press = {
        let input = input.clone();
        Callback::from(move |()| dom::click(&input))
    };
    let onchange = {
        let on_file = props.on_file.clone();
        Callback::from(move |event: Event| {
            if let Some(file) = files::chosen(&event) {
                on_file.emit(file);
            }
        })
    };
    html! {
        <>
            <Button text={props.text.clone()} icon={props.icon} look={props.look} class={props.class.clone()}
                on_press={press} />
            <input ref={input} type="file" hidden=true accept={props.accept} aria-label={props.text.clone()}
                {onchange} />
        </>
    }
}
