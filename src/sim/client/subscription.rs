//! What a member says of itself when it joins, and how the leader reads it.

use crate::assign;
use crate::base::small;
use crate::group;
use crate::group::protocol::Subscription;
use std::rc::Rc;

/// Topics in the order in which the consumer sends them.
pub(super) fn sorted(topics: &[Rc<str>]) -> Vec<Rc<str>> {
    let mut topics = topics.to_vec();
    small::sort(&mut topics);
    topics
}

/// A member as the leader reads it out of the answer to its JoinGroup.
pub(super) fn input_member(joined: &group::JoinedMember) -> assign::Subscriber {
    let subscription = Subscription::decode(&joined.metadata).unwrap_or_default();
    assign::Subscriber {
        id: joined.member_id.clone(),
        topics: subscription.topics,
        owned: subscription.owned,
        generation: subscription.generation,
        rack: subscription.rack,
        instance: joined.group_instance_id.clone(),
    }
}
