//! What records of a consumer group say.

use super::{Assigned, MemberState};
use crate::base::Uuid;
use crate::group::request::{Context, JoinProtocol};
use std::rc::Rc;

/// Which member of which group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberKey {
    /// The group.
    pub group: Rc<str>,
    /// The member's id.
    pub member: Rc<str>,
}

/// Which regular expression of which group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegexKey {
    /// The group.
    pub group: Rc<str>,
    /// The expression.
    pub regex: Rc<str>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerGroupValue {
    /// The group epoch.
    pub epoch: i32,
    /// XXH3-64 over the topics that it reads; 0 when it reads none that exist.
    pub metadata_hash: i64,
}

/// What a member says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerMemberValue {
    /// `group.instance.id` of a static member.
    pub instance: Option<Rc<str>>,
    /// `client.rack`.
    pub rack: Option<Rc<str>>,
    /// `client.id`.
    pub client_id: Rc<str>,
    /// Its address.
    pub client_host: Rc<str>,
    /// Names that it subscribes to, sorted.
    pub topics: Vec<Rc<str>>,
    /// The regular expression that it subscribes to.
    pub regex: Option<Rc<str>>,
    /// How long it may take to give partitions up, in milliseconds.
    pub rebalance_timeout_ms: i32,
    /// The server-side assignor that it asks for.
    pub assignor: Option<Rc<str>>,
    /// What a member that uses the classic protocol says besides.
    pub classic: Option<ClassicMemberValue>,
}

impl ConsumerMemberValue {
    /// Of one that nothing is known of.
    pub(in crate::group) fn unknown() -> ConsumerMemberValue {
        ConsumerMemberValue {
            instance: None,
            rack: None,
            client_id: "".into(),
            client_host: "".into(),
            topics: Vec::new(),
            regex: None,
            rebalance_timeout_ms: -1,
            assignor: None,
            classic: None,
        }
    }

    /// The member is heard of: from which client, and in which rack if it says so.
    pub(in crate::group) fn heard_from(&mut self, context: &Context, rack: &Option<Rc<str>>) {
        self.client_id = context.client_id.clone();
        self.client_host = context.client_host.clone();
        if rack.is_some() {
            self.rack.clone_from(rack);
        }
    }
}

/// What a member of a consumer group says that uses the classic protocol.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClassicMemberValue {
    /// How long it may be silent, in milliseconds.
    pub session_timeout_ms: i32,
    /// What it supports, best first.
    pub protocols: Vec<JoinProtocol>,
}

/// For which epoch the target was made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerTargetValue {
    /// The group epoch then.
    pub epoch: i32,
    /// When, in milliseconds since 1970; 0 when not known.
    pub timestamp_ms: i64,
}

/// The target of a member: topic ids and partition numbers in the assignor's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MemberTargetValue {
    /// Each topic once.
    pub topics: Vec<(Uuid, Vec<i32>)>,
}

/// Where a member stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CurrentValue {
    /// Its epoch; `-2` for a static member that is away, as the protocol has it.
    pub epoch: i32,
    /// The epoch before; `-1` for none, as the protocol has it.
    pub previous_epoch: i32,
    /// What it waits for.
    pub state: MemberState,
    /// What it has.
    pub assigned: Assigned,
    /// The topics of what it has, each once, in the order in which Kafka's map of them was filled. Members that use the
    /// classic protocol see it.
    pub order: Vec<Uuid>,
    /// What it has to give up.
    pub pending: Assigned,
}

impl CurrentValue {
    /// Nothing, at epoch 0.
    pub(in crate::group) fn nothing() -> CurrentValue {
        CurrentValue {
            epoch: 0,
            previous_epoch: -1,
            state: MemberState::Stable,
            assigned: Assigned::new(),
            order: Vec::new(),
            pending: Assigned::new(),
        }
    }

    /// Whether it is the same, in whatever order.
    pub(super) fn is_as(&self, other: &CurrentValue) -> bool {
        (self.epoch, self.previous_epoch, self.state) == (other.epoch, other.previous_epoch, other.state)
            && self.assigned == other.assigned
            && self.pending == other.pending
    }

    /// What it has, as lists, in the order of Kafka's map.
    pub(in crate::group) fn assigned_lists(&self) -> Vec<(Uuid, Vec<i32>)> {
        let numbers = |topic: &Uuid| self.assigned.get(topic).into_iter().flat_map(|n| n.keys().copied());
        self.order.iter().map(|topic| (*topic, numbers(topic).collect())).collect()
    }
}

/// What a regular expression means.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RegexValue {
    /// The topics that it matched, sorted.
    pub topics: Vec<Rc<str>>,
    /// The version of the metadata that it was matched with.
    pub version: i64,
    /// When, in milliseconds since 1970.
    pub timestamp_ms: i64,
}
