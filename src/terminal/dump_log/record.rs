//! Records of format 2, read as Kafka's `DefaultRecord` reads them.

use super::batch::{Header, increment_sequence};
use super::output::{Done, Stop, invalid_record, thrown};
use crate::log::batch::compression::{Rigor, decompress};
use crate::log::batch::{Compression, HEADER_BYTES, TimestampType};

/// A record in the bytes of its batch.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Its offset.
    pub offset: i64,
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// −1: none.
    pub sequence: i32,
    /// `None` is null.
    pub key: Option<&'a [u8]>,
    /// `None` is null.
    pub value: Option<&'a [u8]>,
    header_count: i32,
    header_bytes: &'a [u8],
}

impl<'a> Record<'a> {
    /// Its headers in order.
    pub fn headers(&self) -> impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)> + use<'a> {
        let mut rest = Cursor { rest: self.header_bytes };
        (0..self.header_count).map(move |_| rest.header().expect("headers were read before"))
    }
}

/// The records of a batch: of compressed ones all are read before the first is given, as Kafka does.
#[derive(Debug)]
pub struct Records<'a> {
    layout: Layout,
    cursor: Cursor<'a>,
    given: i32,
    /// Whether a record that is wrong is one of a compressed stream.
    packed: bool,
}

/// What the batch says about all its records.
#[derive(Clone, Copy, Debug)]
struct Layout {
    base_offset: i64,
    base_timestamp: i64,
    append_time: Option<i64>,
    base_sequence: i32,
    count: i32,
}

impl<'a> Records<'a> {
    /// Those of `batch`, with this header. `scratch` keeps what was unpacked.
    pub fn of(header: &Header<'_>, batch: &'a [u8], scratch: &'a mut Vec<u8>) -> Done<Records<'a>> {
        let Some(rest) = batch.get(HEADER_BYTES..) else {
            return Err(Stop::Thrown("java.lang.IndexOutOfBoundsException".to_owned()));
        };
        let append_time = match header.timestamp_type() {
            TimestampType::CreateTime => None,
            TimestampType::LogAppendTime => Some(header.max_timestamp()),
        };
        let layout = Layout {
            base_offset: header.base_offset(),
            base_timestamp: header.base_timestamp(),
            append_time,
            base_sequence: header.base_sequence(),
            count: header.count(),
        };
        let codec = header.compression()?;
        let packed = codec != Compression::None;
        if layout.count == 0 {
            return Ok(Records { layout, cursor: Cursor { rest: &[] }, given: 0, packed });
        }
        if packed {
            scratch.clear();
            decompress(codec, rest, Rigor::Kafka, scratch).map_err(|error| {
                let what = format!("Failed to decompress record stream: {codec}: {error}");
                thrown("org.apache.kafka.common.KafkaException", what)
            })?;
        }
        if layout.count < 0 {
            return Err(invalid_record(format_args!(
                "Found invalid record count {} in magic v2 batch",
                layout.count
            )));
        }
        let rest = if packed { &scratch[..] } else { rest };
        let records = Records { layout, cursor: Cursor { rest }, given: 0, packed };
        if packed {
            let mut all = Records { cursor: records.cursor, ..records };
            while all.take()?.is_some() {}
        }
        Ok(records)
    }

    /// The next record.
    #[inline]
    pub fn take(&mut self) -> Done<Option<Record<'a>>> {
        if self.given >= self.layout.count {
            return Ok(None);
        }
        self.given += 1;
        let record = self.cursor.record(&self.layout).map_err(|fault| self.stop(fault))?;
        if self.given == self.layout.count && !self.cursor.rest.is_empty() {
            return Err(invalid_record("Incorrect declared batch size, records still remaining in file"));
        }
        Ok(Some(record))
    }

    fn stop(&self, fault: Fault) -> Stop {
        match fault {
            Fault::End => invalid_record("Incorrect declared batch size, premature EOF reached"),
            Fault::Structure => invalid_record("Found invalid record structure"),
            Fault::Size(size, left) if self.packed => invalid_record(format_args!(
                "Invalid record size: expected {size} bytes in record payload, but the record payload reached EOF ({left} left)."
            )),
            Fault::Size(size, left) => invalid_record(format_args!(
                "Invalid record size: expected {size} bytes in record payload, but instead the buffer has only {left} remaining bytes."
            )),
            Fault::Headers(count) if count < 0 => {
                invalid_record(format_args!("Found invalid number of record headers {count}"))
            }
            Fault::Headers(count) => invalid_record(format_args!(
                "Found invalid number of record headers. {count} is larger than the remaining size of the buffer"
            )),
            Fault::HeaderKey(size) => invalid_record(format_args!("Invalid negative header key size {size}")),
            Fault::Read(size, read) => invalid_record(format_args!(
                "Invalid record size: expected to read {size} bytes in record payload, but instead read {read}"
            )),
        }
    }
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug)]
enum Fault {
    End,
    Structure,
    Size(i32, u64),
    Headers(i32),
    HeaderKey(i32),
    Read(i32, u64),
}

#[derive(Clone, Copy, Debug)]
struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    #[inline]
    fn record(&mut self, layout: &Layout) -> Result<Record<'a>, Fault> {
        let size = self.varint().map_err(|_| Fault::End)?;
        if (self.rest.len() as i64) < i64::from(size) {
            return Err(Fault::Size(size, self.rest.len() as u64));
        }
        let start = self.rest.len();
        self.byte()?;
        let timestamp_delta = self.varlong()?;
        let offset_delta = self.varint()?;
        let key = self.bytes()?;
        let value = self.bytes()?;
        let header_count = self.varint()?;
        if header_count < 0 || i64::from(header_count) > self.rest.len() as i64 {
            return Err(Fault::Headers(header_count));
        }
        let header_bytes = self.rest;
        for _ in 0..header_count {
            self.header()?;
        }
        let read = (start - self.rest.len()) as u64;
        if i64::from(size) != read as i64 {
            return Err(Fault::Read(size, read));
        }
        let timestamp =
            layout.append_time.unwrap_or_else(|| layout.base_timestamp.wrapping_add(timestamp_delta));
        let sequence = if layout.base_sequence >= 0 {
            increment_sequence(layout.base_sequence, offset_delta)
        } else {
            -1
        };
        let offset = layout.base_offset.wrapping_add(i64::from(offset_delta));
        Ok(Record { offset, timestamp, sequence, key, value, header_count, header_bytes })
    }

    fn header(&mut self) -> Result<(&'a [u8], Option<&'a [u8]>), Fault> {
        let size = self.varint()?;
        if size < 0 {
            return Err(Fault::HeaderKey(size));
        }
        let key = self.take(size)?;
        Ok((key, self.bytes()?))
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, Fault> {
        let (&byte, rest) = self.rest.split_first().ok_or(Fault::Structure)?;
        self.rest = rest;
        Ok(byte)
    }

    #[inline]
    fn take(&mut self, size: i32) -> Result<&'a [u8], Fault> {
        let (bytes, rest) = self.rest.split_at_checked(size as usize).ok_or(Fault::Structure)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// A length and so many bytes; any negative one is null.
    #[inline]
    fn bytes(&mut self) -> Result<Option<&'a [u8]>, Fault> {
        let size = self.varint()?;
        if size < 0 { Ok(None) } else { self.take(size).map(Some) }
    }

    /// Java's reader lets the bits beyond the 32nd fall, and refuses a sixth byte.
    #[inline]
    fn varint(&mut self) -> Result<i32, Fault> {
        let first = self.byte()?;
        let mut bits = u32::from(first & 0x7f);
        if first >= 0x80 {
            for group in 1.. {
                let byte = self.byte()?;
                bits |= u32::from(byte & 0x7f) << (7 * group);
                if byte < 0x80 {
                    break;
                }
                if group == 4 {
                    return Err(Fault::Structure);
                }
            }
        }
        Ok((bits >> 1) as i32 ^ -((bits & 1) as i32))
    }

    #[inline]
    fn varlong(&mut self) -> Result<i64, Fault> {
        let mut bits = 0u64;
        for group in 0..10 {
            let byte = self.byte()?;
            bits |= u64::from(byte & 0x7f) << (7 * group);
            if byte < 0x80 {
                return Ok((bits >> 1) as i64 ^ -((bits & 1) as i64));
            }
        }
        Err(Fault::Structure)
    }
}
