//! The facts of a run that recordings of real consumers are compared with (`vectors/runs`), in their JSON form.
//!
//! A process is `c2#1`; a member id is named after the process that received it, `c2#1`, and its second one `c2#1.2`.

use crate::base::{Time, TopicPartition};
use crate::sim::trace::{Callback, Happening, Process};
use crate::sim::{Refusal, World};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// `{"facts": {…}, "times": {"after": […]}}` of a run. `acts` are the lines of its story as they were written, with
/// their times; `refused` are the commands that were refused, with their times and the reasons.
pub fn facts(world: &World, acts: &[(Time, String)], refused: &[(Time, Rc<str>, Rc<str>)]) -> Value {
    let mut facts = json!({
        "generations": generations(world),
        "epochs": epochs(world),
        "callbacks": callbacks(world),
        "committed": committed(world),
        "end_offsets": end_offsets(world),
        "errors": errors(world, refused),
        "wire_errors": wire_errors(world),
        "produced": produced(world),
        "records": records(world),
    });
    let shares = shares(world);
    if !shares.is_empty() {
        facts["shares"] = Value::Object(shares);
    }
    json!({"facts": facts, "times": {"after": after(world, acts)}})
}

fn names(partitions: &[TopicPartition]) -> Vec<String> {
    partitions.iter().map(|partition| partition.to_string()).collect()
}

/// A generation as its members saw it.
#[derive(Default)]
struct Generation {
    protocol: Rc<str>,
    leader: Rc<str>,
    own: BTreeMap<String, Vec<String>>,
}

fn generations(world: &World) -> Value {
    let mut ids: BTreeMap<Process, Vec<Rc<str>>> = BTreeMap::new();
    let mut member_names: BTreeMap<Rc<str>, String> = BTreeMap::new();
    let mut all: BTreeMap<(Rc<str>, i32), Generation> = BTreeMap::new();
    let mut protocols: BTreeMap<Rc<str>, Rc<str>> = BTreeMap::new();
    for entry in world.trace().since(0) {
        match &entry.what {
            Happening::MemberId(process, _, id) => {
                let of = ids.entry(process.clone()).or_default();
                of.push(id.clone());
                let name =
                    if of.len() == 1 { process.to_string() } else { format!("{process}.{}", of.len()) };
                member_names.insert(id.clone(), name);
            }
            Happening::Generation(group, generation, protocol, leader, _) => {
                let of = all.entry((group.clone(), *generation)).or_default();
                (of.protocol, of.leader) = (protocol.clone(), leader.clone());
                protocols.insert(group.clone(), protocol.clone());
            }
            Happening::Synced(process, group, generation, partitions) => {
                let name = ids.get(process).and_then(|ids| member_names.get(ids.last()?)).cloned();
                let of = all.entry((group.clone(), *generation)).or_default();
                if of.protocol.is_empty() {
                    // A classic member of a consumer group keeps to the protocol that it joined with; no leader.
                    of.protocol = protocols.get(group).cloned().unwrap_or_default();
                }
                of.own.insert(name.unwrap_or_else(|| process.to_string()), names(partitions));
            }
            _ => {}
        }
    }
    let form = |((group, generation), of): ((Rc<str>, i32), Generation)| {
        let leader = member_names.get(&of.leader).map_or(&*of.leader, String::as_str);
        json!({"g": &*group, "gen": generation, "protocol": &*of.protocol, "leader": leader, "own": of.own})
    };
    all.into_iter().map(form).collect()
}

/// What each member of the consumer protocol was told: `[epoch]`, `[epoch, assignment]` or `[error]`; an epoch that it had
/// been told before, and nothing else, is left out.
fn epochs(world: &World) -> Value {
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut last: BTreeMap<String, i32> = BTreeMap::new();
    for entry in world.trace().since(0) {
        match &entry.what {
            Happening::Epoch(process, _, epoch, assignment) => {
                let process = process.to_string();
                let known = last.insert(process.clone(), *epoch) == Some(*epoch);
                let said = all.entry(process).or_default();
                match assignment {
                    Some(partitions) => said.push(json!([epoch, names(partitions)])),
                    None if !known => said.push(json!([epoch])),
                    None => {}
                }
            }
            Happening::WireError(process, "ConsumerGroupHeartbeat" | "ShareGroupHeartbeat", error) => {
                all.entry(process.to_string()).or_default().push(json!([error]));
            }
            _ => {}
        }
    }
    json!(all)
}

fn callbacks(world: &World) -> Value {
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for entry in world.trace().since(0) {
        if let Happening::Started(process) = &entry.what {
            all.entry(process.to_string()).or_default();
        }
        if let Happening::Called(process, _, callback, generation, partitions) = &entry.what {
            let name = match callback {
                Callback::Assigned => "assigned",
                Callback::Revoked => "revoked",
                Callback::Lost => "lost",
            };
            all.entry(process.to_string()).or_default().push(json!([name, generation, names(partitions)]));
        }
    }
    json!(all)
}

/// Every partition of every topic.
fn partitions(world: &World) -> Vec<(Rc<str>, i32)> {
    let topics = world.topics().into_iter();
    topics.flat_map(|topic| (0..topic.partitions).map(move |number| (topic.name.clone(), number))).collect()
}

fn committed(world: &World) -> Value {
    let mut all = Map::new();
    for group in world.groups() {
        let mut offsets = Map::new();
        for (topic, number) in partitions(world) {
            let facts = world.partition(&topic, number, Some(&group.name));
            if let Some(committed) = facts.and_then(|facts| facts.committed) {
                offsets.insert(format!("{topic}-{number}"), json!(committed));
            }
        }
        all.insert(group.name.to_string(), Value::Object(offsets));
    }
    Value::Object(all)
}

fn end_offsets(world: &World) -> Value {
    let end = |(topic, number): (Rc<str>, i32)| {
        let facts = world.partition(&topic, number, None)?;
        Some((format!("{topic}-{number}"), json!(facts.end)))
    };
    Value::Object(partitions(world).into_iter().filter_map(end).collect())
}

fn errors(world: &World, refused: &[(Time, Rc<str>, Rc<str>)]) -> BTreeSet<String> {
    let name = |entry: &crate::sim::trace::Entry| match &entry.what {
        Happening::Failed(process, exception) => Some(format!("{process} {exception}")),
        Happening::CommitFailed(process, exception) => Some(format!("{process} commit {exception}")),
        _ => None,
    };
    let refused = refused.iter().filter_map(|(_, line, reason)| {
        let error = reason.strip_prefix(Refusal::BY_BROKER)?;
        Some(format!("{} {}", line.split_whitespace().next()?, exception(error)))
    });
    world.trace().since(0).filter_map(name).chain(refused).collect()
}

/// Java's name of an error: `UNKNOWN_MEMBER_ID` is `UnknownMemberIdException`.
fn exception(error: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(1);
        format!("{first}{}", rest.to_lowercase())
    };
    error.split('_').map(word).collect::<String>() + "Exception"
}

fn wire_errors(world: &World) -> BTreeSet<String> {
    let name = |entry: &crate::sim::trace::Entry| match &entry.what {
        Happening::WireError(process, api, error) => Some(format!("{process} {api} {error}")),
        _ => None,
    };
    world.trace().since(0).filter_map(name).collect()
}

fn produced(world: &World) -> i64 {
    partitions(world)
        .iter()
        .filter_map(|(topic, number)| world.partition(topic, *number, None))
        .map(|p| p.end)
        .sum()
}

fn records(world: &World) -> Value {
    let mut all = Map::new();
    for group in world.groups() {
        let counters = world.counters(Some(&group.name));
        if counters.distinct > 0 {
            let counts = json!({"distinct": counters.distinct, "skipped_below_committed": counters.skipped});
            all.insert(group.name.to_string(), counts);
        }
    }
    Value::Object(all)
}

/// For each share group, what became of the records of each partition that it read.
fn shares(world: &World) -> Map<String, Value> {
    let mut all = Map::new();
    for group in world.groups() {
        let of_group: Map<String, Value> = world
            .share_partitions(&group.name)
            .into_iter()
            .map(|of| {
                let counts = json!({
                    "start": of.start, "end": of.end, "available": of.available, "acquired": of.acquired,
                    "acknowledged": of.acknowledged, "archived": of.archived, "redelivered": of.redelivered,
                });
                (format!("{}-{}", of.topic, of.partition), counts)
            })
            .collect();
        if !of_group.is_empty() {
            all.insert(group.name.to_string(), Value::Object(of_group));
        }
    }
    all
}

/// For each act, when the first and the last callback came before the next act.
fn after(world: &World, acts: &[(Time, String)]) -> Vec<Value> {
    let called =
        |entry: &crate::sim::trace::Entry| matches!(entry.what, Happening::Called(..)).then_some(entry.at);
    let calls: Vec<Time> = world.trace().since(0).filter_map(called).collect();
    let mut after = Vec::new();
    for (place, (at, line)) in acts.iter().enumerate() {
        let next =
            acts[place + 1..].iter().map(|(next, _)| *next).find(|next| next > at).unwrap_or(Time::MAX);
        let within: Vec<&Time> = calls.iter().filter(|call| **call >= *at && **call < next).collect();
        let ms = |call: Option<&&Time>| call.map(|call| call.since(*at).us() as f64 / 1000.0);
        let mut form = Map::new();
        form.insert("act".into(), json!(line));
        if let Some(first) = ms(within.first()) {
            form.insert("first_callback_ms".into(), json!(first));
            form.insert("last_callback_ms".into(), json!(ms(within.last())));
        }
        after.push(Value::Object(form));
    }
    after
}
