//! A report for people.

use super::{GroupReport, LoadReport, Report};
use crate::base::{Span, Time};
use crate::sim::query::SharePartitionFacts;
use crate::story::command::Value;
use std::fmt::Write;

/// The report as text, line by line.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    if let Some(title) = &report.title {
        line(&mut out, format_args!("{title}"));
    }
    line(
        &mut out,
        format_args!("seed {} · {} · state hash {}", report.seed, clock(report.time), report.hash),
    );
    line(&mut out, format_args!(""));
    for (measure, found) in &report.measures {
        line(&mut out, format_args!("{:<18}{}", measure.name(), value(found)));
    }
    report.groups.iter().for_each(|group| of_group(&mut out, group));
    report.loads.iter().for_each(|load| of_load(&mut out, load));
    if let Some(proof) = report.proof {
        line(&mut out, format_args!("\nproof of the restore: {proof}"));
    }
    if !report.refusals.is_empty() {
        line(&mut out, format_args!("\nrefused"));
    }
    for (at, command, reason) in &report.refusals {
        line(&mut out, format_args!("  at {at} {command}\n    {reason}"));
    }
    if !report.checks.is_empty() {
        line(&mut out, format_args!("\nchecks"));
    }
    for check in &report.checks {
        let verdict = if check.holds { "holds" } else { "FAILS" };
        line(&mut out, format_args!("  {verdict}  at {} {} (found {})", check.at, check.line, check.found));
    }
    out
}

fn of_group(out: &mut String, group: &GroupReport) {
    let facts = &group.facts;
    let leader = facts.leader.as_deref().map_or_else(String::new, |leader| format!(", leader {leader}"));
    let assignor = facts.assignor.as_deref().map_or_else(String::new, |assignor| format!(", {assignor}"));
    let (state, generation) = (facts.state.name(), facts.generation);
    line(out, format_args!("\ngroup {}: {state}, generation {generation}{assignor}{leader}", facts.name));
    if !group.shares.is_empty() {
        return of_share_group(out, group);
    }
    let rows: Vec<[String; 6]> = group
        .partitions
        .iter()
        .map(|(topic, number, seen)| {
            [
                format!("{topic}-{number}"),
                seen.owner.as_deref().unwrap_or("-").to_owned(),
                offset(seen.committed),
                offset(seen.position),
                seen.end.to_string(),
                offset(seen.lag),
            ]
        })
        .collect();
    table(out, ["partition", "owner", "committed", "position", "end", "lag"], &rows, 2);
}

/// What became of the records of a share group.
fn of_share_group(out: &mut String, group: &GroupReport) {
    let row = |of: &SharePartitionFacts| {
        let counts =
            [of.acquired, of.acknowledged, of.archived, of.redelivered].map(|count| count.to_string());
        let [acquired, acknowledged, archived, redelivered] = counts;
        let name = format!("{}-{}", of.topic, of.partition);
        [name, of.start.to_string(), of.end.to_string(), acquired, acknowledged, archived, redelivered]
    };
    let rows: Vec<[String; 7]> = group.shares.iter().map(row).collect();
    let head = ["partition", "start", "end", "acquired", "acknowledged", "archived", "redelivered"];
    table(out, head, &rows, 1);
}

/// Rows under a head; the first `words` columns stand to the left.
fn table<const N: usize>(out: &mut String, head: [&str; N], rows: &[[String; N]], words: usize) {
    let head = head.map(str::to_owned);
    let widths: Vec<usize> = (0..N)
        .map(|column| rows.iter().chain([&head]).map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    for row in [&head].into_iter().chain(rows) {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column < words {
            true => format!("{cell:<width$}"),
            false => format!("{cell:>width$}"),
        });
        line(out, format_args!("  {}", cells.collect::<Vec<_>>().join("  ")));
    }
}

fn of_load(out: &mut String, load: &LoadReport) {
    let LoadReport { file, topic, records, unusable, .. } = load;
    line(
        out,
        format_args!("\n{file}: {topic} got {records} records; lines that could not be used: {unusable}"),
    );
    for (number, reason) in &load.named {
        line(out, format_args!("  line {number}: {reason}"));
    }
    load.remarks.iter().for_each(|remark| line(out, format_args!("  {remark}")));
}

fn line(out: &mut String, text: std::fmt::Arguments) {
    writeln!(out, "{text}").expect("a string takes every text");
}

fn offset(offset: Option<i64>) -> String {
    offset.map_or_else(|| "-".to_owned(), |offset| offset.to_string())
}

fn value(value: &Value) -> String {
    match value {
        Value::Span(span) => seconds(*span),
        Value::None => "-".to_owned(),
        other => other.to_string(),
    }
}

/// Seconds with three digits after the point.
fn seconds(span: Span) -> String {
    format!("{}.{:03} s", span.ms() / 1000, span.ms() % 1000)
}

fn clock(at: Time) -> String {
    seconds(at.since(Time::ZERO))
}
