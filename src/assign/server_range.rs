//! `range` on the server (`org.apache.kafka.coordinator.group.assignor.RangeAssignor`): each topic is cut into ranges, one
//! a subscriber, in the order of instance ids and then member ids; the first get one more when it does not come out even.
//!
//! Not sticky, and no order of a hash table matters.

use super::order;
use super::server::{Kind, Promise, ServerAssignor};
use super::target::{Group, Run, Share, Targets};
use crate::base::java_order::Adds;
use crate::base::small;
use std::rc::Rc;

pub(super) const ASSIGNOR: ServerAssignor = ServerAssignor {
    name: "range",
    kind: Kind::Consumer,
    assign,
    fails: |_, _| false,
    adds: |_| Adds::Last,
    promise: Promise::EvenForEachTopic,
};

/// A topic while it is being cut.
#[derive(Clone, Copy, Default)]
struct Cut {
    /// How many subscribers it has.
    subscribers: i32,
    /// What everybody gets.
    quota: i32,
    /// How many members still get one more.
    extra: i32,
    /// The first partition that nobody has.
    next: i32,
}

fn assign(group: &Group) -> Targets {
    let Some(first) = group.members.first() else { return Targets::new() };
    let members = order_of(group);
    let mut cuts = vec![Cut::default(); group.topics.len()];
    if group.alike {
        let first = members[0];
        group.subscribed(first).for_each(|topic| cuts[topic as usize].subscribers = members.len() as i32);
    } else {
        let all = group.members.iter().flat_map(|member| &*member.topics);
        all.for_each(|&topic| cuts[topic as usize].subscribers += 1);
    }
    let mut most = 0;
    for (cut, topic) in cuts.iter_mut().zip(&group.topics).filter(|(cut, _)| cut.subscribers > 0) {
        cut.quota = topic.partitions / cut.subscribers;
        cut.extra = topic.partitions % cut.subscribers;
        most += cut.subscribers.min(topic.partitions);
    }
    let mut runs: Vec<Run> = Vec::with_capacity(most as usize);
    let mut parts = vec![(0, 0); members.len()];
    for &member in &members {
        let from = runs.len() as u32;
        let topics = if group.alike { &first.topics } else { &group.members[member as usize].topics };
        for &topic in &**topics {
            let cut = &mut cuts[topic as usize];
            let count = cut.quota + i32::from(cut.extra > 0);
            cut.extra -= i32::from(cut.extra > 0);
            if count > 0 {
                runs.push(Run { topic, first: cut.next, count });
                cut.next += count;
            }
        }
        parts[member as usize] = (from, runs.len() as u32);
    }
    let runs = Rc::new(runs);
    parts.into_iter().map(|part| Some(Share::part(&runs, part))).collect()
}

/// Static members first, by instance id, then dynamic ones, by member id.
fn order_of(group: &Group) -> Vec<u32> {
    if group.members.iter().all(|member| member.instance.is_none()) {
        return order::by_id(group.members.iter().map(|member| &*member.id));
    }
    let mut places: Vec<u32> = (0..group.members.len() as u32).collect();
    small::sort_by(&mut places, |&a, &b| {
        let (a, b) = (&group.members[a as usize], &group.members[b as usize]);
        order::static_first((a.instance.as_deref(), &a.id), (b.instance.as_deref(), &b.id))
    });
    places
}
