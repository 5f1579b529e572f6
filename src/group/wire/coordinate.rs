//! `rejoin coordinate`: traces in, answers out.
//!
//! A trace is a header (`trace`, `clock`, `config`, `topics`) and steps (`id`, `at`, in ms since the start). Before a
//! step, the timers due by then fire; after it, those that it armed with no delay.
//!
//! An API that this coordinator does not have is answered `{"throttleTimeMs":0,"errorCode":35}` (UNSUPPORTED_VERSION),
//! which no trace has, so that the difference is seen where it begins; settings that are not the coordinator's are let be.

use super::field::*;
use super::{record_to_json, reply_to_json, request_from_json};
use crate::base::lines::{LineError, Trouble, each_json};
use crate::base::{Map, Time, Uuid};
use crate::group::event::{Batch, Outcome, Output, Producer};
use crate::group::{
    Config, Context, Coordinator, DynamicSettings, ErrorCode, MemberIds, Metadata, TopicInfo,
};
use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::rc::Rc;

/// Plays traces: input lines of a trace in, output lines out.
///
/// # Errors
/// The first line that cannot be used, or a failure to read or write.
pub fn coordinate(input: impl BufRead, mut output: impl Write) -> Result<(), LineError> {
    let mut trace: Option<Trace> = None;
    each_json(input, |line| {
        if !line["trace"].is_null() {
            output.flush()?;
            trace = Some(Trace::begin(&line)?);
            writeln!(output, "{}", json!({"trace": line["trace"]}))?;
            return Ok(());
        }
        let trace = trace.as_mut().ok_or_else(|| String::from("a step before any trace"))?;
        trace.step(&line, &mut output)
    })?;
    Ok(output.flush()?)
}

/// A trace that is being played.
struct Trace {
    coordinator: Coordinator,
    metadata: Metadata,
    /// All batches written so far: what a restart reads.
    log: Vec<Batch>,
    /// Version of each request, for the form of its reply.
    versions: Map<u64, i16>,
    now: Time,
}

impl Trace {
    fn begin(header: &Value) -> Result<Trace, String> {
        let config = config(header)?;
        let mut coordinator = Coordinator::new(config, MemberIds::Numbered { made: 0 });
        let metadata = Metadata { topics: each(header, "topics", topic)?.into_iter().collect() };
        coordinator.set_metadata(Time::ZERO, metadata.clone());
        Ok(Trace { coordinator, metadata, log: Vec::new(), versions: Map::new(), now: Time::ZERO })
    }

    fn step(&mut self, line: &Value, output: &mut impl Write) -> Result<(), Trouble> {
        let id = line["id"].as_u64().ok_or_else(|| String::from("id is not a number"))?;
        let at = line["at"].as_u64().ok_or_else(|| String::from("at is not a number"))?;
        let at = Time::from_ms(at);
        if at < self.now {
            return Err(format!("time runs backwards, from {} to {at}", self.now).into());
        }
        self.now = at;
        self.fire(output)?;
        if line["do"].is_null() {
            self.request(id, line, output)?;
        } else {
            let outcome = self.act(line)?;
            self.write(outcome, output)?;
        }
        self.fire(output)
    }

    /// Fires every timer that is due.
    fn fire(&mut self, output: &mut impl Write) -> Result<(), Trouble> {
        while self.coordinator.next_deadline().is_some_and(|at| at <= self.now) {
            let outcome = self.coordinator.fire(self.now);
            self.write(outcome, output)?;
        }
        Ok(())
    }

    fn request(&mut self, id: u64, line: &Value, output: &mut impl Write) -> Result<(), Trouble> {
        let api = text(line, "api")?;
        let context = Context {
            client_id: text(line, "client")?,
            client_host: text(line, "host")?,
            version: i16(line, "version")?,
        };
        self.versions.insert(id, context.version);
        match request_from_json(&api, &line["body"])? {
            Some(request) => {
                let outcome = self.coordinator.handle(self.now, id, &context, request);
                self.write(outcome, output)
            }
            None => {
                let body = json!({"throttleTimeMs": 0, "errorCode": ErrorCode::UNSUPPORTED_VERSION.0});
                Ok(writeln!(output, "{}", json!({"at": self.now.ms(), "reply": id, "body": body}))?)
            }
        }
    }

    /// A step that is not a request.
    fn act(&mut self, line: &Value) -> Result<Outcome, String> {
        match &*text(line, "do")? {
            "metadata" => {
                for name in texts(line, "delete")? {
                    self.metadata.topics.remove(&name);
                }
                self.metadata.topics.extend(each(line, "create", topic)?);
                for (name, mut grown) in each(line, "grow", topic)? {
                    // The partitions that were there stay where they are.
                    let old = self.metadata.topics.get(&name).filter(|_| grown.racks.is_empty());
                    grown.racks = old.map_or(grown.racks, |old| old.racks.clone());
                    self.metadata.topics.insert(name, grown);
                }
                Ok(self.coordinator.set_metadata(self.now, self.metadata.clone()))
            }
            "endTransaction" => {
                let producer = Producer { id: i64(line, "producerId")?, epoch: i16(line, "producerEpoch")? };
                Ok(self.coordinator.end_transaction(self.now, producer, bool(line, "commit")?))
            }
            "restart" => Ok(self.coordinator.restart(self.now, &self.log)),
            "groupConfig" => {
                let mut settings = None;
                for (name, value) in line["set"].as_object().into_iter().flatten() {
                    let settings = settings.get_or_insert_with(DynamicSettings::default);
                    settings.set(name, value.as_str().ok_or_else(|| format!("{name} is not a text"))?)?;
                }
                self.coordinator.set_group_settings(&text(line, "group")?, settings);
                Ok(Outcome::new(self.now))
            }
            "advance" => Ok(Outcome::new(self.now)),
            other => Err(format!("a step does not know how to do {other:?}")),
        }
    }

    /// Writes what came out; events are not on the wire.
    fn write(&mut self, outcome: Outcome, output: &mut impl Write) -> Result<(), Trouble> {
        let at = outcome.at.ms();
        for out in outcome.outputs {
            match out {
                Output::Event(_) => {}
                Output::Reply { token, reply } => {
                    let version = self.versions.remove(&token).unwrap_or(0);
                    let body = reply_to_json(&reply, version);
                    writeln!(output, "{}", json!({"at": at, "reply": token, "body": body}))?;
                }
                Output::Records(batch) => {
                    let mut line = json!({"at": at});
                    if let Some(producer) = batch.producer {
                        line["producerId"] = producer.id.into();
                        line["producerEpoch"] = producer.epoch.into();
                    }
                    line["records"] = batch.records.iter().map(record_to_json).collect();
                    writeln!(output, "{line}")?;
                    self.log.push(batch);
                }
            }
        }
        Ok(())
    }
}

fn topic(value: &Value) -> Result<(Rc<str>, TopicInfo), String> {
    let name = text(value, "name")?;
    let racks = match value["racks"].is_null() {
        true => Vec::new(),
        false => list(value, "racks")?.iter().map(replicas).collect::<Result<_, _>>()?,
    };
    let id = Some(uuid_or_zero(value, "id")?).filter(|id| *id != Uuid::ZERO);
    let id = id.ok_or_else(|| format!("topic {name} has no id"))?;
    Ok((name, TopicInfo { id, partitions: i32(value, "partitions")?, racks }))
}

fn replicas(value: &Value) -> Result<Vec<Rc<str>>, String> {
    let racks = value.as_array().ok_or_else(|| String::from("racks are not lists"))?;
    Ok(racks.iter().filter_map(Value::as_str).map(Rc::from).collect())
}

/// The settings of a header, as text under Kafka's names.
fn config(header: &Value) -> Result<Config, String> {
    let mut config = Config { epoch_ms: i64(header, "clock")?, ..Config::default() };
    let settings = header["config"].as_object().ok_or_else(|| String::from("config is not an object"))?;
    for (name, value) in settings {
        let text = value.as_str().ok_or_else(|| format!("{name} is not a text"))?;
        config.set(name, text)?;
    }
    Ok(config)
}
