//! What would come of a restore or of retention, before anything is done.

use crate::backup::{Chain, Expiry, Plan, Strategy};
use crate::base::Time;
use crate::base::time::EPOCH_MS;
use crate::story::command::Target;
use crate::story::run::Runner;
use std::rc::Rc;

/// The rows of a plan that are shown; further ones are counted.
const ROWS_MAX: usize = 200;

/// What would come of a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanView {
    /// The backup.
    pub label: Rc<str>,
    /// The moments that can be restored, as `at=` has them: from, to.
    pub windows: Vec<(Rc<str>, Rc<str>)>,
    /// When it was planned.
    pub planned: Time,
    /// The line of the first step.
    pub line: Rc<str>,
    /// The groups that are restored: their consumers are stopped first.
    pub groups: Vec<Rc<str>>,
    /// The plan, or why there can be none.
    pub table: Result<PlanTable, Rc<str>>,
}

/// The table of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanTable {
    /// The names of the strategies, in the order of the rows' outcomes.
    pub strategies: Vec<&'static str>,
    /// Which of them is used.
    pub used: u32,
    /// A row for each partition and group that has committed there.
    pub rows: Vec<PlanLine>,
    /// Rows that are left out.
    pub more: u64,
    /// Records that are read again, of all groups together.
    pub again: u64,
    /// Records that are skipped, of all groups together.
    pub skipped: u64,
    /// Records that leave all logs together.
    pub leaves: u64,
    /// Records that come back into them.
    pub returns: u64,
    /// What else is to be known.
    pub notes: Vec<Rc<str>>,
}

/// What would become of one committed offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanLine {
    /// Topic.
    pub topic: Rc<str>,
    /// Partition.
    pub partition: i32,
    /// The log as it will be: its first offset, and the one after its last.
    pub log: (i64, i64),
    /// Records that leave it, and those that come back.
    pub exchange: (u64, u64),
    /// Group; `None` where none has committed.
    pub group: Option<Rc<str>>,
    /// Committed now.
    pub now: Option<i64>,
    /// Committed afterwards.
    pub committed: Option<i64>,
    /// Of each strategy: the offset, records read again, records skipped.
    pub outcomes: Vec<(i64, u64, u64)>,
}

/// What retention would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryRun {
    /// The line that does it.
    pub line: Rc<str>,
    /// A backup each: its label, whether it goes, and why it goes or stays.
    pub fates: Vec<(Rc<str>, bool, Option<Rc<str>>)>,
}

impl PlanView {
    /// The plan of a restore into the present; `line` is that of its first step.
    pub(in crate::session) fn of(runner: &Runner, target: &Target, line: Rc<str>) -> PlanView {
        let windows = Chain::load(runner.store(), &target.label).map(|chain| chain.windows());
        let told = |ms: i64| u64::try_from(ms - EPOCH_MS).map(|ms| Time::from_ms(ms).to_string()).ok();
        let window = |(from, to)| Some((told(from)?.into(), told(to)?.into()));
        let mut groups = Vec::new();
        let table = match runner.plan(target) {
            Ok(plan) => {
                groups.extend(plan.state.groups.iter().map(|group| group.group.clone()));
                Ok(PlanTable::of(&plan, runner.plan_notes(&plan)))
            }
            Err(refusal) => Err(super::super::sentence(&refusal.reason).into()),
        };
        PlanView {
            label: target.label.clone(),
            windows: windows.into_iter().flatten().filter_map(window).collect(),
            planned: runner.now(),
            line,
            groups,
            table,
        }
    }
}

impl PlanTable {
    fn of(plan: &Plan, notes: Vec<Rc<str>>) -> PlanTable {
        let rows = plan.rows.iter().take(ROWS_MAX).map(|row| PlanLine {
            topic: row.topic.clone(),
            partition: row.partition,
            log: (row.log_start, row.log_end),
            exchange: (row.leaves, row.returns),
            group: row.group.clone(),
            now: row.now,
            committed: row.committed,
            outcomes: row.outcomes.iter().map(|of| (of.offset, of.again, of.skipped)).collect(),
        });
        let (again, skipped) = plan.cost();
        let (leaves, returns) = plan.exchange();
        PlanTable {
            strategies: Strategy::ALL.map(Strategy::name).to_vec(),
            used: plan.strategy as u32,
            rows: rows.collect(),
            more: plan.rows.len().saturating_sub(ROWS_MAX) as u64,
            again,
            skipped,
            leaves,
            returns,
            notes,
        }
    }
}

impl DryRun {
    pub(in crate::session) fn of(line: Rc<str>, expiry: Expiry) -> DryRun {
        let fates = expiry.fates.into_iter().map(|fate| (fate.label, fate.goes, fate.why));
        DryRun { line, fates: fates.collect() }
    }
}
