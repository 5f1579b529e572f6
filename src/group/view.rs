//! What others may read of a coordinator.

use super::Bytes;
use crate::base::{Span, Time};
use std::rc::Rc;

/// The state of a group, under Kafka's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum GroupState {
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}

impl GroupState {
    /// Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            GroupState::Empty => "Empty",
            GroupState::PreparingRebalance => "PreparingRebalance",
            GroupState::CompletingRebalance => "CompletingRebalance",
            GroupState::Stable => "Stable",
            GroupState::Dead => "Dead",
        }
    }
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView {
    /// Its name.
    pub id: Rc<str>,
    /// Its state.
    pub state: GroupState,
    /// Its generation, from 0.
    pub generation: i32,
    /// `consumer`; `None` for a group that only stores offsets.
    pub protocol_type: Option<Rc<str>>,
    /// The protocol that it chose.
    pub protocol: Option<Rc<str>>,
    /// Member id of the leader.
    pub leader: Option<Rc<str>>,
    /// Its members, in the order of Kafka's hash map.
    pub members: Vec<MemberView>,
    /// How many rebalances began since the coordinator started.
    pub rebalances: u32,
    /// Why the last rebalance began, in Kafka's words; `""` before the first.
    pub reason: Rc<str>,
    /// When it entered its state.
    pub since: Option<Time>,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// Its id.
    pub id: Rc<str>,
    /// `client.id`.
    pub client_id: Rc<str>,
    /// `group.instance.id` of a static member.
    pub instance: Option<Rc<str>>,
    /// How long it may be silent.
    pub session_timeout: Span,
    /// How long a rebalance waits for it.
    pub rebalance_timeout: Span,
    /// When the coordinator last heard of it.
    pub last_heard: Time,
    /// Whether its join is held.
    pub awaiting_join: bool,
    /// Whether its sync is held.
    pub awaiting_sync: bool,
    /// Its subscription for the chosen protocol (for its first one while none is chosen).
    pub metadata: Bytes,
    /// Its assignment; empty while there is none.
    pub assignment: Bytes,
}
