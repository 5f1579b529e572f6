//! `sticky` (`org.apache.kafka.clients.consumer.StickyAssignor`) and what it has in common with `cooperative-sticky`
//! (`AbstractStickyAssignor`): everybody keeps what he owned as far as that is even, and the rest is dealt out.
//!
//! Members that subscribe alike are served in one pass ([`constrained`]); otherwise partitions are moved one by one until
//! no move makes the whole more even ([`general`]). Both look at racks. Which generation a member owned its partitions in
//! decides between two claims to the same partition ([`claims`]).
//!
//! Two things of Kafka's class are left out, because they need an assignor that lives longer than one call: the highest
//! generation that it ever saw is the highest of this input, and a broken quota leaves partitions over instead of failing.

mod claims;
mod constrained;
mod general;
mod moves;
mod sweep;

use super::owes::Promise;
use super::rack::Racks;
use super::{Assignment, Assignor, Input, Protocol};
use claims::Claims;

pub(super) const ASSIGNOR: Assignor = Assignor {
    name: "sticky",
    protocol: Protocol::Eager,
    assign: |input| assign(input, Handover::AtOnce),
    promise: Promise::EvenWhenAllSubscribeAlike,
};

/// What happens to a partition that changes hands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Handover {
    /// The new owner has it in this assignment.
    AtOnce,
    /// Nobody has it until its old owner gave it up; the rebalance after that hands it out.
    NextTime,
}

pub(super) fn assign(input: &Input, handover: Handover) -> Assignment {
    if input.members.is_empty() {
        return Assignment::new();
    }
    let claims = Claims::new(input);
    let racks = Racks::new(input, &claims.numbers.topics);
    if claims.equal {
        return constrained::assign(input, &claims, racks.as_ref(), handover);
    }
    let mut lists = general::assign(input, &claims, racks.as_ref());
    if handover == Handover::NextTime {
        general::withhold(input, &claims, &mut lists);
    }
    lists
}

/// The racks, when they make a difference to anybody.
fn that_matter<'a>(input: &Input, claims: &Claims, racks: Option<&'a Racks>) -> Option<&'a Racks> {
    racks.filter(|racks| racks.matter(0..input.members.len() as u32, 0..claims.numbers.count))
}
