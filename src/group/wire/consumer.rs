//! The consumer protocol in JSON: its requests, replies and records.

use super::common::*;
use super::field::*;
use crate::base::Uuid;
use crate::group::consumer::record::*;
use crate::group::consumer::{Assigned, MemberState};
use crate::group::record::Record;
use crate::group::reply::*;
use crate::group::request::{ConsumerHeartbeat, JoinProtocol};
use serde_json::{Value, json};

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
    described(r, member)
}

/// Type, key and value of a record of a consumer group.
pub(super) fn record_to_json(record: &Record) -> Option<(i64, Value, Option<Value>)> {
    let regex = |key: &RegexKey| json!({"groupId": &*key.group, "regularExpression": &*key.regex});
    Some(match record {
        Record::ConsumerGroup(id, value) => (3, group_key(id), value.as_ref().map(group_value)),
        Record::ConsumerTopics(id) => (4, group_key(id), None),
        Record::ConsumerMember(key, value) => (5, member_key(key), value.as_ref().map(member_value)),
        Record::ConsumerTarget(id, value) => (6, group_key(id), value.as_ref().map(target_value)),
        Record::ConsumerMemberTarget(key, value) => {
            (7, member_key(key), value.as_ref().map(member_target_value))
        }
        Record::ConsumerMemberCurrent(key, value) => (8, member_key(key), value.as_ref().map(current_value)),
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
    let (group, member) = (|| text(key, "groupId"), || read_member_key(key));
    Ok(Some(match kind {
        3 => Record::ConsumerGroup(group()?, data.map(read_group).transpose()?),
        4 => Record::ConsumerTopics(group()?),
        5 => Record::ConsumerMember(member()?, data.map(read_member).transpose()?),
        6 => Record::ConsumerTarget(group()?, data.map(read_target).transpose()?),
        7 => Record::ConsumerMemberTarget(member()?, data.map(read_member_target).transpose()?),
        8 => Record::ConsumerMemberCurrent(member()?, data.map(read_current).transpose()?),
        16 => {
            let key = RegexKey { group: group()?, regex: text(key, "regularExpression")? };
            Record::ConsumerRegex(key, data.map(read_regex).transpose()?)
        }
        _ => return Ok(None),
    }))
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
