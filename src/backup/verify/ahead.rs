//! A log's file that is opened before it is its turn, so that its digest is made meanwhile: nothing is judged of it yet.

use super::files::Source;
use super::reading::Reading;
use crate::backup::manifest::FileEntry;
use std::ops::Range;

/// The largest file that is opened so: larger ones are hashed part by part, when it is their turn.
const AHEAD_BYTES_MAX: u64 = 64 << 20;

/// Such a file, without the scan of those before it.
pub struct Ahead<'a> {
    /// Its partition and its number in there, as in the manifest.
    pub place: (u32, u32),
    /// The number of what was opened.
    pub number: u32,
    /// How far it is.
    pub reading: Reading<'a>,
}

/// Whether a file is opened so, where digests of so many bytes as `outside` are made elsewhere.
pub fn is_due(file: &FileEntry, outside: &Range<u64>) -> bool {
    outside.contains(&file.size) && file.size <= AHEAD_BYTES_MAX
}

impl<'a> Ahead<'a> {
    /// Opens a file of the backup `label`, if it is there.
    pub fn open(
        (place, number): ((u32, u32), u32),
        file: &FileEntry,
        label: &str,
        source: &dyn Source<'a>,
        outside: &Range<u64>,
    ) -> Option<Ahead<'a>> {
        let loaded = source.load(file.reference.as_deref().unwrap_or(label), file)?;
        let plain = loaded.sums.is_none() && loaded.read.is_none();
        plain.then(|| Ahead { place, number, reading: Reading::new(loaded, None, outside) })
    }
}
