//! The few things that the page asks of the document itself: focus, places, what is kept.

use crate::ui::paint::number;
use js_sys::{Array, ArrayBuffer, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;
use yew::prelude::*;

/// Where the focus goes within a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The next one, round the end.
    Next,
    /// The one before, round the beginning.
    Previous,
    /// The first.
    First,
    /// The last.
    Last,
}

/// Moves the focus among the elements that `selector` finds in the event's list.
pub fn move_focus(event: &KeyboardEvent, selector: &str, step: Move) {
    let Some(list) = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok())
    else {
        return;
    };
    let items = found(&list, selector);
    let focus = gloo::utils::document().active_element();
    let at = items.iter().position(|item| focus.as_ref() == Some(item.as_ref()));
    let count = items.len();
    let to = match (step, at) {
        (_, _) if count == 0 => return,
        (Move::First, _) | (Move::Next, None) => 0,
        (Move::Last, _) | (Move::Previous, None) => count - 1,
        (Move::Next, Some(at)) => (at + 1) % count,
        (Move::Previous, Some(at)) => (at + count - 1) % count,
    };
    drop(items[to].focus());
}

/// Focuses the first element that `selector` finds.
pub fn focus_first(list: &NodeRef, selector: &str) {
    if let Some(first) =
        list.cast::<web_sys::Element>().and_then(|list| found(&list, selector).into_iter().next())
    {
        drop(first.focus());
    }
}

/// Focuses an element.
pub fn focus(node: &NodeRef) {
    if let Some(element) = node.cast::<HtmlElement>() {
        drop(element.focus());
    }
}

/// Presses an element.
pub fn click(node: &NodeRef) {
    if let Some(element) = node.cast::<HtmlElement>() {
        element.click();
    }
}

fn found(list: &web_sys::Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(nodes) = list.query_selector_all(selector) else { return Vec::new() };
    (0..nodes.length()).filter_map(|i| nodes.get(i)?.dyn_into().ok()).collect()
}

/// Puts a floating list below its button, or above it where there is no room; within the window.
pub fn place_below(button: &NodeRef, list: &NodeRef) {
    let (Some(button), Some(list)) = (button.cast::<HtmlElement>(), list.cast::<HtmlElement>()) else {
        return;
    };
    let (at, size) = (button.get_bounding_client_rect(), list.get_bounding_client_rect());
    let window = gloo::utils::window();
    let height = window.inner_height().ok().and_then(|v| v.as_f64()).unwrap_or(0.0);
    let below = at.bottom() + 4.0;
    let top = if below + size.height() > height { at.top() - size.height() - 4.0 } else { below };
    let left = (at.right() - size.width()).max(8.0);
    // Through the object model: the policy forbids style attributes.
    drop(list.style().set_property("top", &(number(top.max(8.0).round()) + "px")));
    drop(list.style().set_property("left", &(number(left.round()) + "px")));
}

/// What this browser keeps under a name; `None` where it keeps nothing.
pub fn kept(name: &str) -> Option<String> {
    gloo::utils::window().local_storage().ok()??.get_item(&format!("rejoin-{name}")).ok()?
}

/// Keeps a value under a name, where the browser lets us.
pub fn keep(name: &str, value: &str) {
    if let Ok(Some(storage)) = gloo::utils::window().local_storage() {
        drop(storage.set_item(&format!("rejoin-{name}"), value));
    }
}

/// Sets the theme of the document.
pub fn set_theme(name: &str) {
    if let Some(root) = gloo::utils::document().document_element() {
        drop(root.set_attribute("data-theme", name));
    }
}

/// The page's own clock in milliseconds since it was opened.
pub fn clock_ms() -> f64 {
    gloo::utils::window().performance().map_or(0.0, |clock| clock.now())
}

/// The wall clock in milliseconds since 1970, for what the page itself dates (exports).
pub fn wall_clock_ms() -> i64 {
    js_sys::Date::now() as i64
}

/// The value of the control that an event comes from.
pub fn value(event: &web_sys::Event) -> String {
    let Some(target) = event.target() else { return String::new() };
    if let Some(input) = target.dyn_ref::<web_sys::HtmlInputElement>() {
        return input.value();
    }
    if let Some(select) = target.dyn_ref::<web_sys::HtmlSelectElement>() {
        return select.value();
    }
    target.dyn_ref::<web_sys::HtmlTextAreaElement>().map(|area| area.value()).unwrap_or_default()
}

/// Whether the fold that an event comes from is open.
pub fn is_open(event: &web_sys::Event) -> bool {
    let target = event.target();
    target.is_some_and(|of| of.dyn_ref::<HtmlElement>().is_some_and(|of| of.has_attribute("open")))
}

/// Selects a part of a text area, in UTF-16 units, and focuses it.
pub fn select(area: &NodeRef, from: u32, to: u32) {
    if let Some(area) = area.cast::<web_sys::HtmlTextAreaElement>() {
        drop(area.focus());
        drop(area.set_selection_range(from, to));
    }
}

/// Opens a dialog over the page.
pub fn show_dialog(dialog: &NodeRef) {
    if let Some(dialog) = dialog.cast::<web_sys::HtmlDialogElement>()
        && !dialog.open()
    {
        drop(dialog.show_modal());
    }
}

/// Closes a dialog; its `close` event follows.
pub fn close_dialog(dialog: &NodeRef) {
    if let Some(dialog) = dialog.cast::<web_sys::HtmlDialogElement>() {
        dialog.close();
    }
}

/// Lets go of a buffer's bytes at once, where the browser can: else they stay until it looks for what nobody needs.
pub fn let_go(buffer: &JsValue) {
    let transfer = Reflect::get(buffer, &"transfer".into()).ok();
    if let Some(transfer) = transfer.as_ref().and_then(|transfer| transfer.dyn_ref::<Function>()) {
        drop(transfer.call1(buffer, &0.into()));
    }
}

/// Bytes of a buffer that nobody writes into, and that hence takes no memory.
const PROMPT_BYTES: u32 = 64 << 20;

/// Prompts the browser to look for what nobody needs, which it does once so many bytes are new. What it read from storage to make a
/// value stays until then, also where the value was let go of.
pub fn prompt_collection() {
    let of = js_sys::Object::from(ArrayBuffer::new(0)).constructor();
    if let Ok(buffer) = Reflect::construct(&of, &Array::of1(&PROMPT_BYTES.into())) {
        let_go(&buffer);
    }
}

/// Has the page's second module come, if what lies there is `wanted` now (`static/theme.js`). Who calls what is not here yet has
/// the page stand still for it: so whoever knows before asks before. This is asked in any case, and so lies in the first one.
pub async fn rest(wanted: bool) {
    let ask = Reflect::get(&js_sys::global(), &"rejoinRest".into());
    let asked = ask.and_then(|ask| Function::from(ask).call1(&JsValue::NULL, &wanted.into()));
    if let Ok(coming) = asked {
        drop(JsFuture::from(Promise::resolve(&coming)).await);
    }
}
