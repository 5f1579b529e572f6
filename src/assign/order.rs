//! The orders in which Kafka's assignors walk members and topics.

use super::Member;
use crate::base::java_order::{self, Adds, spread};
use crate::base::{JavaHash, small};
use std::cmp::Ordering;
use std::rc::Rc;

/// Java's `String.compareTo`: by UTF-16 units. That is the order of bytes of UTF-8, except that what lies beyond the
/// basic plane comes before the last of it (from U+E000).
pub(super) fn of_texts(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let differ = a.iter().zip(b).find(|(x, y)| x != y);
    match differ {
        Some((&x, &y)) if x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0) => y.cmp(&x),
        Some((x, y)) => x.cmp(y),
        None => a.len().cmp(&b.len()),
    }
}

/// The order of a `HashMap` into which these were put one after the other, as places.
pub(super) fn of_table<'a>(names: impl Iterator<Item = &'a Rc<str>>) -> Vec<u32> {
    of_table_with_room(names, 0)
}

/// The same, when the table has room for `count` entries at least.
pub(super) fn of_table_with_room<'a>(names: impl Iterator<Item = &'a Rc<str>>, count: usize) -> Vec<u32> {
    let hashes: Vec<u32> = names.map(|name| spread(name.java_hash())).collect();
    java_order::order(&hashes, java_order::grown(hashes.len().max(count)), Adds::Last)
}

/// Places of members sorted by member id.
pub(super) fn by_id<'a>(ids: impl ExactSizeIterator<Item = &'a str> + Clone) -> Vec<u32> {
    let shared = shared_prefix(ids.clone());
    let key = |id: &str| {
        let mut eight = [0; 8];
        let rest = id.as_bytes().get(shared..).unwrap_or_default();
        let taken = rest.len().min(8);
        eight[..taken].copy_from_slice(&rest[..taken]);
        u64::from_be_bytes(eight)
    };
    // Most ids differ in the first eight bytes after what all begin with; then the texts need not be touched.
    let mut keys: Vec<(u64, u32)> = ids.clone().map(key).zip(0..).collect();
    if ids.clone().all(|id| id.is_ascii()) {
        small::sort_unstable(&mut keys);
        if keys.array_windows().all(|[(a, _), (b, _)]| a != b) {
            return keys.into_iter().map(|(_, place)| place).collect();
        }
    }
    let ids: Vec<&str> = ids.collect();
    let mut places: Vec<u32> = (0..ids.len() as u32).collect();
    small::sort_by(&mut places, |&a, &b| of_texts(ids[a as usize], ids[b as usize]));
    places
}

/// How many bytes all of these begin with together.
fn shared_prefix<'a>(mut texts: impl Iterator<Item = &'a str>) -> usize {
    let Some(first) = texts.next() else { return 0 };
    texts.fold(first.len(), |length, text| {
        let pairs = first.as_bytes()[..length].iter().zip(text.as_bytes());
        pairs.take_while(|(a, b)| a == b).count()
    })
}

/// `MemberInfo`: static members first, by instance id, then dynamic ones, by member id. Places of members.
pub(super) fn of_members(members: &[Member]) -> Vec<u32> {
    if members.iter().all(|member| member.instance.is_none()) {
        return by_id(members.iter().map(|member| &*member.id));
    }
    let mut places: Vec<u32> = (0..members.len() as u32).collect();
    small::sort_by(&mut places, |&a, &b| {
        let (a, b) = (&members[a as usize], &members[b as usize]);
        static_first((a.instance.as_deref(), &a.id), (b.instance.as_deref(), &b.id))
    });
    places
}

/// Compares members, each with its instance id and its member id.
pub(super) fn static_first(a: (Option<&str>, &str), b: (Option<&str>, &str)) -> Ordering {
    match (a.0, b.0) {
        (Some(a), Some(b)) => of_texts(a, b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => of_texts(a.1, b.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_compare_as_in_java() {
        let mut texts = ["é", "t_1", "😀", "t10", "\u{ffee}", "t.1", "T1", "t2", "", "t-1", "t", "\u{e000}"];
        texts.sort_by(|a, b| of_texts(a, b));
        assert_eq!(
            texts,
            ["", "T1", "t", "t-1", "t.1", "t10", "t2", "t_1", "é", "😀", "\u{e000}", "\u{ffee}"]
        );
        let by_units = |a: &str, b: &str| a.encode_utf16().cmp(b.encode_utf16());
        for a in texts {
            for b in texts {
                assert_eq!(of_texts(a, b), by_units(a, b), "{a} and {b}");
            }
        }
    }

    #[test]
    fn ids_are_sorted_whether_eight_bytes_tell_them_apart_or_not() {
        let cases = [
            (vec!["consumer-2", "consumer-10", "consumer-1"], vec![2, 1, 0]),
            (vec!["c-00000000-b", "c-00000000-a", "c-00000000"], vec![2, 1, 0]),
            (vec!["b", "a😀", "a\u{e000}"], vec![1, 2, 0]),
            (vec!["only"], vec![0]),
            (vec![], vec![]),
        ];
        for (ids, sorted) in cases {
            assert_eq!(by_id(ids.iter().copied()), sorted, "{ids:?}");
        }
    }
}
