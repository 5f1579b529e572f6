//! Between the lab and the browser's storage: what is stored comes in when the page opens, changes go out as they come,
//! one transaction at a time. The lab hears of each when it is complete, and not before.

use super::dom;
use super::i18n::t;
use super::intent::{Ask, Keeping, Told};
use super::lab::Lab;
use super::store::{Happening, Hooks, Note, Storage, StorageError, persist, space};
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
    open: Slot,
}

/// The storage with those that hear of it, once it is open.
type Slot = Rc<OnceCell<(Lab, Storage, Callback<Told>)>>;

impl Keeper {
    /// Opens the storage and gives the lab what it holds. `tell` hears where backups are kept.
    pub fn start(&self, lab: Lab, tell: Callback<Told>) {
        let slot = self.open.clone();
        spawn_local(async move {
            let hooks = hooks(&slot, &tell);
            let opened = Storage::open(DATABASE, hooks).await;
            let loaded = match opened {
                Ok(storage) => match adopted(&storage).await {
                    Ok(adopt) => {
                        if storage.is_writer() {
                            tell.emit(Told::Kept(Keeping::Browser));
                        }
                        drop(slot.set((lab.clone(), storage, tell.clone())));
                        Ok(adopt)
                    }
                    Err(error) => Err(error),
                },
                Err(error) => Err(error),
            };
            match loaded {
                Ok(adopt) => lab.ask(adopt),
                Err(error) => tell.emit(Told::Kept(Keeping::Memory(error.text()))),
            }
            tell.emit(Told::Space(space().await));
        });
    }

    /// Writes a change; the lab hears of it when it is complete.
    pub fn store(&self, transaction: Transaction) {
        let slot = self.open.clone();
        spawn_local(async move {
            let Some((lab, storage, tell)) = slot.get() else { return };
            let result = storage.commit(&transaction).await.map_err(|error| error.text());
            let saved = result.is_ok();
            lab.ask(Ask::Saved(result));
            if saved && !space().await.persisted {
                // Only now is there something to be kept. The browser may refuse without a word.
                persist().await;
            }
            tell.emit(Told::Space(space().await));
        });
    }

    /// Notes that backups were exported. A note that cannot be written is only a note.
    pub fn exported(&self, labels: Rc<[Rc<str>]>, at_ms: i64) {
        let slot = self.open.clone();
        spawn_local(async move {
            let Some((_, storage, _)) = slot.get() else { return };
            for label in labels.iter() {
                let note = Note { exported_ms: Some(at_ms), ..Note::default() };
                drop(storage.note(label, note).await);
            }
        });
    }
}

/// What is stored, for the lab to take over.
async fn adopted(storage: &Storage) -> Result<Ask, StorageError> {
    dom::rest(storage.is_used().await?).await;
    let stored = storage.load().await?;
    let exported = stored.notes.into_iter().filter_map(|(label, note)| Some((label, note.exported_ms?)));
    Ok(Ask::Adopt(Rc::new(stored.contents), exported.collect()))
}

/// What the storage tells while the page is open.
fn hooks(slot: &Slot, tell: &Callback<Told>) -> Hooks {
    let (slot, tell) = (slot.clone(), tell.clone());
    let heard = move |happening: Happening| match happening {
        Happening::Blocked => tell.emit(Told::Kept(Keeping::Memory(t().store_blocked.into()))),
        Happening::Outdated => tell.emit(Told::Kept(Keeping::Memory(t().store_newer.into()))),
        Happening::Writer(false) => tell.emit(Told::Kept(Keeping::Memory(t().store_read_only.into()))),
        Happening::Writer(true) => take_over(slot.clone()),
    };
    Hooks { tell: Rc::new(heard), committing: Rc::new(|_| {}) }
}

/// The page that wrote is gone: what it left is taken over, and then this one writes.
fn take_over(slot: Slot) {
    spawn_local(async move {
        // Before it is open there is nothing to take over: opening does.
        let Some((lab, storage, tell)) = slot.get() else { return };
        match adopted(storage).await {
            Ok(adopt) => {
                lab.ask(adopt);
                tell.emit(Told::Kept(Keeping::Browser));
            }
            Err(error) => tell.emit(Told::Kept(Keeping::Memory(error.text()))),
        }
    });
}
