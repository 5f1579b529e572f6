//! A file is loaded part by part: its digest is made, and lines become records of a topic; a segment is taken as it is.
//!
//! Whoever has other things to do in between has it done in a world beside the run's; the command takes that over when it
//! comes, if the run is still as it was.

use super::{File, Refusal, Runner, adopt, open, options};
use crate::backup::{Digest, offsets};
use crate::sim::{Given, Pace, World};
use crate::story::command::{Load, LoadFormat};
use crate::story::load::{Opened, Place, Report, Source};
use sha2::{Digest as _, Sha256};
use std::rc::Rc;

/// Bytes of records that are handed to the world at a time: what is held twice for a moment.
const PIECE_BYTES: u64 = 4 << 20;
/// Bytes of a file that a step reads.
const PART_BYTES: usize = 256 << 10;

/// Lines on their way into a world.
#[derive(Clone)]
pub(super) struct Writing {
    place: Place,
    piece: Given,
    /// Bytes of the records in it.
    bytes: u64,
    pace: Pace,
}

impl Writing {
    /// Nothing is written yet.
    pub fn new(load: &Load, source: &Source<'_>) -> Result<Writing, Refusal> {
        if load.partition.is_some() || load.start.is_some() || load.topic_id.is_some() {
            return Err(Refusal::new(
                "lines are spread over the partitions: partition=, start= and topic-id= are for format=segment",
            ));
        }
        let pace = load.rate_milli.map_or(Pace::AtOnce, Pace::Rate);
        Ok(Writing { place: source.begin(), piece: Given::new(), bytes: 0, pace })
    }

    /// Reads on, and hands records to the world: at once in pieces, or by their rate all together. Whether there are more.
    pub fn step(&mut self, world: &mut World, load: &Load, source: &Source<'_>) -> Result<bool, Refusal> {
        let Writing { place, piece, bytes, pace } = self;
        let mut result = Ok(());
        let more = source.read_part(place, PART_BYTES, |record| {
            *bytes += record.payload_bytes();
            piece.push(&record);
            if *pace == Pace::AtOnce && *bytes >= PIECE_BYTES && result.is_ok() {
                result = world.load(&load.topic, std::mem::take(piece), Pace::AtOnce);
                *bytes = 0;
            }
        });
        result?;
        if !more && piece.count() > 0 {
            world.load(&load.topic, std::mem::take(piece), pace.clone())?;
        }
        Ok(more)
    }

    /// What was found.
    pub fn report(self) -> Report {
        self.place.report
    }
}

/// A load under way.
#[derive(Clone)]
pub struct Loading {
    load: Load,
    bytes: Rc<[u8]>,
    /// The file's digest, while it is made.
    sha: Sha256,
    sha256: Option<Digest>,
    /// How far the file is read, for its digest and then once more.
    read: [usize; 2],
    /// The state that the run is in.
    hash: u64,
    world: World,
    opened: Opened,
    /// `None` for a segment.
    writing: Option<Writing>,
    /// There is more to be read; nothing more comes of what was refused.
    more: Result<bool, Refusal>,
}

impl Loading {
    /// Reads a little more; whether there is more.
    pub fn step(&mut self) -> bool {
        let at = self.read[0];
        if self.sha256.is_none() {
            let end = self.bytes.len().min(at + PART_BYTES);
            self.sha.update(&self.bytes[at..end]);
            self.read[0] = end;
            if end == self.bytes.len() {
                self.sha256 = Some(Digest(self.sha.clone().finalize().into()));
            }
            return true;
        }
        let Some(writing) = &mut self.writing else { return false };
        let source = Source::again(&self.bytes, options(&self.load), self.opened.clone());
        self.more = writing.step(&mut self.world, &self.load, &source);
        self.read[1] = self.bytes.len().min(self.read[1] + PART_BYTES);
        self.more == Ok(true)
    }

    /// Bytes that were read, and bytes that there are to read.
    pub fn progress(&self) -> (u64, u64) {
        let times = if self.writing.is_some() { 2 } else { 1 };
        (self.read.iter().sum::<usize>() as u64, times * self.bytes.len() as u64)
    }

    /// The command.
    pub fn command(&self) -> &Load {
        &self.load
    }

    /// Whether it is of this command and this file, in a run that is as this `world`.
    pub(super) fn is_of(&self, load: &Load, file: &File, world: &World) -> bool {
        self.load == *load && self.sha256 == Some(file.sha256) && self.hash == world.hash()
    }

    /// The world after it, and what was found.
    pub(super) fn finish(mut self) -> Result<(World, Report), Refusal> {
        while self.writing.is_some() && self.more.clone()? {
            self.step();
        }
        let report = match self.writing {
            Some(writing) => writing.report(),
            None => adopt(&mut self.world, &self.load, self.bytes)?,
        };
        Ok((self.world, report))
    }
}

impl Runner {
    /// Begins to load a file part by part; `None` where it is loaded in one go, or refused.
    pub fn begin_load(&self, load: &Load, bytes: Rc<[u8]>) -> Option<Loading> {
        let opened = open(load, &bytes).ok()?.opened;
        if &*load.topic == offsets::TOPIC {
            return None;
        }
        let world = self.world_for(load, opened.format).ok()?;
        let source = Source::again(&bytes, options(load), opened.clone());
        let writing = match opened.format {
            LoadFormat::Segment => None,
            _ => Some(Writing::new(load, &source).ok()?),
        };
        let (hash, load) = (self.world.hash(), load.clone());
        let (sha, sha256, read, more) = (Sha256::new(), None, [0; 2], Ok(true));
        Some(Loading { load, bytes, sha, sha256, read, hash, world, opened, writing, more })
    }

    /// Gives a file of which this much is loaded: the command comes next.
    pub fn give_loading(&mut self, mut loading: Loading) {
        let sha256 = loop {
            match loading.sha256 {
                Some(sha256) => break sha256,
                None => loading.step(),
            };
        };
        self.files.give_summed(&loading.load.file, loading.bytes.clone().into(), sha256);
        self.loading = Some(loading);
    }
}
