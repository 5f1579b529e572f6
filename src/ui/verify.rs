//! Verification of backups beside everything else: a little at a time, so that the page never waits for it; digests are made
//! by the browser, on another thread.

use super::dom;
use super::lab::Lab;
use crate::session::{Digest, Progress, sha256};
use js_sys::{Function, Promise, Reflect, Uint8Array};
use std::ops::Range;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::SubtleCrypto;

/// The files whose digest the browser makes, by their bytes: it copies them, so not the largest; and one waits for its
/// answer, so not the small ones.
const HASHED: Range<u64> = 64 << 10..128 << 20;

/// The longest that is worked at a stretch, in milliseconds. What is under way then is brought to its end.
const WORK_MS: f64 = 8.0;

/// The least time between two views of how far it is, in milliseconds.
const SHOWN_MS_MIN: f64 = 100.0;

/// The files whose digest the browser makes, by their bytes: none, where it makes none (only secure origins have it).
pub fn hashed() -> Range<u64> {
    if subtle().is_some() { HASHED } else { 0..0 }
}

fn subtle() -> Option<SubtleCrypto> {
    let crypto = gloo::utils::window().crypto().ok()?;
    let there = Reflect::get(&crypto, &"subtle".into()).is_ok_and(|subtle| subtle.is_object());
    there.then(|| crypto.subtle())
}

/// Verifies until there is nothing to verify.
pub fn start(lab: Lab) {
    spawn_local(async move {
        let mut promise = None;
        let mut shown_ms = 0.0;
        loop {
            let begun_ms = dom::clock_ms();
            let mut progress = lab.verify_part();
            while progress == Some(Progress::More) && dom::clock_ms() - begun_ms < WORK_MS {
                progress = lab.verify_part();
            }
            match progress {
                None => break,
                Some(Progress::Hash) => {
                    promise = lab.with_wanted(|number, bytes| (number, digest(bytes)));
                    pause().await;
                }
                Some(Progress::Waits) => {
                    let (number, promise) = promise.take().unwrap_or_default();
                    lab.hashed(number, answer(promise).await);
                }
                Some(Progress::More | Progress::Done) => pause().await,
            }
            if progress == Some(Progress::Done) || dom::clock_ms() - shown_ms > SHOWN_MS_MIN {
                shown_ms = dom::clock_ms();
                lab.show();
            }
        }
        lab.verified_all();
    });
}

/// Of the lab, while it verifies.
impl Lab {
    /// Verifies a part of what is to be verified; `None` when there is nothing more.
    fn verify_part(&self) -> Option<Progress> {
        self.inner.borrow_mut().session.verify_part()
    }

    /// What `make` makes of the bytes whose digest is wanted, and of their number.
    fn with_wanted<T>(&self, make: impl FnOnce(u64, &[u8]) -> T) -> Option<T> {
        self.inner.borrow().session.to_hash().map(|(number, bytes)| make(number, bytes))
    }

    /// The digest that was wanted with this number; one that nobody else could make is made here.
    fn hashed(&self, number: u64, digest: Option<Digest>) {
        let made = || self.with_wanted(|number, bytes| (number, sha256(bytes)));
        if let Some((number, digest)) = digest.map(|digest| (number, digest)).or_else(made) {
            self.inner.borrow_mut().session.hashed(number, digest);
        }
    }

    /// Nothing is left to be verified.
    fn verified_all(&self) {
        self.inner.borrow_mut().verifying = false;
        self.show();
    }
}

/// Lets the browser make a digest. It copies the bytes before this returns.
fn digest(bytes: &[u8]) -> Option<Promise> {
    subtle()?.digest_with_str_and_u8_array("SHA-256", bytes).ok()
}

/// What the browser answered; `None` when it made none.
async fn answer(promise: Option<Promise>) -> Option<Digest> {
    let bytes = JsFuture::from(promise?).await.ok()?;
    Uint8Array::new(&bytes).to_vec().try_into().ok().map(Digest)
}

/// Gives the page its turn.
async fn pause() {
    let turn = Promise::new(&mut |resolve: Function, _| {
        drop(gloo::utils::window().set_timeout_with_callback(resolve.unchecked_ref()));
    });
    drop(JsFuture::from(turn).await);
}
