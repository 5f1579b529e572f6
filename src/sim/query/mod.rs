//! Read-only questions to a world. None changes anything; each costs at most the size of what it answers.

mod facts;

pub use facts::*;
