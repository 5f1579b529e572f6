//! Layer 5: the world.
