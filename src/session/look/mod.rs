//! From the run to the views: one file a view, pure functions that read.

pub(super) mod backups;
pub(super) mod happened;
pub(super) mod inspector;
pub(super) mod measures;
pub(super) mod stage;
pub(super) mod story;
pub(super) mod time;
