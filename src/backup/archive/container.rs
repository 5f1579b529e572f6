//! The container: a ZIP of stored entries with no freedom in it. The same entries give the same bytes, so a reader can
//! make the bytes again from what it read and demand equality; whatever a tolerant reading let pass (headers that differ,
//! overlaps, prefixes, trailing bytes, extra fields) fails there.
//!
//! ```text
//! local header   "PK\3\4" 10 0x0800 0 0x00210000 crc size size name-length 0      name  bytes     … one an entry
//! record         "PK\1\2" 0x0314 10 0x0800 0 0x00210000 crc size size name-length 0 0 0 0 0x81a40000 place  name
//! end            "PK\5\6" 0 0 entries entries records-size records-place 0
//! ```
//! Little-endian. Time is 1980-01-01, the first that ZIP knows; the flag says UTF-8; files are `rw-r--r--`.
//! (Not written by the `zip` crate: its bytes change with its version, and archives must be readable for ever. The tests
//! read ours with that crate, with `unzip` and with Python.)

use crate::backup::digest::{Crc32, crc32};
use std::ops::Range;

/// The most entries: what ZIP can count without its 64-bit extension.
pub const ENTRIES_MAX: usize = 65_534;

/// The largest archive: what ZIP can address without its 64-bit extension.
pub const BYTES_MAX: u64 = 0xffff_fffe;

const LOCAL: u32 = 0x0403_4b50;
const RECORD: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Bytes of a local header and of a record, before the name.
const LOCAL_BYTES: usize = 30;
const RECORD_BYTES: usize = 46;
/// Bytes of the end.
pub const END_BYTES: usize = 22;

const VERSION_NEEDED: u16 = 10;
const MADE_BY_UNIX: u16 = 0x0314;
const UTF8: u16 = 0x0800;
const TIME_AND_DATE: u32 = 0x0021_0000;
const REGULAR_FILE: u32 = 0o100_644 << 16;

/// A name and the bytes under it.
pub type Entry<'a> = (&'a str, &'a [u8]);

/// Bytes that an archive has whose entries have these names and so many bytes.
pub fn size<'a>(entries: impl Iterator<Item = (&'a str, usize)>) -> u64 {
    let entry = |(name, size): (&str, usize)| (LOCAL_BYTES + RECORD_BYTES + 2 * name.len() + size) as u64;
    END_BYTES as u64 + entries.map(entry).sum::<u64>()
}

/// An entry whose checksum is known, in pieces.
pub struct Summed<'a, P> {
    /// Its name.
    pub name: &'a str,
    /// The checksum of its bytes.
    pub crc: u32,
    /// Its bytes.
    pub pieces: &'a [P],
}

/// Writes these entries, in this order, piece by piece. There are at most [`ENTRIES_MAX`] of [`BYTES_MAX`] together.
pub fn write<'a>(entries: &'a [Entry<'a>], put: impl FnMut(&[u8])) {
    write_by(entries, &crc32, put);
}

/// The same; `crc` gives the checksum of an entry's bytes.
fn write_by<'a>(entries: &'a [Entry<'a>], crc: &dyn Fn(&[u8]) -> Crc32, mut put: impl FnMut(&[u8])) {
    let summed = |entry: &'a Entry<'a>| Summed {
        name: entry.0,
        crc: crc(entry.1).0,
        pieces: std::slice::from_ref(&entry.1),
    };
    write_summed(entries.iter().map(summed), |part| match part {
        Written::Made(bytes) => put(&bytes),
        Written::Piece(piece) => put(piece),
    });
}

/// A part of an archive as it is written.
pub enum Written<'a, P> {
    /// Of the container's own.
    Made(Vec<u8>),
    /// A piece of an entry.
    Piece(&'a P),
}

/// The same of entries whose checksums are known.
pub fn write_summed<'a, P: AsRef<[u8]> + 'a>(
    entries: impl ExactSizeIterator<Item = Summed<'a, P>>,
    mut put: impl FnMut(Written<'a, P>),
) {
    let (count, mut place) = (entries.len(), 0);
    let mut records = Vec::new();
    for Summed { name, crc, pieces } in entries {
        let size = pieces.iter().map(|piece| piece.as_ref().len()).sum();
        let header = Header { crc, size: narrow(size), name, place };
        put(Written::Made(header.local()));
        pieces.iter().for_each(|piece| put(Written::Piece(piece)));
        place = narrow(header.end() as usize);
        records.extend(header.record());
    }
    let end = end(count, records.len(), place);
    put(Written::Made(records));
    put(Written::Made(end));
}

/// What follows the last entry's bytes: records and end.
pub fn tail(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut last = [Vec::new(), Vec::new()];
    write(entries, |piece| {
        last.swap(0, 1);
        last[1] = piece.to_vec();
    });
    last.concat()
}

/// Bytes of an entry's local header.
pub fn header_size(name: &str) -> usize {
    LOCAL_BYTES + name.len()
}

/// How many bytes a local header has at least that begins with these.
pub fn header_at_least(begin: &[u8]) -> usize {
    match (u32_at(begin, 0), u16_at(begin, 26)) {
        (Some(LOCAL), Some(name)) if begin.len() >= LOCAL_BYTES => LOCAL_BYTES + usize::from(name),
        _ => LOCAL_BYTES,
    }
}

/// How many bytes follow this local header; `None` when it is none.
pub fn size_after(header: &[u8]) -> Option<u32> {
    u32_at(header, 18).filter(|_| u32_at(header, 0) == Some(LOCAL))
}

/// What the container says of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The checksum of its bytes.
    pub crc: u32,
    /// How many there are.
    pub size: u32,
    /// Its name.
    pub name: &'a str,
    /// Where its local header begins.
    pub place: u32,
}

impl Header<'_> {
    /// Where its bytes end.
    pub fn end(&self) -> u64 {
        u64::from(self.place) + header_size(self.name) as u64 + u64::from(self.size)
    }

    /// Its local header.
    pub fn local(&self) -> Vec<u8> {
        let mut out = LOCAL.to_le_bytes().to_vec();
        self.common(&mut out);
        out.extend(self.name.as_bytes());
        out
    }

    fn record(&self) -> Vec<u8> {
        let mut out = RECORD.to_le_bytes().to_vec();
        out.extend(MADE_BY_UNIX.to_le_bytes());
        self.common(&mut out);
        out.extend([0; 6]);
        out.extend(REGULAR_FILE.to_le_bytes());
        out.extend(self.place.to_le_bytes());
        out.extend(self.name.as_bytes());
        out
    }

    fn common(&self, out: &mut Vec<u8>) {
        out.extend(VERSION_NEEDED.to_le_bytes());
        out.extend(UTF8.to_le_bytes());
        out.extend([0; 2]);
        out.extend(TIME_AND_DATE.to_le_bytes());
        out.extend(self.crc.to_le_bytes());
        out.extend(self.size.to_le_bytes());
        out.extend(self.size.to_le_bytes());
        out.extend(u16::try_from(self.name.len()).expect("names are short").to_le_bytes());
        out.extend([0; 2]);
    }
}

fn end(entries: usize, records_size: usize, records_place: u32) -> Vec<u8> {
    let entries = u16::try_from(entries).expect("entries are bounded");
    let mut out = END.to_le_bytes().to_vec();
    out.extend([0; 4]);
    out.extend(entries.to_le_bytes());
    out.extend(entries.to_le_bytes());
    out.extend(narrow(records_size).to_le_bytes());
    out.extend(records_place.to_le_bytes());
    out.extend([0; 2]);
    out
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).expect("archives are bounded")
}

/// An entry as it was found. Nothing about it is checked but that it lies inside the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Its checksums as the two headers say them, where they could be found.
    pub crc: [Option<u32>; 2],
}

/// Whether these entries are all that is in `archive`: those that overlap add up to more.
pub fn fills(found: &[Found<'_>], archive: &[u8]) -> bool {
    size(found.iter().map(|entry| (entry.name, entry.bytes.len()))) == archive.len() as u64
}

/// The entries by walking over local headers from the front, until something else stands there. Also: where that is.
pub fn by_headers(archive: &[u8]) -> (Vec<Found<'_>>, usize) {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((entry, next)) = local_at(archive, at).filter(|_| found.len() < ENTRIES_MAX) {
        found.push(entry);
        at = next;
    }
    (found, at)
}

/// Where the records lie that the end of an archive of `length` bytes points to, and how many there are: `end` are its
/// last bytes, [`END_BYTES`] of them. `None` when that cannot be true.
pub fn pointed_to(end: &[u8], length: u64) -> Option<(u64, usize)> {
    if u32_at(end, 0)? != END {
        return None;
    }
    let (count, place) = (usize::from(u16_at(end, 10)?), u64::from(u32_at(end, 16)?));
    // A record has at least its fixed bytes: a count that cannot be true is not believed.
    (count as u64 <= length.checked_sub(place)? / RECORD_BYTES as u64).then_some((place, count))
}

/// The entries that so many records tell of; `None` when they cannot be read.
pub fn listed(records: &[u8], count: usize) -> Option<Vec<Header<'_>>> {
    let mut listed = Vec::with_capacity(count);
    let mut at = 0;
    for _ in 0..count {
        let name_length = usize::from(u16_at(records, at + 28)?);
        if u32_at(records, at)? != RECORD {
            return None;
        }
        let name =
            std::str::from_utf8(records.get(at + RECORD_BYTES..at + RECORD_BYTES + name_length)?).ok()?;
        let [crc, size, place] = [16, 24, 42].map(|field| u32_at(records, at + field));
        listed.push(Header { crc: crc?, size: size?, name, place: place? });
        at += RECORD_BYTES + name_length;
    }
    Some(listed)
}

/// Whether an archive of `length` bytes, which ends in `tail` from its records on, has these entries one after the other
/// and nothing else.
pub fn is_whole(entries: &[Header<'_>], tail: &[u8], length: u64) -> bool {
    let mut place = 0;
    let mut records = Vec::new();
    for entry in entries {
        if u64::from(entry.place) != place {
            return false;
        }
        place = entry.end();
        records.extend(entry.record());
    }
    if length > BYTES_MAX || entries.len() > ENTRIES_MAX || place + tail.len() as u64 != length {
        return false;
    }
    let size = records.len();
    records.extend(end(entries.len(), size, place as u32));
    records == tail
}

/// The entries by walking over the records that the end of the archive points to; `None` when the walk fails.
pub fn by_records(archive: &[u8]) -> Option<Vec<Found<'_>>> {
    let end = archive.get(archive.len().checked_sub(END_BYTES)?..)?;
    let (place, count) = pointed_to(end, archive.len() as u64)?;
    let found = listed(archive.get(place as usize..)?, count)?.into_iter().map(|header| {
        let start = (header.place as usize).checked_add(header_size(header.name))?;
        let bytes = archive.get(start..start.checked_add(header.size as usize)?)?;
        let crc = [u32_at(archive, header.place as usize + 14), Some(header.crc)];
        Some(Found { name: header.name, bytes, crc })
    });
    found.collect()
}

fn local_at(archive: &[u8], at: usize) -> Option<(Found<'_>, usize)> {
    if u32_at(archive, at)? != LOCAL {
        return None;
    }
    let name_length = usize::from(u16_at(archive, at + 26)?);
    let start = at + LOCAL_BYTES + name_length;
    let name = std::str::from_utf8(archive.get(at + LOCAL_BYTES..start)?).ok()?;
    let end = start.checked_add(u32_at(archive, at + 18)? as usize)?;
    let bytes = archive.get(start..end)?;
    Some((Found { name, bytes, crc: [u32_at(archive, at + 14), None] }, end))
}

/// The name of the entry whose local header begins at `at`, as far as it is there: what a cut archive ends in.
pub fn cut_name(archive: &[u8], at: usize) -> Option<&str> {
    let name_length = usize::from(u16_at(archive, at + 26)?);
    std::str::from_utf8(archive.get(at + LOCAL_BYTES..at + LOCAL_BYTES + name_length)?).ok()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

/// Where an archive lies whose entries are known: what each byte belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The local header of an entry, by its place in the list.
    Header(u32),
    /// An entry's bytes.
    Bytes(u32),
    /// An entry's record.
    Record(u32),
    /// The end.
    End,
    /// What follows the end.
    Beyond,
}

/// Ranges that [`differences`] tells; what differs after them is not looked at.
const DIFFERENCES_MAX: usize = 10_000;

/// The ranges of bytes in which `archive` differs from what these entries would be written as; `crc` gives the checksum of
/// an entry's bytes.
pub fn differences(entries: &[Entry<'_>], crc: &dyn Fn(&[u8]) -> Crc32, archive: &[u8]) -> Vec<Range<u64>> {
    let mut at = 0;
    let mut differ: Vec<Range<u64>> = Vec::new();
    write_by(entries, crc, |expected| {
        let there = archive.get(at..(at + expected.len()).min(archive.len())).unwrap_or_default();
        if there != expected {
            let wrong = |i: &usize| there.get(*i) != expected.get(*i);
            for i in (0..expected.len()).filter(wrong).map(|i| (at + i) as u64) {
                let full = differ.len() >= DIFFERENCES_MAX;
                match differ.last_mut() {
                    Some(last) if last.end == i => last.end += 1,
                    _ if full => break,
                    _ => differ.push(i..i + 1),
                }
            }
        }
        at += expected.len();
    });
    if archive.len() > at {
        differ.push(at as u64..archive.len() as u64);
    }
    differ
}

/// What the byte at `at` belongs to in an archive of these entries.
pub fn part_at(entries: &[Entry<'_>], at: u64) -> Part {
    let mut end = 0;
    for (i, (name, bytes)) in (0..).zip(entries) {
        end += (LOCAL_BYTES + name.len()) as u64;
        if at < end {
            return Part::Header(i);
        }
        end += bytes.len() as u64;
        if at < end {
            return Part::Bytes(i);
        }
    }
    for (i, (name, _)) in (0..).zip(entries) {
        end += (RECORD_BYTES + name.len()) as u64;
        if at < end {
            return Part::Record(i);
        }
    }
    if at < end + END_BYTES as u64 { Part::End } else { Part::Beyond }
}
