//! Share groups (KIP-932), as far as the coordinator knows them: who is in, and who reads which partition.
//!
//! Membership is that of the consumer protocol without what it takes for a partition to have one owner: nobody gives
//! anything up, a member goes straight to its target, and several may read one partition. There are no static members, no
//! expressions and no rebalance timeout. So a share group *is* a `ConsumerGroup` of another kind; its records are the same
//! under other types ([`record`]).
//!
//! ```text
//!                     heartbeat                      the persister has made its state
//!   a topic is read -----------> partitions initializing ------------------> initialized ----> may be assigned
//! ```
//!
//! The state of partitions (which records were acquired, by whom, how often) lies elsewhere, in a persister, which here
//! always succeeds at once: what it did is a batch of its own, after the reply (`initialize`).

mod heartbeat;
mod initialize;
pub mod record;

use super::consumer::ConsumerGroup;
use crate::assign::server::Kind;
use record::SharePartitionsValue;
use std::rc::Rc;

/// Kafka's name of the type of a share group, and of its protocol type.
pub(super) const SHARE: &str = "share";

/// A share group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ShareGroup {
    pub group: ConsumerGroup,
    /// How far the state of its partitions is.
    pub partitions: SharePartitionsValue,
    /// Whether a record says so, be it that there are none any more.
    pub recorded: bool,
}

impl ShareGroup {
    /// A group that is not there yet.
    pub fn new(id: Rc<str>) -> ShareGroup {
        ShareGroup {
            group: ConsumerGroup::of_kind(Kind::Share, id),
            partitions: SharePartitionsValue::default(),
            recorded: false,
        }
    }

    /// Kafka's name of its state: it knows no others.
    pub fn state_name(&self) -> &'static str {
        if self.group.members.is_empty() { "Empty" } else { "Stable" }
    }
}
