//! `load`: the lines of a file become records of a topic.

use super::{Act, Files, Refusal, Runner};
use crate::backup::offsets;
use crate::sim::{Given, Pace, SegmentSpec, TopicSpec, World};
use crate::story::Story;
use crate::story::command::{Command, LOAD_PARTITIONS, Load, LoadFormat};
use crate::story::load::{LoadError, Options, Report, Source, segment};
use std::rc::Rc;

/// Bytes of records that are handed to the world at a time: what is held twice for a moment.
const PIECE_BYTES: u64 = 4 << 20;
/// Kafka's `RecordBatch.NO_TIMESTAMP`: the record gets the time at which it is written.
const NO_TIMESTAMP: i64 = -1;

impl Runner {
    /// Loads a file; the command with the file's digest. The topic is created when it is absent.
    pub(super) fn load(&mut self, load: &Load) -> Result<Load, Refusal> {
        let file = self.files.get(&load.file, load.sha256.as_deref()).map_err(Refusal::new)?;
        let bytes = file.bytes.whole();
        let source = open(load, &bytes)?;
        if &*load.topic == offsets::TOPIC {
            let report = self.load_offsets(load, &source, &file)?;
            self.say(load, &report);
            return Ok(Load { sha256: Some(file.sha256.to_string().into()), ..load.clone() });
        }
        if !load.topics.is_empty() {
            return Err(Refusal::new(format!("topics= is for segments of {}", offsets::TOPIC)));
        }
        let mut world = self.world.clone();
        let segment = source.format == LoadFormat::Segment;
        if !world.topics().iter().any(|topic| topic.name == load.topic) {
            let default = if segment { load.partition.unwrap_or(0) + 1 } else { LOAD_PARTITIONS };
            let partitions = load.partitions.unwrap_or(default);
            // What was written long ago is not to be gone at the first look for old segments.
            let configs = [("retention.ms".into(), "-1".into())].into();
            let name = load.topic.clone();
            world.create_topic(TopicSpec {
                name,
                partitions,
                configs,
                id: load.topic_id,
                placement: None,
            })?;
        } else if load.topic_id.is_some() {
            return Err(Refusal::new(format!("topic-id: {} is here and has its id", load.topic)));
        }
        let report = match segment {
            true => adopt(&mut world, load, bytes.clone())?,
            false => write(&mut world, load, &source)?,
        };
        self.world = world;
        self.say(load, &report);
        Ok(Load { sha256: Some(file.sha256.to_string().into()), ..load.clone() })
    }

    fn say(&mut self, load: &Load, report: &Report) {
        self.push(Act::Loaded {
            topic: load.topic.clone(),
            file: load.file.clone(),
            records: report.records,
            unusable: report.unusable,
            remarks: report.remarks().into_iter().map(Rc::from).collect(),
        });
        for bad in &report.named {
            self.push(Act::LineRefused(load.file.clone(), bad.line, bad.reason.clone()));
        }
    }
}

/// Files that a story would load and that cannot be loaded: the line, and why.
pub fn unloadable(story: &Story, files: &Files) -> Vec<(u32, Refusal)> {
    let loads = (1..).zip(&story.lines).filter_map(|(number, line)| match &line.step.as_ref()?.command {
        Command::Load(load) => Some((number, load)),
        _ => None,
    });
    let tried = loads.map(|(number, load)| {
        let file = files.get(&load.file, load.sha256.as_deref()).map_err(Refusal::new);
        (number, file.and_then(|file| open(load, &file.bytes.whole()).map(drop)))
    });
    tried.filter_map(|(number, tried)| Some((number, tried.err()?))).collect()
}

fn open<'a>(load: &'a Load, bytes: &'a [u8]) -> Result<Source<'a>, Refusal> {
    let options = Options {
        name: &load.file,
        format: load.format,
        key: load.key.as_deref(),
        time: load.time.as_deref(),
        timestamp_ms: NO_TIMESTAMP,
    };
    Source::open(bytes, options)
        .map_err(|error| Refusal::new(format!("{} is not loaded: {error}", load.file)))
}

/// Puts a segment behind what its partition holds.
fn adopt(world: &mut World, load: &Load, bytes: Rc<[u8]>) -> Result<Report, Refusal> {
    if load.rate_milli.is_some() {
        return Err(Refusal::new(format!("{} is not loaded: {}", load.file, LoadError::OfLines("rate="))));
    }
    let spec = SegmentSpec {
        topic: load.topic.clone(),
        partition: load.partition.unwrap_or(0),
        bytes: bytes.clone(),
        base: segment::base_of(&load.file).unwrap_or(0),
        start: load.start,
    };
    world
        .adopt_segment(spec)
        .map_err(|refusal| Refusal::new(format!("{} is not loaded: {refusal}", load.file)))?;
    Ok(segment::report(&bytes))
}

/// Hands the records to the world: at once in pieces, or by their rate all together.
fn write(world: &mut World, load: &Load, source: &Source) -> Result<Report, Refusal> {
    if load.partition.is_some() || load.start.is_some() || load.topic_id.is_some() {
        return Err(Refusal::new(
            "lines are spread over the partitions: partition=, start= and topic-id= are for format=segment",
        ));
    }
    let pace = load.rate_milli.map_or(Pace::AtOnce, Pace::Rate);
    let (mut piece, mut bytes, mut result) = (Given::new(), 0, Ok(()));
    let report = source.read(|record| {
        bytes += record.payload_bytes();
        piece.push(&record);
        if pace == Pace::AtOnce && bytes >= PIECE_BYTES && result.is_ok() {
            result = world.load(&load.topic, std::mem::take(&mut piece), Pace::AtOnce);
            bytes = 0;
        }
    });
    result?;
    if piece.count() > 0 {
        world.load(&load.topic, piece, pace)?;
    }
    Ok(report)
}
