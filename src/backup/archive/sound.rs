//! An archive that holds, taken in without being held as one: of its files what was read of them piece by piece, and of
//! those that have to be looked at as a whole their bytes. It only ever says what is in one that is right in every byte.

use super::Import;
use super::check::{self, File};
use super::container::{self, END_BYTES, Found, Header};
use super::open::Container;
use super::stream;
use super::sums::{Sum, Sums};
use crate::backup::store::CHUNK_BYTES_MAX;
use crate::backup::verify::Report;
use crate::base::{Map, Pieces};
use std::borrow::Cow;
use std::ops::Range;

/// The archive's last bytes from its records on, where they lie, and how many records there are.
pub fn directory(archive: &Pieces) -> Option<(Cow<'_, [u8]>, u64, usize)> {
    let length = archive.len();
    let end = archive.get(length.checked_sub(END_BYTES as u64)?..length)?;
    let (place, count) = container::pointed_to(&end, length)?;
    Some((archive.get(place..length)?, place, count))
}

/// Where the bytes of an entry lie.
pub fn place_of(entry: &Header<'_>) -> Range<u64> {
    entry.end() - u64::from(entry.size)..entry.end()
}

/// Takes in `archive`; `None` unless everything holds, and `sums` has all of its files.
pub fn read(archive: &Pieces, sums: &Sums) -> Option<Import> {
    let (tail, _, count) = directory(archive)?;
    let entries = container::listed(&tail, count)?;
    if !container::is_whole(&entries, &tail, archive.len()) {
        return None;
    }
    let seen: Vec<(&Sum, Cow<'_, [u8]>)> =
        entries.iter().map(|entry| seen(archive, entry, sums)).collect::<Option<_>>()?;
    let (mut files, mut logs, mut found) = (Map::new(), Map::new(), Vec::new());
    for (entry, (sum, held)) in entries.iter().zip(&seen) {
        files.insert(entry.name, File::sound(held, entry.size, sum.sha256, sum.crc32));
        logs.extend(sum.log.clone().map(|log| (entry.name, log)));
        found.push(Found { name: entry.name, bytes: held, crc: [Some(entry.crc); 2] });
    }
    let container = Container { entries: found, sound: vec![true; entries.len()] };
    let checked = check::check_read(&container, Report::default(), files, logs, archive.len()).ok()?;
    let places: Map<&str, Range<u64>> = entries.iter().map(|entry| (entry.name, place_of(entry))).collect();
    let chunks = |name: &str| archive.cut(places[name].clone(), CHUNK_BYTES_MAX as u32);
    checked.report.ok().then(|| Import::of(&checked, &chunks))
}

/// What was read of an entry, and its bytes where they are needed; `None` unless its header and its checksum are right.
fn seen<'p, 's>(archive: &'p Pieces, entry: &Header<'_>, sums: &'s Sums) -> Option<(&'s Sum, Cow<'p, [u8]>)> {
    let place = place_of(entry);
    let sum = sums.at(&place).filter(|sum| sum.crc32.0 == entry.crc)?;
    if *archive.get(entry.place.into()..place.start)? != entry.local() {
        return None;
    }
    let held = if stream::is_held(entry.name) { archive.get(place)? } else { Cow::default() };
    // A log that is not sound in itself is not taken for one that was read.
    (sum.log.is_some() || stream::is_held(entry.name)).then_some((sum, held))
}
