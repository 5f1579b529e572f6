//! Files of a broker, looked at: what `kafka-dump-log.sh` prints of them.

use super::broker::Folder;
use crate::story::load::segment;
use crate::terminal::dump_log::{self, Files};
use std::io::{self, Read, Write};
use std::rc::Rc;

/// Bytes of the print that are kept.
const PRINT_BYTES_MAX: usize = 64 << 10;

/// What the tool says of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dump {
    /// What it prints, and then what it writes to standard error.
    pub text: Rc<str>,
    /// Whether it prints more.
    pub more: bool,
    /// Whether it is a partition's log, whose records can be loaded.
    pub loadable: bool,
}

/// Looks at a file as `kafka-dump-log.sh --print-data-log` does; `None` when it is none of a partition's folder.
pub fn dump(name: &str, bytes: &Rc<[u8]>) -> Option<Dump> {
    let loadable = segment::looks_like(bytes);
    let beside = [".index", ".timeindex", ".txnindex", ".snapshot"].iter().any(|end| name.ends_with(end));
    if !loadable && !beside {
        return None;
    }
    // The tool tells a file's kind by the end of its name.
    let path = if loadable && !name.ends_with(".log") { format!("{name}.log") } else { name.to_owned() };
    Some(Dump { loadable, ..printed(&path, &One { path: &path, bytes }, "--print-data-log") })
}

/// Looks at a file of a folder with its decoder; what lies beside it is there.
pub(super) fn dump_of(path: &str, folder: &Folder, decoder: &str) -> Dump {
    printed(path, folder, decoder)
}

/// What the tool prints, and then what it writes to standard error.
fn printed(path: &str, files: &dyn Files, option: &str) -> Dump {
    let (mut out, mut err) = (Kept::default(), Vec::new());
    let arguments = [option, "--files", path].map(String::from);
    let ended = dump_log::run(&arguments, files, &mut out, &mut err);
    let mut text = String::from_utf8_lossy(&out.bytes).into_owned();
    text.push_str(&String::from_utf8_lossy(&err));
    Dump { text: text.into(), more: ended.is_err(), loadable: false }
}

/// The one file that there is.
struct One<'a> {
    path: &'a str,
    bytes: &'a Rc<[u8]>,
}

impl Files for One<'_> {
    fn open(&self, path: &str) -> io::Result<(Box<dyn Read>, u64)> {
        if path != self.path {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        Ok((Box::new(io::Cursor::new(self.bytes.clone())), self.bytes.len() as u64))
    }

    fn folder(&self) -> String {
        "/".to_owned()
    }
}

impl Files for Folder {
    fn open(&self, path: &str) -> io::Result<(Box<dyn Read>, u64)> {
        let bytes = self.find(path).ok_or(io::ErrorKind::NotFound)?;
        Ok((Box::new(io::Cursor::new(bytes.clone())), bytes.len() as u64))
    }

    fn folder(&self) -> String {
        "/".to_owned()
    }
}

/// Keeps the beginning, up to the last whole line that fits, and then wants no more.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    /// What comes after what was cut off would be no continuation.
    full: bool,
}

impl Write for Kept {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        let room = PRINT_BYTES_MAX - self.bytes.len();
        if more.len() <= room && !self.full {
            self.bytes.extend_from_slice(more);
            return Ok(more.len());
        }
        if !self.full {
            self.bytes.extend_from_slice(&more[..room]);
            self.full = true;
        }
        let lines = self.bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        self.bytes.truncate(lines);
        Err(io::Error::from(io::ErrorKind::StorageFull))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
