//! The chosen topics of a folder become commands, a line a segment.

use super::{Folder, FolderTopic};
use crate::session::{Session, sentence};
use crate::story::Command;
use crate::story::command::{Load, LoadFormat};
use crate::story::load::Report;
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
        let taken: Vec<Rc<str>> = self.runner.world().topics().into_iter().map(|topic| topic.name).collect();
        let mut lines = Vec::new();
        for (at, (name, new)) in chosen.iter().enumerate() {
            let topic = folder.topics.iter().find(|topic| topic.name == *name && topic.loadable());
            let topic = topic.ok_or_else(|| format!("{name} cannot be loaded."))?;
            if taken.contains(new) || chosen[..at].iter().any(|(_, other)| other == new) {
                return Err(format!("There is a topic {new} already: give this one another name.").into());
            }
            for load in loads(folder, topic, new) {
                let line = Command::Load(load).to_string();
                lines.push(Command::parse(&line).map_err(|error| Rc::from(sentence(&error.reason())))?);
            }
        }
        if lines.is_empty() {
            return Err("No topic is chosen.".into());
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
            topics: chosen.iter().map(|(_, new)| new.clone()).collect(),
            partitions: 0,
            records: 0,
            remarks: Vec::new(),
        };
        for topic in folder.topics.iter().filter(|topic| chosen.iter().any(|(name, _)| *name == topic.name)) {
            summary.partitions += topic.partitions.len() as u64;
            let transactional = topic.partitions.iter().map(|partition| partition.transactional).sum();
            let report = Report { transactional, ..Report::default() };
            summary
                .remarks
                .extend(report.remarks().iter().map(|said| format!("{}: {said}", topic.name).into()));
        }
        for event in &self.runner.events()[told..] {
            if let Act::Loaded { records, .. } = &event.what {
                summary.records += records;
            }
        }
        Ok(summary)
    }
}

/// A line a segment, in the order of offsets; the first makes the topic with all of its partitions.
fn loads(folder: &Folder, topic: &FolderTopic, new: &Rc<str>) -> Vec<Load> {
    let last = topic.partitions.last().map_or(0, |partition| partition.number);
    let mut loads: Vec<Load> = Vec::new();
    for partition in &topic.partitions {
        for (at, place) in partition.logs.iter().enumerate() {
            let file = &folder.files[*place as usize];
            loads.push(Load {
                topic: new.clone(),
                file: file.path.clone(),
                format: Some(LoadFormat::Segment),
                key: None,
                time: None,
                rate_milli: None,
                partitions: loads.is_empty().then_some(last + 1),
                partition: Some(partition.number),
                start: partition.told_start.filter(|_| at == 0),
                sha256: None,
            });
        }
    }
    loads
}
