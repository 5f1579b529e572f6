//! Hooks that touch the browser.

mod away;
mod drop;
mod keys;
mod theme;

pub use away::use_away;
pub use drop::use_drop;
pub use keys::use_space;
pub use theme::{Theme, use_theme};
