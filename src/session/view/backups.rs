//! Backups, and the restore under way.

use super::{DryRun, PlanView};
use crate::backup::{Digest, Place};
use crate::base::{Span, Time};
use crate::story::run::{self, Restoring, Runner};
use std::rc::Rc;

/// The backups drawer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupsView {
    /// The newest full first; what builds on a backup comes after it, older ones first.
    pub backups: Vec<BackupView>,
    /// The restore under way, if one is.
    pub restore: Option<RestoreView>,
    /// What would come of the restore that is chosen, before its first step.
    pub plan: Option<Rc<PlanView>>,
    /// What retention would do.
    pub dry_run: Option<Rc<DryRun>>,
    /// The schedules that are in force: kind, time between two, when it is due.
    pub schedules: Vec<(&'static str, Span, Time)>,
    /// Bytes of all stored chunks.
    pub bytes: u64,
    /// A backup is being taken, or an archive taken in: of a hundred parts so many are read.
    pub taking: Option<u32>,
}

/// One backup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupView {
    /// Its label, `20260101-000030F`.
    pub label: Rc<str>,
    /// `full`.
    pub kind: &'static str,
    /// The backup that it builds on; `None` for a full.
    pub prior: Option<Rc<str>>,
    /// How many backups it builds on, one after the other.
    pub depth: u32,
    /// What is wrong with what it builds on, in the engine's words.
    pub broken: Option<Rc<str>>,
    /// The moment of the cut: wall clock in milliseconds since 1970.
    pub cut_ms: i64,
    /// Bytes of the files that it holds itself.
    pub bytes_own: u64,
    /// Bytes of all files that it needs.
    pub bytes_total: u64,
    /// Topics and their partitions together.
    pub topics: u32,
    /// Partitions.
    pub partitions: u32,
    /// Records.
    pub records: u64,
    /// Groups.
    pub groups: Vec<Rc<str>>,
    /// Committed offsets.
    pub offsets: u32,
    /// What the last verification in this tab said.
    pub verdict: Verdict,
    /// Whether it was written to the browser's storage; `false` until the transaction completed.
    pub saved: bool,
    /// When it was last exported, in milliseconds since 1970 by the page's own clock; `None`: never exported.
    pub exported_ms: Option<i64>,
    /// Why it cannot be deleted now; `None` when it can.
    pub keeps: Option<Rc<str>>,
}

/// What a verification said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Not verified in this tab yet.
    #[default]
    Unknown,
    /// It is being verified: of a hundred parts so many are read.
    Reading(u32),
    /// Every byte was read and holds.
    Holds,
    /// What is wrong, a finding a line.
    Damaged(Vec<Rc<str>>),
}

/// A restore in its four steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreView {
    /// The backup that is restored.
    pub label: Rc<str>,
    /// Where to.
    pub place: RestorePlace,
    /// The step that comes next.
    pub step: RestoreStep,
    /// Consumers of the backup's groups that still run: they must be stopped first.
    pub running: Vec<Rc<str>>,
    /// Consumers that this restore stopped, and will start again.
    pub stopped: Vec<Rc<str>>,
    /// It puts back what an earlier restore replaced.
    pub undoes: bool,
    /// Its steps are taken by themselves.
    pub by_itself: bool,
    /// What it replaced can be put back.
    pub can_be_undone: bool,
    /// Offsets changed, and a map says where the restored records lie.
    pub has_map: bool,
    /// What has been proven so far, a row a partition and group.
    pub proof: Vec<ProofRow>,
}

/// Where a restore puts what it restores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestorePlace {
    /// In the stead of what is there.
    InPlace,
    /// Beside it.
    Beside,
    /// At the end of topics that exist.
    Into,
}

/// The four steps of a restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RestoreStep {
    /// Consumers must be stopped.
    Stop,
    /// Data and offsets must be restored.
    Data,
    /// Consumers must be restarted.
    Restart,
    /// Consumers resume: waiting for the first record of each partition.
    Resume,
    /// All is proven.
    Done,
}

/// The proof for one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofRow {
    /// Topic.
    pub topic: Rc<str>,
    /// Partition.
    pub partition: i32,
    /// First 16 digits of the state digest in the backup.
    pub digest_backup: Rc<str>,
    /// The same after the restore, computed from the restored log; `None` before.
    pub digest_restored: Option<Rc<str>>,
    /// Whether the two digests are equal, in full; `None` before.
    pub digest_equal: Option<bool>,
    /// The group, when it has committed an offset here.
    pub group: Option<Rc<str>>,
    /// The committed offset in the backup.
    pub committed: Option<i64>,
    /// First offset at or after the committed one: what must be delivered first; `None` when the log ends there.
    pub expected_first: Option<i64>,
    /// First record that was delivered to the owner after the restore, and to whom.
    pub first: Option<(i64, Rc<str>)>,
}

/// The restore that the runner has under way, or one of which only the backup was chosen.
pub(in crate::session) fn restore(runner: &Runner, chosen: Option<&Rc<str>>) -> Option<RestoreView> {
    match runner.restoring() {
        Some(restoring) if chosen.is_none_or(|label| *label == restoring.label) || restoring.undoes => {
            Some(under_way(runner, restoring))
        }
        _ => chosen.map(|label| before(runner, label)),
    }
}

/// Before the first step: who still runs.
fn before(runner: &Runner, label: &Rc<str>) -> RestoreView {
    let groups = runner.groups_of(label);
    RestoreView {
        label: label.clone(),
        place: RestorePlace::InPlace,
        step: RestoreStep::Stop,
        running: runner.running(&groups),
        stopped: Vec::new(),
        undoes: false,
        by_itself: false,
        can_be_undone: false,
        has_map: false,
        proof: Vec::new(),
    }
}

fn under_way(runner: &Runner, restoring: &Restoring) -> RestoreView {
    RestoreView {
        label: restoring.label.clone(),
        place: match restoring.place() {
            Some(Place::Beside(_)) => RestorePlace::Beside,
            Some(Place::Into) => RestorePlace::Into,
            Some(Place::InPlace) | None => RestorePlace::InPlace,
        },
        step: match restoring.next {
            run::RestoreStep::Data => RestoreStep::Data,
            run::RestoreStep::Restart => RestoreStep::Restart,
            run::RestoreStep::Resume => RestoreStep::Resume,
            run::RestoreStep::Done => RestoreStep::Done,
        },
        running: runner.running(&restoring.groups),
        stopped: restoring.stopped.clone(),
        undoes: restoring.undoes,
        by_itself: restoring.is_by_itself(),
        can_be_undone: restoring.can_be_undone(),
        has_map: restoring.has_offset_map(),
        proof: restoring.proof.iter().map(row).collect(),
    }
}

fn row(row: &run::ProofRow) -> ProofRow {
    let short = |digest: &Digest| -> Rc<str> { digest.to_string()[..16].into() };
    ProofRow {
        topic: row.topic.clone(),
        partition: row.partition,
        digest_backup: short(&row.digest_backup),
        digest_restored: row.digest_restored.as_ref().map(short),
        digest_equal: row.digest_restored.map(|digest| digest == row.digest_backup),
        group: row.group.clone(),
        committed: row.committed,
        expected_first: row.expected_first,
        first: row.first.clone(),
    }
}
