//! A small world that owns its logs and remembers its past, and a plain copy of it at each backup to compare with.

use rejoin::backup::digest::sha256;
use rejoin::backup::offsets::{Commit, Committed};
use rejoin::backup::{
    Captured, GroupSnapshot, Kind, Known, Lineage, MemoryStore, OffsetSnapshot, Options, Past, Refusal,
    RestoredState, Snapshot, Store, TopicSnapshot, capture,
};
use rejoin::base::{Rng, Span, Time, Uuid};
use rejoin::log::batch::{BatchInfo, Header, Parts, Timestamps, encode_into};
use rejoin::log::{Partition, Record};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Where a group stands: offset, metadata, time of the commit.
type Offsets = BTreeMap<(String, i32), (i64, String, i64)>;

/// Topics and groups of one moment.
#[derive(Clone, Default)]
pub struct State {
    pub topics: BTreeMap<String, Topic>,
    pub groups: BTreeMap<String, Offsets>,
}

#[derive(Clone)]
pub struct Topic {
    pub id: Uuid,
    pub created_ms: i64,
    pub logs: Vec<Partition>,
    pub places: Vec<u32>,
}

/// What can be compared of a state: by partition start, end, digest, records; by group its offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    pub partitions: BTreeMap<(String, i32), (Uuid, i64, i64, [u8; 32], Vec<u8>)>,
    pub groups: BTreeMap<String, Offsets>,
}

#[derive(Clone, Default)]
pub struct Lab {
    pub now: Time,
    pub state: State,
    pub past: Past,
    pub store: MemoryStore,
    pub restored_from: Option<Lineage>,
    /// The backups taken here with their logs.
    pub known: Vec<Known>,
    /// For each log ever: its end.
    pub ends: Vec<i64>,
    pub ids: u8,
    /// The plain copy of each backup's moment.
    pub truths: BTreeMap<Rc<str>, Plain>,
    /// The plain copy of each moment at which something happened: after everything of that millisecond.
    pub moments: BTreeMap<i64, Plain>,
    /// Whether `moments` is kept.
    pub watched: bool,
    /// Whether logs are cut into small segments, which retention deletes and compaction rewrites.
    pub upkept: bool,
}

impl State {
    pub fn plain(&self) -> Plain {
        let mut plain = Plain { partitions: BTreeMap::new(), groups: self.groups.clone() };
        for (name, topic) in &self.topics {
            for (id, log) in (0..).zip(&topic.logs) {
                plain.partitions.insert((name.clone(), id), of_log(topic.id, log));
            }
        }
        plain.groups.retain(|_, offsets| !offsets.is_empty());
        plain
    }
}

fn of_log(id: Uuid, log: &Partition) -> (Uuid, i64, i64, [u8; 32], Vec<u8>) {
    (id, log.log_start(), log.end(), log.state_digest(), log.bytes_between(0, i64::MAX))
}

/// The same of what was restored.
pub fn plain(state: &RestoredState) -> Plain {
    let mut plain = Plain { partitions: BTreeMap::new(), groups: BTreeMap::new() };
    for topic in &state.topics {
        for (id, log) in (0..).zip(&topic.partitions) {
            plain.partitions.insert((topic.name.to_string(), id), of_log(topic.id.expect("in place"), log));
        }
    }
    for group in &state.groups {
        let offsets = group
            .offsets
            .iter()
            .map(|o| ((o.topic.to_string(), o.partition), (o.offset, o.metadata.to_string(), o.commit_ms)));
        plain.groups.insert(group.group.to_string(), offsets.collect());
    }
    plain.groups.retain(|_, offsets| !offsets.is_empty());
    plain
}

impl Lab {
    pub fn snapshot(&self) -> Snapshot<'_> {
        let topics = self.state.topics.iter().map(|(name, topic)| TopicSnapshot {
            name: name.as_str().into(),
            id: topic.id,
            config: Default::default(),
            created_ms: topic.created_ms,
            partitions: topic.logs.iter().collect(),
            places: topic.places.clone(),
        });
        let groups = self.state.groups.iter().map(|(name, offsets)| GroupSnapshot {
            group: name.as_str().into(),
            state: "Stable".into(),
            generation: 1,
            offsets: offsets
                .iter()
                .map(|((topic, partition), said)| self.offset(topic, *partition, said))
                .collect(),
        });
        Snapshot {
            cluster_id: "cmVqb2luLWNsdXN0ZXItMA".into(),
            cut: self.now,
            topics: topics.collect(),
            groups: groups.collect(),
            next_producer_id: 0,
            restored_from: self.restored_from.clone(),
            past: Some(&self.past),
            known: &self.known,
            prepared: None,
        }
    }

    fn offset(
        &self,
        topic: &str,
        partition: i32,
        (offset, metadata, commit_ms): &(i64, String, i64),
    ) -> OffsetSnapshot {
        OffsetSnapshot {
            topic: topic.into(),
            topic_id: self.state.topics[topic].id,
            partition,
            offset: *offset,
            leader_epoch: None,
            metadata: metadata.as_str().into(),
            commit_ms: *commit_ms,
        }
    }

    pub fn capture(&self, kind: &str) -> Result<Captured, Refusal> {
        let kind = Kind::by_name(kind).expect("a kind");
        let captured = capture(kind, &self.snapshot(), &Options::default(), &self.store)?;
        // Twice the work: not each time.
        if self.known.len() % 4 == 1 {
            let unknown = Snapshot { known: &[], ..self.snapshot() };
            let slow = capture(kind, &unknown, &Options::default(), &self.store)?;
            assert!(captured == slow, "logs that are at hand change nothing: {}", captured.label);
            crate::both::agrees_in_parts(&captured, kind, &self.snapshot(), &self.store)?;
        }
        Ok(captured)
    }

    /// Takes a backup and stores it.
    pub fn backup(&mut self, kind: &str) -> Rc<str> {
        let captured = self.capture(kind).expect("it can be backed up");
        self.store.apply(&captured.transaction).expect("nobody else writes");
        let manifest = self.store.manifest(&captured.label).expect("it was stored");
        let known = Known::of(&self.snapshot(), sha256(&manifest));
        self.known.push(known);
        self.truths.insert(captured.label.clone(), self.state.plain());
        captured.label
    }

    pub fn tick(&mut self, ms: u64) {
        self.now += Span::from_ms(ms);
        while self.past.next() < self.now {
            self.past.point(self.ends.clone().into_iter());
        }
    }

    pub fn changed(&mut self) {
        for topic in self.state.topics.values() {
            for (place, log) in topic.places.iter().zip(&topic.logs) {
                self.ends[*place as usize] = log.end();
            }
        }
        if self.watched {
            self.moments.insert(self.now.timestamp_ms(), self.state.plain());
        }
    }

    pub fn create(&mut self, name: &str, partitions: usize) {
        self.ids += 1;
        let created_ms = self.now.timestamp_ms();
        let id = Uuid([self.ids; 16]);
        let topic = Topic { id, created_ms, logs: Vec::new(), places: Vec::new() };
        self.state.topics.insert(name.to_owned(), topic);
        self.grow(name, partitions);
    }

    pub fn grow(&mut self, name: &str, partitions: usize) {
        let topic = self.state.topics.get_mut(name).expect("it exists");
        while topic.logs.len() < partitions {
            topic.places.push(self.ends.len() as u32);
            let mut log = Partition::new();
            if self.upkept {
                log.set_policy(crate::upkeep::policy());
            }
            topic.logs.push(log);
            self.ends.push(0);
        }
        self.changed();
    }

    pub fn drop_topic(&mut self, name: &str) {
        self.state.topics.remove(name);
        let groups: Vec<String> = self.state.groups.keys().cloned().collect();
        for group in groups {
            let gone: Vec<_> =
                self.state.groups[&group].keys().filter(|(topic, _)| topic == name).cloned().collect();
            gone.into_iter().for_each(|(topic, partition)| self.forget(&group, &topic, partition));
        }
        self.changed();
    }

    pub fn log(&mut self, topic: &str, partition: i32) -> &mut Partition {
        &mut self.state.topics.get_mut(topic).expect("it exists").logs[partition as usize]
    }

    /// One batch of records, the first with the timestamp now plus `skew`.
    pub fn produce(&mut self, topic: &str, partition: i32, count: usize, skew: i64) {
        let stamp = self.now.timestamp_ms() + skew;
        let records: Vec<Record> = (0..count)
            .map(|i| Record::new(stamp, Some(b"k"), Some(format!("v{stamp}-{i}").as_bytes())))
            .collect();
        self.append(topic, partition, records);
    }

    pub fn append(&mut self, topic: &str, partition: i32, records: Vec<Record>) {
        self.log(topic, partition).append_records(Timestamps::Create, &records);
        self.changed();
    }

    pub fn commit(&mut self, group: &str, topic: &str, partition: i32, offset: i64) {
        let commit_ms = self.now.timestamp_ms();
        let said = (offset, format!("m{offset}"), commit_ms);
        let committed = Some(Committed { offset, metadata: said.1.as_str().into() });
        self.past.commit(Commit {
            commit_ms,
            group: group.into(),
            topic: topic.into(),
            partition,
            committed,
        });
        self.state.groups.entry(group.to_owned()).or_default().insert((topic.to_owned(), partition), said);
        self.changed();
    }

    pub fn forget(&mut self, group: &str, topic: &str, partition: i32) {
        let commit_ms = self.now.timestamp_ms();
        self.past.commit(Commit {
            commit_ms,
            group: group.into(),
            topic: topic.into(),
            partition,
            committed: None,
        });
        if let Some(offsets) = self.state.groups.get_mut(group) {
            offsets.remove(&(topic.to_owned(), partition));
        }
        self.changed();
    }

    /// Compaction: every second record of what the log holds goes, batches keep their bounds.
    pub fn compact(&mut self, topic: &str, partition: i32) {
        let log = self.log(topic, partition);
        let mut bytes = Vec::new();
        let old = log.bytes_between(0, i64::MAX);
        let mut at = 0;
        while at < old.len() {
            let header = Header::read(&old[at..]).expect("sound");
            let kept: Vec<Record> = (header.base_offset..=header.last_offset())
                .step_by(2)
                .filter_map(|offset| log.record_at(offset))
                .collect();
            at += header.size as usize;
            let parts = (0..).step_by(2).zip(&kept).map(|(delta, record)| Parts {
                offset_delta: delta,
                timestamp_ms: record.timestamp_ms,
                key: record.key.as_deref(),
                value: record.value.as_deref(),
                headers: &[],
            });
            if !kept.is_empty() {
                let info = BatchInfo { base_offset: header.base_offset, ..BatchInfo::default() };
                encode_into(&mut bytes, &info, parts);
            }
        }
        let (start, end) = (log.log_start(), log.end());
        let segments: Vec<_> = if bytes.is_empty() { Vec::new() } else { vec![bytes.into()] };
        if let Ok(compacted) = Partition::restore(start, log.leader_epoch(), &segments)
            && compacted.end() <= end
        {
            *log = compacted;
        }
        self.changed();
    }

    /// Puts what was restored in place.
    pub fn restore(&mut self, state: &RestoredState) {
        for topic in &state.topics {
            let mut places =
                self.state.topics.get(&*topic.name).map_or(Vec::new(), |known| known.places.clone());
            places.truncate(topic.partitions.len());
            while places.len() < topic.partitions.len() {
                places.push(self.ends.len() as u32);
                self.ends.push(0);
            }
            let (id, created_ms, mut logs) =
                (topic.id.expect("in place"), topic.created_ms, topic.partitions.clone());
            if self.upkept {
                logs.iter_mut().for_each(|log| log.reroll(crate::upkeep::policy()));
            }
            self.state.topics.insert(topic.name.to_string(), Topic { id, created_ms, logs, places });
        }
        state.groups.iter().for_each(|group| drop(self.state.groups.remove(&*group.group)));
        self.state.groups.extend(plain(state).groups);
        // Offsets of groups that the backup does not know end with the partitions that it does not have.
        let has = |(topic, p): &(String, i32)| (*p as usize) < self.state.topics[topic].logs.len();
        self.state.groups.values_mut().for_each(|offsets| offsets.retain(|of, _| has(of)));
        self.restored_from = state.lineage.clone();
        self.past.restart(self.now);
        for (group, offsets) in &self.state.groups {
            for ((topic, partition), (offset, metadata, commit_ms)) in offsets {
                self.past.commit(Commit {
                    commit_ms: *commit_ms,
                    group: group.as_str().into(),
                    topic: topic.as_str().into(),
                    partition: *partition,
                    committed: Some(Committed { offset: *offset, metadata: metadata.as_str().into() }),
                });
            }
        }
        self.changed();
    }

    /// A topic and a partition of it.
    pub fn any_partition(&self, random: &mut Rng) -> Option<(String, i32)> {
        let count = self.state.topics.len() as u64;
        let (name, topic) = self.state.topics.iter().nth(random.below(count.max(1)) as usize)?;
        Some((name.clone(), random.below(topic.logs.len() as u64) as i32))
    }

    /// Something happens to the data.
    pub fn live(&mut self, random: &mut Rng) {
        let step = [0, 1, 40, 300, 1200][random.below(5) as usize];
        self.tick(step);
        let Some((topic, partition)) = self.any_partition(random) else { return self.create("t0", 2) };
        let (start, end) = (self.log(&topic, partition).log_start(), self.log(&topic, partition).end());
        let within = |random: &mut Rng| start + random.below((end - start + 1) as u64) as i64;
        match random.below(20) {
            0..=3 if self.upkept => self.produce_keys(&topic, partition, random),
            4 | 5 | 14 if self.upkept => self.upkeep(&topic, partition, random),
            0..=8 => {
                let skew = [0, 0, 0, -700, 900][random.below(5) as usize];
                self.produce(&topic, partition, 1 + random.below(4) as usize, skew);
            }
            9..=13 => {
                let group = ["g1", "g2", "another"][random.below(3) as usize];
                let offset = within(random);
                self.commit(group, &topic, partition, offset);
            }
            14 => {
                let to = within(random);
                self.log(&topic, partition).delete_before(to);
                self.changed();
            }
            15 => self.compact(&topic, partition),
            16 => {
                let to = within(random);
                self.log(&topic, partition).cut_to(to);
                self.changed();
            }
            17 => {
                self.drop_topic(&topic);
                if random.below(2) == 0 {
                    self.create(&topic, 1 + random.below(2) as usize);
                }
            }
            18 if self.state.topics.len() < 3 => {
                let name = ["t0", "t1", "t2"][random.below(3) as usize];
                if !self.state.topics.contains_key(name) {
                    self.create(name, 1 + random.below(2) as usize);
                }
            }
            18 => {
                let more = self.state.topics[&topic].logs.len() + 1;
                self.grow(&topic, more.min(4));
            }
            _ => self.forget("g1", &topic, partition),
        }
    }
}
