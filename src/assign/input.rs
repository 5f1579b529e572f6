//! What an assignor is given and what it answers.

use crate::base::TopicPartition;
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
