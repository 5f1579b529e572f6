//! `export` and `import`: backups as files.

use super::{Act, Refusal, Runner};
use crate::backup::archive::{self, Known};
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
    pub bytes: Rc<[u8]>,
}

impl Runner {
    pub(super) fn export(&mut self, command: &Export) -> Result<(), Refusal> {
        let label = self.label(&command.label)?;
        let bytes = archive::write(&self.store, std::slice::from_ref(&label)).map_err(Refusal::new)?;
        let file = command.file.clone().unwrap_or_else(|| archive::file_name(&label).into());
        self.push(Act::Exported(label.clone(), file.clone(), bytes.len() as u64));
        let bytes: Rc<[u8]> = bytes.into();
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
        let import = archive::read_by(&file.bytes, &known.unwrap_or_default()).map_err(Refusal::new)?;
        let transaction = import.transaction(&self.store).map_err(Refusal::new)?;
        self.commit(transaction)?;
        self.push(Act::Imported(command.file.clone(), import.labels));
        Ok(Import { sha256: Some(file.sha256.to_string().into()), ..command.clone() })
    }
}
