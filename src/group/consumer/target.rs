//! The target: what every member is to have, made by a server-side assignor (`TargetAssignmentBuilder`).

use super::member::Member;
use super::record::{ConsumerTargetValue, MemberTargetValue};
use super::scene::Scene;
use super::state::ConsumerGroup;
use super::subscription::Subscriptions;
use crate::assign::server::{Kind, ServerAssignor, for_groups};
use crate::assign::target::{Group, GroupMember, GroupTopic, Run, Share};
use crate::base::java_order::{self, Adds, spread};
use crate::base::{JavaHash, Map, Uuid};
use crate::group::ErrorCode;
use crate::group::event::Checked;
use crate::group::record::Record;
use std::rc::Rc;

/// Makes the target for `epoch` with `member` in it: records for those whose target changes, and the member's own target.
/// Whether members subscribe alike is found out when topics were looked at; otherwise, as in Kafka, what counts is whether
/// they did so when a member last changed.
pub(super) fn make(
    scene: &Scene,
    (before, member): (&Member, &Member),
    looked: bool,
    epoch: i32,
) -> Checked<(Vec<Record>, MemberTargetValue)> {
    let group = scene.group;
    let subscriptions = Subscriptions::with(group, member);
    let mut input = Input::new(scene, &subscriptions);
    if !looked {
        input.group.alike = group.alike;
    }
    input.group.members = subscriptions.members.iter().map(|m| input.places.member(scene, m)).collect();
    input.group.peak = peak(group, member);
    input.group.topics = std::mem::take(&mut input.places.topics);
    let assignor = scene.assignor(before, member);
    let (targets, adds) = ((assignor.assign)(&input.group), (assignor.adds)(&input.group));
    if (assignor.fails)(&input.group, &targets) {
        return Err(ErrorCode::UNKNOWN_SERVER_ERROR);
    }

    let mut records = Vec::new();
    let mut own = MemberTargetValue::default();
    for (one, share) in input.group.members.iter().zip(&targets) {
        let target = share
            .as_ref()
            .map(|share| match adds {
                Adds::Last => input.group.value(share),
                Adds::First => in_map_order(input.group.value(share), scene.group.targets.get(&one.id)),
            })
            .unwrap_or_default();
        if group.targets.get(&one.id).is_none_or(|old| old.as_set() != target.as_set()) {
            let key = super::record::MemberKey { group: group.id.clone(), member: one.id.clone() };
            records.push(Record::ConsumerMemberTarget(key, Some(target.clone())));
        }
        if one.id == member.id {
            own = target;
        }
    }
    let value = ConsumerTargetValue { epoch, timestamp_ms: scene.clock_ms };
    records.push(Record::ConsumerTarget(group.id.clone(), Some(value)));
    Ok((records, own))
}

/// How many members Kafka's map has at most: one more than are left, if who takes the place of another comes before that one
/// goes, which the order of a `HashMap` of the two decides.
fn peak(group: &ConsumerGroup, member: &Member) -> u32 {
    let old = group.predecessor(member);
    let bucket = |id: &str| spread(id.java_hash()) % java_order::grown(2) as u32;
    match *old != member.id && bucket(&member.id) <= bucket(old) {
        true => group.members.len() as u32 + u32::from(!group.members.contains_key(&member.id)),
        false => 0,
    }
}

impl Scene<'_> {
    /// How many of a topic's partitions may be assigned: in share groups those that are initialized, which are its first.
    fn assignable(&self, topic: Uuid, partitions: i32) -> i32 {
        self.initialized.map_or(partitions, |initialized| {
            initialized.get(&topic).map_or(0, |topic| topic.partitions.len() as i32)
        })
    }

    /// The assignor that most members ask for; the broker's first when nobody asks. Of several, the one that Kafka meets first
    /// in a `HashMap` copied from the group's: the names that there are share a bucket, and a name that this heartbeat brings
    /// goes to its head.
    fn assignor(&self, before: &Member, after: &Member) -> &'static ServerAssignor {
        if self.group.kind == Kind::Share {
            return for_groups(Kind::Share, "simple").expect("it is registered");
        }
        let mut bucket: Vec<(Rc<str>, u32)> = self.group.votes.iter().map(|(k, v)| (k.clone(), *v)).collect();
        if let Some(old) = &before.about.assignor {
            bucket.iter_mut().filter(|(name, _)| name == old).for_each(|(_, count)| *count -= 1);
            bucket.retain(|(_, count)| *count > 0);
        }
        if let Some(new) = &after.about.assignor {
            match bucket.iter_mut().find(|(name, _)| name == new) {
                Some((_, count)) => *count += 1,
                None => bucket.insert(0, (new.clone(), 1)),
            }
        }
        let votes = bucket.iter().map(|(name, count)| (name, *count));
        let name = first_with_most(votes).unwrap_or_else(|| self.config.consumer_assignor());
        for_groups(Kind::Consumer, &name)
            .or_else(|| for_groups(Kind::Consumer, "uniform"))
            .expect("it is registered")
    }
}

/// The first with the most votes.
pub(super) fn first_with_most<'a>(votes: impl Iterator<Item = (&'a Rc<str>, u32)>) -> Option<Rc<str>> {
    let votes: Vec<(&Rc<str>, u32)> = votes.collect();
    let most = votes.iter().map(|(_, count)| *count).max()?;
    votes.iter().find(|(_, count)| *count == most).map(|(name, _)| (*name).clone())
}

struct Input {
    group: Group,
    places: Places,
}

/// Places of topics, by name and by id.
struct Places {
    topics: Vec<GroupTopic>,
    by_name: Map<Rc<str>, u32>,
    by_id: Map<Uuid, u32>,
}

impl Input {
    fn new(scene: &Scene, subscriptions: &Subscriptions) -> Input {
        let mut places = Places { topics: Vec::new(), by_name: Map::new(), by_id: Map::new() };
        for name in subscriptions.names() {
            let place = places.topics.len() as u32;
            let topic = scene.metadata.topics.get(name);
            let (id, partitions) = topic.map_or((Uuid::ZERO, 0), |topic| (topic.id, topic.partitions));
            let partitions = scene.assignable(id, partitions);
            places.topics.push(GroupTopic { name: name.clone(), id, partitions });
            places.by_name.insert(name.clone(), place);
            if topic.is_some() {
                places.by_id.insert(id, place);
            }
        }
        Input { group: Group { alike: subscriptions.are_alike(), ..Group::default() }, places }
    }
}

impl Places {
    fn member(&mut self, scene: &Scene, member: &Member) -> GroupMember {
        let names = scene.group.topics_of(member);
        let order = Group::in_set_order(names.iter().copied());
        let topics = order.into_iter().map(|place| self.by_name[names[place as usize]]).collect();
        let mut runs: Vec<Run> = Vec::new();
        for (id, numbers) in
            scene.group.targets.get(scene.group.predecessor(member)).iter().flat_map(|t| &t.topics)
        {
            let topic = self.of_id(scene, *id);
            if numbers.is_empty() {
                runs.push(Run { topic, first: 0, count: 0 });
            }
            runs.extend(numbers.iter().map(|&first| Run { topic, first, count: 1 }));
        }
        GroupMember {
            id: member.id.clone(),
            instance: member.about.instance.clone(),
            topics,
            target: Share::new(runs),
        }
    }

    /// A topic that nobody subscribes to, or that is gone, may still be in a target.
    fn of_id(&mut self, scene: &Scene, id: Uuid) -> u32 {
        let (topics, metadata) = (&mut self.topics, scene.metadata);
        *self.by_id.or_insert_with(id, || {
            let known = metadata.name_of(id);
            let partitions = known.map_or(0, |name| metadata.topics[name].partitions);
            let partitions = scene.assignable(id, partitions);
            let name = known.cloned().unwrap_or_else(|| id.to_string().into());
            topics.push(GroupTopic { name, id, partitions });
            topics.len() as u32 - 1
        })
    }
}

/// Topics in the order in which Kafka's map of them has those of one bucket, which is what a later assignment sees: one that
/// is new to the member goes to the head of its bucket (`computeIfAbsent`), others keep their order.
fn in_map_order(target: MemberTargetValue, old: Option<&MemberTargetValue>) -> MemberTargetValue {
    let was = |id: &Uuid| old.is_some_and(|old| old.topics.iter().any(|(topic, _)| topic == id));
    let (kept, new): (Vec<_>, Vec<_>) = target.topics.into_iter().partition(|(id, _)| was(id));
    MemberTargetValue { topics: new.into_iter().rev().chain(kept).collect() }
}

impl Group {
    /// A share as records have it.
    fn value(&self, share: &Share) -> MemberTargetValue {
        let mut topics: Vec<(Uuid, Vec<i32>)> = Vec::new();
        for run in share.runs() {
            let id = self.topics[run.topic as usize].id;
            let numbers = run.first..run.first + run.count;
            match topics.iter_mut().find(|(topic, _)| *topic == id) {
                Some((_, all)) => all.extend(numbers),
                None => topics.push((id, numbers.collect())),
            }
        }
        MemberTargetValue { topics }
    }
}
