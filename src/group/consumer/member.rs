//! A member of a consumer group (Kafka's `ConsumerGroupMember`).

use super::Partitions;
use super::assignment::numbers;
use super::record::{ConsumerMemberValue, CurrentValue, MemberKey};
use crate::base::Set;
use crate::group::event::Event;
use crate::group::record::Record;
use std::rc::Rc;

/// The epoch of a static member that is away.
pub(super) const AWAY: i32 = -2;

/// What a member waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberState {
    /// Nothing: it has what its target said at its epoch.
    #[default]
    Stable,
    /// It is to give partitions up, and stays at its epoch until it says that it has.
    UnrevokedPartitions,
    /// It is to get partitions that others have not given up yet.
    UnreleasedPartitions,
    /// A state of a newer coordinator.
    Unknown,
}

impl MemberState {
    /// Kafka's number.
    pub fn number(self) -> i8 {
        match self {
            MemberState::Stable => 0,
            MemberState::UnrevokedPartitions => 1,
            MemberState::UnreleasedPartitions => 2,
            MemberState::Unknown => 127,
        }
    }

    /// The state of a number; any other is unknown.
    pub fn of(number: i64) -> MemberState {
        let all = [MemberState::Stable, MemberState::UnrevokedPartitions, MemberState::UnreleasedPartitions];
        all.into_iter().find(|state| i64::from(state.number()) == number).unwrap_or(MemberState::Unknown)
    }
}

/// Each name once.
pub(in crate::group) fn distinct(names: &[Rc<str>]) -> Vec<Rc<str>> {
    let mut all: Vec<Rc<str>> = Vec::with_capacity(names.len());
    for name in names {
        if !all.contains(name) {
            all.push(name.clone());
        }
    }
    all
}

/// A member: who it is, what it says, where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::group) struct Member {
    pub id: Rc<str>,
    pub about: ConsumerMemberValue,
    pub current: CurrentValue,
}

impl Member {
    /// One that nothing is known of.
    pub fn new(id: Rc<str>) -> Member {
        Member { id, about: ConsumerMemberValue::unknown(), current: CurrentValue::nothing() }
    }

    /// Whether it has what the target of this epoch says.
    pub fn is_reconciled_to(&self, epoch: i32) -> bool {
        self.current.state == MemberState::Stable && self.current.epoch == epoch
    }

    /// How long a member that uses the classic protocol may be silent.
    pub fn classic_session_timeout_ms(&self) -> Option<i32> {
        self.about.classic.as_ref().map(|classic| classic.session_timeout_ms)
    }

    /// It has become a member.
    pub fn joined_event(&self, group: &Rc<str>) -> Event {
        Event::MemberJoined {
            group: group.clone(),
            member: self.id.clone(),
            client_id: self.about.client_id.clone(),
            instance: self.about.instance.clone(),
        }
    }

    pub fn uses_classic_protocol(&self) -> bool {
        self.about.classic.is_some()
    }

    /// What it has, without epochs.
    pub fn partitions(&self) -> Partitions {
        numbers(&self.current.assigned)
    }

    pub fn key(&self, group: &Rc<str>) -> MemberKey {
        MemberKey { group: group.clone(), member: self.id.clone() }
    }

    /// \[5\]
    pub fn about_record(&self, group: &Rc<str>) -> Record {
        let topics = self.topic_set().into_iter().cloned().collect();
        let value = ConsumerMemberValue { topics, ..self.about.clone() };
        Record::ConsumerMember(self.key(group), Some(value))
    }

    /// \[8\]
    pub fn current_record(&self, group: &Rc<str>) -> Record {
        Record::ConsumerMemberCurrent(self.key(group), Some(self.current.clone()))
    }

    /// Its names as a set.
    pub fn topic_set(&self) -> Set<&Rc<str>> {
        self.about.topics.iter().collect()
    }

    /// Tombstones, in the order in which replaying them is allowed.
    pub fn tombstones(group: &Rc<str>, member: &Rc<str>) -> [Record; 3] {
        let key = MemberKey { group: group.clone(), member: member.clone() };
        [
            Record::ConsumerMemberCurrent(key.clone(), None),
            Record::ConsumerMemberTarget(key.clone(), None),
            Record::ConsumerMember(key, None),
        ]
    }
}
