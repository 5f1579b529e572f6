//! Files that `load` finds: by name, and by digest where one is named.

use crate::backup::Digest;
use crate::backup::digest::sha256;
use crate::base::Pieces;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::rc::Rc;

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: Rc<str>,
    /// Its bytes.
    pub bytes: Pieces,
    /// Their SHA-256.
    pub sha256: Digest,
}

/// Why a file cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// It is not there.
    Absent(Rc<str>),
    /// It is there, with another digest: the one found.
    Differs(Rc<str>, Digest),
    /// It cannot be read: the reason.
    Unreadable(Rc<str>, Rc<str>),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Absent(name) => {
                write!(f, "file {name} is not here: choose it in the page, or lay it beside the story")
            }
            FileError::Differs(name, found) => {
                write!(f, "file {name} is another one than the story's: its SHA-256 is {found}")
            }
            FileError::Unreadable(name, reason) => write!(f, "file {name}: {reason}"),
        }
    }
}

impl std::error::Error for FileError {}

/// Finds a file that was not given yet, by its name: its bytes, `None` when it is absent, or why it cannot be read.
pub type Find = dyn Fn(&str) -> Result<Option<Rc<[u8]>>, String>;

/// Files that were given, and a way to find others.
#[derive(Clone, Default)]
pub struct Files {
    given: Vec<File>,
    find: Option<Rc<Find>>,
}

impl Files {
    /// Files that are found when they are asked for.
    pub fn found_by(find: Rc<Find>) -> Files {
        Files { given: Vec::new(), find: Some(find) }
    }

    /// Adds a file. One of the same name and another content stays, and is found by its digest.
    pub fn give(&mut self, name: &str, bytes: Rc<[u8]>) -> Digest {
        let sha256 = sha256(&bytes);
        self.give_summed(name, bytes.into(), sha256);
        sha256
    }

    /// Adds a file that lies in pieces, as [`Files::give`].
    pub fn give_pieces(&mut self, name: &str, bytes: Pieces) {
        let mut sha = Sha256::new();
        bytes.iter().for_each(|piece| sha.update(piece));
        self.give_summed(name, bytes, Digest(sha.finalize().into()));
    }

    /// Adds a file with this digest, as [`Files::give`].
    pub fn give_summed(&mut self, name: &str, bytes: Pieces, sha256: Digest) {
        self.given.retain(|file| file.sha256 != sha256 || &*file.name != name);
        self.given.push(File { name: name.into(), bytes, sha256 });
    }

    /// Takes in what a run wrote: where files are found by name, that one would be, as soon as it is written.
    pub(super) fn wrote(&mut self, name: &str, bytes: &Pieces) {
        if self.find.is_some() {
            self.give_pieces(name, bytes.clone());
        }
    }

    /// Holds a file that was given in these pieces from now on: its bytes, which somebody else has as well.
    pub(super) fn hold(&mut self, file: &File, bytes: Pieces) {
        let held = self.given.iter_mut().find(|of| of.sha256 == file.sha256 && of.name == file.name);
        held.into_iter().for_each(|of| of.bytes = bytes.clone());
    }

    /// Drops what was given under this name.
    pub fn forget(&mut self, name: &str) {
        self.given.retain(|file| &*file.name != name);
    }

    /// The files that were given.
    pub fn given(&self) -> &[File] {
        &self.given
    }

    /// The file with this name, and with this digest if one is named: of several the newest.
    ///
    /// # Errors
    /// [`FileError`]: it is absent, differs or cannot be read.
    pub fn get(&self, name: &str, wanted: Option<&str>) -> Result<File, FileError> {
        let digest = wanted.and_then(Digest::parse);
        let fits = |file: &&File| &*file.name == name && digest.is_none_or(|digest| digest == file.sha256);
        if let Some(file) = self.given.iter().rev().find(fits) {
            return Ok(file.clone());
        }
        let found = self.find.as_ref().map_or(Ok(None), |find| find(name));
        let bytes = found.map_err(|reason| FileError::Unreadable(name.into(), reason.into()))?;
        let file = match bytes {
            Some(bytes) => File { name: name.into(), sha256: sha256(&bytes), bytes: bytes.into() },
            None => match self.given.iter().rev().find(|file| &*file.name == name) {
                Some(file) => file.clone(),
                None => return Err(FileError::Absent(name.into())),
            },
        };
        match digest {
            Some(digest) if digest != file.sha256 => Err(FileError::Differs(name.into(), file.sha256)),
            _ => Ok(file),
        }
    }
}
