//! What comes of files that were chosen or dropped: archives are imported, a broker's folder is looked at, anything else
//! is offered for loading.

use super::files::{self, Picked};
use super::i18n::{fill, format, t};
use super::intent::{Ask, Chosen, Intent, Refusal, Show, Tab};
use crate::session::LoadOptions;
use crate::session::broker::{self, FileKind};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// Takes files, each with its path.
pub fn take(picked: Vec<Picked>, intent: Callback<Intent>) {
    spawn_local(async move {
        let (archives, others): (Vec<Picked>, Vec<Picked>) =
            picked.into_iter().partition(|of| files::is_archive(&of.path));
        for archive in &archives {
            match files::read_archive(&archive.file, |show| intent.emit(Intent::Show(show))).await {
                Ok((bytes, sha256)) => {
                    intent.emit(Intent::Ask(Ask::Import(archive.file.name().into(), bytes, Some(sha256))));
                }
                Err(why) => intent.emit(Intent::Show(Show::Alert(Refusal::Import, why))),
            }
        }
        if !archives.is_empty() {
            intent.emit(Intent::Show(Show::Tab(Some(Tab::Backups))));
        }
        if archives.is_empty() || !others.is_empty() {
            match read_all(&others).await {
                Ok(read) => sort(read, &intent),
                Err(why) => intent.emit(Intent::Show(Show::Alert(Refusal::Load, why))),
            }
        }
    });
}

/// Reads files whole, when all of them together are not too much.
async fn read_all(picked: &[Picked]) -> Result<Vec<(Rc<str>, Rc<[u8]>)>, Rc<str>> {
    if picked.is_empty() {
        return Err(t().nothing_dropped.into());
    }
    let name = named(picked.iter().map(|of| &of.path));
    if picked.len() > broker::FILES_MAX {
        let most = format::count_u(broker::FILES_MAX as u64);
        return Err(fill(t().too_many_files, &[&name, &most]).into());
    }
    let bytes: u64 = picked.iter().map(|of| of.file.size() as u64).sum();
    if bytes > files::RECORDS_MAX {
        let (bytes, most) = (format::bytes(bytes), format::bytes(files::RECORDS_MAX));
        return Err(fill(t().too_large, &[&name, &bytes, &most]).into());
    }
    let mut read = Vec::with_capacity(picked.len());
    for of in picked {
        read.push((of.path.clone(), files::read(&of.file, files::RECORDS_MAX).await?));
    }
    Ok(read)
}

/// A folder is looked at as a whole, and so are several files of a broker; others are offered one after the other.
fn sort(read: Vec<(Rc<str>, Rc<[u8]>)>, intent: &Callback<Intent>) {
    let is_folder = read.iter().any(|(path, _)| path.contains('/'));
    let is_brokers = read.len() > 1 && read.iter().any(|(path, _)| FileKind::of(path) != FileKind::Unknown);
    if is_folder || is_brokers {
        let name = named(read.iter().map(|(path, _)| path));
        intent.emit(Intent::Show(match broker::look(&name, read) {
            Ok(folder) => Show::Folder(Some(Rc::new(folder))),
            Err(why) => Show::Alert(Refusal::Load, why),
        }));
        return;
    }
    let chosen = read.into_iter().map(|(path, bytes)| Chosen { name: path, bytes });
    let (binary, lines): (Vec<Chosen>, Vec<Chosen>) = chosen.partition(is_binary);
    // One that is binary is refused by the lab however it would be read, so nothing is asked first.
    for file in binary {
        let options = LoadOptions { topic: "file".into(), ..LoadOptions::default() };
        intent.emit(Intent::Ask(Ask::Load(file.name, file.bytes, options)));
    }
    if !lines.is_empty() {
        intent.emit(Intent::Show(Show::Files(lines)));
    }
}

/// Whether a file is neither lines nor a broker's.
fn is_binary(file: &Chosen) -> bool {
    let head = &file.bytes[..file.bytes.len().min(8 << 10)];
    head.contains(&0) && crate::session::dump(&file.name, &file.bytes).is_none()
}

/// What files are called together: their folder's name, or how many they are.
fn named<'a>(mut paths: impl Iterator<Item = &'a Rc<str>>) -> String {
    let Some(first) = paths.next() else { return String::new() };
    match first.split_once('/') {
        Some((folder, _)) => folder.to_string(),
        None => match paths.count() {
            0 => first.to_string(),
            more => fill(t().n_files, &[&format::count_u(more as u64 + 1)]),
        },
    }
}
