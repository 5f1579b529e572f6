//! Who owned what when, read from callbacks and deaths: an owner is who had `assigned` and not yet `revoked`, `lost`,
//! killed or closed. So a zombie owns until it learns.

use crate::base::{Map, Set, Span, Time, TopicPartition};
use crate::sim::trace::{Callback, Entry, Happening, Process};
use std::rc::Rc;

/// A time during which one consumer owned a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenure {
    /// The consumer's name.
    pub consumer: Rc<str>,
    /// When `assigned` was called.
    pub from: Time,
    /// When it revoked, lost, died or closed; `None` while it owns.
    pub to: Option<Time>,
}

/// One partition of one group.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub tenures: Vec<Tenure>,
    /// Who owns it now, and the place of the tenure.
    owners: Vec<(Process, u32)>,
    /// The last one that owned it.
    last: Option<Process>,
    /// Since when it has had no owner, once it had one.
    pub unowned_since: Option<Time>,
    /// Time without an owner that is over.
    unowned: Span,
    /// The longest pause that is over.
    pause_max: Span,
    /// How often it went from one living owner to another.
    pub moved: u64,
}

/// All partitions of all groups.
#[derive(Clone, Debug, Default)]
pub(super) struct Ownership {
    pub rows: Map<Rc<str>, Map<TopicPartition, Row>>,
    dead: Set<Process>,
}

impl Row {
    /// Time without an owner from the first owner to `now`.
    pub fn unowned(&self, now: Time) -> Span {
        self.unowned + self.unowned_since.map_or(Span::ZERO, |since| now.since(since))
    }

    /// The longest pause, one that still lasts included.
    pub fn pause_max(&self, now: Time) -> Span {
        self.pause_max.max(self.unowned_since.map_or(Span::ZERO, |since| now.since(since)))
    }

    fn assigned(&mut self, at: Time, process: &Process, last_lives: bool) {
        if let Some(since) = self.unowned_since.take() {
            let pause = at.since(since);
            self.unowned = self.unowned + pause;
            self.pause_max = self.pause_max.max(pause);
        }
        if last_lives && self.last.as_ref().is_some_and(|last| last.consumer != process.consumer) {
            self.moved += 1;
        }
        self.last = Some(process.clone());
        self.owners.push((process.clone(), self.tenures.len() as u32));
        self.tenures.push(Tenure { consumer: process.consumer.clone(), from: at, to: None });
    }

    fn released(&mut self, at: Time, process: &Process) {
        let Some(mine) = self.owners.iter().position(|(owner, _)| owner == process) else { return };
        let (_, tenure) = self.owners.remove(mine);
        self.tenures[tenure as usize].to = Some(at);
        if self.owners.is_empty() {
            self.unowned_since = Some(at);
        }
    }

    /// Its topic is gone: nobody misses an owner.
    fn gone(&mut self, at: Time) {
        while let Some((process, _)) = self.owners.first().cloned() {
            self.released(at, &process);
        }
        if let Some(since) = self.unowned_since.take() {
            self.unowned = self.unowned + at.since(since);
        }
    }
}

impl Ownership {
    /// Takes in what happened.
    pub fn take(&mut self, entry: &Entry) {
        match &entry.what {
            Happening::Called(process, group, Callback::Assigned, _, partitions) => {
                for partition in partitions.iter() {
                    let rows = self.rows.or_default(group.clone());
                    let row = rows.or_default(partition.clone());
                    let lives = row.last.as_ref().is_some_and(|last| !self.dead.contains(last));
                    row.assigned(entry.at, process, lives);
                }
            }
            Happening::Called(process, group, _, _, partitions) => {
                for partition in partitions.iter() {
                    if let Some(row) = self.rows.get_mut(group).and_then(|rows| rows.get_mut(partition)) {
                        row.released(entry.at, process);
                    }
                }
            }
            Happening::Killed(process, _) | Happening::Closed(process) => {
                self.dead.insert(process.clone());
                self.every(|_, row| row.released(entry.at, process));
            }
            Happening::Closing(process) | Happening::Failed(process, _) => {
                self.dead.insert(process.clone());
            }
            Happening::TopicDeleted(topic) => {
                self.every(|partition, row| {
                    if partition.topic == *topic {
                        row.gone(entry.at);
                    }
                });
            }
            _ => {}
        }
    }

    fn every(&mut self, mut with: impl FnMut(&TopicPartition, &mut Row)) {
        for rows in self.rows.values_mut() {
            rows.iter_mut().for_each(|(partition, row)| with(partition, row));
        }
    }

    /// The rows of all groups, or of one.
    pub fn of(&self, group: Option<&str>) -> impl Iterator<Item = &Row> {
        let groups = self.rows.iter().filter(move |(name, _)| group.is_none_or(|group| &***name == group));
        groups.flat_map(|(_, rows)| rows.values())
    }
}
