//! A member of a classic group (Kafka's `ClassicGroupMember`).

use crate::base::{Set, Span, Time};
use crate::group::Bytes;
use crate::group::record::MemberMetadata;
use crate::group::reply::{DescribedMember, JoinedMember};
use crate::group::request::JoinProtocol;
use std::rc::Rc;

/// A member and what it waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::group) struct Member {
    pub id: Rc<str>,
    pub instance: Option<Rc<str>>,
    pub client_id: Rc<str>,
    pub client_host: Rc<str>,
    pub rebalance_timeout_ms: i32,
    pub session_timeout_ms: i32,
    /// What it supports, best first.
    pub protocols: Vec<JoinProtocol>,
    pub assignment: Bytes,
    /// Token of its join, while that is held.
    pub join: Option<u64>,
    /// Token of its sync, while that is held.
    pub sync: Option<u64>,
    /// Until its first join is answered: it has no id to beat with, and may expire while it waits.
    pub is_new: bool,
    pub last_heard: Time,
}

impl Member {
    /// Its subscription for a protocol.
    pub fn metadata(&self, protocol: &str) -> Option<&Bytes> {
        self.protocols.iter().find(|p| &*p.name == protocol).map(|p| &p.metadata)
    }

    /// The first of its protocols that is a candidate.
    pub fn vote(&self, candidates: &Set<&str>) -> Option<&Rc<str>> {
        self.protocols.iter().map(|p| &p.name).find(|name| candidates.contains(&***name))
    }

    /// Whether silence is forgiven: it waits for an answer and has had one before.
    pub fn may_be_silent(&self) -> bool {
        !self.is_new && (self.join.is_some() || self.sync.is_some())
    }

    /// How long it may be silent.
    pub fn session_timeout(&self) -> Span {
        Span::from_ms(self.session_timeout_ms.max(0) as u64)
    }

    pub fn joined(&self, protocol: &str) -> JoinedMember {
        JoinedMember {
            member_id: self.id.clone(),
            group_instance_id: self.instance.clone(),
            metadata: self.metadata(protocol).cloned().unwrap_or_default(),
        }
    }

    pub fn described(&self, protocol: Option<&str>) -> DescribedMember {
        DescribedMember {
            member_id: self.id.clone(),
            group_instance_id: self.instance.clone(),
            client_id: self.client_id.clone(),
            client_host: self.client_host.clone(),
            metadata: protocol.and_then(|p| self.metadata(p)).cloned().unwrap_or_default(),
            assignment: self.assignment.clone(),
        }
    }

    pub fn recorded(&self, protocol: &str, assignment: Bytes) -> MemberMetadata {
        MemberMetadata {
            member_id: self.id.clone(),
            group_instance_id: self.instance.clone(),
            client_id: self.client_id.clone(),
            client_host: self.client_host.clone(),
            rebalance_timeout_ms: self.rebalance_timeout_ms,
            session_timeout_ms: self.session_timeout_ms,
            subscription: self.metadata(protocol).cloned().unwrap_or_default(),
            assignment,
        }
    }

    /// The member that a record remembers: it supports the chosen protocol only.
    pub fn remembered(member: &MemberMetadata, protocol: Option<&Rc<str>>) -> Member {
        let protocol =
            protocol.map(|name| JoinProtocol { name: name.clone(), metadata: member.subscription.clone() });
        let rebalance_timeout_ms = match member.rebalance_timeout_ms {
            -1 => member.session_timeout_ms,
            timeout => timeout,
        };
        Member {
            id: member.member_id.clone(),
            instance: member.group_instance_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            rebalance_timeout_ms,
            session_timeout_ms: member.session_timeout_ms,
            protocols: protocol.into_iter().collect(),
            assignment: member.assignment.clone(),
            join: None,
            sync: None,
            is_new: false,
            last_heard: Time::ZERO,
        }
    }
}
