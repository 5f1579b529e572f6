//! `uniform` (`org.apache.kafka.coordinator.group.assignor.UniformAssignor`): members get equally many partitions, and
//! keep what they have as far as that goes.
//!
//! When all subscribe alike the target is cut at a quota ([`alike`]); otherwise each topic is balanced among its
//! subscribers ([`mixed`]). Who is meant by "the first" follows from the order of Kafka's hash tables.

mod alike;
mod ladder;
mod mixed;

use super::server::{Kind, Promise, ServerAssignor};
use crate::base::java_order::Adds;

pub(super) const ASSIGNOR: ServerAssignor = ServerAssignor {
    name: "uniform",
    kind: Kind::Consumer,
    assign: |group| if group.alike { alike::assign(group) } else { mixed::assign(group) },
    fails: |group, targets| if group.alike { alike::fails(group, targets) } else { mixed::fails(group) },
    adds: |group| if group.alike { Adds::First } else { Adds::Last },
    promise: Promise::EvenWhenAllSubscribeAlike,
};
