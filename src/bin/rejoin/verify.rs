//! `rejoin verify`: archives, and the files of a broker.

use super::{Answer, Failure, USAGE, folder, print, reason};
use rejoin::backup::verify::bare::{self, Around, Bare, Unread};
use rejoin::backup::verify::{Hands, ReadAt, Report, verify_file_by, verify_stream};
use rejoin::backup::{Catalog, MemoryStore, verify_each};
use rejoin::terminal::dump_log::decoder::Internal;
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// Verifies every path; a folder: all that it knows in it.
pub fn verify(paths: &[String]) -> Answer {
    if paths.is_empty() {
        return Err(Failure(format!("verify needs a file\n\n{USAGE}")));
    }
    let (mut status, mut failures) = (0, Vec::new());
    for path in paths {
        if folder::Folder::is(Path::new(path)) {
            for report in stored(Path::new(path))? {
                tell(path, &report.to_string())?;
                status |= u8::from(!report.ok());
            }
            continue;
        }
        let listed = match Path::new(path).is_dir() {
            true => all_in(Path::new(path)),
            false => Ok(vec![path.into()]),
        };
        let files = listed.unwrap_or_else(|failure| {
            failures.push(failure);
            Vec::new()
        });
        for file in files {
            match one(&file) {
                Ok((lines, ok)) => {
                    tell(&file.display().to_string(), &lines)?;
                    status |= u8::from(!ok);
                }
                Err(failure) => failures.push(failure),
            }
        }
    }
    if failures.is_empty() { Ok(status) } else { Err(Failure(failures.join("\n"))) }
}

/// Prints what is found in a place.
fn tell(place: &str, lines: &str) -> Result<(), Failure> {
    print(&lines.lines().map(|line| format!("{place}: {line}\n")).collect::<String>())
}

/// What is found of each backup that a folder keeps.
fn stored(path: &Path) -> Result<Vec<Report>, Failure> {
    let store = MemoryStore::from_contents(folder::Folder::open(path)?.contents()?);
    let catalog = Catalog::of(&store).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
    let labels: Vec<_> = catalog.backups.into_iter().map(|entry| entry.label).collect();
    Ok(verify_each(&store, &labels))
}

/// The files in a folder and the folders in it that can be verified, sorted.
fn all_in(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        let said = |error| format!("{}: {}", folder.display(), reason(&error));
        for entry in std::fs::read_dir(&folder).map_err(said)? {
            let entry = entry.map_err(said)?;
            // A link is not followed: it may lead round.
            let kind = entry.file_type().map_err(said)?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && kind_of(&entry.path()).is_some() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    match files.is_empty() {
        true => Err(format!("{}: there is nothing in it to verify: no .log, no archive", folder.display())),
        false => Ok(files),
    }
}

/// What a path of a folder is: a broker's file, or an archive (`None` inside).
fn kind_of(path: &Path) -> Option<Option<Bare>> {
    let name = path.file_name()?.to_str()?;
    Bare::of(name).map(Some).or(name.ends_with(".zip").then_some(None))
}

/// What is found of one file, and whether it holds.
fn one(path: &Path) -> Result<(String, bool), String> {
    let shown = path.display();
    let bare = kind_of(path).flatten();
    if bare.is_none()
        && let Some(report) = large(path)
    {
        return Ok((report.to_string(), true));
    }
    let bytes = std::fs::read(path).map_err(|error| format!("{shown}: {}", reason(&error)))?;
    if let Some(what) = bare {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let around = Folder(folder.unwrap_or(Path::new(".")), RefCell::default());
        let found = bare::check(what, &bytes, &around);
        return Ok((found.to_string(), found.ok()));
    }
    let report =
        verify_file_by(&bytes, &TwoThreads).map_err(|error| format!("{shown}: {}", error.reason()))?;
    Ok((report.to_string(), report.ok()))
}

/// Bytes from which on an archive is not held in memory.
const LARGE_BYTES: u64 = 1 << 20;

/// A large archive in which everything holds.
fn large(path: &Path) -> Option<Report> {
    let metadata = std::fs::metadata(path).ok()?;
    let file =
        std::fs::File::open(path).ok().filter(|_| metadata.is_file() && metadata.len() >= LARGE_BYTES)?;
    verify_stream(&Pieces::of(file), metadata.len(), &TwoThreads)
}

/// A file that is read piece by piece.
#[cfg(unix)]
struct Pieces(std::fs::File);

#[cfg(unix)]
impl Pieces {
    fn of(file: std::fs::File) -> Pieces {
        Pieces(file)
    }
}

#[cfg(unix)]
impl ReadAt for Pieces {
    fn read_at(&self, into: &mut [u8], at: u64) -> bool {
        std::os::unix::fs::FileExt::read_exact_at(&self.0, into, at).is_ok()
    }
}

/// The same where a file has one place only.
#[cfg(not(unix))]
struct Pieces(std::sync::Mutex<std::fs::File>);

#[cfg(not(unix))]
impl Pieces {
    fn of(file: std::fs::File) -> Pieces {
        Pieces(std::sync::Mutex::new(file))
    }
}

#[cfg(not(unix))]
impl ReadAt for Pieces {
    fn read_at(&self, into: &mut [u8], at: u64) -> bool {
        use std::io::{Read, Seek, SeekFrom};
        let Ok(mut file) = self.0.lock() else { return false };
        file.seek(SeekFrom::Start(at)).is_ok() && file.read_exact(into).is_ok()
    }
}

/// Digests are made while records are read.
struct TwoThreads;

impl Hands for TwoThreads {
    fn both(&self, one: &mut (dyn FnMut() + Send), other: &mut dyn FnMut()) {
        std::thread::scope(|scope| {
            scope.spawn(one);
            other();
        });
    }
}

/// What lies around a file of a folder, and who reads records of internal topics.
struct Folder<'a>(&'a Path, RefCell<Internal>);

impl Around for Folder<'_> {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(self.0.join(path)).ok()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.join(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn folder(&self) -> Option<String> {
        let folder = self.0.canonicalize().ok()?;
        Some(folder.file_name()?.to_string_lossy().into_owned())
    }

    fn unread(&self, topic: &str, control: bool, key: Option<&[u8]>, value: Option<&[u8]>) -> Option<Unread> {
        self.1.borrow_mut().unread(topic, control, key, value)
    }
}
