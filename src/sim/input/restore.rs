//! Backup and restore: the world's topics and groups as of one moment, and a state in their place.

use crate::backup::offsets::{Commit, Committed};
use crate::backup::{
    GroupSnapshot, OffsetSnapshot, RestoredGroup, RestoredState, RestoredTopic, Snapshot, TopicSnapshot,
};
use crate::base::{Set, Uuid};
use crate::group::{self, Batch, LeavingMember, OffsetKey, OffsetValue, Record, Request};
use crate::log::Policy;
use crate::sim::core::{Core, Log, Topic};
use crate::sim::trace::Happening;
use crate::sim::{Refusal, World};
use std::rc::Rc;

impl World {
    /// Topics, groups and offsets of this moment, for a backup.
    pub fn snapshot(&self) -> Snapshot<'_> {
        let core = &self.core;
        let topic = |(name, topic): (&Rc<str>, &Topic)| TopicSnapshot {
            name: name.clone(),
            id: topic.id,
            config: topic.config.clone(),
            created_ms: topic.created,
            partitions: topic.logs.iter().map(|log| &core.logs[*log as usize].data).collect(),
            places: topic.logs.clone(),
        };
        Snapshot {
            cluster_id: core.cluster_id.to_string().into(),
            cut: core.now,
            topics: core.topics.iter().map(topic).collect(),
            groups: core.coordinator.groups().filter_map(|name| self.group_snapshot(name)).collect(),
            next_producer_id: core.transactions.next_id(),
            restored_from: core.restored_from.clone(),
            past: Some(&core.past),
            known: &[],
            prepared: None,
        }
    }

    fn group_snapshot(&self, name: &Rc<str>) -> Option<GroupSnapshot> {
        let view = self.core.coordinator.group(name)?;
        let offsets = self.core.coordinator.committed(name).map(|(topic, partition, value)| OffsetSnapshot {
            topic: topic.clone(),
            topic_id: value.topic_id,
            partition,
            offset: value.offset,
            leader_epoch: Some(value.leader_epoch).filter(|epoch| *epoch >= 0),
            metadata: value.metadata.clone(),
            commit_ms: value.commit_timestamp_ms,
        });
        Some(GroupSnapshot {
            group: name.clone(),
            state: view.state.name().into(),
            generation: view.generation,
            offsets: offsets.collect(),
        })
    }

    /// Puts the topics of a backup with their records, and its groups with their offsets, in the place of those of the
    /// same names, in one moment. Members that died and whose session has not ended yet are removed. Producers go on,
    /// and the next record gets the offset after the last restored one.
    ///
    /// # Errors
    /// [`Refusal::MembersAlive`] while consumers of those groups run.
    pub fn restore(&mut self, mut state: RestoredState) -> Result<(), Refusal> {
        let groups = state.groups.iter().map(|of| &of.group).chain(&state.gone.groups);
        let running: Vec<Rc<str>> = groups.flat_map(|group| self.alive(group)).collect();
        if !running.is_empty() {
            return Err(Refusal::MembersAlive(running));
        }
        let topics: Vec<Rc<str>> = state.topics.iter().map(|topic| topic.name.clone()).collect();
        let records =
            |topic: &RestoredTopic| topic.partitions.iter().map(|log| log.record_count()).sum::<u64>();
        let records = state.topics.iter().map(records).sum();
        let here = |offset: &&OffsetSnapshot| topics.contains(&offset.topic);
        let offsets = state.groups.iter().flat_map(|of| &of.offsets).filter(here).count() as u32;
        for of in &mut state.groups {
            self.keep_elsewhere(of, &topics);
            self.core.empty_group(&of.group);
        }
        for group in &state.gone.groups {
            self.core.empty_group(group);
        }
        for topic in &state.gone.topics {
            if self.core.topics.contains_key(topic) {
                self.delete_topic(topic)?;
            }
        }
        self.core.transactions.ids_from(state.next_producer_id);
        let mut replaced = Vec::new();
        for topic in state.topics {
            replaced.extend(self.core.restore_topic(topic));
        }
        for log in &replaced {
            self.consumers.iter_mut().for_each(|consumer| consumer.log_replaced(*log));
        }
        self.renew_producers(&replaced);
        self.core.publish_topics();
        for of in &state.groups {
            self.core.restore_group(of);
        }
        self.core.restored_from = state.lineage.or(self.core.restored_from.take());
        self.core.begin_past();
        for topic in &topics {
            self.topic_is_here(topic);
        }
        self.core.note(Happening::Restored(topics, records, offsets));
        Ok(())
    }

    /// In topics that are not restored a group goes on where it is now.
    fn keep_elsewhere(&self, of: &mut RestoredGroup, restored: &[Rc<str>]) {
        let now = self.group_snapshot(&of.group).map_or(Vec::new(), |group| group.offsets);
        for offset in now.into_iter().filter(|offset| !restored.contains(&offset.topic)) {
            of.offsets.retain(|own| (&own.topic, own.partition) != (&offset.topic, offset.partition));
            of.offsets.push(offset);
        }
    }

    /// Producers whose ids a restored log has begin anew: what the log knows of an id is of another time.
    fn renew_producers(&mut self, logs: &[u32]) {
        let ids: Set<i64> = logs
            .iter()
            .flat_map(|log| self.core.logs[*log as usize].data.producers())
            .map(|of| of.producer_id)
            .collect();
        let next = ids.iter().max().map_or(0, |newest| newest.saturating_add(1));
        self.core.transactions.ids_from(next);
        for producer in &mut self.producers {
            let id = producer.numbered.as_ref().and_then(|of| of.identity).map(|(id, _)| id);
            if id.is_some_and(|id| ids.contains(&id)) {
                producer.renew(&mut self.core);
            }
        }
    }
}

impl Core {
    /// Removes the members that the coordinator still knows, and the group with its offsets.
    fn empty_group(&mut self, name: &Rc<str>) {
        let Some(view) = self.coordinator.group(name) else { return };
        let leaving = view.members.iter().map(|member| LeavingMember {
            member_id: member.id.clone(),
            group_instance_id: member.instance.clone(),
            reason: Some("the group is being restored".into()),
        });
        let members: Vec<LeavingMember> = leaving.collect();
        if !members.is_empty() {
            self.administer(Request::LeaveGroup(group::LeaveGroup { group_id: name.clone(), members }));
        }
        self.administer(Request::DeleteGroups(group::DeleteGroups { groups: vec![name.clone()] }));
    }

    /// Puts a restored topic in the place of the one of its name, or where none was. The logs that are others now.
    fn restore_topic(&mut self, topic: RestoredTopic) -> Vec<u32> {
        let mut replaced = Vec::new();
        let before = self.topics.remove(&topic.name);
        let id = topic.id.unwrap_or_else(|| Uuid(self.ids.uuid()));
        let same = before.as_ref().is_some_and(|before| before.id == id);
        // Where replicas lie is the cluster's affair: no backup says it.
        let placement = before.as_ref().and_then(|before| before.placement.clone());
        let racks = placement.as_ref().and_then(|of| of.of(topic.partitions.len() as i32));
        let before = before.map_or(Vec::new(), |before| before.logs);
        let mut logs = Vec::new();
        let policy = Rc::new(Policy::of(&topic.config));
        for (partition, data) in topic.partitions.into_iter().enumerate() {
            let log = before
                .get(partition)
                .copied()
                .unwrap_or_else(|| self.add_log(&topic.name, id, partition as i32));
            if !data.extends(&self.logs[log as usize].data) {
                self.transactions.leave(log);
                self.lose_fetches(log);
                replaced.push(log);
                let known = &mut self.logs[log as usize];
                known.known = known.known.max(known.data.end());
            }
            self.logs[log as usize].data = data;
            self.logs[log as usize].data.reroll(policy.clone());
            self.logs[log as usize].topic = id;
            self.forget_shares(|_, of| of == log);
            logs.push(log);
            for group in 0..self.groups.len() as u32 {
                let (start, end) = self.bounds(log);
                match same {
                    true => self.progress(group, log).restored(start, end),
                    false => self.progress(group, log).replaced(start),
                }
            }
            self.appended(log);
        }
        for gone in before.into_iter().skip(logs.len()) {
            self.lose_fetches(gone);
            self.drop_log(gone);
            replaced.push(gone);
        }
        let (created, config) = (topic.created_ms, topic.config);
        let restored = Topic { id, created, config, policy, logs, placement, racks };
        self.topics.insert(topic.name, restored);
        self.arm_upkeep();
        replaced
    }

    /// What backups need of the past begins now, with the offsets that are committed.
    fn begin_past(&mut self) {
        self.past.restart(self.now);
        for group in self.coordinator.groups() {
            for (topic, partition, value) in self.coordinator.committed(group) {
                self.past.commit(Commit {
                    commit_ms: value.commit_timestamp_ms,
                    group: group.clone(),
                    topic: topic.clone(),
                    partition,
                    committed: Some(Committed { offset: value.offset, metadata: value.metadata.clone() }),
                });
            }
        }
    }

    fn add_log(&mut self, topic: &Rc<str>, id: Uuid, partition: i32) -> u32 {
        self.logs.push(Log::new(topic, id, partition));
        self.logs.len() as u32 - 1
    }

    fn bounds(&self, log: u32) -> (i64, i64) {
        let data = &self.logs[log as usize].data;
        (data.log_start(), data.end())
    }

    /// A restored group is empty and has its offsets: the coordinator reads them as it reads its own records.
    fn restore_group(&mut self, of: &RestoredGroup) {
        let key = |offset: &OffsetSnapshot| OffsetKey {
            group: of.group.clone(),
            topic: offset.topic.clone(),
            partition: offset.partition,
        };
        let value = |offset: &OffsetSnapshot| OffsetValue {
            offset: offset.offset,
            leader_epoch: offset.leader_epoch.unwrap_or(-1),
            metadata: offset.metadata.clone(),
            commit_timestamp_ms: offset.commit_ms,
            expire_timestamp_ms: None,
            topic_id: offset.topic_id,
        };
        let group = self.empty_classic(of.generation);
        let mut records = vec![Record::ClassicGroup(of.group.clone(), Some(group))];
        records.extend(of.offsets.iter().map(|offset| Record::Offset(key(offset), Some(value(offset)))));
        self.group_or_new(&of.group);
        self.coordinator.replay(&Batch { producer: None, records });
        self.arm_coordinator();
        let place = self.group_or_new(&of.group);
        for offset in &of.offsets {
            if let Some(log) = self.log_of(&offset.topic, offset.partition) {
                self.progress(place, log).set_committed(offset.offset);
            }
        }
    }
}
