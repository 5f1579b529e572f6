//! How much the browser says is used and allowed, and whether it promises to keep it. All three are hints.

use super::get;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// What the browser says of its storage for this page's origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Space {
    /// Bytes used.
    pub used: Option<u64>,
    /// Bytes allowed.
    pub allowed: Option<u64>,
    /// Whether it will not be dropped when space runs short.
    pub persisted: bool,
}

/// Asks the browser.
pub async fn space() -> Space {
    let estimate = ask("estimate").await;
    let number = |name: &str| get(&estimate, name).as_f64().map(|bytes| bytes as u64);
    let persisted = ask("persisted").await.is_truthy();
    Space { used: number("usage"), allowed: number("quota"), persisted }
}

/// Asks the browser to keep the storage. Whether it promises to; it may refuse without asking the person.
pub async fn persist() -> bool {
    ask("persist").await.is_truthy()
}

/// A method of `navigator.storage` without arguments; undefined where there is none.
async fn ask(method: &str) -> JsValue {
    let storage = get(&get(&js_sys::global(), "navigator"), "storage");
    let method = if storage.is_object() { get(&storage, method) } else { JsValue::UNDEFINED };
    let Some(method) = method.dyn_ref::<Function>() else { return JsValue::UNDEFINED };
    let Ok(promise) = method.call0(&storage) else { return JsValue::UNDEFINED };
    JsFuture::from(promise.unchecked_into::<Promise>()).await.unwrap_or(JsValue::UNDEFINED)
}
