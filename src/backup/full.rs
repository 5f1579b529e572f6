//! The full backup: everything of the cut; it depends on nothing.

use super::capture::Kind;
use super::manifest::KindName;

/// A full backup.
pub const FULL: Kind = Kind { name: KindName::Full, letter: 'F', builds_on: &[] };
