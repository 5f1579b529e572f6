//! One writer: the page that holds the lock of this database (Web Locks). The others may read, and take over when it
//! goes. Where a browser has no locks every page writes, and the comparison of generations alone keeps them apart.

use super::{Happening, get, set};
use js_sys::{Function, Object, Promise};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The lock, or a place in the queue for it. Given back when it is dropped.
pub struct Lock {
    inner: Rc<Inner>,
}

#[derive(Default)]
struct Inner {
    held: Cell<bool>,
    /// Ends the promise that holds the lock.
    release: RefCell<Option<Function>>,
}

impl Lock {
    /// Asks for the lock. When another page has it, this one waits its turn, and `tell` is called when it comes.
    pub async fn ask(name: &str, tell: Rc<dyn Fn(Happening)>) -> Lock {
        let inner = Rc::new(Inner::default());
        let lock = Lock { inner };
        let locks = get(&get(&js_sys::global(), "navigator"), "locks");
        if locks.is_undefined() {
            lock.inner.held.set(true);
            return lock;
        }
        let at_once = Promise::new(&mut |resolve: Function, _| {
            let weak = Rc::downgrade(&lock.inner);
            let granted = move |given: JsValue| {
                let kept = if given.is_null() { JsValue::UNDEFINED } else { hold(&weak) };
                drop(resolve.call0(&JsValue::UNDEFINED));
                kept
            };
            let options = Object::new();
            set(&options, "ifAvailable", &true.into());
            request(&locks, name, &options, Closure::once_into_js(granted));
        });
        drop(JsFuture::from(at_once).await);
        if !lock.is_held() {
            tell(Happening::Writer(false));
            let weak = Rc::downgrade(&lock.inner);
            let granted = move |_: JsValue| {
                let kept = hold(&weak);
                if weak.upgrade().is_some() {
                    tell(Happening::Writer(true));
                }
                kept
            };
            request(&locks, name, &Object::new(), Closure::once_into_js(granted));
        }
        lock
    }

    /// Whether this page may write.
    pub fn is_held(&self) -> bool {
        self.inner.held.get()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = self.inner.release.take() {
            drop(release.call0(&JsValue::UNDEFINED));
        }
    }
}

fn request(locks: &JsValue, name: &str, options: &Object, granted: JsValue) {
    let request: Function = get(locks, "request").unchecked_into();
    // The promise of the request ends when the lock is given back; nobody waits for that.
    drop(request.call3(locks, &format!("rejoin {name}").into(), options, &granted));
}

/// A promise that lasts until the lock is dropped; none when it was dropped while it waited.
fn hold(lock: &Weak<Inner>) -> JsValue {
    let Some(inner) = lock.upgrade() else { return JsValue::UNDEFINED };
    inner.held.set(true);
    Promise::new(&mut |resolve: Function, _| drop(inner.release.replace(Some(resolve)))).into()
}
