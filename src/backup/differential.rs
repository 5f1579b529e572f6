//! The differential backup: what changed since the last full. It needs that full and nothing else.

use super::capture::Kind;
use super::manifest::KindName;

/// A differential backup.
pub const DIFFERENTIAL: Kind =
    Kind { name: KindName::Differential, letter: 'D', builds_on: &[KindName::Full] };
