//! CSV: a header row names the columns, each row after it is a record whose value is the row's own bytes.

use super::super::error::nearest;
use super::report::{LoadError, Report, shown};
use super::{BOM, Give, Options, Place, text};
use crate::log::Record;
use csv::{ByteRecord, ReaderBuilder};

/// What the header row says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) names: Vec<Vec<u8>>,
    delimiter: u8,
    key: Option<usize>,
    time: Option<usize>,
}

impl Header {
    /// Finds the columns that were asked for.
    pub(super) fn read(bytes: &[u8], options: &Options) -> Result<Header, LoadError> {
        let first = text::lines(bytes).find(|line| !line.is_empty()).ok_or(LoadError::NoHeader)?;
        let delimiter = delimiter(first);
        let mut row = ByteRecord::new();
        let read = reader(bytes, delimiter).read_byte_record(&mut row);
        if !matches!(read, Ok(true)) {
            return Err(LoadError::NoHeader);
        }
        let names: Vec<Vec<u8>> = row.iter().map(<[u8]>::to_vec).collect();
        let find = |name: Option<&str>| name.map(|name| column(&names, name)).transpose();
        let (key, time) = (find(options.key)?, find(options.time)?);
        Ok(Header { names, delimiter, key, time })
    }
}

fn column(names: &[Vec<u8>], name: &str) -> Result<usize, LoadError> {
    names.iter().position(|column| column == name.as_bytes()).ok_or_else(|| {
        let texts: Vec<String> = names.iter().map(|column| shown(column)).collect();
        let near = nearest(name, texts.iter().map(String::as_str)).map(Into::into);
        LoadError::NoColumn(name.into(), texts.join(", ").into(), near)
    })
}

/// The separator of columns: the one of comma, semicolon and tab that a header row has most of.
pub(super) fn delimiter(header: &[u8]) -> u8 {
    let count = |mark: u8| header.iter().filter(|&&byte| byte == mark).count();
    [b';', b'\t', b','].into_iter().max_by_key(|&mark| count(mark)).unwrap_or(b',')
}

fn reader(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes)
}

pub(super) fn read(
    (bytes, until): (&[u8], usize),
    header: &Header,
    options: &Options,
    place: &mut Place,
    give: &mut Give,
) {
    let begin = place.at;
    let mut reader = reader(&bytes[begin..], header.delimiter);
    let mut row = ByteRecord::new();
    let mut is_header = begin == 0;
    // What looks like a byte order mark is one at the beginning of what is read: so nothing begins there.
    while place.at < until || bytes[place.at..].starts_with(BOM) {
        // In memory and without a promise of UTF-8 or of equal lengths, reading cannot fail.
        if !matches!(reader.read_byte_record(&mut row), Ok(true)) {
            let _ = trim(&bytes[place.at..], &mut place.line, &mut place.report);
            place.at = bytes.len();
            return;
        }
        let end = begin + reader.position().byte() as usize;
        let raw = trim(&bytes[place.at..end], &mut place.line, &mut place.report);
        let (number, report) = (place.line, &mut place.report);
        place.line += text::ends(raw) + 1;
        place.at = end;
        // After a row that ends in CR LF the reader stands between the two.
        if bytes[..end].ends_with(b"\r") && bytes.get(end) == Some(&b'\n') {
            place.at += 1;
        }
        if std::mem::take(&mut is_header) || text::too_long(raw, number, report) {
            continue;
        }
        if row.len() < header.names.len() {
            let (has, needs) = (row.len(), header.names.len());
            report.refuse(number, format!("too few columns: {has} where the header has {needs}"));
            continue;
        }
        let mut timestamp_ms = options.timestamp_ms;
        if let Some(column) = header.time {
            timestamp_ms = report.timestamp(number, row.get(column), timestamp_ms);
        }
        let key = header.key.and_then(|column| row.get(column));
        give(report, number, Record::new(timestamp_ms, key, Some(raw)));
    }
}

/// A row's bytes without the empty lines before it (which are counted) and its own line end.
fn trim<'a>(mut raw: &'a [u8], line: &mut u64, report: &mut Report) -> &'a [u8] {
    while let Some(rest) = raw.strip_prefix(b"\r\n").or_else(|| raw.strip_prefix(b"\n")) {
        raw = rest;
        *line += 1;
        report.empty += 1;
    }
    let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
    raw.strip_suffix(b"\r").unwrap_or(raw)
}
