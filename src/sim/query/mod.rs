//! Read-only questions to a world. None changes anything; each costs at most the size of what it answers.

mod consumers;
mod facts;
mod groups;
mod partitions;
mod settings;
mod share;

pub use facts::*;
pub use share::{AcquiredFacts, SharePartitionFacts, ShareRangeFacts, ShareState};
