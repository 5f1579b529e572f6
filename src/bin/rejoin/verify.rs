//! `rejoin verify`: archives, and the files of a broker.

use super::{Answer, Failure, USAGE, print, reason};
use rejoin::backup::verify::bare::{self, Around, Bare};
use rejoin::backup::verify::{Hands, verify_file_by};
use std::path::{Path, PathBuf};

/// Verifies every path; a folder: all that it knows in it.
pub fn verify(paths: &[String]) -> Answer {
    if paths.is_empty() {
        return Err(Failure(format!("verify needs a file\n\n{USAGE}")));
    }
    let (mut status, mut failures) = (0, Vec::new());
    for path in paths {
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
                    let shown = file.display();
                    print(&lines.lines().map(|line| format!("{shown}: {line}\n")).collect::<String>())?;
                    status |= u8::from(!ok);
                }
                Err(failure) => failures.push(failure),
            }
        }
    }
    if failures.is_empty() { Ok(status) } else { Err(Failure(failures.join("\n"))) }
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
    let bytes = read(path).map_err(|error| format!("{shown}: {}", reason(&error)))?;
    if let Some(Some(what)) = kind_of(path) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let found = bare::check(what, &bytes, &Folder(folder.unwrap_or(Path::new("."))));
        return Ok((found.to_string(), found.ok()));
    }
    let report =
        verify_file_by(&bytes, &TwoThreads).map_err(|error| format!("{shown}: {}", error.reason()))?;
    Ok((report.to_string(), report.ok()))
}

/// Bytes from which on a file is worth being read from two ends.
#[cfg(unix)]
const LARGE_BYTES: u64 = 16 << 20;

/// A file's bytes; those of a large one by two threads.
#[cfg(unix)]
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::os::unix::fs::FileExt;
    let file = std::fs::File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() < LARGE_BYTES {
        return std::fs::read(path);
    }
    let mut bytes = vec![0; metadata.len() as usize];
    let middle = bytes.len() / 2;
    let (first, second) = bytes.split_at_mut(middle);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| file.read_exact_at(second, middle as u64));
        file.read_exact_at(first, 0)?;
        other.join().expect("reading does not panic")
    })?;
    Ok(bytes)
}

#[cfg(not(unix))]
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    std::fs::read(path)
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

/// What lies around a file of a folder.
struct Folder<'a>(&'a Path);

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
}
