//! What comes out of the coordinator.

use super::ErrorCode;
use super::record::Record;
use super::reply::Reply;
use crate::base::{Span, Time};
use std::rc::Rc;

/// All that one input caused, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// When: `now` of a request, the deadline of a timer.
    pub at: Time,
    /// What.
    pub outputs: Vec<Output>,
}

/// One thing that an input caused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// The answer to the request that came with `token`; each gets one, or none while it is held.
    Reply {
        /// The caller's name for the request.
        token: u64,
        /// The answer.
        reply: Reply,
    },
    /// Records appended to `__consumer_offsets`, durable at once. They have been taken into memory already.
    Records(Batch),
    /// Something that is not on the wire but that a reader of the run wants to know.
    Event(Event),
}

/// Records that are written all or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Batch {
    /// The producer whose transaction they belong to, if they belong to one.
    pub producer: Option<Producer>,
    /// At least one.
    pub records: Vec<Record>,
}

/// A transactional producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Producer {
    /// Producer id.
    pub id: i64,
    /// Its epoch.
    pub epoch: i16,
}

/// What happened inside a group. Names and texts are those of Kafka's log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A member was added; it waits for the rebalance to end.
    MemberJoined {
        /// The group.
        group: Rc<str>,
        /// The new member's id.
        member: Rc<str>,
        /// `client.id`.
        client_id: Rc<str>,
        /// `group.instance.id` of a static member.
        instance: Option<Rc<str>>,
    },
    /// A static member came back under a new id.
    MemberReplaced {
        /// The group.
        group: Rc<str>,
        /// The id that is fenced from now on.
        old: Rc<str>,
        /// The new id.
        new: Rc<str>,
        /// `group.instance.id`.
        instance: Rc<str>,
    },
    /// A member was removed.
    MemberRemoved {
        /// The group.
        group: Rc<str>,
        /// Its id.
        member: Rc<str>,
        /// Why.
        why: Removal,
    },
    /// The group prepares a rebalance: members have to join again.
    RebalanceBegan {
        /// The group.
        group: Rc<str>,
        /// The generation that ends.
        old_generation: i32,
        /// Kafka's words.
        reason: Rc<str>,
    },
    /// All have joined; the leader assigns.
    GenerationFormed {
        /// The group.
        group: Rc<str>,
        /// The new generation.
        generation: i32,
        /// The protocol that it chose.
        protocol: Rc<str>,
        /// Member id of the leader.
        leader: Rc<str>,
        /// How many members.
        members: u32,
    },
    /// The leader's assignment is stored and handed out.
    GenerationStable {
        /// The group.
        group: Rc<str>,
        /// The generation.
        generation: i32,
        /// How many members.
        members: u32,
    },
    /// The last member is gone.
    GroupEmpty {
        /// The group.
        group: Rc<str>,
        /// The generation.
        generation: i32,
    },
    /// The group and its offsets are gone: deleted, or expired.
    GroupDeleted {
        /// The group.
        group: Rc<str>,
    },
    /// An offset was dropped without a request.
    OffsetDropped {
        /// The group.
        group: Rc<str>,
        /// The topic.
        topic: Rc<str>,
        /// The partition's number.
        partition: i32,
    },
}

/// Why a member was removed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Removal {
    /// It was silent for its session timeout.
    SessionExpired {
        /// How long that was.
        timeout: Span,
    },
    /// It did not join again before the rebalance timeout.
    MissedRebalance,
    /// It joined but did not sync before the rebalance timeout.
    MissedSync,
    /// It left, or was removed by instance id.
    Left {
        /// The reason that it gave.
        reason: Rc<str>,
    },
    /// It came back when the group was full.
    GroupFull,
    /// It was given an id and did not come back with it.
    NeverJoined,
}

/// A request that was refused, inside the coordinator.
pub(super) type Checked<T = ()> = Result<T, ErrorCode>;
