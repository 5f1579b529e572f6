//! One backup's files against its manifest, read a part at a time.

use super::ahead::{Ahead, is_due};
use super::committed::{Commits, folder};
use super::judge::Judge;
use super::reading::{FileBytes, Loaded, Progress, Reading};
use super::tasks::{Task, tasks};
use super::{Finding, Report};
use crate::backup::contents::small_files;
use crate::backup::digest::{Crc32, Digest, sha256};
use crate::backup::indexes;
use crate::backup::layout;
use crate::backup::manifest::{FileEntry, FileKind, Manifest, PartitionEntry};
use crate::backup::scan::{Facts, Scan};
use crate::backup::transactions;
use crate::base::{Map, small};
use crate::log::producers::Account;
use crate::log::side::index::Indexes;
use std::ops::Range;

/// Where files come from.
pub trait Source<'a> {
    /// A file of the backup `keeper`; `None` when it is not there.
    fn load(&self, keeper: &str, file: &FileEntry) -> Option<Loaded<'a>>;
}

/// What was read of partitions, file by file: a backup that shares them with one before need not read them again.
#[derive(Default)]
pub struct Memo {
    /// By the log's start and the files so far.
    after: Map<Digest, Read>,
}

/// A log's file that was read and is the right one.
pub struct Read {
    /// Its size.
    pub size: u64,
    /// Its checksum.
    pub crc32: Crc32,
    /// What its batches say.
    pub facts: Facts,
    /// Its indexes.
    indexes: Indexes,
    /// What was read up to its end.
    scan: Scan,
}

/// What stands for the files of a log up to the one at `place`; `before` for those before it.
fn key(before: Digest, place: &str, file: &FileEntry) -> Digest {
    let base = file.base_offset.map_or(0, |base| base.0).to_be_bytes();
    sha256(&[&before.0[..], &file.sha256.0, &base, place.as_bytes()].concat())
}

/// Verifies all files that `manifest` names.
pub fn check<'a>(manifest: &Manifest, source: &dyn Source<'a>, memo: &mut Memo, report: &mut Report) {
    let mut check = Check::new(manifest, 0..0);
    while check.step(manifest, source, memo, report) != Progress::Done {}
}

/// The verification of all files that a manifest names: each step reads a part of one.
pub struct Check<'a> {
    /// What is to be done; the next is the last.
    todo: Vec<Task>,
    /// What is being read, with the number of the file.
    now: Option<(Task, u32, Reading<'a>)>,
    /// Files of logs whose digests are made elsewhere and that were not opened yet, the next one last; and what was opened of
    /// them before its turn.
    due: Vec<(u32, u32)>,
    ahead: Vec<Ahead<'a>>,
    /// The number of the one whose digest is wanted, unless it is that of the file that is read.
    wanted: Option<u32>,
    /// Counts the files that were opened.
    opened: u32,
    /// Where the findings of each partition begin, in the order in which they are verified.
    found: Vec<(u32, usize)>,
    outside: Range<u64>,
    /// The log of the partition under way, and whether all of its files were sound.
    scan: Scan,
    whole: bool,
    /// What stands for its files so far.
    read: Digest,
    /// The file of it that was read last, when it was sound: where it begins, and its indexes.
    indexes: Option<(i64, Indexes)>,
    /// The files that tell of its producers, as they have to be; once its log was read.
    producers: Vec<(String, FileKind, Vec<u8>)>,
    commits: Commits,
    small: Option<[(FileKind, Vec<u8>); 4]>,
    /// Bytes of the files that are done.
    done: u64,
}

/// Whoever makes digests elsewhere has files of so many bytes to work on, or one alone; and so many files at most.
const ASKED_BYTES_MAX: u64 = 32 << 20;
const AHEAD_MAX: usize = 16;

/// A file of a partition.
fn file_at(manifest: &Manifest, (partition, file): (u32, u32)) -> &FileEntry {
    &manifest.partitions[partition as usize].files[file as usize]
}

/// What stands for the files of a partition's log before the first.
fn nothing_read(partition: &PartitionEntry) -> Digest {
    sha256(&partition.log_start_offset.0.to_be_bytes())
}

/// What stands for the log's files up to this one.
fn key_after(read: Digest, manifest: &Manifest, file: &FileEntry) -> Digest {
    let keeper = file.reference.as_ref().unwrap_or(&manifest.label);
    key(read, &layout::in_archive(keeper, &file.path), file)
}

impl<'a> Check<'a> {
    /// Nothing is read yet. Digests of files with so many bytes as `outside` are asked for, those of others made here.
    pub fn new(manifest: &Manifest, outside: Range<u64>) -> Check<'a> {
        let mut todo = tasks(manifest, &|file| is_due(file, &outside));
        todo.reverse();
        let log = |task: &Task| if let Task::Log(p, f) = task { Some((*p, *f)) } else { None };
        let due = |place: &(u32, u32)| is_due(file_at(manifest, *place), &outside);
        Check {
            due: todo.iter().filter_map(log).filter(due).collect(),
            todo,
            now: None,
            ahead: Vec::new(),
            wanted: None,
            opened: 0,
            found: Vec::new(),
            outside,
            scan: Scan::new(0),
            whole: true,
            read: Digest([0; 32]),
            indexes: None,
            producers: Vec::new(),
            commits: Commits::default(),
            small: None,
            done: 0,
        }
    }

    /// Bytes that were read so far.
    pub fn read_bytes(&self) -> u64 {
        self.done + self.now.as_ref().map_or(0, |(.., reading)| reading.read())
    }

    /// The bytes whose digest is wanted, and the file's number.
    pub fn to_hash(&self) -> Option<(u32, &FileBytes<'a>)> {
        match self.ahead.iter().find(|ahead| self.wanted == Some(ahead.number)) {
            Some(ahead) => Some((ahead.number, ahead.reading.lies())),
            None => self.now.as_ref().map(|(_, number, reading)| (*number, reading.lies())),
        }
    }

    /// The digest that was wanted of the file with this number.
    pub fn hashed(&mut self, number: u32, digest: Digest) {
        let ahead = self.ahead.iter_mut().map(|ahead| (ahead.number, &mut ahead.reading));
        let mut open = self.now.iter_mut().map(|(_, number, reading)| (*number, reading)).chain(ahead);
        if let Some((_, reading)) = open.find(|(of, _)| *of == number) {
            reading.hashed(digest);
        }
    }

    /// Does a little: half a mebibyte is read. Always with the same manifest and source.
    pub fn step(
        &mut self,
        manifest: &Manifest,
        source: &dyn Source<'a>,
        memo: &mut Memo,
        report: &mut Report,
    ) -> Progress {
        let mut judge = Judge { manifest, report };
        // Whoever makes digests has the next file before it is done with this one.
        self.wanted = None;
        if let Some(progress) = self.open_ahead(manifest, source, memo) {
            return progress;
        }
        if let Some((task, number, mut reading)) = self.now.take() {
            let progress = reading.step();
            if progress == Progress::Done {
                self.done += reading.size();
                self.finish(task, &reading, memo, &mut judge);
                return Progress::More;
            }
            self.now = Some((task, number, reading));
            return match progress {
                Progress::Waits => self.step_ahead(),
                _ => progress,
            };
        }
        let Some(task) = self.todo.pop() else { return Progress::Done };
        match task {
            Task::Partition(partition) => {
                self.found.push((partition, judge.report.findings.len()));
                self.begin(manifest, partition);
            }
            Task::Totals(partition) => self.end(partition, &mut judge),
            Task::Transactions(partition) => {
                if let Some(account) = self.account() {
                    judge.transactions(&manifest.partitions[partition as usize], account);
                }
            }
            Task::Partitions => self.sort(judge.report),
            Task::Committed => self.commits.judge(&mut judge),
            _ => self.open(task, source, memo, &mut judge),
        }
        Progress::More
    }

    /// Opens the next file of a log whose digest is made elsewhere, unless enough is asked for; its digest is wanted then.
    fn open_ahead(&mut self, manifest: &Manifest, source: &dyn Source<'a>, memo: &Memo) -> Option<Progress> {
        let place = *self.due.last().filter(|_| self.ahead.len() < AHEAD_MAX)?;
        let ahead = self.ahead.iter().map(|ahead| ahead.reading.asked()).sum::<u64>();
        let asked = ahead + self.now.as_ref().map_or(0, |(.., reading)| reading.asked());
        if asked > 0 && asked + file_at(manifest, place).size > ASKED_BYTES_MAX {
            return None;
        }
        self.due.pop();
        let partition = &manifest.partitions[place.0 as usize];
        let file = file_at(manifest, place);
        let first = self.todo.iter().any(|task| matches!(task, Task::Partition(p) if *p == place.0));
        let read = if first { nothing_read(partition) } else { self.read };
        let plain = !transactions::says_anything(manifest, partition);
        if plain && memo.after.contains_key(&key_after(read, manifest, file)) {
            return None;
        }
        self.opened += 1;
        let place = (place, self.opened);
        let mut ahead = Ahead::open(place, file, &manifest.label, source, &self.outside)?;
        let progress = ahead.reading.step();
        self.wanted = Some(ahead.number);
        self.ahead.push(ahead);
        Some(progress)
    }

    /// Files that were opened so are summed.
    fn step_ahead(&mut self) -> Progress {
        let mut steps = self.ahead.iter_mut().map(|ahead| ahead.reading.step());
        let any = steps.any(|progress| progress == Progress::More);
        if any { Progress::More } else { Progress::Waits }
    }

    /// What was found is told in the order of the manifest's partitions, whatever they were verified in.
    fn sort(&self, report: &mut Report) {
        let mut parts: Vec<(u32, Vec<Finding>)> = Vec::new();
        for (partition, from) in self.found.iter().rev() {
            parts.push((*partition, report.findings.split_off(*from)));
        }
        small::sort_by_key(&mut parts, |(partition, _)| *partition);
        report.findings.extend(parts.into_iter().flat_map(|(_, found)| found));
    }

    fn begin(&mut self, manifest: &Manifest, partition: u32) {
        let partition = &manifest.partitions[partition as usize];
        self.scan = Scan::new(partition.log_start_offset.0);
        self.scan.account = transactions::says_anything(manifest, partition).then(Account::default);
        self.whole = true;
        self.read = nothing_read(partition);
    }

    /// The partition's log was read.
    fn end(&mut self, partition: u32, judge: &mut Judge<'_>) {
        let partition = &judge.manifest.partitions[partition as usize];
        if self.whole {
            judge.totals(partition, &self.scan);
        }
        let expected =
            |of: &Account| transactions::expected(&partition.topic, partition.id, &partition.files, of);
        self.producers = self.account().map_or(Vec::new(), expected);
    }

    /// What the partition's batches say of their producers, when all of them were sound.
    fn account(&self) -> Option<&Account> {
        self.scan.account.as_ref().filter(|_| self.whole)
    }

    /// What a file that tells of producers has to be.
    fn told(&self, file: &FileEntry) -> Option<&[u8]> {
        self.producers.iter().find(|(path, ..)| **path == *file.path).map(|(_, _, bytes)| &**bytes)
    }

    fn open(&mut self, task: Task, source: &dyn Source<'a>, memo: &Memo, judge: &mut Judge<'_>) {
        let Some(file) = task.file(judge.manifest) else { return };
        if matches!(task, Task::Producers(..)) && self.whole && self.told(file).is_none() {
            judge.found(file, "tells of nothing that the log has".to_owned());
            return;
        }
        let mut ahead = None;
        if let Task::Log(p, f) = task {
            let at = self.ahead.iter().position(|ahead| ahead.place == (p, f));
            ahead = at.map(|at| self.ahead.remove(at));
            self.indexes = None;
            self.read = key_after(self.read, judge.manifest, file);
            // Who follows transactions needs the batches themselves.
            if self.scan.account.is_none()
                && let Some(known) = memo.after.get(&self.read)
            {
                // It is only held against this manifest.
                judge.known(file, known);
                self.scan = known.scan.clone();
                self.indexes = file.base_offset.map(|base| (base.0, known.indexes.clone()));
                self.done += known.size;
                return;
            }
        }
        let scan = match task {
            Task::Log(..) => Some(self.scan.clone()),
            Task::Offsets(_) => Some(self.commits.scans.get(folder(file)).cloned().unwrap_or(Scan::new(0))),
            _ => None,
        };
        let scan = scan.map(|scan| (scan, file.base_offset.map_or(0, |base| base.0)));
        if let Some(Ahead { number, reading, .. }) = ahead {
            judge.loaded(reading.size());
            self.now = Some((task, number, reading.after(scan)));
            return;
        }
        match judge.load(file, source) {
            Some(loaded) => {
                self.opened += 1;
                self.now = Some((task, self.opened, Reading::new(loaded, scan, &self.outside)));
            }
            None => match task {
                Task::Log(..) => self.whole = false,
                Task::Offsets(_) => self.commits.broken = true,
                _ => {}
            },
        }
    }

    /// A file was read to its end.
    fn finish(&mut self, task: Task, reading: &Reading<'a>, memo: &mut Memo, judge: &mut Judge<'_>) {
        let manifest = judge.manifest;
        let Some(file) = task.file(manifest) else { return };
        let right = judge.sums(file, reading);
        // What a wrong file says of itself must not be held against those that follow.
        let scan = reading.scan().filter(|_| right).cloned();
        match task {
            Task::Log(..) => {
                let sound = judge.batches(file, reading, right);
                self.whole &= sound;
                if let Some(scan) = scan {
                    self.scan = scan;
                }
                if let (true, Ok(Some(place)), Some((_, crc32))) = (sound, reading.place(), reading.sums()) {
                    let mut scan = self.scan.clone();
                    scan.account = None;
                    let (size, facts, indexes) = (reading.size(), place.facts.clone(), place.indexes());
                    self.indexes = file.base_offset.map(|base| (base.0, indexes.clone()));
                    memo.after.insert(self.read, Read { size, crc32, facts, indexes, scan });
                }
            }
            Task::Offsets(_) => {
                let sound = judge.batches(file, reading, right);
                self.commits.broken |= !sound;
                if let Some(scan) = scan {
                    self.commits.scans.insert(folder(file).into(), scan);
                }
                if sound {
                    self.commits.add(file, &reading.bytes(), judge);
                }
            }
            // Without its log, whose damage is told already, nobody can say what has to be in it.
            Task::Producers(..) => judge.derived(file, reading, right, self.told(file)),
            Task::Index(..) => {
                let made = self.indexes.as_ref().map(|(base, of)| indexes::bytes(file.kind, *base, of));
                judge.derived(file, reading, right, made.as_deref());
            }
            Task::Beside(partition, _) => {
                let expected = judge.beside(&manifest.partitions[partition as usize], file.kind);
                judge.derived(file, reading, right, Some(expected.as_bytes()));
            }
            _ => {
                let made = || small_files(&manifest.topics, &manifest.partitions, &manifest.groups);
                let small = self.small.get_or_insert_with(made);
                if let Some((_, expected)) = small.iter().find(|(kind, _)| *kind == file.kind) {
                    judge.derived(file, reading, right, Some(expected));
                }
            }
        }
    }
}
