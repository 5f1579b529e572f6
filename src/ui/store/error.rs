//! Why something was not stored, or not read.

use crate::ui::i18n::{fill, t};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DomException;

/// Why something was not stored, or not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorageError {
    /// The browser has no storage for this page: a private window, a sandboxed frame, or a person who refused it.
    Unavailable,
    /// The browser gives no more space.
    Quota,
    /// Another page writes; this one may only read.
    ReadOnly,
    /// Another page has written since the backups were loaded.
    Stale,
    /// A page of a newer version has changed the database.
    Newer,
    /// The connection broke, again and again. What the browser said.
    Lost(Rc<str>),
    /// Something else. What the browser said.
    Failed(Rc<str>),
}

impl StorageError {
    /// What an exception of the browser means.
    pub(super) fn of(thrown: JsValue) -> StorageError {
        let Some(exception) = thrown.dyn_ref::<DomException>() else {
            return StorageError::Failed(format!("{thrown:?}").into());
        };
        let said: Rc<str> = format!("{}: {}", exception.name(), exception.message()).into();
        match &*exception.name() {
            "QuotaExceededError" => StorageError::Quota,
            "SecurityError" => StorageError::Unavailable,
            "VersionError" => StorageError::Newer,
            "InvalidStateError" | "UnknownError" | "TransactionInactiveError" => StorageError::Lost(said),
            _ => StorageError::Failed(said),
        }
    }

    /// A sentence for the person.
    pub fn text(&self) -> Rc<str> {
        let t = t();
        match self {
            StorageError::Unavailable => t.store_unavailable.into(),
            StorageError::Quota => t.store_quota.into(),
            StorageError::ReadOnly => t.store_read_only.into(),
            StorageError::Stale => t.store_stale.into(),
            StorageError::Newer => t.store_newer.into(),
            StorageError::Lost(said) => fill(t.store_lost, &[said]).into(),
            StorageError::Failed(said) => fill(t.store_failed, &[said]).into(),
        }
    }
}
