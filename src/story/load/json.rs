//! JSON Lines: a line that is a JSON value is a record. It is read only to be checked and to find the key and the time;
//! the value keeps the line's own bytes.

use super::report::Report;
use super::{Give, Options, Place, text};
use crate::log::Record;
use serde::de::IgnoredAny;
use serde_json::Value;

/// Whether a line is one JSON value.
pub(super) fn is_json(line: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

pub(super) fn read(bytes: (&[u8], usize), options: &Options, place: &mut Place, give: &mut Give) {
    text::each(bytes, place, |report, number, line| {
        if line.is_empty() {
            report.empty += 1;
        } else if !text::too_long(line, number, report) {
            match record(line, number, options, report) {
                Ok(record) => give(report, number, record),
                Err(error) => report.refuse(number, format!("not JSON: {}", reason(&error))),
            }
        }
    });
}

fn record(line: &[u8], number: u64, options: &Options, report: &mut Report) -> serde_json::Result<Record> {
    if options.key.is_none() && options.time.is_none() {
        serde_json::from_slice::<IgnoredAny>(line)?;
        return Ok(Record::new(options.timestamp_ms, None, Some(line)));
    }
    let value: Value = serde_json::from_slice(line)?;
    let key = options.key.map(|name| field(&value, name));
    report.keyless += u64::from(key == Some(None));
    let mut timestamp_ms = options.timestamp_ms;
    if let Some(name) = options.time {
        let said = field(&value, name);
        timestamp_ms = report.timestamp(number, said.as_deref().map(str::as_bytes), timestamp_ms);
    }
    Ok(Record::new(timestamp_ms, key.flatten().as_deref().map(str::as_bytes), Some(line)))
}

/// The text of a field: a string's content, any other value as JSON. `None` when it is absent or null.
fn field(value: &Value, name: &str) -> Option<String> {
    let within = || name.split('.').try_fold(value, |value, part| value.get(part));
    match value.get(name).or_else(within)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// What serde_json says, with its column; the line it counts is always 1.
fn reason(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at column ")
}
