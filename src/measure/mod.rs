//! Layer 6: what a run cost, read from its trace.
