//! What a manifest must say to be consistent in itself, before a file is read.

use super::{Finding, Report};
use crate::backup::label::{AHEAD_SECS_MAX, Label};
use crate::backup::layout;
use crate::backup::manifest::{
    Change, FileEntry, FileKind, GroupEntry, KindName, Manifest, Offset, PartitionEntry,
};
use crate::backup::offsets;
use crate::base::{Map, Set, Uuid};
use std::rc::Rc;

/// Checks `manifest`. Says whether its files can be looked at: whether their paths are those that they must have.
pub fn check(manifest: &Manifest, report: &mut Report) -> bool {
    let mut shape = Shape { manifest, wrong: Vec::new() };
    shape.identity();
    shape.kind();
    shape.cut();
    shape.topics();
    shape.groups();
    shape.rest();
    let before = shape.wrong.len();
    shape.paths();
    let sound = shape.wrong.len() == before;
    let place = layout::in_archive(&manifest.label, layout::MANIFEST);
    shape.wrong.into_iter().for_each(|what| report.add(Finding::new(&place, what)));
    sound
}

struct Shape<'a> {
    manifest: &'a Manifest,
    wrong: Vec<String>,
}

impl Shape<'_> {
    fn demand(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(what());
        }
    }

    fn identity(&mut self) {
        let m = self.manifest;
        let Some(label) = Label::parse(&m.label) else {
            return self.wrong.push(format!("says label {:?}, which is none", m.label));
        };
        let letter = match m.kind {
            KindName::Full => 'F',
            KindName::Differential => 'D',
            KindName::Incremental => 'I',
        };
        self.demand(label.letter == letter, || format!("says type {} under label {}", m.kind, m.label));
        self.demand(label.full == m.base_full, || {
            format!("says base_full {:?} under label {}", m.base_full, m.label)
        });
        let ahead = label.second - m.cut_ms.div_euclid(1000);
        self.demand((0..=AHEAD_SECS_MAX).contains(&ahead), || {
            format!("says a cut that is not of the moment of label {}", m.label)
        });
    }

    fn kind(&mut self) {
        let m = self.manifest;
        let last = m.chain.last() == Some(&m.label);
        self.demand(last, || "says a chain that does not end with it".to_owned());
        let ascending = m.chain.is_sorted_by(|a, b| Label::parse(a) < Label::parse(b));
        self.demand(ascending, || "says a chain that is not in the order of time".to_owned());
        let used: Set<&Rc<str>> = m.all_files().filter_map(|file| file.reference.as_ref()).collect();
        let listed: Vec<&Rc<str>> = m.references.iter().collect();
        self.demand(used.iter().eq(listed.iter()), || {
            "says references that are not those of its files".to_owned()
        });
        let others = &m.chain[..m.chain.len().saturating_sub(1)];
        self.demand(used.iter().all(|label| others.contains(label)), || {
            "says a file of a backup that is not in its chain".to_owned()
        });
        let features = m.features_required.iter().any(|feature| &*feature.name == "chain");
        self.demand(features == (m.kind != KindName::Full), || {
            "says features that do not fit its type".to_owned()
        });
        if m.kind == KindName::Full {
            let alone = m.prior.is_none()
                && m.prior_manifest_sha256.is_none()
                && m.chain.len() == 1
                && m.dropped_since_prior.is_empty()
                && m.recreated_since_prior.is_empty()
                && m.partitions.iter().all(|p| p.prior_state_digest.is_none() && p.change.is_none());
            self.demand(alone, || "says that a full builds on another backup".to_owned());
            return;
        }
        let full = m.base_full.as_ref() == m.chain.first();
        self.demand(full, || "says a chain that does not begin with its full".to_owned());
        let linked = m.prior_manifest_sha256.is_some() && m.prior.as_ref() == others.last();
        self.demand(linked, || "says a prior that is not before it in its chain".to_owned());
        let told = m.partitions.iter().all(|p| {
            p.change.is_some_and(|change| (change == Change::Recreated) == p.prior_state_digest.is_none())
        });
        self.demand(told, || {
            "does not say of every partition what happened to it since its prior".to_owned()
        });
        let differential = m.kind == KindName::Differential && m.prior != m.base_full;
        self.demand(!differential, || "says a differential whose prior is not its full".to_owned());
    }

    fn cut(&mut self) {
        let m = self.manifest;
        let ordered = m.start_ms <= m.cut_ms && m.cut_ms <= m.stop_ms;
        self.demand(ordered, || "says a start, a cut and an end that are not in this order".to_owned());
        let ascending = m.timeline.is_sorted_by(|a, b| a.clock_ms < b.clock_ms);
        let even = m.timeline.iter().all(|point| point.end_offsets.len() == m.partitions.len());
        let ends = m.partitions.iter().map(|p| Some(p.log_end_offset));
        let at_cut = m
            .timeline
            .last()
            .is_some_and(|last| last.clock_ms == m.cut_ms && last.end_offsets.iter().copied().eq(ends));
        self.demand(ascending && even && at_cut, || {
            "says a timeline that does not end in its cut".to_owned()
        });
    }

    fn topics(&mut self) {
        let m = self.manifest;
        let named = m.topics.iter().all(|topic| layout::is_topic_name(&topic.name));
        self.demand(named, || "says a topic name that Kafka does not take".to_owned());
        let ids = m
            .topics
            .iter()
            .all(|t| Uuid::parse(&t.topic_id).is_some_and(|id| *id.to_string() == *t.topic_id));
        self.demand(ids, || "says a topic id that is none".to_owned());
        let sorted = m.topics.is_sorted_by(|a, b| a.name < b.name);
        self.demand(sorted, || "says topics that are not sorted, or one twice".to_owned());
        let count: i64 = m.topics.iter().map(|topic| i64::from(topic.partition_count)).sum();
        let all = count == m.partitions.len() as i64
            && m.topics
                .iter()
                .flat_map(|t| (0..t.partition_count).map(move |id| (&t.name, id)))
                .eq(m.partitions.iter().map(|p| (&p.topic, p.id)));
        self.demand(all, || "says partitions that are not those of its topics".to_owned());
        m.partitions.iter().for_each(|partition| self.partition(partition));
    }

    fn partition(&mut self, p: &PartitionEntry) {
        let name = format!("{}-{}", p.topic, p.id);
        let ordered = 0 <= p.log_start_offset.0
            && p.log_start_offset <= p.last_stable_offset
            && p.last_stable_offset <= p.high_watermark
            && p.high_watermark <= p.log_end_offset;
        self.demand(ordered, || format!("says offsets of {name} that are not in order"));
        let logs: Vec<&FileEntry> = p.files.iter().filter(|file| file.kind == FileKind::Log).collect();
        let covers = logs.first().is_some_and(|first| first.base_offset <= Some(p.log_start_offset))
            && logs.last().is_some_and(|last| last.end_offset == Some(p.log_end_offset))
            && logs.iter().all(|file| file.base_offset <= file.end_offset);
        self.demand(covers, || format!("says files of {name} that do not reach from its start to its end"));
        for (before, after) in logs.iter().zip(logs.iter().skip(1)) {
            let gap =
                p.gaps.iter().any(|g| Some(g.from) == before.end_offset && Some(g.to) == after.base_offset);
            let joined = before.end_offset == after.base_offset || gap;
            self.demand(joined, || {
                format!("says files of {name} with a hole or an overlap before {}", after.path)
            });
        }
        let epochs =
            p.leader_epochs.is_sorted_by(|a, b| a.epoch < b.epoch && a.start_offset <= b.start_offset);
        self.demand(epochs && !p.leader_epochs.is_empty(), || {
            format!("says leader epochs of {name} out of order")
        });
    }

    fn groups(&mut self) {
        let m = self.manifest;
        let sorted = m.groups.is_sorted_by(|a, b| a.group < b.group);
        self.demand(sorted, || "says groups that are not sorted, or one twice".to_owned());
        let ends: Map<(&str, i32), i64> =
            m.partitions.iter().map(|p| ((&*p.topic, p.id), p.log_end_offset.0)).collect();
        m.groups.iter().for_each(|group| self.group(group, &ends));
    }

    fn group(&mut self, group: &GroupEntry, ends: &Map<(&str, i32), i64>) {
        let name = &group.group;
        let sorted = group.offsets.is_sorted_by(|a, b| (&a.topic, a.partition) < (&b.topic, b.partition));
        self.demand(sorted, || format!("says offsets of group {name} that are not sorted, or one twice"));
        let texts = group.offsets.iter().map(|entry| &entry.metadata).chain([name]);
        let short = texts.into_iter().all(|text| text.len() <= offsets::TEXT_BYTES_MAX);
        self.demand(short, || "says a group whose id or metadata is too long".to_owned());
        for entry in &group.offsets {
            let at = format!("{name} in {}-{}", entry.topic, entry.partition);
            match ends.get(&(&*entry.topic, entry.partition)) {
                None => self.wrong.push(format!("says an offset of {at}, which is not in the backup")),
                Some(&end) => {
                    let holds = entry.offset.0 >= 0 && entry.beyond_cut == (entry.offset.0 > end);
                    self.demand(holds, || {
                        format!("says offset {} of {at}, where the log ends at {end}", entry.offset)
                    });
                }
            }
        }
    }

    fn rest(&mut self) {
        let m = self.manifest;
        let logs: Vec<&FileEntry> = m.files.iter().filter(|file| file.kind == FileKind::OffsetsLog).collect();
        for (i, file) in logs.iter().enumerate() {
            let folder = |file: &FileEntry| file.path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
            let before = i.checked_sub(1).map(|i| logs[i]).filter(|before| folder(before) == folder(file));
            let expected = before.map_or(Some(Offset(0)), |before| before.end_offset);
            let joined = file.base_offset == expected && file.base_offset <= file.end_offset;
            self.demand(joined, || format!("says offsets with a hole or an overlap before {}", file.path));
        }
        let totals = m.sum();
        self.demand(m.totals == totals, || format!("says totals {:?}, which are {totals:?}", m.totals));
        self.demand(m.producers.next_producer_id.0 >= 0, || "says a negative producer id".to_owned());
        for open in &m.producers.open_transactions {
            let of = m.partitions.iter().find(|p| p.topic == open.topic && p.id == open.partition);
            let within =
                of.is_some_and(|p| Offset(0) <= open.first_offset && open.first_offset < p.log_end_offset);
            let fits = within && open.producer_id < m.producers.next_producer_id;
            self.demand(fits, || {
                let (topic, partition, id) = (&open.topic, open.partition, open.producer_id);
                format!("says an open transaction of producer {id} in {topic}-{partition} that cannot be")
            });
        }
    }

    /// Every file has the path that its kind gives it, all that must be there are, and none is there twice.
    fn paths(&mut self) {
        let m = self.manifest;
        for p in &m.partitions {
            let expected = |file: &FileEntry| match file.kind {
                FileKind::Log => file.base_offset.map(|base| layout::log_path(&p.topic, p.id, base.0)),
                kind @ (FileKind::LeaderEpochCheckpoint | FileKind::PartitionMetadata) => {
                    Some(layout::partition_path(&p.topic, p.id, kind))
                }
                FileKind::ProducerSnapshot => {
                    Some(layout::beside(&p.topic, p.id, p.log_end_offset.0, file.kind))
                }
                FileKind::OffsetIndex | FileKind::TimeIndex | FileKind::TxnIndex => {
                    let bases = p.files.iter().filter(|of| of.kind == FileKind::Log);
                    let paths = bases.filter_map(|of| Some(of.base_offset?.0));
                    let mut paths = paths.map(|base| layout::beside(&p.topic, p.id, base, file.kind));
                    paths.find(|path| **path == *file.path)
                }
                _ => None,
            };
            let single = [FileKind::LeaderEpochCheckpoint, FileKind::PartitionMetadata];
            self.files(&format!("{}-{}", p.topic, p.id), &p.files, &single, expected);
        }
        let expected = |file: &FileEntry| match file.kind {
            FileKind::OffsetsLog => {
                let folder = file.path.strip_prefix("data/__consumer_offsets-")?.split_once('/')?.0;
                let partition = folder.parse().ok().filter(|n| (0..offsets::PARTITIONS).contains(n))?;
                Some(layout::log_path(offsets::TOPIC, partition, file.base_offset?.0))
            }
            kind if SINGLE.contains(&kind) => Some(layout::backup_path(kind).to_owned()),
            _ => None,
        };
        self.files("the backup", &m.files, &SINGLE, expected);
    }

    fn files(
        &mut self,
        of: &str,
        files: &[FileEntry],
        single: &[FileKind],
        expected: impl Fn(&FileEntry) -> Option<String>,
    ) {
        for file in files {
            let named = expected(file).is_some_and(|path| *path == *file.path);
            self.demand(named, || format!("says a file {:?} of {of}, which is not its name", file.path));
            let derived = !matches!(file.kind, FileKind::Log | FileKind::OffsetsLog);
            let fits = file.derived == derived
                && (derived == (file.base_offset.is_none() || file.end_offset.is_none()));
            self.demand(fits, || format!("says of {} what does not fit its kind", file.path));
        }
        self.demand(files.is_sorted_by(|a, b| a.path < b.path), || {
            format!("says files of {of} that are not sorted, or one twice")
        });
        for kind in single {
            let there = files.iter().filter(|file| file.kind == *kind).count();
            self.demand(there == 1, || format!("says {there} files of the kind {kind:?} of {of}"));
        }
    }
}

/// Files of which a backup has exactly one.
const SINGLE: [FileKind; 4] =
    [FileKind::LogStartOffsetCheckpoint, FileKind::OffsetsCsv, FileKind::Topics, FileKind::CreateTopics];
