//! The rebalance listener's callbacks, and what the world makes of them: who owns which partition since when.

use super::{Consumer, position};
use crate::base::{TopicPartition, small};
use crate::sim::core::{Core, Reader};
use crate::sim::fetch;
use crate::sim::progress::Owner;
use crate::sim::trace::{Callback, Happening};
use std::rc::Rc;

impl Consumer {
    /// What it owns in its own eyes, in order.
    pub(super) fn owned(&self, core: &Core) -> Rc<[TopicPartition]> {
        let logs = self.client.places.iter().map(|place| &core.logs[place.log as usize]);
        let mut owned: Vec<TopicPartition> = logs.map(|log| log.name.clone()).collect();
        small::sort(&mut owned);
        owned.into()
    }

    /// A callback is called.
    pub(super) fn call(&mut self, core: &mut Core, callback: Callback, partitions: Rc<[TopicPartition]>) {
        let group = core.groups[self.group as usize].name.clone();
        let generation = self.client.member.known_generation;
        core.note(Happening::Called(self.name(core), group, callback, generation, partitions.clone()));
        match callback {
            Callback::Assigned => self.own(core, &partitions),
            Callback::Revoked | Callback::Lost => self.disown(core, &partitions),
        }
    }

    /// These partitions are assigned from now on. Those that it had keep their positions and what was fetched of them;
    /// those of the others are not known yet.
    pub(super) fn assign(&mut self, core: &mut Core, partitions: &[TopicPartition]) {
        // Of a topic that is gone it has what was there: one may be made anew under the name.
        let gone = |of: &TopicPartition| core.logs.iter().rposition(|log| log.name == *of);
        let log = |of: &TopicPartition| {
            core.log_of(&of.topic, of.partition).or_else(|| gone(of).map(|place| place as u32))
        };
        let logs = partitions.iter().filter_map(log).collect();
        self.assign_logs(core, logs);
    }

    /// The same by their logs.
    pub(super) fn assign_logs(&mut self, core: &mut Core, logs: Vec<u32>) {
        let had = &self.client.places;
        let mut places: Vec<position::Place> = Vec::new();
        let mut followed = Vec::new();
        for log in logs {
            let old = had.iter().find(|place| place.log == log || core.is_made_anew(place.log, log));
            let place = old.copied().unwrap_or(position::Place::new(log));
            if place.log != log {
                followed.push((place.log, log));
            }
            places.push(if place.log == log { place } else { place.follow(log) });
        }
        if !places.iter().any(|place| had.contains(place)) {
            self.client.asked = position::Asked::default();
        }
        self.client.unready = places.iter().filter(|place| place.unready()).count() as u32;
        for mut chunk in std::mem::take(&mut self.client.buffer) {
            if let Some(at) = places.iter().position(|place| place.log == chunk.log) {
                chunk.place = at as u32;
                self.client.buffer.push_back(chunk);
            }
        }
        self.client.places = places;
        for (old, new) in followed {
            self.own_anew(core, old, new);
        }
        match core.fetches[self.id as usize].phase {
            fetch::Phase::Idle => {
                core.unread(self.id);
                self.read_all(core);
            }
            // The fetch that is under way still waits for what it asked for.
            _ => core.fetches[self.id as usize].stale = true,
        }
    }

    /// Metadata has come: partitions of a topic that was made anew under its name are those of the new one from now on.
    pub(super) fn follow_names(&mut self, core: &mut Core) {
        if self.client.places.iter().all(|place| core.logs[place.log as usize].exists) {
            return;
        }
        let known = &self.client.link.topics;
        let now = |place: &position::Place| {
            let name = &core.logs[place.log as usize].name;
            let anew = core.log_of(&name.topic, name.partition).filter(|log| {
                known.get(&name.topic).is_some_and(|found| found.id == core.logs[*log as usize].topic)
            });
            anew.unwrap_or(place.log)
        };
        let logs = self.client.places.iter().map(now).collect();
        self.assign_logs(core, logs);
    }

    /// What it owned of the old topic it owns of the new one.
    fn own_anew(&self, core: &mut Core, old: u32, new: u32) {
        let owners = &mut core.progress(self.group, old).owners;
        let Some(mine) = owners.iter().position(|owner| owner.consumer == self.id) else { return };
        let owner = owners.remove(mine);
        let progress = core.progress(self.group, new);
        progress.owners.push(owner);
        progress.unowned_since = None;
    }

    /// The logs of all its places wake its fetches.
    pub(super) fn read_all(&self, core: &mut Core) {
        for (place, of) in self.client.places.iter().enumerate() {
            core.read(Reader { consumer: self.id, place: place as u32 }, of.log);
        }
    }

    /// These are not assigned any more; the others stay as they are.
    pub(super) fn take_away(&mut self, core: &mut Core, partitions: &[TopicPartition]) {
        let given = self.logs_of(core, partitions);
        let logs = self.client.places.iter().map(|place| place.log);
        let kept = logs.filter(|log| !given.contains(log)).collect();
        self.assign_logs(core, kept);
    }

    /// Nothing is assigned any more.
    pub(super) fn unassign(&mut self, core: &mut Core) {
        self.assign(core, &[]);
    }

    /// It owns these, and the world knows it.
    fn own(&mut self, core: &mut Core, partitions: &[TopicPartition]) {
        let owner = Owner {
            consumer: self.id,
            process: self.process,
            generation: self.client.member.generation,
            since: core.now,
        };
        for log in self.logs_of(core, partitions) {
            let progress = core.progress(self.group, log);
            progress.owners.push(owner);
            progress.unowned_since = None;
        }
    }

    /// Where those of these partitions that are assigned lie.
    fn logs_of(&self, core: &Core, partitions: &[TopicPartition]) -> Vec<u32> {
        let logs = self.client.places.iter().map(|place| place.log);
        logs.filter(|log| partitions.contains(&core.logs[*log as usize].name)).collect()
    }

    /// It does not own these any more.
    pub(super) fn disown(&mut self, core: &mut Core, partitions: &[TopicPartition]) {
        let (id, now) = (self.id, core.now);
        for log in self.logs_of(core, partitions) {
            core.flush_rerun(self.group, log);
            let progress = core.progress(self.group, log);
            let Some(mine) = progress.owners.iter().position(|owner| owner.consumer == id) else { continue };
            let owner = progress.owners.remove(mine);
            if progress.owners.is_empty() {
                progress.last_owner = Some(owner);
                progress.unowned_since = Some(now);
            }
        }
    }

    /// Records that its members processed and did not commit: read again if it died now.
    pub fn uncommitted(&self, core: &Core) -> u64 {
        let at_risk = |place: &position::Place| match core.progress_of(self.group, place.log) {
            Some(progress) if progress.owners.last().is_some_and(|owner| owner.consumer == self.id) => {
                progress.at_risk().max(0) as u64
            }
            _ => 0,
        };
        self.client.places.iter().map(at_risk).sum()
    }
}

/// The partitions that are not among `others`. Both lists are in order.
pub(super) fn without(partitions: &[TopicPartition], others: &[TopicPartition]) -> Rc<[TopicPartition]> {
    partitions.iter().filter(|partition| others.binary_search(partition).is_err()).cloned().collect()
}
