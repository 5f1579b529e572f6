//! The last offset of every key: what decides which records compaction keeps.
//!
//! Kafka's map has room for some five million keys, and a round ends where it is full; this one has room for all. Keys are told
//! apart by 128 bits of hash, as Kafka's are by their MD5.

use crate::base::small;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A second seed, for the other half of a key's hash.
const OTHER: u64 = 0x9e37_79b9_7f4a_7c15;
/// Entries before the first tidying.
const FIRST_TIDYING: u64 = 1 << 16;

/// Keys and offsets. They are put in first, then looked up.
#[derive(Debug)]
pub(super) struct Latest {
    entries: Vec<((u64, u64), i64)>,
    /// At so many entries, those that a later one overrules are dropped.
    tidy_at: u64,
}

impl Latest {
    pub fn new() -> Latest {
        Latest { entries: Vec::new(), tidy_at: FIRST_TIDYING }
    }

    /// A key stands at this offset, which is after all before.
    pub fn put(&mut self, key: &[u8], offset: i64) {
        self.entries.push((hash(key), offset));
        if self.entries.len() as u64 >= self.tidy_at {
            self.tidy();
            self.tidy_at = (self.entries.len() as u64 * 2).max(FIRST_TIDYING);
        }
    }

    /// Nothing more is put in.
    pub fn tidied(mut self) -> Latest {
        self.tidy();
        self
    }

    fn tidy(&mut self) {
        small::sort_unstable(&mut self.entries);
        // Of equal keys the last one stays.
        self.entries.reverse();
        self.entries.dedup_by_key(|entry| entry.0);
        self.entries.reverse();
    }

    /// Whether a key stands at no later offset.
    pub fn is_last(&self, key: &[u8], offset: i64) -> bool {
        let hash = hash(key);
        match self.entries.binary_search_by(|entry| entry.0.cmp(&hash)) {
            Ok(at) => offset >= self.entries[at].1,
            Err(_) => true,
        }
    }
}

fn hash(key: &[u8]) -> (u64, u64) {
    (xxh3_64_with_seed(key, 0), xxh3_64_with_seed(key, OTHER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_last_where_it_stood_last() {
        let mut latest = Latest::new();
        for offset in 0..200_000i64 {
            latest.put(format!("k{}", offset % 777).as_bytes(), offset);
        }
        assert!(latest.entries.len() < 200_000, "it is tidied on the way");
        let latest = latest.tidied();
        assert_eq!(latest.entries.len(), 777);
        for offset in [0, 5, 199_222, 199_223, 199_999, 200_500] {
            let key = format!("k{}", offset % 777);
            assert_eq!(latest.is_last(key.as_bytes(), offset), offset > 199_222, "{offset}");
        }
        assert!(latest.is_last(b"never put in", 3));
    }
}
