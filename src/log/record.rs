//! A record as producers and consumers see it.

use std::rc::Rc;

/// Bytes that several owners share.
pub type Bytes = Rc<[u8]>;

/// The most bytes that key, value and headers of a record may have together: 1 MiB (`max.request.size` of Kafka's producer).
pub const RECORD_BYTES_MAX: u32 = 1 << 20;

/// A record. Its offset is not part of it: the log gives one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Record {
    /// Milliseconds since 1970.
    pub timestamp_ms: i64,
    /// `None` is Kafka's null key, which is not an empty one.
    pub key: Option<Bytes>,
    /// `None` is a tombstone, which is not an empty value.
    pub value: Option<Bytes>,
    /// In the order of the producer; keys may repeat.
    pub headers: Vec<Header>,
}

/// A header of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// UTF-8 by contract, kept as bytes because nobody checks it.
    pub key: Bytes,
    /// `None` is Kafka's null.
    pub value: Option<Bytes>,
}

impl Record {
    /// A record without headers.
    pub fn new(timestamp_ms: i64, key: Option<&[u8]>, value: Option<&[u8]>) -> Record {
        Record { timestamp_ms, key: key.map(Rc::from), value: value.map(Rc::from), headers: Vec::new() }
    }

    /// Bytes of key, value and headers together.
    pub fn payload_bytes(&self) -> u64 {
        let part = |bytes: &Option<Bytes>| bytes.as_ref().map_or(0, |b| b.len() as u64);
        let headers = self.headers.iter().map(|h| h.key.len() as u64 + part(&h.value));
        part(&self.key) + part(&self.value) + headers.sum::<u64>()
    }
}
