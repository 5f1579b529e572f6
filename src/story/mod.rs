//! Layer 7: commands as text, parsed and run on a world.
//!
//! A [`Command`] is the only thing that changes a run; each has one canonical line. A [`Story`] is a text of such lines
//! with their times.

pub mod args;
pub mod command;
pub mod error;
pub mod help;
pub mod library;
pub mod load;
pub mod measure;
pub mod parse;
mod plain;
pub mod report;
pub mod run;
pub mod settings;
pub mod token;
pub mod unit;
pub mod words;

pub use command::Command;
pub use error::ParseError;
pub use library::{Example, LIBRARY};
pub use parse::{Line, Step, Story};
pub use run::{Options, Refusal, Runner};
