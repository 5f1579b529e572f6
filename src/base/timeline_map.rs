//! A map that iterates in the order of Kafka's `TimelineHashMap` (server-common, `BaseHashTable`).
//!
//! Kafka's groups keep their members in one. Its table begins with two slots and doubles before an entry is added that would
//! make more than four for three slots; the slot comes from the highest bits of the hash code times a number of Fibonacci's.
//! It is walked slot by slot, and within a slot backwards.

use super::JavaHash;
use std::borrow::Borrow;

const FIRST_CAPACITY: usize = 2;

/// A `TimelineHashMap` made for no entries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TimelineMap<K, V> {
    slots: Vec<Vec<(K, V)>>,
    len: u32,
}

impl<K, V> Default for TimelineMap<K, V> {
    fn default() -> Self {
        TimelineMap { slots: std::iter::repeat_with(Vec::new).take(FIRST_CAPACITY).collect(), len: 0 }
    }
}

impl<K, V> TimelineMap<K, V> {
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

    /// Entries in Kafka's order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.slots.iter().flat_map(|slot| slot.iter().rev()).map(|(key, value)| (key, value))
    }

    /// A map of references, which has everything in its place.
    pub fn references(&self) -> TimelineMap<&K, &V> {
        let slots = self.slots.iter().map(|slot| slot.iter().map(|(key, value)| (key, value)).collect());
        TimelineMap { slots: slots.collect(), len: self.len }
    }

    /// Keys in Kafka's order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// Values in Kafka's order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: JavaHash + Eq, V> TimelineMap<K, V> {
    /// The value of a key.
    pub fn get<Q: JavaHash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let slot = &self.slots[slot_of(key, self.slots.len())];
        slot.iter().find(|(k, _)| k.borrow() == key).map(|(_, value)| value)
    }

    /// Whether there is such a key.
    pub fn contains_key<Q: JavaHash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// Puts an entry in: a new key at the end of its slot, a known one in its place. Returns the old value.
    pub fn put(&mut self, key: K, value: V) -> Option<V> {
        // As in Kafka, also before an entry is replaced.
        if (self.len() + 1) * 3 > self.slots.len() * 4 {
            self.grow();
        }
        let at = slot_of(&key, self.slots.len());
        let slot = &mut self.slots[at];
        if let Some((_, old)) = slot.iter_mut().find(|(k, _)| *k == key) {
            return Some(std::mem::replace(old, value));
        }
        slot.push((key, value));
        self.len += 1;
        None
    }

    /// Takes an entry out; the others keep their order.
    pub fn remove<Q: JavaHash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let at = slot_of(key, self.slots.len());
        let slot = &mut self.slots[at];
        let place = slot.iter().position(|(k, _)| k.borrow() == key)?;
        self.len -= 1;
        Some(slot.remove(place).1)
    }

    fn grow(&mut self) {
        let double = self.slots.len() * 2;
        let old = std::mem::take(&mut self.slots);
        self.slots.resize_with(double, Vec::new);
        for (key, value) in old.into_iter().flatten() {
            let at = slot_of(&key, double);
            self.slots[at].push((key, value));
        }
    }
}

fn slot_of<Q: JavaHash + ?Sized>(key: &Q, slots: usize) -> usize {
    let hash = i64::from(key.java_hash()).wrapping_mul(-7_046_029_254_386_353_131) as u64;
    (hash >> (64 - slots.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn entries_are_found_and_removed_while_the_table_grows() {
        let mut map = TimelineMap::<Rc<str>, u32>::new();
        for i in 0..100 {
            assert_eq!(map.put(format!("m-{i}").into(), i), None);
        }
        assert_eq!((map.len(), map.slots.len()), (100, 128));
        assert_eq!(map.put("m-7".into(), 700), Some(7));
        assert_eq!((map.remove("m-7"), map.remove("m-7"), map.get("m-8")), (Some(700), None, Some(&8)));
        assert_eq!((map.len(), map.keys().count(), map.is_empty()), (99, 99, false));
    }

    #[test]
    fn of_two_keys_in_one_slot_the_later_comes_first() {
        let mut map = TimelineMap::<Rc<str>, u32>::new();
        let same: Vec<String> =
            (0..40).map(|i| format!("m-{i}")).filter(|key| slot_of(&**key, 2) == 0).collect();
        map.put((*same[0]).into(), 0);
        map.put((*same[1]).into(), 1);
        assert_eq!(map.keys().map(|key| &**key).collect::<Vec<_>>(), [&same[1], &same[0]]);
    }
}
