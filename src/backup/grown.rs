//! What of a prior backup's log files still is what the log holds.
//!
//! ```text
//! prior   [ file ][ file ][ file ]
//! log        start ├──────────────────┤ end
//! kept    [ file ][ file ][ file ]                 referenced, also the one that holds the start
//! own                             [ slice ]        from the last kept end on
//! ```
//! A file is kept when the log gives the same bytes for its offsets. The first that differs ends that: everything from
//! there on is written again. Files wholly below the log's start are left out.

use super::contents::Files;
use super::digest::sha256;
use super::link::Link;
use super::manifest::{Change, FileEntry, FileKind, Offset, PartitionEntry};
use super::scan::Scan;
use super::store::{self, Store};
use crate::log::Partition;
use crate::log::segment::SegmentError;

/// The files that still hold.
#[derive(Default)]
pub struct Kept {
    /// As references.
    pub files: Vec<FileEntry>,
    /// Where the last of them ends; `None` without one.
    pub end: Option<i64>,
    /// Whether the log begins with everything that the prior had of it from its start on.
    pub whole: bool,
}

/// The same, without reading anything, of a log that only grew since `was`: the log that the backup was taken of. `None` when
/// that is not so.
pub fn shared(
    log: &Partition,
    link: &Link,
    before: &PartitionEntry,
    was: &Partition,
    scan: &mut Scan,
) -> Option<Kept> {
    let same = (was.log_start(), was.end()) == (before.log_start_offset.0, before.log_end_offset.0);
    if !same || !log.extends(was) {
        return None;
    }
    *scan = Scan::of(before, was.max_batch_timestamp());
    let files = before.files.iter().filter(|file| file.kind == FileKind::Log && file.size > 0);
    let files: Vec<FileEntry> = files.map(|file| link.refer(file)).collect();
    let end = files.last().and_then(|file| file.end_offset).map(|end| end.0);
    Some(Kept { files, end, whole: true })
}

/// The files of `before` that still hold; `scan` has read them afterwards. What the store has lost of them is put into
/// `files` again.
pub fn kept(
    log: &Partition,
    link: &Link,
    before: &PartitionEntry,
    store: &dyn Store,
    files: &mut Files,
    scan: &mut Scan,
) -> Result<Kept, SegmentError> {
    let mut kept = Kept { whole: before.log_start_offset.0 <= log.log_start(), ..Kept::default() };
    if !kept.whole {
        return Ok(kept);
    }
    for file in before.files.iter().filter(|file| file.kind == FileKind::Log && file.size > 0) {
        let (Some(Offset(base)), Some(Offset(end))) = (file.base_offset, file.end_offset) else { continue };
        if end <= log.log_start() {
            continue;
        }
        if !holds(log, file, (base, end), store, files, scan)? {
            kept.whole = false;
            break;
        }
        kept.files.push(link.refer(file));
        kept.end = Some(end);
    }
    kept.whole &= before.log_end_offset.0 <= log.end();
    Ok(kept)
}

/// Whether the log gives what the file holds. If so, `scan` has read it.
fn holds(
    log: &Partition,
    file: &FileEntry,
    (base, end): (i64, i64),
    store: &dyn Store,
    files: &mut Files,
    scan: &mut Scan,
) -> Result<bool, SegmentError> {
    if end > log.end() {
        return Ok(false);
    }
    let live = log.bytes_between(base, end);
    if live.len() as u64 == file.size && sha256(&live) == file.sha256 {
        scan.file(base, &live)?;
        if store::file(store, file.sha256, file.size).is_none_or(|stored| stored != live) {
            files.keep(&live);
        }
        return Ok(true);
    }
    if base >= log.log_start() {
        return Ok(false);
    }
    // The log has dropped batches from the file's beginning.
    let Some(stored) =
        store::file(store, file.sha256, file.size).filter(|bytes| sha256(bytes) == file.sha256)
    else {
        return Ok(false);
    };
    let (mut of_live, mut of_stored) = (scan.clone(), scan.clone());
    of_live.file(base, &live)?;
    let sound = stored.ends_with(&live) && of_stored.file(base, &stored).is_ok();
    if sound && of_live.digest() == of_stored.digest() {
        *scan = of_stored;
        return Ok(true);
    }
    Ok(false)
}

/// What happened to a log since `before`; `whole` as in [`Kept`].
pub fn change(log: &Partition, before: &PartitionEntry, whole: bool) -> Change {
    if !whole {
        Change::Rewritten
    } else if log.log_start() > before.log_start_offset.0 {
        Change::HeadTrimmed
    } else if log.end() > before.log_end_offset.0 {
        Change::Appended
    } else {
        Change::Unchanged
    }
}
