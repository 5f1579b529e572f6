//! Share groups in JSON: their requests, replies and records.

use super::common::*;
use super::field::*;
use crate::base::{Map, Uuid};
use crate::group::consumer::MemberState;
use crate::group::consumer::record::*;
use crate::group::record::Record;
use crate::group::reply::*;
use crate::group::request::ShareHeartbeat;
use crate::group::share::record::{SharePartitionsValue, ShareTopic};
use serde_json::{Value, json};

pub(super) fn heartbeat_from_json(body: &Value) -> Read<ShareHeartbeat> {
    let topics = !body["subscribedTopicNames"].is_null();
    Ok(ShareHeartbeat {
        group_id: text(body, "groupId")?,
        member_id: text(body, "memberId")?,
        member_epoch: i32(body, "memberEpoch")?,
        rack_id: nullable_text(body, "rackId")?,
        topics: topics.then(|| texts(body, "subscribedTopicNames")).transpose()?,
    })
}

pub(super) fn describe_to_json(r: &ConsumerDescribeReply) -> Value {
    let member = |m: &ConsumerDescribedMember| {
        json!({
            "memberId": &*m.member_id,
            "rackId": m.about.rack.as_deref(),
            "memberEpoch": m.epoch,
            "clientId": &*m.about.client_id,
            "clientHost": &*m.about.client_host,
            "subscribedTopicNames": strings(&m.about.topics),
            "assignment": named(&m.assignment),
        })
    };
    described(r, member)
}

/// Type, key and value of a record of a share group.
pub(super) fn record_to_json(record: &Record) -> Option<(i64, Value, Option<Value>)> {
    Some(match record {
        Record::ShareMember(key, value) => (10, member_key(key), value.as_ref().map(member_value)),
        Record::ShareGroup(id, value) => {
            let value = value.as_ref().map(|v| json!({"epoch": v.epoch, "metadataHash": v.metadata_hash}));
            (11, group_key(id), value)
        }
        Record::ShareTarget(id, value) => {
            let value = value
                .as_ref()
                .map(|v| json!({"assignmentEpoch": v.epoch, "assignmentTimestamp": v.timestamp_ms}));
            (12, group_key(id), value)
        }
        Record::ShareMemberTarget(key, value) => {
            (13, member_key(key), value.as_ref().map(member_target_value))
        }
        Record::ShareMemberCurrent(key, value) => (14, member_key(key), value.as_ref().map(current_value)),
        Record::SharePartitions(id, value) => (15, group_key(id), value.as_ref().map(partitions_value)),
        _ => return None,
    })
}

fn member_value(value: &ConsumerMemberValue) -> Value {
    json!({
        "rackId": value.rack.as_deref(),
        "clientId": &*value.client_id,
        "clientHost": &*value.client_host,
        "subscribedTopicNames": strings(&value.topics),
    })
}

fn current_value(value: &CurrentValue) -> Value {
    json!({
        "memberEpoch": value.epoch,
        "previousMemberEpoch": value.previous_epoch,
        "state": value.state.number(),
        "assignedPartitions": lists_to_json(&value.assigned_lists()),
    })
}

fn partitions_value(value: &SharePartitionsValue) -> Value {
    let topics = |topics: &Map<Uuid, ShareTopic>| {
        let topic = |(id, topic): (&Uuid, &ShareTopic)| {
            let partitions: Vec<i32> = topic.partitions.iter().copied().collect();
            json!({"topicId": id.to_string(), "topicName": &*topic.name, "partitions": partitions})
        };
        topics.iter().map(topic).collect::<Value>()
    };
    let deleting = value.deleting.iter();
    let deleting = deleting.map(|(id, name)| json!({"topicId": id.to_string(), "topicName": &**name}));
    json!({
        "initializingTopics": topics(&value.initializing),
        "initializedTopics": topics(&value.initialized),
        "deletingTopics": deleting.collect::<Value>(),
    })
}

/// Reads a record of a share group; `None` for a type that is none of theirs.
pub(super) fn record_from_json(kind: i64, key: &Value, data: Option<&Value>) -> Read<Option<Record>> {
    let (group, member) = (|| text(key, "groupId"), || read_member_key(key));
    Ok(Some(match kind {
        10 => Record::ShareMember(member()?, data.map(read_member).transpose()?),
        11 => Record::ShareGroup(group()?, data.map(read_group).transpose()?),
        12 => Record::ShareTarget(group()?, data.map(read_target).transpose()?),
        13 => Record::ShareMemberTarget(member()?, data.map(read_member_target).transpose()?),
        14 => Record::ShareMemberCurrent(member()?, data.map(read_current).transpose()?),
        15 => Record::SharePartitions(group()?, data.map(read_partitions).transpose()?),
        _ => return Ok(None),
    }))
}

fn read_member(data: &Value) -> Read<ConsumerMemberValue> {
    Ok(ConsumerMemberValue {
        rack: nullable_text(data, "rackId")?,
        client_id: text(data, "clientId")?,
        client_host: text(data, "clientHost")?,
        topics: texts(data, "subscribedTopicNames")?,
        ..ConsumerMemberValue::unknown()
    })
}

fn read_current(data: &Value) -> Read<CurrentValue> {
    let mut current = CurrentValue::nothing();
    current.epoch = i32(data, "memberEpoch")?;
    current.previous_epoch = i32(data, "previousMemberEpoch")?;
    current.state = MemberState::of(i64(data, "state")?);
    for (topic, numbers) in lists(data, "assignedPartitions")? {
        current.order.push(topic);
        current.assigned.insert(topic, numbers.into_iter().map(|number| (number, 0)).collect());
    }
    Ok(current)
}

fn read_partitions(data: &Value) -> Read<SharePartitionsValue> {
    let topic = |topic: &Value| {
        let partitions = numbers(topic, "partitions")?.into_iter().collect();
        Ok((uuid_or_zero(topic, "topicId")?, ShareTopic { name: text(topic, "topicName")?, partitions }))
    };
    let topics = |name| Ok::<_, String>(each(data, name, topic)?.into_iter().collect());
    let deleting = each(data, "deletingTopics", |topic| {
        Ok((uuid_or_zero(topic, "topicId")?, text(topic, "topicName")?))
    });
    Ok(SharePartitionsValue {
        initializing: topics("initializingTopics")?,
        initialized: topics("initializedTopics")?,
        deleting: deleting?.into_iter().collect(),
    })
}
