//! `sticky` (`org.apache.kafka.clients.consumer.StickyAssignor`) and what it has in common with `cooperative-sticky`
//! (`AbstractStickyAssignor`): everybody keeps what he owned as far as that is even, and the rest is dealt out.
//!
//! Members that subscribe alike are served in one pass ([`constrained`]); otherwise partitions are moved one by one until
//! no move makes the whole more even ([`general`]). Both look at racks. Which generation a member owned its partitions in
//! decides between two claims to the same partition ([`claims`]).
//!
//! One thing of Kafka's class is left out, because it needs an assignor that lives longer than one call: the highest
//! generation that it ever saw is the highest of this input.

mod claims;
mod constrained;
mod general;
mod moves;
mod sweep;

use super::owes::Promise;
use super::rack::Racks;
use super::{Assignment, Assignor, Input, Partition, Protocol};
use claims::Claims;

pub(super) const ASSIGNOR: Assignor = Assignor {
    name: "sticky",
    protocol: Protocol::Eager,
    assign: |input| assign(input, Handover::AtOnce),
    fails,
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

/// When all subscribe alike Kafka counts the partitions that there are, shares out that many, and throws when more are left
/// than members have room for. That is so when somebody keeps one that there is not (any more): a topic was deleted and made
/// again, smaller. Members that subscribe to different topics just keep it.
pub(super) fn fails(input: &Input, assignment: &Assignment) -> bool {
    let is_strange = |p: &Partition| !(0..input.topics[p.topic as usize].partitions).contains(&p.number);
    assignment.iter().flatten().any(is_strange) && Claims::new(input).equal
}

/// The racks, when they make a difference to anybody.
fn that_matter<'a>(input: &Input, claims: &Claims, racks: Option<&'a Racks>) -> Option<&'a Racks> {
    racks.filter(|racks| racks.matter(0..input.members.len() as u32, 0..claims.numbers.count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assign::{Subscriber, Topic, by_name};
    use crate::base::TopicPartition;

    /// Whether Kafka fails with members A and B, who claim partitions of the topics `t`, of which there are this many, and
    /// `u`, of which there is one.
    fn fails(partitions: i32, claims: [&[i32]; 2], topics: [&[&str]; 2]) -> bool {
        let topic = |name: &str, partitions| Topic { name: name.into(), partitions, racks: None };
        let subscriber = |(id, (claims, topics)): (&str, (&[i32], &[&str]))| Subscriber {
            id: id.into(),
            topics: topics.iter().map(|&topic| topic.into()).collect(),
            owned: claims.iter().map(|&number| TopicPartition::new("t", number)).collect(),
            generation: Some(1),
            ..Subscriber::default()
        };
        let members: Vec<Subscriber> =
            ["A", "B"].into_iter().zip(claims.into_iter().zip(topics)).map(subscriber).collect();
        let mut known = vec![topic("t", partitions), topic("u", 1)];
        known.retain(|topic| topics.iter().any(|topics| topics.contains(&&*topic.name)));
        let input = Input::new(known, &members);
        let assignor = by_name("cooperative-sticky").expect("it is there");
        (assignor.fails)(&input, &(assignor.assign)(&input))
    }

    #[test]
    fn it_fails_where_kafkas_throws() {
        let (alike, different): ([&[&str]; 2], [&[&str]; 2]) = ([&["t"], &["t"]], [&["t", "u"], &["t"]]);
        assert!(fails(2, [&[0, 1], &[2, 3]], alike), "No more unfilled consumers to be assigned.");
        assert!(
            !fails(3, [&[0, 1], &[2, 3]], alike),
            "who has more than his share gives up what there is not"
        );
        assert!(!fails(4, [&[0, 1], &[2, 3]], alike));
        assert!(!fails(2, [&[0, 1], &[2, 3]], different), "it is kept");
    }
}
