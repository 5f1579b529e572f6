//! A map that iterates in the order of a Java `HashMap`.
//!
//! Kafka's coordinator and assignors walk hash maps, and what they meet first decides who leads a group and who gets
//! which partition. So the order is reproduced: hash codes as Java computes them, a table that starts with 16 buckets
//! and doubles when more than three quarters of its buckets' number are held, new entries at the end of their bucket, or
//! (by `computeIfAbsent`) at its start.
//! (Java turns buckets of 8 and more into trees; their iteration order is nearly always the same, and ids in practice
//! never fill a bucket like that.)

use super::Uuid;
use std::borrow::Borrow;
use std::rc::Rc;

/// Java's `hashCode`.
pub trait JavaHash {
    /// The hash code, as a Java `int`.
    fn java_hash(&self) -> i32;
}

/// `String.hashCode`: over UTF-16 code units.
impl JavaHash for str {
    fn java_hash(&self) -> i32 {
        if !self.is_ascii() {
            return self
                .encode_utf16()
                .fold(0i32, |h, unit| h.wrapping_mul(31).wrapping_add(i32::from(unit)));
        }
        // Four letters a step: ids are hashed for every assignment, and the steps wait for each other.
        let (fours, rest) = self.as_bytes().as_chunks::<4>();
        let four = |h: i32, &[a, b, c, d]: &[u8; 4]| {
            let sum =
                i32::from(a) * (31 * 31 * 31) + i32::from(b) * (31 * 31) + i32::from(c) * 31 + i32::from(d);
            h.wrapping_mul(31 * 31 * 31 * 31).wrapping_add(sum)
        };
        rest.iter()
            .fold(fours.iter().fold(0, four), |h, &byte| h.wrapping_mul(31).wrapping_add(i32::from(byte)))
    }
}

impl JavaHash for Rc<str> {
    fn java_hash(&self) -> i32 {
        (**self).java_hash()
    }
}

impl<T: JavaHash + ?Sized> JavaHash for &T {
    fn java_hash(&self) -> i32 {
        (**self).java_hash()
    }
}

/// `Long.hashCode`: its two halves, one over the other.
impl JavaHash for i64 {
    fn java_hash(&self) -> i32 {
        (*self ^ (*self as u64 >> 32) as i64) as i32
    }
}

/// Kafka's `Uuid`: its four quarters, one over the other.
impl JavaHash for Uuid {
    fn java_hash(&self) -> i32 {
        let [a, b, c, d] = *self.0.as_chunks::<4>().0 else { unreachable!("sixteen bytes") };
        (u32::from_be_bytes(a) ^ u32::from_be_bytes(b) ^ u32::from_be_bytes(c) ^ u32::from_be_bytes(d)) as i32
    }
}

/// A Java `HashMap` with the default capacity, filled by `put` or `computeIfAbsent`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JavaMap<K, V> {
    buckets: Vec<Vec<(K, V)>>,
    len: u32,
}

impl<K, V> Default for JavaMap<K, V> {
    fn default() -> Self {
        JavaMap { buckets: Vec::new(), len: 0 }
    }
}

const FIRST_CAPACITY: usize = 16;

impl<K, V> JavaMap<K, V> {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Entries in Java's order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.buckets.iter().flatten().map(|(k, v)| (k, v))
    }

    /// Keys in Java's order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(k, _)| k)
    }

    /// Values in Java's order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, v)| v)
    }

    /// Values in Java's order, to change.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.buckets.iter_mut().flatten().map(|(_, v)| v)
    }
}

impl<K: JavaHash + Eq, V> JavaMap<K, V> {
    /// The value of a key.
    pub fn get<Q: JavaHash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let bucket = self.buckets.get(self.bucket_of(key))?;
        bucket.iter().find(|(k, _)| k.borrow() == key).map(|(_, v)| v)
    }

    /// The value of a key, to change.
    pub fn get_mut<Q: JavaHash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let index = self.bucket_of(key);
        let bucket = self.buckets.get_mut(index)?;
        bucket.iter_mut().find(|(k, _)| (*k).borrow() == key).map(|(_, v)| v)
    }

    /// Whether there is such a key.
    pub fn contains_key<Q: JavaHash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// Java's `put`: a new key goes to the end of its bucket, a known one keeps its place. Returns the old value.
    pub fn put(&mut self, key: K, value: V) -> Option<V> {
        if self.buckets.is_empty() {
            self.buckets.resize_with(FIRST_CAPACITY, Vec::new);
        }
        let index = self.bucket_of(&key);
        let bucket = &mut self.buckets[index];
        if let Some((_, old)) = bucket.iter_mut().find(|(k, _)| *k == key) {
            return Some(std::mem::replace(old, value));
        }
        bucket.push((key, value));
        self.len += 1;
        if self.len as usize > self.buckets.len() / 4 * 3 {
            self.grow();
        }
        None
    }

    /// Java's `computeIfAbsent`: the value of a key, made where there is none. Other than `put`, it looks at the size of
    /// the table before it adds an entry, and adds it at the start of its bucket.
    pub fn compute_if_absent(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        if self.buckets.is_empty() {
            self.buckets.resize_with(FIRST_CAPACITY, Vec::new);
        } else if self.len as usize > self.buckets.len() / 4 * 3 {
            self.grow();
        }
        let index = self.bucket_of(&key);
        let bucket = &mut self.buckets[index];
        let at = bucket.iter().position(|(k, _)| *k == key).unwrap_or_else(|| {
            bucket.insert(0, (key, make()));
            self.len += 1;
            0
        });
        &mut bucket[at].1
    }

    /// Java's `remove`: the others keep their order, and the table its size.
    pub fn remove<Q: JavaHash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let index = self.bucket_of(key);
        let bucket = self.buckets.get_mut(index)?;
        let at = bucket.iter().position(|(k, _)| k.borrow() == key)?;
        self.len -= 1;
        Some(bucket.remove(at).1)
    }

    fn bucket_of<Q: JavaHash + ?Sized>(&self, key: &Q) -> usize {
        let h = key.java_hash() as u32;
        (h ^ (h >> 16)) as usize & self.buckets.len().wrapping_sub(1)
    }

    /// Doubles the table; each bucket is split in two, and the order within is kept.
    fn grow(&mut self) {
        let double = self.buckets.len() * 2;
        let old = std::mem::take(&mut self.buckets);
        self.buckets.resize_with(double, Vec::new);
        for (key, value) in old.into_iter().flatten() {
            let index = self.bucket_of(&key);
            self.buckets[index].push((key, value));
        }
    }
}

impl<K: JavaHash + Eq, V> FromIterator<(K, V)> for JavaMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = JavaMap::new();
        for (key, value) in entries {
            map.put(key, value);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(keys: impl IntoIterator<Item = String>) -> Vec<String> {
        keys.into_iter()
            .map(|k| (Rc::<str>::from(k), ()))
            .collect::<JavaMap<_, _>>()
            .keys()
            .map(|k| k.to_string())
            .collect()
    }

    #[test]
    fn strings_hash_as_in_java() {
        for (text, hash) in [
            ("", 0),
            ("consumer1", -421_004_549),
            ("t10", 113_043),
            ("roundrobin", -128_548_644),
            ("cooperative-sticky", 1_843_682_987),
            ("orders", -1_008_770_331),
            ("é", 233),
            ("😀", 1_772_899),
        ] {
            assert_eq!(text.java_hash(), hash, "{text}");
        }
    }

    #[test]
    fn twenty_keys_come_in_the_order_that_java_gives_them() {
        let numbers =
            |order: Vec<String>| order.iter().map(|k| k[9..].to_string()).collect::<Vec<_>>().join(",");
        let up = order((0..20).map(|i| format!("consumer-{i}")));
        assert_eq!(numbers(up), "11,10,6,17,5,16,4,19,3,18,2,13,1,12,0,15,14,9,8,7");
        let down = order((0..20).rev().map(|i| format!("consumer-{i}")));
        assert_eq!(numbers(down), "11,10,17,6,16,5,19,4,18,3,13,2,12,1,15,0,14,9,8,7");
    }

    #[test]
    fn the_thirteenth_key_doubles_the_table_and_splits_a_bucket() {
        // `q` and `a` share bucket 1 of 16; of 32, `q` has bucket 17.
        let keys = |last: char| ['q', 'a'].into_iter().chain('b'..=last).map(String::from);
        assert_eq!(order(keys('k')).concat(), "qabcdefghijk");
        assert_eq!(order(keys('l')).concat(), "abcdefghijklq");
    }

    #[test]
    fn computing_adds_at_the_start_of_a_bucket_and_doubles_the_table_one_entry_later() {
        let computed = |last: char| {
            let mut map = JavaMap::<Rc<str>, u32>::new();
            for key in ['q', 'a'].into_iter().chain('b'..=last).chain(['q']) {
                *map.compute_if_absent(key.to_string().into(), || 0) += 1;
            }
            assert_eq!((map.len(), map.get("q")), (last as usize - 'a' as usize + 2, Some(&2)));
            map.keys().map(|k| &**k).collect::<String>()
        };
        assert_eq!(computed('k'), "aqbcdefghijk");
        // The thirteenth is added without a look back; the next call, though it adds nothing, doubles the table.
        assert_eq!(computed('l'), "abcdefghijklq");
    }

    #[test]
    fn removing_keeps_the_others_in_order_and_putting_again_goes_to_the_end_of_the_bucket() {
        // 6 and 17 share a bucket of 32.
        let mut map: JavaMap<Rc<str>, u8> = (0..20).map(|i| (format!("consumer-{i}").into(), 0)).collect();
        assert_eq!(map.remove("consumer-6"), Some(0));
        assert_eq!(map.put("consumer-17".into(), 1), Some(0));
        assert_eq!(map.put("consumer-6".into(), 2), None);
        let keys: Vec<&str> = map.keys().map(|k| &**k).collect();
        assert_eq!(keys[..4], ["consumer-11", "consumer-10", "consumer-17", "consumer-6"]);
        assert_eq!((map.len(), map.get("consumer-17"), map.get("consumer-99")), (20, Some(&1), None));
    }

    #[test]
    fn an_empty_map_answers_too() {
        let mut map = JavaMap::<Rc<str>, u8>::new();
        assert_eq!((map.get("a"), map.is_empty()), (None, true));
        assert_eq!(map.get_mut("a"), None);
        assert_eq!(map.remove("a"), None);
    }
}
