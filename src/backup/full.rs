//! The full backup: everything of the cut; it depends on nothing.

use super::capture::{Captured, Kind, Options, Refusal};
use super::manifest::KindName;
use super::snapshot::Snapshot;
use super::store::Store;

/// A full backup.
pub const FULL: Kind = Kind { name: KindName::Full, letter: 'F', capture };

fn capture(_snapshot: &Snapshot<'_>, _options: &Options, _store: &dyn Store) -> Result<Captured, Refusal> {
    todo!("lands next")
}
