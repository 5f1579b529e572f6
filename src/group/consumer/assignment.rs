//! Sets of partitions of topics, by topic id.

use crate::base::{Map, Set, Uuid};

/// Partition numbers by topic id. A topic may be there without partitions.
pub type Partitions = Map<Uuid, Set<i32>>;

/// Partitions that a member has, each with the epoch in which it was given them.
pub type Assigned = Map<Uuid, Map<i32, i32>>;

/// A set from lists.
pub(super) fn as_set<'a>(lists: impl IntoIterator<Item = &'a (Uuid, Vec<i32>)>) -> Partitions {
    let mut set = Partitions::new();
    for (topic, numbers) in lists {
        set.or_default(*topic).extend(numbers.iter().copied());
    }
    set
}

/// The numbers without the epochs.
pub(super) fn numbers(assigned: &Assigned) -> Partitions {
    assigned.iter().map(|(topic, numbers)| (*topic, numbers.keys().copied().collect())).collect()
}

/// Lists from a set.
pub(in crate::group) fn as_lists(assigned: &Assigned) -> Vec<(Uuid, Vec<i32>)> {
    assigned.iter().map(|(topic, numbers)| (*topic, numbers.keys().copied().collect())).collect()
}

/// Whether `owned` and `assigned` have a partition in common.
pub(super) fn meet(owned: &Partitions, assigned: &Assigned) -> bool {
    owned.iter().any(|(topic, numbers)| {
        assigned.get(topic).is_some_and(|has| numbers.iter().any(|number| has.contains_key(number)))
    })
}

/// Whether every topic and partition of `owned` is in `assigned`.
pub(super) fn is_within(owned: &Partitions, assigned: &Assigned) -> bool {
    owned.iter().all(|(topic, numbers)| {
        assigned.get(topic).is_some_and(|has| numbers.iter().all(|number| has.contains_key(number)))
    })
}
