//! The coordinator's timers: keyed, in a total order.
//!
//! Arming a key that is armed replaces the old timer. Timers fire by deadline, then by the order in which they were
//! last armed.

use crate::base::{Map, Span, Time};
use std::rc::Rc;

/// What a timer is for; at most one is armed for each key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerKey {
    /// Members of the group are joining.
    Join(Rc<str>),
    /// Members of the group are to sync.
    Sync(Rc<str>),
    /// The group has not heard of the member.
    Heartbeat(Rc<str>, Rc<str>),
    /// A consumer group has not heard of the member.
    Session(Rc<str>, Rc<str>),
    /// A member of a consumer group is to give partitions up.
    Rebalance(Rc<str>, Rc<str>),
    /// A member of a consumer group that uses the classic protocol is to join.
    MemberJoin(Rc<str>, Rc<str>),
    /// A member of a consumer group that uses the classic protocol is to sync.
    MemberSync(Rc<str>, Rc<str>),
    /// Offsets are looked through for those that have expired.
    OffsetExpiry,
}

/// What happens when it fires.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Task {
    /// The initial delay is over, unless it is extended.
    InitialJoin { delay_ms: i32, remaining_ms: i32 },
    /// The rebalance timeout is over.
    CompleteJoin,
    /// Members that have not synced in this generation are removed.
    ExpireSync { generation: i32 },
    /// A member of a consumer group still stands where it had partitions to give up.
    ExpireRebalance { epoch: i32 },
    /// A member of a consumer group that uses the classic protocol did not join when it was told to.
    ExpireMemberJoin,
    /// Such a member did not sync after it joined.
    ExpireMemberSync,
    /// A member was silent too long.
    ExpireMember,
    /// Offsets expire.
    ExpireOffsets,
}

/// All armed timers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Timers {
    queue: Map<(Time, u64), (TimerKey, Task)>,
    armed: Map<TimerKey, (Time, u64)>,
    arms: u64,
}

impl Timers {
    /// Arms `key` to fire `after` from `now`.
    pub(super) fn arm(&mut self, now: Time, after: Span, key: TimerKey, task: Task) {
        self.cancel(&key);
        let place = (now + after, self.arms);
        self.arms += 1;
        self.queue.insert(place, (key.clone(), task));
        self.armed.insert(key, place);
    }

    /// Disarms `key`, if it is armed.
    pub(super) fn cancel(&mut self, key: &TimerKey) {
        if let Some(place) = self.armed.remove(key) {
            self.queue.remove(&place);
        }
    }

    /// Whether `key` is armed.
    pub(super) fn is_armed(&self, key: &TimerKey) -> bool {
        self.armed.contains_key(key)
    }

    /// Disarms all.
    pub(super) fn clear(&mut self) {
        self.queue.clear();
        self.armed.clear();
    }

    /// When the next one fires.
    pub(super) fn next_deadline(&self) -> Option<Time> {
        self.queue.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the next one that is due at `now`.
    pub(super) fn pop(&mut self, now: Time) -> Option<(Time, TimerKey, Task)> {
        let (&(at, order), _) = self.queue.first_key_value().filter(|((at, _), _)| *at <= now)?;
        let (key, task) = self.queue.remove(&(at, order)).expect("it was the first");
        self.armed.remove(&key);
        Some((at, key, task))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_by_deadline_then_by_when_they_were_last_armed() {
        let mut timers = Timers::default();
        let key = |name: &str| TimerKey::Join(name.into());
        for (name, ms) in [("a", 10), ("b", 10), ("c", 5), ("a", 10), ("d", 7)] {
            timers.arm(Time::ZERO, Span::from_ms(ms), key(name), Task::CompleteJoin);
        }
        timers.cancel(&key("d"));
        assert_eq!(timers.pop(Time::from_ms(4)), None);
        let fired: Vec<TimerKey> =
            std::iter::from_fn(|| timers.pop(Time::from_ms(10))).map(|(_, k, _)| k).collect();
        assert_eq!(fired, [key("c"), key("b"), key("a")]);
        assert_eq!(timers, Timers { arms: 5, ..Timers::default() });
    }
}
