//! Dropping files and folders anywhere on the page.

use crate::ui::files::Picked;
use gloo::events::{EventListener, EventListenerOptions};
use js_sys::{Array, Function, Promise};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DragEvent, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};
use yew::prelude::*;

/// Folders within each other at most: a broker's log dir needs two.
const DEPTH_MAX: u32 = 16;

/// Calls `on_files` with what is dropped; the answer says whether something hovers over the page.
#[hook]
pub fn use_drop(on_files: Callback<Vec<Picked>>) -> bool {
    let over = use_state(|| false);
    let set = over.setter();
    use_effect_with(on_files, move |on_files| {
        let on_files = on_files.clone();
        let listeners = ["dragover", "dragleave", "drop"].map(|name| {
            let (set, on_files) = (set.clone(), on_files.clone());
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&gloo::utils::document(), name, options, move |event| {
                let Some(event) = event.dyn_ref::<DragEvent>() else { return };
                event.prevent_default();
                set.set(name == "dragover");
                if name == "drop" {
                    dropped(event, on_files.clone());
                }
            })
        });
        move || drop(listeners)
    });
    *over
}

/// Reads what was dropped. Its entries must be asked for before the event is over; what is in folders comes later.
fn dropped(event: &DragEvent, on_files: Callback<Vec<Picked>>) {
    let Some(data) = event.data_transfer() else { return };
    let items = data.items();
    let entries: Vec<FileSystemEntry> =
        (0..items.length()).filter_map(|at| items.get(at)?.webkit_get_as_entry().ok().flatten()).collect();
    if entries.iter().any(FileSystemEntry::is_directory) {
        spawn_local(async move {
            let mut picked = Vec::new();
            for entry in entries {
                walk(entry, &mut picked).await;
            }
            on_files.emit(picked);
        });
        return;
    }
    let files = data.files();
    let files = files.iter().flat_map(|files| (0..files.length()).filter_map(|at| files.get(at)));
    let picked: Vec<Picked> = files.map(Picked::of).collect();
    if !picked.is_empty() {
        on_files.emit(picked);
    }
}

/// All files below an entry. One that the browser does not give is left to the reader, who then misses it by name.
async fn walk(entry: FileSystemEntry, picked: &mut Vec<Picked>) {
    let mut waiting = vec![(entry, 0)];
    while let Some((entry, depth)) = waiting.pop() {
        // One file more than may be is enough for the refusal.
        if picked.len() > crate::session::broker::FILES_MAX {
            return;
        }
        let path: Rc<str> = entry.full_path().trim_start_matches('/').into();
        // Not every browser has a global constructor for these, so what they are is asked of themselves.
        if entry.is_file() {
            let file = entry.unchecked_ref::<FileSystemFileEntry>();
            let asked = promise(|given, failed| file.file_with_callback_and_callback(given, failed));
            if let Ok(file) = JsFuture::from(asked).await {
                picked.push(Picked { path, file: file.unchecked_into() });
            }
        } else if depth < DEPTH_MAX {
            let folder = entry.unchecked_ref::<FileSystemDirectoryEntry>();
            waiting.extend(inside(folder).await.into_iter().map(|entry| (entry, depth + 1)));
        }
    }
}

/// What is in a folder; the browser gives it in portions, and an empty one at the end.
async fn inside(folder: &FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader = folder.create_reader();
    let mut entries = Vec::new();
    loop {
        let asked =
            promise(|given, failed| drop(reader.read_entries_with_callback_and_callback(given, failed)));
        let portion =
            JsFuture::from(asked).await.map_or_else(|_| Array::new(), |portion| Array::from(&portion));
        if portion.length() == 0 {
            return entries;
        }
        entries.extend(portion.iter().map(JsValue::unchecked_into::<FileSystemEntry>));
    }
}

fn promise(mut ask: impl FnMut(&Function, &Function)) -> Promise {
    Promise::new(&mut |given: Function, failed: Function| ask(&given, &failed))
}
