//! Records of `__consumer_offsets` in JSON, as Kafka's console formatters print them:
//! `{"key":{"type":T,"data":{…}},"value":{"version":V,"data":{…}}}`, `"value":null` for a tombstone.

use super::field::*;
use super::{consumer, share};
use crate::base::Uuid;
use crate::group::record::{ClassicGroupValue, MemberMetadata, OffsetKey, OffsetValue, Record};
use serde_json::{Map, Value, json};

const OFFSET: i64 = 1;
const CLASSIC_GROUP: i64 = 2;

/// The version of a classic group's value.
const CLASSIC_GROUP_VERSION: i64 = 3;

/// Writes a record. A transaction marker is `{"marker":"COMMIT"}` or `{"marker":"ABORT"}`.
pub fn record_to_json(record: &Record) -> Value {
    let (kind, key, value) = match record {
        Record::TransactionEnd { commit } => {
            return json!({"marker": if *commit { "COMMIT" } else { "ABORT" }});
        }
        Record::Offset(key, value) => {
            let key = json!({"group": &*key.group, "topic": &*key.topic, "partition": key.partition});
            (OFFSET, key, value.as_ref().map(offset))
        }
        Record::ClassicGroup(id, value) => {
            let value =
                value.as_ref().map(|v| json!({"version": CLASSIC_GROUP_VERSION, "data": classic_group(v)}));
            (CLASSIC_GROUP, json!({"group": &**id}), value)
        }
        record => {
            let (kind, key, data) = consumer::record_to_json(record)
                .or_else(|| share::record_to_json(record))
                .expect("all others are of consumer or share groups");
            (kind, key, data.map(|data| json!({"version": 0, "data": data})))
        }
    };
    json!({"key": {"type": kind, "data": key}, "value": value})
}

/// Version 1 has an expiry and no leader epoch; 3 has the epoch; 4 the topic's id as well.
fn offset(value: &OffsetValue) -> Value {
    let mut data = Map::new();
    data.insert("offset".into(), value.offset.into());
    if value.expire_timestamp_ms.is_none() {
        data.insert("leaderEpoch".into(), value.leader_epoch.into());
    }
    data.insert("metadata".into(), (&*value.metadata).into());
    data.insert("commitTimestamp".into(), value.commit_timestamp_ms.into());
    let version = match value.expire_timestamp_ms {
        Some(ms) => {
            data.insert("expireTimestamp".into(), ms.into());
            1
        }
        None => 4,
    };
    if version == 4 && value.topic_id != Uuid::ZERO {
        data.insert("topicId".into(), value.topic_id.to_string().into());
    }
    json!({"version": version, "data": data})
}

fn classic_group(value: &ClassicGroupValue) -> Value {
    let member = |m: &MemberMetadata| {
        json!({
            "memberId": &*m.member_id,
            "groupInstanceId": m.group_instance_id.as_deref(),
            "clientId": &*m.client_id,
            "clientHost": &*m.client_host,
            "rebalanceTimeout": m.rebalance_timeout_ms,
            "sessionTimeout": m.session_timeout_ms,
            "subscription": base64(&m.subscription),
            "assignment": base64(&m.assignment),
        })
    };
    json!({
        "protocolType": &*value.protocol_type,
        "generation": value.generation,
        "protocol": value.protocol.as_deref(),
        "leader": value.leader.as_deref(),
        "currentStateTimestamp": value.current_state_timestamp_ms,
        "members": value.members.iter().map(member).collect::<Value>(),
    })
}

/// Reads a record.
///
/// # Errors
/// The field that is missing or of the wrong kind, or a type that this coordinator does not have.
pub fn record_from_json(record: &Value) -> Result<Record, String> {
    match &record["marker"] {
        Value::Null => {}
        Value::String(marker) if marker == "COMMIT" => return Ok(Record::TransactionEnd { commit: true }),
        Value::String(marker) if marker == "ABORT" => return Ok(Record::TransactionEnd { commit: false }),
        other => return Err(format!("not a marker: {other}")),
    }
    let key = &record["key"]["data"];
    let data = Some(&record["value"]["data"]).filter(|data| !data.is_null());
    match i64(&record["key"], "type")? {
        OFFSET => {
            let key = OffsetKey {
                group: text(key, "group")?,
                topic: text(key, "topic")?,
                partition: i32(key, "partition")?,
            };
            Ok(Record::Offset(key, data.map(offset_value).transpose()?))
        }
        CLASSIC_GROUP => {
            Ok(Record::ClassicGroup(text(key, "group")?, data.map(classic_group_value).transpose()?))
        }
        other => match consumer::record_from_json(other, key, data)? {
            Some(record) => Ok(record),
            None => share::record_from_json(other, key, data)?
                .ok_or_else(|| format!("records of type {other} are not known")),
        },
    }
}

fn offset_value(data: &Value) -> Read<OffsetValue> {
    let expire = &data["expireTimestamp"];
    Ok(OffsetValue {
        offset: i64(data, "offset")?,
        leader_epoch: i32_or(data, "leaderEpoch", -1)?,
        metadata: text(data, "metadata")?,
        commit_timestamp_ms: i64(data, "commitTimestamp")?,
        expire_timestamp_ms: if expire.is_null() { None } else { Some(i64(data, "expireTimestamp")?) },
        topic_id: uuid_or_zero(data, "topicId")?,
    })
}

fn classic_group_value(data: &Value) -> Read<ClassicGroupValue> {
    let member = |m: &Value| {
        Ok(MemberMetadata {
            member_id: text(m, "memberId")?,
            group_instance_id: nullable_text(m, "groupInstanceId")?,
            client_id: text(m, "clientId")?,
            client_host: text(m, "clientHost")?,
            rebalance_timeout_ms: i32(m, "rebalanceTimeout")?,
            session_timeout_ms: i32(m, "sessionTimeout")?,
            subscription: bytes(m, "subscription")?,
            assignment: bytes(m, "assignment")?,
        })
    };
    Ok(ClassicGroupValue {
        protocol_type: text(data, "protocolType")?,
        generation: i32(data, "generation")?,
        protocol: nullable_text(data, "protocol")?,
        leader: nullable_text(data, "leader")?,
        current_state_timestamp_ms: i64(data, "currentStateTimestamp")?,
        members: each(data, "members", member)?,
    })
}
