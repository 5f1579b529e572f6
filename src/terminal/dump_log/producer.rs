//! Snapshots of producers' state, and indexes of aborted transactions.

use super::Findings;
use super::batch::decrement_sequence;
use super::java;
use super::log::put_optional;
use super::output::{Done, Output};
use super::schema::{Schema, Value};
use crate::base::crc::crc32c;

/// Checksum and entries, after the version.
const SNAPSHOT: &str = "-/1 crc:u32 producerEntries:[producerId:i64 epoch:i16 lastSequence:i32 lastOffset:i64 \
                        offsetDelta:i32 timestamp:i64 coordinatorEpoch:i32 currentTxnFirstOffset:i64]";
const SNAPSHOT_VERSION: i16 = 1;
/// Version and checksum.
const ENTRIES_FROM: usize = 6;

/// Bytes of an aborted transaction: version 2, producer id, first, last and last stable offset.
const ABORTED_BYTES: usize = 34;

/// Prints a snapshot. A corrupt one is a line on standard error.
pub fn dump_snapshot(path: &str, found: &mut Findings<'_>, out: &mut Output<'_>) -> Done {
    let file = found.read(path)?;
    match read_snapshot(&file) {
        Ok(entries) => entries.iter().try_for_each(|entry| print_entry(entry, out)),
        Err(what) => found.complain(&what, out),
    }
}

fn read_snapshot(file: &[u8]) -> Result<Vec<Value<'_>>, String> {
    let invalid = |what: String| format!("Snapshot failed schema validation: {what}");
    let (&version, rest) = file.split_first_chunk::<2>().ok_or_else(|| invalid("null".to_owned()))?;
    let version = i16::from_be_bytes(version);
    if version != SNAPSHOT_VERSION {
        return Err(invalid(format!("Snapshot contained an unknown file version {version}")));
    }
    let mut rest = rest;
    let mut values = Schema::parse(SNAPSHOT).read(&mut rest, version).map_err(invalid)?;
    let (Some(Value::List(entries)), Some(Value::Number(crc))) = (values.pop(), values.pop()) else {
        unreachable!("a snapshot is a checksum and a list")
    };
    let computed = crc32c(&file[ENTRIES_FROM..]);
    if crc != i64::from(computed) {
        return Err(format!(
            "Snapshot is corrupt (CRC is no longer valid). Stored crc: {crc}. Computed crc: {computed}"
        ));
    }
    Ok(entries)
}

fn print_entry(entry: &Value<'_>, out: &mut Output<'_>) -> Done {
    let Value::Struct(fields) = entry else { unreachable!("an entry is a structure") };
    let number = |place: usize| match fields[place] {
        Value::Number(number) => number,
        _ => unreachable!("an entry has numbers only"),
    };
    let (sequence, last_offset, delta, timestamp) = (number(2), number(3), number(4), number(5));
    out.text("producerId: ").number(number(0)).text(" producerEpoch: ").number(number(1));
    out.text(" coordinatorEpoch: ").number(number(6)).text(" currentTxnFirstOffset: ");
    put_optional(Some(number(7)).filter(|&offset| offset >= 0), out);
    out.text(" lastTimestamp: ").number(timestamp);
    if last_offset >= 0 {
        let first = decrement_sequence(sequence as i32, delta as i32);
        out.text(" firstSequence: ").number(first).text(" lastSequence: ").number(sequence);
        out.text(" lastOffset: ").number(last_offset).text(" offsetDelta: ").number(delta);
        out.text(" timestamp: ").number(timestamp);
    }
    out.end_line()?;
    Ok(())
}

/// Prints an index of aborted transactions; a file that is not there has none. What is no whole entry at the end is
/// passed over.
pub fn dump_aborted(path: &str, found: &mut Findings<'_>, out: &mut Output<'_>) -> Done {
    java::parse_long(super::log::stem(java::file_name(path)))?;
    let Some(file) = found.read_if_there(path)? else { return Ok(()) };
    let (entries, _) = file.as_chunks::<ABORTED_BYTES>();
    // All are read before the first is printed.
    for entry in entries {
        // Kafka reads the version from its first byte alone.
        let version = entry[0] as i8;
        if version > 0 {
            let what = format!(
                "Unexpected aborted transaction version {version} in transaction index {}, current version is 0",
                found.absolute(path)
            );
            return Err(super::output::thrown("org.apache.kafka.common.KafkaException", what));
        }
    }
    for entry in entries {
        let i64_at = |at: usize| i64::from_be_bytes(*entry[at..].first_chunk().expect("numbers lie inside"));
        out.text("version: ").number(entry[0] as i8).text(" producerId: ").number(i64_at(2));
        out.text(" firstOffset: ").number(i64_at(10)).text(" lastOffset: ").number(i64_at(18));
        out.text(" lastStableOffset: ").number(i64_at(26)).end_line()?;
    }
    Ok(())
}
