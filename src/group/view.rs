//! What others may read of a coordinator.

use super::Bytes;
use super::classic::{ClassicGroup, Member};
use super::config::Config;
use super::consumer::ConsumerGroup;
use super::metadata::Metadata;
use super::protocol::{Assigned, Subscription};
use crate::assign::server::Kind;
use crate::base::{Set, Span, Time, TopicPartition, Uuid};
use std::rc::Rc;

/// The state of a group, under Kafka's names: of classic groups Empty to Stable, of consumer groups Empty, Stable and the
/// two that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum GroupState {
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Assigning,
    Reconciling,
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
            GroupState::Assigning => "Assigning",
            GroupState::Reconciling => "Reconciling",
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

impl GroupView {
    pub(super) fn of_classic(group: &ClassicGroup, config: &Config) -> GroupView {
        let since = group.since_ms.map(|ms| Time::from_ms(u64::try_from(ms - config.epoch_ms).unwrap_or(0)));
        GroupView {
            id: group.id.clone(),
            state: group.state.into(),
            generation: group.generation,
            protocol_type: group.protocol_type.clone(),
            protocol: group.protocol.clone(),
            leader: group.leader.clone(),
            members: group
                .members
                .values()
                .map(|m| MemberView::of_classic(m, group.protocol.as_deref()))
                .collect(),
            rebalances: group.rebalances,
            reason: group.reason.clone(),
            since,
        }
    }
}

/// The assignment and subscription bytes of members of the consumer protocol are what the classic protocol would have.
impl GroupView {
    pub(super) fn of_consumer(
        group: &ConsumerGroup,
        session_timeout_ms: i32,
        metadata: &Metadata,
    ) -> GroupView {
        let timeout = |ms: i32| Span::from_ms(ms.max(0) as u64);
        let member = |member: &super::consumer::Member| {
            let topics = group.topics_of(member).into_iter().cloned().collect();
            let names = |(id, numbers): (Uuid, Set<i32>)| {
                let name = metadata.name_of(id).cloned();
                name.into_iter().flat_map(move |name| {
                    numbers.clone().into_iter().map(move |number| TopicPartition::new(name.clone(), number))
                })
            };
            let partitions = member.partitions().into_iter().flat_map(names).collect();
            MemberView {
                id: member.id.clone(),
                client_id: member.about.client_id.clone(),
                instance: member.about.instance.clone(),
                session_timeout: timeout(member.classic_session_timeout_ms().unwrap_or(session_timeout_ms)),
                rebalance_timeout: timeout(member.about.rebalance_timeout_ms),
                last_heard: group.heard.get(&member.id).copied().unwrap_or(Time::ZERO),
                awaiting_join: false,
                awaiting_sync: false,
                metadata: Subscription { topics, rack: member.about.rack.clone(), ..Default::default() }
                    .encode(),
                assignment: Assigned { partitions, user_data: None }.encode(),
            }
        };
        GroupView {
            id: group.id.clone(),
            state: match group.kind {
                Kind::Share if !group.members.is_empty() => GroupState::Stable,
                _ => group.state(),
            },
            generation: group.epoch,
            protocol_type: Some(match group.kind {
                Kind::Consumer => "consumer".into(),
                Kind::Share => "share".into(),
            }),
            protocol: None,
            leader: None,
            members: group.members.values().map(member).collect(),
            rebalances: 0,
            reason: "".into(),
            since: None,
        }
    }
}

impl MemberView {
    fn of_classic(member: &Member, protocol: Option<&str>) -> MemberView {
        let first = || member.protocols.first().map(|p| &p.metadata);
        MemberView {
            id: member.id.clone(),
            client_id: member.client_id.clone(),
            instance: member.instance.clone(),
            session_timeout: member.session_timeout(),
            rebalance_timeout: Span::from_ms(member.rebalance_timeout_ms.max(0) as u64),
            last_heard: member.last_heard,
            awaiting_join: member.join.is_some(),
            awaiting_sync: member.sync.is_some(),
            metadata: protocol.and_then(|p| member.metadata(p)).or_else(first).cloned().unwrap_or_default(),
            assignment: member.assignment.clone(),
        }
    }
}
