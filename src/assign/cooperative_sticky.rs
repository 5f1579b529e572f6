//! `cooperative-sticky` (`org.apache.kafka.clients.consumer.CooperativeStickyAssignor`): the assignment of `sticky`,
//! except that a partition that changes hands is given to nobody until its old owner gave it up.

use super::owes::Promise;
use super::sticky::{self, Handover};
use super::{Assignor, Protocol};

pub(super) const ASSIGNOR: Assignor = Assignor {
    name: "cooperative-sticky",
    protocol: Protocol::Cooperative,
    assign: |input| sticky::assign(input, Handover::NextTime),
    fails: sticky::fails,
    promise: Promise::EvenWhenAllSubscribeAlike,
};
