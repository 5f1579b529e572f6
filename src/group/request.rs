//! What a coordinator is asked: Kafka's requests with Kafka's fields.
//!
//! Optional fields are `Option` where the protocol allows null. A topic is named or, in the newest versions, given by id.

use super::Bytes;
use crate::base::Uuid;
use std::rc::Rc;

/// Who asks, from the header of the request and the connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Context {
    /// `client.id`.
    pub client_id: Rc<str>,
    /// The client's address as Kafka stores it: `/127.0.0.1`.
    pub client_host: Rc<str>,
    /// The version of the request; what it decides is said where it decides it.
    pub version: i16,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Request {
    JoinGroup(JoinGroup),
    SyncGroup(SyncGroup),
    Heartbeat(Heartbeat),
    LeaveGroup(LeaveGroup),
    OffsetCommit(OffsetCommit),
    TxnOffsetCommit(TxnOffsetCommit),
    OffsetFetch(OffsetFetch),
    OffsetDelete(OffsetDelete),
    DescribeGroups(DescribeGroups),
    ListGroups(ListGroups),
    DeleteGroups(DeleteGroups),
    ConsumerHeartbeat(ConsumerHeartbeat),
    ConsumerDescribe(ConsumerDescribe),
    ShareHeartbeat(ShareHeartbeat),
    ShareDescribe(ConsumerDescribe),
}

impl Request {
    /// Kafka's name of the request.
    pub fn api(&self) -> &'static str {
        match self {
            Request::JoinGroup(_) => "JoinGroup",
            Request::SyncGroup(_) => "SyncGroup",
            Request::Heartbeat(_) => "Heartbeat",
            Request::LeaveGroup(_) => "LeaveGroup",
            Request::OffsetCommit(_) => "OffsetCommit",
            Request::TxnOffsetCommit(_) => "TxnOffsetCommit",
            Request::OffsetFetch(_) => "OffsetFetch",
            Request::OffsetDelete(_) => "OffsetDelete",
            Request::DescribeGroups(_) => "DescribeGroups",
            Request::ListGroups(_) => "ListGroups",
            Request::DeleteGroups(_) => "DeleteGroups",
            Request::ConsumerHeartbeat(_) => "ConsumerGroupHeartbeat",
            Request::ConsumerDescribe(_) => "ConsumerGroupDescribe",
            Request::ShareHeartbeat(_) => "ShareGroupHeartbeat",
            Request::ShareDescribe(_) => "ShareGroupDescribe",
        }
    }
}

/// A protocol that a member supports: an assignor's name and the member's subscription for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinProtocol {
    /// `range`, `roundrobin`.
    pub name: Rc<str>,
    /// `ConsumerProtocolSubscription` (see [`super::protocol`]) for consumers; anything for others.
    pub metadata: Bytes,
}

/// To become, or stay, a member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinGroup {
    /// The group.
    pub group_id: Rc<str>,
    /// How long the member may be silent, in milliseconds.
    pub session_timeout_ms: i32,
    /// How long a rebalance waits for the member, in milliseconds (`max.poll.interval.ms`).
    pub rebalance_timeout_ms: i32,
    /// `""` when the member has no id yet.
    pub member_id: Rc<str>,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<Rc<str>>,
    /// `consumer`, or `connect` and the like.
    pub protocol_type: Rc<str>,
    /// What the member supports, best first.
    pub protocols: Vec<JoinProtocol>,
    /// Why it joins, for the log.
    pub reason: Option<Rc<str>>,
}

/// To hand in the assignment (the leader) and to get one's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SyncGroup {
    /// The group.
    pub group_id: Rc<str>,
    /// The generation that the member joined.
    pub generation_id: i32,
    /// The member.
    pub member_id: Rc<str>,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<Rc<str>>,
    /// The protocol type that the member believes in (version 5).
    pub protocol_type: Option<Rc<str>>,
    /// The protocol that the member believes in (version 5).
    pub protocol_name: Option<Rc<str>>,
    /// The leader's: member id and `ConsumerProtocolAssignment` bytes. Empty for the others.
    pub assignments: Vec<(Rc<str>, Bytes)>,
}

/// A sign of life.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Heartbeat {
    /// The group.
    pub group_id: Rc<str>,
    /// The generation that the member knows.
    pub generation_id: i32,
    /// The member.
    pub member_id: Rc<str>,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<Rc<str>>,
}

/// To go, or to remove others by instance id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeaveGroup {
    /// The group.
    pub group_id: Rc<str>,
    /// Who goes.
    pub members: Vec<LeavingMember>,
}

/// One that goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeavingMember {
    /// The member; `""` to remove by instance id.
    pub member_id: Rc<str>,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<Rc<str>>,
    /// Why, for the log.
    pub reason: Option<Rc<str>>,
}

/// A topic in a request about offsets: by name, or by id in the newest versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TopicRef {
    /// By name.
    Name(Rc<str>),
    /// By id.
    Id(Uuid),
}

/// What is committed for one partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommitPartition {
    /// The partition's number.
    pub partition: i32,
    /// The next offset to read.
    pub offset: i64,
    /// Leader epoch of the last record read; `-1` when unknown, as the protocol has it.
    pub leader_epoch: i32,
    /// Text of the committer.
    pub metadata: Option<Rc<str>>,
}

/// To store positions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetCommit {
    /// The group.
    pub group_id: Rc<str>,
    /// The generation, or the member epoch; negative without membership.
    pub generation_id: i32,
    /// The member; `""` without membership.
    pub member_id: Rc<str>,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<Rc<str>>,
    /// How long to keep the offsets, in milliseconds (versions 2 to 4).
    pub retention_time_ms: Option<i64>,
    /// What is committed.
    pub topics: Vec<(TopicRef, Vec<CommitPartition>)>,
}

/// To store positions as part of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TxnOffsetCommit {
    /// `transactional.id`.
    pub transactional_id: Rc<str>,
    /// The group.
    pub group_id: Rc<str>,
    /// The producer.
    pub producer_id: i64,
    /// Its epoch.
    pub producer_epoch: i16,
    /// The generation, or the member epoch; negative without membership.
    pub generation_id: i32,
    /// The member; `""` without membership.
    pub member_id: Rc<str>,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<Rc<str>>,
    /// What is committed.
    pub topics: Vec<(TopicRef, Vec<CommitPartition>)>,
}

/// To read positions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetFetch {
    /// One entry a group.
    pub groups: Vec<FetchGroup>,
    /// Whether offsets of open transactions are an error (`isolation.level=read_committed`).
    pub require_stable: bool,
}

/// What is read of one group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchGroup {
    /// The group.
    pub group_id: Rc<str>,
    /// The member, when it wants to be checked.
    pub member_id: Option<Rc<str>>,
    /// The member's epoch; negative for no check.
    pub member_epoch: i32,
    /// Topics and partition numbers; `None` for all that is stored.
    pub topics: Option<Vec<(TopicRef, Vec<i32>)>>,
}

/// To forget positions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetDelete {
    /// The group.
    pub group_id: Rc<str>,
    /// Topics and partition numbers.
    pub topics: Vec<(Rc<str>, Vec<i32>)>,
}

/// To see groups in detail.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DescribeGroups {
    /// The groups.
    pub groups: Vec<Rc<str>>,
}

/// To see which groups there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ListGroups {
    /// Only groups in these states (case does not matter); empty for all.
    pub states: Vec<Rc<str>>,
    /// Only groups of these types (case does not matter); empty for all.
    pub types: Vec<Rc<str>>,
}

/// To remove empty groups with their offsets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeleteGroups {
    /// The groups.
    pub groups: Vec<Rc<str>>,
}

/// To join, to live, or to leave, in the consumer protocol. What has not changed may be left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerHeartbeat {
    /// The group.
    pub group_id: Rc<str>,
    /// The member; its own choice from version 1 on.
    pub member_id: Rc<str>,
    /// 0 to join, -1 to leave, -2 to leave for a while (static members), else the member's epoch.
    pub member_epoch: i32,
    /// `group.instance.id` of a static member.
    pub instance_id: Option<Rc<str>>,
    /// `client.rack`.
    pub rack_id: Option<Rc<str>>,
    /// `max.poll.interval.ms`; `-1` for as before, as the protocol has it.
    pub rebalance_timeout_ms: i32,
    /// The names that it subscribes to.
    pub topics: Option<Vec<Rc<str>>>,
    /// The regular expression that it subscribes to; `""` for none any more.
    pub regex: Option<Rc<str>>,
    /// The server-side assignor that it asks for.
    pub assignor: Option<Rc<str>>,
    /// The partitions that it has.
    pub owned: Option<Vec<(Uuid, Vec<i32>)>>,
}

/// To join, to live, or to leave a share group. What has not changed may be left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ShareHeartbeat {
    /// The group.
    pub group_id: Rc<str>,
    /// The member; its own choice.
    pub member_id: Rc<str>,
    /// 0 to join, -1 to leave, else the member's epoch.
    pub member_epoch: i32,
    /// `client.rack`.
    pub rack_id: Option<Rc<str>>,
    /// The names that it subscribes to.
    pub topics: Option<Vec<Rc<str>>>,
}

/// To see consumer groups, or share groups, in detail.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerDescribe {
    /// The groups.
    pub groups: Vec<Rc<str>>,
}
