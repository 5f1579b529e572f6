//! Opening a container that may be damaged: what is in it, and where it is not what the writer would have written.

use super::ImportError;
use super::container::{self, Entry, Found, Part};
use super::sums::Sums;
use crate::backup::digest::{Crc32, crc32};
use crate::backup::layout::{CATALOG, FORMAT, FORMAT_TEXT, SUMS};
use crate::backup::verify::{Finding, Report};
use crate::base::Set;

/// Where our first entry may begin in a file that something was put before.
const PREFIX_SEARCHED: usize = 1 << 16;

/// The entries of an archive.
#[derive(Clone, Debug)]
pub struct Container<'a> {
    /// As they were found, in order.
    pub entries: Vec<Found<'a>>,
    /// Whether an entry's bytes have the checksum that the container says, for each of `entries`.
    pub sound: Vec<bool>,
}

/// Opens `archive`. What is wrong with the container itself goes into `report`; entries whose bytes are wrong are only
/// marked.
///
/// # Errors
/// [`ImportError::NotAnArchive`] and [`ImportError::TooLarge`].
pub fn open<'a>(archive: &'a [u8], sums: &Sums, report: &mut Report) -> Result<Container<'a>, ImportError> {
    if archive.len() as u64 > container::BYTES_MAX {
        return Err(ImportError::TooLarge { bytes: archive.len() as u64, at_most: container::BYTES_MAX });
    }
    // Entries that overlap are not even read.
    let records = container::by_records(archive).filter(|found| container::fills(found, archive));
    let crc = |bytes: &[u8]| sums.get(archive, bytes).map_or_else(|| crc32(bytes), |sum| sum.crc32);
    if let Some(why) = not_ours(archive, records.as_deref()) {
        return Err(ImportError::NotAnArchive(why.to_owned()));
    }
    let records = records.map(|found| Candidate::new(found, &crc, archive));
    if let Some(whole) = records.as_ref().filter(|candidate| candidate.differ.is_empty()) {
        let entries = whole.found.clone();
        return Ok(Container { sound: vec![true; entries.len()], entries });
    }
    let (found, end) = container::by_headers(archive);
    let headers = Candidate::new(found, &crc, archive);
    let best = match records {
        Some(records) if records.rank() <= headers.rank() => (records, None),
        _ => (headers, Some(end)),
    };
    Ok(best.0.diagnose(archive, best.1, report))
}

fn as_entries<'a>(found: &'a [Found<'a>]) -> impl Iterator<Item = Entry<'a>> {
    found.iter().map(|entry| (entry.name, entry.bytes))
}

/// Why this is not one of ours at all.
fn not_ours(archive: &[u8], records: Option<&[Found<'_>]>) -> Option<&'static str> {
    if archive.is_empty() {
        return Some("it is empty");
    }
    let mut start = Vec::new();
    container::write(&[(FORMAT, FORMAT_TEXT.as_bytes())], |piece| start.extend_from_slice(piece));
    start.truncate(container::header_size(FORMAT) + FORMAT_TEXT.len());
    let compared = start.len().min(archive.len());
    let differ = start.iter().zip(archive).filter(|(a, b)| a != b).count();
    let begins_like_ours = differ <= compared / 5;
    let names_ours = |found: &[Found<'_>]| {
        let ours = found.iter().filter(|entry| [FORMAT, SUMS, CATALOG].contains(&entry.name));
        ours.count() > 1
    };
    if begins_like_ours || records.is_some_and(names_ours) || prefix(archive).is_some() {
        return None;
    }
    Some(if archive.starts_with(b"PK") { "it is a ZIP of something else" } else { "it is not even a ZIP" })
}

/// How many bytes stand before our first entry.
fn prefix(archive: &[u8]) -> Option<usize> {
    let name = FORMAT_TEXT.split(' ').next().expect("the format has a name");
    let searched = &archive[..archive.len().min(PREFIX_SEARCHED)];
    let text = searched.windows(name.len()).position(|window| window == name.as_bytes())?;
    text.checked_sub(container::header_size(FORMAT))
}

/// One reading of an archive.
struct Candidate<'a> {
    found: Vec<Found<'a>>,
    differ: Vec<std::ops::Range<u64>>,
}

impl<'a> Candidate<'a> {
    fn new(found: Vec<Found<'a>>, crc: &dyn Fn(&[u8]) -> Crc32, archive: &[u8]) -> Candidate<'a> {
        let entries: Vec<Entry<'_>> = as_entries(&found).collect();
        let differ = container::differences(&entries, crc, archive);
        Candidate { found, differ }
    }

    /// Smaller is better: bytes that differ, then names that the list of digests has and this reading has not.
    fn rank(&self) -> (u64, u64) {
        let sums =
            self.found.iter().find(|entry| entry.name == SUMS).map(|entry| entry.bytes).unwrap_or_default();
        let names: Set<&str> = self.found.iter().map(|entry| entry.name).collect();
        let sums = String::from_utf8_lossy(sums);
        let listed = sums.lines().filter_map(|line| line.get(66..));
        // Without the list itself every name is missing.
        let missing = listed.filter(|name| !names.contains(name)).count() as u64;
        let missing = if names.contains(SUMS) { missing } else { u64::MAX };
        (self.differ.iter().map(|range| range.end - range.start).sum(), missing)
    }

    /// Tells where the container is not what it should be. `end` is where the walk over the headers stopped, if that is
    /// how this reading came about.
    fn diagnose(self, archive: &[u8], end: Option<usize>, report: &mut Report) -> Container<'a> {
        let entries: Vec<Entry<'_>> = as_entries(&self.found).collect();
        let has_crc = |entry: &Found<'_>| entry.crc.contains(&Some(crc32(entry.bytes).0));
        let sound: Vec<bool> = self.found.iter().map(has_crc).collect();
        if let Some(cut) = end.and_then(|end| cut(&entries, archive, end)) {
            report.add(cut);
        } else {
            for range in &self.differ {
                if let Some(finding) = finding_at(&entries, &sound, range.start, archive.len() as u64) {
                    report.add(finding);
                }
            }
        }
        Container { entries: self.found, sound }
    }
}

/// What is wrong at a range that differs; `None` where it only follows from an entry's bytes.
fn finding_at(entries: &[Entry<'_>], sound: &[bool], at: u64, length: u64) -> Option<Finding> {
    let name = |i: u32| entries[i as usize].0;
    let is_sound = |i: u32| sound[i as usize];
    let what = match container::part_at(entries, at) {
        Part::Header(i) if is_sound(i) => {
            (name(i), format!("has a damaged header in the archive (byte {at})"))
        }
        Part::Record(i) if is_sound(i) => {
            (name(i), format!("has a damaged record in the archive's directory (byte {at})"))
        }
        Part::Header(_) | Part::Record(_) => return None,
        Part::Bytes(i) => (name(i), format!("is not in its place (byte {at})")),
        Part::End => ("The archive's end", format!("is damaged (byte {at})")),
        Part::Beyond => ("The archive", format!("goes on after its end ({} bytes)", length - at)),
    };
    Some(Finding::new(what.0, what.1))
}

/// Why an archive whose headers end at `end` has no beginning or no end; `None` when what stands there is its directory,
/// more or less.
fn cut(entries: &[Entry<'_>], archive: &[u8], end: usize) -> Option<Finding> {
    let length = archive.len();
    let rest = &archive[end..];
    let tail = container::tail(entries);
    let differ = tail.iter().zip(rest).filter(|(a, b)| a != b).count();
    let like_directory = differ <= tail.len().min(rest.len()) / 4;
    let what = if let Some(before @ 1..) = prefix(archive) {
        format!("has {before} bytes before its beginning")
    } else if like_directory && rest.len() >= tail.len() {
        return None;
    } else if like_directory && !rest.is_empty() {
        format!("is cut: it ends after {length} bytes, inside its directory")
    } else if rest.is_empty() {
        format!("is cut: it ends after {length} bytes, between two files")
    } else if b"PK\x03\x04".starts_with(&rest[..rest.len().min(4)]) {
        let inside = container::cut_name(archive, end).unwrap_or("the header of a file");
        format!("is cut: it ends after {length} bytes, inside {inside}")
    } else {
        format!("is damaged at byte {end}: no file begins there")
    };
    Some(Finding::new("The archive", what))
}
