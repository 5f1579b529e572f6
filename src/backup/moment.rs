//! Restoring to a moment: a prefix of each log, and the offsets as they were.
//!
//! A moment lies in the window of one backup of the chain, between two points of its timeline. What the earlier point has
//! was surely there. Of what came up to the later one, everything before the first batch whose largest timestamp is after
//! the moment belongs to it. So a log is cut, never filtered: a record that is out of order goes with its neighbours.

use super::link::{Chain, Link};
use super::manifest::{Change, FileKind, GroupEntry, Manifest, Offset, OffsetEntry, PartitionEntry};
use super::offsets::{Commit, Replayed};
use super::restore::{self, RestoreError, RestoredState, RestoredTopic};
use super::selection::Selection;
use super::store::{self, Store};
use super::transactions::Ending;
use super::{Digest, Label};
use crate::base::time::EPOCH_MS;
use crate::base::{Map, Time};
use crate::log::batch::RecordView;
use crate::log::{Partition, segment};
use std::rc::Rc;

/// The state of the backup `label`, or of a moment in the window of its chain, in milliseconds since 1970.
///
/// # Errors
/// [`RestoreError::OutsideWindow`] with the moments that can be restored, and all errors of
/// [`restored`](super::restored()).
pub fn restored_at(
    store: &dyn Store,
    label: &str,
    moment_ms: Option<i64>,
) -> Result<RestoredState, RestoreError> {
    restored_with(store, label, moment_ms, Ending::default(), &Selection::default())
}

/// What is wanted of it, with open transactions ended in one way or the other.
///
/// # Errors
/// As [`restored_at`], and [`RestoreError::NotHeld`].
pub fn restored_with(
    store: &dyn Store,
    label: &str,
    moment_ms: Option<i64>,
    ending: Ending,
    of: &Selection,
) -> Result<RestoredState, RestoreError> {
    let Some(moment_ms) = moment_ms else { return restore::restored_whole(store, label, ending, of) };
    restore::sound(store, label)?;
    let chain = Chain::load(store, label).expect("what verifies has its chain");
    let Some(link) = chain.at(moment_ms) else {
        return Err(RestoreError::OutsideWindow { moment_ms, windows: chain.windows() });
    };
    if link.manifest.cut_ms == moment_ms {
        return restore::restored_whole(store, &link.manifest.label, ending, of);
    }
    let mut state = restore::whole(store, &restore::sound(store, &link.manifest.label)?, of)?;
    Moment { link, moment_ms, ending, of }.cut(&mut state, store)?;
    Ok(state)
}

struct Moment<'a> {
    link: &'a Link,
    moment_ms: i64,
    ending: Ending,
    of: &'a Selection,
}

impl Moment<'_> {
    /// Takes the state back from the cut of the backup to the moment.
    fn cut(&self, state: &mut RestoredState, store: &dyn Store) -> Result<(), RestoreError> {
        let manifest = &self.link.manifest;
        state.moment_ms = self.moment_ms;
        let later = |topic: &RestoredTopic| topic.created_ms > self.moment_ms;
        for topic in state.topics.iter().filter(|topic| later(topic)) {
            state.notes.push(
                format!("Topic {} was created after that moment: it is left as it is.", topic.name).into(),
            );
        }
        for (topic, id) in self.gone().into_iter().filter(|(topic, _)| self.of.has_topic(topic)) {
            state.notes.push(format!(
                "Topic {topic} ({id}) of that moment was deleted before {}: restore an earlier backup for it.",
                manifest.label
            ).into());
        }
        state.topics.retain(|topic| !later(topic));
        for topic in &mut state.topics {
            for (id, log) in (0..).zip(&mut topic.partitions) {
                let place = manifest.partitions.iter().position(|p| p.topic == topic.name && p.id == id);
                let place = place.expect("a restored partition is one of the manifest");
                self.cut_log(log, place, &mut state.notes);
                topic.digests[id as usize] = Digest(log.state_digest());
            }
        }
        state.end_open_transactions(self.ending);
        let groups = self.groups(store, state);
        state.take_groups(&self.of.groups(manifest, groups, &state.topics)?);
        Ok(())
    }

    /// Topics of the prior that were deleted since; those that existed at the moment, as far as is known.
    fn gone(&self) -> Vec<(Rc<str>, Rc<str>)> {
        let manifest = &self.link.manifest;
        let dropped = manifest.dropped_since_prior.iter().map(|t| (t.name.clone(), t.topic_id.clone()));
        let recreated =
            manifest.recreated_since_prior.iter().map(|t| (t.name.clone(), t.prior_topic_id.clone()));
        dropped.chain(recreated).collect()
    }

    fn cut_log(&self, log: &mut Partition, place: usize, notes: &mut Vec<Rc<str>>) {
        let manifest = &self.link.manifest;
        let entry = &manifest.partitions[place];
        let name = format!("{}-{}", entry.topic, entry.id);
        let after = manifest.timeline.partition_point(|point| point.clock_ms <= self.moment_ms);
        let end_at = |point: usize| manifest.timeline.get(point).and_then(|point| point.end_offsets[place]);
        let surely = after.checked_sub(1).and_then(end_at).map_or(log.log_start(), |end| end.0);
        let at_a_point =
            after.checked_sub(1).is_some_and(|i| manifest.timeline[i].clock_ms == self.moment_ms);
        let possibly = if at_a_point { surely } else { end_at(after).map_or(log.end(), |end| end.0) };
        if surely < log.log_start() {
            let start = log.log_start();
            notes.push(
                format!("{name}: records before offset {start} were deleted after that moment.").into(),
            );
        }
        if entry.change == Some(Change::Rewritten) {
            notes.push(
                format!(
                    "{name}: its log was rewritten after {}; what is restored is what it became.",
                    self.prior()
                )
                .into(),
            );
        }
        let end = log.end_at(surely, possibly, self.moment_ms);
        let early = log.count_stamped(end, self.moment_ms);
        log.cut_to(end);
        if early > 0 {
            notes.push(
                format!(
                    "{name}: {early} record{} beyond offset {end}, with a timestamp up to that moment, came later.",
                    if early == 1 { "" } else { "s" }
                )
                .into(),
            );
        }
    }

    fn prior(&self) -> &str {
        self.link.manifest.prior.as_deref().unwrap_or("its prior")
    }

    /// The groups with the last commit of each partition up to the moment.
    fn groups(&self, store: &dyn Store, state: &RestoredState) -> Vec<GroupEntry> {
        let manifest = &self.link.manifest;
        let here: Map<(&str, i32), &PartitionEntry> = manifest
            .partitions
            .iter()
            .filter(|p| state.topics.iter().any(|topic| topic.name == p.topic))
            .map(|p| ((&*p.topic, p.id), p))
            .collect();
        let mut groups: Map<Rc<str>, GroupEntry> = Map::new();
        for group in &manifest.groups {
            groups.insert(group.group.clone(), GroupEntry { offsets: Vec::new(), ..group.clone() });
        }
        for commit in replayed(manifest, store, self.moment_ms).0.into_values() {
            if !here.contains_key(&(&*commit.topic, commit.partition)) {
                continue;
            }
            let group = groups.or_insert_with(commit.group.clone(), || GroupEntry {
                group: commit.group.clone(),
                state_at_cut: "Empty".into(),
                generation: 0,
                offsets: Vec::new(),
            });
            let topic_id =
                manifest.topics.iter().find(|topic| topic.name == commit.topic).map(|t| t.topic_id.clone());
            group.offsets.extend(entry(commit, topic_id));
        }
        groups.into_values().collect()
    }
}

fn entry(commit: Commit, topic_id: Option<Rc<str>>) -> Option<OffsetEntry> {
    let committed = commit.committed?;
    Some(OffsetEntry {
        topic: commit.topic,
        topic_id,
        partition: commit.partition,
        offset: Offset(committed.offset),
        leader_epoch: None,
        metadata: committed.metadata,
        commit_ms: commit.commit_ms,
        beyond_cut: false,
    })
}

/// What counted at a moment, from the records of committed offsets.
fn replayed(manifest: &Manifest, store: &dyn Store, moment_ms: i64) -> Replayed {
    let mut replayed = Replayed::default();
    for file in manifest.files.iter().filter(|file| file.kind == FileKind::OffsetsLog) {
        let bytes = store::file(store, file.sha256, file.size).expect("what verifies has its files");
        let mut each = |record: RecordView<'_>| {
            let commit = Commit::parse(record.timestamp_ms, record.key.unwrap_or(&[]), record.value);
            if let Some(commit) = commit.filter(|commit| commit.commit_ms <= moment_ms) {
                replayed.add(commit);
            }
        };
        segment::batches(&bytes).flatten().for_each(|batch| batch.for_each_record(&mut each));
    }
    replayed
}

/// Windows as a person reads them.
pub(super) fn said(windows: &[(i64, i64)]) -> String {
    let windows = windows.iter().map(|(from, to)| match from == to {
        true => stamp(*from),
        false => format!("{} to {}", stamp(*from), stamp(*to)),
    });
    windows.collect::<Vec<_>>().join(", ")
}

/// A moment as `at=` takes it; one before the first of any run as `00:01:30.250` of its day in UTC, after the date.
pub(super) fn stamp(moment_ms: i64) -> String {
    if let Ok(ms) = u64::try_from(moment_ms - EPOCH_MS) {
        return Time::from_ms(ms).to_string();
    }
    let label = Label { second: moment_ms.div_euclid(1000), letter: 'F', full: None }.to_string();
    let (date, time) = label.split_once('-').unwrap_or((&label, "000000F"));
    let millis = moment_ms.rem_euclid(1000);
    format!(
        "{}-{}-{} {}:{}:{}.{millis:03}",
        &date[..4],
        &date[4..6],
        &date[6..],
        &time[..2],
        &time[2..4],
        &time[4..6]
    )
}
