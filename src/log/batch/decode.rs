//! Bytes to records, and every check that a batch can be put to.

use super::compression::{self, Rigor};
use super::error::BatchError;
use super::header::{Compression, Header, TimestampType};
use super::varint;
use crate::log::record::{Header as RecordHeader, Record};
use std::borrow::Cow;
use std::rc::Rc;

/// Bytes that a record has at least: seven fields of one byte.
const RECORD_BYTES_MIN: usize = 7;
/// Bytes that a record's header has at least.
const HEADER_BYTES_MIN: usize = 2;

/// A record inside a batch's bytes.
#[derive(Clone, Copy, Debug)]
pub struct RecordView<'a> {
    /// The record's offset in the partition.
    pub offset: i64,
    /// Milliseconds since 1970; the batch's max timestamp when that is the time of the append.
    pub timestamp_ms: i64,
    /// `None` is null.
    pub key: Option<&'a [u8]>,
    /// `None` is null.
    pub value: Option<&'a [u8]>,
    /// Number of headers, and their bytes, already checked.
    pub(super) header_count: u32,
    pub(super) header_bytes: &'a [u8],
    /// All of it as it stands in the batch, its length in front.
    pub(super) raw: &'a [u8],
}

impl<'a> RecordView<'a> {
    /// Whether it stands there as Kafka's clients and brokers write it: without attributes, which nothing uses, and with
    /// no number in more bytes than it needs. Readers take others as well.
    pub fn is_canonical(&self) -> bool {
        let mut rest = self.raw;
        let length = varint::is_shortest(&mut rest);
        let plain = rest.split_off_first() == Some(&0);
        let numbers = [varint::is_shortest(&mut rest), varint::is_shortest(&mut rest)];
        let (mut key, mut value) = (is_shortest_bytes(&mut rest), is_shortest_bytes(&mut rest));
        let count = varint::is_shortest(&mut rest);
        for _ in 0..self.header_count {
            key &= is_shortest_bytes(&mut rest);
            value &= is_shortest_bytes(&mut rest);
        }
        length && plain && numbers == [true; 2] && key && value && count
    }

    /// The headers in order: key, value.
    pub fn headers(&self) -> impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)> + use<'a> {
        let mut rest = self.header_bytes;
        (0..self.header_count).map(move |_| take_header(&mut rest).expect("headers were checked"))
    }

    /// A record that owns its bytes.
    pub fn to_record(&self) -> Record {
        let headers =
            self.headers().map(|(key, value)| RecordHeader { key: key.into(), value: value.map(Rc::from) });
        Record { headers: headers.collect(), ..Record::new(self.timestamp_ms, self.key, self.value) }
    }
}

/// Decodes the one batch in `bytes` after every check: its header, and each record with its offset.
pub fn decode(bytes: &[u8]) -> Result<(Header, Vec<(i64, Record)>), BatchError> {
    let header = check_frame(bytes)?;
    let body = unpacked(&header, bytes)?;
    check_all(&header, body.records())?;
    let mut out = Vec::with_capacity(header.count as usize);
    for record in body.records() {
        let record = record?;
        out.push((record.offset, record.to_record()));
    }
    Ok((header, out))
}

/// Puts the one batch in `bytes` to every check: length, format, CRC, each record, and the header's word on them.
pub fn check(bytes: &[u8]) -> Result<Header, BatchError> {
    let header = check_frame(bytes)?;
    check_records(&header, bytes)?;
    Ok(header)
}

/// The checks that need no record: length, format, CRC.
fn check_frame(bytes: &[u8]) -> Result<Header, BatchError> {
    let header = Header::read(bytes)?;
    let beyond = bytes.len() as u64 - u64::from(header.size);
    if beyond > 0 {
        return Err(BatchError::Trailing(beyond));
    }
    header.check_crc(bytes)?;
    Ok(header)
}

/// Puts the records of `batch`, the bytes of exactly the batch with this header, to every check, and the header's word
/// on them. Smallest and largest timestamp come back; none without records.
pub fn check_records(header: &Header, batch: &[u8]) -> Result<Option<(i64, i64)>, BatchError> {
    check_all(header, unpacked(header, batch)?.records())
}

/// The same, with each record handed out.
pub fn check_each(
    header: &Header,
    batch: &[u8],
    each: impl FnMut(&RecordView<'_>),
) -> Result<Option<(i64, i64)>, BatchError> {
    check_with(header, unpacked(header, batch)?.records(), each)
}

/// Puts records to every check, and the header's word on them.
fn check_all(header: &Header, records: Records<'_>) -> Result<Option<(i64, i64)>, BatchError> {
    check_with(header, records, |_| {})
}

fn check_with(
    header: &Header,
    records: Records<'_>,
    mut each: impl FnMut(&RecordView<'_>),
) -> Result<Option<(i64, i64)>, BatchError> {
    let mut stamps = None;
    for record in records {
        let record = record?;
        each(&record);
        let stamp = record.timestamp_ms;
        let (min, max) = stamps.unwrap_or((stamp, stamp));
        stamps = Some((stamp.min(min), stamp.max(max)));
    }
    match stamps {
        Some((_, max)) if max != header.max_timestamp => Err(BatchError::Field {
            field: "maxTimestamp",
            says: header.max_timestamp,
            expected: format!("{max} as in the records"),
        }),
        _ => Ok(stamps),
    }
}

/// The records of a batch as they are once unpacked.
#[derive(Clone, Debug)]
pub struct Body<'a> {
    header: Header,
    plain: Cow<'a, [u8]>,
}

impl Body<'_> {
    /// The records one by one. Stops after the first error.
    pub fn records(&self) -> Records<'_> {
        Records { header: self.header, rest: &self.plain, index: 0, next_delta: 0 }
    }
}

/// Unpacks the records of `batch`, the bytes of exactly the batch with this header, whatever its codec.
pub fn unpacked<'a>(header: &Header, batch: &'a [u8]) -> Result<Body<'a>, BatchError> {
    let packed = &batch[super::HEADER_BYTES..];
    let plain = match header.attributes.compression()? {
        Compression::None => Cow::Borrowed(packed),
        // A batch that compaction left empty has no stream, whatever its codec.
        _ if header.count == 0 && packed.is_empty() => Cow::Borrowed(packed),
        codec => {
            let mut plain = Vec::new();
            let done = compression::decompress(codec, packed, Rigor::Format, &mut plain);
            done.map_err(|what| BatchError::Packed { codec, what })?;
            Cow::Owned(plain)
        }
    };
    let most = plain.len() / RECORD_BYTES_MIN;
    if header.count as usize > most {
        let expected = format!("at most {most} for {} bytes of records", plain.len());
        return Err(BatchError::Field { field: "count", says: i64::from(header.count), expected });
    }
    Ok(Body { header: *header, plain })
}

/// An iterator over the records of a batch: see [`Body`].
#[derive(Clone, Debug)]
pub struct Records<'a> {
    header: Header,
    rest: &'a [u8],
    index: u32,
    next_delta: i64,
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<RecordView<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let count = self.header.count as u32;
        if self.index > count {
            return None;
        }
        if self.index == count {
            self.index += 1;
            let left = self.rest.len();
            let expected = || format!("more: {left} bytes follow the last record");
            return (left > 0).then(|| {
                Err(BatchError::Field { field: "count", says: i64::from(count), expected: expected() })
            });
        }
        let result = self.take_record().map_err(|what| BatchError::Record { index: self.index, what });
        self.index = if result.is_ok() { self.index + 1 } else { u32::MAX };
        Some(result)
    }
}

impl<'a> Records<'a> {
    fn take_record(&mut self) -> Result<RecordView<'a>, &'static str> {
        let all = self.rest;
        let length = varint::take(&mut self.rest).ok_or("its length cannot be read")?;
        let length = usize::try_from(length).map_err(|_| "its length is negative")?;
        let (mut body, rest) =
            self.rest.split_at_checked(length).ok_or("its length runs past the end of the batch")?;
        self.rest = rest;
        let raw = &all[..all.len() - rest.len()];
        let (&_attributes, after) = body.split_first().ok_or("it is empty")?;
        body = after;
        let timestamp_delta = varint::take_long(&mut body).ok_or("its timestamp cannot be read")?;
        let delta = varint::take(&mut body).ok_or("its offset cannot be read")?;
        let offset = self.offset(delta)?;
        let key = take_bytes(&mut body).map_err(|_| "its key runs past its end")?;
        let value = take_bytes(&mut body).map_err(|_| "its value runs past its end")?;
        let count = varint::take(&mut body).ok_or("its number of headers cannot be read")?;
        let count = usize::try_from(count).map_err(|_| "its number of headers is negative")?;
        if count > body.len() / HEADER_BYTES_MIN {
            return Err("it has more headers than bytes for them");
        }
        let header_bytes = body;
        for _ in 0..count {
            take_header(&mut body).map_err(|_| "a header runs past its end")?;
        }
        if !body.is_empty() {
            return Err("bytes follow its last field");
        }
        let timestamp_ms = match self.header.attributes.timestamp_type() {
            TimestampType::CreateTime => self
                .header
                .base_timestamp
                .checked_add(timestamp_delta)
                .ok_or("its timestamp does not fit 64 bits")?,
            TimestampType::LogAppendTime => self.header.max_timestamp,
        };
        Ok(RecordView { offset, timestamp_ms, key, value, header_count: count as u32, header_bytes, raw })
    }

    /// Offsets increase and stay within the batch's; where no record is missing there is no choice at all.
    fn offset(&mut self, delta: i32) -> Result<i64, &'static str> {
        let delta = i64::from(delta);
        if delta < self.next_delta {
            return Err("its offset does not follow the one before");
        }
        if delta > i64::from(self.header.last_offset_delta) {
            return Err("its offset is beyond the batch's last");
        }
        self.next_delta = delta + 1;
        Ok(self.header.base_offset + delta)
    }
}

/// Takes a length and so many bytes; −1 is null.
fn take_bytes<'a>(from: &mut &'a [u8]) -> Result<Option<&'a [u8]>, ()> {
    let length = varint::take(from).ok_or(())?;
    if length == -1 {
        return Ok(None);
    }
    let length = usize::try_from(length).map_err(|_| ())?;
    let (bytes, rest) = from.split_at_checked(length).ok_or(())?;
    *from = rest;
    Ok(Some(bytes))
}

/// Moves past a length and so many bytes, which were checked; whether the length is as short as it can be.
fn is_shortest_bytes(from: &mut &[u8]) -> bool {
    let mut after = *from;
    let is_shortest = varint::is_shortest(&mut after);
    // It was read before.
    let _ = take_bytes(from);
    is_shortest
}

type HeaderView<'a> = (&'a [u8], Option<&'a [u8]>);

/// Takes a header: a key that is not null, and a value.
fn take_header<'a>(from: &mut &'a [u8]) -> Result<HeaderView<'a>, ()> {
    let key = take_bytes(from)?.ok_or(())?;
    Ok((key, take_bytes(from)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::crc::crc32c;
    use crate::log::batch::{BatchInfo, Parts, encode_into};

    /// A batch of empty records at these deltas, whose header says `last_offset_delta`.
    fn batch(deltas: &[i32], last_offset_delta: i32) -> Vec<u8> {
        let parts = deltas.iter().map(|&offset_delta| Parts {
            offset_delta,
            timestamp_ms: 5,
            key: None,
            value: None,
            headers: &[],
        });
        let mut bytes = Vec::new();
        encode_into(&mut bytes, &BatchInfo::default(), parts);
        bytes[23..27].copy_from_slice(&last_offset_delta.to_be_bytes());
        let crc = crc32c(&bytes[21..]);
        bytes[17..21].copy_from_slice(&crc.to_be_bytes());
        bytes
    }

    #[test]
    fn offsets_increase_within_the_batch_and_compaction_may_leave_holes() {
        let not_after = Some("record 1 of the batch: its offset does not follow the one before");
        let beyond = Some("record 1 of the batch: its offset is beyond the batch's last");
        let cases: [(&str, &[i32], i32, Option<&str>); 6] = [
            ("every offset has its record", &[0, 1, 2], 2, None),
            ("holes before, between and behind", &[1, 3], 5, None),
            ("the same offset twice", &[0, 0], 1, not_after),
            ("an offset that goes back", &[1, 0], 1, not_after),
            ("an offset beyond the last", &[0, 2], 1, beyond),
            (
                "a negative offset",
                &[-1],
                1,
                Some("record 0 of the batch: its offset does not follow the one before"),
            ),
        ];
        for (name, deltas, last, refusal) in cases {
            let error = decode(&batch(deltas, last)).err().map(|error| error.to_string());
            assert_eq!(error.as_deref(), refusal, "{name}");
        }
    }

    #[test]
    fn a_count_that_the_bytes_cannot_hold_is_refused_before_anything_is_read() {
        let mut bytes = batch(&[0, 1], 1);
        bytes[57..61].copy_from_slice(&i32::MAX.to_be_bytes());
        let header = Header::read(&bytes).expect("the fields are plausible");
        let refusal = unpacked(&header, &bytes).expect_err("14 bytes of records").to_string();
        assert_eq!(refusal, "count is 2147483647, expected at most 2 for 14 bytes of records");
    }
}
