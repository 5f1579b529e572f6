//! The classic protocol.

/// A classic group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ClassicGroup {}
