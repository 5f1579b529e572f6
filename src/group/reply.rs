//! What a coordinator answers: Kafka's replies with Kafka's fields.

use super::consumer::record::ConsumerMemberValue;
use super::request::TopicRef;
use super::{Bytes, ErrorCode};
use crate::base::Uuid;
use std::rc::Rc;

/// Partition numbers of a topic, each with its error.
pub type PartitionErrors = Vec<(i32, ErrorCode)>;

/// One reply. The variant is that of the request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Reply {
    JoinGroup(JoinGroupReply),
    SyncGroup(SyncGroupReply),
    Heartbeat(HeartbeatReply),
    LeaveGroup(LeaveGroupReply),
    OffsetCommit(OffsetCommitReply),
    TxnOffsetCommit(OffsetCommitReply),
    OffsetFetch(OffsetFetchReply),
    OffsetDelete(OffsetDeleteReply),
    DescribeGroups(DescribeGroupsReply),
    ListGroups(ListGroupsReply),
    DeleteGroups(DeleteGroupsReply),
    ConsumerHeartbeat(ConsumerHeartbeatReply),
    ConsumerDescribe(ConsumerDescribeReply),
    ShareHeartbeat(ConsumerHeartbeatReply),
    ShareDescribe(ConsumerDescribeReply),
}

/// The answer to a join.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinGroupReply {
    /// Why not, or `NONE`.
    pub error: ErrorCode,
    /// The generation; `-1` with an error, as the protocol has it.
    pub generation_id: i32,
    /// The protocol type of the group.
    pub protocol_type: Option<Rc<str>>,
    /// The protocol that the group chose.
    pub protocol_name: Option<Rc<str>>,
    /// Member id of the leader; `""` with an error.
    pub leader: Rc<str>,
    /// Whether the leader is to keep the assignment as it is (version 9).
    pub skip_assignment: bool,
    /// The member's id, perhaps a new one.
    pub member_id: Rc<str>,
    /// For the leader all members in the order of Kafka's hash map; empty for the others.
    pub members: Vec<JoinedMember>,
}

/// A member as the leader sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinedMember {
    /// Its id.
    pub member_id: Rc<str>,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<Rc<str>>,
    /// Its subscription for the chosen protocol.
    pub metadata: Bytes,
}

/// The answer to a sync.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SyncGroupReply {
    /// Why not, or `NONE`.
    pub error: ErrorCode,
    /// The protocol type of the group.
    pub protocol_type: Option<Rc<str>>,
    /// The protocol that the group chose.
    pub protocol_name: Option<Rc<str>>,
    /// What the leader assigned to the member; empty when it assigned nothing.
    pub assignment: Bytes,
}

/// The answer to a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeartbeatReply {
    /// `NONE`, or what the member has to do: `REBALANCE_IN_PROGRESS` means join again.
    pub error: ErrorCode,
}

/// The answer to a departure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeaveGroupReply {
    /// Why none of it, or `NONE`.
    pub error: ErrorCode,
    /// One entry for each member of the request, in its order: member id, instance id, error.
    pub members: Vec<LeftMember>,
}

/// What became of one that goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeftMember {
    /// As in the request.
    pub member_id: Rc<str>,
    /// As in the request.
    pub group_instance_id: Option<Rc<str>>,
    /// Why not, or `NONE`.
    pub error: ErrorCode,
}

/// The answer to a commit, transactional or not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetCommitReply {
    /// For each topic: partition and error.
    pub topics: Vec<(TopicRef, PartitionErrors)>,
}

/// The answer to a fetch of offsets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetFetchReply {
    /// One entry a group, in the order of the request.
    pub groups: Vec<FetchedGroup>,
}

/// What is stored for one group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchedGroup {
    /// The group.
    pub group_id: Rc<str>,
    /// Why not, or `NONE`.
    pub error: ErrorCode,
    /// Topics and what is stored for their partitions.
    pub topics: Vec<(TopicRef, Vec<FetchedOffset>)>,
}

/// What is stored for one partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchedOffset {
    /// The partition's number.
    pub partition: i32,
    /// The next offset to read; `None` when nothing is stored.
    pub offset: Option<i64>,
    /// Leader epoch that was committed; `-1` when unknown, as the protocol has it.
    pub leader_epoch: i32,
    /// Text of the committer.
    pub metadata: Rc<str>,
    /// Why not, or `NONE`.
    pub error: ErrorCode,
}

/// The answer to the deletion of offsets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffsetDeleteReply {
    /// Why none of it, or `NONE`.
    pub error: ErrorCode,
    /// For each topic: partition and error.
    pub topics: Vec<(Rc<str>, PartitionErrors)>,
}

/// Groups in detail.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DescribeGroupsReply {
    /// In the order of the request.
    pub groups: Vec<DescribedGroup>,
}

/// A group in detail.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DescribedGroup {
    /// Why not, or `NONE`.
    pub error: ErrorCode,
    /// What was wrong, in words (version 6).
    pub error_message: Option<Rc<str>>,
    /// The group.
    pub group_id: Rc<str>,
    /// Kafka's name of its state.
    pub state: &'static str,
    /// Its protocol type, `""` when it has none.
    pub protocol_type: Rc<str>,
    /// The protocol that it chose, `""` unless it is stable.
    pub protocol: Rc<str>,
    /// Its members.
    pub members: Vec<DescribedMember>,
}

/// A member in detail.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DescribedMember {
    /// Its id.
    pub member_id: Rc<str>,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<Rc<str>>,
    /// `client.id`.
    pub client_id: Rc<str>,
    /// Its address.
    pub client_host: Rc<str>,
    /// Its subscription, empty unless the group is stable.
    pub metadata: Bytes,
    /// Its assignment.
    pub assignment: Bytes,
}

/// Which groups there are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListGroupsReply {
    /// By name.
    pub groups: Vec<ListedGroup>,
}

/// A group in the list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListedGroup {
    /// The group.
    pub group_id: Rc<str>,
    /// Its protocol type, `""` when it has none.
    pub protocol_type: Rc<str>,
    /// Kafka's name of its state.
    pub state: &'static str,
    /// Kafka's name of its type: `classic`, `consumer`, `share`.
    pub group_type: &'static str,
}

/// The answer to the deletion of groups.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeleteGroupsReply {
    /// Group and error, in the order of the request.
    pub results: Vec<(Rc<str>, ErrorCode)>,
}

/// The answer to a heartbeat of the consumer protocol, or of a share group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerHeartbeatReply {
    /// Why not, or `NONE`.
    pub error: ErrorCode,
    /// The member; `None` with an error.
    pub member_id: Option<Rc<str>>,
    /// Its epoch.
    pub member_epoch: i32,
    /// After how long the next heartbeat is due, in milliseconds; 0 with an error and for one that leaves.
    pub interval_ms: i32,
    /// What it has now; `None` when that is as before.
    pub assignment: Option<Vec<(Uuid, Vec<i32>)>>,
}

/// Consumer groups in detail.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerDescribeReply {
    /// In the order of the request.
    pub groups: Vec<ConsumerDescribedGroup>,
}

/// A consumer group in detail.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerDescribedGroup {
    /// Why not, or `NONE`.
    pub error: ErrorCode,
    /// The group.
    pub group_id: Rc<str>,
    /// Kafka's name of its state; `""` with an error.
    pub state: &'static str,
    /// The group epoch.
    pub epoch: i32,
    /// The epoch of its target.
    pub assignment_epoch: i32,
    /// The assignor that it uses.
    pub assignor: Rc<str>,
    /// Its members.
    pub members: Vec<ConsumerDescribedMember>,
}

/// A member of a consumer group in detail.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerDescribedMember {
    /// Its id.
    pub member_id: Rc<str>,
    /// Its epoch.
    pub epoch: i32,
    /// What it says of itself.
    pub about: ConsumerMemberValue,
    /// What it has.
    pub assignment: Vec<NamedPartitions>,
    /// What it is to have.
    pub target: Vec<NamedPartitions>,
}

/// Partitions of a topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NamedPartitions {
    /// The topic's id.
    pub id: Uuid,
    /// Its name.
    pub name: Rc<str>,
    /// Partition numbers.
    pub partitions: Vec<i32>,
}
