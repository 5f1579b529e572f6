//! JSON Lines: one object a batch, then one a record, with nothing decoded: what a program compares.
//!
//! ```text
//! {"batch":{"baseOffset",…,"isValid"}}
//! {"offset","timestamp","timestampType","sequence","key","value","headers":[[key,value]…]}
//! ```
//! Keys, values and the parts of headers are base64, or null.

use super::Findings;
use super::batch::Batch;
use super::output::{Done, Output};
use super::record::Records;
use super::window::Window;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Prints a log.
pub fn dump(path: &str, found: &mut Findings<'_>, out: &mut Output<'_>) -> Done {
    let (file, length) = found.open(path)?;
    let mut batches = Window::new(path, file, length, i32::MAX)?;
    let mut scratch = Vec::new();
    loop {
        let position = batches.position();
        let Some(batch) = batches.take()? else { return Ok(()) };
        print(&batch, position, &mut scratch, out)?;
    }
}

fn print(batch: &Batch<'_>, position: i64, scratch: &mut Vec<u8>, out: &mut Output<'_>) -> Done {
    if batch.is_legacy() {
        return Err(super::output::Stop::Refused(format!(
            "the batch at byte {position} has format {} (before Kafka 0.11), which --json does not have: leave the \
             option away",
            batch.magic
        )));
    }
    let header = batch.header()?;
    let label = header.timestamp_type().name();
    out.text("{\"batch\":{\"baseOffset\":").number(batch.offset);
    out.text(",\"lastOffset\":").number(header.last_offset()).text(",\"count\":").number(header.count());
    out.text(",\"position\":").number(position).text(",\"size\":").number(batch.size);
    out.text(",\"magic\":").number(batch.magic).text(",\"leaderEpoch\":").number(header.leader_epoch());
    out.text(",\"compression\":\"").text(header.compression()?.name());
    out.text("\",\"timestampType\":\"").text(label);
    out.text("\",\"isTransactional\":").flag(header.is_transactional());
    out.text(",\"isControl\":").flag(header.is_control());
    out.text(",\"maxTimestamp\":").number(header.max_timestamp()).text(",\"deleteHorizon\":");
    match header.delete_horizon() {
        Some(time) => out.number(time),
        None => out.text("null"),
    };
    out.text(",\"producerId\":").number(header.producer_id());
    out.text(",\"producerEpoch\":").number(header.producer_epoch());
    out.text(",\"baseSequence\":").number(header.base_sequence());
    out.text(",\"lastSequence\":").number(header.last_sequence());
    out.text(",\"crc\":").number(header.crc()).text(",\"isValid\":").flag(batch.is_valid());
    out.text("}}").end_line()?;
    let mut records = Records::of(&header, batch.bytes(), scratch)?;
    while let Some(record) = records.take()? {
        out.text("{\"offset\":").number(record.offset).text(",\"timestamp\":").number(record.timestamp);
        out.text(",\"timestampType\":\"").text(label).text("\",\"sequence\":").number(record.sequence);
        out.text(",\"key\":");
        put_base64(record.key, out);
        out.text(",\"value\":");
        put_base64(record.value, out);
        out.text(",\"headers\":[");
        for (index, (key, value)) in record.headers().enumerate() {
            out.text(if index > 0 { ",[" } else { "[" });
            put_base64(Some(key), out);
            out.text(",");
            put_base64(value, out);
            out.text("]");
        }
        out.text("]}").end_line()?;
    }
    Ok(())
}

fn put_base64(bytes: Option<&[u8]>, out: &mut Output<'_>) {
    let Some(bytes) = bytes else {
        out.text("null");
        return;
    };
    out.text("\"");
    let at = out.bytes().len();
    out.bytes().resize(at + bytes.len().div_ceil(3) * 4, 0);
    STANDARD
        .encode_slice(bytes, &mut out.bytes()[at..])
        .expect("there is room for four digits a three bytes");
    out.text("\"");
}
