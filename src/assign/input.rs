//! What a client-side assignor is given and what it answers.

use super::order;
use crate::base::{JavaMap, Map, TopicPartition, small};
use std::rc::Rc;

/// A topic that exists, or one that somebody speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: Rc<str>,
    /// How many partitions it has; 0 when nothing is known of it. Topics without any are passed over.
    pub partitions: i32,
    /// For each partition the racks of its replicas; `None` when racks are unknown.
    pub racks: Option<Rc<[Vec<Rc<str>>]>>,
}

/// A partition of a topic of an [`Input`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    /// The topic's place in [`Input::topics`].
    pub topic: u32,
    /// The partition's number, from 0.
    pub number: i32,
}

/// A member of the group and what it subscribes to, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscriber {
    /// Member id.
    pub id: Rc<str>,
    /// The topics that it subscribes to, in its own order.
    pub topics: Vec<Rc<str>>,
    /// The partitions that it claims to own, in its own order.
    pub owned: Vec<TopicPartition>,
    /// The generation in which it owned them; `None` when it does not say.
    pub generation: Option<i32>,
    /// `client.rack`; `None` when not set.
    pub rack: Option<Rc<str>>,
    /// `group.instance.id`; `None` for a dynamic member.
    pub instance: Option<Rc<str>>,
}

/// A [`Subscriber`] of an [`Input`], which speaks of topics by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Member id.
    pub id: Rc<str>,
    /// The topics that it subscribes to, in its own order. Members may share one list.
    pub topics: Rc<[u32]>,
    /// The partitions that it claims to own, in its own order.
    pub owned: Rc<[Partition]>,
    /// The generation in which it owned them; `None` when it does not say.
    pub generation: Option<i32>,
    /// `client.rack`; `None` when not set.
    pub rack: Option<Rc<str>>,
    /// `group.instance.id`; `None` for a dynamic member.
    pub instance: Option<Rc<str>>,
}

/// What an assignor is given. Both lists are in the order in which Kafka puts them into its hash maps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// All topics that the members speak of, each once. One that has partitions has a subscriber: a leader knows nothing of
    /// others.
    pub topics: Vec<Topic>,
    /// The members, each id once.
    pub members: Vec<Member>,
}

/// For each member, in the order of [`Input::members`], its partitions in Kafka's list order.
pub type Assignment = Vec<Vec<Partition>>;

impl Input {
    /// Replaces names by places. Topics that only members speak of come after `topics`, without partitions.
    pub fn new(topics: Vec<Topic>, subscribers: &[Subscriber]) -> Input {
        let mut topics = topics;
        let mut places: Map<Rc<str>, u32> =
            topics.iter().zip(0..).map(|(topic, place)| (topic.name.clone(), place)).collect();
        let mut place = |name: &Rc<str>| {
            *places.or_insert_with(name.clone(), || {
                topics.push(Topic { name: name.clone(), partitions: 0, racks: None });
                topics.len() as u32 - 1
            })
        };
        let mut members: Vec<Member> = Vec::with_capacity(subscribers.len());
        for subscriber in subscribers {
            let subscribed: Vec<u32> = subscriber.topics.iter().map(&mut place).collect();
            let same = members.last().map(|last| &last.topics).filter(|last| ***last == *subscribed);
            let topics = same.cloned().unwrap_or_else(|| subscribed.into());
            let owned = subscriber.owned.iter();
            members.push(Member {
                id: subscriber.id.clone(),
                topics,
                owned: owned.map(|p| Partition { topic: place(&p.topic), number: p.partition }).collect(),
                generation: subscriber.generation,
                rack: subscriber.rack.clone(),
                instance: subscriber.instance.clone(),
            });
        }
        Input { topics, members }
    }

    /// What the leader of a classic group hands to its assignor (`AbstractPartitionAssignor.assign`): `subscribers` in
    /// the order of its JoinGroup answer; `topic` says what the leader's metadata knows of a topic.
    pub fn of_leader(subscribers: &[Subscriber], topic: impl Fn(&Rc<str>) -> Option<Topic>) -> Input {
        let by_id: JavaMap<Rc<str>, &Subscriber> = subscribers.iter().map(|s| (s.id.clone(), s)).collect();
        let mut subscribed: JavaMap<Rc<str>, ()> = JavaMap::new();
        for name in by_id.values().flat_map(|subscriber| &subscriber.topics) {
            subscribed.put(name.clone(), ());
        }
        let topics = subscribed.keys().filter_map(topic).filter(|t| t.partitions > 0).collect();
        Input::new(topics, subscribers)
    }

    /// The name of a partition.
    pub fn name(&self, partition: Partition) -> TopicPartition {
        TopicPartition {
            topic: self.topics[partition.topic as usize].name.clone(),
            partition: partition.number,
        }
    }

    /// An assignment with names in place of places.
    pub fn named(&self, assignment: &Assignment) -> Vec<(Rc<str>, Vec<TopicPartition>)> {
        let with_ids = self.members.iter().zip(assignment);
        let names = |list: &Vec<Partition>| list.iter().map(|&partition| self.name(partition)).collect();
        with_ids.map(|(member, list)| (member.id.clone(), names(list))).collect()
    }

    /// The topics that exist, as places, in the order of Kafka's map of them.
    pub(super) fn topics_in_table_order(&self) -> Vec<u32> {
        let exist: Vec<u32> = self.existing().collect();
        let names = exist.iter().map(|&topic| &self.topics[topic as usize].name);
        order::of_table(names).into_iter().map(|i| exist[i as usize]).collect()
    }

    /// The topics that exist, as places, sorted by name.
    pub(super) fn topics_by_name(&self) -> Vec<u32> {
        let mut topics: Vec<u32> = self.existing().collect();
        small::sort_by(&mut topics, |&a, &b| {
            order::of_texts(&self.topics[a as usize].name, &self.topics[b as usize].name)
        });
        topics
    }

    fn existing(&self) -> impl Iterator<Item = u32> {
        self.topics.iter().zip(0..).filter(|(topic, _)| topic.partitions > 0).map(|(_, place)| place)
    }
}

impl Member {
    /// The rack, unless it is not set or empty.
    pub(super) fn rack(&self) -> Option<&Rc<str>> {
        self.rack.as_ref().filter(|rack| !rack.is_empty())
    }
}
