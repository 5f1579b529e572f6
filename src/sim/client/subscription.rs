//! What a member says of itself when it joins, and how the leader reads it.

use super::Consumer;
use crate::assign;
use crate::base::{TopicPartition, small};
use crate::group::protocol::{StickyData, Subscription};
use crate::group::{self, Bytes, JoinProtocol};
use crate::sim::core::Core;
use std::rc::Rc;

const STICKY: &str = "sticky";
const COOPERATIVE: &str = "cooperative-sticky";

/// What the assignors of a member remember of the assignments that they made (`onAssignment`).
#[derive(Clone, Debug, Default, Hash)]
pub(in crate::sim) struct Memory {
    /// The last one by `sticky`.
    sticky: Option<StickyData>,
    /// The generation of the last one by `cooperative-sticky`.
    cooperative: Option<i32>,
}

impl Memory {
    /// An assignment by this assignor has come.
    pub fn assigned(&mut self, assignor: Option<&str>, partitions: &[TopicPartition], generation: i32) {
        match assignor {
            Some(STICKY) => {
                self.sticky =
                    Some(StickyData { partitions: partitions.to_vec(), generation: Some(generation) });
            }
            Some(COOPERATIVE) => self.cooperative = Some(generation),
            _ => {}
        }
    }

    fn user_data(&self, assignor: &str) -> Option<Bytes> {
        match assignor {
            STICKY => self.sticky.as_ref().map(StickyData::encode),
            COOPERATIVE => Some(self.cooperative.unwrap_or(-1).to_be_bytes().into()),
            _ => None,
        }
    }
}

impl Consumer {
    /// Whether it keeps its partitions through a rebalance: all its assignors can (KIP-429).
    pub(super) fn cooperative(&self) -> bool {
        self.settings.assignors.iter().all(|name| &**name == COOPERATIVE)
    }

    /// The protocols of a JoinGroup, most preferred first.
    pub(super) fn protocols(&self, core: &Core) -> Vec<JoinProtocol> {
        let mut subscription = Subscription {
            topics: sorted(&self.topics),
            user_data: None,
            owned: self.owned(core).to_vec(),
            generation: Some(self.client.member.generation).filter(|generation| *generation >= 0),
            rack: self.settings.rack.clone(),
        };
        let mut protocols = Vec::new();
        for name in &self.settings.assignors {
            subscription.user_data = self.client.member.memory.user_data(name);
            protocols.push(JoinProtocol { name: name.clone(), metadata: subscription.encode() });
        }
        protocols
    }
}

/// Topics in the order in which the consumer sends them.
pub(super) fn sorted(topics: &[Rc<str>]) -> Vec<Rc<str>> {
    let mut topics = topics.to_vec();
    small::sort(&mut topics);
    topics
}

/// A member as the leader reads it out of the answer to its JoinGroup, for this assignor.
pub(super) fn input_member(joined: &group::JoinedMember, assignor: Option<&str>) -> assign::Subscriber {
    let subscription = Subscription::decode(&joined.metadata).unwrap_or_default();
    let (owned, generation) = match assignor {
        Some(STICKY) => {
            let data = subscription.user_data.as_deref().map(StickyData::decode).unwrap_or_default();
            (data.partitions, data.generation)
        }
        _ => (subscription.owned, subscription.generation),
    };
    assign::Subscriber {
        id: joined.member_id.clone(),
        topics: subscription.topics,
        owned,
        generation,
        rack: subscription.rack,
        instance: joined.group_instance_id.clone(),
    }
}
