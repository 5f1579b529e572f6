//! The files of a partition in a backup: those of the prior that still are what the log holds, and new ones.
//!
//! ```text
//! prior   [ file ][ file ][ file ][ file ]
//! log        start ├────────┤▒▒▒▒▒▒├───────────────┤ end      ▒ compacted since
//! kept    [ file ]                [ file ]                     referenced, also the one that holds the start
//! own             [ segments      ]       [ slice ]            what lies between, cut where the log's segments begin
//! ```
//! A file is kept when the log gives the same bytes for its offsets. Files wholly below the log's start are left out.

use super::contents::{self, Files};
use super::digest::{Crc32, Digest};
use super::held::{Around, Held, Look};
use super::indexes;
use super::layout;
use super::link::Link;
use super::manifest::{Change, FileEntry, FileKind, Offset, PartitionEntry};
use super::scan::{Facts, Scan};
use super::store::{CHUNK_BYTES_MAX, Store};
use super::verify::reading::{FileBytes, Loaded, PART_BYTES, Progress, Reading};
use crate::base::Pieces;
use crate::log::segment::SegmentError;
use crate::log::{Partition, Span};
use std::ops::Range;
use std::rc::Rc;

/// The files of a partition, one after the other.
pub struct Grown {
    log: Partition,
    /// Its topic and its number.
    name: (Rc<str>, i32),
    /// What new files hold.
    files: Files,
    /// Has read the files so far.
    scan: Scan,
    /// The files so far.
    made: Vec<FileEntry>,
    /// Their indexes.
    indexes: Vec<FileEntry>,
    /// Where the last of them ends; `None` without one.
    end: Option<i64>,
    /// See [`Made::whole`].
    whole: bool,
    /// Files of the prior that are still to be looked at, the next one last; and where its log ended.
    prior: Vec<Held>,
    prior_end: i64,
    /// Files to be made, the next one last; and up to where they go.
    todo: Vec<New>,
    to: Option<i64>,
    /// Those that come after the prior's are.
    last: bool,
    now: Option<Making>,
    /// As in [`Reading::new`].
    outside: Range<u64>,
}

/// The files of a partition, all of them.
#[derive(Clone)]
pub struct Made {
    /// The log that they are files of.
    pub log: Partition,
    /// The files.
    pub list: Vec<FileEntry>,
    /// Their indexes.
    pub indexes: Vec<FileEntry>,
    /// What those of them hold that are new.
    pub files: Files,
    /// Has read them.
    pub scan: Scan,
    /// Whether the log begins with everything that the prior had of it from its start on.
    pub whole: bool,
}

/// A file to be made: its batches, and the offsets that it covers.
struct New {
    span: Span,
    base: i64,
    end: i64,
}

/// A file under way.
enum Making {
    /// Its batches are written one after the other, cut where a store cuts files; where to go on.
    Writing(New, Cut, i64),
    /// They are read.
    Reading(New, Box<Reading<'static>>),
}

/// Bytes that are cut into chunks as they come: a file is never held as one beside its chunks.
#[derive(Default)]
struct Cut {
    chunks: Vec<Rc<[u8]>>,
    open: Vec<u8>,
}

impl Cut {
    /// Cuts off what is there of whole chunks.
    fn cut(&mut self) {
        let whole = self.open.len() / CHUNK_BYTES_MAX * CHUNK_BYTES_MAX;
        self.chunks.extend(self.open[..whole].chunks(CHUNK_BYTES_MAX).map(Rc::from));
        self.open.drain(..whole);
    }

    fn size(&self) -> u64 {
        (self.chunks.len() * CHUNK_BYTES_MAX + self.open.len()) as u64
    }

    /// All of them.
    fn done(mut self) -> Pieces {
        self.chunks.push(self.open.into());
        Pieces::new(self.chunks)
    }
}

impl Grown {
    /// No file yet.
    pub fn new(log: &Partition, name: (&Rc<str>, i32)) -> Grown {
        Grown {
            log: log.clone(),
            name: (name.0.clone(), name.1),
            files: Files::default(),
            scan: Scan::new(log.log_start()),
            made: Vec::new(),
            indexes: Vec::new(),
            end: None,
            whole: false,
            prior: Vec::new(),
            prior_end: log.end(),
            todo: Vec::new(),
            to: None,
            last: false,
            now: None,
            outside: 0..0,
        }
    }

    /// All files.
    pub fn done(self) -> Made {
        let Grown { log, made, indexes, files, scan, whole, .. } = self;
        Made { log, list: made, indexes, files, scan, whole }
    }

    /// Takes the files of `before` that still hold, without reading anything, of a log that only grew since `was`: the log
    /// that the backup was taken of. Whether that is so.
    pub fn share(&mut self, link: &Link, before: &PartitionEntry, was: &Partition) -> bool {
        let same = (was.log_start(), was.end()) == (before.log_start_offset.0, before.log_end_offset.0);
        if !same || !self.log.extends(was) {
            return false;
        }
        self.scan = Scan::of(before, was.max_batch_timestamp());
        let logs: Vec<&FileEntry> = before.files.iter().filter(|file| file.kind == FileKind::Log).collect();
        // The log may have grown where files without a batch are the last: then others end elsewhere.
        let held = logs.iter().rposition(|file| file.size > 0).map_or(0, |last| last + 1);
        self.made = logs[..held].iter().map(|file| link.refer(file)).collect();
        let bases = self.made.iter().filter(|file| file.size > 0).filter_map(|file| file.base_offset);
        let indexes = bases.flat_map(|base| indexes::beside(before, base.0));
        self.indexes = indexes.map(|(_, index)| link.refer(index)).collect();
        self.end = self.made.last().and_then(|file| file.end_offset).map(|end| end.0);
        self.whole = true;
        true
    }

    /// Takes the files of `before` that still hold, with new ones between them. What the store has lost of them is kept
    /// again.
    pub fn keep(&mut self, link: &Link, before: &PartitionEntry) {
        self.whole = before.log_start_offset.0 <= self.log.log_start();
        if self.whole {
            self.prior = Held::all(link, before, self.log.log_start());
            self.prior_end = before.log_end_offset.0;
        }
    }

    /// Digests of files with so many bytes as `outside` are asked for.
    pub fn ask(&mut self, outside: Range<u64>) {
        self.outside = outside;
    }

    /// Begins to make files of what the log holds from the last file up to `to`.
    fn begin(&mut self, to: i64) {
        let spans = self.log.spans_between(self.end.unwrap_or(i64::MIN), to);
        let start = self.start();
        let ends = spans.iter().skip(1).map(|next| next.base_offset).chain([to]);
        let new = |(i, (span, end)): (usize, (&Span, i64))| {
            // Compaction may have taken the first batch; the file is named by the log's start then.
            let base = if i == 0 { start.min(span.base_offset) } else { span.base_offset };
            New { span: *span, base, end }
        };
        self.todo = spans.iter().zip(ends).enumerate().map(new).collect();
        self.todo.reverse();
        self.to = Some(to);
    }

    /// Where the next file begins.
    fn start(&self) -> i64 {
        self.end.unwrap_or(self.log.log_start())
    }

    /// Looks at a part of a file of the prior, or makes a part of a new one.
    ///
    /// # Errors
    /// The log gives a batch that is not sound; it is of no further use then.
    pub fn step(&mut self, store: &dyn Store) -> Result<Progress, SegmentError> {
        self.now = match self.now.take() {
            None => match self.todo.pop() {
                None => return self.turn(store),
                Some(new) => {
                    let at = new.span.from;
                    Some(Making::Writing(new, Cut::default(), at))
                }
            },
            Some(Making::Writing(new, mut cut, at)) => {
                let at = self.log.write_between((at, new.span.to), PART_BYTES as u64, &mut cut.open);
                cut.cut();
                if at < new.span.to {
                    Some(Making::Writing(new, cut, at))
                } else {
                    let (size, bytes) = (cut.size(), FileBytes::Pieces(cut.done()));
                    let loaded = Loaded { bytes, size, sums: None, read: None };
                    let scan = Some((self.scan.clone(), new.base));
                    Some(Making::Reading(new, Box::new(Reading::new(loaded, scan, &self.outside))))
                }
            }
            Some(Making::Reading(new, mut reading)) => match (reading.step(), reading.sums()) {
                (Progress::Done, Some(sums)) => {
                    self.add(&new, &reading, sums)?;
                    None
                }
                (progress, _) => {
                    self.now = Some(Making::Reading(new, reading));
                    return Ok(progress);
                }
            },
        };
        Ok(Progress::More)
    }

    /// Nothing is being made: the next file of the prior, or what comes after all of them.
    fn turn(&mut self, store: &dyn Store) -> Result<Progress, SegmentError> {
        if let Some(to) = self.to.take() {
            self.close(to);
        }
        let Some(mut held) = self.prior.pop() else {
            if self.last {
                return Ok(Progress::Done);
            }
            self.last = true;
            self.whole &= self.prior_end <= self.log.end();
            self.begin(self.log.end());
            return Ok(Progress::More);
        };
        let around = Around { log: &self.log, scan: &self.scan, outside: &self.outside, store };
        match held.step(&around, &mut self.files)? {
            Look::Goes(progress) => {
                self.prior.push(held);
                return Ok(progress);
            }
            Look::Follows(base) => {
                self.prior.push(held);
                if self.end.map_or(base > self.log.log_start(), |at| at < base) {
                    self.begin(base);
                }
            }
            Look::Holds(found) => {
                let (scan, made) = *found;
                let (file, end, indexes) = held.entries(&made);
                self.scan = scan;
                self.made.push(file);
                self.end = Some(end);
                for (index, bytes) in indexes {
                    self.indexes.push(index);
                    self.files.keep(&bytes);
                }
            }
            Look::Differs => self.whole = false,
        }
        Ok(Progress::More)
    }

    /// Files are made up to `to`: one without a batch, where there is none.
    fn close(&mut self, to: i64) {
        if self.made.last().is_none_or(|last| last.end_offset != Some(Offset(to))) {
            let (range, path) =
                ((self.start(), to), layout::log_path(&self.name.0, self.name.1, self.start()));
            let file = self.files.add_log(&path, FileKind::Log, &[], Some(range), &Facts::default());
            self.made.push(file);
        }
        self.end = Some(to);
    }

    fn add(&mut self, new: &New, reading: &Reading<'_>, sums: (Digest, Crc32)) -> Result<(), SegmentError> {
        let place = reading.place().map_err(Clone::clone)?.expect("a log is scanned");
        if let FileBytes::Pieces(pieces) = reading.lies() {
            (0..).zip(pieces.iter()).for_each(|(i, chunk)| self.files.chunk(sums.0, i, chunk.clone()));
        }
        let path = layout::log_path(&self.name.0, self.name.1, new.base);
        let (size, range) = (reading.size(), Some((new.base, new.end)));
        self.made.push(contents::log_entry(&path, FileKind::Log, (size, sums), range, &place.facts));
        let name = (&*self.name.0, self.name.1);
        self.indexes.extend(indexes::keep(name, new.base, &place.indexes(), &mut self.files));
        self.scan = reading.scan().expect("a log is scanned").clone();
        Ok(())
    }

    /// Bytes that files were made of, as far as one can tell.
    pub fn progress(&self) -> u64 {
        let made: u64 = self.made.iter().map(|file| file.size).sum();
        let now = match &self.now {
            None => self.prior.last().map_or(0, Held::progress),
            Some(Making::Writing(_, cut, _)) => cut.size() / 4,
            Some(Making::Reading(_, reading)) => (reading.size() + 3 * reading.read()) / 4,
        };
        made + now
    }

    /// The bytes whose digest is wanted, after [`Progress::Hash`].
    pub fn to_hash(&self) -> Option<&FileBytes<'static>> {
        match &self.now {
            Some(Making::Reading(_, reading)) => Some(reading.lies()),
            Some(_) => None,
            None => self.prior.last()?.to_hash(),
        }
    }

    /// The digest that was wanted.
    pub fn hashed(&mut self, digest: Digest) {
        match &mut self.now {
            Some(Making::Reading(_, reading)) => reading.hashed(digest),
            Some(_) => {}
            None => self.prior.last_mut().into_iter().for_each(|held| held.hashed(digest)),
        }
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
