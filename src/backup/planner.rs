//! Making a plan: the logs as they will be, the offsets as they will be, and what each strategy comes to.

use super::Digest;
use super::layout;
use super::leaving;
use super::manifest::Manifest;
use super::moment::{restored_at, restored_with};
use super::plan::{MapRun, Outcome, Place, Plan, PlanRow, Request, Strategy};
use super::restore::{Gone, RestoreError, RestoredGroup, RestoredState, RestoredTopic};
use super::selection::Selection;
use super::snapshot::{GroupSnapshot, Lineage, OffsetSnapshot, Snapshot, TopicSnapshot};
use super::store::Store;
use super::transactions::Ending;
use crate::base::{Uuid, small};
use crate::log::{Partition, batch};
use std::rc::Rc;

/// Plans a restore into the state of `snapshot`. Everything that it would write was verified.
///
/// # Errors
/// [`RestoreError`]: what is wrong with the backup, or what is in the way.
pub fn plan(store: &dyn Store, request: &Request, snapshot: &Snapshot<'_>) -> Result<Plan, RestoreError> {
    let source = {
        let Request { label, moment_ms, transactions, of, .. } = request;
        restored_with(store, label, *moment_ms, *transactions, of)?
    };
    let mut planner = Planner { request, snapshot, rows: Vec::new(), map: Vec::new() };
    let strategy = request.offsets.unwrap_or(match request.place {
        Place::Into => Strategy::Translated,
        Place::InPlace | Place::Beside(_) => Strategy::Identical,
    });
    let mut state = planner.logs(source.clone())?;
    planner.offsets(&source, &mut state, strategy);
    let (rows, map) = (planner.rows, planner.map);
    Ok(Plan { request: request.clone(), strategy, rows, map, state })
}

/// The plan that takes `done` back: what was backed up under `label` before it takes the place of what it brought.
///
/// # Errors
/// As [`plan`].
pub fn undo(
    store: &dyn Store,
    label: &str,
    done: &Plan,
    snapshot: &Snapshot<'_>,
) -> Result<Plan, RestoreError> {
    let mut source = restored_at(store, label, None)?;
    source.topics.retain(|topic| done.state.topics.iter().any(|brought| brought.name == topic.name));
    source.groups.retain(|group| done.state.groups.iter().any(|brought| brought.group == group.group));
    for group in &mut source.groups {
        let there = |name: &Rc<str>| {
            source.topics.iter().any(|t| t.name == *name) || snapshot.topics.iter().any(|t| t.name == *name)
        };
        group.offsets.retain(|offset| there(&offset.topic));
    }
    let brought = done.state.topics.iter().map(|topic| topic.name.clone());
    let new = |name: &Rc<str>| !source.topics.iter().any(|topic| topic.name == *name);
    let topics = brought.filter(new).collect();
    let brought = done.state.groups.iter().map(|group| group.group.clone());
    let groups = brought.filter(|name| !source.groups.iter().any(|group| group.group == *name)).collect();
    source.gone = Gone { topics, groups };
    source.lineage = store
        .manifest(label)
        .and_then(|bytes| Manifest::parse(&bytes).ok()?.restored_from)
        .map(|from| Lineage { label: from.label, manifest_sha256: from.manifest_sha256 });
    let request = Request {
        label: label.into(),
        moment_ms: None,
        place: Place::InPlace,
        offsets: None,
        transactions: Ending::default(),
        of: Selection::default(),
    };
    let mut planner = Planner { request: &request, snapshot, rows: Vec::new(), map: Vec::new() };
    let mut state = source.clone();
    planner.offsets(&source, &mut state, Strategy::Identical);
    let rows = planner.rows;
    Ok(Plan { request, strategy: Strategy::Identical, rows, map: Vec::new(), state })
}

struct Planner<'a> {
    request: &'a Request,
    snapshot: &'a Snapshot<'a>,
    rows: Vec<PlanRow>,
    map: Vec<MapRun>,
}

impl<'a> Planner<'a> {
    fn topic(&self, name: &str) -> Option<&'a TopicSnapshot<'a>> {
        self.snapshot.topics.iter().find(|topic| &*topic.name == name)
    }

    fn group(&self, name: &str) -> Option<&'a GroupSnapshot> {
        self.snapshot.groups.iter().find(|group| &*group.group == name)
    }

    /// The topics as they will be.
    fn logs(&mut self, source: RestoredState) -> Result<RestoredState, RestoreError> {
        match &self.request.place {
            Place::InPlace => Ok(source),
            Place::Beside(pattern) => self.beside(source, pattern),
            Place::Into => self.appended(source),
        }
    }

    fn beside(&self, mut state: RestoredState, pattern: &str) -> Result<RestoredState, RestoreError> {
        let named = |name: &str| -> Rc<str> { pattern.replace('*', name).into() };
        if !pattern.contains('*') {
            return Err(RestoreError::Pattern(pattern.into()));
        }
        for topic in &mut state.topics {
            let name = named(&topic.name);
            if !layout::is_topic_name(&name) || self.topic(&name).is_some() {
                return Err(RestoreError::NameTaken { what: "topic", name });
            }
            (topic.name, topic.id) = (name, None);
        }
        for group in &mut state.groups {
            let name = named(&group.group);
            if self.group(&name).is_some() {
                return Err(RestoreError::NameTaken { what: "group", name });
            }
            group.group = name;
            for offset in &mut group.offsets {
                (offset.topic, offset.topic_id) = (named(&offset.topic), Uuid::ZERO);
            }
        }
        state.lineage = None;
        Ok(state)
    }

    fn appended(&mut self, mut state: RestoredState) -> Result<RestoredState, RestoreError> {
        let (mut topics, mut notes) = (Vec::new(), Vec::new());
        for topic in &state.topics {
            let target = self.topic(&topic.name).ok_or_else(|| RestoreError::NoTarget(topic.name.clone()))?;
            let (needs, has) = (topic.partitions.len(), target.partitions.len());
            if has < needs {
                let topic = topic.name.clone();
                return Err(RestoreError::FewPartitions { topic, needs: needs as u32, has: has as u32 });
            }
            let mut partitions: Vec<Partition> = target.partitions.iter().map(|log| (*log).clone()).collect();
            for (id, (log, source)) in (0..).zip(partitions.iter_mut().zip(&topic.partitions)) {
                notes.extend(left_behind(&topic.name, id, source));
                append(log, source, |run| {
                    self.map.push(MapRun { topic: topic.name.clone(), partition: id, ..run })
                });
            }
            topics.push(RestoredTopic {
                name: topic.name.clone(),
                id: Some(target.id),
                config: target.config.clone(),
                created_ms: target.created_ms,
                digests: partitions.iter().map(|log| Digest(log.state_digest())).collect(),
                partitions,
            });
        }
        state.topics = topics;
        state.notes.extend(notes);
        state.lineage = None;
        Ok(state)
    }

    /// The offsets as they will be, and the rows.
    fn offsets(&mut self, source: &RestoredState, state: &mut RestoredState, strategy: Strategy) {
        let mut groups: Vec<RestoredGroup> = Vec::new();
        let restored = |o: &&OffsetSnapshot| state.topics.iter().any(|topic| topic.name == o.topic);
        for (group, from) in state.groups.iter().zip(&source.groups) {
            let known = self.group(&group.group);
            let into = known.filter(|_| self.request.place == Place::Into);
            let generation = into.map_or(from.generation, |known| known.generation.max(from.generation));
            let offsets = match (into, known) {
                (Some(known), _) => known.offsets.clone(),
                (None, None) => group.offsets.clone(),
                // In topics that are not restored a group goes on where it is by then.
                (None, Some(_)) => group.offsets.iter().filter(restored).cloned().collect(),
            };
            groups.push(RestoredGroup { group: group.group.clone(), generation, offsets });
        }
        for topic in &state.topics {
            for (id, (log, digest)) in (0..).zip(topic.partitions.iter().zip(&topic.digests)) {
                let (leaves, returns) = match self.request.place {
                    Place::InPlace => leaving::between(self.topic(&topic.name), topic, id),
                    Place::Beside(_) | Place::Into => (0, 0),
                };
                let row = PlanRow {
                    topic: topic.name.clone(),
                    partition: id,
                    log_start: log.log_start(),
                    log_end: log.end(),
                    leaves,
                    returns,
                    digest: *digest,
                    group: None,
                    now: None,
                    committed: None,
                    first: None,
                    outcomes: Vec::new(),
                };
                let before = self.rows.len();
                for (group, new) in state.groups.iter().zip(&mut groups) {
                    let here = |o: &&OffsetSnapshot| o.topic == topic.name && o.partition == id;
                    let Some(offset) = group.offsets.iter().find(here) else { continue };
                    let row = self.row(topic, log, offset, &group.group, row.clone());
                    let outcome = &row.outcomes[strategy as usize];
                    new.offsets.retain(|o| !here(&o));
                    new.offsets.push(OffsetSnapshot { offset: outcome.offset, ..offset.clone() });
                    let (committed, first) = (outcome.offset, log.next_offset_at_or_after(outcome.offset));
                    self.rows.push(PlanRow { committed: Some(committed), first, ..row });
                }
                if self.rows.len() == before {
                    self.rows.push(row);
                }
            }
        }
        for group in &mut groups {
            small::sort_by(&mut group.offsets, |a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
        }
        state.groups = groups;
    }

    fn row(
        &self,
        topic: &RestoredTopic,
        log: &Partition,
        offset: &OffsetSnapshot,
        group: &Rc<str>,
        row: PlanRow,
    ) -> PlanRow {
        let (start, end) = (log.log_start(), log.end());
        let id = row.partition;
        let now = self.committed_now(topic, id, group);
        // Where the records that were restored begin in the log, and the same record in it.
        let (own_end, translated) = match self.request.place {
            Place::Into => self.translated(&topic.name, id, log, offset.offset),
            Place::InPlace | Place::Beside(_) => (start, offset.offset.clamp(start, end)),
        };
        let done = match self.request.place {
            Place::Into => [(start, now.unwrap_or(start).min(own_end)), (own_end, translated)],
            Place::InPlace | Place::Beside(_) => [(start, now.unwrap_or(translated)), (start, start)],
        };
        let unread_own = done[0].1 < own_end && now.is_some();
        let offset_of = |strategy| match strategy {
            Strategy::Identical => offset.offset.clamp(start, end),
            // What the group has not read yet of its own must not be passed over.
            Strategy::Translated if unread_own => done[0].1,
            Strategy::Translated => translated,
            Strategy::Time => log.offset_for_timestamp(offset.commit_ms).map_or(end, |(offset, _)| offset),
            Strategy::Earliest => start,
            Strategy::Latest => end,
        };
        let outcome = |strategy| {
            let offset = offset_of(strategy);
            let again = done.iter().map(|(from, to)| log.count_between((*from).max(offset), *to)).sum();
            let below: u64 = done.iter().map(|(from, to)| log.count_between(*from, (*to).min(offset))).sum();
            let skipped = log.count_between(start, offset) - below;
            Outcome { offset, again, skipped }
        };
        PlanRow { group: Some(group.clone()), now, outcomes: Strategy::ALL.map(outcome).to_vec(), ..row }
    }

    /// What the group has committed now, in the same topic.
    fn committed_now(&self, topic: &RestoredTopic, id: i32, group: &str) -> Option<i64> {
        self.topic(&topic.name).filter(|known| Some(known.id) == topic.id)?;
        let offsets = &self.group(group)?.offsets;
        offsets.iter().find(|o| o.topic == topic.name && o.partition == id).map(|o| o.offset)
    }

    /// Where the restored records begin in the log, and the rule of translation.
    fn translated(&self, topic: &str, id: i32, log: &Partition, committed: i64) -> (i64, i64) {
        let own_end =
            self.topic(topic).and_then(|t| t.partitions.get(id as usize)).map_or(0, |log| log.end());
        let mut runs = self.map.iter().filter(|run| &*run.topic == topic && run.partition == id);
        let target = runs.find(|run| run.source_last >= committed).map(|run| {
            let target = run.target_first + (committed - run.source_first).max(0);
            log.next_offset_at_or_after(target).unwrap_or(log.end())
        });
        (own_end, target.unwrap_or(log.end()))
    }
}

/// What of a log with producers' numbers is not appended as it is.
fn left_behind(topic: &str, id: i32, source: &Partition) -> Option<Rc<str>> {
    if source.producers().is_empty() {
        return None;
    }
    let (mut kept, all) = (0, source.count_between(source.log_start(), source.end()));
    source.for_each_batch(|first, last, _| kept += source.count_between(first, last + 1));
    let left = all - kept;
    Some(
        format!(
            "{topic}-{id}: records are appended without producer ids and markers; {left} records of aborted \
             transactions are left out."
        )
        .into(),
    )
}

/// Appends the batches of `source`, at the offsets that come next and with the leader epoch of `log`.
fn append(log: &mut Partition, source: &Partition, mut each: impl FnMut(MapRun)) {
    let mut bytes = Vec::new();
    let mut next = log.end();
    let mut run: Option<MapRun> = None;
    let epoch = log.leader_epoch().to_be_bytes();
    // Their ids may be those of others here.
    let numbered = !source.producers().is_empty();
    source.for_each_batch(|first, last, whole| {
        let at = bytes.len();
        bytes.extend_from_slice(whole);
        if numbered {
            batch::without_numbers(&mut bytes[at..]);
        }
        bytes[at..at + 8].copy_from_slice(&next.to_be_bytes());
        bytes[at + 12..at + 16].copy_from_slice(&epoch);
        match &mut run {
            Some(run) if run.source_last + 1 == first => run.source_last = last,
            other => {
                let begun = MapRun {
                    topic: "".into(),
                    partition: 0,
                    source_first: first,
                    source_last: last,
                    target_first: next,
                };
                other.replace(begun).into_iter().for_each(&mut each);
            }
        }
        next += last - first + 1;
    });
    run.into_iter().for_each(each);
    log.append_bytes(bytes.into()).expect("batches of a verified log at the offsets that come next");
}
