//! Verification of the backups a part at a time, for whoever has other things to do in between and digests made elsewhere.

use super::Session;
use super::shelf::findings;
use crate::backup::{
    Catalog, CatalogEntry, Digest, FileBytes, Memo, MemoryStore, Progress, Store, Verification,
};
use crate::story::command::EVERY;
use std::ops::Range;
use std::rc::Rc;

/// The backups that are to be verified, one after the other.
#[derive(Default)]
pub struct Queue {
    /// Digests of files with so many bytes come from outside. `None`: there are no parts, verified is on the spot.
    outside: Option<Range<u64>>,
    waiting: Vec<Job>,
    /// The first of those that wait, under way; and how often the store was changed before it.
    now: Option<(Verification, u64)>,
    /// What those read that were verified in one go: a person who asks gets all of it read.
    memo: Memo,
    /// How often the store was changed before that was read.
    memo_since: u64,
    /// Counts what was begun.
    begun: u64,
    /// The number of what is under way.
    number: u64,
}

struct Job {
    label: Rc<str>,
    manifest: Digest,
    /// A person asked for it: then it becomes a command of the run.
    asked: bool,
}

impl Queue {
    /// Nothing to verify, in the same way.
    pub fn emptied(&self) -> Queue {
        Queue { outside: self.outside.clone(), begun: self.begun, ..Queue::default() }
    }

    /// Lets a backup wait for its verification, unless that is to be on the spot.
    pub fn take_in(&mut self, entry: &CatalogEntry) -> bool {
        if self.outside.is_some() {
            self.add(entry, false);
        }
        self.outside.is_some()
    }

    /// Where digests come from, when things are done in parts, and a number for what is begun.
    pub fn in_parts(&mut self) -> Option<(Range<u64>, u64)> {
        self.begun += 1;
        Some((self.outside.clone()?, self.begun))
    }

    fn add(&mut self, entry: &CatalogEntry, asked: bool) {
        match self.waiting.iter_mut().find(|job| *job.label == *entry.label) {
            Some(job) if job.manifest == entry.manifest_sha256 => job.asked |= asked,
            _ => {
                self.drop(|job| *job.label == *entry.label);
                let (label, manifest) = (entry.label.clone(), entry.manifest_sha256);
                self.waiting.push(Job { label, manifest, asked });
            }
        }
    }

    /// Those that wait, or are under way, no more are.
    fn drop(&mut self, which: impl Fn(&Job) -> bool) {
        if self.waiting.first().is_some_and(&which) {
            self.now = None;
        }
        self.waiting.retain(|job| !which(job));
    }

    /// Only those wait on of which that is so.
    pub fn keep(&mut self, which: impl Fn(&Rc<str>, Digest) -> bool) {
        self.drop(|job| !which(&job.label, job.manifest));
    }

    /// What was asked for was asked for in another run.
    pub fn forget_asked(&mut self) {
        self.waiting.iter_mut().for_each(|job| job.asked = false);
    }

    /// How many hundredths of a backup are read; `None` when it is not being verified.
    pub fn percent(&self, label: &str) -> Option<u32> {
        let at = self.waiting.iter().position(|job| *job.label == *label)?;
        Some(percent(self.now.as_ref().filter(|_| at == 0).map_or((0, 0), |(now, _)| now.progress())))
    }

    /// Reads a part of the first; when that was the last of it, what came of it.
    fn step(&mut self, store: &MemoryStore) -> Option<(Progress, Option<(Job, Verification, u64)>)> {
        let Some(job) = self.waiting.first() else {
            self.memo = Memo::default();
            return None;
        };
        let (now, _) = self.now.get_or_insert_with(|| {
            self.begun += 1;
            self.number = self.begun;
            if job.asked || self.memo_since != store.changed() {
                (self.memo, self.memo_since) = (Memo::default(), store.changed());
            }
            let outside = self.outside.clone().unwrap_or(0..0);
            (Verification::new(store, &job.label, outside), store.changed())
        });
        let progress = now.step(store, &mut self.memo);
        let done = if progress == Progress::Done { self.now.take() } else { None };
        Some((progress, done.map(|(verification, since)| (self.waiting.remove(0), verification, since))))
    }
}

/// How many hundredths are read, of bytes that are and bytes that there are to read.
pub(super) fn percent((read, total): (u64, u64)) -> u32 {
    (read.saturating_mul(100) / total.max(1)).min(100) as u32
}

/// Tells for what a digest is wanted: for what was begun, and for which file of it.
fn number(begun: u64, file: u32) -> u64 {
    begun << 32 | u64::from(file)
}

/// Verification in parts.
impl Session {
    /// From now on backups are verified a part at a time, by [`Session::verify_part`], and can be taken so
    /// ([`Session::begin_backup`], [`Session::begin_import`]). Digests of so many bytes as `outside` are asked for.
    pub fn verify_in_parts(&mut self, outside: Range<u64>) {
        self.shelf.queue.outside = Some(outside);
    }

    /// Verifies a backup once more, part by part; at its end that is a command of the run like any other.
    pub fn ask_verify(&mut self, label: &str) {
        if let Some(entry) = self.catalog().get(label) {
            self.shelf.queue.add(entry, true);
        }
    }

    /// Gives up the verification of this backup, or all that were asked for.
    pub fn stop_verify(&mut self, label: Option<&str>) {
        self.shelf.queue.drop(|job| label.map_or(job.asked, |label| *job.label == *label));
    }

    /// Whether there is something to verify now: not while storage is being given what was taken, since both at a time hold
    /// the more.
    pub fn is_verifying(&self) -> bool {
        !self.shelf.queue.waiting.is_empty() && !self.shelf.is_saving()
    }

    /// Whether a person waits for what is under way: what is taken, or a verification that was asked for.
    pub fn is_awaited(&self) -> bool {
        self.taking.is_some() || self.shelf.queue.waiting.first().is_some_and(|job| job.asked)
    }

    /// Whether this backup, or one that it needs, is still to be verified before it can be exported.
    pub fn has_to_be_read(&self, label: &str) -> bool {
        let (store, catalog) = (self.runner.store(), self.catalog());
        let waits = |of: &str| self.shelf.queue.percent(of).is_some() && store.verified(of).is_none();
        if label == EVERY {
            return catalog.backups.iter().any(|entry| waits(&entry.label));
        }
        let below = std::iter::successors(catalog.get(label), |entry| catalog.get(entry.prior.as_deref()?));
        // No chain is longer; a damaged catalog may go in circles.
        below.take(catalog.backups.len()).any(|entry| waits(&entry.label))
    }

    /// Reads a part of what is to be verified; `None` when there is nothing now. [`Progress::Done`] is said of one backup.
    pub fn verify_part(&mut self) -> Option<Progress> {
        if self.shelf.is_saving() {
            return None;
        }
        let (progress, done) = self.shelf.queue.step(self.runner.store())?;
        let Some((job, verification, since)) = done else { return Some(progress) };
        let report = verification.report(self.runner.store());
        if report.ok() {
            self.runner.store_mut().prove(&job.label, since);
        }
        if job.asked {
            self.runner.give_report(&job.label, report);
            drop(self.apply(&format!("backup verify {}", job.label)));
        } else {
            self.shelf.found(self.runner.store(), &job.label, findings(&report));
        }
        Some(progress)
    }

    /// The bytes whose digest is wanted, after [`Progress::Hash`], or without which there is nothing to do, after
    /// [`Progress::Waits`]; and a number that tells for what it is.
    pub fn to_hash(&self) -> Option<(u64, &FileBytes<'static>)> {
        if let Some(taking) = &self.taking {
            return Some((number(taking.number, 0), taking.to_hash()?));
        }
        let queue = &self.shelf.queue;
        let (file, bytes) = queue.now.as_ref()?.0.to_hash()?;
        Some((number(queue.number, file), bytes))
    }

    /// The digest that was wanted with this number.
    pub fn hashed(&mut self, of: u64, digest: Digest) {
        if let Some(taking) = self.taking.as_mut().filter(|taking| number(taking.number, 0) == of) {
            taking.hashed(digest);
        }
        let (queue, file) = (&mut self.shelf.queue, of as u32);
        if let Some((now, _)) = queue.now.as_mut().filter(|_| number(queue.number, file) == of) {
            now.hashed(file, digest);
        }
    }

    fn catalog(&self) -> Catalog {
        Catalog::of(self.runner.store()).unwrap_or_default()
    }
}
