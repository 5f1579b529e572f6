//! What happened: the world's trace and the runner's events, in one order.

use crate::base::Time;
use crate::session::view::{Happened, HappenedView, Mark, MarkKind, What};
use crate::sim::trace::{Callback, Entry, Happening};
use crate::story::command::Command;
use crate::story::run::{Act, Event, Runner};
use std::rc::Rc;

/// Things that are kept for the page.
const KEPT: usize = 500;
/// Marks that are kept for the time axis.
const MARKS: usize = 2000;

/// What happened so far, taken in piece by piece.
#[derive(Clone, Default)]
pub struct Chronicle {
    entries: u64,
    events: usize,
    number: u64,
    newest: Vec<Happened>,
    marks: Vec<Mark>,
}

impl Chronicle {
    /// Takes in what happened since the last call; whether there was anything.
    pub fn update(&mut self, runner: &Runner) -> bool {
        let before = self.number;
        let events = runner.events();
        let mut fresh: Vec<Entry> = runner.world().trace().since(self.entries).cloned().collect();
        let mut entries = fresh.drain(..).peekable();
        while let Some(event) = events.get(self.events) {
            while let Some(entry) = entries.next_if(|entry| entry.number < event.traced) {
                self.entry(&entry);
            }
            self.event(event);
            self.events += 1;
        }
        entries.for_each(|entry| self.entry(&entry));
        if self.newest.len() > 2 * KEPT {
            self.newest.drain(..self.newest.len() - KEPT);
        }
        if self.marks.len() > 2 * MARKS {
            self.marks.drain(..self.marks.len() - MARKS);
        }
        self.number > before
    }

    /// The newest, oldest first.
    pub fn view(&self) -> HappenedView {
        let from = self.newest.len().saturating_sub(KEPT);
        let events = self.newest[from..].to_vec();
        HappenedView { left_out: self.number - events.len() as u64, events }
    }

    /// Marks for the time axis, oldest first.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Something beside the run, for instance an import.
    fn push(&mut self, at: Time, what: What) {
        self.newest.push(Happened { number: self.number, at, what });
        self.number += 1;
    }

    fn mark(&mut self, at: Time, kind: MarkKind, label: &Rc<str>) {
        self.marks.push(Mark { at, kind, label: label.clone() });
    }

    fn entry(&mut self, entry: &Entry) {
        self.entries = entry.number + 1;
        if let Happening::Removed(process, ..) = &entry.what {
            self.mark(entry.at, MarkKind::Removed, &process.consumer);
        }
        if let Some(what) = of_world(&entry.what) {
            self.push(entry.at, what);
        }
    }

    fn event(&mut self, event: &Event) {
        if let Act::Command(line) = &event.what
            && let Some(kind) = kind(line)
        {
            self.mark(event.at, kind, line);
        }
        for what in of_runner(&event.what) {
            self.push(event.at, what);
        }
    }
}

/// The mark that a command leaves on the axis; what sets a scene leaves none.
fn kind(line: &str) -> Option<MarkKind> {
    match Command::parse(line).ok()? {
        Command::Kill(_) | Command::Pause(_) | Command::Slow(_) | Command::Disconnect(_) => {
            Some(MarkKind::Fault)
        }
        Command::Backup(_) | Command::Import(_) | Command::Export(_) => Some(MarkKind::Backup),
        Command::Restore(_) => Some(MarkKind::Restore),
        Command::Topic(_) | Command::Group(_) | Command::Producer(_) => None,
        _ => Some(MarkKind::Act),
    }
}

/// What the world did, when it is worth a sentence.
fn of_world(what: &Happening) -> Option<What> {
    Some(match what.clone() {
        Happening::TopicCreated(topic, partitions) => What::TopicCreated(topic, partitions),
        Happening::TopicGrown(topic, partitions) => What::TopicGrown(topic, partitions),
        Happening::TopicDeleted(topic) => What::TopicDeleted(topic),
        Happening::SegmentsDeleted(partition, retired, start) => {
            let name = partition.to_string().into();
            What::SegmentsDeleted(name, retired.segments(), retired.records, start)
        }
        Happening::Compacted(partition, cleaned) => {
            let name = partition.to_string().into();
            What::Compacted(name, cleaned.before.records, cleaned.after.records)
        }
        Happening::RecordsDeleted(partition, count, start) => {
            What::RecordsDeleted(partition.to_string().into(), count, start)
        }
        Happening::Produced(topic, count) => What::Produced(topic, count),
        Happening::OffsetsReset(group, topic, _) => What::OffsetsReset(group, topic),
        Happening::GroupDeleted(group) => What::GroupDeleted(group),
        Happening::Started(process) => What::Started(process.consumer),
        Happening::Joined(process, group) => What::Joined(process.consumer, group),
        Happening::RebalanceBegan(group, reason) => What::RebalanceBegan(group, reason),
        Happening::Stable(group, generation, members, took) => What::Stable(group, generation, members, took),
        Happening::Reconciled(group, epoch, members, took) => What::Reconciled(group, epoch, members, took),
        Happening::Emptied(group, _) => What::Emptied(group),
        Happening::Called(process, _, callback, _, partitions) if !partitions.is_empty() => {
            let names = partitions.iter().map(|partition| partition.to_string().into()).collect();
            match callback {
                Callback::Assigned => What::Assigned(process.consumer, names),
                Callback::Revoked => What::Revoked(process.consumer, names),
                Callback::Lost => What::Lost(process.consumer, names),
            }
        }
        Happening::Removed(process, _, timeout) => What::Removed(process.consumer, timeout),
        Happening::Left(process, _, reason) => What::Left(process.consumer, reason),
        Happening::Killed(process, uncommitted) => What::Killed(process.consumer, uncommitted),
        Happening::Closed(process) => What::Closed(process.consumer),
        Happening::Paused(process, span) => What::Paused(process.consumer, span),
        Happening::Slowed(process, span) => What::Slowed(process.consumer, span),
        Happening::Resumed(process) | Happening::SlowEnded(process) => What::WentOn(process.consumer),
        Happening::Reread(process, _, partition, first, last) => {
            What::Reread(process.consumer, partition.to_string().into(), first, last)
        }
        Happening::Skipped(_, partition, first, last) => {
            What::Skipped(partition.to_string().into(), first, last)
        }
        Happening::CommitFailed(process, exception) => What::CommitFailed(process.consumer, exception.into()),
        Happening::Failed(process, exception) => What::Failed(process.consumer, exception.into()),
        Happening::Redelivered(..)
        | Happening::LockExpired(..)
        | Happening::Released(..)
        | Happening::Rejected(..)
        | Happening::Archived(..)
        | Happening::ProducerKilled(_)
        | Happening::ProducerStarted(_)
        | Happening::ProducerFailed(..)
        | Happening::TransactionFenced(..)
        | Happening::TransactionTimedOut(..) => return of_records(what),
        // Steps of a rebalance that its other sentences imply, and what the runner says better.
        Happening::TopicConfigured(_)
        | Happening::MemberId(..)
        | Happening::Generation(..)
        | Happening::Synced(..)
        | Happening::Called(..)
        | Happening::Told(..)
        | Happening::Epoch(..)
        | Happening::WireError(..)
        | Happening::Closing(..)
        | Happening::Restored(..)
        | Happening::OffsetsAdopted(..) => return None,
    })
}

/// The same of share groups and of producers.
fn of_records(what: &Happening) -> Option<What> {
    Some(match what.clone() {
        Happening::Redelivered(process, _, partition, first, last, count) => {
            What::Redelivered(process.consumer, partition.to_string().into(), first, last, count)
        }
        Happening::LockExpired(process, _, partition, first, last) => {
            What::LockExpired(process.consumer, partition.to_string().into(), first, last)
        }
        Happening::Released(process, _, partition, first, last) => {
            What::Released(process.consumer, partition.to_string().into(), first, last)
        }
        Happening::Rejected(process, _, partition, first, last) => {
            What::Rejected(process.consumer, partition.to_string().into(), first, last)
        }
        Happening::Archived(_, _, partition, first, last) => {
            What::Archived(partition.to_string().into(), first, last)
        }
        Happening::ProducerKilled(name) => What::ProducerKilled(name),
        Happening::ProducerStarted(name) => What::Started(name),
        Happening::ProducerFailed(name, exception) => What::Failed(name, exception.into()),
        Happening::TransactionFenced(id, ..) => What::TransactionFenced(id),
        Happening::TransactionTimedOut(id, _, _, timeout) => What::TransactionTimedOut(id, timeout),
        _ => return None,
    })
}

/// What the runner did and found.
fn of_runner(act: &Act) -> Vec<What> {
    let remarks = |of: &Rc<str>, remarks: &[Rc<str>], what: fn(Rc<str>, Rc<str>) -> What| -> Vec<What> {
        remarks.iter().map(|remark| what(of.clone(), remark.clone())).collect()
    };
    if let Act::Said(of, said) = act {
        return remarks(of, said, What::BackupRemark);
    }
    let mut all = vec![match act.clone() {
        Act::Said(of, _) => What::BackupRemark(of, "".into()),
        Act::Command(line) => What::Command(line),
        Act::Refused(line, reason) => What::Refused(line, reason),
        Act::Check(result) => What::Check(result.line, result.found, result.holds),
        Act::Loaded { topic, file, records, unusable, .. } => What::Loaded(topic, file, records, unusable),
        Act::LineRefused(file, line, reason) => What::LineRefused(file, line, reason),
        Act::BackedUp(label, records, offsets, _) => What::BackedUp(label, records, offsets),
        Act::Verified(label, findings) => What::Verified(label, findings.len() as u64),
        Act::BackupDeleted(label) => What::BackupDeleted(label),
        Act::Exported(label, file, bytes) => What::Exported(label, file, bytes),
        Act::Imported(file, labels) => What::Imported(file, labels),
        Act::Restored(label, records, offsets) => What::Restored(label, records, offsets),
        Act::Proven(label) => What::RestoreProven(label),
        Act::Disproven(label, found) => What::RestoreDisproven(label, found),
    }];
    match act {
        Act::Loaded { file, remarks: said, .. } => all.extend(remarks(file, said, What::LoadRemark)),
        Act::BackedUp(label, _, _, said) => all.extend(remarks(label, said, What::BackupRemark)),
        _ => {}
    }
    all
}
