//! Making the files of a backup a part at a time before it is taken, for whoever has other things to do in between.
//!
//! What is prepared changes nothing: taking the backup uses of it what still holds, and makes the rest.

use super::capture::{Kind, Options, Refusal};
use super::catalog::Catalog;
use super::contents;
use super::digest::Digest;
use super::grown::{Grown, Made};
use super::link::Link;
use super::snapshot::Snapshot;
use super::store::Store;
use super::take::Take;
use super::verify::reading::{FileBytes, Progress};
use crate::base::{Map, Uuid};
use crate::log::Partition;
use std::ops::Range;
use std::rc::Rc;

/// Files of logs that were made for a backup.
#[derive(Clone, Default)]
pub struct Prepared {
    /// The digest of the manifest that the backup builds on.
    prior: Option<Digest>,
    /// By the topic's id and the partition.
    made: Map<(Uuid, i32), Made>,
}

impl Prepared {
    /// The files of this log in a backup that builds on `prior`.
    pub(super) fn get(
        &self,
        topic_id: Uuid,
        id: i32,
        log: &Partition,
        prior: Option<&Link>,
    ) -> Option<&Made> {
        let made = self.made.get(&(topic_id, id))?;
        (self.prior == prior.map(|prior| prior.sha256) && log.is_still(&made.log)).then_some(made)
    }
}

/// The files of a backup under way.
pub struct Preparation {
    prior: Option<Link>,
    logs: Option<Rc<Map<(Uuid, i32), Partition>>>,
    /// What is still to be read: the next one last.
    todo: Vec<(Rc<str>, Uuid, i32, Partition)>,
    now: Option<((Rc<str>, Uuid, i32), Grown)>,
    prepared: Prepared,
    outside: Range<u64>,
    /// Bytes of the logs that are done, and of all.
    done: u64,
    total: u64,
}

impl Preparation {
    /// Nothing is read yet. Digests of files with so many bytes as `outside` are asked for ([`Progress::Hash`]), those of
    /// others made here.
    ///
    /// # Errors
    /// What taking the backup would be refused for.
    pub fn new(
        kind: &Kind,
        snapshot: &Snapshot<'_>,
        options: &Options,
        store: &dyn Store,
        outside: Range<u64>,
    ) -> Result<Preparation, Refusal> {
        let catalog = Catalog::of(store).map_err(Refusal::Catalog)?;
        let prior = Take { kind, snapshot, options, store, catalog: &catalog }.prior();
        let mut todo = Vec::new();
        for topic in contents::chosen_topics(snapshot, options)? {
            for (id, log) in (0..).zip(&topic.partitions) {
                todo.push((topic.name.clone(), topic.id, id, (*log).clone()));
            }
        }
        todo.reverse();
        let total = todo.iter().map(|(.., log)| log.byte_count()).sum();
        let logs = prior.as_ref().and_then(|prior| snapshot.logs_of(prior)).cloned();
        let prepared = Prepared { prior: prior.as_ref().map(|prior| prior.sha256), made: Map::new() };
        Ok(Preparation { prior, logs, todo, now: None, prepared, outside, done: 0, total })
    }

    /// Makes a little more.
    ///
    /// # Errors
    /// What taking the backup would be refused for.
    pub fn step(&mut self, store: &dyn Store) -> Result<Progress, Refusal> {
        if let Some(((topic, topic_id, id), mut grown)) = self.now.take() {
            let progress = grown.step(store).map_err(|error| contents::unsound(&topic, id, &error))?;
            if progress == Progress::Done {
                let made = grown.done();
                self.done += made.log.byte_count();
                self.prepared.made.insert((topic_id, id), made);
                return Ok(Progress::More);
            }
            self.now = Some(((topic, topic_id, id), grown));
            return Ok(progress);
        }
        let Some((topic, topic_id, id, log)) = self.todo.pop() else { return Ok(Progress::Done) };
        let logs = self.logs.as_deref();
        let mut grown = contents::grown((&topic, topic_id, id), &log, (self.prior.as_ref(), logs));
        grown.ask(self.outside.clone());
        self.now = Some(((topic, topic_id, id), grown));
        Ok(Progress::More)
    }

    /// The bytes whose digest is wanted: after [`Progress::Hash`] and until it is told.
    pub fn to_hash(&self) -> Option<&FileBytes<'static>> {
        self.now.as_ref()?.1.to_hash()
    }

    /// The digest that was wanted.
    pub fn hashed(&mut self, digest: Digest) {
        if let Some((_, grown)) = &mut self.now {
            grown.hashed(digest);
        }
    }

    /// Bytes that are read, and bytes that there are to read.
    pub fn progress(&self) -> (u64, u64) {
        (self.done + self.now.as_ref().map_or(0, |(_, grown)| grown.progress()), self.total)
    }

    /// What was made.
    pub fn prepared(self) -> Prepared {
        self.prepared
    }
}
