//! From the world to the views: one file a view, pure functions that read.

pub(super) mod inspector;
pub(super) mod measures;
pub(super) mod stage;
pub(super) mod time;
