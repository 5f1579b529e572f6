//! `backup`: taking, verifying, deleting, retaining.

use super::proof::RestoreStep;
use super::{Act, Refusal, Runner};
use crate::backup::digest::sha256;
use crate::backup::manifest::KindName;
use crate::backup::{
    self, Catalog, Expiry, Kind, Known, Manifest, Preparation, Prepared, Rules, Snapshot, Store, Transaction,
};
use crate::base::Time;
use crate::story::Command;
use crate::story::command::Backup;
use std::ops::Range;
use std::rc::Rc;

impl Runner {
    pub(super) fn backup(&mut self, command: &Backup) -> Result<(), Refusal> {
        match command {
            Backup::Take(kind, topics) => self.take(*kind, topics),
            Backup::Schedule(kind, every) => self.schedule(*kind, *every),
            Backup::ScheduleOff => {
                self.schedules.clear();
                Ok(())
            }
            Backup::Retain(rules) => {
                let expiry = self.expiry(rules)?;
                self.commit(expiry.transaction(&self.store).map_err(Refusal::new)?)?;
                expiry.going().into_iter().for_each(|label| self.push(Act::BackupDeleted(label)));
                Ok(())
            }
            Backup::RetainDry(rules) => {
                let expiry = self.expiry(rules)?;
                let lines = expiry.to_string().lines().map(Rc::from).collect();
                self.push(Act::Said("dry run".into(), lines));
                Ok(())
            }
            Backup::Verify(label) => {
                let label = self.label(label)?;
                let given = self.verified.take().filter(|(of, _)| *of == label);
                let report = given.map_or_else(|| backup::verify(&self.store, &label), |(_, report)| report);
                let findings = report.findings.iter().map(|finding| finding.to_string().into()).collect();
                self.push(Act::Verified(label, findings));
                Ok(())
            }
            Backup::Delete(label) => {
                let label = self.label(label)?;
                if self.in_use().contains(&label) {
                    return Err(Refusal::new(format!("{label} is being restored")));
                }
                let transaction = backup::delete(&label, &self.store).map_err(Refusal::new)?;
                self.commit(transaction)?;
                self.push(Act::BackupDeleted(label));
                Ok(())
            }
        }
    }

    /// What becomes of the backups by these rules now.
    ///
    /// # Errors
    /// Why the rules are refused.
    pub fn expiry(&self, rules: &Rules) -> Result<Expiry, Refusal> {
        let catalog = self.catalog()?;
        let now_ms = self.now().timestamp_ms();
        Expiry::plan(&catalog, rules, now_ms, &self.in_use()).map_err(Refusal::new)
    }

    /// What is being restored, until its data is in place.
    fn in_use(&self) -> Vec<Rc<str>> {
        let under_way = self.restoring.iter().filter(|restoring| restoring.next < RestoreStep::Restart);
        under_way.map(|restoring| restoring.label.clone()).collect()
    }

    pub(super) fn catalog(&self) -> Result<Catalog, Refusal> {
        Catalog::of(&self.store).map_err(|error| Refusal::new(format!("the stored catalog {error}")))
    }

    /// What is to be taken next, when nothing else happens before.
    pub fn reach_backup(&mut self) -> Option<(KindName, Vec<Rc<str>>)> {
        let event = self.world.next_event_at();
        let at = self.next_act_at().filter(|at| event.is_none_or(|event| event > *at))?;
        let backup = self.next_backup()?;
        self.advance_world(at);
        Some(backup)
    }

    /// The backup that the next act takes; `None`: it does something else.
    pub(super) fn next_backup(&self) -> Option<(KindName, Vec<Rc<str>>)> {
        let (line, due) = (self.pending(), self.backup_due());
        let first = |due: &Time| line.is_none_or(|(_, at)| *due <= at);
        if let Some(at) = due.filter(first) {
            return self.due_by(at).map(|kind| (kind, Vec::new()));
        }
        match &self.lines[line?.0].step.as_ref()?.command {
            Command::Backup(Backup::Take(kind, topics)) => Some((*kind, topics.clone())),
            _ => None,
        }
    }

    /// Begins to make the files of a backup of this moment, part by part; whoever does so gives them to the run before it
    /// takes the backup.
    ///
    /// # Errors
    /// Why it would be refused.
    pub fn prepare(
        &self,
        kind: KindName,
        topics: &[Rc<str>],
        outside: Range<u64>,
    ) -> Result<Preparation, Refusal> {
        let options = backup::Options { topics: topics.to_vec(), ..backup::Options::default() };
        let snapshot = Snapshot { known: &self.known, ..self.world.snapshot() };
        Preparation::new(Kind::of(kind), &snapshot, &options, &self.store, outside).map_err(Refusal::new)
    }

    /// Gives the files that were made for the next backup.
    pub fn give_prepared(&mut self, prepared: Prepared) {
        self.prepared = Some(prepared);
    }

    pub(super) fn take(&mut self, kind: KindName, topics: &[Rc<str>]) -> Result<(), Refusal> {
        let kind = Kind::of(kind);
        let options = backup::Options { topics: topics.to_vec(), ..backup::Options::default() };
        let prepared = self.prepared.take();
        let snapshot = Snapshot { known: &self.known, prepared: prepared.as_ref(), ..self.world.snapshot() };
        let captured = backup::capture(kind, &snapshot, &options, &self.store).map_err(Refusal::new)?;
        let transaction = captured.transaction.clone();
        let bytes = transaction.manifests.get(&captured.label).cloned().flatten();
        let bytes = bytes.or_else(|| self.store.manifest(&captured.label)).expect("a backup has a manifest");
        let manifest = Manifest::parse(&bytes).expect("a manifest that was just written");
        let known = Known::of(&snapshot, sha256(&bytes));
        self.commit(transaction)?;
        // The next one builds on this one, or on the last full.
        let full = manifest.kind == KindName::Full;
        self.known.truncate(usize::from(!full));
        self.known.push(known);
        let records = manifest.partitions.iter().map(|partition| partition.records).sum();
        let offsets = manifest.groups.iter().map(|group| group.offsets.len() as u32).sum();
        self.push(Act::BackedUp(captured.label, records, offsets, captured.warnings));
        Ok(())
    }

    pub(super) fn commit(&mut self, transaction: Transaction) -> Result<(), Refusal> {
        self.store.apply(&transaction).map_err(Refusal::new)?;
        if !transaction.is_empty() {
            self.transactions.push(transaction);
        }
        Ok(())
    }

    /// The label that is meant: `latest` is the newest.
    pub(super) fn label(&self, label: &str) -> Result<Rc<str>, Refusal> {
        let catalog = self.catalog()?;
        let entry = if label == "latest" { catalog.backups.last() } else { catalog.get(label) };
        match entry {
            Some(entry) => Ok(entry.label.clone()),
            None if label == "latest" => Err(Refusal::new("there is no backup yet")),
            None => Err(Refusal::new(format!("there is no backup {label}"))),
        }
    }
}
