//! What would come of a restore or of retention: asked for, kept while it holds.

use super::view::{DryRun, PlanView};
use super::{Form, Making, Session};
use crate::backup::Catalog;
use crate::story::Command;
use crate::story::command::{Backup, Restore};
use crate::story::run::Act;
use std::rc::Rc;

/// Plans.
impl Session {
    /// Plans the restore whose first step is this line; the view has the plan, or none when it cannot be read. Nothing changes in the run.
    pub fn plan_restore(&mut self, line: &str) {
        self.plan = match Command::parse(line) {
            Ok(Command::Restore(Restore::Stop(target))) => {
                Some(Rc::new(PlanView::of(&self.runner, &target, line.into())))
            }
            _ => None,
        };
    }

    /// Opens the restore of a backup, before its first step: the view shows who still runs. `None` puts it away. Nothing changes in the run.
    pub fn choose_restore(&mut self, label: Option<&str>) {
        self.chosen = label.map(Rc::from);
        self.plan = None;
    }

    /// The offset map of the restore under way, and the name of its file; `None` where no offsets changed.
    pub fn offset_map(&self) -> Option<(Rc<str>, Rc<[u8]>)> {
        let restoring = self.runner.restoring()?;
        let map = restoring.offset_map()?;
        Some((format!("offset-map-{}.csv", restoring.label).into(), map.into_bytes().into()))
    }

    /// Puts away what retention would do.
    pub fn forget_dry_run(&mut self) {
        self.dry_run = None;
    }

    /// What a command about backups leaves to be seen.
    pub(super) fn backed_up(&mut self, command: &Backup) {
        match command {
            Backup::Verify(_) => self.verified(),
            Backup::RetainDry(rules) => {
                let line = Backup::Retain(*rules).to_string().into();
                let expiry = self.runner.expiry(rules).ok();
                self.dry_run = expiry.map(|expiry| (self.generation(), Rc::new(DryRun::of(line, expiry))));
            }
            Backup::Retain(_) => self.dry_run = None,
            _ => {}
        }
    }

    /// A command verified a backup: its last event says what came of it.
    fn verified(&mut self) {
        if let Some(Act::Verified(label, findings)) = self.runner.events().last().map(|event| &event.what) {
            self.shelf.found(self.runner.store(), label, findings.clone());
        }
    }

    /// What retention would do, while the backups are those that it was said of.
    pub(super) fn dry_run(&self) -> Option<Rc<DryRun>> {
        let (generation, dry_run) = self.dry_run.as_ref()?;
        (*generation == self.generation()).then(|| dry_run.clone())
    }

    fn generation(&self) -> u64 {
        Catalog::of(self.runner.store()).map_or(0, |catalog| catalog.generation)
    }
}

/// Forms that belong to one backup.
impl Form {
    /// The form of a restore: where to, its moment, its strategy. What it comes to is the line of the first step.
    pub fn of_restore(label: &str) -> Form {
        let mut form = Form::new(Making::Restore, Vec::new(), &[]);
        form.first = vec![("label", label.into()), ("as", "*-restored".into())];
        form
    }
}
