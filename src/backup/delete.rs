//! Deleting a backup.

use super::capture::Refusal;
use super::store::{Store, Transaction};

/// The transaction that deletes the backup `label`, with the chunks that no other backup names.
///
/// # Errors
/// [`Refusal::Needed`] when another backup builds on it, [`Refusal::UnknownLabel`] when there is none.
pub fn delete(_label: &str, _store: &dyn Store) -> Result<Transaction, Refusal> {
    todo!("lands next")
}
