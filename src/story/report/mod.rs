//! What a run came to: for people as text, for programs as JSON.

mod happened;
mod json;
mod text;

pub use happened::happened;
pub use json::json;
pub use text::text;

use super::command::Value;
use super::measure::{MEASURES, Measure, Subject};
use super::run::{Act, CheckResult, Runner, value};
use crate::base::{Time, hash};
use crate::sim::query::{GroupFacts, PartitionFacts, SharePartitionFacts};
use std::rc::Rc;

/// What a run came to at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The story's title.
    pub title: Option<Rc<str>>,
    /// The seed.
    pub seed: u64,
    /// The moment.
    pub time: Time,
    /// The state hash, 16 hexadecimal digits.
    pub hash: String,
    /// The measures of the run, in the order of [`MEASURES`].
    pub measures: Vec<(Measure, Value)>,
    /// Every group, by name, with the partitions of the topics that it reads.
    pub groups: Vec<GroupReport>,
    /// The checks, in the order in which they were judged.
    pub checks: Vec<CheckResult>,
    /// Commands that were refused: when, line, reason.
    pub refusals: Vec<(Time, Rc<str>, Rc<str>)>,
    /// Files that were loaded.
    pub loads: Vec<LoadReport>,
    /// What is known of the last restore; `None` without one.
    pub proof: Option<&'static str>,
}

/// A file that was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadReport {
    /// The file.
    pub file: Rc<str>,
    /// The topic.
    pub topic: Rc<str>,
    /// Records written or on their way.
    pub records: u64,
    /// Lines that could not be used.
    pub unusable: u64,
    /// The first of those: line number and reason.
    pub named: Vec<(u64, Rc<str>)>,
    /// Remarks, a sentence each.
    pub remarks: Vec<Rc<str>>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupReport {
    /// What the world says of it.
    pub facts: GroupFacts,
    /// Its partitions: topic, number, and how the group sees it.
    pub partitions: Vec<(Rc<str>, i32, PartitionFacts)>,
    /// Of a share group: the partitions that it has read, and what became of their records.
    pub shares: Vec<SharePartitionFacts>,
}

impl Report {
    /// The report of a run now.
    pub fn of(runner: &mut Runner) -> Report {
        let title = runner.story().title().cloned();
        let measures = runner.ledger().clone().measures(runner.world(), None);
        let of_run = MEASURES.iter().filter(|spec| spec.subject == Subject::Run);
        let world = runner.world();
        let groups = world.groups().into_iter().map(|facts| group(runner, facts)).collect();
        let refusals = runner.events().iter().filter_map(|event| match &event.what {
            Act::Refused(line, reason) => Some((event.at, line.clone(), reason.clone())),
            _ => None,
        });
        Report {
            title,
            seed: runner.seed(),
            time: runner.now(),
            hash: hash::hex(runner.hash()),
            measures: of_run.map(|spec| (spec.measure, value(spec.measure, &measures))).collect(),
            groups,
            checks: runner.checks().to_vec(),
            refusals: refusals.collect(),
            loads: loads(runner),
            proof: runner.restoring().map(|restoring| restoring.proof().name()),
        }
    }

    /// Whether every check holds.
    pub fn holds(&self) -> bool {
        self.checks.iter().all(|check| check.holds)
    }
}

fn group(runner: &Runner, facts: GroupFacts) -> GroupReport {
    let world = runner.world();
    let mut partitions = Vec::new();
    for topic in world.topics() {
        if topic.groups.contains(&facts.name) {
            let seen = (0..topic.partitions).filter_map(|number| {
                Some((topic.name.clone(), number, world.partition(&topic.name, number, Some(&facts.name))?))
            });
            partitions.extend(seen);
        }
    }
    let shares = world.share_partitions(&facts.name);
    GroupReport { facts, partitions, shares }
}

fn loads(runner: &Runner) -> Vec<LoadReport> {
    let mut loads: Vec<LoadReport> = Vec::new();
    for event in runner.events() {
        match (&event.what, loads.last_mut()) {
            (Act::Loaded { topic, file, records, unusable, remarks }, _) => loads.push(LoadReport {
                file: file.clone(),
                topic: topic.clone(),
                records: *records,
                unusable: *unusable,
                named: Vec::new(),
                remarks: remarks.clone(),
            }),
            // The lines of a file follow it.
            (Act::LineRefused(_, line, reason), Some(load)) => load.named.push((*line, reason.clone())),
            _ => {}
        }
    }
    loads
}
