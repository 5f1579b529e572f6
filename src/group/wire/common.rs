//! What the JSON of consumer groups and of share groups has in common.

use super::field::*;
use crate::base::Uuid;
use crate::group::consumer::record::*;
use crate::group::reply::*;
use serde_json::{Value, json};
use std::rc::Rc;

/// `authorizedOperations` when they were not asked for.
pub(super) const NOT_ASKED: i32 = i32::MIN;

/// Topic ids, each with partition numbers.
pub(super) fn lists(of: &Value, name: &str) -> Read<Vec<(Uuid, Vec<i32>)>> {
    each(of, name, |topic| Ok((uuid_or_zero(topic, "topicId")?, numbers(topic, "partitions")?)))
}

pub(super) fn lists_to_json(topics: &[(Uuid, Vec<i32>)]) -> Value {
    topics
        .iter()
        .map(|(id, partitions)| json!({"topicId": id.to_string(), "partitions": partitions}))
        .collect()
}

pub(super) fn strings(texts: &[Rc<str>]) -> Value {
    texts.iter().map(|text| Value::from(&**text)).collect()
}

/// Topics by id and name, each with partition numbers.
pub(super) fn named(topics: &[NamedPartitions]) -> Value {
    let topic = |t: &NamedPartitions| json!({"topicId": t.id.to_string(), "topicName": &*t.name, "partitions": t.partitions});
    json!({"topicPartitions": topics.iter().map(topic).collect::<Value>()})
}

/// The reply of a describe request, whose members the kinds of groups write in their own way.
pub(super) fn described(r: &ConsumerDescribeReply, member: fn(&ConsumerDescribedMember) -> Value) -> Value {
    let group = |g: &ConsumerDescribedGroup| {
        json!({
            "errorCode": g.error.0,
            "errorMessage": null,
            "groupId": &*g.group_id,
            "groupState": g.state,
            "groupEpoch": g.epoch,
            "assignmentEpoch": g.assignment_epoch,
            "assignorName": &*g.assignor,
            "members": g.members.iter().map(member).collect::<Value>(),
            "authorizedOperations": NOT_ASKED,
        })
    };
    json!({"groups": r.groups.iter().map(group).collect::<Value>()})
}

/// The key of a record of a group.
pub(super) fn group_key(id: &Rc<str>) -> Value {
    json!({"groupId": &**id})
}

/// The key of a record of a member.
pub(super) fn member_key(key: &MemberKey) -> Value {
    json!({"groupId": &*key.group, "memberId": &*key.member})
}

pub(super) fn read_member_key(key: &Value) -> Read<MemberKey> {
    Ok(MemberKey { group: text(key, "groupId")?, member: text(key, "memberId")? })
}

pub(super) fn member_target_value(value: &MemberTargetValue) -> Value {
    json!({"topicPartitions": lists_to_json(&value.topics)})
}

pub(super) fn read_member_target(data: &Value) -> Read<MemberTargetValue> {
    Ok(MemberTargetValue { topics: lists(data, "topicPartitions")? })
}

fn i64_or(of: &Value, name: &str, default: i64) -> Read<i64> {
    if of[name].is_null() { Ok(default) } else { i64(of, name) }
}

pub(super) fn read_group(data: &Value) -> Read<ConsumerGroupValue> {
    Ok(ConsumerGroupValue { epoch: i32(data, "epoch")?, metadata_hash: i64_or(data, "metadataHash", 0)? })
}

pub(super) fn read_target(data: &Value) -> Read<ConsumerTargetValue> {
    let timestamp_ms = i64_or(data, "assignmentTimestamp", 0)?;
    Ok(ConsumerTargetValue { epoch: i32(data, "assignmentEpoch")?, timestamp_ms })
}
