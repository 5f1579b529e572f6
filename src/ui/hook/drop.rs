//! Dropping a file anywhere on the page.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Calls `on_file` with the first file that is dropped; the answer says whether one hovers over the page.
#[hook]
pub fn use_drop(on_file: Callback<web_sys::File>) -> bool {
    let over = use_state(|| false);
    let set = over.setter();
    use_effect_with(on_file, move |on_file| {
        let on_file = on_file.clone();
        let listeners = ["dragover", "dragleave", "drop"].map(|name| {
            let (set, on_file) = (set.clone(), on_file.clone());
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&gloo::utils::document(), name, options, move |event| {
                let Some(event) = event.dyn_ref::<web_sys::DragEvent>() else { return };
                event.prevent_default();
                set.set(name == "dragover");
                if name == "drop"
                    && let Some(file) =
                        event.data_transfer().and_then(|data| data.files()).and_then(|f| f.get(0))
                {
                    on_file.emit(file);
                }
            })
        });
        move || drop(listeners)
    });
    *over
}
