//! A report for programs: one JSON object. Lengths of time are seconds.

use super::{GroupReport, Report};
use crate::base::{Span, Time};
use crate::sim::query::SharePartitionFacts;
use crate::story::command::Value;
use serde_json::{Map, json};

/// The report as one JSON object.
pub fn json(report: &Report) -> serde_json::Value {
    let measures: Map<String, serde_json::Value> =
        report.measures.iter().map(|(measure, found)| (measure.name().to_owned(), value(found))).collect();
    let groups: Map<String, serde_json::Value> =
        report.groups.iter().map(|of| (of.facts.name.to_string(), group(of))).collect();
    let checks = report.checks.iter().map(|check| {
        json!({"at": seconds(check.at), "line": *check.line, "found": *check.found, "holds": check.holds})
    });
    let refusals = report
        .refusals
        .iter()
        .map(|(at, line, reason)| json!({"at": seconds(*at), "line": **line, "reason": **reason}));
    let loads = report.loads.iter().map(|load| {
        let named = load.named.iter().map(|(line, reason)| json!({"line": line, "reason": **reason}));
        json!({
            "file": *load.file, "topic": *load.topic, "records": load.records, "unusable": load.unusable,
            "named": named.collect::<Vec<_>>(),
            "remarks": load.remarks.iter().map(|remark| &**remark).collect::<Vec<&str>>(),
        })
    });
    json!({
        "title": report.title.as_deref(),
        "engine": env!("CARGO_PKG_VERSION"),
        "seed": report.seed,
        "time": seconds(report.time),
        "hash": report.hash,
        "measures": measures,
        "groups": groups,
        "checks": checks.collect::<Vec<_>>(),
        "refusals": refusals.collect::<Vec<_>>(),
        "loads": loads.collect::<Vec<_>>(),
        "proof": report.proof,
    })
}

fn group(group: &GroupReport) -> serde_json::Value {
    let facts = &group.facts;
    let (mut owners, mut offsets) = (Map::new(), Map::new());
    for (topic, number, seen) in &group.partitions {
        let name = format!("{topic}-{number}");
        owners.insert(name.clone(), json!(seen.owner.as_deref()));
        let offset = json!({
            "committed": seen.committed, "position": seen.position, "end": seen.end, "lag": seen.lag,
        });
        offsets.insert(name, offset);
    }
    let mut form = json!({
        "state": facts.state.name(),
        "generation": facts.generation,
        "assignor": facts.assignor.as_deref(),
        "leader": facts.leader.as_deref(),
        "members": facts.alive.iter().map(|name| &**name).collect::<Vec<&str>>(),
        "owners": owners,
        "offsets": offsets,
    });
    if !group.shares.is_empty() {
        let shares: Map<String, serde_json::Value> =
            group.shares.iter().map(|of| (format!("{}-{}", of.topic, of.partition), share(of))).collect();
        form["shares"] = json!(shares);
    }
    form
}

/// What became of the records of a share partition.
fn share(of: &SharePartitionFacts) -> serde_json::Value {
    json!({
        "start": of.start, "end": of.end, "available": of.available, "acquired": of.acquired,
        "acknowledged": of.acknowledged, "archived": of.archived, "exhausted": of.exhausted,
        "redelivered": of.redelivered, "lock_timeouts": of.lock_timeouts,
    })
}

fn value(value: &Value) -> serde_json::Value {
    match value {
        Value::Count(count) => json!(count),
        Value::Span(span) => of_span(*span),
        Value::Text(text) => json!(**text),
        Value::None => serde_json::Value::Null,
    }
}

fn seconds(at: Time) -> serde_json::Value {
    of_span(at.since(Time::ZERO))
}

/// Whole seconds as an integer, else with a fraction: microseconds fit a double for 285 years.
fn of_span(span: Span) -> serde_json::Value {
    match span.us() % 1_000_000 {
        0 => json!(span.us() / 1_000_000),
        _ => json!(span.us() as f64 / 1e6),
    }
}
