//! The schemas of everything that the tool decodes, as texts.

mod control;
mod coordinator;
mod metadata;

pub use control::*;
pub use coordinator::{Entry, OFFSETS, SHARE, TRANSACTIONS};
pub use metadata::{Entry as MetadataEntry, METADATA, REMOTE};
