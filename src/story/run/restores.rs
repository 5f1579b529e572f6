//! `restore`: its plan, its steps, enforced, and its undo.

use super::proof::{Going, ProofRow, RestoreStep, Safety};
use super::{Act, Refusal, Restoring, Runner};
use crate::backup::manifest::KindName;
use crate::backup::{
    self, Digest, Kind, Manifest, MemoryStore, Plan, PlanRow, Preparation, RestoredState, Snapshot, Store,
};
use crate::base::Set;
use crate::sim;
use crate::story::command::{Restore, Target};
use std::ops::Range;
use std::rc::Rc;

/// Lines of a plan that are told; further ones are counted.
const LINES_MAX: usize = 500;

impl Runner {
    pub(super) fn restore(&mut self, command: &Restore) -> Result<(), Refusal> {
        match command {
            Restore::Plan(target) => {
                let plan = self.plan(target)?;
                self.push(Act::Said(format!("plan of {}", plan.request.label).into(), self.told(&plan)));
                Ok(())
            }
            Restore::Stop(target) => {
                let plan = self.plan(target)?;
                self.restore_stop((plan.request.label.clone(), false), plan, Going::StepByStep)
            }
            Restore::Data(label) => self.restore_data(label),
            Restore::Restart => self.restore_restart(),
            Restore::Apply(target) => {
                let plan = self.plan(target)?;
                self.restore_stop((plan.request.label.clone(), false), plan, Going::ByItself)
            }
            Restore::Undo => self.undo(),
        }
    }

    /// The plan of a restore into the present.
    pub fn plan(&self, target: &Target) -> Result<Plan, Refusal> {
        let request = target.request(self.label(&target.label)?);
        backup::plan(&self.store, &request, &self.world.snapshot()).map_err(Refusal::new)
    }

    /// What a person should know of a plan beyond its rows.
    pub fn plan_notes(&self, plan: &Plan) -> Vec<Rc<str>> {
        let mut lines: Vec<Rc<str>> = plan.state.moved.iter().chain(&plan.state.notes).cloned().collect();
        lines.extend(self.bystanders(plan));
        lines
    }

    /// A sentence for each group that reads what is restored and is not restored itself.
    fn bystanders(&self, plan: &Plan) -> impl Iterator<Item = Rc<str>> {
        let groups = plan.bystanders(&self.world.snapshot()).into_iter();
        groups.map(|group| format!("group {group} is not restored, and keeps the offsets that it has").into())
    }

    fn told(&self, plan: &Plan) -> Vec<Rc<str>> {
        let mut lines = plan.lines();
        if lines.len() > LINES_MAX {
            let more = format!("and {} lines more", lines.len() - LINES_MAX);
            lines.truncate(LINES_MAX);
            lines.push(more.into());
        }
        let (again, skipped) = plan.cost();
        let strategy = plan.strategy.name();
        lines.push(
            format!("{strategy}: {again} records read again, {skipped} skipped by all groups together")
                .into(),
        );
        let (leaves, returns) = plan.exchange();
        if leaves + returns > 0 {
            lines.push(format!("{leaves} records leave the logs, {returns} come back").into());
        }
        lines.extend(self.bystanders(plan));
        lines
    }

    /// Step 1, after everything was verified: closes the consumers of the groups; static members leave too, so that the
    /// groups become empty.
    fn restore_stop(
        &mut self,
        (label, undoes): (Rc<str>, bool),
        plan: Plan,
        going: Going,
    ) -> Result<(), Refusal> {
        let groups = plan.state.groups.iter().map(|group| group.group.clone());
        let groups: Vec<Rc<str>> = groups.chain(plan.state.gone.groups.iter().cloned()).collect();
        let stopped = self.running(&groups);
        self.all(&stopped, |world, name| world.close(name, sim::Goodbye::Leave))?;
        let proof = plan.rows.iter().map(row).collect();
        let (next, awaited) = (RestoreStep::Data, Set::new());
        let plan = Some(Rc::new(plan));
        self.restoring = Some(Restoring {
            label,
            undoes,
            next,
            groups,
            stopped,
            proof,
            awaited,
            plan,
            going,
            safety: None,
        });
        self.go_on();
        Ok(())
    }

    /// Goes to the next steps of a restore that goes by itself, as soon as nothing is in the way.
    pub(super) fn go_on(&mut self) {
        let Some(restoring) = self.restoring.as_ref().filter(|restoring| restoring.goes_on()) else { return };
        if !self.running(&restoring.groups).is_empty() {
            return;
        }
        let label = restoring.label.clone();
        if let Err(refusal) = self.put(&label).and_then(|()| self.restore_restart()) {
            self.restoring.as_mut().expect("it is under way").going = Going::StepByStep;
            self.push(Act::Refused(format!("restore apply {label}").into(), refusal.reason));
        }
    }

    /// Step 2: puts data and offsets in place. Refused while a consumer of the groups still runs.
    fn restore_data(&mut self, label: &str) -> Result<(), Refusal> {
        let under_way = self.restoring.as_ref().filter(|restoring| restoring.next == RestoreStep::Data);
        let label = match under_way.filter(|_| label == "latest") {
            // A backup that was taken since is not what was stopped for.
            Some(restoring) => restoring.label.clone(),
            None => self.label(label)?,
        };
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
        self.put(&label)
    }

    /// Puts the planned state in place, after a safety backup of what is there.
    fn put(&mut self, label: &Rc<str>) -> Result<(), Refusal> {
        let planned = self.restoring.as_ref().and_then(|restoring| restoring.plan.clone());
        let mut plan = planned.expect("the first step made it");
        if plan.request.place == backup::Place::Into {
            // Producers went on meanwhile: what is restored goes behind what they wrote.
            let again = backup::plan(&self.store, &plan.request, &self.world.snapshot());
            plan = Rc::new(again.map_err(Refusal::new)?);
        }
        let safety = self.safety()?;
        let (records, offsets) = totals(&plan.state);
        self.world.restore(plan.state.clone())?;
        let restoring = self.restoring.as_mut().expect("it is under way");
        restoring.proof = plan.rows.iter().map(row).collect();
        restoring.plan = Some(plan);
        restoring.safety = Some(safety);
        self.digest_restored();
        self.push(Act::Restored(label.clone(), records, offsets));
        Ok(())
    }

    /// Begins to make the files of the safety backup of this moment, as [`Runner::prepare`] does, if it is the data's turn.
    pub fn prepare_safety(&self, outside: Range<u64>) -> Option<Preparation> {
        let due = self.restoring.as_ref().filter(|restoring| restoring.next == RestoreStep::Data)?;
        let (kind, options) = of_safety();
        let (store, snapshot) = (MemoryStore::new(), self.world.snapshot());
        let ready = self.running(&due.groups).is_empty();
        ready.then(|| Preparation::new(kind, &snapshot, &options, &store, outside).ok())?
    }

    /// A full backup of the present, beside those of the catalog.
    fn safety(&mut self) -> Result<Rc<Safety>, Refusal> {
        let mut store = MemoryStore::new();
        let (kind, options) = of_safety();
        let prepared = self.prepared.take();
        let snapshot = Snapshot { prepared: prepared.as_ref(), ..self.world.snapshot() };
        let captured = backup::capture(kind, &snapshot, &options, &store).map_err(Refusal::new)?;
        store.apply(&captured.transaction).map_err(Refusal::new)?;
        // Nobody else has this store, and what it holds was read just now to be put there.
        store.prove(&captured.label, store.changed());
        Ok(Rc::new(Safety { store, label: captured.label }))
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

    /// Puts back what was there before the last restore, in its steps, each as soon as it can be.
    fn undo(&mut self) -> Result<(), Refusal> {
        let Some(restoring) = &self.restoring else { return Err(Refusal::new("nothing was restored yet")) };
        let (Some(safety), Some(done)) = (restoring.safety.clone(), restoring.plan.clone()) else {
            return Err(Refusal::new(format!(
                "the data of {} is not restored yet: there is nothing to undo",
                restoring.label
            )));
        };
        let plan = backup::undo(&safety.store, &safety.label, &done, &self.world.snapshot());
        let label = format!("what was before {}", restoring.label);
        self.restore_stop((label.into(), true), plan.map_err(Refusal::new)?, Going::ByItself)
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

/// What a safety backup is: all there is.
fn of_safety() -> (&'static Kind, backup::Options) {
    (Kind::of(KindName::Full), backup::Options::default())
}

/// What is to be proven of a row of the plan.
fn row(row: &PlanRow) -> ProofRow {
    ProofRow {
        topic: row.topic.clone(),
        partition: row.partition,
        digest_backup: row.digest,
        digest_restored: None,
        group: row.group.clone(),
        committed: row.committed,
        expected_first: row.first,
        first: None,
    }
}

/// Records and offsets of a state.
fn totals(state: &RestoredState) -> (u64, u32) {
    let logs = state.topics.iter().flat_map(|topic| &topic.partitions);
    // What groups have elsewhere stays as it is.
    let here = |topic: &Rc<str>| state.topics.iter().any(|restored| restored.name == *topic);
    let offsets = state.groups.iter().flat_map(|group| &group.offsets);
    let offsets = offsets.filter(|offset| here(&offset.topic)).count() as u32;
    (logs.map(crate::log::Partition::record_count).sum(), offsets)
}
