//! Tabs: arrow keys move between them.

use crate::ui::dom;
use yew::prelude::*;

/// One tab.
#[derive(Clone, PartialEq)]
pub struct TabItem {
    /// Its word, which is its name.
    pub text: AttrValue,
    /// A short figure beside the word, for the eye only.
    pub badge: Option<AttrValue>,
}

/// What [`tabs`] shows.
pub struct TabsProps<'a> {
    /// What the tabs choose.
    pub name: &'static str,
    /// The tabs in order.
    pub items: &'a [TabItem],
    /// The chosen one, if any is.
    pub chosen: Option<usize>,
    /// The id of the element that shows what is chosen.
    pub controls: &'static str,
    /// Called with the tab that was pressed, the chosen one too.
    pub on_press: Callback<usize>,
}

/// A list of tabs.
pub fn tabs(props: TabsProps) -> Html {
    let onkeydown = Callback::from(|event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => dom::Move::Next,
            "ArrowLeft" | "ArrowUp" => dom::Move::Previous,
            "Home" => dom::Move::First,
            "End" => dom::Move::Last,
            _ => return,
        };
        event.prevent_default();
        dom::move_focus(&event, "[role=tab]", step);
    });
    html! {
        <div class="tabs" role="tablist" aria-label={props.name} {onkeydown}>
            { for props.items.iter().enumerate().map(|(i, item)| tab(&props, i, item)) }
        </div>
    }
}

fn tab(props: &TabsProps, index: usize, item: &TabItem) -> Html {
    let chosen = props.chosen == Some(index);
    let onclick = {
        let on_press = props.on_press.clone();
        Callback::from(move |_: MouseEvent| on_press.emit(index))
    };
    html! {
        <button key={item.text.to_string()} type="button" role="tab" aria-selected={chosen.to_string()}
            aria-controls={chosen.then_some(props.controls)} {onclick}>
            { &item.text }
            if let Some(badge) = &item.badge { <span class="badge" aria-hidden="true">{ badge }</span> }
        </button>
    }
}
