//! Kafka's own answers: what release 4.3.1 said to the same requests at the same times (`tests/vectors`).

#![cfg(not(target_family = "wasm"))]

use flate2::read::GzDecoder;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::Read;

fn lines(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/vectors/{name}.jsonl.gz", env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    let file = File::open(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    GzDecoder::new(file).read_to_string(&mut text).expect("gzip of UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn as_input(lines: impl IntoIterator<Item = Value>) -> Vec<u8> {
    lines.into_iter().flat_map(|line| (line.to_string() + "\n").into_bytes()).collect()
}

fn parse(output: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(output).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn every_assignment_of_a_leader_is_kafkas() {
    check_assignments("assignors-client", 1014);
}

#[test]
fn every_assignment_of_a_coordinator_is_kafkas() {
    check_assignments("assignors-server", 1482);
}

/// Of random chains: members and topics that come and go, racks, claims that contradict each other, members that subscribe
/// to nothing.
#[test]
fn every_random_assignment_is_kafkas() {
    check_assignments("assignors-random", 860);
}

/// Answers all lines of a file and compares them.
fn check_assignments(name: &str, count: usize) {
    let recorded = lines(name);
    assert_eq!(recorded.len(), count);
    let mut output = Vec::new();
    let input = as_input(recorded.iter().map(|line| {
        let mut line = line.clone();
        line.as_object_mut().expect("an object").remove("out");
        line
    }));
    rejoin::assign::wire::answer(&input[..], &mut output).expect("every assignor is there");
    for (ours, kafkas) in parse(&output).iter().zip(&recorded) {
        assert_eq!(ours["out"], kafkas["out"], "line {}: {kafkas}", kafkas["id"]);
        assert_eq!(ours["id"], kafkas["id"]);
    }
}

#[test]
fn every_answer_and_record_of_a_classic_group_is_kafkas() {
    check("coordinator-classic", 120);
}

#[test]
fn every_answer_and_record_of_a_consumer_group_is_kafkas() {
    check("coordinator-consumer", 87);
}

#[test]
fn every_answer_and_record_about_offsets_is_kafkas() {
    check("coordinator-offsets", 62);
}

#[test]
fn every_answer_and_record_of_a_group_that_changes_its_protocol_is_kafkas() {
    check("coordinator-migration", 49);
}

#[test]
fn every_answer_and_record_of_a_share_group_is_kafkas() {
    check("coordinator-share", 42);
}

/// The traces above with steps left out, doubled, delayed and changed, and traces of clients that react to what they are told
/// (`made`), as Kafka answered them: the shortest of those of which each once found a difference.
#[test]
fn every_answer_to_changed_requests_is_kafkas() {
    check("coordinator-changed", 112);
}

/// Plays all traces of a file in one go and compares them one by one.
fn check(name: &str, count: usize) {
    let recorded = lines(name);
    let is_input = |line: &Value| !line["trace"].is_null() || !line["id"].is_null();
    let mut output = Vec::new();
    let input = as_input(recorded.iter().filter(|line| is_input(line)).cloned());
    rejoin::group::wire::coordinate(&input[..], &mut output).expect("readable traces");
    let is_output = |line: &Value| !line["trace"].is_null() || line["id"].is_null();
    let kafkas = traces(recorded.into_iter().filter(is_output));
    let ours = traces(parse(&output));
    assert_eq!((kafkas.len(), ours.len()), (count, count));
    for ((name, kafkas), (_, ours)) in kafkas.iter().zip(&ours) {
        for (kafkas, ours) in kafkas.iter().zip(ours) {
            assert_eq!(ours, kafkas, "{name}: left is ours, right is Kafka's");
        }
        assert_eq!(ours.len(), kafkas.len(), "{name}: number of outputs");
    }
}

/// The outputs of each trace, in the form in which they are compared.
fn traces(lines: impl IntoIterator<Item = Value>) -> Vec<(String, Vec<Value>)> {
    let mut traces: Vec<(String, Vec<Value>)> = Vec::new();
    for line in lines {
        match line["trace"].as_str() {
            Some(name) => traces.push((name.into(), Vec::new())),
            None => traces.last_mut().expect("a header comes first").1.push(comparable(line)),
        }
    }
    for (_, outputs) in &mut traces {
        // Neighbouring replies at one time go to different connections: nobody sees their order.
        let together =
            |a: &Value, b: &Value| a["at"] == b["at"] && !a["reply"].is_null() && !b["reply"].is_null();
        for run in outputs.chunk_by_mut(together) {
            run.sort_by_key(|line| line["reply"].as_u64());
        }
    }
    traces
}

/// Lists in which order means nothing, by the field's name.
const SETS: &[&str] = &[
    "topics",
    "groups",
    "results",
    "partitions",
    "members",
    "topicPartitions",
    "assignedPartitions",
    "partitionsPendingRevocation",
    "subscribedTopicNames",
    "initializingTopics",
    "initializedTopics",
    "deletingTopics",
];

fn comparable(mut line: Value) -> Value {
    let object = line.as_object_mut().expect("an object");
    object.remove("cause");
    object.remove("api");
    if let Some(Value::Array(records)) = object.get_mut("records") {
        records.sort_by_key(|record| record["key"].to_string());
    }
    // The members that a leader is told are in the order of Kafka's hash map, and that order counts.
    let joined = !object["at"].is_null() && object.get("body").is_some_and(|b| !b["generationId"].is_null());
    sort_sets(&mut line, joined);
    line
}

fn sort_sets(value: &mut Value, joined: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| sort_sets(item, joined)),
        Value::Object(fields) => {
            fields.remove("errorMessage");
            pair_epochs(fields);
            for (name, field) in fields.iter_mut() {
                sort_sets(field, joined);
                if let Value::Array(items) = field
                    && SETS.contains(&name.as_str())
                    && !(joined && name == "members")
                {
                    items.sort_by_key(sorted_text);
                }
            }
        }
        _ => {}
    }
}

/// Epochs run parallel to partitions, and move along when those are sorted.
fn pair_epochs(fields: &mut Map<String, Value>) {
    if let Some(Value::Array(epochs)) = fields.remove("assignmentEpochs")
        && let Some(Value::Array(partitions)) = fields.get_mut("partitions")
    {
        for (partition, epoch) in partitions.iter_mut().zip(epochs) {
            *partition = Value::from(vec![partition.take(), epoch]);
        }
    }
}

/// The text of a value with its fields in order of their names.
fn sorted_text(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(&String, String)> =
                fields.iter().map(|(k, v)| (k, sorted_text(v))).collect();
            fields.sort();
            Value::Object(fields.into_iter().map(|(k, v)| (k.clone(), v.into())).collect::<Map<_, _>>())
                .to_string()
        }
        Value::Array(items) => items.iter().map(sorted_text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
