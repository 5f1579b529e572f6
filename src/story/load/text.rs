//! Text: a line is a record.

use super::report::Report;
use super::{Give, LINE_BYTES_MAX, Options};
use crate::log::Record;

/// Lines without their ends (LF or CR LF). What follows the last end is a line too, unless it is empty.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.iter().position(|&byte| byte == b'\n');
        let line = &rest[..end.unwrap_or(rest.len())];
        rest = end.map_or(&[], |end| &rest[end + 1..]);
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    })
}

/// Whether a line is too long for a record; then it is named.
pub(super) fn too_long(line: &[u8], number: u64, report: &mut Report) -> bool {
    let long = line.len() > LINE_BYTES_MAX;
    if long {
        report.refuse(number, format!("{} bytes, more than {LINE_BYTES_MAX} (1 MiB)", line.len()));
    }
    long
}

pub(super) fn read(bytes: &[u8], options: &Options, report: &mut Report, give: &mut Give) {
    for (number, line) in (1..).zip(lines(bytes)) {
        if line.is_empty() {
            report.empty += 1;
        } else if !too_long(line, number, report) {
            give(report, number, Record::new(options.timestamp_ms, None, Some(line)));
        }
    }
}
