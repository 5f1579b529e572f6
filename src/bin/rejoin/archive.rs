//! `rejoin ls` and `rejoin extract`: what is in an archive, and its files as folders.

use super::{Answer, Failure, USAGE, named, print, reason, valued};
use rejoin::backup::archive::{self, Extract, ImportError};
use std::path::{Path, PathBuf};

/// Lists an archive's backups and their files.
pub fn ls(arguments: &[String]) -> Answer {
    let [path] = arguments else { return Err(Failure(format!("ls needs one archive\n\n{USAGE}"))) };
    match archive::list(&read(path)?) {
        Ok(text) => print(&text).map(|()| 0),
        Err(error) => damaged(path, &error),
    }
}

/// Writes a backup's files into a folder.
pub fn extract(arguments: &[String]) -> Answer {
    let mut path = None;
    let (mut to, mut label, mut how) = (None::<PathBuf>, None::<String>, Extract::AsIs);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let (name, inline) = named(argument);
        let mut value = || valued(name, inline, &mut rest);
        match name {
            "--to" => to = Some(value()?.into()),
            "--label" => label = Some(value()?),
            "--for-cluster" if inline.is_none() => how = Extract::ForCluster,
            _ if name.starts_with("--") => {
                return Err(Failure(format!("extract has no option {argument}\n\n{USAGE}")));
            }
            _ if path.is_none() => path = Some(argument.clone()),
            _ => return Err(Failure(format!("extract takes one archive, and {argument} is a second one"))),
        }
    }
    let path = path.ok_or_else(|| Failure(format!("extract needs an archive\n\n{USAGE}")))?;
    let to = to.ok_or_else(|| Failure(format!("extract needs --to and a folder\n\n{USAGE}")))?;
    if std::fs::read_dir(&to).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure(format!(
            "{} is not empty: name a new folder, nothing was written",
            to.display()
        )));
    }
    let files = match archive::extract(&read(&path)?, label.as_deref(), how) {
        Ok(files) => files,
        Err(error) => return damaged(&path, &error),
    };
    for (name, bytes) in &files {
        write(&to.join(&**name), bytes)?;
    }
    print(&format!("{}: {} files\n", to.display(), files.len())).map(|()| 0)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().expect("a file lies in a folder");
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, bytes));
    written.map_err(|error| Failure(format!("{} is not written: {}", path.display(), reason(&error))))
}

fn read(path: &str) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure(format!("{path}: {}", reason(&error))))
}

/// A damaged archive was looked at and found wrong; everything else could not be done.
fn damaged(path: &str, error: &ImportError) -> Answer {
    match error {
        ImportError::Damaged(report) => {
            let lines = report.to_string();
            print(&lines.lines().map(|line| format!("{path}: {line}\n")).collect::<String>())?;
            Ok(1)
        }
        other => Err(Failure(format!("{path}: {}", other.reason()))),
    }
}
