//! Why the world refused a command: the reason in words that name what is in the way.

use crate::base::{Time, limit};
use std::fmt;
use std::rc::Rc;

/// A command that changed nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No topic has this name.
    NoTopic(Rc<str>),
    /// A topic has this name already.
    TopicExists(Rc<str>),
    /// A name that Kafka does not allow: what it names, the name.
    BadName(&'static str, Rc<str>),
    /// A name that no group has here.
    BadGroup(Rc<str>),
    /// A topic's partitions can only become more: topic, how many it has.
    NotMore(Rc<str>, i32),
    /// A limit would be passed: what, the limit.
    TooMany(&'static str, u64),
    /// A setting that Kafka refuses: its name, the reason.
    BadSetting(&'static str, Rc<str>),
    /// A topic's configuration that Kafka refuses, in its words.
    BadConfig(Rc<str>),
    /// A compacted topic takes no records without keys: the topic, and the producer that would send them.
    Keyless(Rc<str>, Option<Rc<str>>),
    /// No group has this name.
    NoGroup(Rc<str>),
    /// A group has this name already.
    GroupExists(Rc<str>),
    /// The group still has members: group, their names.
    GroupLives(Rc<str>, Vec<Rc<str>>),
    /// No consumer has this name.
    NoConsumer(Rc<str>),
    /// A consumer has this name already.
    ConsumerExists(Rc<str>),
    /// The consumer's process runs.
    Runs(Rc<str>),
    /// The consumer's process does not run.
    DoesNotRun(Rc<str>),
    /// No producer has this name.
    NoProducer(Rc<str>),
    /// A producer has this name already.
    ProducerExists(Rc<str>),
    /// No assignor has this name.
    NoAssignor(Rc<str>),
    /// Consumers of the groups to be restored still run: their names.
    MembersAlive(Vec<Rc<str>>),
    /// A record that cannot be written: its number from 0, the reason.
    BadRecord(u64, Rc<str>),
    /// A segment that cannot be appended: what is wrong, and where.
    BadSegment(Rc<str>),
    /// Kafka answered with this error.
    Kafka(&'static str),
    /// The run may not be longer: the limit.
    TooLong(Time),
}

impl Refusal {
    /// What stands before the name of Kafka's error.
    pub const BY_BROKER: &'static str = "refused by the broker: ";
}

fn list(names: &[Rc<str>]) -> String {
    names.iter().map(|name| name.as_ref()).collect::<Vec<&str>>().join(", ")
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::BadSegment(reason) => f.write_str(reason),
            Refusal::NoTopic(name) => write!(f, "there is no topic {name}"),
            Refusal::TopicExists(name) => write!(f, "topic {name} exists already"),
            Refusal::BadName(what, name) => write!(
                f,
                "{name:?} cannot be the name of a {what}: 1 to {} of a-z, A-Z, 0-9, '.', '_', '-', and not '.' or '..'",
                limit::TOPIC_NAME_MAX
            ),
            Refusal::BadGroup(name) => write!(
                f,
                "{:?} cannot be the name of a group: 1 to {} characters, none of them a control character",
                name.chars().take(40).collect::<String>(),
                limit::GROUP_NAME_MAX
            ),
            Refusal::NotMore(topic, have) => {
                write!(f, "topic {topic} has {have} partitions, and their number can only grow")
            }
            Refusal::TooMany(what, limit) => write!(f, "more than {limit} {what}"),
            Refusal::BadSetting(name, reason) => write!(f, "{name}: {reason}"),
            Refusal::BadConfig(sentence) => f.write_str(sentence),
            Refusal::Keyless(topic, None) => {
                write!(f, "topic {topic} is compacted, and takes no records without keys")
            }
            Refusal::Keyless(topic, Some(producer)) => write!(
                f,
                "a compacted topic takes no records without keys, as {producer} sends them to {topic}: stop it first"
            ),
            Refusal::NoGroup(name) => write!(f, "there is no group {name}"),
            Refusal::GroupExists(name) => write!(f, "group {name} exists already"),
            Refusal::GroupLives(name, members) => {
                write!(f, "group {name} still has members: {}", list(members))
            }
            Refusal::NoConsumer(name) => write!(f, "there is no consumer {name}"),
            Refusal::ConsumerExists(name) => write!(f, "consumer {name} exists already"),
            Refusal::Runs(name) => write!(f, "consumer {name} is running"),
            Refusal::DoesNotRun(name) => write!(f, "consumer {name} is not running"),
            Refusal::NoProducer(name) => write!(f, "there is no producer {name}"),
            Refusal::ProducerExists(name) => write!(f, "producer {name} exists already"),
            Refusal::NoAssignor(name) => write!(f, "there is no assignor {name}"),
            Refusal::MembersAlive(names) => write!(f, "stop these consumers first: {}", list(names)),
            Refusal::BadRecord(number, reason) => write!(f, "record {number} cannot be written: {reason}"),
            Refusal::Kafka(error) => write!(f, "{}{error}", Refusal::BY_BROKER),
            Refusal::TooLong(limit) => write!(f, "a run ends at {limit}"),
        }
    }
}

impl std::error::Error for Refusal {}
