//! Records that came from outside and wait to be written: packed into blocks, which are dropped once they are written.
//!
//! A record costs its bytes and 20 more, so that a file that is loaded by rate is held once, not three times. Clones
//! share the blocks.

use crate::base::StateHasher;
use crate::log::Record;
use crate::log::record::RECORD_BYTES_MAX;
use std::collections::VecDeque;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// Bytes after which a block is full.
const BLOCK_BYTES: usize = 1 << 20;

/// Records in the order in which they are to be written.
#[derive(Clone, Default)]
pub struct Given {
    blocks: VecDeque<Rc<Block>>,
    /// How many records of the first block are written.
    taken: u32,
    /// How many were put in.
    count: u64,
    /// The first record that no log takes.
    too_large: Option<u64>,
    /// Whether one has a null key.
    lacks_keys: bool,
    /// Stands for all of them in the state hash.
    digest: StateHasher,
}

#[derive(Clone, Default)]
struct Block {
    bytes: Vec<u8>,
    spots: Vec<Spot>,
}

/// Where a record lies in its block: its key, then its value. A length of −1 is Kafka's null.
#[derive(Clone, Copy)]
struct Spot {
    timestamp_ms: i64,
    start: u32,
    key: i32,
    value: i32,
}

impl Given {
    /// No records.
    pub fn new() -> Given {
        Given::default()
    }

    /// Adds a record after the others. Its headers are left out: no file has any.
    pub fn push(&mut self, record: &Record) {
        if self.blocks.back().is_none_or(|block| block.bytes.len() >= BLOCK_BYTES) {
            self.blocks.push_back(Rc::default());
        }
        if record.payload_bytes() > u64::from(RECORD_BYTES_MAX) {
            self.too_large.get_or_insert(self.count);
        }
        (record.timestamp_ms, &record.key, &record.value).hash(&mut self.digest);
        self.lacks_keys |= record.key.is_none();
        self.count += 1;
        let block = Rc::make_mut(self.blocks.back_mut().expect("one was just made sure of"));
        let start = block.bytes.len() as u32;
        let mut put = |part: Option<&[u8]>| {
            block.bytes.extend_from_slice(part.unwrap_or_default());
            part.map_or(-1, |part| part.len() as i32)
        };
        let (key, value) = (put(record.key.as_deref()), put(record.value.as_deref()));
        block.spots.push(Spot { timestamp_ms: record.timestamp_ms, start, key, value });
    }

    /// How many were put in.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether a record has a null key.
    pub fn lacks_keys(&self) -> bool {
        self.lacks_keys
    }

    /// The number of the first record that is larger than a log takes.
    pub fn too_large(&self) -> Option<u64> {
        self.too_large
    }

    /// Takes the next one out.
    pub(super) fn take(&mut self) -> Option<Record> {
        let block = self.blocks.front()?;
        let spot = block.spots[self.taken as usize];
        let key_end = spot.start as usize + spot.key.max(0) as usize;
        let part =
            |from: usize, length: i32| (length >= 0).then(|| &block.bytes[from..from + length as usize]);
        let record =
            Record::new(spot.timestamp_ms, part(spot.start as usize, spot.key), part(key_end, spot.value));
        self.taken += 1;
        if self.taken as usize == block.spots.len() {
            self.blocks.pop_front();
            self.taken = 0;
        }
        Some(record)
    }
}

impl Hash for Given {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest.finish().hash(state);
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} records", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_out_as_they_went_in_and_clones_go_their_own_way() {
        let big = vec![7; 700 << 10];
        let records: Vec<Record> = [
            (1, None, Some(&b"value"[..])),
            (-1, Some(&b""[..]), None),
            (3, Some(&b"key"[..]), Some(&big[..])),
            (4, Some(&big[..]), Some(&b""[..])),
            (5, None, None),
        ]
        .map(|(ms, key, value)| Record::new(ms, key, value))
        .to_vec();
        let mut given = Given::new();
        records.iter().for_each(|record| given.push(record));
        assert_eq!((given.count(), given.too_large()), (5, None));
        let first = given.take();
        let mut clone = given.clone();
        let rest: Vec<Record> = std::iter::from_fn(|| given.take()).collect();
        assert_eq!(first.into_iter().chain(rest).collect::<Vec<_>>(), records);
        assert_eq!(clone.take().as_ref(), Some(&records[1]));
        assert!(given.blocks.is_empty() && given.take().is_none());
    }
}
