//! `load`: the lines of a file become records of a topic.

mod loading;

pub use loading::Loading;

use super::{Act, File, Files, Refusal, Runner};
use crate::backup::offsets;
use crate::sim::{SegmentSpec, TopicSpec, World};
use crate::story::Story;
use crate::story::command::{Command, LOAD_PARTITIONS, Load, LoadFormat};
use crate::story::load::{LoadError, Options, Report, Source, segment};
use loading::Writing;
use std::rc::Rc;

/// Kafka's `RecordBatch.NO_TIMESTAMP`: the record gets the time at which it is written.
const NO_TIMESTAMP: i64 = -1;

impl Runner {
    /// Loads a file; the command with the file's digest. The topic is created when it is absent.
    pub(super) fn load(&mut self, load: &Load) -> Result<Load, Refusal> {
        let file = self.files.get(&load.file, load.sha256.as_deref()).map_err(Refusal::new)?;
        let begun = self.loading.take().filter(|begun| begun.is_of(load, &file, &self.world));
        if let Some((world, report)) = begun.map(|begun| begun.finish()).transpose()? {
            return Ok(self.loaded(load, &file, world, &report));
        }
        let bytes = file.bytes.whole();
        let source = open(load, &bytes)?;
        if &*load.topic == offsets::TOPIC {
            let report = self.load_offsets(load, &source, &file)?;
            self.say(load, &report);
            return Ok(Load { sha256: Some(file.sha256.to_string().into()), ..load.clone() });
        }
        let mut world = self.world_for(load, source.opened.format)?;
        let report = match source.opened.format {
            LoadFormat::Segment => adopt(&mut world, load, bytes.clone())?,
            _ => {
                let mut writing = Writing::new(load, &source)?;
                while writing.step(&mut world, load, &source)? {}
                writing.report()
            }
        };
        Ok(self.loaded(load, &file, world, &report))
    }

    /// The world as it will be loaded into: with the topic.
    fn world_for(&self, load: &Load, format: LoadFormat) -> Result<World, Refusal> {
        if !load.topics.is_empty() {
            return Err(Refusal::new(format!("topics= is for segments of {}", offsets::TOPIC)));
        }
        let mut world = self.world.clone();
        let segment = format == LoadFormat::Segment;
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
        Ok(world)
    }

    /// It is loaded into `world`.
    fn loaded(&mut self, load: &Load, file: &File, world: World, report: &Report) -> Load {
        self.world = world;
        self.say(load, report);
        Load { sha256: Some(file.sha256.to_string().into()), ..load.clone() }
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

/// How a file is to be read.
fn options(load: &Load) -> Options<'_> {
    Options {
        name: &load.file,
        format: load.format,
        key: load.key.as_deref(),
        time: load.time.as_deref(),
        timestamp_ms: NO_TIMESTAMP,
    }
}

fn open<'a>(load: &'a Load, bytes: &'a [u8]) -> Result<Source<'a>, Refusal> {
    Source::open(bytes, options(load))
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
