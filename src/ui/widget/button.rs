//! A button: disabled ones stay focusable, and their reason can be read.

use super::icon;
use yew::prelude::*;

/// How a button looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// The usual one.
    #[default]
    Plain,
    /// Once a region.
    Primary,
    /// Play and pause.
    Solid,
    /// Kill and delete.
    Harm,
    /// Without a border.
    Quiet,
}

impl Look {
    fn class(self) -> &'static str {
        match self {
            Look::Plain => "",
            Look::Primary => "primary",
            Look::Solid => "solid",
            Look::Harm => "harm",
            Look::Quiet => "quiet",
        }
    }
}

/// Props of [`Button`].
#[derive(Clone, PartialEq, Properties)]
pub struct ButtonProps {
    /// The word on it; also its accessible name, unless `name` is given.
    pub text: AttrValue,
    /// Its accessible name, which begins with the word.
    #[prop_or_default]
    pub name: Option<AttrValue>,
    /// An icon before the word.
    #[prop_or_default]
    pub icon: Option<&'static str>,
    /// How it looks.
    #[prop_or_default]
    pub look: Look,
    /// More classes: `small`, or its place.
    #[prop_or_default]
    pub class: Classes,
    /// Only the icon is shown.
    #[prop_or_default]
    pub bare: bool,
    /// Why it cannot be pressed now.
    #[prop_or_default]
    pub why_not: Option<AttrValue>,
    /// The id of the element that says so where it can be read.
    #[prop_or_default]
    pub described: Option<AttrValue>,
    /// Whether it is pressed, for one that stays down.
    #[prop_or_default]
    pub pressed: Option<bool>,
    /// A key that does the same.
    #[prop_or_default]
    pub shortcut: Option<&'static str>,
    /// Called when pressed.
    pub on_press: Callback<()>,
}

/// A button.
#[component]
pub fn Button(props: &ButtonProps) -> Html {
    let disabled = props.why_not.is_some();
    let onclick = {
        let on_press = props.on_press.clone();
        Callback::from(move |_: MouseEvent| {
            if !disabled {
                on_press.emit(());
            }
        })
    };
    let bare = props.bare.then_some("icon");
    let name = props.name.clone().or_else(|| props.bare.then(|| props.text.clone()));
    html! {
        <button type="button" class={classes!("btn", props.look.class(), bare, props.class.clone())} {onclick}
            aria-label={name} aria-disabled={disabled.then_some("true")} title={props.why_not.clone()} aria-describedby={props.described.clone()}
            aria-pressed={props.pressed.map(|p| p.to_string())} aria-keyshortcuts={props.shortcut}>
            { props.icon.map(icon).unwrap_or_default() }
            if !props.bare { <span>{ &props.text }</span> }
        </button>
    }
}
