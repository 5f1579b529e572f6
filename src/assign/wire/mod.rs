//! The lines of `rejoin assign`: an input with an `id` in, `{"id":…,"out":{member: ["topic-partition"…]}}` out.
//!
//! ```text
//! {"id":1,"a":"range","topics":[["t",2,["a","b"]]],"members":[["m",{"t":["t"],"own":["t-0"],"gen":3,"rack":"a","inst":"i"}]]}
//! ```
//! For server-side assignors (`server-range`, `uniform`, `simple`) topics have ids and members targets, and an answer lists
//! numbers by topic, sorted:
//! ```text
//! {"id":2,"a":"uniform","type":"HOMOGENEOUS","topics":[["t","8wFi6yLwcfoqK5qmaLVeYg",2]],"members":[["m",{"t":["t"],"target":[["t",[0]]]}]]}
//! ```
//! A topic is its name, its number of partitions and perhaps, for each partition, the racks of its replicas, a letter
//! each. Both lists are in the order in which Kafka puts them into its hash maps.

mod group;

use super::server::{Kind, ServerAssignor, for_groups};
use super::{Input, Subscriber, Topic, by_name};
use crate::base::TopicPartition;
use crate::base::lines::{LineError, each_json};
use serde_json::{Map, Value, json};
use std::io::{BufRead, Write};
use std::rc::Rc;

/// Answers each line.
///
/// # Errors
/// The first line that cannot be used (not JSON, a field missing, an assignor that is not there), or a failure to read
/// or write.
pub fn answer(input: impl BufRead, mut output: impl Write) -> Result<(), LineError> {
    each_json(input, |line| {
        let id = line.get("id").cloned().ok_or_else(|| String::from("no id"))?;
        let name = line["a"].as_str().ok_or_else(|| String::from("no assignor (`a`)"))?;
        let out = match (by_name(name), server(name)) {
            (Some(assignor), _) => {
                let input = parse(&line)?;
                to_json(&input.named(&(assignor.assign)(&input)))
            }
            (None, Some(assignor)) => {
                let group = group::parse(&line)?;
                group::to_json(&group, &(assignor.assign)(&group))
            }
            (None, None) => return Err(format!("there is no assignor {name:?}").into()),
        };
        writeln!(output, "{}", json!({"id": id, "out": out}))?;
        Ok(())
    })?;
    Ok(output.flush()?)
}

/// The server-side assignor of a line; `range` is told from the client's by another name.
fn server(name: &str) -> Option<&'static ServerAssignor> {
    match name {
        "server-range" => for_groups(Kind::Consumer, "range"),
        "simple" => for_groups(Kind::Share, "simple"),
        name => for_groups(Kind::Consumer, name),
    }
}

/// Reads the input of a client-side assignor.
///
/// # Errors
/// What is missing or of the wrong kind.
pub fn parse(line: &Value) -> Result<Input, String> {
    let topics = list(&line["topics"], "topics")?.iter().map(topic).collect::<Result<_, _>>()?;
    let members = list(&line["members"], "members")?.iter().map(member).collect::<Result<Vec<_>, _>>()?;
    Ok(Input::new(topics, &members))
}

/// An assignment as one object.
pub fn to_json(assignment: &[(Rc<str>, Vec<TopicPartition>)]) -> Value {
    let entry = |(id, list): &(Rc<str>, Vec<TopicPartition>)| {
        (id.to_string(), list.iter().map(|p| Value::from(p.to_string())).collect())
    };
    Value::Object(assignment.iter().map(entry).collect::<Map<_, _>>())
}

fn list<'a>(value: &'a Value, what: &str) -> Result<&'a Vec<Value>, String> {
    value.as_array().ok_or_else(|| format!("{what} is not a list"))
}

fn text(value: &Value, what: &str) -> Result<Rc<str>, String> {
    value.as_str().map(Rc::from).ok_or_else(|| format!("{what} is not a text"))
}

fn topic(value: &Value) -> Result<Topic, String> {
    let name = text(&value[0], "a topic's name")?;
    let partitions = partitions(&name, &value[1])?;
    let racks = match value.get(2) {
        None | Some(Value::Null) => None,
        Some(racks) => Some(list(racks, "racks")?.iter().map(replicas).collect::<Result<_, _>>()?),
    };
    Ok(Topic { name, partitions, racks })
}

fn partitions(topic: &str, value: &Value) -> Result<i32, String> {
    let count = value.as_i64().and_then(|n| i32::try_from(n).ok());
    let count = count.filter(|n| (0..=crate::base::limit::PARTITIONS_MAX).contains(n));
    count.ok_or_else(|| format!("topic {topic}: not a number of partitions: {value}"))
}

fn replicas(value: &Value) -> Result<Vec<Rc<str>>, String> {
    Ok(text(value, "racks of a partition")?.chars().map(|c| Rc::from(c.to_string())).collect())
}

fn member(value: &Value) -> Result<Subscriber, String> {
    let id = text(&value[0], "a member's id")?;
    let fields = &value[1];
    let optional = |name: &str| match &fields[name] {
        Value::Null => Ok(None),
        value => text(value, name).map(Some),
    };
    let owned = match &fields["own"] {
        Value::Null => Vec::new(),
        own => list(own, "own")?.iter().map(partition).collect::<Result<_, _>>()?,
    };
    let generation = match &fields["gen"] {
        Value::Null => None,
        value => Some(value.as_i64().and_then(|n| i32::try_from(n).ok()).ok_or("gen is not a number")?),
    };
    Ok(Subscriber {
        topics: list(&fields["t"], "t")?.iter().map(|t| text(t, "t")).collect::<Result<_, _>>()?,
        rack: optional("rack")?,
        instance: optional("inst")?,
        generation: generation.filter(|g| *g >= 0),
        owned,
        id,
    })
}

fn partition(value: &Value) -> Result<TopicPartition, String> {
    let name = text(value, "own")?;
    let split =
        name.rsplit_once('-').and_then(|(topic, n)| Some(TopicPartition::new(topic, n.parse().ok()?)));
    split.ok_or_else(|| format!("not a partition: {name:?}"))
}
