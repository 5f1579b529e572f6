//! Kafka's JSON forms.

use std::fmt;
use std::io::{self, BufRead, Write};

/// Why `coordinate` or `answer` stopped.
#[derive(Debug)]
pub enum LineError {
    /// A line that cannot be used.
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// Reading or writing failed.
    Io(io::Error),
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LineError::Line { line, reason } => write!(f, "line {line}: {reason}"),
            LineError::Io(error) => error.fmt(f),
        }
    }
}

impl From<io::Error> for LineError {
    fn from(error: io::Error) -> LineError {
        LineError::Io(error)
    }
}

/// Plays traces: input lines of `vectors/coordinator` in, output lines out.
///
/// # Errors
/// The first line that cannot be used, or a failure to read or write.
pub fn coordinate(input: impl BufRead, output: impl Write) -> Result<(), LineError> {
    let _ = (input, output);
    Ok(())
}
