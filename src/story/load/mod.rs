//! Files become records: text, CSV, JSON Lines, and the segments of a broker.
//!
//! A line's own bytes are the record's value, whatever their encoding: nothing is converted. A line that cannot be used
//! is named and counted, never dropped in silence. Everything that can refuse a file as a whole is looked at before the
//! first record is given out.
//!
//! | format | a record is | key and time |
//! |---|---|---|
//! | text | a line | none |
//! | csv | a row after the header row; quoted fields may hold line ends | a column, by its name in the header |
//! | jsonl | a line that is a JSON value | a field of the object, `a.b` for one within another |
//! | segment | what a `.log` file of a broker holds: batches as they are | its own, with its offsets |

mod csv;
mod json;
mod report;
pub mod segment;
mod text;
pub mod time;

pub use report::{BadLine, LINES_NAMED_MAX, LoadError, Report};

use super::command::{LOAD_RECORDS_MAX, LoadFormat};
use crate::base::limit::LOAD_BYTES_MAX;
use crate::log::Record;
use crate::log::record::RECORD_BYTES_MAX;
use std::rc::Rc;

/// Bytes of one line.
pub const LINE_BYTES_MAX: usize = 1 << 20;
/// A zero byte among so many first ones means that the file is no text.
const BINARY_BYTES: usize = 8 << 10;
/// Bytes that are looked at to guess the format.
const GUESS_BYTES: usize = 64 << 10;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What a person chose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// The file's name: its ending tells the format.
    pub name: &'a str,
    /// The format; `None`: by name, else by content.
    pub format: Option<LoadFormat>,
    /// The column or field whose text is the key.
    pub key: Option<&'a str>,
    /// The column or field whose time is the timestamp.
    pub time: Option<&'a str>,
    /// The timestamp of records that have none of their own, in milliseconds since 1970.
    pub timestamp_ms: i64,
}

/// A file that can be read: its format is known, its columns were found.
#[derive(Debug)]
pub struct Source<'a> {
    /// What was found of it.
    pub opened: Opened,
    bytes: &'a [u8],
    options: Options<'a>,
}

/// What was found of a file before it is read.
#[derive(Clone, Debug)]
pub struct Opened {
    /// How it is read.
    pub format: LoadFormat,
    bom: bool,
    header: Option<Rc<csv::Header>>,
}

/// How far a file of lines is read.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where the next line begins, and its number.
    at: usize,
    line: u64,
    /// What was found up to there.
    pub report: Report,
}

impl<'a> Source<'a> {
    /// Looks at a file as a whole.
    ///
    /// # Errors
    /// [`LoadError`]: too large, binary, too many lines, or without the columns that were asked for.
    pub fn open(bytes: &'a [u8], options: Options<'a>) -> Result<Source<'a>, LoadError> {
        if bytes.len() as u64 > LOAD_BYTES_MAX {
            return Err(LoadError::TooLarge(bytes.len() as u64));
        }
        if options.format == Some(LoadFormat::Segment)
            || options.format.is_none() && segment::looks_like(bytes)
        {
            segment::check(bytes, &options)?;
            let opened = Opened { format: LoadFormat::Segment, bom: false, header: None };
            return Ok(Source { opened, bytes, options });
        }
        if let Some(at) = bytes.iter().take(BINARY_BYTES).position(|&byte| byte == 0) {
            return Err(LoadError::Binary(at as u64));
        }
        let lines = text::ends(bytes);
        if lines > LOAD_RECORDS_MAX {
            return Err(LoadError::TooManyLines(lines));
        }
        let bom = bytes.starts_with(BOM);
        let bytes = after_bom(bytes);
        let format = options.format.unwrap_or_else(|| guess(options.name, bytes));
        if format == LoadFormat::Text && (options.key.is_some() || options.time.is_some()) {
            return Err(LoadError::NoColumns);
        }
        let header = match format {
            LoadFormat::Csv => Some(Rc::new(csv::Header::read(bytes, &options)?)),
            _ => None,
        };
        Ok(Source { opened: Opened { format, bom, header }, bytes, options })
    }

    /// The same file, that was opened before, with the same options.
    pub fn again(bytes: &'a [u8], options: Options<'a>, opened: Opened) -> Source<'a> {
        Source { opened, bytes: after_bom(bytes), options }
    }

    /// Columns of a CSV file, by their names; of another none.
    pub fn columns(&self) -> &[Vec<u8>] {
        self.opened.header.as_ref().map_or(&[], |header| &header.names)
    }

    /// Gives out all records of lines in order, and says what was found.
    pub fn read(&self, mut record: impl FnMut(Record)) -> Report {
        let mut place = self.begin();
        while self.read_part(&mut place, self.bytes.len(), &mut record) {}
        place.report
    }

    /// Nothing is read yet.
    pub fn begin(&self) -> Place {
        let Opened { format, bom, .. } = self.opened;
        Place { at: 0, line: 1, report: Report { format, bom, ..Report::default() } }
    }

    /// Gives out the records of the next lines in order: of so many bytes, and what the last line has more. Whether there
    /// are further ones.
    pub fn read_part(&self, place: &mut Place, bytes: usize, mut record: impl FnMut(Record)) -> bool {
        let until = self.bytes.len().min(place.at + bytes);
        let mut give = |report: &mut Report, line: u64, new: Record| {
            if new.payload_bytes() > u64::from(RECORD_BYTES_MAX) {
                return report
                    .refuse(line, format!("with its key more than {RECORD_BYTES_MAX} bytes (1 MiB)"));
            }
            report.records += 1;
            record(new);
        };
        let (bytes, options) = ((self.bytes, until), &self.options);
        match (self.opened.format, &self.opened.header) {
            (LoadFormat::Csv, Some(header)) => csv::read(bytes, header, options, place, &mut give),
            (LoadFormat::JsonLines, _) => json::read(bytes, options, place, &mut give),
            _ => text::read(bytes, options, place, &mut give),
        }
        place.at < self.bytes.len()
    }
}

/// A file without its byte order mark.
fn after_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BOM).unwrap_or(bytes)
}

/// Takes the record of a line and counts it.
type Give<'a> = dyn FnMut(&mut Report, u64, Record) + 'a;

/// The format of a file: by the ending of its name, else by its first lines.
fn guess(name: &str, bytes: &[u8]) -> LoadFormat {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    match ending.as_str() {
        "csv" | "tsv" => return LoadFormat::Csv,
        "jsonl" | "ndjson" => return LoadFormat::JsonLines,
        "txt" | "log" | "text" => return LoadFormat::Text,
        _ => {}
    }
    let head = &bytes[..bytes.len().min(GUESS_BYTES)];
    let whole = bytes.len() <= GUESS_BYTES;
    let mut lines: Vec<&[u8]> = text::lines(head).filter(|line| !line.is_empty()).take(11).collect();
    if !whole && lines.len() < 11 {
        lines.pop();
    }
    if !lines.is_empty() && lines.iter().all(|line| line.starts_with(b"{") && json::is_json(line)) {
        return LoadFormat::JsonLines;
    }
    let columns = |line: &&[u8]| line.iter().filter(|&&byte| byte == csv::delimiter(lines[0])).count();
    let like_first = lines.first().map(columns).filter(|&count| count > 0);
    if lines.len() > 1 && like_first.is_some_and(|count| lines.iter().all(|line| columns(line) == count)) {
        return LoadFormat::Csv;
    }
    LoadFormat::Text
}

#[cfg(test)]
mod tests;
