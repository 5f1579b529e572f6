//! Backups are taken, taken in and verified beside everything else: a little at a time, so that the page never waits for it; digests are
//! made by the browser, on another thread.

use super::digests::{Digests, Given, answer, digest};
use super::dom;
use super::intent::{Refusal, Told};
use super::lab::{Inner, Lab};
use super::turns::{Stretch, Turns};
use crate::session::{Digest, FileBytes, LoadSummary, Progress, Taken, sha256};
use js_sys::Promise;
use std::rc::Rc;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// The least time between two views of how far it is, in milliseconds.
const SHOWN_MS_MIN: f64 = 100.0;

/// Works until there is nothing to do.
pub fn start(lab: Lab) {
    spawn_local(async move {
        let mut digests = lab.inner.borrow_mut().digests.take().unwrap_or_default();
        let turns = Turns::new();
        let mut promises: Vec<(u64, Promise)> = Vec::new();
        let mut shown_ms = 0.0;
        loop {
            let stretch = Stretch::new();
            let mut progress = lab.part();
            while progress == Some(Progress::More) && stretch.goes_on() {
                progress = lab.part();
            }
            match progress {
                None => break,
                Some(Progress::Hash) => promises.extend(lab.ask_digest(&mut digests, &turns).await),
                Some(Progress::Waits) => {
                    let number = lab.with_wanted(|number, _| number);
                    let at = promises.iter().position(|(of, _)| Some(*of) == number);
                    let asked = match at {
                        Some(at) => Some(promises.swap_remove(at)),
                        None => lab.ask_digest(&mut digests, &turns).await,
                    };
                    lab.hashed(number, answer(asked.map(|(_, promise)| promise)).await);
                }
                Some(Progress::More | Progress::Done) => turns.next().await,
            }
            if progress == Some(Progress::Done) || dom::clock_ms() - shown_ms > SHOWN_MS_MIN {
                shown_ms = dom::clock_ms();
                lab.show();
            }
        }
        lab.worked(digests);
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

    /// Asks for the digest of the bytes that are wanted; `None` when they are not wanted any more, or none is to be had.
    async fn ask_digest(&self, digests: &mut Digests, turns: &Turns) -> Option<(u64, Promise)> {
        let awaited = self.inner.borrow().session.is_awaited();
        let asked = self.with_wanted(|number, bytes| (number, digests.begin(bytes, awaited)));
        let Some((number, Some(mut giving))) = asked else {
            let small = self.with_wanted(|number, bytes| (number, digest(&bytes.whole())));
            turns.next().await;
            return small.and_then(|(number, promise)| Some((number, promise?)));
        };
        let mut stretch = Stretch::new();
        loop {
            let part = |of: u64, bytes: &FileBytes<'static>| (of == number).then(|| giving.part(bytes));
            match self.with_wanted(part).flatten()? {
                Given::More if stretch.goes_on() => continue,
                Given::More => turns.next().await,
                Given::Later(promise) => drop(JsFuture::from(promise).await),
                Given::All(Some(promise)) => return Some((number, promise)),
                Given::All(None) => {
                    return Some((number, self.with_wanted(|_, bytes| digest(&bytes.whole()))??));
                }
            }
            stretch = Stretch::new();
        }
    }

    /// The digest that was wanted with this number; one that nobody else could make is made here.
    fn hashed(&self, number: Option<u64>, digest: Option<Digest>) {
        let made = || self.with_wanted(|number, bytes| (number, sha256(&bytes.whole())));
        if let Some((number, digest)) = number.zip(digest).or_else(made) {
            self.inner.borrow_mut().session.hashed(number, digest);
        }
    }

    /// Nothing is left to be done.
    fn worked(&self, digests: Digests) {
        {
            let mut inner = self.inner.borrow_mut();
            (inner.working, inner.digests) = (false, Some(digests.rest()));
        }
        self.show();
    }
}

impl Inner {
    /// Does what was just begun: at once when that is quickly done, else beside everything else.
    pub(super) fn take_begun(&mut self) -> Vec<Told> {
        let stretch = Stretch::new();
        loop {
            match self.session.take_part() {
                Progress::Done => return self.finish_taking(),
                Progress::More if stretch.goes_on() => {}
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
            Some(Taken::Next) => Vec::new(),
            Some(Taken::Import(Ok(labels))) => {
                // The page offers no undo any more.
                self.deleted = None;
                vec![Told::Imported(labels)]
            }
            Some(Taken::Load(name, done)) => loaded(name, done),
            Some(Taken::Import(Err(why))) => vec![Told::Refused(Refusal::Import, why)],
        }
    }
}

/// What is told of a file that was to be loaded.
pub(super) fn loaded(name: Rc<str>, done: Result<LoadSummary, Rc<str>>) -> Vec<Told> {
    vec![match done {
        Ok(summary) => Told::Loaded(name, Rc::new(summary)),
        Err(why) => Told::Refused(Refusal::Load, why),
    }]
}

/// What is told of a command.
pub(super) fn told(done: Result<Rc<str>, Rc<str>>) -> Vec<Told> {
    vec![match done {
        Ok(line) => Told::Done(line),
        Err(why) => Told::Refused(Refusal::Command, why),
    }]
}
