//! Control records: what brokers write between the records of clients.

use super::log::null;
use super::output::{Done, Output, Stop, invalid_record, thrown};
use super::schema::{self, Schema};
use super::tables;

/// Bytes of a key: version and type.
const KEY_BYTES: usize = 4;

/// Appends what a control record says.
pub fn print(key: Option<&[u8]>, value: Option<&[u8]>, out: &mut Output<'_>) -> Done {
    let key = key.ok_or_else(null)?;
    let Some(&[v0, v1, t0, t1]) = key.first_chunk::<KEY_BYTES>() else {
        return Err(invalid_record(format_args!(
            "Invalid value size found for end control record key. Must have at least {KEY_BYTES} bytes, but found only {}",
            key.len()
        )));
    };
    let version = i16::from_be_bytes([v0, v1]);
    if version < 0 {
        let what =
            format!("Invalid version found for control record: {version}. May indicate data corruption");
        return Err(invalid_record(what));
    }
    match i16::from_be_bytes([t0, t1]) {
        0 => end_of_transaction("ABORT", value.ok_or_else(null)?, out),
        1 => end_of_transaction("COMMIT", value.ok_or_else(null)?, out),
        2 => message(" LeaderChange: ", tables::LEADER_CHANGE, value, out),
        3 => message(" SnapshotHeader ", tables::SNAPSHOT_HEADER, value, out),
        4 => message(" SnapshotFooter ", tables::SNAPSHOT_FOOTER, value, out),
        5 => message(" KRaftVersion ", tables::KRAFT_VERSION, value, out),
        6 => message(" KRaftVoters ", tables::KRAFT_VOTERS, value, out),
        other => {
            out.text(" controlType: UNKNOWN(").number(other).text(")");
            Ok(())
        }
    }
}

fn end_of_transaction(what: &str, value: &[u8], out: &mut Output<'_>) -> Done {
    let underflow = || Stop::Thrown("java.nio.BufferUnderflowException".to_owned());
    let (&version, rest) = value.split_first_chunk::<2>().ok_or_else(underflow)?;
    let version = i16::from_be_bytes(version);
    if version < 0 {
        let what = format!(
            "Invalid version found for end transaction marker: {version}. May indicate data corruption"
        );
        return Err(invalid_record(what));
    }
    let epoch = rest.first_chunk::<4>().ok_or_else(underflow)?;
    out.text(" endTxnMarker: ").text(what).text(" coordinatorEpoch: ").number(i32::from_be_bytes(*epoch));
    Ok(())
}

/// A record of KRaft. Its first field is its version, which decides what is printed; version 0 is what is read.
fn message(label: &str, text: &'static str, value: Option<&[u8]>, out: &mut Output<'_>) -> Done {
    let value = value.ok_or_else(null)?;
    let schema = Schema::parse(text);
    let mut rest = value;
    let read = schema.read(&mut rest, 0).map_err(|fault| thrown("java.lang.RuntimeException", fault))?;
    let version = match read.first() {
        Some(schema::Value::Number(version)) => *version as i16,
        _ => 0,
    };
    out.text(label);
    schema.put_json(&read, version, out.bytes());
    Ok(())
}
