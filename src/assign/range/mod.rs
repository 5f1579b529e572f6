//! `range` (`org.apache.kafka.clients.consumer.RangeAssignor`): each topic by itself is cut into ranges, one a member,
//! the first members getting one partition more when it does not come out even.
//!
//! With racks there is a first pass in which members get only partitions that have a replica in their rack; topics with
//! equal members and equally many partitions stay co-partitioned in it ([`racks`]). Not sticky. The order of a list
//! without racks is that of a Java hash map of topic names; with racks lists are sorted.

mod racks;

use super::owes::Promise;
use super::rack::Racks;
use super::{Assignment, Assignor, Input, Partition, Protocol, order};
use std::rc::Rc;

pub(super) const ASSIGNOR: Assignor = Assignor {
    name: "range",
    protocol: Protocol::Eager,
    assign,
    fails: |_, _| false,
    promise: Promise::EvenForEachTopic,
};

/// Nobody yet.
const NOBODY: u32 = u32::MAX;

fn assign(input: &Input) -> Assignment {
    let topics = input.topics_in_table_order();
    let members = order::of_members(&input.members);
    if let Some(racks) = Racks::new(input, &topics)
        && let Some(lists) = racks::assign(input, &topics, &members, &racks)
    {
        return lists;
    }
    let mut cuts = cuts(input, &topics);
    let mut lists: Assignment = input.members.iter().map(|_| Vec::new()).collect();
    let mut subscribed = Subscribed::new(input, &topics);
    for &member in &members {
        let mine = subscribed.by(member);
        let list = &mut lists[member as usize];
        let size = mine.iter().map(|&topic| cuts[topic as usize].next_size()).sum::<i32>();
        list.reserve_exact(size as usize);
        for &topic in mine {
            let (first, end) = cuts[topic as usize].cut();
            list.extend((first..end).map(|number| Partition { topic, number }));
        }
    }
    lists
}

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

impl Cut {
    /// How many the next member gets.
    fn next_size(&self) -> i32 {
        self.quota + i32::from(self.extra > 0)
    }

    /// Cuts the next range off: its first partition, and the one after its last.
    fn cut(&mut self) -> (i32, i32) {
        let first = self.next;
        self.next += self.next_size();
        self.extra -= i32::from(self.extra > 0);
        (first, self.next)
    }
}

/// Topics of the input, uncut.
fn cuts(input: &Input, topics: &[u32]) -> Vec<Cut> {
    let mut cuts = vec![Cut::default(); input.topics.len()];
    let mut last = vec![NOBODY; input.topics.len()];
    for (member, number) in input.members.iter().zip(0..) {
        for &topic in &*member.topics {
            if std::mem::replace(&mut last[topic as usize], number) != number {
                cuts[topic as usize].subscribers += 1;
            }
        }
    }
    for &topic in topics {
        let (cut, count) = (&mut cuts[topic as usize], input.topics[topic as usize].partitions);
        cut.quota = count.checked_div(cut.subscribers).unwrap_or(0);
        cut.extra = count.checked_rem(cut.subscribers).unwrap_or(0);
    }
    cuts
}

/// Says which topics a member subscribes to, in the order of Kafka's map of topics.
struct Subscribed<'a> {
    input: &'a Input,
    topics: &'a [u32],
    /// The last member asked for that subscribes to each topic.
    last: Vec<u32>,
    /// The list of the last member asked for, as it came and in order: members often share one.
    of: Option<&'a Rc<[u32]>>,
    list: Vec<u32>,
}

impl<'a> Subscribed<'a> {
    fn new(input: &'a Input, topics: &'a [u32]) -> Subscribed<'a> {
        let last = vec![NOBODY; input.topics.len()];
        Subscribed { input, topics, last, of: None, list: Vec::with_capacity(topics.len()) }
    }

    fn by(&mut self, member: u32) -> &[u32] {
        let subscribed = &self.input.members[member as usize].topics;
        if !self.of.is_some_and(|of| Rc::ptr_eq(of, subscribed)) {
            subscribed.iter().for_each(|&topic| self.last[topic as usize] = member);
            self.list.clear();
            let last = &self.last;
            self.list.extend(self.topics.iter().filter(|&&topic| last[topic as usize] == member));
            self.of = Some(subscribed);
        }
        &self.list
    }
}
