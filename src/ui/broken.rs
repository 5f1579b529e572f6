//! A panic: the page says so, and offers the run as a file, since its seed and its lines bring back the same moment.

use super::i18n::t;
use gloo::utils::document;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Blob, HtmlAnchorElement, Url};

thread_local! {
    /// The run as text, as it was shown last.
    static RUN: RefCell<Rc<str>> = RefCell::new("".into());
}

/// Keeps the run's text for the case of a panic.
pub fn remember(text: &Rc<str>) {
    RUN.with(|run| *run.borrow_mut() = text.clone());
}

/// From now on a panic is shown.
pub fn watch() {
    std::panic::set_hook(Box::new(|info| {
        gloo::console::error!(info.to_string());
        let _ = show(&info.to_string());
    }));
}

/// Shows the alert. All of it is plain markup: after a panic nothing of ours runs any more.
fn show(reason: &str) -> Option<()> {
    let t = t();
    let page = document().body()?;
    let alert = document().create_element("div").ok()?;
    alert.set_attribute("role", "alert").ok()?;
    alert.set_class_name("alert broken");
    for (tag, text) in [("b", t.broken), ("p", reason), ("p", t.broken_more)] {
        let element = document().create_element(tag).ok()?;
        element.set_text_content(Some(text));
        alert.append_child(&element).ok()?;
    }
    if let Some(link) = run_link(t.broken_run) {
        alert.append_child(&link).ok()?;
    }
    page.prepend_with_node_1(&alert).ok()
}

/// A link to the run as a file.
fn run_link(text: &str) -> Option<HtmlAnchorElement> {
    let run = RUN.with(|run| run.borrow().clone());
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(run.as_bytes()));
    let url = Url::create_object_url_with_blob(&Blob::new_with_u8_array_sequence(&parts).ok()?).ok()?;
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download("rejoin-run.story");
    link.set_text_content(Some(text));
    Some(link)
}
