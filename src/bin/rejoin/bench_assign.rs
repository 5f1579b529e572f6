//! `rejoin bench-assign`: times assignors on a grid of cases, and digests their answers. Built with feature `bench`.
//!
//! What is timed is one call, from decoded input to the finished assignment. Bytes are those that a call allocates; what
//! a list gives back when it grows into a longer one counts again.

use super::bench_input::Case;
use crate::{Answer, Failure};
use rejoin::assign::server::{Kind, ServerAssignor, for_groups};
use rejoin::assign::target::Targets;
use rejoin::assign::{Assignment, by_name};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::hint::black_box;
use std::io::Write;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// The options, all needed but `fork`, `warm`, `measure` and `only`.
const OPTIONS: [&str; 7] = ["--grid", "--assignor", "--out", "--fork", "--warm", "--measure", "--only"];

/// How often a case is measured at most.
const SAMPLES_MAX: usize = 20_000;

/// Exit status when a case took too long: the caller starts again after it.
const OVER_THE_LIMIT: i32 = 75;

/// Runs the cases of one assignor that have no line yet, and appends one line a case.
pub fn run(arguments: &[String]) -> Answer {
    let options = options(arguments)?;
    let needed =
        |name: &str| options.get(name).copied().ok_or_else(|| Failure(format!("bench-assign needs {name}")));
    let seconds = |name: &str| -> Result<Duration, Failure> {
        let text = options.get(name).copied().unwrap_or("1");
        let seconds = text.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
        seconds.ok_or_else(|| Failure(format!("{name}: not a number of seconds: {text}")))
    };
    let text =
        std::fs::read_to_string(needed("--grid")?).map_err(|error| Failure(format!("the grid: {error}")))?;
    let grid: Value = serde_json::from_str(&text).map_err(|error| Failure(format!("the grid: {error}")))?;
    let fork = options.get("--fork").copied().unwrap_or("1");
    let fork: u64 = fork.parse().map_err(|_| Failure(format!("--fork: not a number: {fork}")))?;
    let only = format!("^(?:{})$", options.get("--only").copied().unwrap_or(".*"));
    let only = regex_lite::Regex::new(&only).map_err(|error| Failure(format!("--only: {error}")))?;
    let (assignor, out) = (needed("--assignor")?, needed("--out")?);
    let bench = Bench {
        assignor,
        fork,
        warm: seconds("--warm")?,
        measure: seconds("--measure")?,
        limit: Duration::from_secs(grid["limit_seconds"].as_u64().unwrap_or(60)),
    };
    let done = done(out, assignor, fork);
    let file = OpenOptions::new().create(true).append(true).open(out);
    let file = file.map_err(|error| Failure(format!("{out}: {error}")))?;
    for line in grid["cases"].as_array().into_iter().flatten() {
        let id = line["id"].as_str().unwrap_or_default();
        if line["assignor"] == assignor && only.is_match(id) && !done.contains(id) {
            let case = Case::new(line, grid["seed"].as_u64().unwrap_or(0));
            let case = case.ok_or_else(|| Failure(format!("the grid: a field is missing: {line}")))?;
            bench.case(&case, id, &file)?;
        }
    }
    Ok(0)
}

fn options(arguments: &[String]) -> Result<BTreeMap<&str, &str>, Failure> {
    let pairs = arguments.chunks(2).map(|pair| match pair {
        [name, value] if OPTIONS.contains(&name.as_str()) => Ok((name.as_str(), value.as_str())),
        _ => Err(Failure(format!(
            "bench-assign takes {} with a value each, and found {}",
            OPTIONS.join(", "),
            pair[0]
        ))),
    });
    pairs.collect()
}

/// The cases of this fork that have a line already, or that were over the limit in any.
fn done(out: &str, assignor: &str, fork: u64) -> BTreeSet<String> {
    let text = std::fs::read_to_string(out).unwrap_or_default();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ours = lines.filter(|line| line["impl"] == implementation() && line["assignor"] == assignor);
    let ours = ours.filter(|line| line["fork"] == fork || !line["skipped"].is_null());
    ours.filter_map(|line| line["case"].as_str().map(String::from)).collect()
}

fn implementation() -> String {
    format!("rejoin-{}", env!("CARGO_PKG_VERSION"))
}

struct Bench<'a> {
    assignor: &'a str,
    fork: u64,
    warm: Duration,
    measure: Duration,
    limit: Duration,
}

/// What was measured, in nanoseconds and bytes.
struct Measured {
    wall: Vec<u64>,
    cpu: u64,
    bytes: u64,
}

impl Bench<'_> {
    fn case(&self, case: &Case, id: &str, out: &File) -> Result<(), Failure> {
        let mut line = json!({
            "impl": implementation(), "assignor": self.assignor, "case": id, "fork": self.fork,
        });
        let (measured, (digest, count)) = if let Some(assignor) = by_name(self.assignor) {
            let input = case.input();
            let call = || (assignor.assign)(&input);
            let measured = self.watched(&line, out, call)?;
            let answer: Assignment = call();
            (measured, case.digest(|m| answer[m].iter().map(|p| (p.topic, p.number)).collect()))
        } else {
            let assignor = server(self.assignor)
                .ok_or_else(|| Failure(format!("there is no assignor {}", self.assignor)))?;
            let group = case.group();
            let call = || (assignor.assign)(&group);
            let measured = self.watched(&line, out, call)?;
            let answer: Targets = call();
            let pairs = |member: usize| {
                let topics = answer[member].as_ref().map(|share| share.by_topic()).unwrap_or_default();
                topics.into_iter().flat_map(|(t, numbers)| numbers.into_iter().map(move |n| (t, n))).collect()
            };
            (measured, case.digest(pairs))
        };
        let mut wall = measured.wall;
        wall.sort_unstable();
        line["n"] = wall.len().into();
        line["ns_min"] = wall[0].into();
        line["ns_median"] = wall[wall.len() / 2].into();
        line["cpu_ns_min"] = measured.cpu.into();
        line["alloc_bytes"] = measured.bytes.into();
        line["assigned"] = count.into();
        line["digest"] = format!("{digest:016x}").into();
        append(out, &line)
    }

    /// Measures, unless the first call takes longer than the limit: that ends the process.
    fn watched<T>(&self, head: &Value, out: &File, call: impl Fn() -> T) -> Result<Measured, Failure> {
        let (finished, waiting) = channel::<()>();
        let (mut head, limit) = (head.clone(), self.limit);
        let file = out.try_clone().map_err(|error| Failure(format!("the output: {error}")))?;
        std::thread::spawn(move || {
            if waiting.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                head["skipped"] = format!("over {} s", limit.as_secs()).into();
                let written = append(&file, &head);
                std::process::exit(if written.is_ok() { OVER_THE_LIMIT } else { 2 });
            }
        });
        let start = Instant::now();
        black_box(call());
        let slow = start.elapsed() > Duration::from_secs(1);
        drop(finished);
        Ok(self.samples(slow, call))
    }

    fn samples<T>(&self, slow: bool, call: impl Fn() -> T) -> Measured {
        let warm = cpu_time::ThreadTime::now();
        let mut calls = 0;
        while calls < if slow { 1 } else { 3 } || !slow && warm.elapsed() < self.warm {
            black_box(call());
            calls += 1;
        }
        let mut measured = Measured { wall: Vec::with_capacity(SAMPLES_MAX), cpu: u64::MAX, bytes: u64::MAX };
        let begin = cpu_time::ThreadTime::now();
        let least = if slow { 2 } else { 5 };
        let enough = |count: usize| count >= SAMPLES_MAX || begin.elapsed() >= self.measure;
        while measured.wall.len() < least || !enough(measured.wall.len()) {
            let (cpu, wall) = (cpu_time::ThreadTime::now(), Instant::now());
            let answer = black_box(call());
            let (wall, cpu) = (wall.elapsed(), cpu.elapsed());
            measured.wall.push(wall.as_nanos() as u64);
            measured.cpu = measured.cpu.min(cpu.as_nanos() as u64);
            drop(answer);
        }
        for _ in 0..2 {
            let info = allocation_counter::measure(|| _ = black_box(call()));
            measured.bytes = measured.bytes.min(info.bytes_total);
        }
        measured
    }
}

fn server(name: &str) -> Option<&'static ServerAssignor> {
    match name {
        "server-range" => for_groups(Kind::Consumer, "range"),
        "simple" => for_groups(Kind::Share, "simple"),
        name => for_groups(Kind::Consumer, name),
    }
}

fn append(out: &File, line: &Value) -> Result<(), Failure> {
    let mut out = out;
    out.write_all(format!("{line}\n").as_bytes()).map_err(|error| Failure(format!("the output: {error}")))
}
