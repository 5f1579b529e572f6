//! The lines of `rejoin assign`.
