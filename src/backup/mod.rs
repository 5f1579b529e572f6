//! Layer 4: backups. Capture, manifest, catalog, archive bytes, verification, restore.
//!
//! A backup keeps a log's own bytes, so that offsets, flags, headers and timestamps survive and committed offsets need no
//! translation. Nothing here touches storage: a backup, an import or a deletion returns one [`Transaction`], which a
//! store applies whole or not at all, and everything that reads does so through [`Store`].
//!
//! # The way of a backup
//! [`capture()`] a [`Snapshot`] → [`Transaction`] → a store → [`archive::write`] → a file → [`verify_file`] →
//! [`archive::read`] → [`Transaction`] → a store → [`plan()`] → [`Plan`] with its [`RestoredState`] → [`undo`].
//!
//! # Chains
//! A [`Kind`] says what a backup builds on: nothing, the last full, the last of any kind. Every manifest lists the complete
//! state, each file with the backup that keeps it; a slice of a log is itself a segment, so the files of a chain put
//! together are a partition's folder. What is remembered of the [`Past`] between two backups lies in the later one, and a
//! [`Chain`] says which moments it reaches. [`Expiry`] says what may go.
//!
//! # Promises
//! 1. A backup is complete or invisible: one atomic write of manifest and catalog makes it exist.
//! 2. Any change of any stored byte is detected, and the file that holds it is named.
//! 3. A restore verifies first; when something is wrong it gives an error and no state.
//! 4. Equal state gives equal bytes: export, import, export is identical.
//! 5. Nothing that a backup needs is deleted before it, and the last full stays whatever a rule says (only who names it
//!    may delete it).
//! 6. A moment that cannot be reached is refused with those that can.

pub mod archive;
pub mod capture;
pub mod catalog;
pub mod digest;
pub mod kept;
pub mod label;
pub mod link;
pub mod manifest;
pub mod offsets;
pub mod past;
pub mod plan;
pub mod restore;
pub mod retention;
pub mod snapshot;
pub mod store;
pub mod verify;

mod contents;
mod delete;
mod differential;
mod full;
mod grown;
mod held;
mod history;
mod incremental;
mod indexes;
mod layout;
mod leaving;
mod moment;
mod planner;
mod prepare;
mod scan;
mod selection;
mod take;
mod transactions;

pub use capture::{Captured, Kind, Options, Refusal};
pub use catalog::{Catalog, CatalogEntry};
pub use delete::{delete, garbage};
pub use digest::Digest;
pub use label::Label;
pub use link::{Chain, Link};
pub use manifest::Manifest;
pub use moment::{restored_at, restored_with};
pub use past::Past;
pub use plan::{MapRun, Outcome, Place, Plan, PlanRow, Request, Strategy};
pub use planner::{plan, undo};
pub use prepare::{Preparation, Prepared};
pub use restore::{Gone, RestoreError, RestoredGroup, RestoredState, RestoredTopic, restored};
pub use retention::{Expiry, Fate, Rules};
pub use selection::Selection;
pub use snapshot::{GroupSnapshot, Known, Lineage, OffsetSnapshot, Snapshot, TopicSnapshot};
pub use store::{ChunkKey, Contents, MemoryStore, Step, Store, StoreError, Transaction};
pub use take::capture;
pub use transactions::Ending;
pub use verify::{
    FileBytes, Finding, Memo, Progress, Report, Verification, broken_links, verify, verify_each, verify_file,
};

/// Every kind of backup.
pub const ALL: &[Kind] = &[full::FULL, incremental::INCREMENTAL, differential::DIFFERENTIAL];
