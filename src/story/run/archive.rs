//! `export` and `import`: backups as files.

use super::{Act, Refusal, Runner};
use crate::backup::Store;
use crate::backup::archive::{self, Known};
use crate::base::Pieces;
use crate::story::command::{Export, Import};
use std::rc::Rc;

/// A backup that was written as an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The backup's label.
    pub label: Rc<str>,
    /// The file's name, without a folder.
    pub file: Rc<str>,
    /// The archive.
    pub bytes: Pieces,
}

impl Runner {
    pub(super) fn export(&mut self, command: &Export) -> Result<(), Refusal> {
        let label = self.label(&command.label)?;
        let bytes = archive::pieces(&self.store, std::slice::from_ref(&label)).map_err(Refusal::new)?;
        let file = command.file.clone().unwrap_or_else(|| archive::file_name(&label).into());
        self.push(Act::Exported(label.clone(), file.clone(), bytes.len()));
        self.files.wrote(&file, &bytes);
        self.exports.push(Exported { label, file, bytes });
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
