//! `export` and `import`: backups as files.

use super::{Act, Refusal, Runner};
use crate::backup::archive::{self, Known};
use crate::backup::{Manifest, Store};
use crate::base::{Pieces, Set};
use crate::story::command::{EVERY, Export, Import};
use std::rc::Rc;

/// Backups that were written as an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// All that it holds.
    pub labels: Vec<Rc<str>>,
    /// The file's name, without a folder.
    pub file: Rc<str>,
    /// The archive.
    pub bytes: Pieces,
}

impl Runner {
    pub(super) fn export(&mut self, command: &Export) -> Result<(), Refusal> {
        let (what, name, labels) = if &*command.label == EVERY {
            let labels: Vec<Rc<str>> =
                self.catalog()?.backups.iter().map(|entry| entry.label.clone()).collect();
            let what = if labels.len() == 1 {
                "the only backup".into()
            } else {
                format!("all {} backups", labels.len())
            };
            (what.into(), EVERY.into(), labels)
        } else {
            let label = self.label(&command.label)?;
            (label.clone(), label.clone(), vec![label])
        };
        if labels.is_empty() {
            return Err(Refusal::new("there is no backup yet"));
        }
        let bytes = archive::pieces(&self.store, &labels).map_err(Refusal::new)?;
        let file = command.file.clone().unwrap_or_else(|| archive::file_name(&name).into());
        self.push(Act::Exported(what, file.clone(), bytes.len()));
        self.files.wrote(&file, &bytes);
        let chain = |label: &Rc<str>| {
            self.store.manifest(label).and_then(|bytes| Manifest::parse(&bytes).ok()).map(|of| of.chain)
        };
        let below: Vec<Rc<str>> = labels.iter().filter_map(chain).flatten().collect();
        let labels: Set<Rc<str>> = labels.into_iter().chain(below).collect();
        self.exports.push(Exported { labels: labels.into_iter().collect(), file, bytes });
        Ok(())
    }

    /// Gives what is known already of the archive that is taken in next.
    pub fn give_known(&mut self, known: Known) {
        self.known_archive = Some(known);
    }

    /// Takes in an archive; the command with the file's digest.
    pub(super) fn import(&mut self, command: &Import) -> Result<Import, Refusal> {
        let file = self.files.get(&command.file, command.sha256.as_deref()).map_err(Refusal::new)?;
        let known = self.known_archive.take().filter(|known| known.is_of(&file.bytes));
        let known = known.unwrap_or_else(|| Known::of(&file.bytes));
        let import = archive::read_by(&file.bytes, &known).map_err(Refusal::new)?;
        let transaction = import.transaction(&self.store).map_err(Refusal::new)?;
        let new = !transaction.is_empty();
        self.commit(transaction)?;
        let manifest = |label: &Rc<str>| self.store.manifest(label);
        let is_there = |(label, bytes): (&Rc<str>, &Rc<[u8]>)| manifest(label).as_ref() == Some(bytes);
        // All of it was read, and is now in the store as it was read.
        if new && import.contents.manifests.iter().all(is_there) {
            let since = self.store.changed();
            import.labels.iter().for_each(|label| self.store.prove(label, since));
        }
        let held = import.share(&file.bytes, &self.store);
        self.files.hold(&file, held);
        self.push(Act::Imported(command.file.clone(), import.labels));
        Ok(Import { sha256: Some(file.sha256.to_string().into()), ..command.clone() })
    }
}
