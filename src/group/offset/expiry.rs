//! Offsets expire, and empty groups without offsets with them.
//!
//! Topics that the group reads are passed over. Otherwise an offset expires when its retention is over, counted from:
//!
//! | group | from |
//! |---|---|
//! | with a protocol type, Empty | the moment at which it became empty |
//! | consumers, Stable, subscriptions known | the commit (only topics that are not subscribed) |
//! | without a protocol type | the commit |
//! | of the consumer protocol | the commit |
//! | any other | never |
//!
//! An offset whose client said when it expires does so then. One with an offset pending in a transaction stays.

use super::Stored;
use crate::base::{Span, Time};
use crate::group::classic::ClassicGroup;
use crate::group::classic::ClassicState;
use crate::group::coordinator::{Coordinator, Group};
use crate::group::event::{Batch, Event, Outcome};
use crate::group::record::{OffsetKey, Record};
use crate::group::timer::{Task, TimerKey};
use std::rc::Rc;

/// What retention is counted from.
enum Base {
    Commit,
    Moment(i64),
}

impl Coordinator {
    /// Looks through all groups, and will again.
    pub(in crate::group) fn expire_offsets(&mut self, now: Time, out: &mut Outcome) {
        let clock_ms = self.clock_ms(now);
        let mut records = Vec::new();
        for (id, group) in &self.groups {
            let Some(expired) = self.expired(id, group, clock_ms) else { continue };
            let all = expired.len()
                == self.offsets.of(id).into_iter().flatten().map(|(_, p)| p.len()).sum::<usize>();
            for key in &expired {
                let (group, topic, partition) = (key.group.clone(), key.topic.clone(), key.partition);
                out.event(Event::OffsetDropped { group, topic, partition });
            }
            records.extend(expired.into_iter().map(|key| Record::Offset(key, None)));
            if all && !self.offsets.has_open_transaction(id) && group.is_empty() {
                out.event(Event::GroupDeleted { group: id.clone() });
                records.extend(self.group_tombstones(id));
            }
        }
        self.append(Batch { producer: None, records }, out);
        self.arm_offset_expiry(now);
    }

    pub(in crate::group) fn arm_offset_expiry(&mut self, now: Time) {
        let interval = Span::from_ms(self.config.offsets_retention_check_interval_ms.max(0) as u64);
        self.timers.arm(now, interval, TimerKey::OffsetExpiry, Task::ExpireOffsets);
    }

    /// The offsets of a group that have expired; `None` when it keeps all, whatever their age.
    fn expired(&self, id: &Rc<str>, group: &Group, clock_ms: i64) -> Option<Vec<OffsetKey>> {
        if let Group::Share(_) = group {
            return None;
        }
        let Some(topics) = self.offsets.of(id) else { return Some(Vec::new()) };
        let base = match group {
            Group::Classic(group) => group.expiry_base()?,
            Group::Consumer(_) | Group::Share(_) => Base::Commit,
        };
        let retention_ms = i64::from(self.config.offsets_retention_minutes) * 60_000;
        let is_over = |stored: &Stored| match (stored.value.expire_timestamp_ms, &base) {
            (Some(at_ms), _) => clock_ms >= at_ms,
            (None, Base::Commit) => clock_ms - stored.value.commit_timestamp_ms >= retention_ms,
            (None, Base::Moment(ms)) => clock_ms - ms >= retention_ms,
        };
        let key = |topic: &Rc<str>, partition: i32| OffsetKey {
            group: id.clone(),
            topic: topic.clone(),
            partition,
        };
        let unread = topics.iter().filter(|(topic, _)| !group.reads(topic));
        let over = unread.flat_map(|(topic, partitions)| {
            partitions.iter().filter(|(_, stored)| is_over(stored)).map(|(&p, _)| key(topic, p))
        });
        Some(over.filter(|key| !self.offsets.is_pending(key)).collect())
    }
}

impl ClassicGroup {
    fn expiry_base(&self) -> Option<Base> {
        match (&self.protocol_type, self.state) {
            (None, _) => Some(Base::Commit),
            (Some(_), ClassicState::Empty) => Some(self.since_ms.map_or(Base::Commit, Base::Moment)),
            (Some(_), ClassicState::Stable) if self.is_consumers() && self.topics.is_some() => {
                Some(Base::Commit)
            }
            _ => None,
        }
    }
}
