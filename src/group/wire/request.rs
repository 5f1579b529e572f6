//! Requests in JSON.

use super::field::*;
use crate::group::request::*;
use serde_json::Value;

/// Reads the body of a request; `None` for an API that this coordinator does not have.
///
/// # Errors
/// The field that is missing or of the wrong kind.
pub fn request_from_json(api: &str, body: &Value) -> Result<Option<Request>, String> {
    Ok(Some(match api {
        "JoinGroup" => Request::JoinGroup(join_group(body)?),
        "SyncGroup" => Request::SyncGroup(sync_group(body)?),
        "Heartbeat" => Request::Heartbeat(Heartbeat {
            group_id: text(body, "groupId")?,
            generation_id: i32(body, "generationId")?,
            member_id: text(body, "memberId")?,
            group_instance_id: nullable_text(body, "groupInstanceId")?,
        }),
        "LeaveGroup" => Request::LeaveGroup(LeaveGroup {
            group_id: text(body, "groupId")?,
            members: each(body, "members", leaving_member)?,
        }),
        "OffsetCommit" => Request::OffsetCommit(offset_commit(body)?),
        "TxnOffsetCommit" => Request::TxnOffsetCommit(txn_offset_commit(body)?),
        "OffsetFetch" => Request::OffsetFetch(OffsetFetch {
            groups: each(body, "groups", fetch_group)?,
            require_stable: bool(body, "requireStable")?,
        }),
        "OffsetDelete" => Request::OffsetDelete(OffsetDelete {
            group_id: text(body, "groupId")?,
            topics: each(body, "topics", |topic| {
                let partitions = each(topic, "partitions", |p| i32(p, "partitionIndex"))?;
                Ok((text(topic, "name")?, partitions))
            })?,
        }),
        "DescribeGroups" => Request::DescribeGroups(DescribeGroups { groups: texts(body, "groups")? }),
        "ListGroups" => Request::ListGroups(ListGroups {
            states: texts(body, "statesFilter")?,
            types: texts(body, "typesFilter")?,
        }),
        "DeleteGroups" => Request::DeleteGroups(DeleteGroups { groups: texts(body, "groupsNames")? }),
        "ConsumerGroupHeartbeat" => Request::ConsumerHeartbeat(super::consumer::heartbeat_from_json(body)?),
        "ConsumerGroupDescribe" => {
            Request::ConsumerDescribe(ConsumerDescribe { groups: texts(body, "groupIds")? })
        }
        "ShareGroupHeartbeat" => Request::ShareHeartbeat(super::share::heartbeat_from_json(body)?),
        "ShareGroupDescribe" => Request::ShareDescribe(ConsumerDescribe { groups: texts(body, "groupIds")? }),
        _ => return Ok(None),
    }))
}

fn join_group(body: &Value) -> Read<JoinGroup> {
    Ok(JoinGroup {
        group_id: text(body, "groupId")?,
        session_timeout_ms: i32(body, "sessionTimeoutMs")?,
        rebalance_timeout_ms: i32(body, "rebalanceTimeoutMs")?,
        member_id: text(body, "memberId")?,
        group_instance_id: nullable_text(body, "groupInstanceId")?,
        protocol_type: text(body, "protocolType")?,
        protocols: each(body, "protocols", |p| {
            Ok(JoinProtocol { name: text(p, "name")?, metadata: bytes(p, "metadata")? })
        })?,
        reason: nullable_text(body, "reason")?,
    })
}

fn sync_group(body: &Value) -> Read<SyncGroup> {
    Ok(SyncGroup {
        group_id: text(body, "groupId")?,
        generation_id: i32(body, "generationId")?,
        member_id: text(body, "memberId")?,
        group_instance_id: nullable_text(body, "groupInstanceId")?,
        protocol_type: nullable_text(body, "protocolType")?,
        protocol_name: nullable_text(body, "protocolName")?,
        assignments: each(body, "assignments", |a| Ok((text(a, "memberId")?, bytes(a, "assignment")?)))?,
    })
}

fn leaving_member(member: &Value) -> Read<LeavingMember> {
    Ok(LeavingMember {
        member_id: text(member, "memberId")?,
        group_instance_id: nullable_text(member, "groupInstanceId")?,
        reason: nullable_text(member, "reason")?,
    })
}

fn offset_commit(body: &Value) -> Read<OffsetCommit> {
    let retention_time_ms =
        if body["retentionTimeMs"].is_null() { None } else { Some(i64(body, "retentionTimeMs")?) };
    Ok(OffsetCommit {
        group_id: text(body, "groupId")?,
        generation_id: i32(body, "generationIdOrMemberEpoch")?,
        member_id: text(body, "memberId")?,
        group_instance_id: nullable_text(body, "groupInstanceId")?,
        retention_time_ms,
        topics: each(body, "topics", commit_topic)?,
    })
}

fn txn_offset_commit(body: &Value) -> Read<TxnOffsetCommit> {
    Ok(TxnOffsetCommit {
        transactional_id: text(body, "transactionalId")?,
        group_id: text(body, "groupId")?,
        producer_id: i64(body, "producerId")?,
        producer_epoch: i16(body, "producerEpoch")?,
        generation_id: i32(body, "generationId")?,
        member_id: text(body, "memberId")?,
        group_instance_id: nullable_text(body, "groupInstanceId")?,
        topics: each(body, "topics", commit_topic)?,
    })
}

fn topic_ref(topic: &Value) -> Read<TopicRef> {
    match topic["topicId"].is_null() {
        true => Ok(TopicRef::Name(text(topic, "name")?)),
        false => Ok(TopicRef::Id(uuid_or_zero(topic, "topicId")?)),
    }
}

fn commit_topic(topic: &Value) -> Read<(TopicRef, Vec<CommitPartition>)> {
    let partitions = each(topic, "partitions", |p| {
        Ok(CommitPartition {
            partition: i32(p, "partitionIndex")?,
            offset: i64(p, "committedOffset")?,
            leader_epoch: i32_or(p, "committedLeaderEpoch", -1)?,
            metadata: nullable_text(p, "committedMetadata")?,
        })
    })?;
    Ok((topic_ref(topic)?, partitions))
}

fn fetch_group(group: &Value) -> Read<FetchGroup> {
    let topics = match group["topics"].is_null() {
        true => None,
        false => Some(each(group, "topics", |t| Ok((topic_ref(t)?, numbers(t, "partitionIndexes")?)))?),
    };
    Ok(FetchGroup {
        group_id: text(group, "groupId")?,
        member_id: nullable_text(group, "memberId")?,
        member_epoch: i32_or(group, "memberEpoch", -1)?,
        topics,
    })
}
