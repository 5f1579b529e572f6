//! Backups are taken, taken in and verified beside everything else: a little at a time, so that the page never waits for it; digests are
//! made by the browser, on another thread.

use super::dom;
use super::intent::{Refusal, Told};
use super::lab::{Inner, Lab};
use crate::session::{Digest, FileBytes, Progress, Taken, sha256};
use js_sys::{Function, Promise, Reflect, Uint8Array};
use std::ops::Range;
use std::rc::Rc;
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

/// Works until there is nothing to do.
pub fn start(lab: Lab) {
    spawn_local(async move {
        let mut promises: Vec<(u64, Option<Promise>)> = Vec::new();
        let mut shown_ms = 0.0;
        loop {
            let begun_ms = dom::clock_ms();
            let mut progress = lab.part();
            while progress == Some(Progress::More) && dom::clock_ms() - begun_ms < WORK_MS {
                progress = lab.part();
            }
            match progress {
                None => break,
                Some(Progress::Hash) => {
                    promises.extend(lab.with_wanted(|number, bytes| (number, digest(&bytes.whole()))));
                    pause().await;
                }
                Some(Progress::Waits) => {
                    let number = lab.with_wanted(|number, _| number);
                    let at = promises.iter().position(|(of, _)| Some(*of) == number);
                    let asked = at.and_then(|at| promises.remove(at).1);
                    let ask = || lab.with_wanted(|_, bytes| digest(&bytes.whole())).flatten();
                    let promise = asked.or_else(ask);
                    lab.hashed(number, answer(promise).await);
                }
                Some(Progress::More | Progress::Done) => pause().await,
            }
            if progress == Some(Progress::Done) || dom::clock_ms() - shown_ms > SHOWN_MS_MIN {
                shown_ms = dom::clock_ms();
                lab.show();
            }
        }
        lab.worked();
    });
}

/// Of the lab, while it works beside everything else.
impl Lab {
    /// Does a part of what is to be done: what is being taken goes before what is to be verified. `None` when there
    /// is nothing more.
    fn part(&self) -> Option<Progress> {
        let mut inner = self.inner.borrow_mut();
        if !inner.session.is_taking() {
            return inner.session.verify_part();
        }
        let progress = inner.session.take_part();
        if progress == Progress::Done {
            let (told, tell) = (inner.finish_taking(), inner.tell.clone());
            drop(inner);
            told.into_iter().for_each(|told| tell.emit(told));
        }
        Some(progress)
    }

    /// What `make` makes of the bytes whose digest is wanted, and of their number.
    fn with_wanted<T>(&self, make: impl FnOnce(u64, &FileBytes<'static>) -> T) -> Option<T> {
        self.inner.borrow().session.to_hash().map(|(number, bytes)| make(number, bytes))
    }

    /// The digest that was wanted with this number; one that nobody else could make is made here.
    fn hashed(&self, number: Option<u64>, digest: Option<Digest>) {
        let made = || self.with_wanted(|number, bytes| (number, sha256(&bytes.whole())));
        if let Some((number, digest)) = number.zip(digest).or_else(made) {
            self.inner.borrow_mut().session.hashed(number, digest);
        }
    }

    /// Nothing is left to be done.
    fn worked(&self) {
        self.inner.borrow_mut().working = false;
        self.show();
    }
}

impl Inner {
    /// Does what was just begun: at once when that is quickly done, else beside everything else.
    pub(super) fn take_begun(&mut self) -> Vec<Told> {
        let begun_ms = dom::clock_ms();
        loop {
            match self.session.take_part() {
                Progress::Done => return self.finish_taking(),
                Progress::More if dom::clock_ms() - begun_ms < WORK_MS => {}
                // A digest that is asked for now is asked for again when it is waited for.
                _ => return Vec::new(),
            }
        }
    }

    /// Takes what was begun, whatever was read of it.
    pub(super) fn finish_taking(&mut self) -> Vec<Told> {
        match self.session.finish_taking() {
            None => Vec::new(),
            Some(Taken::Backup(done)) => told(done),
            Some(Taken::Import(Ok(labels))) => {
                // The page offers no undo any more.
                self.deleted = None;
                vec![Told::Imported(labels)]
            }
            Some(Taken::Import(Err(why))) => vec![Told::Refused(Refusal::Import, why)],
        }
    }
}

/// What is told of a command.
pub(super) fn told(done: Result<Rc<str>, Rc<str>>) -> Vec<Told> {
    vec![match done {
        Ok(line) => Told::Done(line),
        Err(why) => Told::Refused(Refusal::Command, why),
    }]
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
