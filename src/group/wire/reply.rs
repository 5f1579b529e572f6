//! Replies in JSON. The version is that of the request.

use super::field::base64;
use crate::group::ErrorCode;
use crate::group::reply::*;
use crate::group::request::TopicRef;
use serde_json::{Map, Value, json};

/// `authorizedOperations` when they were not asked for.
const NOT_ASKED: i32 = i32::MIN;

/// Writes the body of a reply.
pub fn reply_to_json(reply: &Reply, version: i16) -> Value {
    let mut body = json!({"throttleTimeMs": 0});
    let fields = match reply {
        Reply::JoinGroup(r) => join_group(r, version),
        Reply::SyncGroup(r) => sync_group(r, version),
        Reply::Heartbeat(r) => json!({"errorCode": r.error.0}),
        Reply::LeaveGroup(r) => leave_group(r),
        Reply::OffsetCommit(r) | Reply::TxnOffsetCommit(r) => offset_commit(r),
        Reply::OffsetFetch(r) => json!({"groups": r.groups.iter().map(fetched_group).collect::<Value>()}),
        Reply::OffsetDelete(r) => offset_delete(r),
        Reply::DescribeGroups(r) => describe_groups(r, version),
        Reply::ListGroups(r) => list_groups(r),
        Reply::DeleteGroups(r) => delete_groups(r),
        Reply::ConsumerHeartbeat(r) | Reply::ShareHeartbeat(r) => super::consumer::heartbeat_to_json(r),
        Reply::ConsumerDescribe(r) => super::consumer::describe_to_json(r),
        Reply::ShareDescribe(r) => super::share::describe_to_json(r),
    };
    if let (Value::Object(body), Value::Object(fields)) = (&mut body, fields) {
        body.extend(fields);
    }
    body
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn join_group(r: &JoinGroupReply, version: i16) -> Value {
    let member = |m: &JoinedMember| {
        let mut fields = object(json!({"memberId": &*m.member_id}));
        if version >= 5 {
            fields.insert("groupInstanceId".into(), m.group_instance_id.as_deref().into());
        }
        fields.insert("metadata".into(), base64(&m.metadata));
        Value::Object(fields)
    };
    let mut fields = object(json!({"errorCode": r.error.0, "generationId": r.generation_id}));
    if version >= 7 {
        fields.insert("protocolType".into(), r.protocol_type.as_deref().into());
    }
    fields.insert("protocolName".into(), r.protocol_name.as_deref().into());
    fields.insert("leader".into(), (&*r.leader).into());
    if version >= 9 {
        fields.insert("skipAssignment".into(), r.skip_assignment.into());
    }
    fields.insert("memberId".into(), (&*r.member_id).into());
    fields.insert("members".into(), r.members.iter().map(member).collect());
    Value::Object(fields)
}

fn sync_group(r: &SyncGroupReply, version: i16) -> Value {
    let mut fields = object(json!({"errorCode": r.error.0}));
    if version >= 5 {
        fields.insert("protocolType".into(), r.protocol_type.as_deref().into());
        fields.insert("protocolName".into(), r.protocol_name.as_deref().into());
    }
    fields.insert("assignment".into(), base64(&r.assignment));
    Value::Object(fields)
}

fn leave_group(r: &LeaveGroupReply) -> Value {
    let member = |m: &LeftMember| {
        json!({
            "memberId": &*m.member_id,
            "groupInstanceId": m.group_instance_id.as_deref(),
            "errorCode": m.error.0,
        })
    };
    json!({"errorCode": r.error.0, "members": r.members.iter().map(member).collect::<Value>()})
}

/// A topic by name or by id, with its partitions.
fn topic(topic: &TopicRef, partitions: Value) -> Value {
    match topic {
        TopicRef::Name(name) => json!({"name": &**name, "partitions": partitions}),
        TopicRef::Id(id) => json!({"topicId": id.to_string(), "partitions": partitions}),
    }
}

fn errors(partitions: &[(i32, ErrorCode)]) -> Value {
    partitions.iter().map(|(p, error)| json!({"partitionIndex": p, "errorCode": error.0})).collect()
}

fn offset_commit(r: &OffsetCommitReply) -> Value {
    json!({"topics": r.topics.iter().map(|(t, partitions)| topic(t, errors(partitions))).collect::<Value>()})
}

fn fetched_group(group: &FetchedGroup) -> Value {
    let offset = |o: &FetchedOffset| {
        json!({
            "partitionIndex": o.partition,
            "committedOffset": o.offset.unwrap_or(-1),
            "committedLeaderEpoch": o.leader_epoch,
            "metadata": &*o.metadata,
            "errorCode": o.error.0,
        })
    };
    let topics = group.topics.iter().map(|(t, offsets)| topic(t, offsets.iter().map(offset).collect()));
    json!({"groupId": &*group.group_id, "topics": topics.collect::<Value>(), "errorCode": group.error.0})
}

fn offset_delete(r: &OffsetDeleteReply) -> Value {
    let topic = |(name, partitions): &(std::rc::Rc<str>, Vec<_>)| json!({"name": &**name, "partitions": errors(partitions)});
    json!({"errorCode": r.error.0, "topics": r.topics.iter().map(topic).collect::<Value>()})
}

fn describe_groups(r: &DescribeGroupsReply, version: i16) -> Value {
    let member = |m: &DescribedMember| {
        json!({
            "memberId": &*m.member_id,
            "groupInstanceId": m.group_instance_id.as_deref(),
            "clientId": &*m.client_id,
            "clientHost": &*m.client_host,
            "memberMetadata": base64(&m.metadata),
            "memberAssignment": base64(&m.assignment),
        })
    };
    let group = |g: &DescribedGroup| {
        let mut fields = object(json!({"errorCode": g.error.0}));
        if version >= 6 {
            fields.insert("errorMessage".into(), g.error_message.as_deref().into());
        }
        fields.extend(object(json!({
            "groupId": &*g.group_id,
            "groupState": g.state,
            "protocolType": &*g.protocol_type,
            "protocolData": &*g.protocol,
            "members": g.members.iter().map(member).collect::<Value>(),
            "authorizedOperations": NOT_ASKED,
        })));
        Value::Object(fields)
    };
    json!({"groups": r.groups.iter().map(group).collect::<Value>()})
}

fn list_groups(r: &ListGroupsReply) -> Value {
    let group = |g: &ListedGroup| {
        json!({
            "groupId": &*g.group_id,
            "protocolType": &*g.protocol_type,
            "groupState": g.state,
            "groupType": g.group_type,
        })
    };
    json!({"errorCode": 0, "groups": r.groups.iter().map(group).collect::<Value>()})
}

fn delete_groups(r: &DeleteGroupsReply) -> Value {
    let result =
        |(group, error): &(std::rc::Rc<str>, ErrorCode)| json!({"groupId": &**group, "errorCode": error.0});
    json!({"results": r.results.iter().map(result).collect::<Value>()})
}
