//! Layer 2: assignors, pure functions from subscriptions and topics to who reads what.
//!
//! Each is one file and one line in [`ALL`]. What all of them owe (no partition with two owners, only subscribed
//! topics, nothing left over) is in [`owes`] and is checked by properties over `ALL`, so a new one is covered by itself.
//!
//! Those of the coordinator itself, for consumer groups of the new protocol and for share groups, are registered in
//! [`server::SERVER`]; they are given a [`target::Group`] and answer with targets.
//!
//! Where the answer of Kafka's class depends on the order of a Java `HashMap`, that order is reproduced by
//! [`crate::base::java_order`]; `members` and `topics` of an [`Input`] are therefore in the order in which Kafka
//! *puts* them into its maps (for members: the order of the JoinGroup answer to the leader).

mod bits;
mod cooperative_sticky;
mod input;
mod levels;
mod order;
pub mod owes;
mod rack;
mod range;
mod round_robin;
pub mod server;
mod server_range;
mod simple;
mod sticky;
pub mod target;
mod uniform;
pub mod wire;

pub use input::{Assignment, Input, Member, Partition, Subscriber, Topic};

/// How members give up partitions (Kafka's `RebalanceProtocol`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Everything is revoked before each rebalance.
    Eager,
    /// Only what moves is revoked, and a second rebalance hands it out.
    Cooperative,
}

/// An assignor: what `partition.assignment.strategy` names.
pub struct Assignor {
    /// Its name in the protocol: `range`, `roundrobin`, `sticky`, `cooperative-sticky`.
    pub name: &'static str,
    /// How its members give up partitions.
    pub protocol: Protocol,
    /// The function itself: a member without partitions gets an empty list. Numbers of partitions are those of topics
    /// within [`crate::base::limit::PARTITIONS_MAX`].
    pub assign: fn(&Input) -> Assignment,
    /// Whether Kafka's class throws an `IllegalStateException` where this answered the assignment, so that the leader
    /// does not come to hand one in.
    pub fails: fn(&Input, &Assignment) -> bool,
    /// What it promises beyond what every assignor owes.
    pub promise: owes::Promise,
}

/// Every assignor of a client, in the order in which they are offered.
pub const ALL: &[Assignor] =
    &[range::ASSIGNOR, round_robin::ASSIGNOR, sticky::ASSIGNOR, cooperative_sticky::ASSIGNOR];

/// The assignor that the protocol calls `name`.
pub fn by_name(name: &str) -> Option<&'static Assignor> {
    ALL.iter().find(|assignor| assignor.name == name)
}
