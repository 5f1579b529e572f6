//! What is given up before a join and after it, and what is taken over: the eager and the cooperative way (KIP-429), as
//! `ConsumerCoordinator` has them in `onJoinPrepare` and `onJoinComplete`.

use super::Consumer;
use super::join::{Phase, Prepare};
use super::listener::without;
use crate::base::{TopicPartition, small};
use crate::sim::core::Core;
use crate::sim::trace::{Callback, Happening};
use std::rc::Rc;

impl Consumer {
    /// The callback before a join. When the generation is void, everything is lost. Eager: everything is revoked.
    /// Cooperative: only what it does not subscribe to any more.
    pub(super) fn give_up(&mut self, core: &mut Core) {
        let void = self.is_reset();
        let first = self.client.member.known_generation < 0;
        let given = if void || !self.cooperative() { self.owned(core) } else { self.unwanted(core) };
        if first || given.is_empty() && (void || self.cooperative()) {
            self.client.member.prepare = Prepare::Done;
            return;
        }
        let callback = if void { Callback::Lost } else { Callback::Revoked };
        self.call(core, callback, given);
        if !void
            && self.settings.commit_on_revoke
            && let Some(token) = self.commit_processed(core)
        {
            self.client.member.prepare = Prepare::InCallback(token);
            return;
        }
        self.gave_up(core);
    }

    /// The callback has returned.
    pub(super) fn gave_up(&mut self, core: &mut Core) {
        if self.is_reset() || !self.cooperative() {
            self.unassign(core);
        } else {
            let unwanted = self.unwanted(core);
            self.take_away(core, &unwanted);
        }
        self.client.member.prepare = Prepare::Done;
    }

    /// What it owns of topics that it does not subscribe to any more.
    fn unwanted(&self, core: &Core) -> Rc<[TopicPartition]> {
        let owned = self.owned(core);
        owned.iter().filter(|partition| !self.topics.contains(&partition.topic)).cloned().collect()
    }

    /// The member has its part. Cooperative: what it owned and has not any more is revoked, and it joins again to let
    /// others have it.
    pub(super) fn complete(&mut self, core: &mut Core, partitions: Vec<TopicPartition>) {
        let member = &mut self.client.member;
        member.phase = Phase::Stable;
        member.rejoin = None;
        member.news = true;
        member.prepare = Prepare::Not;
        member.known_generation = member.generation;
        member.memory.assigned(member.assignor.as_deref(), &partitions, member.generation);
        member.coming = partitions;
        small::sort(&mut member.coming);
        let (generation, group) = (member.generation, core.groups[self.group as usize].name.clone());
        let shared: Rc<[TopicPartition]> = member.coming.as_slice().into();
        core.note(Happening::Synced(self.name(core), group, generation, shared));
        let given = without(&self.owned(core), &self.client.member.coming);
        if !given.is_empty() {
            self.want_rejoin("need to revoke partitions and re-join the group");
            self.call(core, Callback::Revoked, given);
            if self.settings.commit_on_revoke
                && let Some(token) = self.commit_processed(core)
            {
                self.client.member.prepare = Prepare::Releasing(token);
                return;
            }
        }
        self.take_over(core);
    }

    /// `assigned` with what is new, and positions are looked for.
    pub(super) fn take_over(&mut self, core: &mut Core) {
        self.client.member.prepare = Prepare::Not;
        let coming = std::mem::take(&mut self.client.member.coming);
        let added = without(&coming, &self.owned(core));
        self.client.commits.next_auto = core.now + self.settings.auto_commit_interval;
        self.assign(core, &coming);
        self.call(core, Callback::Assigned, added);
    }

    /// Whether `poll()` stands inside a callback, or holds its records back: they are given up soon.
    pub(super) fn holds_back(&self) -> bool {
        match self.client.member.prepare {
            Prepare::InCallback(_) | Prepare::Releasing(_) => true,
            Prepare::Committing(_) => !self.cooperative(),
            _ => false,
        }
    }
}
