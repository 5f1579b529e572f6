//! A button that opens the browser's choice of files, or of a folder.

use super::{Button, Look};
use crate::ui::dom;
use crate::ui::files::{self, Picked};
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
    /// A folder is chosen, with all that is in it.
    #[prop_or_default]
    pub folder: bool,
    /// Called with the files.
    pub on_files: Callback<Vec<Picked>>,
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
        let on_files = props.on_files.clone();
        Callback::from(move |event: Event| {
            let picked = files::chosen(&event);
            if !picked.is_empty() {
                on_files.emit(picked);
            }
        })
    };
    html! {
        <>
            <Button text={props.text.clone()} icon={props.icon} look={props.look} class={props.class.clone()}
                on_press={press} />
            <input ref={input} type="file" hidden=true multiple=true webkitdirectory={props.folder}
                accept={props.accept} aria-label={props.text.clone()} {onchange} />
        </>
    }
}
