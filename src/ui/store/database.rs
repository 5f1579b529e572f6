//! The database itself: opened with hooks, transactions that are issued at once and awaited to their end.

use super::error::StorageError;
use super::{Happening, get};
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbFactory, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction,
};

pub const CHUNKS: &str = "chunks";
pub const MANIFESTS: &str = "manifests";
pub const CATALOG: &str = "catalog";
pub const NOTES: &str = "notes";
const ALL: [&str; 6] = [CHUNKS, MANIFESTS, CATALOG, NOTES, "staging", "runs"];

/// Raised only when the object stores change; a page of an older version must then be closed.
const VERSION: u32 = 1;

/// An open database, for as long as the browser keeps it open.
pub struct Connection {
    database: IdbDatabase,
    live: Rc<Cell<bool>>,
    _handlers: [Closure<dyn FnMut(JsValue)>; 2],
}

impl Connection {
    /// Opens the database, and makes its object stores the first time.
    pub async fn open(name: &str, tell: Rc<dyn Fn(Happening)>) -> Result<Connection, StorageError> {
        let request = factory()?.open_with_u32(name, VERSION).map_err(StorageError::of)?;
        let upgrade = {
            let request = request.clone();
            Closure::<dyn FnMut(JsValue)>::new(move |_| make_stores(&request))
        };
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let blocked = {
            let tell = tell.clone();
            Closure::<dyn FnMut(JsValue)>::new(move |_| tell(Happening::Blocked))
        };
        request.set_onblocked(Some(blocked.as_ref().unchecked_ref()));
        let database: IdbDatabase = answer(&request).await?.unchecked_into();

        let live = Rc::new(Cell::new(true));
        let outdated = {
            let (live, database) = (live.clone(), database.clone());
            Closure::<dyn FnMut(JsValue)>::new(move |_| {
                live.set(false);
                database.close();
                tell(Happening::Outdated);
            })
        };
        database.set_onversionchange(Some(outdated.as_ref().unchecked_ref()));
        let closed = {
            let live = live.clone();
            Closure::<dyn FnMut(JsValue)>::new(move |_| live.set(false))
        };
        database.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Ok(Connection { database, live, _handlers: [outdated, closed] })
    }

    /// The database, unless it was closed.
    pub fn live(&self) -> Option<IdbDatabase> {
        self.live.get().then(|| self.database.clone())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.database.set_onversionchange(None);
        self.database.set_onclose(None);
        self.database.close();
    }
}

fn factory() -> Result<IdbFactory, StorageError> {
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into()).map_err(StorageError::of)?;
    if factory.is_undefined() || factory.is_null() {
        return Err(StorageError::Unavailable);
    }
    Ok(factory.unchecked_into())
}

fn make_stores(request: &IdbOpenDbRequest) {
    let Ok(database) = request.result() else { return };
    let database: IdbDatabase = database.unchecked_into();
    let there = database.object_store_names();
    for name in ALL.into_iter().filter(|name| !there.contains(name)) {
        // A failure aborts the upgrade, and with it the opening.
        drop(database.create_object_store(name));
    }
}

/// The result of a request that is not part of a transaction.
async fn answer(request: &IdbOpenDbRequest) -> Result<JsValue, StorageError> {
    let promise = Promise::new(&mut |resolve: Function, reject: Function| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    let answered = JsFuture::from(promise).await;
    request.set_onsuccess(None);
    request.set_onerror(None);
    match answered {
        Ok(_) => request.result().map_err(StorageError::of),
        Err(_) => Err(request
            .error()
            .ok()
            .flatten()
            .map_or(StorageError::Unavailable, |e| StorageError::of(e.into()))),
    }
}

/// Some object stores in one transaction.
#[derive(Clone)]
pub struct Stores {
    pub transaction: IdbTransaction,
}

impl Stores {
    /// For reading.
    pub fn read(database: &IdbDatabase, names: &[&str]) -> Result<Stores, StorageError> {
        Stores::open(database, names, "readonly", "default")
    }

    /// For reading and writing; `durability` is `strict` or `relaxed`.
    pub fn write(database: &IdbDatabase, names: &[&str], durability: &str) -> Result<Stores, StorageError> {
        Stores::open(database, names, "readwrite", durability)
    }

    fn open(
        database: &IdbDatabase,
        names: &[&str],
        mode: &str,
        durability: &str,
    ) -> Result<Stores, StorageError> {
        let names: Array = names.iter().map(|name| JsValue::from_str(name)).collect();
        let options = Object::new();
        super::set(&options, "durability", &durability.into());
        let open: Function = get(database, "transaction").unchecked_into();
        let transaction = open.call3(database, &names, &mode.into(), &options).map_err(StorageError::of)?;
        Ok(Stores { transaction: transaction.unchecked_into() })
    }

    fn store(&self, name: &str) -> Result<IdbObjectStore, StorageError> {
        self.transaction.object_store(name).map_err(StorageError::of)
    }

    /// Asks to write a value.
    pub fn put(&self, store: &str, key: &JsValue, value: &JsValue) -> Result<(), StorageError> {
        self.store(store)?.put_with_key(value, key).map(drop).map_err(StorageError::of)
    }

    /// Asks to drop a value.
    pub fn delete(&self, store: &str, key: &JsValue) -> Result<(), StorageError> {
        self.store(store)?.delete(key).map(drop).map_err(StorageError::of)
    }

    /// Asks for a value.
    pub fn get(&self, store: &str, key: &JsValue) -> Result<IdbRequest, StorageError> {
        self.store(store)?.get(key).map_err(StorageError::of)
    }

    /// Asks for all keys and values, a few at a time, and hands each to `take`: that many are held by the browser at once.
    /// All have been handed out when the transaction is done.
    pub fn each(
        &self,
        store: &str,
        take: impl FnMut(JsValue, JsValue) -> Result<(), StorageError> + 'static,
    ) -> Result<Walk, StorageError> {
        let (store, fault) = (self.store(store)?, Rc::<RefCell<_>>::default());
        let next = Rc::new(Next { store, asked: RefCell::default(), handler: OnceCell::new() });
        let handler = {
            let (next, fault, transaction) = (next.clone(), fault.clone(), self.transaction.clone());
            let mut take = take;
            // The next are asked for while these are handed out: the transaction is active then.
            Closure::<dyn FnMut(JsValue)>::new(move |_| {
                if let Err(error) = next.hand_out(&mut take) {
                    fault.replace(Some(error));
                    drop(transaction.abort());
                }
            })
        };
        drop(next.handler.set(handler.as_ref().unchecked_ref::<Function>().clone()));
        next.ask(&JsValue::UNDEFINED)?;
        Ok(Walk { fault, _handler: handler })
    }

    /// Asks for all keys, and all values in the same order.
    pub fn all(&self, store: &str) -> Result<[IdbRequest; 2], StorageError> {
        let store = self.store(store)?;
        Ok([store.get_all_keys().map_err(StorageError::of)?, store.get_all().map_err(StorageError::of)?])
    }

    /// Waits until everything that was asked for is complete, or nothing of it.
    pub async fn done(&self) -> Result<(), StorageError> {
        let transaction = &self.transaction;
        let promise = Promise::new(&mut |resolve: Function, reject: Function| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
        });
        let ended = JsFuture::from(promise).await;
        transaction.set_oncomplete(None);
        transaction.set_onabort(None);
        match ended {
            Ok(_) => Ok(()),
            Err(_) => Err(transaction
                .error()
                .map_or(StorageError::Failed("the browser gave it up".into()), |error| {
                    StorageError::of(error.into())
                })),
        }
    }
}

/// Keys and values of one read of [`Stores::each`].
const READ_AT_ONCE: u32 = 8;

/// A walk over a store, for as long as its transaction goes on.
pub struct Walk {
    fault: Rc<RefCell<Option<StorageError>>>,
    _handler: Closure<dyn FnMut(JsValue)>,
}

impl Walk {
    /// Why it was given up, if it was.
    pub fn fault(self) -> Option<StorageError> {
        self.fault.take()
    }
}

struct Next {
    store: IdbObjectStore,
    asked: RefCell<Option<[IdbRequest; 2]>>,
    handler: OnceCell<Function>,
}

impl Next {
    /// Asks for the next keys and values, those in `range`.
    fn ask(&self, range: &JsValue) -> Result<(), StorageError> {
        let keys = self.store.get_all_keys_with_key_and_limit(range, READ_AT_ONCE);
        let values = self.store.get_all_with_key_and_limit(range, READ_AT_ONCE).map_err(StorageError::of)?;
        values.set_onsuccess(self.handler.get());
        self.asked.replace(Some([keys.map_err(StorageError::of)?, values]));
        Ok(())
    }

    /// Hands out what came, and asks for what follows it.
    fn hand_out(
        &self,
        take: &mut impl FnMut(JsValue, JsValue) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let Some(asked) = self.asked.take() else { return Ok(()) };
        let came = super::pairs(&asked)?;
        if let Some((last, _)) = came.last().filter(|_| came.len() == READ_AT_ONCE as usize) {
            let range = IdbKeyRange::lower_bound_with_open(last, true).map_err(StorageError::of)?;
            self.ask(&range)?;
        }
        came.into_iter().try_for_each(|(key, value)| take(key, value))
    }
}
