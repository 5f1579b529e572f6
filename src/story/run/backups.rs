//! `backup` and `restore`: taking, verifying, deleting; and the steps of a restore, enforced.

use super::proof::{ProofRow, RestoreStep};
use super::{Act, Refusal, Restoring, Runner};
use crate::backup::manifest::KindName;
use crate::backup::{
    self, Catalog, Digest, Expiry, Kind, Manifest, RestoredState, Rules, Store, Transaction,
};
use crate::base::Set;
use crate::sim;
use crate::story::command::{Backup, Restore};
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
                let report = backup::verify(&self.store, &label);
                let findings = report.findings.iter().map(|finding| finding.to_string().into()).collect();
                self.push(Act::Verified(label, findings));
                Ok(())
            }
            Backup::Delete(label) => {
                let label = self.label(label)?;
                let transaction = backup::delete(&label, &self.store).map_err(Refusal::new)?;
                self.commit(transaction)?;
                self.push(Act::BackupDeleted(label));
                Ok(())
            }
        }
    }

    /// What becomes of the backups by these rules now.
    fn expiry(&self, rules: &Rules) -> Result<Expiry, Refusal> {
        let catalog = self.catalog()?;
        let under_way = self.restoring.iter().filter(|restoring| restoring.next < RestoreStep::Restart);
        let in_use: Vec<Rc<str>> = under_way.map(|restoring| restoring.label.clone()).collect();
        let now_ms = self.now().timestamp_ms();
        Expiry::plan(&catalog, rules, now_ms, &in_use).map_err(Refusal::new)
    }

    fn catalog(&self) -> Result<Catalog, Refusal> {
        Catalog::of(&self.store).map_err(|error| Refusal::new(format!("the stored catalog {error}")))
    }

    pub(super) fn take(&mut self, kind: KindName, topics: &[Rc<str>]) -> Result<(), Refusal> {
        let kind = Kind::of(kind);
        let options = backup::Options { topics: topics.to_vec(), ..backup::Options::default() };
        let captured = backup::capture(kind, &self.world.snapshot(), &options, &self.store);
        let captured = captured.map_err(Refusal::new)?;
        self.commit(captured.transaction)?;
        let bytes = self.store.manifest(&captured.label).expect("a backup that was stored has a manifest");
        let manifest = Manifest::parse(&bytes).expect("a manifest that was just written");
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

    pub(super) fn restore(&mut self, command: &Restore) -> Result<(), Refusal> {
        match command {
            Restore::Stop(label) => self.restore_stop(label),
            Restore::Data(label) => self.restore_data(label),
            Restore::Restart => self.restore_restart(),
        }
    }

    /// Step 1: verifies the backup, then closes the consumers of its groups; static members leave too, so that the groups
    /// become empty.
    fn restore_stop(&mut self, label: &str) -> Result<(), Refusal> {
        let label = self.label(label)?;
        let state = backup::restored(&self.store, &label).map_err(Refusal::new)?;
        let groups: Vec<Rc<str>> = state.groups.iter().map(|group| group.group.clone()).collect();
        let stopped = self.running(&groups);
        self.all(&stopped, |world, name| world.close(name, sim::Goodbye::Leave))?;
        let proof = self.rows(&label)?;
        let next = RestoreStep::Data;
        let awaited = Set::new();
        self.restoring = Some(Restoring { label, next, groups, stopped, proof, awaited, state: Some(state) });
        Ok(())
    }

    /// Step 2: puts data and offsets in place. Refused while a consumer of the groups still runs.
    fn restore_data(&mut self, label: &str) -> Result<(), Refusal> {
        let label = self.label(label)?;
        let restoring = self.restoring.as_ref().filter(|restoring| restoring.label == label);
        let groups = match restoring.map(|restoring| (restoring.next, &restoring.groups)) {
            Some((RestoreStep::Data, groups)) => groups.clone(),
            Some(_) => return Err(Refusal::new("the data is restored already: restore restart comes next")),
            None => return Err(Refusal::new(format!("restore stop {label} comes first"))),
        };
        let running = self.running(&groups);
        if !running.is_empty() {
            return Err(Refusal::new(format!("these consumers still run: {}", running.join(", "))));
        }
        let state = self.restoring.as_mut().and_then(|restoring| restoring.state.take());
        let state = state.expect("the first step verified it");
        let (records, offsets) = totals(&state);
        if let Err(refusal) = self.world.restore(state.clone()) {
            self.restoring.as_mut().expect("it is under way").state = Some(state);
            return Err(refusal.into());
        }
        self.digest_restored();
        self.push(Act::Restored(label, records, offsets));
        Ok(())
    }

    /// Step 3: starts the consumers again; step 4 is theirs.
    fn restore_restart(&mut self) -> Result<(), Refusal> {
        let stopped = match self.restoring.as_ref() {
            Some(restoring) if restoring.next == RestoreStep::Restart => restoring.stopped.clone(),
            Some(restoring) if restoring.next == RestoreStep::Data => {
                return Err(Refusal::new(format!("restore data {} comes first", restoring.label)));
            }
            Some(_) => return Err(Refusal::new("the consumers are started already")),
            None => return Err(Refusal::new("restore stop and restore data come first")),
        };
        // Who was started by hand meanwhile runs already.
        let running = |name: &Rc<str>| self.world.consumer(name).is_some_and(|facts| facts.state.is_alive());
        let idle: Vec<Rc<str>> = stopped.iter().filter(|name| !running(name)).cloned().collect();
        self.all(&idle, |world, name| world.start(name, &sim::Settings::default()))?;
        let awaited = stopped.iter().filter_map(|name| self.world.consumer(name)).map(|facts| facts.group);
        let awaited = awaited.collect();
        let restoring = self.restoring.as_mut().expect("it is under way");
        restoring.awaited = awaited;
        restoring.next = RestoreStep::Resume;
        self.watch_restore();
        Ok(())
    }

    /// Consumers of these groups whose process runs.
    pub fn running(&self, groups: &[Rc<str>]) -> Vec<Rc<str>> {
        let consumers = self.world.consumers().into_iter();
        let running = consumers.filter(|facts| facts.state.is_alive() && groups.contains(&facts.group));
        running.map(|facts| facts.name).collect()
    }

    /// The groups of a backup, sorted; none when it cannot be read.
    pub fn groups_of(&self, label: &str) -> Vec<Rc<str>> {
        let manifest = self.store.manifest(label).and_then(|bytes| Manifest::parse(&bytes).ok());
        manifest.map(|m| m.groups.iter().map(|group| group.group.clone()).collect()).unwrap_or_default()
    }

    /// What is to be proven.
    fn rows(&self, label: &str) -> Result<Vec<ProofRow>, Refusal> {
        let rows = backup::restore::plan(&self.store, label).map_err(Refusal::new)?;
        let row = |row: backup::restore::PlanRow| ProofRow {
            topic: row.topic,
            partition: row.partition,
            digest_backup: row.digest,
            digest_restored: None,
            group: row.group,
            committed: row.committed,
            expected_first: row.first,
            first: None,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Computes the digests of the logs that the world has now.
    fn digest_restored(&mut self) {
        let restoring = self.restoring.as_mut().expect("it is under way");
        let snapshot = self.world.snapshot();
        for row in &mut restoring.proof {
            let topic = snapshot.topics.iter().find(|topic| topic.name == row.topic);
            let log = topic.and_then(|topic| topic.partitions.get(row.partition as usize));
            row.digest_restored = log.map(|log| Digest(log.state_digest()));
        }
        restoring.next = RestoreStep::Restart;
    }
}

/// Records and offsets of a state.
fn totals(state: &RestoredState) -> (u64, u32) {
    let logs = state.topics.iter().flat_map(|topic| &topic.partitions);
    let offsets = state.groups.iter().map(|group| group.offsets.len() as u32).sum();
    (logs.map(crate::log::Partition::record_count).sum(), offsets)
}
