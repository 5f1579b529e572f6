//! Layer 7: commands as text, parsed and run on a world.
