//! The plan of a restore: what it would put where, and what each group would read again or miss, before anything is done.
//!
//! | place | logs | offsets |
//! |---|---|---|
//! | in place | those of the backup, in the stead of those of the same names | those of the backup |
//! | beside | the same, under new names, with new topic ids | the same, for groups under new names |
//! | into | appended to topics that exist, at new offsets | translated |
//!
//! Translation is exact: the target offset of the first restored record whose source offset is the committed one or
//! later; when there is none, the end of what was restored.
//!
//! A partition is appended to the one of its number, so a topic must have as many as the backup. Several into one cannot be
//! exact: what a group has done of each would have to be a prefix of them all, and each group has done something else.

use super::Digest;
use super::restore::RestoredState;
use super::selection::Selection;
use super::snapshot::{GroupSnapshot, Snapshot};
use super::transactions::Ending;
use crate::base::Map;
use std::rc::Rc;

/// What a person wants restored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// The backup.
    pub label: Rc<str>,
    /// A moment of its chain in place of its own, in milliseconds since 1970.
    pub moment_ms: Option<i64>,
    /// Where to.
    pub place: Place,
    /// Where groups go on; `None`: as the place has it.
    pub offsets: Option<Strategy>,
    /// What becomes of transactions that are open where a log ends.
    pub transactions: Ending,
    /// What of the backup is restored.
    pub of: Selection,
}

/// Where a restore puts what it restores.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the stead of topics and groups of the same names.
    #[default]
    InPlace,
    /// Beside them, under names that are this pattern with the old name for its `*`.
    Beside(Rc<str>),
    /// At the end of the topics of the same names.
    Into,
}

/// Where a group goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strategy {
    /// At the committed number, whatever it means in the new log.
    Identical,
    /// At the same record.
    Translated,
    /// At the first record that is not older than the commit.
    Time,
    /// At the start.
    Earliest,
    /// At the end.
    Latest,
}

impl Strategy {
    /// All of them, in the order of [`PlanRow::outcomes`].
    pub const ALL: [Strategy; 5] =
        [Strategy::Identical, Strategy::Translated, Strategy::Time, Strategy::Earliest, Strategy::Latest];

    /// Its name in commands.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::Identical => "identical",
            Strategy::Translated => "translated",
            Strategy::Time => "time",
            Strategy::Earliest => "earliest",
            Strategy::Latest => "latest",
        }
    }
}

/// What a restore would do.
#[derive(Clone)]
pub struct Plan {
    /// What was asked for; the strategy that is used is named.
    pub request: Request,
    /// The strategy that is used.
    pub strategy: Strategy,
    /// A row for each partition and group that has committed there, sorted.
    pub rows: Vec<PlanRow>,
    /// Where restored records lie; only when offsets change.
    pub map: Vec<MapRun>,
    /// The state that takes the place of what is there.
    pub state: RestoredState,
}

/// What a restore would do to one committed offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRow {
    /// Topic, by its name after the restore.
    pub topic: Rc<str>,
    /// Partition.
    pub partition: i32,
    /// Its first offset that can be read.
    pub log_start: i64,
    /// The offset after its last.
    pub log_end: i64,
    /// Records that are in the log now and will not be.
    pub leaves: u64,
    /// Records that are not in the log now and will be.
    pub returns: u64,
    /// The digest of its log.
    pub digest: Digest,
    /// The group that has committed here; a partition without commits has one row without.
    pub group: Option<Rc<str>>,
    /// What the group has committed there now, if it is the same topic.
    pub now: Option<i64>,
    /// The offset that it will have.
    pub committed: Option<i64>,
    /// The offset of the first record at or after it: what must be delivered first; `None` when the log ends there.
    pub first: Option<i64>,
    /// What each strategy comes to, in the order of [`Strategy::ALL`]; none without a group.
    pub outcomes: Vec<Outcome>,
}

/// What a strategy comes to for one committed offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The new offset.
    pub offset: i64,
    /// Records that the group has processed and will be given again.
    pub again: u64,
    /// Records that the group has not processed and will never be given.
    pub skipped: u64,
}

/// Neighbouring records of the backup and where they lie now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapRun {
    /// Topic.
    pub topic: Rc<str>,
    /// Partition.
    pub partition: i32,
    /// The first source offset.
    pub source_first: i64,
    /// The last source offset.
    pub source_last: i64,
    /// The target offset of the first.
    pub target_first: i64,
}

impl Plan {
    /// The offset map as a file: a run a line, with a header.
    pub fn map_csv(&self) -> String {
        let mut text = String::from("topic,partition,source_first,source_last,target_first\n");
        for run in &self.map {
            let MapRun { topic, partition, source_first, source_last, target_first } = run;
            text.push_str(&format!("{topic},{partition},{source_first},{source_last},{target_first}\n"));
        }
        text
    }

    /// The plan a sentence each: what comes where, each strategy for each committed offset, and what a person should know.
    pub fn lines(&self) -> Vec<Rc<str>> {
        let mut lines: Vec<Rc<str>> = Vec::new();
        for row in &self.rows {
            let PlanRow { topic, partition, log_start, log_end, leaves, returns, .. } = row;
            let mut line = format!("{topic}-{partition}: {log_start} to {log_end}");
            for (records, what) in [(leaves, "leave the log"), (returns, "come back")] {
                if *records > 0 {
                    line.push_str(&format!("; {records} {what}"));
                }
            }
            if let (Some(group), Some(committed)) = (&row.group, row.committed) {
                let now = row.now.map_or("none".to_owned(), |now| now.to_string());
                line.push_str(&format!("; {group}: {now} becomes {committed}"));
            }
            for (strategy, outcome) in Strategy::ALL.iter().zip(&row.outcomes) {
                let Outcome { offset, again, skipped } = outcome;
                line.push_str(&format!(
                    "; {} {offset} (read again {again}, skipped {skipped})",
                    strategy.name()
                ));
            }
            lines.push(line.into());
        }
        let told = self.state.moved.iter().chain(&self.state.notes);
        lines.extend(told.map(|told| Rc::from(told.trim_end_matches('.'))));
        lines.extend(self.map.iter().map(|run| {
            let MapRun { topic, partition, source_first, source_last, target_first } = run;
            format!("{topic}-{partition}: {source_first} to {source_last} go to {target_first}").into()
        }));
        lines
    }

    /// What comes of the strategy that is used, of all groups together: records read again, records skipped.
    pub fn cost(&self) -> (u64, u64) {
        let used = self.rows.iter().filter_map(|row| row.outcomes.get(self.strategy as usize));
        used.fold((0, 0), |(again, skipped), outcome| (again + outcome.again, skipped + outcome.skipped))
    }

    /// Records that leave all logs together, and those that come back.
    pub fn exchange(&self) -> (u64, u64) {
        let mut before: Option<(&str, i32)> = None;
        self.rows.iter().fold((0, 0), |(leaves, returns), row| {
            // A partition has a row for each group.
            let here = Some((&*row.topic, row.partition));
            if std::mem::replace(&mut before, here) == here {
                return (leaves, returns);
            }
            (leaves + row.leaves, returns + row.returns)
        })
    }

    /// Groups of the present that have committed in topics that are replaced, and are not restored themselves.
    pub fn bystanders(&self, snapshot: &Snapshot<'_>) -> Vec<Rc<str>> {
        let replaced: Map<&str, ()> = self.state.topics.iter().map(|topic| (&*topic.name, ())).collect();
        let restored =
            |group: &GroupSnapshot| self.state.groups.iter().any(|known| known.group == group.group);
        let touched = |group: &&GroupSnapshot| group.offsets.iter().any(|o| replaced.contains_key(&*o.topic));
        let groups = snapshot.groups.iter().filter(touched).filter(|group| !restored(group));
        groups.map(|group| group.group.clone()).collect()
    }
}
