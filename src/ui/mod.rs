//! Layer 10: the page.
