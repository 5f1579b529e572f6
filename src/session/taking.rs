//! Backups are taken, archives taken in, and files loaded, a part at a time: what has to be read is read while whoever holds the session
//! does other things, and then it is done in one go, as a command like any other. Time must stand still meanwhile, so that
//! it is done at the moment at which it was asked for. What is given up before its end leaves nothing.

use super::files::load_of;
use super::step::Stepping;
use super::verifying::percent;
use super::{LoadOptions, LoadSummary, Session};
use crate::backup::archive::Summary;
use crate::backup::manifest::KindName;
use crate::backup::{Digest, FileBytes, Preparation, Progress};
use crate::base::Pieces;
use crate::story::Command;
use crate::story::command::{Backup, Restore};
use crate::story::run::Loading;
use std::rc::Rc;

/// What is under way.
pub(super) struct Taking {
    work: Work,
    /// Tells for what a digest is wanted.
    pub number: u64,
}

enum Work {
    /// The files of a backup are made for this command.
    Backup(Box<Command>, Box<Preparation>),
    /// Those of a backup that the run takes next: a scheduled one, or one of a line. A step that it came upon goes on.
    Next(Box<Preparation>, Option<Stepping>),
    /// An archive is read: the name of its file.
    Import(Rc<str>, Summary),
    /// A file is loaded.
    Load(Box<Loading>),
}

/// What came of it: see [`Session::apply`] and [`Session::import`].
pub enum Taken {
    /// A backup was taken.
    Backup(Result<Rc<str>, Rc<str>>),
    /// The run took its own next backup.
    Next,
    /// An archive was taken in.
    Import(Result<Vec<Rc<str>>, Rc<str>>),
    /// A file of this name was loaded: see [`Session::load_file`].
    Load(Rc<str>, Result<LoadSummary, Rc<str>>),
}

impl Taking {
    /// The bytes whose digest is wanted.
    pub fn to_hash(&self) -> Option<&FileBytes<'static>> {
        match &self.work {
            Work::Backup(_, preparation) | Work::Next(preparation, _) => preparation.to_hash(),
            // Its digests are made here: whoever makes them elsewhere wants a file as one, beside what there is of it.
            Work::Import(..) | Work::Load(_) => None,
        }
    }

    /// The digest that was wanted.
    pub fn hashed(&mut self, digest: Digest) {
        match &mut self.work {
            Work::Backup(_, preparation) | Work::Next(preparation, _) => preparation.hashed(digest),
            Work::Import(..) | Work::Load(_) => {}
        }
    }

    /// How many hundredths of it are read.
    pub fn percent(&self) -> u32 {
        percent(match &self.work {
            Work::Backup(_, preparation) | Work::Next(preparation, _) => preparation.progress(),
            Work::Import(_, summary) => summary.progress(),
            Work::Load(loading) => loading.progress(),
        })
    }
}

impl Session {
    /// Begins to take part by part the backup that comes of `line`, if one does and it is to be done so; nothing happens
    /// otherwise. That may be the one of what is there before a restore.
    pub fn begin_backup(&mut self, line: &str) -> bool {
        let Some((outside, number)) = self.shelf.queue.in_parts() else { return false };
        let Ok(command) = Command::parse(line) else { return false };
        // Why it is refused is told by the command itself.
        let preparation = match &command {
            Command::Backup(Backup::Take(kind, topics)) => self.runner.prepare(*kind, topics, outside).ok(),
            Command::Restore(Restore::Data(_)) => self.runner.prepare_safety(outside),
            _ => None,
        };
        let Some(preparation) = preparation else { return false };
        self.taking = Some(Taking { work: Work::Backup(Box::new(command), Box::new(preparation)), number });
        true
    }

    /// Begins to take part by part the backup that the run takes next, if that is to be done so; nothing happens otherwise.
    pub(super) fn begin_next(
        &mut self,
        (kind, topics): &(KindName, Vec<Rc<str>>),
        stepping: Option<Stepping>,
    ) -> bool {
        if self.taking.is_some() {
            return false;
        }
        let Some((outside, number)) = self.shelf.queue.in_parts() else { return false };
        let Ok(preparation) = self.runner.prepare(*kind, topics, outside) else { return false };
        self.taking = Some(Taking { work: Work::Next(Box::new(preparation), stepping), number });
        true
    }

    /// The run's next backup is taken whole, whatever was read of it: time is to go on.
    pub(super) fn finish_next(&mut self) {
        if self.taking.as_ref().is_some_and(|taking| matches!(taking.work, Work::Next(..))) {
            self.finish_taking();
        }
    }

    /// Begins to take in the backups of an archive part by part, if that is to be done so; nothing happens otherwise.
    /// Its digest need not be made again where it is known.
    pub fn begin_import(&mut self, name: &str, archive: Pieces, sha256: Option<Digest>) -> bool {
        let Some((_, number)) = self.shelf.queue.in_parts() else { return false };
        let work = Work::Import(name.into(), Summary::new(archive, sha256));
        self.taking = Some(Taking { work, number });
        true
    }

    /// Begins to load a file part by part, if that is to be done so; nothing happens otherwise.
    pub fn begin_load(&mut self, name: &str, bytes: &Rc<[u8]>, options: &LoadOptions) -> bool {
        let Some((_, number)) = self.shelf.queue.in_parts() else { return false };
        // Why it is refused is told by the command itself.
        let Ok(load) = load_of(name, options) else { return false };
        let Some(loading) = self.runner.begin_load(&load, bytes.clone()) else { return false };
        self.taking = Some(Taking { work: Work::Load(Box::new(loading)), number });
        true
    }

    /// Whether something is being taken.
    pub fn is_taking(&self) -> bool {
        self.taking.is_some()
    }

    /// Reads a part of what is being taken; after [`Progress::Done`] comes [`Session::finish_taking`].
    pub fn take_part(&mut self) -> Progress {
        match self.taking.as_mut().map(|taking| &mut taking.work) {
            None => Progress::Done,
            // What cannot be made in parts is told when it is made in one go.
            Some(Work::Backup(_, preparation) | Work::Next(preparation, _)) => {
                preparation.step(self.runner.store()).unwrap_or(Progress::Done)
            }
            Some(Work::Import(_, summary)) => summary.step(),
            Some(Work::Load(loading)) => match loading.step() {
                true => Progress::More,
                false => Progress::Done,
            },
        }
    }

    /// Takes what was begun, whatever was read of it; `None` when there is nothing.
    pub fn finish_taking(&mut self) -> Option<Taken> {
        Some(match self.taking.take()?.work {
            Work::Backup(command, preparation) => {
                self.runner.give_prepared(preparation.prepared());
                Taken::Backup(self.command(*command))
            }
            Work::Next(preparation, stepping) => {
                self.runner.give_prepared(preparation.prepared());
                self.runner.next_act();
                self.settle();
                if let Some(stepping) = stepping {
                    self.go_on(stepping);
                }
                Taken::Next
            }
            Work::Load(loading) => {
                let load = loading.command().clone();
                self.runner.give_loading(*loading);
                Taken::Load(load.file.clone(), self.load_given(load))
            }
            Work::Import(name, summary) => {
                let (archive, sha256, known) = summary.known();
                let files = self.runner.files_mut();
                // What was not read to its end is read in one go.
                match sha256 {
                    Some(sha256) => files.give_summed(&name, archive, sha256),
                    None => files.give_pieces(&name, archive),
                }
                known.into_iter().for_each(|known| self.runner.give_known(known));
                Taken::Import(self.import_given(&name))
            }
        })
    }
}
