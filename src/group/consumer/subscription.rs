//! Who reads what: topics by name and by regular expression, of a group as it would be with a changed member or without
//! some of its members.

use super::member::Member;
use super::metadata_hash;
use super::record::RegexValue;
use super::state::ConsumerGroup;
use crate::assign::server::Kind;
use crate::base::{Map, Set, Uuid};
use crate::group::metadata::Metadata;
use std::rc::Rc;

/// How many members name a topic, and how many expressions mean it.
#[derive(Clone, Copy, Default)]
struct Count {
    by_name: u32,
    by_regex: u32,
}

/// The members that count, and what they read.
pub(super) struct Subscriptions<'a> {
    pub members: Vec<&'a Member>,
    topics: Map<&'a Rc<str>, Count>,
    /// Each expression and its number of members.
    pub regexes: Map<&'a Rc<str>, u32>,
}

impl<'a> Subscriptions<'a> {
    /// The group as it would be with `member`, in place of what it was or of whom it follows. A new member of a consumer
    /// group comes last; one of a share group is in Kafka's table already (`ShareGroup.getOrMaybeCreateMember`).
    pub fn with(group: &'a ConsumerGroup, member: &'a Member) -> Subscriptions<'a> {
        let old = group.predecessor(member);
        let is_known = group.members.contains_key(&member.id);
        let mut members: Vec<&Member> = match (is_known, group.kind) {
            (false, Kind::Share) => {
                let mut table = group.members.references();
                table.put(&member.id, member);
                table.values().copied().collect()
            }
            (false, Kind::Consumer) => group.members.values().chain([member]).collect(),
            (true, _) => group.members.values().map(|m| if m.id == member.id { member } else { m }).collect(),
        };
        members.retain(|m| m.id == member.id || m.id != *old);
        Subscriptions::of(group, members, false)
    }

    /// The group as it would be without some.
    pub fn without(group: &'a ConsumerGroup, gone: &Set<Rc<str>>) -> Subscriptions<'a> {
        let members = group.members.values().filter(|member| !gone.contains(&member.id)).collect();
        Subscriptions::of(group, members, false)
    }

    /// `all`: expressions that nobody has any more count as well, until they are gone.
    fn of(group: &'a ConsumerGroup, members: Vec<&'a Member>, all: bool) -> Subscriptions<'a> {
        let mut regexes: Map<&Rc<str>, u32> = Map::new();
        let mut topics: Map<&Rc<str>, Count> = Map::new();
        for member in &members {
            for topic in member.topic_set() {
                topics.or_default(topic).by_name += 1;
            }
            if let Some(regex) = &member.about.regex {
                *regexes.or_default(regex) += 1;
            }
        }
        let resolved = group.regexes.iter().filter(|(regex, _)| all || regexes.contains_key(regex));
        for topic in resolved.flat_map(|(_, value)| &value.topics) {
            topics.or_default(topic).by_regex += 1;
        }
        Subscriptions { members, topics, regexes }
    }

    /// Kafka's hash over the topics.
    pub fn metadata_hash(&self, metadata: &Metadata) -> i64 {
        metadata_hash::hash(self.topics.keys().copied(), metadata)
    }

    /// Whether all members read the same topics (`SubscriptionType.HOMOGENEOUS`). As in Kafka, members with expressions
    /// count as alike only when all have the same one and none names a topic.
    pub fn are_alike(&self) -> bool {
        let all = self.members.len() as u32;
        match self.regexes.values().next() {
            None => self.topics.values().all(|count| count.by_name == all),
            Some(&count) if count != all => false,
            Some(_) => self.topics.values().all(|count| count.by_regex == 1 && count.by_name == 0),
        }
    }

    /// The names of the topics.
    pub fn names(&self) -> impl Iterator<Item = &'a Rc<str>> + '_ {
        self.topics.keys().copied()
    }
}

impl ConsumerGroup {
    /// Whether members subscribe alike now.
    pub(super) fn are_alike(&self) -> bool {
        Subscriptions::of(self, self.members.values().collect(), true).are_alike()
    }

    /// Whether a member reads the topic.
    pub fn reads(&self, topic: &str) -> bool {
        self.members.values().any(|member| {
            let means = |r: &RegexValue| r.topics.iter().any(|t| &**t == topic);
            member.about.topics.iter().any(|t| &**t == topic)
                || member.about.regex.as_ref().and_then(|r| self.regexes.get(r)).is_some_and(means)
        })
    }

    /// The topics that a member reads, as Kafka's set of their names is filled: those of the larger of the two sets first.
    pub fn topics_of<'a>(&'a self, member: &'a Member) -> Vec<&'a Rc<str>> {
        let named = &member.about.topics;
        let meant = member.about.regex.as_ref().and_then(|regex| self.regexes.get(regex));
        let meant = meant.map_or(&[][..], |value| &value.topics);
        let (large, small) =
            if named.len() > meant.len() { (&named[..], meant) } else { (meant, &named[..]) };
        large.iter().chain(small.iter().filter(|topic| !large.contains(topic))).collect()
    }

    /// The ids of the topics that a member reads and that exist.
    pub fn topic_ids_of(&self, member: &Member, metadata: &Metadata) -> Set<Uuid> {
        let names = self.topics_of(member).into_iter();
        names.filter_map(|name| metadata.topics.get(name)).map(|topic| topic.id).collect()
    }
}
