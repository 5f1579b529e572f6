//! Records of tiered storage's own log, in the words of Java's `toString`.

use super::Fields;
use super::metadata::take_frame;
use crate::base::Map;
use crate::terminal::dump_log::java::utf8;
use crate::terminal::dump_log::output::Output;
use crate::terminal::dump_log::schema::{Schema, Value};
use crate::terminal::dump_log::tables::REMOTE;

/// Names of the states of a segment, by number.
const SEGMENT_STATES: [&str; 4] =
    ["COPY_SEGMENT_STARTED", "COPY_SEGMENT_FINISHED", "DELETE_SEGMENT_STARTED", "DELETE_SEGMENT_FINISHED"];
/// Names of the states of a partition's deletion, by number.
const DELETE_STATES: [&str; 3] =
    ["DELETE_PARTITION_MARKED", "DELETE_PARTITION_STARTED", "DELETE_PARTITION_FINISHED"];

pub(super) fn print(record: &Fields<'_>, out: &mut Output<'_>) {
    match record.value.get().and_then(describe) {
        Ok(text) => out.text(&text),
        Err(what) => out.text("Error at offset ").number(record.offset).text(", skipping. ").text(&what),
    };
}

fn describe(value: Option<&[u8]>) -> Result<String, String> {
    let value = value.ok_or(
        "Cannot invoke \"java.nio.ByteBuffer.remaining()\" because the return value of \
                             \"org.apache.kafka.common.record.internal.Record.value()\" is null",
    )?;
    let frame = take_frame(Some(value), REMOTE)?;
    let schema = Schema::parse(frame.entry.fields);
    let values = frame.read(&schema)?;
    let field = |name: &str| &values[schema.place(name)];
    let number = |name: &str| number(field(name));
    check(frame.entry.id, &field)?;
    Ok(match frame.entry.id {
        0 => format!(
            "RemoteLogSegmentMetadata{{remoteLogSegmentId={}, startOffset={}, endOffset={}, brokerId={}, \
             maxTimestampMs={}, eventTimestampMs={}, segmentLeaderEpochs={}, segmentSizeInBytes={}, \
             customMetadata={}, state={}, txnIdxEmpty={}}}",
            segment_id(field("remoteLogSegmentId")),
            number("startOffset"),
            number("endOffset"),
            number("brokerId"),
            number("maxTimestampMs"),
            number("eventTimestampMs"),
            epochs(field("segmentLeaderEpochs"))?,
            number("segmentSizeInBytes"),
            custom(field("customMetadata")),
            state(&SEGMENT_STATES, number("remoteLogSegmentState"))?,
            plain(field("txnIndexEmpty")),
        ),
        1 => format!(
            "RemoteLogSegmentMetadataUpdate{{remoteLogSegmentId={}, customMetadata={}, state={}, \
             eventTimestampMs={}, brokerId={}}}",
            segment_id(field("remoteLogSegmentId")),
            custom(field("customMetadata")),
            state(&SEGMENT_STATES, number("remoteLogSegmentState"))?,
            number("eventTimestampMs"),
            number("brokerId"),
        ),
        2 => format!(
            "RemotePartitionDeleteMetadata{{topicPartition={}, state={}, eventTimestampMs={}, brokerId={}}}",
            partition(field("topicIdPartition")),
            state(&DELETE_STATES, number("remotePartitionDeleteState"))?,
            number("eventTimestampMs"),
            number("brokerId"),
        ),
        _ => format!(
            "RemoteLogSegmentMetadataSnapshot{{segmentId={}, startOffset={}, endOffset={}, maxTimestampMs={}, \
             segmentLeaderEpochs={}, segmentSizeInBytes={}, customMetadata={}, state={}, txnIdxEmpty={}}}",
            plain(field("segmentId")),
            number("startOffset"),
            number("endOffset"),
            number("maxTimestampMs"),
            epochs(field("segmentLeaderEpochs"))?,
            number("segmentSizeInBytes"),
            custom(field("customMetadata")),
            state(&SEGMENT_STATES, number("remoteLogSegmentState"))?,
            plain(field("txnIndexEmpty")),
        ),
    })
}

fn number(value: &Value<'_>) -> i64 {
    match value {
        Value::Number(number) => *number,
        _ => 0,
    }
}

fn plain(value: &Value<'_>) -> String {
    match value {
        Value::Uuid(id) => id.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Text(text) => utf8(text),
        other => number(other).to_string(),
    }
}

fn segment_id(value: &Value<'_>) -> String {
    let Value::Struct(fields) = value else { return "null".to_owned() };
    format!("RemoteLogSegmentId{{topicIdPartition={}, id={}}}", partition(&fields[0]), plain(&fields[1]))
}

fn partition(value: &Value<'_>) -> String {
    let Value::Struct(fields) = value else { return "null".to_owned() };
    format!("{}:{}-{}", plain(&fields[1]), plain(&fields[0]), plain(&fields[2]))
}

fn custom(value: &Value<'_>) -> String {
    match value {
        Value::Bytes(bytes) => format!("Optional[CustomMetadata{{{} bytes}}]", bytes.len()),
        _ => "Optional.empty".to_owned(),
    }
}

/// A map of Java: epochs in order, each once.
fn epochs(value: &Value<'_>) -> Result<String, String> {
    let Value::List(entries) = value else { return Err("null".to_owned()) };
    let pair = |entry: &Value<'_>| match entry {
        Value::Struct(fields) => (number(&fields[0]), number(&fields[1])),
        _ => (0, 0),
    };
    let epochs: Map<i64, i64> = entries.iter().map(pair).collect();
    if epochs.is_empty() {
        return Err("segmentLeaderEpochs can not be null or empty".to_owned());
    }
    let texts: Vec<String> = epochs.iter().map(|(epoch, offset)| format!("{epoch}={offset}")).collect();
    Ok(format!("{{{}}}", texts.join(", ")))
}

fn state(names: &[&'static str], number: i64) -> Result<&'static str, String> {
    let name = usize::try_from(number).ok().and_then(|number| names.get(number));
    // The check for a deletion's state has no message.
    let message = if names.len() == DELETE_STATES.len() { "null" } else { "state can not be null" };
    name.copied().ok_or_else(|| message.to_owned())
}

/// What Java's constructors check, in their order, before anything is described.
fn check<'a>(id: i16, field: &dyn Fn(&str) -> &'a Value<'a>) -> Result<(), String> {
    match id {
        0 => {
            let (start, end) = (number(field("startOffset")), number(field("endOffset")));
            if start < 0 {
                return Err(format!(
                    "Unexpected start offset = {start}. StartOffset for a remote segment cannot be negative"
                ));
            }
            if end < start {
                return Err(format!(
                    "Unexpected end offset = {end}. EndOffset for a remote segment cannot be less than startOffset = \
                     {start}"
                ));
            }
            Ok(())
        }
        3 => state(&SEGMENT_STATES, number(field("remoteLogSegmentState"))).map(drop),
        _ => Ok(()),
    }
}
