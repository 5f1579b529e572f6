//! Logs and snapshots of the metadata log: batch by batch, and record by record when asked.

use super::batch::{Batch, Header};
use super::decoder::{Decoder, Fields, Part};
use super::java::{self, put_utf8};
use super::options::Options;
use super::output::{Done, Output, Stop, thrown};
use super::record::{Record, Records};
use super::window::Window;
use super::{Findings, control, legacy};

/// Prints a log.
pub fn dump(path: &str, options: &Options, found: &mut Findings<'_>, out: &mut Output<'_>) -> Done {
    let decoder = options.decoder()?;
    let max_bytes = options.max_bytes()?;
    print_start(path, out)?;
    let (file, length) = found.open(path)?;
    let mut batches = Window::new(path, file, length, max_bytes)?;
    let mut dump = Dump {
        decoder,
        contents: options.prints_contents(),
        metadata: !options.skips_metadata(),
        deep: options.is_deep(),
        last_offset: -1,
        gaps: Vec::new(),
        scratch: Vec::new(),
    };
    let mut position = 0;
    while let Some(batch) = batches.take()? {
        dump.batch(&batch, position, out)?;
        position = batches.position();
    }
    let trailing = batches.end() - position;
    if trailing > 0 && max_bytes == i32::MAX {
        out.text("Found ").number(trailing).text(" invalid bytes at the end of ").text(java::file_name(path));
        out.end_line()?;
    }
    if !dump.gaps.is_empty() {
        found.add_gaps(path, dump.gaps);
    }
    Ok(())
}

/// The line that the name of the file gives.
fn print_start(path: &str, out: &mut Output<'_>) -> Done {
    let name = java::file_name(path);
    if name.ends_with(".log") {
        // Before a word of the line is printed, as Java puts it together first.
        let start = java::parse_long(stem(name))?;
        out.text("Log starting offset: ").number(start);
    } else if name == "bootstrap.checkpoint" {
        out.text("KRaft bootstrap snapshot");
    } else {
        let (offset, epoch) = snapshot_id(name)
            .ok_or_else(|| thrown("java.util.NoSuchElementException", "No value present"))?;
        out.text("Snapshot end offset: ").number(offset).text(", epoch: ").number(epoch);
    }
    out.end_line()?;
    Ok(())
}

/// What comes before the first full stop.
pub fn stem(name: &str) -> &str {
    name.split('.').next().expect("a split has a part")
}

/// End offset and epoch in the name of a snapshot: 20 and 10 digits.
fn snapshot_id(name: &str) -> Option<(i64, i32)> {
    let id = name.strip_suffix(".checkpoint")?;
    let (offset, rest) = id.split_at_checked(20)?;
    let epoch = rest.strip_prefix('-')?.get(..10)?;
    Some((offset.parse().ok()?, epoch.parse().ok()?))
}

struct Dump {
    decoder: Decoder,
    contents: bool,
    metadata: bool,
    deep: bool,
    last_offset: i64,
    /// Offsets that do not follow each other.
    gaps: Vec<(i64, i64)>,
    scratch: Vec<u8>,
}

impl Dump {
    fn batch(&mut self, batch: &Batch<'_>, position: i64, out: &mut Output<'_>) -> Done {
        if batch.is_legacy() {
            print_legacy(batch, position, out)?;
            return if self.deep { self.messages(batch, out) } else { Ok(()) };
        }
        let header = batch.header()?;
        print_batch(batch, &header, position, out)?;
        if self.deep { self.records(batch, &header, out) } else { Ok(()) }
    }

    fn records(&mut self, batch: &Batch<'_>, header: &Header<'_>, out: &mut Output<'_>) -> Done {
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut records = Records::of(header, batch.bytes(), &mut scratch)?;
        let is_control = header.is_control();
        let label = header.timestamp_type().name();
        while let Some(record) = records.take()? {
            self.follow(record.offset);
            if self.metadata {
                print_record(label, &record, out);
                if is_control {
                    control::print(record.key, record.value, out)?;
                }
            }
            if self.contents && !is_control {
                let (key, value) = (Part::Bytes(record.key), Part::Bytes(record.value));
                self.print_contents(Fields { offset: record.offset, key, value }, out)?;
            }
            out.end_line()?;
        }
        self.scratch = scratch;
        Ok(())
    }

    fn messages(&mut self, batch: &Batch<'_>, out: &mut Output<'_>) -> Done {
        let label = batch.legacy_header()?.timestamp_type();
        let mut scratch = std::mem::take(&mut self.scratch);
        for message in legacy::messages(batch, &mut scratch)? {
            legacy::check_inner(&message, batch)?;
            self.follow(message.offset);
            if self.metadata {
                let (timestamp, key, value) =
                    (message.timestamp()?, message.key_size()?, message.value_size()?);
                print_start_of_record(message.offset, label, timestamp, out);
                out.text(" keySize: ").number(key).text(" valueSize: ").number(value);
                out.text(" isValid: ").flag(message.is_valid()).text(" crc: ").number(message.crc()?);
            }
            if self.contents {
                let fields = Fields { offset: message.offset, key: message.key()?, value: message.value()? };
                self.print_contents(fields, out)?;
            }
            out.end_line()?;
        }
        self.scratch = scratch;
        Ok(())
    }

    fn follow(&mut self, offset: i64) {
        if offset != self.last_offset.wrapping_add(1) {
            self.gaps.push((self.last_offset, offset));
        }
        self.last_offset = offset;
    }

    fn print_contents(&mut self, fields: Fields<'_>, out: &mut Output<'_>) -> Done {
        let before = if self.metadata { " " } else { "| " };
        self.decoder.print(&fields, before, out)
    }
}

fn print_batch(batch: &Batch<'_>, header: &Header<'_>, position: i64, out: &mut Output<'_>) -> Done {
    out.text("baseOffset: ").number(batch.offset);
    out.text(" lastOffset: ").number(header.last_offset());
    out.text(" count: ").number(header.count());
    out.text(" baseSequence: ").number(header.base_sequence());
    out.text(" lastSequence: ").number(header.last_sequence());
    out.text(" producerId: ").number(header.producer_id());
    out.text(" producerEpoch: ").number(header.producer_epoch());
    out.text(" partitionLeaderEpoch: ").number(header.leader_epoch());
    out.text(" isTransactional: ").flag(header.is_transactional());
    out.text(" isControl: ").flag(header.is_control());
    out.text(" deleteHorizonMs: ");
    put_optional(header.delete_horizon(), out);
    let codec = header.compression()?.name();
    let times = (header.timestamp_type().name(), header.max_timestamp());
    print_rest(batch, position, times, codec, header.crc(), out)
}

fn print_legacy(batch: &Batch<'_>, position: i64, out: &mut Output<'_>) -> Done {
    out.text("offset: ").number(batch.offset);
    let header = batch.legacy_header()?;
    let codec = header.compression()?.name();
    print_rest(batch, position, (header.timestamp_type(), header.timestamp()), codec, header.crc(), out)
}

fn print_rest(
    batch: &Batch<'_>,
    position: i64,
    (label, timestamp): (&str, i64),
    codec: &str,
    crc: u32,
    out: &mut Output<'_>,
) -> Done {
    out.text(" position: ").number(position).text(" ").text(label).text(": ").number(timestamp);
    out.text(" size: ").number(batch.size).text(" magic: ").number(batch.magic);
    out.text(" compresscodec: ").text(codec).text(" crc: ").number(crc);
    out.text(" isvalid: ").flag(batch.is_valid()).end_line()?;
    Ok(())
}

/// Java's `OptionalLong`.
pub fn put_optional(number: Option<i64>, out: &mut Output<'_>) {
    match number {
        None => out.text("OptionalLong.empty"),
        Some(number) => out.text("OptionalLong[").number(number).text("]"),
    };
}

fn print_start_of_record(offset: i64, label: &str, timestamp: i64, out: &mut Output<'_>) {
    out.text("| offset: ").number(offset).text(" ").text(label).text(": ").number(timestamp);
}

fn print_record(label: &str, record: &Record<'_>, out: &mut Output<'_>) {
    let size = |bytes: Option<&[u8]>| bytes.map_or(-1, |bytes| bytes.len() as i64);
    print_start_of_record(record.offset, label, record.timestamp, out);
    out.text(" keySize: ").number(size(record.key)).text(" valueSize: ").number(size(record.value));
    out.text(" sequence: ").number(record.sequence).text(" headerKeys: [");
    for (index, (key, _)) in record.headers().enumerate() {
        if index > 0 {
            out.text(",");
        }
        put_utf8(out.bytes(), key);
    }
    out.text("]");
}

/// Java fails on a null where bytes must be.
pub fn null() -> Stop {
    Stop::Thrown("java.lang.NullPointerException".to_owned())
}
