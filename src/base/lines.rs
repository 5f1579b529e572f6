//! Input that comes as JSON lines: numbered, bounded, and stopped at the first line that cannot be used.

use serde_json::Value;
use std::fmt;
use std::io::{self, BufRead, Read};

/// The longest line that is read, in bytes.
pub const LINE_MAX: u64 = 64 << 20;

/// Why the reading of lines stopped.
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

impl std::error::Error for LineError {}

impl From<io::Error> for LineError {
    fn from(error: io::Error) -> LineError {
        LineError::Io(error)
    }
}

/// Why one line cannot be used, and failures to write what it causes.
pub enum Trouble {
    /// The line is wrong.
    Reason(String),
    /// Writing failed.
    Io(io::Error),
}

impl From<String> for Trouble {
    fn from(reason: String) -> Trouble {
        Trouble::Reason(reason)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Io(error)
    }
}

/// Gives each line that is not blank to `take`, as JSON.
///
/// # Errors
/// The first line that is too long, is not JSON, or that `take` refuses; a failure to read or write.
pub fn each_json(
    mut input: impl BufRead,
    mut take: impl FnMut(Value) -> Result<(), Trouble>,
) -> Result<(), LineError> {
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let read = input.by_ref().take(LINE_MAX + 1).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(());
        }
        let refuse = |reason: String| LineError::Line { line, reason };
        if read as u64 > LINE_MAX {
            return Err(refuse(format!("longer than {LINE_MAX} bytes")));
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let value = serde_json::from_slice(&bytes).map_err(|error| refuse(format!("not JSON: {error}")))?;
        take(value).map_err(|trouble| match trouble {
            Trouble::Reason(reason) => refuse(reason),
            Trouble::Io(error) => LineError::Io(error),
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_cannot_be_used_is_named() {
        for (input, message) in [
            ("{}\n\n{}", "none"),
            ("{}\n\nno", "line 3: not JSON: expected ident at line 1 column 2"),
            ("{}\n7\n", "line 2: not an object"),
        ] {
            let taken = each_json(input.as_bytes(), |value| match value.is_object() {
                true => Ok(()),
                false => Err(String::from("not an object").into()),
            });
            assert_eq!(taken.map_or_else(|e| e.to_string(), |()| "none".into()), message);
        }
    }
}
