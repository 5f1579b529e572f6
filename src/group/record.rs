//! Records of `__consumer_offsets`: the durable state of all groups.
//!
//! Numbers in brackets are Kafka's record types. A record without a value is a tombstone: its key is gone.

use super::Bytes;
use super::consumer::record::*;
use super::share::record::SharePartitionsValue;
use crate::base::Uuid;
use std::rc::Rc;

/// One record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    /// \[1\] A committed offset.
    Offset(OffsetKey, Option<OffsetValue>),
    /// \[2\] A classic group.
    ClassicGroup(Rc<str>, Option<ClassicGroupValue>),
    /// \[3\] A consumer group.
    ConsumerGroup(Rc<str>, Option<ConsumerGroupValue>),
    /// \[4\] What older coordinators remember of a consumer group's topics; only ever a tombstone.
    ConsumerTopics(Rc<str>),
    /// \[5\] A member of a consumer group.
    ConsumerMember(MemberKey, Option<ConsumerMemberValue>),
    /// \[6\] For which epoch the target of a consumer group was made.
    ConsumerTarget(Rc<str>, Option<ConsumerTargetValue>),
    /// \[7\] What a member is to have.
    ConsumerMemberTarget(MemberKey, Option<MemberTargetValue>),
    /// \[8\] What a member has.
    ConsumerMemberCurrent(MemberKey, Option<CurrentValue>),
    /// \[16\] What a regular expression means.
    ConsumerRegex(RegexKey, Option<RegexValue>),
    /// \[10\] A member of a share group.
    ShareMember(MemberKey, Option<ConsumerMemberValue>),
    /// \[11\] A share group.
    ShareGroup(Rc<str>, Option<ConsumerGroupValue>),
    /// \[12\] For which epoch the target of a share group was made.
    ShareTarget(Rc<str>, Option<ConsumerTargetValue>),
    /// \[13\] What a member of a share group is to have.
    ShareMemberTarget(MemberKey, Option<MemberTargetValue>),
    /// \[14\] What a member of a share group has.
    ShareMemberCurrent(MemberKey, Option<CurrentValue>),
    /// \[15\] How far the state of a share group's partitions is.
    SharePartitions(Rc<str>, Option<SharePartitionsValue>),
    /// The end of a transaction, in a batch of its own: its offsets count (`true`) or are dropped.
    TransactionEnd {
        /// Whether it was committed.
        commit: bool,
    },
}

impl Record {
    /// The group that it is about; `None` for the end of a transaction.
    pub(super) fn group(&self) -> Option<&Rc<str>> {
        Some(match self {
            Record::Offset(key, _) => &key.group,
            Record::ClassicGroup(id, _)
            | Record::ConsumerGroup(id, _)
            | Record::ConsumerTopics(id)
            | Record::ConsumerTarget(id, _)
            | Record::ShareGroup(id, _)
            | Record::ShareTarget(id, _)
            | Record::SharePartitions(id, _) => id,
            Record::ConsumerMember(key, _) | Record::ShareMember(key, _) => &key.group,
            Record::ConsumerMemberTarget(key, _) | Record::ShareMemberTarget(key, _) => &key.group,
            Record::ConsumerMemberCurrent(key, _) | Record::ShareMemberCurrent(key, _) => &key.group,
            Record::ConsumerRegex(key, _) => &key.group,
            Record::TransactionEnd { .. } => return None,
        })
    }
}

/// Which partition of which group an offset belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OffsetKey {
    /// The group.
    pub group: Rc<str>,
    /// The topic's name.
    pub topic: Rc<str>,
    /// The partition's number.
    pub partition: i32,
}

/// A committed offset.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetValue {
    /// The next offset to read.
    pub offset: i64,
    /// Leader epoch of the last record read; `-1` when unknown, as the protocol has it.
    pub leader_epoch: i32,
    /// Text of the committer.
    pub metadata: Rc<str>,
    /// When it was committed, in milliseconds since 1970.
    pub commit_timestamp_ms: i64,
    /// When it expires, in milliseconds since 1970; only from clients that still say so. Such a value has version 1.
    pub expire_timestamp_ms: Option<i64>,
    /// The topic's id; [`Uuid::ZERO`] when unknown.
    pub topic_id: Uuid,
}

/// A classic group as it was when it became stable or empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClassicGroupValue {
    /// `consumer`, or `""` for a group that has no type.
    pub protocol_type: Rc<str>,
    /// The generation.
    pub generation: i32,
    /// The protocol that it chose.
    pub protocol: Option<Rc<str>>,
    /// Member id of the leader.
    pub leader: Option<Rc<str>>,
    /// When it entered its state, in milliseconds since 1970; `-1` when unknown, as the protocol has it.
    pub current_state_timestamp_ms: i64,
    /// Its members, in the order of Kafka's hash map.
    pub members: Vec<MemberMetadata>,
}

/// A member of a classic group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MemberMetadata {
    /// Its id.
    pub member_id: Rc<str>,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<Rc<str>>,
    /// `client.id`.
    pub client_id: Rc<str>,
    /// Its address.
    pub client_host: Rc<str>,
    /// In milliseconds.
    pub rebalance_timeout_ms: i32,
    /// In milliseconds.
    pub session_timeout_ms: i32,
    /// Its subscription for the chosen protocol.
    pub subscription: Bytes,
    /// Its assignment.
    pub assignment: Bytes,
}
