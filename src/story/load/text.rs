//! Text: a line is a record.

use super::report::Report;
use super::{Give, LINE_BYTES_MAX, Options, Place};
use crate::log::Record;

/// Lines without their ends (LF or CR LF). What follows the last end is a line too, unless it is empty.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || next(&mut rest))
}

fn next<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    if rest.is_empty() {
        return None;
    }
    let end = rest.iter().position(|&byte| byte == b'\n');
    let line = &rest[..end.unwrap_or(rest.len())];
    *rest = end.map_or(&[], |end| &rest[end + 1..]);
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

/// Gives out the lines from `place` up to `until`, with their numbers.
pub(super) fn each(
    (bytes, until): (&[u8], usize),
    place: &mut Place,
    mut line: impl FnMut(&mut Report, u64, &[u8]),
) {
    let mut rest = &bytes[place.at..];
    while place.at < until
        && let Some(next) = next(&mut rest)
    {
        line(&mut place.report, place.line, next);
        place.line += 1;
        place.at = bytes.len() - rest.len();
    }
}

/// How many line ends there are: eight bytes at a time, as nobody waits for a look at each of a large file.
pub(super) fn ends(bytes: &[u8]) -> u64 {
    const LOW: u64 = u64::from_ne_bytes([0x7f; 8]);
    let (words, rest) = bytes.as_chunks();
    // The high bit of each byte that is none is set, and so are all other bits.
    let of = |word: &[u8; 8]| {
        let differ = u64::from_ne_bytes(*word) ^ u64::from_ne_bytes([b'\n'; 8]);
        (((differ & LOW) + LOW) | differ | LOW).count_zeros()
    };
    let rest = rest.iter().filter(|&&byte| byte == b'\n').count() as u64;
    words.iter().map(|word| u64::from(of(word))).sum::<u64>() + rest
}

/// Whether a line is too long for a record; then it is named.
pub(super) fn too_long(line: &[u8], number: u64, report: &mut Report) -> bool {
    let long = line.len() > LINE_BYTES_MAX;
    if long {
        report.refuse(number, format!("{} bytes, more than {LINE_BYTES_MAX} (1 MiB)", line.len()));
    }
    long
}

pub(super) fn read(bytes: (&[u8], usize), options: &Options, place: &mut Place, give: &mut Give) {
    each(bytes, place, |report, number, line| {
        if line.is_empty() {
            report.empty += 1;
        } else if !too_long(line, number, report) {
            give(report, number, Record::new(options.timestamp_ms, None, Some(line)));
        }
    });
}
