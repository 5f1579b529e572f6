//! The restore under way and its proof: every digest equal, every first record the right one.

use super::{Act, Runner};
use crate::backup::{Digest, MemoryStore, Place, Plan};
use crate::base::Set;
use std::rc::Rc;

/// A restore in its four steps.
#[derive(Clone)]
pub struct Restoring {
    /// The backup.
    pub label: Rc<str>,
    /// It puts back what an earlier restore replaced: its label names no backup of the catalog.
    pub undoes: bool,
    /// The step that comes next.
    pub next: RestoreStep,
    /// Groups of the backup, sorted.
    pub groups: Vec<Rc<str>>,
    /// Consumers that this restore stopped, and will start again.
    pub stopped: Vec<Rc<str>>,
    /// What was, or is to be, proven: a row a partition and group that has committed there.
    pub proof: Vec<ProofRow>,
    /// The groups that have a consumer again, whose first records are waited for.
    pub(super) awaited: Set<Rc<str>>,
    /// What was verified and planned when the restore began.
    pub plan: Option<Rc<Plan>>,
    /// How it goes from step to step.
    pub(super) going: Going,
    /// What was there before; `None` until the data is restored.
    pub(super) safety: Option<Rc<Safety>>,
}

/// How a restore goes from step to step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Going {
    /// A person takes each.
    StepByStep,
    /// Each is taken as soon as it can be.
    ByItself,
}

/// A backup of what a restore replaced, beside those of the catalog: it neither counts nor is built on.
pub(super) struct Safety {
    pub store: MemoryStore,
    pub label: Rc<str>,
}

/// The step that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RestoreStep {
    /// Data and offsets must be restored.
    Data,
    /// Consumers must be restarted.
    Restart,
    /// Consumers resume: their first records are waited for.
    Resume,
    /// Everything is proven, or something is proven wrong.
    Done,
}

/// The proof for one partition and one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofRow {
    /// Topic.
    pub topic: Rc<str>,
    /// Partition.
    pub partition: i32,
    /// The state digest in the backup.
    pub digest_backup: Digest,
    /// The same, computed from the restored log; `None` before.
    pub digest_restored: Option<Digest>,
    /// The group, when it has committed an offset here.
    pub group: Option<Rc<str>>,
    /// The committed offset in the backup.
    pub committed: Option<i64>,
    /// First offset at or after the committed one: what must be delivered first; `None` when the log ends there.
    pub expected_first: Option<i64>,
    /// First record that was delivered to the group after the restore, and to whom.
    pub first: Option<(i64, Rc<str>)>,
}

/// What is known of a restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// There was none.
    None,
    /// Not everything has been seen yet.
    Open,
    /// All digests are equal, all first records are the right ones.
    Holds,
    /// Something differs.
    Fails,
}

impl Proof {
    /// As `check proof == …` has it.
    pub fn name(self) -> &'static str {
        match self {
            Proof::None => "none",
            Proof::Open => "open",
            Proof::Holds => "holds",
            Proof::Fails => "fails",
        }
    }
}

impl ProofRow {
    /// What is known of this row; a first record counts when the group is `awaited`.
    fn proof(&self, awaited: &Set<Rc<str>>) -> Proof {
        let digest = self.digest_restored.map(|digest| digest == self.digest_backup);
        let first = match (&self.group, self.expected_first, &self.first) {
            (Some(_), Some(expected), Some((first, _))) => Some(*first == expected),
            (Some(group), Some(_), None) if awaited.contains(group) => None,
            _ => Some(true),
        };
        match (digest, first) {
            (Some(false), _) | (_, Some(false)) => Proof::Fails,
            (Some(true), Some(true)) => Proof::Holds,
            _ => Proof::Open,
        }
    }
}

impl Restoring {
    /// Whether it goes by itself, and its data waits for consumers that still run.
    pub(super) fn goes_on(&self) -> bool {
        self.going == Going::ByItself && self.next == RestoreStep::Data
    }

    /// Whether its steps are taken by themselves.
    pub fn is_by_itself(&self) -> bool {
        self.going == Going::ByItself
    }

    /// Whether what it replaced can be put back.
    pub fn can_be_undone(&self) -> bool {
        self.safety.is_some() && self.plan.is_some()
    }

    /// Where the restored records lie, a run a line; once they are in place, and where offsets changed.
    pub fn offset_map(&self) -> Option<String> {
        let plan = self.plan.as_ref().filter(|plan| self.safety.is_some() && !plan.map.is_empty())?;
        Some(plan.map_csv())
    }

    /// Where to it is restored.
    pub fn place(&self) -> Option<&Place> {
        self.plan.as_ref().map(|plan| &plan.request.place)
    }

    /// Whether there is a map.
    pub fn has_offset_map(&self) -> bool {
        self.safety.is_some() && self.plan.as_ref().is_some_and(|plan| !plan.map.is_empty())
    }

    /// Whether first records are being waited for.
    pub(super) fn waits(&self) -> bool {
        self.next == RestoreStep::Resume
    }

    /// What is known of all rows together.
    pub fn proof(&self) -> Proof {
        if self.next < RestoreStep::Resume {
            return Proof::Open;
        }
        let rows = || self.proof.iter().map(|row| row.proof(&self.awaited));
        if rows().any(|proof| proof == Proof::Fails) {
            return Proof::Fails;
        }
        if rows().all(|proof| proof == Proof::Holds) { Proof::Holds } else { Proof::Open }
    }
}

impl Runner {
    /// What is known of the last restore.
    pub fn proof(&self) -> Proof {
        self.restoring.as_ref().map_or(Proof::None, Restoring::proof)
    }

    /// Looks for first records that are still waited for.
    pub(super) fn watch_restore(&mut self) {
        self.go_on();
        let Some(restoring) = self.restoring.as_mut().filter(|restoring| restoring.waits()) else { return };
        for row in &mut restoring.proof {
            let Some(group) = row.group.as_deref().filter(|_| row.first.is_none()) else { continue };
            let first = self.world.first_delivered_after_restore(group, &row.topic, row.partition);
            row.first = first.map(|first| (first.offset, first.consumer));
        }
        let label = restoring.label.clone();
        match restoring.proof() {
            Proof::Holds => {
                restoring.next = RestoreStep::Done;
                self.push(Act::Proven(label));
            }
            Proof::Fails => {
                restoring.next = RestoreStep::Done;
                let wrong = restoring.proof.iter().find(|row| row.proof(&restoring.awaited) == Proof::Fails);
                let what = wrong.map_or_else(String::new, said);
                self.push(Act::Disproven(label, what.into()));
            }
            Proof::Open | Proof::None => {}
        }
    }
}

/// A row that fails, in words.
fn said(row: &ProofRow) -> String {
    let partition = format!("{}-{}", row.topic, row.partition);
    match (&row.digest_restored, &row.first, row.expected_first) {
        (Some(digest), ..) if *digest != row.digest_backup => {
            format!("{partition} has the digest {digest} in place of {}", row.digest_backup)
        }
        (_, Some((first, to)), Some(expected)) => {
            format!("{partition} delivered {first} first to {to} in place of {expected}")
        }
        _ => partition,
    }
}
