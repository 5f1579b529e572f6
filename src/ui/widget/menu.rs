//! A button that opens a menu: arrow keys walk it, Escape closes it, focus comes back.

use super::{icon, icon_small};
use crate::ui::dom;
use crate::ui::hook::use_away;
use yew::prelude::*;

/// One item.
#[derive(Clone, PartialEq)]
pub struct MenuItem {
    /// Its words, which are its name.
    pub text: AttrValue,
    /// What it means, in a word or two.
    pub hint: Option<AttrValue>,
    /// Its icon.
    pub icon: &'static str,
    /// Why it cannot be chosen now.
    pub why_not: Option<AttrValue>,
    /// Called when chosen.
    pub on_choose: Callback<()>,
}

/// Props of [`Menu`].
#[derive(Clone, PartialEq, Properties)]
pub struct MenuProps {
    /// The button's name, and the menu's.
    pub name: AttrValue,
    /// The word on the button; three dots when there is none.
    #[prop_or_default]
    pub text: Option<AttrValue>,
    /// The items in order.
    pub items: Vec<MenuItem>,
}

/// A button and its menu.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let open = use_state(|| false);
    let button = use_node_ref();
    let list = use_node_ref();
    {
        let (button, list) = (button.clone(), list.clone());
        use_effect_with(*open, move |open| {
            if *open {
                dom::place_below(&button, &list);
                dom::focus_first(&list, "[role=menuitem]");
            }
        });
    }
    let close = {
        let (open, button) = (open.clone(), button.clone());
        Callback::from(move |focus: bool| {
            open.set(false);
            if focus {
                dom::focus(&button);
            }
        })
    };
    use_away(*open, button.clone(), list.clone(), close.reform(|()| false));
    let onclick = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let class = if props.text.is_some() { "btn quiet titled" } else { "btn icon" };
    let label = match &props.text {
        Some(text) => format!("{}: {text}", props.name),
        None => props.name.to_string(),
    };
    html! {
        <>
            <button ref={button} type="button" class={class} aria-haspopup="menu" aria-label={label}
                aria-expanded={open.to_string()} {onclick}>{ face(props) }</button>
            if *open {
                <div ref={list} class="menu floating" role="menu" aria-label={props.name.clone()}
                    onkeydown={keys(close.clone())}>
                    { for props.items.iter().map(|item| row(item, &close)) }
                </div>
            }
        </>
    }
}

/// What stands on the button.
fn face(props: &MenuProps) -> Html {
    match &props.text {
        Some(text) => html! { <><span>{ text }</span>{ icon_small("down") }</> },
        None => icon("more"),
    }
}

/// The keys of an open menu.
fn keys(close: Callback<bool>) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => dom::Move::Next,
            "ArrowUp" => dom::Move::Previous,
            "Home" => dom::Move::First,
            "End" => dom::Move::Last,
            "Escape" => {
                event.prevent_default();
                event.stop_propagation();
                return close.emit(true);
            }
            "Tab" => return close.emit(false),
            _ => return,
        };
        event.prevent_default();
        dom::move_focus(&event, "[role=menuitem]", step);
    })
}

fn row(item: &MenuItem, close: &Callback<bool>) -> Html {
    let disabled = item.why_not.is_some();
    let onclick = {
        let (choose, close) = (item.on_choose.clone(), close.clone());
        Callback::from(move |_: MouseEvent| {
            if !disabled {
                close.emit(true);
                choose.emit(());
            }
        })
    };
    let note = item.why_not.clone().or_else(|| item.hint.clone());
    html! {
        <button key={item.text.to_string()} type="button" role="menuitem" tabindex="-1" {onclick}
            aria-label={item.text.clone()} aria-disabled={disabled.then_some("true")}>
            { icon(item.icon) }<span>{ &item.text }</span>
            if let Some(note) = note { <span class="why">{ note }</span> }
        </button>
    }
}
