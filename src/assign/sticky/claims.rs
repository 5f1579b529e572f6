//! What members claim to own, and who is believed (`AbstractStickyAssignor.allSubscriptionsEqual`).

use crate::assign::bits::Bits;
use crate::assign::{Input, Partition, order};
use crate::base::small;

/// No number: no topic, no owner.
pub(super) const NONE: u32 = u32::MAX;

/// Numbers for partitions, through all topics that exist in the order of their names.
///
/// A claim may name a partition that its topic does not have (a topic that was deleted and made again, smaller): it gets
/// a number from `count` on, because Kafka keeps it as well.
pub(super) struct Numbers {
    /// Topics that exist, by name.
    pub topics: Vec<u32>,
    /// The number of each topic's partition 0, by its place in the input; [`NONE`] for one that does not exist.
    pub first: Vec<u32>,
    /// How many partitions exist.
    pub count: u32,
    /// Partitions that do not exist though their topics do, sorted.
    strange: Vec<Partition>,
}

impl Numbers {
    fn new(input: &Input) -> Numbers {
        let topics = input.topics_by_name();
        let mut first = vec![NONE; input.topics.len()];
        let mut count = 0;
        for &topic in &topics {
            first[topic as usize] = count;
            count += input.topics[topic as usize].partitions as u32;
        }
        let claims = input.members.iter().flat_map(|member| &*member.owned);
        let exists = |p: &Partition| (0..input.topics[p.topic as usize].partitions).contains(&p.number);
        let mut strange: Vec<Partition> =
            claims.filter(|p| first[p.topic as usize] != NONE && !exists(p)).copied().collect();
        small::sort_unstable(&mut strange);
        strange.dedup();
        Numbers { topics, first, count, strange }
    }

    /// The partition's number; `None` when its topic does not exist.
    #[inline]
    pub fn of(&self, input: &Input, partition: Partition) -> Option<u32> {
        let first = self.first[partition.topic as usize];
        match (first, (partition.number as u32) < input.topics[partition.topic as usize].partitions as u32) {
            (NONE, _) => None,
            (_, true) => Some(first + partition.number as u32),
            (_, false) => {
                Some(self.count + self.strange.binary_search(&partition).expect("collected before") as u32)
            }
        }
    }

    /// How many numbers there are.
    pub fn all(&self) -> u32 {
        self.count + self.strange.len() as u32
    }

    /// Topics of all numbers.
    pub fn topic_of_each(&self, input: &Input) -> Vec<u32> {
        let mut topics = Vec::with_capacity(self.all() as usize);
        for &topic in &self.topics {
            topics.extend(std::iter::repeat_n(topic, input.topics[topic as usize].partitions as usize));
        }
        topics.extend(self.strange.iter().map(|partition| partition.topic));
        topics
    }

    /// The partition with a number.
    pub fn partition(&self, number: u32, topic: u32) -> Partition {
        match number.checked_sub(self.count) {
            None => Partition { topic, number: (number - self.first[topic as usize]) as i32 },
            Some(strange) => self.strange[strange as usize],
        }
    }

    /// The number of the first partition that comes after a strange one in Kafka's order.
    pub fn after(&self, input: &Input, partition: Partition) -> u32 {
        let first = self.first[partition.topic as usize];
        if partition.number < 0 {
            first
        } else {
            first + input.topics[partition.topic as usize].partitions as u32
        }
    }
}

/// Claims, once contradictions are resolved.
pub(super) struct Claims {
    /// Members in the order of Kafka's map of subscriptions.
    pub order: Vec<u32>,
    /// Whether all members subscribe to the same topics.
    pub equal: bool,
    /// The highest generation that anybody names; −1 when nobody does.
    pub generation: i32,
    /// The partitions.
    pub numbers: Numbers,
    /// Who is believed to own each, or [`NONE`]; empty when nobody claims anything.
    owners: Vec<u32>,
    /// Those whose owner lost it again, because somebody else of his generation claims it too.
    unlisted: Bits,
    /// Those that two members of one generation claim.
    contested: Bits,
}

impl Claims {
    pub fn new(input: &Input) -> Claims {
        let order = order::of_table(input.members.iter().map(|member| &member.id));
        let generation = |m: u32| input.members[m as usize].generation.unwrap_or(-1);
        let mut claims = Claims {
            equal: all_equal(input, &order),
            generation: order.iter().map(|&member| generation(member)).max().unwrap_or(-1),
            numbers: Numbers::new(input),
            owners: Vec::new(),
            unlisted: Bits::default(),
            contested: Bits::default(),
            order,
        };
        if input.members.iter().any(|member| !member.owned.is_empty()) {
            claims.owners = vec![NONE; claims.numbers.all() as usize];
            claims.resolve(input, generation);
        }
        claims
    }

    /// The first claim counts, unless a later one is of a higher generation. Of two of one generation neither does.
    fn resolve(&mut self, input: &Input, generation: impl Fn(u32) -> i32) {
        for &member in &self.order {
            for &partition in &*input.members[member as usize].owned {
                let Some(number) = self.numbers.of(input, partition) else { continue };
                let owner = &mut self.owners[number as usize];
                if *owner == NONE {
                    *owner = member;
                } else if generation(member) >= generation(*owner) {
                    if self.contested.words().is_empty() {
                        self.contested = Bits::new(self.numbers.all());
                        self.unlisted = Bits::new(self.numbers.all());
                    }
                    if generation(member) == generation(*owner) {
                        self.contested.add(number);
                        self.unlisted.add(number);
                    } else {
                        self.unlisted.remove(number);
                    }
                    *owner = member;
                }
            }
        }
    }

    /// Whether the member is believed to own the partition.
    #[inline]
    pub fn owns(&self, member: u32, number: u32) -> bool {
        self.owners[number as usize] == member && !self.unlisted.has(number)
    }

    /// How many numbers a set of claimed partitions needs: none when nobody claims anything.
    pub fn claimed(&self) -> u32 {
        self.owners.len() as u32
    }

    /// Who is believed to own it.
    pub fn owner(&self, number: u32) -> Option<u32> {
        self.owners.get(number as usize).copied().filter(|&owner| owner != NONE)
    }

    /// Whether two members of one generation claim it.
    #[inline]
    pub fn contested(&self, number: u32) -> bool {
        self.contested.has(number)
    }
}

/// Kafka's test: the topics of the first member that has any are what all others are held against, so a member without
/// topics is overlooked as long as no other came before it.
fn all_equal(input: &Input, order: &[u32]) -> bool {
    let mut topics = Bits::new(input.topics.len() as u32);
    let (mut count, mut first) = (0, None);
    order.iter().all(|&member| {
        let subscribed = &input.members[member as usize].topics;
        if count == 0 {
            count = subscribed.iter().filter(|&&topic| topics.add(topic)).count();
            first = Some(subscribed);
            return true;
        }
        let same = first.is_some_and(|first| std::rc::Rc::ptr_eq(first, subscribed));
        subscribed.len() == count && (same || subscribed.iter().all(|&topic| topics.has(topic)))
    })
}
