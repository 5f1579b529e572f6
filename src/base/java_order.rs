//! The order of a Java hash table, computed at once instead of kept.
//!
//! A table that was only ever filled iterates bucket by bucket, and within a bucket in the order of filling: growing
//! splits buckets and keeps the order within. So the order follows from three things: the hash codes in the order of
//! filling, the number of buckets at the end, and at which end of a bucket the way of filling adds. [`JavaMap`] is for
//! tables that live; this is for those that one call fills and walks.
//!
//! Numbers of buckets are those of the JDK up to 18, with which the reference answers were recorded: from 19 on, the two
//! copying constructors take the next power of two in some cases later.
//!
//! [`JavaMap`]: super::JavaMap

/// The hash code as Java's tables use it: the high half is folded into the low one.
pub const fn spread(hash: i32) -> u32 {
    let h = hash as u32;
    h ^ (h >> 16)
}

/// Buckets of a table with the default capacity after `len` entries were put into it.
pub fn grown(len: usize) -> usize {
    grown_from(16, len)
}

/// Buckets of a table that began with `capacity` and has taken `len` entries by `put`.
pub fn grown_from(capacity: usize, len: usize) -> usize {
    let mut capacity = capacity;
    while len > capacity * 3 / 4 {
        capacity *= 2;
    }
    capacity
}

/// Buckets of a table of default capacity that took `len` entries by `computeIfAbsent`, which looks at its size before
/// it adds an entry.
pub fn grown_by_computing(len: usize) -> usize {
    grown(len.saturating_sub(1))
}

/// Buckets of `new HashSet(collection)` of `len` elements.
pub fn copied_set(len: usize) -> usize {
    (len * 4 / 3 + 1).max(16).next_power_of_two()
}

/// Buckets of a table made for `len` entries by Kafka's `AssignorHelpers`.
pub fn made_for(len: usize) -> usize {
    ((len + 1) * 4 / 3 + 1).next_power_of_two()
}

/// At which end of its bucket an entry is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adds {
    /// `put`, `add`.
    Last,
    /// `computeIfAbsent`, `merge`, `groupingBy`.
    First,
}

/// Where the entries of a table of `capacity` buckets stand: the first is the one that its iterator meets first, and the
/// numbers are places in `hashes`, the hash codes (spread) in the order in which different keys were added.
pub fn order(hashes: &[u32], capacity: usize, adds: Adds) -> Vec<u32> {
    let count = hashes.len() as u32;
    let mask = capacity as u32 - 1;
    let place = |i: u32| if adds == Adds::Last { i } else { count - 1 - i };
    if hashes.len() < capacity / 8 {
        let mut keys: Vec<u64> =
            (0..count).map(|i| u64::from(hashes[place(i) as usize] & mask) << 32 | u64::from(i)).collect();
        super::small::sort_unstable(&mut keys);
        return keys.into_iter().map(|key| place(key as u32)).collect();
    }
    let mut ends = vec![0u32; capacity];
    for hash in hashes {
        ends[(hash & mask) as usize] += 1;
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += std::mem::replace(end, sum);
    }
    let mut order = vec![0u32; hashes.len()];
    for i in (0..count).map(place) {
        let next = &mut ends[(hashes[i as usize] & mask) as usize];
        order[*next as usize] = i;
        *next += 1;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{JavaHash, JavaMap};
    use std::rc::Rc;

    #[test]
    fn the_order_is_that_of_a_map_that_was_filled() {
        for count in [0, 1, 12, 13, 20, 100, 1000] {
            let keys: Vec<Rc<str>> =
                (0..count).map(|i| format!("consumer-{}", i * 7919 % 10_007).into()).collect();
            let map: JavaMap<Rc<str>, ()> = keys.iter().map(|key| (key.clone(), ())).collect();
            let hashes: Vec<u32> = keys.iter().map(|key| spread(key.java_hash())).collect();
            let order = order(&hashes, grown(keys.len()), Adds::Last);
            let ours: Vec<&Rc<str>> = order.iter().map(|&i| &keys[i as usize]).collect();
            assert_eq!(ours, map.keys().collect::<Vec<_>>(), "{count} keys");
        }
    }

    #[test]
    fn few_and_many_entries_are_ordered_alike() {
        // Small numbers are their own hash codes.
        assert_eq!(order(&[33, 17, 1, 16, 0, 5], 16, Adds::Last), [3, 4, 0, 1, 2, 5]);
        assert_eq!(order(&[33, 17, 1, 16, 0, 5], 16, Adds::First), [4, 3, 2, 1, 0, 5]);
        assert_eq!(order(&[65, 1, 64], 64, Adds::Last), [2, 0, 1]);
        assert_eq!(order(&[65, 1, 64], 64, Adds::First), [2, 1, 0]);
    }

    #[test]
    fn capacities_are_those_of_the_jdk_of_the_reference_answers() {
        assert_eq!([12, 13, 24, 25].map(grown), [16, 32, 32, 64]);
        assert_eq!([12, 13, 14, 25, 26].map(grown_by_computing), [16, 16, 32, 32, 64]);
        assert_eq!([1, 11, 12, 24].map(copied_set), [16, 16, 32, 64]);
        assert_eq!([1, 2, 4, 5, 10, 11].map(made_for), [4, 8, 8, 16, 16, 32]);
    }
}
