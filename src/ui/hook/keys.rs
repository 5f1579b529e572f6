//! The one shortcut: Space plays and pauses, when no control has the focus.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Calls `on_space` for Space pressed on the page itself.
#[hook]
pub fn use_space(on_space: Callback<()>) {
    use_effect_with(on_space, move |on_space| {
        let on_space = on_space.clone();
        let options = EventListenerOptions::enable_prevent_default();
        let listener =
            EventListener::new_with_options(&gloo::utils::document(), "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<web_sys::KeyboardEvent>() else { return };
                let plain = !(event.ctrl_key() || event.alt_key() || event.meta_key() || event.repeat());
                let focus = gloo::utils::document().active_element();
                // Nothing has the focus when the body has it; a region that scrolls uses Space itself.
                let free = focus.is_none_or(|element| element.tag_name() == "BODY");
                if event.key() == " " && plain && free {
                    event.prevent_default();
                    on_space.emit(());
                }
            });
        move || drop(listener)
    });
}
