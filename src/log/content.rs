//! Keys and values that a producer of the lab makes up.
//!
//! They follow from the [`Recipe`] and the record's number alone, so a log keeps the number and makes the bytes again
//! whenever somebody looks. Text is ASCII that a person can read in a consumer's output:
//! `{"order":1234,"item":"teapot","amount":42.50,"note":"quiet ri"}`.

use crate::base::StateHasher;
use crate::log::batch::varint;
use crate::log::record::Record;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// What the records of one producer are made from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Recipe {
    /// The producer's name.
    pub producer: Rc<str>,
    /// The seed of the run, or of the producer.
    pub seed: u64,
    /// Record `i` has the key `k<i mod keys>`; at least 1. `None`: null keys.
    pub keys: Option<u64>,
    /// The exact length of every value, in bytes; at most [`RECORD_BYTES_MAX`](super::record::RECORD_BYTES_MAX).
    pub value_bytes: u32,
}

const ITEMS: [&str; 16] = [
    "lamp", "teapot", "scarf", "novel", "kettle", "basil", "candle", "mug", "globe", "violin", "blanket",
    "clock", "puzzle", "honey", "compass", "kite",
];

const WORDS: [&str; 32] = [
    "quiet", "river", "blue", "morning", "soft", "paper", "north", "garden", "bright", "window", "early",
    "train", "warm", "stone", "small", "harbour", "green", "letter", "slow", "cloud", "gold", "bridge",
    "open", "field", "deep", "forest", "light", "rain", "silver", "road", "gentle", "wind",
];

impl Recipe {
    /// The key of record `index`; `None` is the null key.
    pub fn key(&self, index: u64) -> Option<Key> {
        self.keys.map(|keys| Key::new(index % keys))
    }

    /// The value of record `index`: exactly `value_bytes` bytes of ASCII.
    pub fn value(&self, index: u64) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.value_bytes as usize);
        self.write_value(index, &mut out);
        out
    }

    /// Record `index`, with a producer's time.
    pub fn record(&self, timestamp_ms: i64, index: u64) -> Record {
        Record::new(timestamp_ms, self.key(index).as_deref(), Some(&self.value(index)))
    }

    /// Appends the value of record `index` to `out`.
    pub fn write_value(&self, index: u64, out: &mut Vec<u8>) {
        let stream = xxh3_64_with_seed(self.producer.as_bytes(), self.seed);
        let mut random = Draw(stream ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let end = out.len() + self.value_bytes as usize;
        let start = out.len();
        let item = ITEMS[random.below(ITEMS.len())];
        let cents = 100 + random.below(99_900) as u64;
        write_order(out, index, item, cents);
        const NOTE: &[u8] = b",\"note\":\"";
        if out.len() + NOTE.len() + 2 <= end {
            out.extend_from_slice(NOTE);
            write_words(out, end - 2, &mut random);
            out.extend_from_slice(b"\"}");
        } else if out.len() < end {
            out.push(b'}');
            out.resize(end, b' ');
        } else {
            // Too short for an order: its number and item, as far as they go.
            out.truncate(start);
            out.extend_from_slice(Digits::new(index).as_bytes());
            out.push(b' ');
            out.extend_from_slice(item.as_bytes());
            out.resize(end, b' ');
        }
    }

    /// A number that stands for the whole recipe: XXH3-64 over its fields.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = StateHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }

    /// The size of the batch that record `index` makes alone, in bytes, found without making it.
    pub fn batch_bytes(&self, index: u64) -> u32 {
        let key_length = self.keys.map(|keys| Digits::length(index % keys) + 1);
        let key = key_length.map_or(1, |length| varint::size(length as i32) + length);
        let value = varint::size(self.value_bytes as i32) + self.value_bytes;
        // Attributes, timestamp delta 0, offset delta 0, no headers: one byte each.
        let body = 4 + key + value;
        super::batch::HEADER_BYTES as u32 + varint::size(body as i32) + body
    }
}

/// A key, `k<number>`, kept in place: producers make millions.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    bytes: [u8; 21],
    start: u8,
}

impl Key {
    fn new(number: u64) -> Key {
        let digits = Digits::new(number);
        let mut key = Key { bytes: [0; 21], start: digits.start };
        key.bytes[1..].copy_from_slice(&digits.bytes);
        key.bytes[usize::from(key.start)] = b'k';
        key
    }

    /// The key's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[usize::from(self.start)..]
    }
}

impl std::ops::Deref for Key {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// A number in decimal digits, kept in place.
struct Digits {
    bytes: [u8; 20],
    start: u8,
}

impl Digits {
    fn new(mut number: u64) -> Digits {
        let mut digits = Digits { bytes: [b'0'; 20], start: 20 };
        loop {
            digits.start -= 1;
            digits.bytes[usize::from(digits.start)] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                return digits;
            }
        }
    }

    fn length(number: u64) -> u32 {
        number.checked_ilog10().unwrap_or(0) + 1
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[usize::from(self.start)..]
    }
}

/// SplitMix64: a value needs a handful of small numbers, not a generator of the run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z >> 32) * bound as u64) >> 32) as usize
    }
}

fn write_order(out: &mut Vec<u8>, number: u64, item: &str, cents: u64) {
    out.extend_from_slice(b"{\"order\":");
    out.extend_from_slice(Digits::new(number).as_bytes());
    out.extend_from_slice(b",\"item\":\"");
    out.extend_from_slice(item.as_bytes());
    out.extend_from_slice(b"\",\"amount\":");
    out.extend_from_slice(Digits::new(cents / 100).as_bytes());
    out.extend_from_slice(&[b'.', b'0' + (cents / 10 % 10) as u8, b'0' + (cents % 10) as u8]);
}

/// Words up to length `end`; the last one is cut, or a full stop ends them.
fn write_words(out: &mut Vec<u8>, end: usize, random: &mut Draw) {
    while out.len() < end {
        out.extend_from_slice(WORDS[random.below(WORDS.len())].as_bytes());
        out.push(if out.len() + 1 < end { b' ' } else { b'.' });
    }
    out.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::batch::{self, BatchInfo, Parts};

    fn recipe(keys: Option<u64>, value_bytes: u32) -> Recipe {
        Recipe { producer: "web".into(), seed: 7, keys, value_bytes }
    }

    #[test]
    fn a_key_is_k_and_the_number_modulo_the_keys() {
        let cases: [(Option<u64>, u64, Option<&str>); 5] = [
            (Some(1000), 123_456, Some("k456")),
            (Some(1), 9, Some("k0")),
            (Some(50), 50, Some("k0")),
            (Some(u64::MAX), u64::MAX - 1, Some("k18446744073709551614")),
            (None, 5, None),
        ];
        for (keys, index, key) in cases {
            assert_eq!(recipe(keys, 0).key(index).as_deref(), key.map(str::as_bytes));
        }
    }

    #[test]
    fn a_value_is_an_order_that_people_can_read() {
        let text =
            |value_bytes, index| String::from_utf8(recipe(None, value_bytes).value(index)).expect("ASCII");
        let order: serde_json::Value = serde_json::from_str(&text(64, 1234)).expect("64 bytes hold an order");
        assert_eq!(order["order"], 1234);
        assert!(order["item"].is_string() && order["amount"].is_f64() && order["note"].is_string());
        assert_ne!(text(64, 1)[10..], text(64, 2)[10..], "orders differ");
    }

    #[test]
    fn a_value_has_exactly_the_length_asked_for_and_is_printable() {
        for value_bytes in (0..200).chain([1000, 16_000]) {
            for index in [0, 7, 123_456_789, u64::MAX] {
                let value = recipe(None, value_bytes).value(index);
                assert_eq!(value.len(), value_bytes as usize);
                assert!(value.iter().all(|byte| (b' '..=b'~').contains(byte)));
            }
        }
    }

    #[test]
    fn values_follow_from_producer_seed_and_number() {
        let other = Recipe { producer: "app".into(), ..recipe(None, 64) };
        let reseeded = Recipe { seed: 8, ..recipe(None, 64) };
        assert_eq!(recipe(None, 64).value(5), recipe(None, 64).value(5));
        assert_ne!(recipe(None, 64).value(5), other.value(5));
        assert_ne!(recipe(None, 64).value(5), reseeded.value(5));
    }

    #[test]
    fn the_size_of_a_batch_is_known_without_making_it() {
        for keys in [None, Some(1), Some(10), Some(1000), Some(1 << 50)] {
            for value_bytes in [0, 1, 50, 51, 52, 63, 64, 65, 127, 128, 8000, 8191, 8192, 20_000] {
                for index in [0, 9, 10, 99, 100, 123_456_789] {
                    let recipe = recipe(keys, value_bytes);
                    let (key, value) = (recipe.key(index), recipe.value(index));
                    let parts = Parts {
                        offset_delta: 0,
                        timestamp_ms: 5,
                        key: key.as_deref(),
                        value: Some(&value),
                        headers: &[],
                    };
                    let mut bytes = Vec::new();
                    batch::encode_into(&mut bytes, &BatchInfo::default(), std::iter::once(parts));
                    assert_eq!(recipe.batch_bytes(index) as usize, bytes.len(), "{recipe:?} {index}");
                }
            }
        }
    }
}
