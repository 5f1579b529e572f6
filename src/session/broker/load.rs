//! The chosen topics of a folder become commands, a line a segment.

use super::{Folder, FolderFile, FolderTopic};
use crate::backup::offsets;
use crate::base::Uuid;
use crate::session::{Session, sentence};
use crate::story::Command;
use crate::story::command::{Load, LoadFormat};
use crate::story::load::Report;
use crate::story::parse::LINE_CHARS_MAX;
use crate::story::run::Act;
use std::rc::Rc;

/// What became of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderSummary {
    /// The lines of the commands.
    pub lines: Vec<Rc<str>>,
    /// The topics that were made.
    pub topics: Vec<Rc<str>>,
    /// Partitions that were loaded.
    pub partitions: u64,
    /// Records that were loaded, markers not counted.
    pub records: u64,
    /// What is to be known, a sentence each.
    pub remarks: Vec<Rc<str>>,
}

impl Session {
    /// Loads topics of a folder: each by its name there, and the name that it gets here.
    ///
    /// # Errors
    /// Why they are refused, in words. Then nothing changed.
    pub fn load_folder(
        &mut self,
        folder: &Folder,
        chosen: &[(Rc<str>, Rc<str>)],
    ) -> Result<FolderSummary, Rc<str>> {
        let topics: Vec<&(Rc<str>, Rc<str>)> = chosen.iter().filter(|(name, _)| !is_offsets(name)).collect();
        let mut lines = self.lines_of_topics(folder, &topics)?;
        if chosen.iter().any(|(name, _)| is_offsets(name)) {
            for load in loads_of_offsets(folder, &topics) {
                lines.push(line(load)?);
            }
        }
        let (before, told) = (self.runner.clone(), self.runner.events().len());
        for file in &folder.files {
            if matches!(file.kind, super::FileKind::Log(_)) {
                self.runner.files_mut().give(&file.path, file.bytes.clone());
            }
        }
        let done: Result<Vec<Rc<str>>, Rc<str>> = lines.into_iter().map(|line| self.command(line)).collect();
        let lines = match done {
            Ok(lines) => lines,
            Err(why) => {
                self.runner = before;
                return Err(why);
            }
        };
        let mut summary = FolderSummary {
            lines,
            topics: topics.iter().map(|(_, new)| new.clone()).collect(),
            partitions: 0,
            records: 0,
            remarks: Vec::new(),
        };
        for topic in folder.topics.iter().filter(|topic| topics.iter().any(|(name, _)| *name == topic.name)) {
            summary.partitions += topic.partitions.len() as u64;
            let transactional = topic.partitions.iter().map(|partition| partition.transactional).sum();
            let report = Report { transactional, ..Report::default() };
            summary
                .remarks
                .extend(report.remarks().iter().map(|said| format!("{}: {said}", topic.name).into()));
        }
        for event in &self.runner.events()[told..] {
            match &event.what {
                Act::Loaded { topic, remarks, .. } if is_offsets(topic) => {
                    let said = &mut summary.remarks;
                    let new = remarks.iter().filter(|remark| !said.contains(remark)).cloned();
                    let new: Vec<Rc<str>> = new.collect();
                    said.extend(new);
                }
                Act::Loaded { records, .. } => summary.records += records,
                _ => {}
            }
        }
        Ok(summary)
    }

    /// The lines of topics that are loaded.
    fn lines_of_topics(
        &self,
        folder: &Folder,
        chosen: &[&(Rc<str>, Rc<str>)],
    ) -> Result<Vec<Command>, Rc<str>> {
        let taken: Vec<Rc<str>> = self.runner.world().topics().into_iter().map(|topic| topic.name).collect();
        let mut lines = Vec::new();
        for (at, (name, new)) in chosen.iter().enumerate() {
            let topic = folder.topics.iter().find(|topic| topic.name == *name && topic.loadable());
            let topic = topic.ok_or_else(|| format!("{name} cannot be loaded."))?;
            if taken.contains(new) || chosen[..at].iter().any(|(_, other)| other == new) {
                return Err(format!("There is a topic {new} already: give this one another name.").into());
            }
            // A topic that is loaded a second time is another one here.
            let id = topic.id.filter(|id| self.runner.world().topic_with(*id).is_none());
            for load in loads(folder, topic, new, id) {
                lines.push(line(load)?);
            }
        }
        if lines.is_empty() {
            return Err("No topic is chosen.".into());
        }
        Ok(lines)
    }
}

/// What was chosen takes the way of a line, and with it all of its checks.
fn line(load: Load) -> Result<Command, Rc<str>> {
    let line = Command::Load(load).to_string();
    Command::parse(&line).map_err(|error| Rc::from(sentence(&error.reason())))
}

fn is_offsets(topic: &str) -> bool {
    topic == offsets::TOPIC
}

/// A line a segment, in the order of offsets; the first makes the topic with all of its partitions.
fn loads(folder: &Folder, topic: &FolderTopic, new: &Rc<str>, id: Option<Uuid>) -> Vec<Load> {
    let last = topic.partitions.last().map_or(0, |partition| partition.number);
    let mut loads: Vec<Load> = Vec::new();
    for partition in &topic.partitions {
        for (at, place) in partition.logs.iter().enumerate() {
            let first = loads.is_empty();
            loads.push(Load {
                partitions: first.then_some(last + 1),
                partition: Some(partition.number),
                start: partition.told_start.filter(|_| at == 0),
                topic_id: id.filter(|_| first),
                ..segment(new, &folder.files[*place as usize])
            });
        }
    }
    loads
}

/// A line a segment of committed offsets, for the topics that are loaded; more when one would be too long.
fn loads_of_offsets(folder: &Folder, topics: &[&(Rc<str>, Rc<str>)]) -> Vec<Load> {
    let mut named: Vec<Vec<(Rc<str>, Rc<str>)>> = Vec::new();
    let mut chars = usize::MAX;
    for (name, new) in topics {
        let more = name.len() + new.len() + 2;
        if chars.saturating_add(more) > LINE_CHARS_MAX / 2 {
            named.push(Vec::new());
            chars = 0;
        }
        chars += more;
        named.last_mut().expect("one was begun").push((name.clone(), new.clone()));
    }
    let kept = folder.topics.iter().filter(|topic| topic.holds_offsets());
    let logs = kept.flat_map(|topic| &topic.partitions).flat_map(|partition| &partition.logs);
    logs.flat_map(|place| {
        let load = segment(&offsets::TOPIC.into(), &folder.files[*place as usize]);
        named.iter().map(move |topics| Load { topics: topics.clone(), ..load.clone() })
    })
    .collect()
}

/// The line of a segment.
fn segment(topic: &Rc<str>, file: &FolderFile) -> Load {
    Load {
        topic: topic.clone(),
        file: file.path.clone(),
        format: Some(LoadFormat::Segment),
        key: None,
        time: None,
        rate_milli: None,
        partitions: None,
        partition: None,
        start: None,
        topic_id: None,
        topics: Vec::new(),
        sha256: None,
    }
}
