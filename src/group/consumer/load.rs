//! What happens to consumer groups from outside: topics change, or the coordinator finds them again in its log.

use super::member::MemberState;
use crate::base::{Set, Span, Time};
use crate::group::coordinator::{Coordinator, Group};
use crate::group::metadata::Metadata;
use crate::group::share::ShareGroup;
use crate::group::timer::{Task, TimerKey};
use std::rc::Rc;

impl Coordinator {
    /// Groups that read a topic that is new, changed or gone look at topics with their next heartbeat.
    pub(in crate::group) fn note_topics(&mut self, new: &Metadata) {
        let old = &self.metadata;
        let names: Set<&Rc<str>> = old.topics.keys().chain(new.topics.keys()).collect();
        let changed: Vec<&Rc<str>> =
            names.into_iter().filter(|name| old.topics.get(*name) != new.topics.get(*name)).collect();
        let is_new = |name: &&Rc<str>| new.topics.contains_key(*name) && old.id_of(name) != new.id_of(name);
        let version = &mut self.topics_version;
        let changes = version.changes.map_or(0, |changes| changes + 1);
        version.changes = Some(changes);
        if changed.iter().any(is_new) {
            version.with_new_topics = changes;
        }
        for group in self.groups.values_mut() {
            if let Group::Consumer(group) | Group::Share(ShareGroup { group, .. }) = group
                && changed.iter().any(|topic| group.reads(topic))
            {
                group.refresh_at_ms = 0;
            }
        }
    }

    /// After the log was read: every member has its session timeout to be heard of, and its rebalance timeout to give up
    /// what it has to.
    pub(in crate::group) fn consumer_loaded(&mut self, now: Time, id: &Rc<str>) {
        let Some(group) = self.modern(id) else { return };
        let timeout_ms = self.settings_of(id, group.kind).session_timeout_ms;
        let waiting = |member: &super::Member| {
            let waits = member.current.state == MemberState::UnrevokedPartitions;
            waits.then_some((member.current.epoch, member.about.rebalance_timeout_ms))
        };
        let members: Vec<_> =
            group.members.values().map(|member| (member.id.clone(), waiting(member))).collect();
        for (member, waits) in members {
            self.arm_session(now, id, &member, timeout_ms);
            if let Some((epoch, timeout_ms)) = waits {
                let key = TimerKey::Rebalance(id.clone(), member);
                self.arm_ms(now, timeout_ms, key, Task::ExpireRebalance { epoch });
            }
        }
    }

    pub(super) fn arm_ms(&mut self, now: Time, after_ms: i32, key: TimerKey, task: Task) {
        self.timers.arm(now, Span::from_ms(after_ms.max(0) as u64), key, task);
    }
}
