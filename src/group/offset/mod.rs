//! Committed offsets.

/// All committed offsets of all groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Offsets {}
