//! Layer 2: assignors, pure functions.
