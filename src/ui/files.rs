//! Files of the person: read what was chosen or dropped, hand over what is exported.

use super::dom;
use super::i18n::{fill, format, t};
use super::intent::Show;
use super::turns::{Stretch, Turns};
use crate::session::{Digest, IMPORT_BYTES_MAX, Intake, LOAD_BYTES_MAX, Pieces};
use gloo::utils::document;
use js_sys::{Array, Promise, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, HtmlAnchorElement, HtmlInputElement, Url};

/// The largest file of records, in bytes.
pub const RECORDS_MAX: u64 = LOAD_BYTES_MAX;

/// Bytes of a file that are handed from the browser to the page, or back, at a time.
const SLICE_BYTES: u32 = 4 << 20;

/// Bytes that are handed out between two looks at the clock: in a tab that was just opened the browser has not optimised the
/// page's code yet, and a digest of a whole slice would take ten times as long.
const PART_BYTES: usize = 256 << 10;

/// A file that was chosen or dropped.
#[derive(Clone, PartialEq)]
pub struct Picked {
    /// Its path within what was chosen; a file that was chosen by itself has its name.
    pub path: Rc<str>,
    /// The file.
    pub file: File,
}

impl Picked {
    /// A file with the path that the browser says.
    pub fn of(file: File) -> Picked {
        let within = js_sys::Reflect::get(&file, &"webkitRelativePath".into()).ok();
        let within = within.and_then(|path| path.as_string()).filter(|path| !path.is_empty());
        Picked { path: within.unwrap_or_else(|| file.name()).into(), file }
    }
}

/// Reads a file whole. The error says in words why it could not be read.
pub async fn read(file: &File, most: u64) -> Result<Rc<[u8]>, Rc<str>> {
    let size = file.size() as u64;
    if size > most {
        let (size, most) = (format::bytes(size), format::bytes(most));
        return Err(fill(t().too_large, &[&file.name(), &size, &most]).into());
    }
    let mut bytes = Vec::with_capacity(size as usize);
    each_part(file, |_, part| bytes.extend_from_slice(part)).await?;
    // Copied at once: what takes a place for all of it and then fills that writes each byte by itself.
    Ok(bytes.into())
}

/// Reads an archive, which is never held as one, and makes its digest on the way; `show` is told how much of it is read. The
/// error says in words why it could not be read, or what reads it.
pub async fn read_archive(file: &File, show: impl Fn(Show)) -> Result<(Pieces, Digest), Rc<str>> {
    let size = file.size() as u64;
    if size > IMPORT_BYTES_MAX {
        let (size, most) = (format::bytes(size), format::bytes(IMPORT_BYTES_MAX));
        return Err(fill(t().archive_too_large, &[&file.name(), &size, &most]).into());
    }
    let (mut intake, mut shown) = (Intake::default(), Shown::new(&show, size));
    let read = each_part(file, |at, part| {
        intake.push(part);
        shown.at(at as u64);
    });
    read.await?;
    Ok(intake.done())
}

/// The least time between two words on how far a file is, in milliseconds.
const SHOWN_MS_MIN: f64 = 100.0;

/// Who is told how far a file is, and when that was.
struct Shown<'a, F: Fn(Show)> {
    show: &'a F,
    size: u64,
    last_ms: f64,
}

impl<'a, F: Fn(Show)> Shown<'a, F> {
    fn new(show: &'a F, size: u64) -> Shown<'a, F> {
        Shown { show, size, last_ms: dom::clock_ms() }
    }

    fn at(&mut self, bytes: u64) {
        if dom::clock_ms() - self.last_ms > SHOWN_MS_MIN {
            self.last_ms = dom::clock_ms();
            (self.show)(Show::Handing(Some((bytes * 100 / self.size.max(1)) as u32)));
        }
    }
}

impl<F: Fn(Show)> Drop for Shown<'_, F> {
    fn drop(&mut self) {
        (self.show)(Show::Handing(None));
    }
}

/// Hands out a file's bytes part by part, with where each begins, in turns with the page. The browser reads a slice while the
/// one before is handed out, and none is held longer than that.
async fn each_part(file: &File, mut each: impl FnMut(f64, &[u8])) -> Result<(), Rc<str>> {
    let unreadable = || Rc::from(fill(t().unreadable, &[&file.name()]));
    let (size, slice_bytes) = (file.size(), f64::from(SLICE_BYTES));
    let read = |at: f64| -> Result<Promise, Rc<str>> {
        let slice = file.slice_with_f64_and_f64(at, size.min(at + slice_bytes)).map_err(|_| unreadable())?;
        Ok(slice.array_buffer())
    };
    let turns = Turns::new();
    let (mut at, mut next) = (0.0, read(0.0)?);
    let mut slice = vec![0; size.min(slice_bytes) as usize];
    while at < size {
        let buffer = JsFuture::from(next).await.map_err(|_| unreadable())?;
        let bytes = Uint8Array::new(&buffer);
        let slice = &mut slice[..(size - at).min(slice_bytes) as usize];
        // A file that changes meanwhile cannot be read either.
        if bytes.length() as usize != slice.len() {
            return Err(unreadable());
        }
        next = read(at + slice_bytes)?;
        bytes.copy_to(slice);
        dom::let_go(&buffer);
        let mut stretch = Stretch::new();
        for part in slice.chunks(PART_BYTES) {
            each(at, part);
            at += part.len() as f64;
            if !stretch.goes_on() {
                turns.next().await;
                stretch = Stretch::new();
            }
        }
    }
    Ok(())
}

/// Whether a file is an archive, by its name.
pub fn is_archive(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".zip")
}

/// Hands bytes to the person as a file; `show` is told how far that is. `false` when the browser refuses.
pub async fn save(name: &str, bytes: &Pieces, show: impl Fn(Show)) -> bool {
    let Some(blob) = blob(bytes, &show).await else { return false };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else { return false };
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = &link {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The browser has taken the blob by now; a while later the address is given back.
    gloo::timers::callback::Timeout::new(60_000, move || drop(Url::revoke_object_url(&url))).forget();
    link.is_some()
}

/// The bytes, outside the page: it never holds more of them than one part.
async fn blob(bytes: &Pieces, show: &impl Fn(Show)) -> Option<Blob> {
    let mut shown = Shown::new(show, bytes.len());
    let (blobs, part) = (Array::new(), Uint8Array::new_with_length(SLICE_BYTES));
    let mut at = 0;
    while at < bytes.len() {
        let end = bytes.len().min(at + u64::from(SLICE_BYTES));
        let mut filled = 0;
        for own in bytes.within(at..end) {
            let next = filled + own.len() as u32;
            part.subarray(filled, next).copy_from(own);
            filled = next;
        }
        let blob = Blob::new_with_u8_array_sequence(&Array::of1(&part.subarray(0, filled))).ok()?;
        // It is there to be read once the browser has all of it.
        JsFuture::from(blob.slice_with_i32_and_i32(0, 1).ok()?.array_buffer()).await.ok()?;
        blobs.push(&blob);
        at = end;
        shown.at(at);
    }
    Blob::new_with_blob_sequence(&blobs).ok()
}

/// The files that were chosen in an input, which is then emptied so that the same ones can be chosen again.
pub fn chosen(event: &web_sys::Event) -> Vec<Picked> {
    let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    let Some((input, files)) = input.and_then(|input| Some((input.clone(), input.files()?))) else {
        return Vec::new();
    };
    let picked = (0..files.length()).filter_map(|at| files.get(at)).map(Picked::of).collect();
    input.set_value("");
    picked
}
