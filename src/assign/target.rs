//! What a server-side assignor is given and what it answers.

use super::order;
use crate::base::java_order::{self, Adds, spread};
use crate::base::{JavaHash, Map, Uuid, small};
use std::rc::Rc;

/// Partitions of one topic that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Run {
    /// The topic's place in [`Group::topics`].
    pub topic: u32,
    /// The number of the first partition.
    pub first: i32,
    /// How many there are. None says that the topic is named, without partitions.
    pub count: i32,
}

/// What one member has: a part of a list that may hold the partitions of others as well. Runs of one topic stand
/// together.
#[derive(Clone, Debug)]
pub struct Share {
    runs: Rc<Vec<Run>>,
    from: u32,
    to: u32,
}

/// For each member, in the order of [`Group::members`], what it is to have; `None` when the answer does not name it.
pub type Targets = Vec<Option<Share>>;

/// A topic that exists, or one that a member names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupTopic {
    /// Its name.
    pub name: Rc<str>,
    /// Its id.
    pub id: Uuid,
    /// How many partitions it has; 0 when it does not exist.
    pub partitions: i32,
}

/// A member of a group whose coordinator assigns.
#[derive(Clone, Debug)]
pub struct GroupMember {
    /// Member id.
    pub id: Rc<str>,
    /// `group.instance.id`; `None` for a dynamic member.
    pub instance: Option<Rc<str>>,
    /// The topics that it subscribes to, as places, in the order of Kafka's set of their names
    /// ([`Group::in_set_order`]). Members may share one list.
    pub topics: Rc<[u32]>,
    /// Its target so far, in the order in which records have it.
    pub target: Share,
}

/// What a server-side assignor is given (`GroupSpec` and `SubscribedTopicDescriber`).
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// All topics that members subscribe to or have, each once.
    pub topics: Vec<GroupTopic>,
    /// The members, each id once, in the order in which Kafka puts them into its map.
    pub members: Vec<GroupMember>,
    /// What somebody has who is not here any more, though the group has not noticed yet.
    pub others: Vec<Run>,
    /// Whether all members subscribe to the same topics (`SubscriptionType.HOMOGENEOUS`).
    pub alike: bool,
    /// How many members Kafka's map had at most before it had just these; 0 when that is how many there are.
    pub peak: u32,
}

impl Share {
    /// Nothing.
    pub fn empty() -> Share {
        Share::new(Vec::new())
    }

    /// All of these.
    pub fn new(runs: Vec<Run>) -> Share {
        Share { from: 0, to: runs.len() as u32, runs: Rc::new(runs) }
    }

    /// A part of a list that many share.
    pub(super) fn part(runs: &Rc<Vec<Run>>, (from, to): (u32, u32)) -> Share {
        Share { runs: runs.clone(), from, to }
    }

    /// The runs.
    #[inline]
    pub fn runs(&self) -> &[Run] {
        &self.runs[self.from as usize..self.to as usize]
    }

    /// How many partitions.
    pub fn len(&self) -> u32 {
        self.runs().iter().map(|run| run.count as u32).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The partitions of each topic, sorted both.
    pub fn by_topic(&self) -> Map<u32, Vec<i32>> {
        let mut topics: Map<u32, Vec<i32>> = Map::new();
        for run in self.runs() {
            topics.or_default(run.topic).extend(run.first..run.first + run.count);
        }
        topics.values_mut().for_each(|partitions| small::sort_unstable(partitions));
        topics
    }
}

/// Equal when they hold the same, in whatever order and list.
impl PartialEq for Share {
    fn eq(&self, other: &Share) -> bool {
        self.by_topic() == other.by_topic()
    }
}

impl Eq for Share {}

/// Adds partitions to a list of runs; neighbours make one run. `start` is where the list of this member begins.
#[inline]
pub(super) fn push(runs: &mut Vec<Run>, start: usize, topic: u32, number: i32) {
    match runs[start..].last_mut() {
        Some(last) if last.topic == topic && last.first + last.count == number => last.count += 1,
        _ => runs.push(Run { topic, first: number, count: 1 }),
    }
}

/// Writes what members have into one list, member by member in any order.
pub(super) struct Writer {
    runs: Vec<Run>,
    /// Where each member's part begins, and where its next run goes.
    parts: Vec<(u32, u32)>,
}

impl Writer {
    /// `room`: for each member how many runs it needs at most; `None` for one that keeps its target.
    pub fn new(room: impl ExactSizeIterator<Item = Option<u32>>) -> Writer {
        let mut sum = 0;
        let mut parts = Vec::with_capacity(room.len());
        for room in room {
            parts.push(room.map_or((u32::MAX, u32::MAX), |_| (sum, sum)));
            sum += room.unwrap_or(0);
        }
        Writer { runs: vec![Run { topic: 0, first: 0, count: 0 }; sum as usize], parts }
    }

    /// Adds a run to a member's part; one that follows its last run makes that longer.
    #[inline]
    pub fn push(&mut self, member: u32, run: Run) {
        let (from, to) = &mut self.parts[member as usize];
        if to > from {
            let last = &mut self.runs[*to as usize - 1];
            let follows = last.topic == run.topic && last.first + last.count == run.first;
            if follows && last.count > 0 && run.count > 0 {
                last.count += run.count;
                return;
            }
        }
        self.runs[*to as usize] = run;
        *to += 1;
    }

    /// What was written for a member; nothing for one that keeps its target.
    pub fn part(&mut self, member: u32) -> &mut [Run] {
        match self.parts[member as usize] {
            (u32::MAX, _) => &mut [],
            (from, to) => &mut self.runs[from as usize..to as usize],
        }
    }

    /// The targets: new parts, and old targets of those that keep them.
    pub fn targets(self, group: &Group) -> Targets {
        let runs = Rc::new(self.runs);
        let with_parts = group.members.iter().zip(self.parts);
        let share = |(member, part): (&GroupMember, (u32, u32))| match part {
            (u32::MAX, _) => member.target.clone(),
            part => Share::part(&runs, part),
        };
        with_parts.map(|pair| Some(share(pair))).collect()
    }
}

impl Group {
    /// The order of Kafka's `HashSet` of names, filled in the order in which a request lists them.
    pub fn in_set_order<'a>(names: impl Iterator<Item = &'a Rc<str>>) -> Vec<u32> {
        let names: Vec<&Rc<str>> = names.collect();
        let hashes: Vec<u32> = names.iter().map(|name| spread(name.java_hash())).collect();
        java_order::order(&hashes, java_order::copied_set(hashes.len()), Adds::Last)
    }

    /// Members in the order of Kafka's map of them.
    pub(super) fn member_order(&self) -> Vec<u32> {
        order::of_table_with_room(self.members.iter().map(|member| &member.id), self.peak as usize)
    }

    /// The topics of a member that exist, in the order of its subscription.
    pub(super) fn subscribed(&self, member: u32) -> impl Iterator<Item = u32> {
        let topics = self.members[member as usize].topics.iter().copied();
        topics.filter(|&topic| self.topics[topic as usize].partitions > 0)
    }

    /// Whether there is such a topic, even if nothing of it may be assigned yet.
    pub(super) fn exists(&self, topic: u32) -> bool {
        self.topics[topic as usize].id != Uuid::ZERO
    }

    /// The hash code of a topic's id, as Java's tables use it.
    pub(super) fn id_hash(&self, topic: u32) -> u32 {
        spread(self.topics[topic as usize].id.java_hash())
    }

    /// For each topic the number of its first partition when those of all topics are numbered through, and how many
    /// there are.
    pub(super) fn numbers(&self) -> (Vec<u32>, u32) {
        let mut sum = 0;
        let first = self.topics.iter().map(|topic| {
            sum += topic.partitions as u32;
            sum - topic.partitions as u32
        });
        (first.collect(), sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_hash_as_in_java() {
        let hash = |text: &str| Uuid::parse(text).expect("an id").java_hash();
        assert_eq!(hash("T1-A4s3VTwiI5CTbEp6POw"), 418_407_434);
        assert_eq!(hash("_____wAAAAAAAAAAAAAAAg"), !2);
    }

    #[test]
    fn a_share_is_what_it_holds_and_not_how_it_is_written() {
        let run = |first, count| Run { topic: 1, first, count };
        let share = Share::new(vec![run(4, 1), run(0, 2)]);
        assert_eq!(share, Share::new(vec![run(0, 1), run(1, 1), run(4, 1)]));
        assert_ne!(share, Share::new(vec![run(0, 2)]));
        assert_ne!(Share::empty(), Share::new(vec![run(0, 0)]), "a topic without partitions is named");
        assert_eq!((share.len(), share.is_empty(), Share::empty().is_empty()), (3, false, true));
    }
}
