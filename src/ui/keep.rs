//! Between the lab and the browser's storage: what is stored comes in when the page opens, changes go out as they come,
//! one transaction at a time. The lab hears of each when it is complete, and not before.

use super::i18n::t;
use super::intent::{Ask, Keeping, Told};
use super::lab::Lab;
use super::store::{Happening, Hooks, Note, Storage};
use crate::session::Transaction;
use std::cell::OnceCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// The database's name.
const DATABASE: &str = "rejoin";

/// The storage, once it is open.
#[derive(Clone, Default)]
pub struct Keeper {
    open: Rc<OnceCell<(Lab, Storage)>>,
}

impl Keeper {
    /// Opens the storage and gives the lab what it holds. `tell` hears where backups are kept.
    pub fn start(&self, lab: Lab, tell: Callback<Told>) {
        let slot = self.open.clone();
        spawn_local(async move {
            let hooks = hooks(&lab, &tell);
            let opened = Storage::open(DATABASE, hooks).await;
            let loaded = match opened {
                Ok(storage) => storage.load().await.map(|stored| (storage, stored)),
                Err(error) => Err(error),
            };
            match loaded {
                Ok((storage, stored)) => {
                    let writer = storage.is_writer();
                    let exported = stored.notes.into_iter();
                    let exported = exported.filter_map(|(label, note)| Some((label, note.exported_ms?)));
                    let exported = exported.collect();
                    drop(slot.set((lab.clone(), storage)));
                    if writer {
                        tell.emit(Told::Kept(Keeping::Browser));
                    }
                    lab.ask(Ask::Adopt(Rc::new(stored.contents), exported));
                }
                Err(error) => tell.emit(Told::Kept(Keeping::Memory(error.text()))),
            }
        });
    }

    /// Writes a change; the lab hears of it when it is complete.
    pub fn store(&self, transaction: Transaction) {
        let slot = self.open.clone();
        spawn_local(async move {
            let Some((lab, storage)) = slot.get() else { return };
            let result = storage.commit(&transaction).await.map_err(|error| error.text());
            lab.ask(Ask::Saved(result));
        });
    }

    /// Notes that a backup was exported. A note that cannot be written is only a note.
    pub fn exported(&self, label: Rc<str>, at_ms: i64) {
        let slot = self.open.clone();
        spawn_local(async move {
            let Some((_, storage)) = slot.get() else { return };
            let note = Note { exported_ms: Some(at_ms), ..Note::default() };
            drop(storage.note(&label, note).await);
        });
    }
}

/// What the storage tells while the page is open.
fn hooks(lab: &Lab, tell: &Callback<Told>) -> Hooks {
    let (lab, tell) = (lab.clone(), tell.clone());
    let heard = move |happening: Happening| match happening {
        Happening::Blocked => tell.emit(Told::Kept(Keeping::Memory(t().store_blocked.into()))),
        Happening::Outdated => tell.emit(Told::Kept(Keeping::Memory(t().store_newer.into()))),
        Happening::Writer(false) => tell.emit(Told::Kept(Keeping::Memory(t().store_read_only.into()))),
        Happening::Writer(true) => {
            tell.emit(Told::Kept(Keeping::Browser));
            lab.ask(Ask::SaveAgain);
        }
    };
    Hooks { tell: Rc::new(heard), committing: Rc::new(|_| {}) }
}
