//! Lines of server-side assignors.

use super::{list, text};
use crate::assign::target::{Group, GroupMember, GroupTopic, Run, Share, Targets};
use crate::base::{Uuid, small};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Reads the input of a server-side assignor. A member that is listed twice is there once, at its first place, as the
/// second says; what the first says it has still counts as taken.
///
/// # Errors
/// What is missing or of the wrong kind.
pub fn parse(line: &Value) -> Result<Group, String> {
    let mut group = Group {
        alike: match line["type"].as_str() {
            Some("HOMOGENEOUS") => true,
            Some("HETEROGENEOUS") => false,
            _ => return Err(format!("type is not HOMOGENEOUS or HETEROGENEOUS: {}", line["type"])),
        },
        topics: list(&line["topics"], "topics")?.iter().map(topic).collect::<Result<_, _>>()?,
        ..Group::default()
    };
    let mut places = Places::default();
    for topic in &group.topics {
        places.known.insert(topic.name.clone(), places.known.len() as u32);
    }
    let mut members: BTreeMap<Rc<str>, usize> = BTreeMap::new();
    for value in list(&line["members"], "members")? {
        let member = member(value, &mut places)?;
        let known = *members.entry(member.id.clone()).or_insert(group.members.len());
        match group.members.get_mut(known) {
            None => group.members.push(member),
            Some(earlier) => {
                group.others.extend_from_slice(earlier.target.runs());
                *earlier = member;
            }
        }
    }
    group.topics.extend(places.unknown);
    Ok(group)
}

/// Targets as one object: for each member its topics and their partitions, sorted; null when the targets do not have it.
pub fn to_json(group: &Group, targets: &Targets) -> Value {
    let entry = |share: &Share| {
        let mut topics: Vec<(&str, Vec<i32>)> = share
            .by_topic()
            .into_iter()
            .map(|(topic, numbers)| (&*group.topics[topic as usize].name, numbers))
            .collect();
        small::sort_unstable(&mut topics);
        topics
            .into_iter()
            .map(|(name, numbers)| Value::from(vec![Value::from(name), numbers.into()]))
            .collect()
    };
    let named = group.members.iter().zip(targets);
    let entries =
        named.map(|(member, share)| (member.id.to_string(), share.as_ref().map_or(Value::Null, entry)));
    Value::Object(entries.collect::<Map<_, _>>())
}

/// Topics by name.
#[derive(Default)]
struct Places {
    known: BTreeMap<Rc<str>, u32>,
    /// Topics that only members name.
    unknown: Vec<GroupTopic>,
}

impl Places {
    fn of(&mut self, name: Rc<str>) -> u32 {
        let next = self.known.len() as u32;
        *self.known.entry(name.clone()).or_insert_with(|| {
            self.unknown.push(GroupTopic { name, id: Uuid::ZERO, partitions: 0 });
            next
        })
    }
}

fn topic(value: &Value) -> Result<GroupTopic, String> {
    let name = text(&value[0], "a topic's name")?;
    let id = value[1].as_str().and_then(Uuid::parse);
    let id = id.ok_or_else(|| format!("topic {name}: not an id: {}", value[1]))?;
    let partitions = super::partitions(&name, &value[2])?;
    Ok(GroupTopic { name, id, partitions })
}

fn member(value: &Value, places: &mut Places) -> Result<GroupMember, String> {
    let id = text(&value[0], "a member's id")?;
    let fields = &value[1];
    let instance = match &fields["inst"] {
        Value::Null => None,
        value => Some(text(value, "inst")?),
    };
    let mut names: Vec<Rc<str>> = Vec::new();
    for name in list(&fields["t"], "t")? {
        let name = text(name, "t")?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let order = Group::in_set_order(names.iter());
    let topics = order.into_iter().map(|place| places.of(names[place as usize].clone())).collect();
    let mut runs = Vec::new();
    if !fields["target"].is_null() {
        for entry in list(&fields["target"], "target")? {
            let topic = places.of(text(&entry[0], "a topic of a target")?);
            let numbers = list(&entry[1], "partitions of a target")?;
            if numbers.is_empty() {
                runs.push(Run { topic, first: 0, count: 0 });
            }
            for number in numbers {
                let number =
                    number.as_i64().and_then(|n| i32::try_from(n).ok()).filter(|n| (0..i32::MAX).contains(n));
                let number =
                    number.ok_or_else(|| String::from("not the number of a partition in a target"))?;
                runs.push(Run { topic, first: number, count: 1 });
            }
        }
    }
    Ok(GroupMember { id, instance, topics, target: Share::new(runs) })
}
