//! Long work in turns with the page.

use super::dom;
use gloo::utils::window;
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// Gives the page its turns: by messages to itself, as timers wait at least four milliseconds once they follow each other.
pub struct Turns(Option<MessageChannel>);

impl Turns {
    /// None is given yet.
    pub fn new() -> Turns {
        Turns(MessageChannel::new().ok())
    }

    /// The next one.
    pub async fn next(&self) {
        let turn = Promise::new(&mut |resolve: Function, _| match &self.0 {
            Some(channel) => {
                channel.port1().set_onmessage(Some(&resolve));
                drop(channel.port2().post_message(&JsValue::NULL));
            }
            None => drop(window().set_timeout_with_callback(&resolve)),
        });
        drop(JsFuture::from(turn).await);
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        if let Some(channel) = &self.0 {
            channel.port1().close();
        }
    }
}

/// A stretch of work, so long as nobody feels it.
pub struct Stretch(f64);

impl Stretch {
    /// The longest that is worked at a stretch, in milliseconds. What is under way then is brought to its end.
    const WORK_MS: f64 = 8.0;

    /// Begins now.
    pub fn new() -> Stretch {
        Stretch(dom::clock_ms())
    }

    /// Whether it still goes on.
    pub fn goes_on(&self) -> bool {
        dom::clock_ms() - self.0 < Stretch::WORK_MS
    }
}
