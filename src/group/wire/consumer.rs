//! The consumer protocol in JSON: its requests, replies and records.

use super::field::*;
use crate::base::Uuid;
use crate::group::consumer::record::*;
use crate::group::consumer::{Assigned, MemberState};
use crate::group::record::Record;
use crate::group::reply::*;
use crate::group::request::{ConsumerHeartbeat, JoinProtocol};
use serde_json::{Value, json};
use std::rc::Rc;

/// `authorizedOperations` when they were not asked for.
pub(super) const NOT_ASKED: i32 = i32::MIN;

pub(super) fn heartbeat_from_json(body: &Value) -> Read<ConsumerHeartbeat> {
    let listed = |name: &str| !body[name].is_null();
    Ok(ConsumerHeartbeat {
        group_id: text(body, "groupId")?,
        member_id: text(body, "memberId")?,
        member_epoch: i32(body, "memberEpoch")?,
        instance_id: nullable_text(body, "instanceId")?,
        rack_id: nullable_text(body, "rackId")?,
        rebalance_timeout_ms: i32_or(body, "rebalanceTimeoutMs", -1)?,
        topics: listed("subscribedTopicNames").then(|| texts(body, "subscribedTopicNames")).transpose()?,
        regex: nullable_text(body, "subscribedTopicRegex")?,
        assignor: nullable_text(body, "serverAssignor")?,
        owned: listed("topicPartitions").then(|| lists(body, "topicPartitions")).transpose()?,
    })
}

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

pub(super) fn heartbeat_to_json(r: &ConsumerHeartbeatReply) -> Value {
    let assignment = r.assignment.as_ref().map(|topics| json!({"topicPartitions": lists_to_json(topics)}));
    json!({
        "errorCode": r.error.0,
        "errorMessage": null,
        "memberId": r.member_id.as_deref(),
        "memberEpoch": r.member_epoch,
        "heartbeatIntervalMs": r.interval_ms,
        "assignment": assignment,
    })
}

pub(super) fn describe_to_json(r: &ConsumerDescribeReply) -> Value {
    let named = |topics: &[NamedPartitions]| {
        let topic = |t: &NamedPartitions| json!({"topicId": t.id.to_string(), "topicName": &*t.name, "partitions": t.partitions});
        json!({"topicPartitions": topics.iter().map(topic).collect::<Value>()})
    };
    let member = |m: &ConsumerDescribedMember| {
        json!({
            "memberId": &*m.member_id,
            "instanceId": m.about.instance.as_deref(),
            "rackId": m.about.rack.as_deref(),
            "memberEpoch": m.epoch,
            "clientId": &*m.about.client_id,
            "clientHost": &*m.about.client_host,
            "subscribedTopicNames": strings(&m.about.topics),
            "subscribedTopicRegex": m.about.regex.as_deref().unwrap_or(""),
            "assignment": named(&m.assignment),
            "targetAssignment": named(&m.target),
            "memberType": if m.about.classic.is_some() { 0 } else { 1 },
        })
    };
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

pub(super) fn strings(texts: &[Rc<str>]) -> Value {
    texts.iter().map(|text| Value::from(&**text)).collect()
}

/// Type, key and value of a record of a consumer group.
pub(super) fn record_to_json(record: &Record) -> Option<(i64, Value, Option<Value>)> {
    let group = |id: &Rc<str>| json!({"groupId": &**id});
    let member = |key: &MemberKey| json!({"groupId": &*key.group, "memberId": &*key.member});
    let regex = |key: &RegexKey| json!({"groupId": &*key.group, "regularExpression": &*key.regex});
    Some(match record {
        Record::ConsumerGroup(id, value) => (3, group(id), value.as_ref().map(group_value)),
        Record::ConsumerTopics(id) => (4, group(id), None),
        Record::ConsumerMember(key, value) => (5, member(key), value.as_ref().map(member_value)),
        Record::ConsumerTarget(id, value) => (6, group(id), value.as_ref().map(target_value)),
        Record::ConsumerMemberTarget(key, value) => {
            let value = value.as_ref().map(|v| json!({"topicPartitions": lists_to_json(&v.topics)}));
            (7, member(key), value)
        }
        Record::ConsumerMemberCurrent(key, value) => (8, member(key), value.as_ref().map(current_value)),
        Record::ConsumerRegex(key, value) => (16, regex(key), value.as_ref().map(regex_value)),
        _ => return None,
    })
}

fn group_value(value: &ConsumerGroupValue) -> Value {
    let mut data = json!({"epoch": value.epoch});
    if value.metadata_hash != 0 {
        data["metadataHash"] = value.metadata_hash.into();
    }
    data
}

fn target_value(value: &ConsumerTargetValue) -> Value {
    let mut data = json!({"assignmentEpoch": value.epoch});
    if value.timestamp_ms != 0 {
        data["assignmentTimestamp"] = value.timestamp_ms.into();
    }
    data
}

fn member_value(value: &ConsumerMemberValue) -> Value {
    let classic = value.classic.as_ref().map(|classic| {
        let protocol = |p: &JoinProtocol| json!({"name": &*p.name, "metadata": base64(&p.metadata)});
        json!({
            "sessionTimeoutMs": classic.session_timeout_ms,
            "supportedProtocols": classic.protocols.iter().map(protocol).collect::<Value>(),
        })
    });
    json!({
        "instanceId": value.instance.as_deref(),
        "rackId": value.rack.as_deref(),
        "clientId": &*value.client_id,
        "clientHost": &*value.client_host,
        "subscribedTopicNames": strings(&value.topics),
        "subscribedTopicRegex": value.regex.as_deref().unwrap_or(""),
        "rebalanceTimeoutMs": value.rebalance_timeout_ms,
        "serverAssignor": value.assignor.as_deref(),
        "classicMemberMetadata": classic,
    })
}

fn assigned_to_json<'a>(assigned: &Assigned, order: impl Iterator<Item = &'a Uuid>) -> Value {
    let topic = |id: &Uuid| {
        let numbers = assigned.get(id)?;
        Some(json!({
            "topicId": id.to_string(),
            "partitions": numbers.keys().collect::<Vec<_>>(),
            "assignmentEpochs": numbers.values().collect::<Vec<_>>(),
        }))
    };
    order.filter_map(topic).collect()
}

fn current_value(value: &CurrentValue) -> Value {
    json!({
        "memberEpoch": value.epoch,
        "previousMemberEpoch": value.previous_epoch,
        "state": value.state.number(),
        "assignedPartitions": assigned_to_json(&value.assigned, value.order.iter()),
        "partitionsPendingRevocation": assigned_to_json(&value.pending, value.pending.keys()),
    })
}

fn regex_value(value: &RegexValue) -> Value {
    json!({"topics": strings(&value.topics), "version": value.version, "timestamp": value.timestamp_ms})
}

/// Reads a record of a consumer group; `None` for a type that is none of theirs.
pub(super) fn record_from_json(kind: i64, key: &Value, data: Option<&Value>) -> Read<Option<Record>> {
    let group = || text(key, "groupId");
    let member =
        || Ok::<_, String>(MemberKey { group: text(key, "groupId")?, member: text(key, "memberId")? });
    Ok(Some(match kind {
        3 => Record::ConsumerGroup(group()?, data.map(read_group).transpose()?),
        4 => Record::ConsumerTopics(group()?),
        5 => Record::ConsumerMember(member()?, data.map(read_member).transpose()?),
        6 => Record::ConsumerTarget(group()?, data.map(read_target).transpose()?),
        7 => {
            let value = data.map(|data| lists(data, "topicPartitions")).transpose()?;
            Record::ConsumerMemberTarget(member()?, value.map(|topics| MemberTargetValue { topics }))
        }
        8 => Record::ConsumerMemberCurrent(member()?, data.map(read_current).transpose()?),
        16 => {
            let key = RegexKey { group: group()?, regex: text(key, "regularExpression")? };
            Record::ConsumerRegex(key, data.map(read_regex).transpose()?)
        }
        _ => return Ok(None),
    }))
}

pub(super) fn i64_or(of: &Value, name: &str, default: i64) -> Read<i64> {
    if of[name].is_null() { Ok(default) } else { i64(of, name) }
}

fn read_group(data: &Value) -> Read<ConsumerGroupValue> {
    Ok(ConsumerGroupValue { epoch: i32(data, "epoch")?, metadata_hash: i64_or(data, "metadataHash", 0)? })
}

fn read_target(data: &Value) -> Read<ConsumerTargetValue> {
    let timestamp_ms = i64_or(data, "assignmentTimestamp", 0)?;
    Ok(ConsumerTargetValue { epoch: i32(data, "assignmentEpoch")?, timestamp_ms })
}

fn read_member(data: &Value) -> Read<ConsumerMemberValue> {
    let classic = Some(&data["classicMemberMetadata"]).filter(|classic| !classic.is_null());
    let protocol = |p: &Value| Ok(JoinProtocol { name: text(p, "name")?, metadata: bytes(p, "metadata")? });
    let classic = classic.map(|classic| {
        let protocols = each(classic, "supportedProtocols", protocol)?;
        Ok::<_, String>(ClassicMemberValue {
            session_timeout_ms: i32(classic, "sessionTimeoutMs")?,
            protocols,
        })
    });
    Ok(ConsumerMemberValue {
        instance: nullable_text(data, "instanceId")?,
        rack: nullable_text(data, "rackId")?,
        client_id: text(data, "clientId")?,
        client_host: text(data, "clientHost")?,
        topics: texts(data, "subscribedTopicNames")?,
        regex: nullable_text(data, "subscribedTopicRegex")?.filter(|regex| !regex.is_empty()),
        rebalance_timeout_ms: i32(data, "rebalanceTimeoutMs")?,
        assignor: nullable_text(data, "serverAssignor")?,
        classic: classic.transpose()?,
    })
}

/// Older coordinators did not write in which epoch partitions were given.
fn read_assigned(data: &Value, name: &str, epoch: i32) -> Read<Assigned> {
    let topic = |topic: &Value| {
        let partitions = numbers(topic, "partitions")?;
        let epochs = match topic["assignmentEpochs"].is_null() {
            true => vec![epoch; partitions.len()],
            false => numbers(topic, "assignmentEpochs")?,
        };
        Ok((uuid_or_zero(topic, "topicId")?, partitions.into_iter().zip(epochs).collect()))
    };
    Ok(each(data, name, topic)?.into_iter().collect())
}

fn read_current(data: &Value) -> Read<CurrentValue> {
    let epoch = i32(data, "memberEpoch")?;
    Ok(CurrentValue {
        epoch,
        previous_epoch: i32(data, "previousMemberEpoch")?,
        state: MemberState::of(i64(data, "state")?),
        assigned: read_assigned(data, "assignedPartitions", epoch)?,
        order: each(data, "assignedPartitions", |topic| uuid_or_zero(topic, "topicId"))?,
        pending: read_assigned(data, "partitionsPendingRevocation", epoch)?,
    })
}

fn read_regex(data: &Value) -> Read<RegexValue> {
    let (version, timestamp_ms) = (i64(data, "version")?, i64(data, "timestamp")?);
    Ok(RegexValue { topics: texts(data, "topics")?, version, timestamp_ms })
}
