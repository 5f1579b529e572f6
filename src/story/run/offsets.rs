//! `load __consumer_offsets`: what a broker kept of committed offsets is committed here.

use super::{File, Refusal, Runner};
use crate::backup::{kept, offsets};
use crate::base::Map;
use crate::group::OffsetKey;
use crate::sim::{AdoptedOffsets, LeftOut};
use crate::story::command::{Load, LoadFormat};
use crate::story::load::{LoadError, Report, Source, segment};
use std::rc::Rc;

impl Runner {
    /// Gives groups the offsets of a segment.
    pub(super) fn load_offsets(
        &mut self,
        load: &Load,
        source: &Source,
        file: &File,
    ) -> Result<Report, Refusal> {
        let refused =
            |why: &dyn std::fmt::Display| Err(Refusal::new(format!("{} is not loaded: {why}", load.file)));
        if source.opened.format != LoadFormat::Segment {
            let topic = offsets::TOPIC;
            return refused(&format!(
                "{topic} is the coordinator's own, and takes nothing but a broker's segments"
            ));
        }
        let of_records = load.partitions.is_some() || load.partition.is_some() || load.start.is_some();
        if of_records || load.rate_milli.is_some() || load.topic_id.is_some() {
            return refused(
                &"its offsets become those of groups: partitions=, partition=, start=, rate= and topic-id= say nothing of them",
            );
        }
        // Segments of one folder, in order, are one log: a transaction may go on from one to the next.
        let folder: Option<Rc<str>> = load.file.rsplit_once('/').map(|(folder, _)| folder.into());
        let before = folder.as_ref().and_then(|folder| self.kept.get(folder));
        let follows =
            |reading: &&kept::Reading| segment::base_of(&load.file).is_some_and(|base| base >= reading.end());
        let mut reading = before.filter(follows).cloned().unwrap_or_default();
        let kept = match reading.segment(&file.bytes.whole()) {
            Ok(kept) => kept,
            Err(error) => return refused(&LoadError::Segment(error)),
        };
        match folder {
            Some(folder) if reading.is_open() => drop(self.kept.insert(folder, reading)),
            Some(folder) => drop(self.kept.remove(&folder)),
            None => {}
        }
        let mut report = Report { format: LoadFormat::Segment, ..Report::default() };
        let (mut chosen, mut passed) = (Vec::new(), Map::<Rc<str>, u64>::new());
        for ((group, topic, partition), value) in kept.offsets {
            let name = match load.topics.iter().find(|(name, _)| *name == topic) {
                Some((_, new)) => new.clone(),
                None if load.topics.is_empty() => topic,
                None => {
                    *passed.or_default(topic) += u64::from(value.is_some());
                    continue;
                }
            };
            chosen.push((OffsetKey { group, topic: name, partition }, value));
        }
        let adopted = self.world.adopt_offsets(chosen);
        report.records = adopted.taken;
        say(&mut report.more, &adopted);
        passed.retain(|_, count| *count > 0);
        for (topic, count) in &passed {
            report.more.push(format!("Offsets for {topic}, which is not loaded: {count}."));
        }
        if kept.open > 0 {
            let until = match load.file.contains('/') {
                true => "which are taken with a later one of its folder that ends them",
                false => "which are not taken",
            };
            report.more.push(format!(
                "Offsets of transactions that do not end in this segment, {until}: {}.",
                kept.open
            ));
        }
        if let Some(first) = kept.first_unread {
            report.more.push(format!(
                "Records that are none of {}: {}; the first at offset {first}.",
                offsets::TOPIC,
                kept.unread
            ));
        }
        Ok(report)
    }
}

/// What became of the offsets, a sentence each.
fn say(more: &mut Vec<String>, adopted: &AdoptedOffsets) {
    if !adopted.groups.is_empty() {
        more.push(format!("Groups that go on where they were: {}.", adopted.groups.join(", ")));
    }
    if adopted.beyond > 0 {
        more.push(format!(
            "Offsets beyond the end of their log, which are committed at its end: {}.",
            adopted.beyond
        ));
    }
    for (why, count) in &adopted.left {
        more.push(match why {
            LeftOut::NoPartition(topic) => {
                format!("Offsets for {topic}, which has no such partition here: {count}.")
            }
            LeftOut::OtherTopic(topic, id) => format!(
                "Offsets for {topic}, which has another id here than {id}: {count}. Load it with topic-id={id}."
            ),
            LeftOut::HasMembers(group) => {
                format!("Offsets of {group}, which has members here: {count}. Stop them first.")
            }
            LeftOut::BadName(group) => {
                format!("Offsets of {group:?}, a name that no group has here: {count}.")
            }
        });
    }
}
