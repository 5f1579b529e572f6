//! The browser's digests. Small ones are asked for here; those of large files on another thread (`static/digest.js`), since
//! Chromium makes them on the thread that asks, however long that takes.

use super::dom;
use crate::session::{Digest, FileBytes};
use gloo::timers::callback::Timeout;
use gloo::utils::window;
use js_sys::{Array, ArrayBuffer, Function, Promise, Reflect, Uint8Array};
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, SubtleCrypto, Worker};

/// The files whose digest the browser makes, by their bytes: it copies them, so not the largest; and one waits for its
/// answer, so not the small ones.
const HASHED: Range<u64> = 64 << 10..128 << 20;

/// So many bytes are given to the other thread: with fewer, the way there and back costs more than the digest.
const LARGE_BYTES: u64 = 64 << 10;

/// What is given to it at a time.
#[derive(Clone, Copy)]
struct Limits {
    /// The largest file that is given as one: the browser's digest, which wants all bytes as one, needs them twice. Larger
    /// ones are given a part at a time, for the other thread's own digest, and never held.
    whole_bytes: u64,
    /// What may be under way, but for one file alone.
    bytes: u32,
}

/// Where a person waits, the other thread never does.
const AWAITED: Limits = Limits { whole_bytes: 64 << 20, bytes: 32 << 20 };

/// What is done beside everything else comes with what storage was just given or gave out, and does not add as much: it may take
/// longer.
const BESIDE: Limits = Limits { whole_bytes: 8 << 20, bytes: 16 << 20 };

const PART_BYTES: u32 = 1 << 20;

/// What buffers have room for, all together: they take memory only for what is written into them, and each is somewhat larger
/// than the file that it was made for, but not as large as any, since the browser counts all of it when it is given back.
const ROOM_MAX: u32 = 64 << 20;
const PARTS_ROOM_MAX: u32 = 8 << 20;

/// How long buffers are kept for the next digest: new ones cost half as much as it does.
const KEPT_MS: u32 = 10_000;

/// The other thread's script.
const SCRIPT: &str = "digest.js";

/// The files whose digest the browser makes, by their bytes: none, where it makes none (only secure origins have it).
pub fn hashed() -> Range<u64> {
    if subtle().is_some() { HASHED } else { 0..0 }
}

fn subtle() -> Option<SubtleCrypto> {
    let crypto = window().crypto().ok()?;
    let there = Reflect::get(&crypto, &"subtle".into()).is_ok_and(|subtle| subtle.is_object());
    there.then(|| crypto.subtle())
}

/// What the browser answered; `None` when it made none.
pub async fn answer(promise: Option<Promise>) -> Option<Digest> {
    let bytes = JsFuture::from(promise?).await.ok()?;
    bytes.is_object().then(|| Uint8Array::new(&bytes).to_vec().try_into().ok().map(Digest))?
}

/// Who has digests made. The other thread is started with the first large one.
#[derive(Default)]
pub struct Digests {
    other: Option<Other>,
    resting: Option<Timeout>,
}

/// The other thread.
struct Other {
    worker: Worker,
    post: Rc<RefCell<Post>>,
    _handlers: [Closure<dyn FnMut(MessageEvent)>; 2],
}

/// What comes and goes between the threads.
#[derive(Default)]
struct Post {
    /// Buffers to be used again; and what there is room for with those that are under way.
    spare: Vec<ArrayBuffer>,
    room: u32,
    /// Bytes that are in each of those, in order.
    under_way: Vec<u32>,
    /// Those who wait for a digest, in order.
    asked: Vec<Function>,
    /// Who waits for a buffer.
    short: Option<Function>,
    /// It cannot be had.
    broken: bool,
}

impl Post {
    fn came(&mut self, data: JsValue) {
        match data.dyn_into::<ArrayBuffer>() {
            Ok(buffer) => {
                self.spare.push(buffer);
                self.under_way.remove(0);
            }
            Err(digest) if !self.asked.is_empty() => tell(Some(self.asked.remove(0)), &digest),
            Err(_) => {}
        }
        tell(self.short.take(), &JsValue::NULL);
    }

    fn broke(&mut self) {
        self.broken = true;
        std::mem::take(&mut self.asked).into_iter().for_each(|asked| tell(Some(asked), &JsValue::NULL));
        tell(self.short.take(), &JsValue::NULL);
    }

    /// A buffer for the next `size` bytes, once they may be under way: as large as a file, or exactly so large as a part.
    fn buffer(&mut self, size: u32, is_part: bool, limits: Limits) -> Option<ArrayBuffer> {
        let under_way: u32 = self.under_way.iter().sum();
        if under_way > 0 && under_way + size > limits.bytes {
            return None;
        }
        let (room, room_max) = match is_part {
            true => (size, PARTS_ROOM_MAX),
            false => (size.next_power_of_two(), ROOM_MAX),
        };
        let fits = |there: u32| if is_part { there == room } else { there >= size };
        let sizes = self.spare.iter().map(ArrayBuffer::byte_length).enumerate();
        if let Some((at, _)) = sizes.filter(|(_, there)| fits(*there)).min_by_key(|(_, there)| *there) {
            return Some(self.spare.swap_remove(at));
        }
        // What does not fit makes way for what does.
        while self.room + room > room_max {
            let spare = self.spare.pop()?;
            self.room -= spare.byte_length();
            dom::let_go(&spare);
        }
        self.room += room;
        Some(ArrayBuffer::new(room))
    }
}

fn tell(who: Option<Function>, what: &JsValue) {
    drop(who.map(|who| who.call1(&JsValue::NULL, what)));
}

/// Bytes that are being given to the other thread.
pub struct Giving {
    post: Rc<RefCell<Post>>,
    worker: Worker,
    limits: Limits,
    at: u64,
    /// What is being filled, and how far it is.
    filling: Option<(ArrayBuffer, u32)>,
}

/// How far that is.
pub enum Given {
    /// There is more to give.
    More,
    /// So is there, once this comes true.
    Later(Promise),
    /// All is given: the digest that comes of it, unless none can be had.
    All(Option<Promise>),
}

impl Digests {
    /// Asks for the digest of `bytes`, for which a person waits or not: [`Giving::part`] goes on with it, always with the
    /// same bytes.
    pub fn begin(&mut self, bytes: &FileBytes<'_>, awaited: bool) -> Option<Giving> {
        if bytes.size() < LARGE_BYTES {
            return None;
        }
        self.resting = None;
        if self.other.is_none() {
            self.other = Other::start();
        }
        let Other { worker, post, .. } = self.other.as_ref()?;
        let begun = !post.borrow().broken && worker.post_message(&(bytes.size() as f64).into()).is_ok();
        let limits = if awaited { AWAITED } else { BESIDE };
        begun.then(|| Giving { post: post.clone(), worker: worker.clone(), limits, at: 0, filling: None })
    }

    /// Nothing more is asked for now.
    pub fn rest(mut self) -> Digests {
        let post = self.other.as_ref().map(|other| other.post.clone());
        self.resting = post.map(|post| {
            Timeout::new(KEPT_MS, move || {
                let mut post = post.borrow_mut();
                let spare = std::mem::take(&mut post.spare);
                post.room -= spare.iter().map(ArrayBuffer::byte_length).sum::<u32>();
                spare.iter().for_each(|spare| dom::let_go(spare));
            })
        });
        self
    }
}

impl Other {
    fn start() -> Option<Other> {
        let worker = Worker::new(SCRIPT).ok()?;
        let post = Rc::new(RefCell::new(Post::default()));
        let (of_message, of_error) = (post.clone(), post.clone());
        let handlers = [
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                of_message.borrow_mut().came(event.data());
            }),
            Closure::<dyn FnMut(MessageEvent)>::new(move |_| of_error.borrow_mut().broke()),
        ];
        worker.set_onmessage(Some(handlers[0].as_ref().unchecked_ref()));
        worker.set_onerror(Some(handlers[1].as_ref().unchecked_ref()));
        Some(Other { worker, post, _handlers: handlers })
    }
}

impl Giving {
    /// Copies the next part, and gives what is full. Nobody else gives anything meanwhile.
    pub fn part(&mut self, bytes: &FileBytes<'_>) -> Given {
        let mut post = self.post.borrow_mut();
        if post.broken {
            return Given::All(None);
        }
        let is_part = bytes.size() > self.limits.whole_bytes;
        let size = if is_part { PART_BYTES } else { bytes.size() as u32 };
        let taken = self.filling.take();
        let Some((buffer, from)) = taken.or_else(|| Some((post.buffer(size, is_part, self.limits)?, 0)))
        else {
            return Given::Later(Promise::new(&mut |wake, _| post.short = Some(wake)));
        };
        let end = bytes.size().min(self.at + u64::from(PART_BYTES));
        let mut to = from;
        bytes.within(self.at..end, &mut |part| {
            let length = part.len() as u32;
            Uint8Array::new_with_byte_offset_and_length(&buffer, to, length).copy_from(part);
            to += length;
        });
        self.at = end;
        if end < bytes.size() && to < size {
            self.filling = Some((buffer, to));
            return Given::More;
        }
        if self.worker.post_message_with_transfer(&buffer, &Array::of1(&buffer)).is_err() {
            post.broke();
        } else {
            post.under_way.push(to);
            if end < bytes.size() {
                return Given::More;
            }
        }
        let asked = Promise::new(&mut |answer, _| post.asked.push(answer));
        Given::All((!post.broken).then_some(asked))
    }
}

impl Drop for Giving {
    fn drop(&mut self) {
        if let Some((buffer, _)) = self.filling.take() {
            self.post.borrow_mut().spare.push(buffer);
        }
    }
}

/// Lets the browser make a digest on this thread. It copies the bytes before this returns.
pub fn digest(bytes: &[u8]) -> Option<Promise> {
    subtle()?.digest_with_str_and_u8_array("SHA-256", bytes).ok()
}
