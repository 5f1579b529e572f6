//! The incremental backup: what changed since the last backup of any kind. It needs every link back to its full.

use super::capture::Kind;
use super::manifest::KindName;

/// An incremental backup.
pub const INCREMENTAL: Kind = Kind {
    name: KindName::Incremental,
    letter: 'I',
    builds_on: &[KindName::Full, KindName::Differential, KindName::Incremental],
};
