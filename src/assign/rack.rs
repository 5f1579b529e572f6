//! When racks matter (`AbstractPartitionAssignor.useRackAwareAssignment`).

use super::Topic;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Whether it can make a difference in which rack a member of `racks` sits: some partition has a replica in one of
/// them, and not every partition has replicas in all racks.
pub(super) fn matter<'a>(racks: impl IntoIterator<Item = &'a Rc<str>>, topic: &Topic) -> bool {
    let of_members: BTreeSet<&str> = racks.into_iter().map(|r| &**r).collect();
    let Some(of_partitions) = &topic.racks else { return false };
    let all: BTreeSet<&str> = of_partitions.iter().flatten().map(|r| &**r).collect();
    let everywhere = |replicas: &Vec<Rc<str>>| replicas.iter().map(|r| &**r).collect::<BTreeSet<_>>() == all;
    !of_members.is_disjoint(&all) && !of_partitions.iter().all(everywhere)
}
