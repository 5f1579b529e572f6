//! A backup becomes a file: once all of it was read, since nothing is exported that does not hold; and outside the page
//! piece by piece, so that the page neither waits for it nor holds it.

use super::intent::{Refusal, Told};
use super::lab::Inner;
use std::rc::Rc;

impl Inner {
    /// Exports a backup: now, or when it is verified.
    pub(super) fn export(&mut self, label: Rc<str>) -> Vec<Told> {
        if self.session.has_to_be_read(&label) {
            if !self.to_export.contains(&label) {
                self.to_export.push(label);
            }
            return Vec::new();
        }
        vec![match self.session.export(&label) {
            Ok((name, archive)) => Told::Archive(label, name, archive),
            Err(why) => Told::Refused(Refusal::Export, why),
        }]
    }

    /// Those that waited and need not wait any more.
    pub(super) fn exports(&mut self) -> Vec<Told> {
        let waiting = std::mem::take(&mut self.to_export);
        waiting.into_iter().flat_map(|label| self.export(label)).collect()
    }
}
