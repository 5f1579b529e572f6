//! What happened between a prior backup and the cut: the commits, and where the logs ended at moments in between.
//!
//! Both are written only when it is sure that the prior is a moment of the same past: the same restore (or none) lies
//! behind both, and what is remembered gives for the prior's moment the offsets that the prior has. Otherwise the backup
//! holds its own moment only, and its window begins there.

use super::contents::Files;
use super::layout;
use super::link::Link;
use super::manifest::{FileEntry, FileKind, GroupEntry, Offset, PartitionEntry, TimelinePoint};
use super::offsets::{self, Commit, Key, Replayed};
use super::past::{Past, Point};
use super::scan::Scan;
use super::snapshot::{Snapshot, TopicSnapshot};
use crate::base::{Map, Set};

/// Points of a timeline, the first and the last included.
const POINTS_MAX: usize = 240;
/// End offsets of a timeline's points together, beyond the first and the last.
const ENDS_MAX: usize = 20_000;

/// The records that lead from what `prior` has committed to `groups`; `None` when the prior is no moment of this past.
pub fn since(
    snapshot: &Snapshot<'_>,
    prior: &Link,
    partitions: &[PartitionEntry],
    groups: &[GroupEntry],
) -> Option<Vec<Commit>> {
    let past = snapshot.past?;
    let lineage = snapshot.restored_from.as_ref().map(super::contents::lineage_entry);
    if past.since_ms() > prior.manifest.cut_ms || lineage != prior.manifest.restored_from {
        return None;
    }
    let before = Replayed::of(&prior.manifest.groups);
    let known: Set<(&str, i32)> = partitions.iter().map(|p| (&*p.topic, p.id)).collect();
    let here = |commit: &&Commit| known.contains(&(&*commit.topic, commit.partition));
    let then = moment_of(past, prior, &before)?;
    let mut steps: Vec<Commit> = past.commits().skip(then).filter(here).cloned().collect();
    let mut after = before;
    steps.iter().for_each(|commit| after.add(commit.clone()));
    steps.extend(after.steps_to(&Replayed::of(groups), snapshot.cut.timestamp_ms()));
    Some(steps)
}

/// How many commits had happened at the prior's cut: the last place, within its millisecond, at which what counted is
/// what the prior has.
fn moment_of(past: &Past, prior: &Link, before: &Replayed) -> Option<usize> {
    let known: Set<(&str, i32)> = prior.manifest.partitions.iter().map(|p| (&*p.topic, p.id)).collect();
    let mut replayed = Replayed::default();
    // Keys whose commit is not the one that the prior has.
    let mut differ: Set<Key> = before.0.keys().cloned().collect();
    let mut found = differ.is_empty().then_some(0);
    for (place, commit) in past.commits().enumerate() {
        if commit.commit_ms > prior.manifest.cut_ms {
            break;
        }
        if known.contains(&(&*commit.topic, commit.partition)) {
            let key = commit.key();
            replayed.add(commit.clone());
            match replayed.0.get(&key) == before.0.get(&key) {
                true => drop(differ.remove(&key)),
                false => drop(differ.insert(key)),
            }
        }
        if differ.is_empty() {
            found = Some(place + 1);
        } else if commit.commit_ms < prior.manifest.cut_ms {
            found = None;
        }
    }
    found
}

/// The files of committed offsets: those of the prior and the records since, or else the last commits.
pub fn offset_files(
    groups: &[GroupEntry],
    prior: Option<&Link>,
    since: Option<&[Commit]>,
    files: &mut Files,
) -> Vec<FileEntry> {
    let (Some(prior), Some(since)) = (prior, since) else {
        let whole = offsets::logs(groups).into_iter();
        return whole.map(|(partition, bytes)| offset_file(partition, 0, &bytes, files)).collect();
    };
    let mut kept: Vec<FileEntry> = Vec::new();
    let mut slices: Map<i32, Vec<Commit>> = Map::new();
    for commit in since {
        slices.or_default(offsets::partition_of(&commit.group)).push(commit.clone());
    }
    let of_prior = prior.manifest.files.iter().filter(|file| file.kind == FileKind::OffsetsLog);
    kept.extend(of_prior.map(|file| prior.refer(file)));
    for (partition, commits) in slices {
        let folder = layout::log_path(offsets::TOPIC, partition, 0);
        let folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        let own = kept.iter().filter(|file| file.path.rsplit_once('/').is_some_and(|(of, _)| of == folder));
        let end = own.filter_map(|file| file.end_offset).max().map_or(0, |end| end.0);
        let bytes = offsets::log_from(end, &commits);
        kept.push(offset_file(partition, end, &bytes, files));
    }
    kept
}

fn offset_file(partition: i32, base: i64, bytes: &[u8], files: &mut Files) -> FileEntry {
    let facts = Scan::new(0).file(base, bytes).expect("batches made here are sound").facts;
    let range = (base, facts.end.unwrap_or(base));
    files.add_log(
        &layout::log_path(offsets::TOPIC, partition, base),
        FileKind::OffsetsLog,
        bytes,
        Some(range),
        &facts,
    )
}

/// The timeline: from the cut of `prior`, when the backup continues its past, to its own.
pub fn timeline(
    snapshot: &Snapshot<'_>,
    prior: Option<&Link>,
    topics: &[&TopicSnapshot<'_>],
    partitions: &[PartitionEntry],
) -> Vec<TimelinePoint> {
    let cut_ms = snapshot.cut.timestamp_ms();
    let mut timeline = Vec::new();
    if let (Some(prior), Some(past)) = (prior.filter(|prior| prior.manifest.cut_ms < cut_ms), snapshot.past) {
        let ids: Map<&str, String> =
            topics.iter().map(|topic| (&*topic.name, topic.id.to_string())).collect();
        let end =
            |p: &PartitionEntry| Some(prior.partition(&p.topic, ids.get(&*p.topic)?, p.id)?.log_end_offset);
        let first = partitions.iter().map(end).collect();
        timeline.push(TimelinePoint { clock_ms: prior.manifest.cut_ms, end_offsets: first });
        let places: Vec<u32> = topics.iter().flat_map(|topic| topic.places.iter().copied()).collect();
        let points: Vec<&Point> = past.points_between(prior.manifest.cut_ms, cut_ms).collect();
        let most = (POINTS_MAX - 2).min(ENDS_MAX / partitions.len().max(1));
        let step = points.len().div_ceil(most.max(1)).max(1);
        let wanted = if most == 0 { &[][..] } else { &points[..] };
        for point in wanted.iter().skip(step - 1).step_by(step) {
            let end = |place: &u32| point.ends.get(*place as usize).map(|end| Offset(*end));
            timeline.push(TimelinePoint {
                clock_ms: point.clock_ms,
                end_offsets: places.iter().map(end).collect(),
            });
        }
    }
    let last = partitions.iter().map(|p| Some(p.log_end_offset)).collect();
    timeline.push(TimelinePoint { clock_ms: cut_ms, end_offsets: last });
    timeline
}
