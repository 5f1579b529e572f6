//! The files of a partition in a backup: those of the prior that still are what the log holds, and new ones.
//!
//! ```text
//! prior   [ file ][ file ][ file ][ file ]
//! log        start ├────────┤▒▒▒▒▒▒├───────────────┤ end      ▒ compacted since
//! kept    [ file ]                [ file ]                     referenced, also the one that holds the start
//! own             [ segments      ]       [ slice ]            what lies between, cut where the log's segments begin
//! ```
//! A file is kept when the log gives the same bytes for its offsets. Files wholly below the log's start are left out.

use super::contents::Files;
use super::digest::sha256;
use super::indexes;
use super::layout;
use super::link::Link;
use super::manifest::{Change, FileEntry, FileKind, Offset, PartitionEntry};
use super::scan::{Facts, Place, Scan};
use super::store::{self, Store};
use crate::log::Partition;
use crate::log::segment::SegmentError;
use std::rc::Rc;

/// The files of a partition, one after the other.
pub struct Grown<'a> {
    /// The log.
    pub log: &'a Partition,
    /// Its topic and its number.
    pub name: (&'a Rc<str>, i32),
    /// Where new files are kept.
    pub files: &'a mut Files,
    /// Has read the files so far.
    pub scan: Scan,
    /// The files so far.
    pub made: Vec<FileEntry>,
    /// Their indexes.
    pub indexes: Vec<FileEntry>,
    /// Where the last of them ends; `None` without one.
    end: Option<i64>,
    /// Whether the log begins with everything that the prior had of it from its start on.
    pub whole: bool,
}

impl<'a> Grown<'a> {
    /// No file yet.
    pub fn new(log: &'a Partition, name: (&'a Rc<str>, i32), files: &'a mut Files) -> Grown<'a> {
        let scan = Scan::new(log.log_start());
        Grown { log, name, files, scan, made: Vec::new(), indexes: Vec::new(), end: None, whole: false }
    }

    /// Takes the files of `before` that still hold, without reading anything, of a log that only grew since `was`: the log
    /// that the backup was taken of. Whether that is so.
    pub fn share(&mut self, link: &Link, before: &PartitionEntry, was: &Partition) -> bool {
        let same = (was.log_start(), was.end()) == (before.log_start_offset.0, before.log_end_offset.0);
        if !same || !self.log.extends(was) {
            return false;
        }
        self.scan = Scan::of(before, was.max_batch_timestamp());
        let files = before.files.iter().filter(|file| file.kind == FileKind::Log && file.size > 0);
        self.made = files.map(|file| link.refer(file)).collect();
        let bases = self.made.iter().filter_map(|file| file.base_offset);
        let indexes = bases.flat_map(|base| indexes::beside(before, base.0));
        self.indexes = indexes.map(|(_, index)| link.refer(index)).collect();
        self.end = self.made.last().and_then(|file| file.end_offset).map(|end| end.0);
        self.whole = true;
        true
    }

    /// Takes the files of `before` that still hold, with new ones between them. What the store has lost of them is kept
    /// again.
    pub fn keep(
        &mut self,
        link: &Link,
        before: &PartitionEntry,
        store: &dyn Store,
    ) -> Result<(), SegmentError> {
        self.whole = before.log_start_offset.0 <= self.log.log_start();
        if !self.whole {
            return Ok(());
        }
        for file in before.files.iter().filter(|file| file.kind == FileKind::Log && file.size > 0) {
            let (Some(Offset(base)), Some(Offset(end))) = (file.base_offset, file.end_offset) else {
                continue;
            };
            if end <= self.log.log_start() {
                continue;
            }
            match self.holds(file, (base, end), store)? {
                Some(place) => {
                    self.made.push(link.refer(file));
                    self.end = Some(end);
                    for (_, index) in indexes::beside(before, base) {
                        self.indexes.push(link.refer(index));
                        self.files.keep(&indexes::bytes(index.kind, base, &place.indexes()));
                    }
                }
                None => self.whole = false,
            }
        }
        self.whole &= before.log_end_offset.0 <= self.log.end();
        Ok(())
    }

    /// Whether the log gives what the file holds. If so, the scan has read it, and what lies before it.
    fn holds(
        &mut self,
        file: &FileEntry,
        (base, end): (i64, i64),
        store: &dyn Store,
    ) -> Result<Option<Place>, SegmentError> {
        let apart = base <= self.log.log_start() || self.log.is_boundary(base);
        if end > self.log.end() || !apart {
            return Ok(None);
        }
        let live = self.log.bytes_between(base, end);
        if live.len() as u64 == file.size && sha256(&live) == file.sha256 {
            if self.end.map_or(base > self.log.log_start(), |at| at < base) {
                self.own(base)?;
            }
            let place = self.scan.file(base, &live)?;
            if store::file(store, file.sha256, file.size).is_none_or(|stored| stored != live) {
                self.files.keep(&live);
            }
            return Ok(Some(place));
        }
        if base >= self.log.log_start() {
            return Ok(None);
        }
        // The log has dropped batches from the file's beginning.
        let Some(stored) =
            store::file(store, file.sha256, file.size).filter(|bytes| sha256(bytes) == file.sha256)
        else {
            return Ok(None);
        };
        let (mut of_live, mut of_stored) = (self.scan.clone(), self.scan.clone());
        of_live.file(base, &live)?;
        let place = of_stored.file(base, &stored).ok().filter(|_| stored.ends_with(&live));
        let same = place.filter(|_| of_live.digest() == of_stored.digest());
        if same.is_some() {
            self.scan = of_stored;
        }
        Ok(same)
    }

    /// Makes files of what the log holds from the last file up to `to`.
    pub fn own(&mut self, to: i64) -> Result<(), SegmentError> {
        let segments = self.log.segments_between(self.end.unwrap_or(i64::MIN), to);
        let start = self.end.unwrap_or(self.log.log_start());
        for (i, segment) in segments.iter().enumerate() {
            // Compaction may have taken the first batch; the file is named by the log's start then.
            let base = if i == 0 { start.min(segment.base_offset) } else { segment.base_offset };
            let end = segments.get(i + 1).map_or(to, |next| next.base_offset);
            let place = self.scan.file(base, &segment.bytes)?;
            self.add(base, end, &segment.bytes, &place.facts);
            self.indexes.extend(indexes::keep(
                (self.name.0, self.name.1),
                base,
                &place.indexes(),
                self.files,
            ));
        }
        if self.made.last().is_none_or(|last| last.end_offset != Some(Offset(to))) {
            self.add(start, to, &[], &Facts::default());
        }
        self.end = Some(to);
        Ok(())
    }

    fn add(&mut self, base: i64, end: i64, bytes: &[u8], facts: &Facts) {
        let path = layout::log_path(self.name.0, self.name.1, base);
        let file = self.files.add_log(&path, FileKind::Log, bytes, Some((base, end)), facts);
        self.made.push(file);
    }
}

/// What happened to a log since `before`; `whole` as in [`Grown`].
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
