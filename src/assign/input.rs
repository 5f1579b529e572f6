//! What an assignor is given and what it answers.

use crate::base::{JavaMap, TopicPartition};
use std::cmp::Ordering;
use std::rc::Rc;

/// A topic that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: Rc<str>,
    /// How many partitions it has; topics without any are passed over.
    pub partitions: i32,
    /// For each partition the racks of its replicas; `None` when racks are unknown.
    pub racks: Option<Rc<[Vec<Rc<str>>]>>,
}

/// A member of the group and what it subscribes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
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

/// What an assignor is given. Both lists are in the order in which Kafka puts them into its hash maps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// The topics that exist, each once.
    pub topics: Vec<Topic>,
    /// The members, each id once.
    pub members: Vec<Member>,
}

/// For each member, in the order of [`Input::members`], its partitions in Kafka's list order.
pub type Assignment = Vec<(Rc<str>, Vec<TopicPartition>)>;

impl Input {
    /// What the leader of a classic group hands to its assignor (`AbstractPartitionAssignor.assign`): `members` in the
    /// order of its JoinGroup answer; `topic` says what the leader's metadata knows of a topic.
    pub fn of_leader(members: Vec<Member>, topic: impl Fn(&Rc<str>) -> Option<Topic>) -> Input {
        let by_id: JavaMap<Rc<str>, &Member> = members.iter().map(|m| (m.id.clone(), m)).collect();
        let mut subscribed: JavaMap<Rc<str>, ()> = JavaMap::new();
        for name in by_id.values().flat_map(|member| &member.topics) {
            subscribed.put(name.clone(), ());
        }
        let topics = subscribed.keys().filter_map(topic).filter(|t| t.partitions > 0).collect();
        Input { topics, members }
    }

    /// The members in the order in which `range` and `roundrobin` take them (`MemberInfo`): static members first, by
    /// instance id, then dynamic ones, by member id. Texts are compared as Java does, by UTF-16 units.
    pub(super) fn members_in_order(&self) -> Vec<&Member> {
        let mut members: Vec<&Member> = self.members.iter().collect();
        members.sort_by(|a, b| match (&a.instance, &b.instance) {
            (Some(a), Some(b)) => java_order(a, b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => java_order(&a.id, &b.id),
        });
        members
    }
}

impl Member {
    /// The rack, unless it is not set or empty.
    pub(super) fn rack(&self) -> Option<&Rc<str>> {
        self.rack.as_ref().filter(|rack| !rack.is_empty())
    }
}

/// Java's `String.compareTo`. It differs from the order of code points only beyond the basic plane.
pub(super) fn java_order(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}
