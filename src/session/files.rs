//! Files in and out: records that are loaded, archives that are exported and imported, and what storage held.

use super::{Contents, Exported, LoadOptions, LoadSummary, Session, Transaction, sentence};
use crate::backup::{Catalog, MemoryStore, Store, archive};
use crate::base::Pieces;
use crate::story::Command;
use crate::story::command::{Export, FORMATS, Import, Load};
use crate::story::run::Act;
use std::rc::Rc;

/// A backup that may be wanted when it is gone.
pub struct Keepsake {
    store: MemoryStore,
    label: Rc<str>,
}

impl Keepsake {
    /// The name of its archive's file, and the archive.
    pub fn archive(&self) -> Option<(Rc<str>, Pieces)> {
        let archive = archive::pieces(&self.store, std::slice::from_ref(&self.label)).ok()?;
        Some((archive::file_name(&self.label).into(), archive))
    }
}

/// Files.
impl Session {
    /// Writes the lines of a file to a topic, as a `load` command.
    ///
    /// # Errors
    /// Why the file is refused, in words. Then nothing changed.
    pub fn load_file(
        &mut self,
        name: &str,
        bytes: impl Into<Rc<[u8]>>,
        options: &LoadOptions,
    ) -> Result<LoadSummary, Rc<str>> {
        let load = load_of(name, options)?;
        self.runner.files_mut().give(name, bytes.into());
        self.load_given(load)
    }

    /// Writes the lines of a file that the run has been given.
    pub(super) fn load_given(&mut self, load: Load) -> Result<LoadSummary, Rc<str>> {
        let before = self.runner.events().len();
        let line = self.command(Command::Load(load))?;
        let mut summary = LoadSummary { line, records: 0, refused: 0, named: Vec::new() };
        for event in &self.runner.events()[before..] {
            match &event.what {
                Act::Loaded { records, unusable, .. } => {
                    (summary.records, summary.refused) = (*records, *unusable);
                }
                Act::LineRefused(_, line, reason) => summary.named.push((*line, reason.clone())),
                _ => {}
            }
        }
        Ok(summary)
    }

    /// Writes the archive of a backup, or of all: a command of the run like any other.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn export(&mut self, label: &str) -> Result<(), Rc<str>> {
        self.command(Command::Export(Export { label: label.into(), file: None })).map(drop)
    }

    /// The archives that commands have written since this was asked last.
    pub fn take_exported(&mut self) -> Vec<Exported> {
        self.runner.take_exports()
    }

    /// The archive of a backup without a command, as an undo of its deletion takes it in again; `None` when there is no
    /// such backup.
    pub fn archive(&self, label: &str) -> Option<Pieces> {
        archive::pieces(self.runner.store(), &[label.into()]).ok()
    }

    /// A backup as it is now, from which its archive can be made when it is wanted; `None` when there is no such backup.
    pub fn keepsake(&self, label: &str) -> Option<Keepsake> {
        self.runner.store().manifest(label)?;
        Some(Keepsake { store: self.runner.store().clone(), label: label.into() })
    }

    /// Takes in the backups of an archive; their labels.
    ///
    /// # Errors
    /// Why the archive is refused, in words. Then nothing changed.
    pub fn import(&mut self, name: &str, archive: Pieces) -> Result<Vec<Rc<str>>, Rc<str>> {
        self.runner.files_mut().give_pieces(name, archive);
        self.import_given(name)
    }

    /// The same of a file that the run has been given.
    pub(super) fn import_given(&mut self, name: &str) -> Result<Vec<Rc<str>>, Rc<str>> {
        let before = self.runner.events().len();
        let import = Import { file: name.into(), sha256: None };
        if let Err(reason) = self.command(Command::Import(import)) {
            self.runner.files_mut().forget(name);
            return Err(reason);
        }
        let labels = self.runner.events()[before..].iter().find_map(|event| match &event.what {
            Act::Imported(_, labels) => Some(labels.clone()),
            _ => None,
        });
        Ok(labels.unwrap_or_default())
    }
}

/// Backups and their storage.
impl Session {
    /// All changes of the backups that storage does not hold yet, as one transaction; `None` when there are none or
    /// the last one is still on its way. Whoever takes it answers with [`Session::saved`].
    pub fn take_transaction(&mut self) -> Option<Transaction> {
        self.shelf.take()
    }

    /// Storage completed the transaction that was taken (`Ok`), or why it did not, in words: then its changes are part
    /// of the next one.
    pub fn saved(&mut self, result: Result<(), Rc<str>>) {
        self.shelf.answered(result.is_ok());
    }

    /// A file with these backups was handed to the browser, at this wall clock (milliseconds since 1970).
    pub fn exported(&mut self, labels: &[Rc<str>], at_ms: i64) {
        labels.iter().for_each(|label| self.shelf.exported(label, at_ms));
    }

    /// Takes over what storage held when the page was opened, with the times of the last exports. Everything is
    /// verified again; what is damaged is shown as such.
    ///
    /// # Errors
    /// Why it cannot be read at all, in words.
    pub fn adopt(&mut self, contents: Contents, exported: &[(Rc<str>, i64)]) -> Result<(), Rc<str>> {
        let store = MemoryStore::from_contents(contents);
        Catalog::of(&store)
            .map_err(|error| format!("The stored backups cannot be read: the catalog {error}."))?;
        *self.runner.store_mut() = store;
        self.shelf = self.shelf.emptied();
        for (label, at_ms) in exported {
            self.shelf.exported(label, *at_ms);
        }
        self.shelf.verify(self.runner.store());
        Ok(())
    }
}

/// The command that loads a file.
///
/// # Errors
/// What is wrong with the options, in words.
pub(super) fn load_of(name: &str, options: &LoadOptions) -> Result<Load, Rc<str>> {
    let format = match options.format.as_deref() {
        None => None,
        Some(name) => match FORMATS.iter().find(|(known, _)| *known == name) {
            Some((_, format)) => Some(*format),
            None => return Err(format!("There is no format {name}: text, csv, jsonl or segment.").into()),
        },
    };
    let load = Load {
        topic: options.topic.clone(),
        file: name.into(),
        format,
        key: options.key.clone(),
        time: options.time.clone(),
        rate_milli: options.rate.map(|rate| rate.saturating_mul(1000)),
        partitions: options.partitions,
        partition: options.partition,
        start: options.start,
        topic_id: None,
        topics: Vec::new(),
        sha256: None,
    };
    // What a person typed takes the way of a line, and with it all of its checks.
    match Command::parse(&Command::Load(load).to_string()) {
        Ok(Command::Load(load)) => Ok(load),
        Ok(other) => Err(format!("{other} loads no file.").into()),
        Err(error) => Err(sentence(&error.reason()).into()),
    }
}
