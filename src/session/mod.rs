//! Layer 9: everything a user can do and see, without a browser: commands in, views out.

pub mod view;
