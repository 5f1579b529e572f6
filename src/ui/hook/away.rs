//! Closing what is open when the person presses elsewhere.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Calls `leave` when a pointer goes down outside both elements while `open`.
#[hook]
pub fn use_away(open: bool, button: NodeRef, list: NodeRef, leave: Callback<()>) {
    use_effect_with(open, move |open| {
        let listener = open.then(|| {
            EventListener::new(&gloo::utils::document(), "pointerdown", move |event| {
                let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
                let inside = |node: &NodeRef| node.get().is_some_and(|node| node.contains(target.as_ref()));
                if !inside(&button) && !inside(&list) {
                    leave.emit(());
                }
            })
        });
        move || drop(listener)
    });
}
