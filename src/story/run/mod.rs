//! A story runs: a world, its backups, and the lines that are still to come.
//!
//! # Order
//! A command at time t is carried out after all events up to and including t; then the events that are due at t happen;
//! then comes the next command. A person's act at the present has the same place, so the text of a run with all its
//! acts ([`Runner::text`]) gives the same run again, to the last event.
//!
//! A command that is refused changes nothing, is kept as an [`Event`], and the run goes on.

mod archive;
mod backups;
mod carry;
mod check;
mod event;
mod files;
mod load;
mod offsets;
mod proof;
mod restores;
mod schedule;

pub use archive::Exported;
pub use check::CheckResult;
pub(super) use check::value;
pub use event::{Act, Event, Refusal};
pub use files::{File, FileError, Files};
pub use load::{Loading, unloadable};
pub use proof::{Proof, ProofRow, RestoreStep, Restoring};
pub use schedule::{SCHEDULES_MAX, Schedule};

use super::command::{Command, End, Seed};
use super::parse::{Line, Step, Story};
use crate::backup::manifest::KindName;
use crate::backup::{Known, MemoryStore, Prepared, Report, Transaction, kept};
use crate::base::{Map, Time, limit};
use crate::measure::Ledger;
use crate::sim::{World, WorldConfig, coordinator_with};
use std::rc::Rc;

/// The seed of a story without a `seed` line.
pub const SEED: u64 = 1;

/// What a run has beside its story.
#[derive(Clone, Default)]
pub struct Options {
    /// A seed in place of the story's.
    pub seed: Option<u64>,
    /// Member ids in place of random ones, by name (see [`WorldConfig::member_ids`]).
    pub member_ids: Map<Rc<str>, Rc<str>>,
    /// Backups that exist already.
    pub store: MemoryStore,
    /// Files that `load` finds.
    pub files: Files,
}

/// A story that runs.
#[derive(Clone)]
pub struct Runner {
    lines: Vec<Line>,
    /// The number of lines up to and including the last one that was carried out.
    done: u32,
    world: World,
    ledger: Ledger,
    store: MemoryStore,
    transactions: Vec<Transaction>,
    /// What whoever drives the run has found out of a backup already: the next `backup verify` of it says so.
    verified: Option<(Rc<str>, Report)>,
    /// Files of the next backup that are made already.
    prepared: Option<Prepared>,
    /// What is known already of the archive that is taken in next.
    known_archive: Option<crate::backup::archive::Known>,
    /// A load that was begun: the next command, if that is it, takes it over.
    loading: Option<Loading>,
    files: Files,
    exports: Vec<Exported>,
    events: Vec<Event>,
    checks: Vec<CheckResult>,
    restoring: Option<Restoring>,
    schedules: Vec<Schedule>,
    /// The last full and the last backup after it, with the logs that they were taken of.
    known: Vec<Known>,
    refused_groups: Map<Rc<str>, Rc<str>>,
    /// By folder: partitions of committed offsets whose transactions a further segment may end.
    kept: Map<Rc<str>, kept::Reading>,
    last_act: Option<(Time, Rc<str>)>,
}

/// Driving.
impl Runner {
    /// A run at its beginning: the lines of time 0 are carried out.
    pub fn new(story: &Story, options: Options) -> Runner {
        let mut lines = story.lines.clone();
        if let Some(seed) = options.seed {
            set_seed(&mut lines, seed);
        }
        let config = config(&lines, options.member_ids);
        let mut runner = Runner {
            lines,
            done: 0,
            world: World::new(config),
            ledger: Ledger::new(),
            store: options.store,
            transactions: Vec::new(),
            verified: None,
            prepared: None,
            known_archive: None,
            loading: None,
            files: options.files,
            exports: Vec::new(),
            events: Vec::new(),
            checks: Vec::new(),
            restoring: None,
            schedules: Vec::new(),
            known: Vec::new(),
            kept: Map::new(),
            refused_groups: Map::new(),
            last_act: None,
        };
        runner.advance_to(Time::ZERO);
        runner
    }

    /// The present: all events and lines up to and including this moment have happened.
    pub fn now(&self) -> Time {
        self.world.now()
    }

    /// The moment of the `end` line.
    pub fn end(&self) -> Option<Time> {
        self.lines.iter().find_map(|line| match line.step.as_ref()?.command {
            Command::End(End { at }) => Some(at),
            _ => None,
        })
    }

    /// The moment of the last line.
    pub fn last_line_at(&self) -> Time {
        self.lines.iter().rev().find_map(|line| line.step.as_ref()).map_or(Time::ZERO, |step| step.at)
    }

    /// When something happens next: an event or a line; `None` when nothing ever will.
    pub fn next_at(&self) -> Option<Time> {
        [self.next_act_at(), self.world.next_event_at()].into_iter().flatten().min()
    }

    /// Lets everything happen that is due up to and including `time`, within the longest run ([`limit::RUN_MAX`]).
    pub fn advance_to(&mut self, time: Time) {
        while self.advance_to_backup(time).is_some() {
            self.next_act();
        }
    }

    /// The same up to the moment at which a backup is to be taken: then that comes back, and comes with
    /// [`Runner::next_act`].
    pub fn advance_to_backup(&mut self, time: Time) -> Option<(KindName, Vec<Rc<str>>)> {
        let time = time.min(Time::ZERO + limit::RUN_MAX);
        while let Some(at) = self.next_act_at().filter(|at| *at <= time) {
            self.advance_world(at);
            if let Some(backup) = self.next_backup() {
                return Some(backup);
            }
            self.next_act();
        }
        self.advance_world(time);
        None
    }

    /// Lets one event happen, or carries one line out; the present afterwards. `None` when nothing is left.
    pub fn step(&mut self) -> Option<Time> {
        let event = self.world.next_event_at();
        match self.next_act_at() {
            Some(at) if event.is_none_or(|event| event > at) => {
                self.advance_world(at);
                self.next_act();
            }
            _ => {
                event.filter(|&event| event <= Time::ZERO + limit::RUN_MAX)?;
                self.world.step()?;
                self.watch_restore();
            }
        }
        Some(self.now())
    }

    /// Runs to `until`, else to the story's end, else to its last line.
    pub fn finish(&mut self, until: Option<Time>) {
        self.advance_to(until.or(self.end()).unwrap_or_else(|| self.last_line_at()));
    }

    /// Carries a person's act out now, and writes it into the text.
    ///
    /// # Errors
    /// Why it is refused, in words; then nothing changed, and the text is as it was.
    pub fn apply(&mut self, command: Command) -> Result<Command, Refusal> {
        self.advance_to(self.now());
        if matches!(command, Command::Seed(_) | Command::Cluster(_) | Command::Network(_) | Command::End(_)) {
            let reason = format!("{command} has its place in the text of the story: edit it there");
            return Err(self.refused(command.to_string(), Refusal::new(reason)));
        }
        let carried = self.carry_out(&command)?;
        let step = Step { at: self.now(), command: carried.clone() };
        self.last_act = Some((step.at, step.command.to_string().into()));
        self.write_down(step);
        self.advance_world(self.now());
        Ok(carried)
    }

    /// The next line that is to be carried out: its index and its time.
    pub(super) fn pending(&self) -> Option<(usize, Time)> {
        let from = self.done as usize;
        let steps = self.lines[from..].iter().map(|line| line.step.as_ref());
        steps.enumerate().find_map(|(index, step)| step.map(|step| (from + index, step.at)))
    }

    /// Takes the scheduled backup that is due, else carries out the next line, at its moment.
    pub fn next_act(&mut self) {
        match self.backup_due() {
            Some(at) if at <= self.now() => self.take_due(),
            _ => self.next_line(),
        }
    }

    fn next_line(&mut self) {
        let Some((index, _)) = self.pending() else { return };
        self.done = index as u32 + 1;
        let step = self.lines[index].step.clone().expect("a pending line has a step");
        if let Ok(carried) = self.carry_out(&step.command) {
            self.lines[index].step = Some(Step { command: carried, ..step });
        }
        self.advance_world(self.now());
    }

    /// Lets the world's events happen up to `time`. While a restore waits for its first records, one by one, so that
    /// the moment of its proof does not depend on how time was cut.
    pub(super) fn advance_world(&mut self, time: Time) {
        while self.restoring.as_ref().is_some_and(|restoring| restoring.waits() || restoring.goes_on())
            && self.world.next_event_at().is_some_and(|at| at <= time)
        {
            self.world.step();
            self.watch_restore();
        }
        self.world.advance_to(time);
    }

    /// Puts an act into the text, after the last line that was carried out and before the story's end.
    fn write_down(&mut self, step: Step) {
        let is_end = |line: &Line| line.step.as_ref().is_some_and(|s| matches!(s.command, Command::End(_)));
        let ended = self.lines[..self.done as usize].iter().position(is_end);
        let at = step.at;
        let line = Line { step: Some(step), comment: None };
        match ended {
            Some(index) => {
                let mut end = self.lines.remove(index);
                end.step = Some(Step { at, command: Command::End(End { at }) });
                self.lines.insert(self.done as usize - 1, line);
                self.lines.insert(self.done as usize, end);
                self.done += 1;
            }
            None => {
                let first =
                    self.lines.iter().position(|line| line.step.is_some()).unwrap_or(self.lines.len());
                let index = if self.done == 0 { first } else { self.done as usize };
                self.lines.insert(index, line);
                self.done = index as u32 + 1;
            }
        }
    }
}

/// Reading.
impl Runner {
    /// The world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What the run cost so far.
    pub fn ledger(&mut self) -> &Ledger {
        self.ledger.update(&self.world);
        &self.ledger
    }

    /// World and ledger together, for views.
    pub fn world_and_ledger(&mut self) -> (&World, &Ledger) {
        self.ledger.update(&self.world);
        (&self.world, &self.ledger)
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.world.config().seed
    }

    /// The state hash.
    pub fn hash(&self) -> u64 {
        self.world.hash()
    }

    /// The story with every act at its time: running it gives this run again. Canonical lines.
    pub fn story(&self) -> Story {
        Story { lines: self.lines.clone() }.plain()
    }

    /// [`Runner::story`] as text.
    pub fn text(&self) -> String {
        self.story().to_string()
    }

    /// The newest act of a person, as its line, with its time.
    pub fn last_act(&self) -> Option<&(Time, Rc<str>)> {
        self.last_act.as_ref()
    }

    /// What the runner did and found, oldest first.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The checks so far.
    pub fn checks(&self) -> &[CheckResult] {
        &self.checks
    }

    /// The restore under way, or the last one.
    pub fn restoring(&self) -> Option<&Restoring> {
        self.restoring.as_ref()
    }
}

/// Backups and files.
impl Runner {
    /// The backups.
    pub fn store(&self) -> &MemoryStore {
        &self.store
    }

    /// The backups, for an import or for what storage held. The run itself does not change.
    pub fn store_mut(&mut self) -> &mut MemoryStore {
        &mut self.store
    }

    /// Changes of the backups since the last call, oldest first, for whoever stores them.
    pub fn take_transactions(&mut self) -> Vec<Transaction> {
        std::mem::take(&mut self.transactions)
    }

    /// Gives the report of a backup as it is now, which the next `backup verify` of it need not make again.
    pub fn give_report(&mut self, label: &str, report: Report) {
        self.verified = Some((label.into(), report));
    }

    /// Archives that were written since the last call, oldest first.
    pub fn take_exports(&mut self) -> Vec<Exported> {
        std::mem::take(&mut self.exports)
    }

    /// The files that `load` finds.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The files, to add one.
    pub fn files_mut(&mut self) -> &mut Files {
        &mut self.files
    }
}

/// Puts the seed where the story has it, else before its first command.
fn set_seed(lines: &mut Vec<Line>, seed: u64) {
    let command = Command::Seed(Seed { seed });
    let is_seed = |line: &&mut Line| matches!(line.step, Some(Step { command: Command::Seed(_), .. }));
    match lines.iter_mut().find(is_seed) {
        Some(line) => line.step = Some(Step { at: Time::ZERO, command }),
        None => {
            let first = lines.iter().position(|line| line.step.is_some()).unwrap_or(lines.len());
            let step = Some(Step { at: Time::ZERO, command });
            lines.insert(first, Line { step, comment: None });
        }
    }
}

fn config(lines: &[Line], member_ids: Map<Rc<str>, Rc<str>>) -> WorldConfig {
    let mut config = WorldConfig { seed: SEED, member_ids, ..WorldConfig::default() };
    for step in lines.iter().filter_map(|line| line.step.as_ref()) {
        match &step.command {
            Command::Seed(seed) => config.seed = seed.seed,
            Command::Cluster(cluster) => {
                // The parser has refused what a broker does not start with.
                config.coordinator = coordinator_with(&cluster.broker).unwrap_or(config.coordinator);
                config.upkeep = cluster.upkeep;
            }
            Command::Network(network) => {
                config.latency = network.latency;
                config.jitter = network.jitter;
            }
            _ => {}
        }
    }
    config
}
