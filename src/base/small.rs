//! Sorting that weighs little in the page: the standard library's sort is some five kilobytes of WebAssembly for every
//! type it is used with.
//!
//! In WebAssembly one sort of numbers serves all types here, and a type adds only its comparison; elsewhere the standard
//! library sorts. Both give the same results.

use std::cmp::Ordering;

/// Sorts, equal items in their former order.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Sorts items of which equal ones cannot be told apart.
pub fn sort_unstable<T: Ord>(items: &mut [T]) {
    if cfg!(target_family = "wasm") { light(items, T::cmp) } else { items.sort_unstable() }
}

/// Sorts by a key, equal items in their former order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts by a comparison, equal items in their former order.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    if cfg!(target_family = "wasm") { light(items, compare) } else { items.sort_by(compare) }
}

fn light<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut places = order(items.len(), &|a, b| compare(&items[a as usize], &items[b as usize]));
    // `places[i]` is where the item of place `i` comes from: each circle of moves is walked once.
    for first in 0..places.len() {
        let mut place = first;
        while places[place] as usize != first {
            let from = places[place] as usize;
            items.swap(place, from);
            places[place] = place as u32;
            place = from;
        }
        places[place] = place as u32;
    }
}

/// The places `0..count` in the order that `compare` gives them.
fn order(count: usize, compare: &dyn Fn(u32, u32) -> Ordering) -> Vec<u32> {
    let mut places: Vec<u32> = (0..count as u32).collect();
    places.sort_by(|&a, &b| compare(a, b));
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Rng;

    #[test]
    fn it_sorts_like_the_standard_library() {
        let mut rng = Rng::new(3);
        for length in 0..200 {
            let items: Vec<(u64, u64)> = (0..length).map(|number| (rng.below(20), number)).collect();
            let (mut ours, mut theirs) = (items.clone(), items);
            light(&mut ours, |a, b| a.0.cmp(&b.0));
            theirs.sort_by_key(|item| item.0);
            assert_eq!(ours, theirs);
            let mut whole = ours.clone();
            whole.reverse();
            light(&mut whole, Ord::cmp);
            theirs.sort();
            assert_eq!(whole, theirs);
        }
    }
}
