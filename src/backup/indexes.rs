//! The indexes beside the files of a log. They follow from its batches: a broker takes them as they are or makes them
//! again, a restore never looks at them, a verification holds them against the log.

use super::contents::Files;
use super::layout;
use super::manifest::{FileEntry, FileKind, PartitionEntry};
use crate::log::side::index::{self, Indexes};

const KINDS: [FileKind; 2] = [FileKind::OffsetIndex, FileKind::TimeIndex];

/// What an index of the log's file from `base` on has to say.
pub fn bytes(kind: FileKind, base: i64, indexes: &Indexes) -> Vec<u8> {
    match kind {
        FileKind::OffsetIndex => index::write_offsets(base, &indexes.offsets),
        _ => index::write_times(base, &indexes.times),
    }
}

/// Keeps the indexes of a new file: both, an empty one too, as `kafka-dump-log.sh` reads a time index through the offset
/// index beside it, and fails without. None when neither says anything.
pub fn keep(name: (&str, i32), base: i64, indexes: &Indexes, files: &mut Files) -> Vec<FileEntry> {
    let made = KINDS.map(|kind| (kind, bytes(kind, base, indexes)));
    if made.iter().all(|(_, bytes)| bytes.is_empty()) {
        return Vec::new();
    }
    let mut add = |(kind, bytes): (FileKind, Vec<u8>)| {
        files.add(&layout::beside(name.0, name.1, base, kind), kind, &bytes)
    };
    made.map(&mut add).to_vec()
}

/// The indexes that `of` names of its file from `base` on, with their numbers among its files.
pub fn beside(of: &PartitionEntry, base: i64) -> impl Iterator<Item = (u32, &FileEntry)> {
    let paths = KINDS.map(|kind| (kind, layout::beside(&of.topic, of.id, base, kind)));
    let named =
        move |file: &FileEntry| paths.iter().any(|(kind, path)| *kind == file.kind && **path == *file.path);
    (0..).zip(&of.files).filter(move |(_, file)| named(file))
}
