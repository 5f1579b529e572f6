//! Backups become files and come from them. One is exported once all of it was read, since nothing is exported that does not
//! hold.

use super::intent::{Refusal, Told};
use super::lab::Inner;
use crate::session::{Digest, Pieces};
use std::rc::Rc;

impl Inner {
    /// Takes in an archive, beside everything else where that is to be done so.
    pub(super) fn import(&mut self, name: &str, archive: Pieces, sha256: Option<Digest>) -> Vec<Told> {
        if self.session.begin_import(name, archive.clone(), sha256) {
            return self.take_begun();
        }
        vec![match self.session.import(name, archive) {
            Ok(labels) => Told::Imported(labels),
            Err(why) => Told::Refused(Refusal::Import, why),
        }]
    }

    /// Exports a backup: now, or when it is verified.
    pub(super) fn export(&mut self, label: Rc<str>) -> Vec<Told> {
        if self.session.has_to_be_read(&label) {
            if !self.to_export.contains(&label) {
                self.to_export.push(label);
            }
            return Vec::new();
        }
        self.session.export(&label).err().map(|why| Told::Refused(Refusal::Export, why)).into_iter().collect()
    }

    /// Those that waited and need not wait any more, and all that lines have written.
    pub(super) fn exports(&mut self) -> Vec<Told> {
        let waiting = std::mem::take(&mut self.to_export);
        let mut told: Vec<Told> = waiting.into_iter().flat_map(|label| self.export(label)).collect();
        let written = self.session.take_exported().into_iter();
        told.extend(written.map(|of| Told::Archive(of.labels.into(), of.file, of.bytes)));
        told
    }
}
