//! Files of the person: read what was chosen or dropped, hand over what is exported.

use super::i18n::{fill, format, t};
use gloo::utils::document;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, HtmlAnchorElement, HtmlInputElement, Url};

/// The largest file of records, in bytes.
pub const RECORDS_MAX: u64 = 64 << 20;

/// The largest archive, in bytes.
pub const ARCHIVE_MAX: u64 = 512 << 20;

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
    match JsFuture::from(file.array_buffer()).await {
        Ok(buffer) => Ok(js_sys::Uint8Array::new(&buffer).to_vec().into()),
        Err(_) => Err(fill(t().unreadable, &[&file.name()]).into()),
    }
}

/// Whether a file is an archive, by its name.
pub fn is_archive(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".zip")
}

/// Hands bytes to the person as a file. `false` when the browser refuses.
pub fn save(name: &str, bytes: &[u8]) -> bool {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let Ok(blob) = Blob::new_with_u8_array_sequence(&parts) else { return false };
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
