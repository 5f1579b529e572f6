//! The backups drawer: the shelf, and the restore under way.

use crate::backup::Digest;
use crate::session::view::{ProofRow, RestoreStep, RestoreView};
use crate::story::run::{self, Restoring, Runner};
use std::rc::Rc;

/// The restore that the runner has under way, or one of which only the backup was chosen.
pub fn restore(runner: &Runner, chosen: Option<&Rc<str>>) -> Option<RestoreView> {
    match runner.restoring() {
        Some(restoring) if chosen.is_none_or(|label| *label == restoring.label) => {
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
        step: RestoreStep::Stop,
        running: runner.running(&groups),
        stopped: Vec::new(),
        proof: Vec::new(),
    }
}

fn under_way(runner: &Runner, restoring: &Restoring) -> RestoreView {
    RestoreView {
        label: restoring.label.clone(),
        step: match restoring.next {
            run::RestoreStep::Data => RestoreStep::Data,
            run::RestoreStep::Restart => RestoreStep::Restart,
            run::RestoreStep::Resume => RestoreStep::Resume,
            run::RestoreStep::Done => RestoreStep::Done,
        },
        running: runner.running(&restoring.groups),
        stopped: restoring.stopped.clone(),
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
