//! Layer 4: capture, manifest, archive bytes, verify, restore.
