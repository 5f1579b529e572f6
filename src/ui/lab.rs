//! The handle to the lab: messages in, views out. The session runs in the page, in slices of a frame; a worker could
//! take its place, since nothing but [`Ask`] goes in and nothing but [`Told`] comes out.

use super::beside;
use super::digests::{self, Digests};
use super::dom;
use super::intent::{Ask, Follow, Keeping, Refusal, Told};
use super::pace::{Pace, slice};
use crate::base::Time;
use crate::session::view::{Focus, InspectorView, ParseError};
use crate::session::{Contents, Keepsake, LoadOptions, Session};
use gloo::render::{AnimationFrame, request_animation_frame};
use std::cell::RefCell;
use std::rc::Rc;
use yew::Callback;

/// The most that the engine works in a frame, in milliseconds; the rest is for the page.
const WORK_MS_MAX: f64 = 5.0;

/// The least time between two views while time goes on, in milliseconds.
const VIEW_MS_MIN: f64 = 30.0;

/// The same for what is read rather than watched.
const ALL_MS_MIN: f64 = 200.0;

/// The moment of the default scene at which the page opens: the group has formed and committed, records flow.
const OPENED_AT: Time = Time::from_ms(12_000);

/// The handle.
#[derive(Clone)]
pub struct Lab {
    pub(super) inner: Rc<RefCell<Inner>>,
}

/// Two handles are the same when they lead to the same session.
impl PartialEq for Lab {
    fn eq(&self, other: &Lab) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

pub(super) struct Inner {
    pub(super) session: Session,
    pub(super) tell: Callback<Told>,
    focus: Focus,
    pace: Pace,
    /// The next frame, while time goes on.
    frame: Option<AnimationFrame>,
    playing: bool,
    /// Backups are being taken or verified.
    pub(super) working: bool,
    /// Who has the browser make digests, as long as nobody works.
    pub(super) digests: Option<Digests>,
    last_frame_ms: Option<f64>,
    last_view_ms: f64,
    /// When everything was shown last, not only what moves.
    last_all_ms: f64,
    storage: Storing,
    /// The backup that was deleted last.
    pub(super) deleted: Option<Keepsake>,
    /// The backups that are to be exported once they are verified.
    pub(super) to_export: Vec<Rc<str>>,
}

/// Whether storage is given changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Storing {
    /// Storage is not open, or never will be.
    NotYet,
    /// Changes go to storage as they come.
    Ready,
    /// The last change was refused: it is tried again with the next act of the person.
    Refused,
}

impl Lab {
    /// Opens the default scene; what it has to tell goes to `tell`.
    pub fn open(tell: Callback<Told>) -> Lab {
        let scene = Session::examples().first().map_or("", |example| example.text);
        let mut session = Session::open(scene).expect("the default scene is a story");
        session.advance_to(OPENED_AT);
        session.verify_in_parts(digests::hashed());
        let inner = Inner {
            session,
            tell,
            focus: Focus::Partition("".into(), 0),
            pace: Pace::new(1000),
            frame: None,
            playing: false,
            working: false,
            digests: None,
            last_frame_ms: None,
            last_view_ms: 0.0,
            last_all_ms: 0.0,
            storage: Storing::NotYet,
            deleted: None,
            to_export: Vec::new(),
        };
        Lab { inner: Rc::new(RefCell::new(inner)) }
    }

    /// Takes a message.
    pub fn ask(&self, ask: Ask) {
        let told = self.inner.borrow_mut().take(ask);
        self.keep_going();
        let tell = self.inner.borrow().tell.clone();
        told.into_iter().for_each(|told| tell.emit(told));
        self.show();
    }

    /// Asks for the next frame while time goes on, and has done what is to be done beside.
    fn keep_going(&self) {
        let mut inner = self.inner.borrow_mut();
        if !inner.working && (inner.session.is_taking() || inner.session.is_verifying()) {
            inner.working = true;
            beside::start(self.clone());
        }
        if !inner.playing {
            inner.frame = None;
            inner.last_frame_ms = None;
        } else if inner.frame.is_none() {
            let lab = self.clone();
            inner.frame = Some(request_animation_frame(move |at| lab.frame(at)));
        }
    }

    /// Shows everything as it is now.
    pub fn show(&self) {
        let (tell, told) = {
            let mut inner = self.inner.borrow_mut();
            (inner.tell.clone(), inner.view(Follow::All))
        };
        told.into_iter().for_each(|told| tell.emit(told));
    }

    /// One frame: as much virtual time as it should have, or as fits.
    fn frame(&self, at_ms: f64) {
        let told = {
            let mut inner = self.inner.borrow_mut();
            inner.frame = None;
            inner.advance(at_ms);
            let due = at_ms - inner.last_view_ms >= VIEW_MS_MIN;
            due.then(|| (inner.tell.clone(), inner.frame_view(at_ms)))
        };
        self.keep_going();
        if let Some((tell, view)) = told {
            view.into_iter().for_each(|told| tell.emit(told));
        }
    }
}

impl Inner {
    /// What storage is to be given now.
    fn change(&mut self) -> Option<Told> {
        if self.storage == Storing::Ready { self.session.take_transaction().map(Told::Store) } else { None }
    }

    /// How the lab is now. What was selected and is gone gives way to the first partition.
    fn view(&mut self, follow: Follow) -> Vec<Told> {
        let mut told = self.exports();
        told.extend(self.change());
        let view = self.session.view(&self.focus);
        match view.first_focus() {
            Some(first) if *view.inspector == InspectorView::Nothing => {
                self.focus = first.clone();
                let view = self.session.view(&first);
                told.extend([Told::Focus(first), Told::View(Rc::new(view), Follow::All)]);
            }
            _ => told.push(Told::View(Rc::new(view), follow)),
        }
        told
    }

    /// The view of a frame: what moves each time, the rest a few times a second.
    fn frame_view(&mut self, at_ms: f64) -> Vec<Told> {
        self.last_view_ms = at_ms;
        let follow = if at_ms - self.last_all_ms >= ALL_MS_MIN {
            self.last_all_ms = at_ms;
            Follow::All
        } else {
            Follow::Moving
        };
        self.view(follow)
    }

    fn advance(&mut self, at_ms: f64) {
        let elapsed = self.last_frame_ms.map_or(16.0, |last| at_ms - last);
        self.last_frame_ms = Some(at_ms);
        // What is taken is taken at the moment at which it was asked for.
        if self.session.is_taking() {
            return;
        }
        let target = self.pace.target(self.session.now(), elapsed);
        let begun = dom::clock_ms();
        while self.session.now() < target {
            self.session.advance_to(slice(self.session.now(), target));
            // The run takes a backup: that tells nothing.
            drop(self.take_begun());
            if self.session.is_taking() || dom::clock_ms() - begun > WORK_MS_MAX {
                self.pace.forget();
                break;
            }
        }
    }

    fn take(&mut self, ask: Ask) -> Vec<Told> {
        // What changes the run comes after what was asked for before it.
        let told = if ask.changes() { self.finish_taking() } else { Vec::new() };
        told.into_iter().chain(self.take_next(ask)).collect()
    }

    fn take_next(&mut self, ask: Ask) -> Vec<Told> {
        let by_storage = matches!(ask, Ask::Adopt(..) | Ask::Saved(_));
        if self.storage == Storing::Refused && !by_storage {
            self.storage = Storing::Ready;
        }
        match ask {
            Ask::Play => self.set_playing(true),
            Ask::Pause => self.set_playing(false),
            Ask::Speed(speed) => {
                self.pace = Pace::new(speed);
                Vec::new()
            }
            Ask::Step(kind) => {
                let told = self.set_playing(false);
                self.session.step(kind);
                drop(self.take_begun());
                told
            }
            Ask::Line(line) => self.line(&line),
            Ask::AddConsumer => {
                let line = self.session.next_consumer();
                self.line(&line)
            }
            Ask::Form(making) => {
                let form = self.session.form(making);
                vec![Told::Form(Rc::new(match &self.focus {
                    Focus::Partition(topic, _) => form.of_topic(topic),
                    Focus::Consumer(_) | Focus::Group(_) => form,
                }))]
            }
            Ask::AddReader(topic) => {
                let line = self.reader_line(&topic);
                self.line(&line)
            }
            Ask::Focus(focus) => {
                self.focus = focus;
                Vec::new()
            }
            Ask::Window(width) => {
                self.session.set_window(width);
                Vec::new()
            }
            Ask::Run(text) => self.run(&text),
            Ask::Load(name, bytes, options) => self.load(name, bytes, options),
            Ask::LoadFolder(folder, chosen) => match self.session.load_folder(&folder, &chosen) {
                Ok(summary) => vec![Told::LoadedFolder(Rc::new(summary))],
                Err(why) => vec![Told::Refused(Refusal::Load, why)],
            },
            Ask::Adopt(contents, exported) => self.adopt(&contents, &exported),
            Ask::Saved(result) => self.saved(result),
            other => self.backups(other),
        }
    }

    /// Takes over what storage held. Backups that it was not given yet are taken in again.
    fn adopt(&mut self, contents: &Contents, exported: &[(Rc<str>, i64)]) -> Vec<Told> {
        let backups = self.session.view(&self.focus).backups.clone();
        let early: Vec<_> = backups
            .backups
            .iter()
            .filter(|backup| !backup.saved)
            .map(|backup| backup.label.clone())
            .collect();
        let early: Vec<_> =
            early.iter().filter_map(|label| Some((label, self.session.archive(label)?))).collect();
        if let Err(why) = self.session.adopt(contents.clone(), exported) {
            return vec![Told::Kept(Keeping::Memory(why))];
        }
        self.storage = Storing::Ready;
        let mut told = Vec::new();
        for (label, archive) in early {
            if let Err(why) = self.session.import(&format!("rejoin-{label}.zip"), archive) {
                told.push(Told::Refused(Refusal::Save, why));
            }
        }
        told
    }

    fn saved(&mut self, result: Result<(), Rc<str>>) -> Vec<Told> {
        let told = match &result {
            Ok(()) => vec![Told::Kept(Keeping::Browser)],
            Err(why) => {
                self.storage = Storing::Refused;
                vec![Told::Kept(Keeping::Memory(why.clone())), Told::Refused(Refusal::Save, why.clone())]
            }
        };
        self.session.saved(result);
        told
    }

    fn set_playing(&mut self, playing: bool) -> Vec<Told> {
        self.playing = playing;
        vec![Told::Playing(playing)]
    }

    fn line(&mut self, line: &str) -> Vec<Told> {
        match self.session.begin_backup(line) {
            true => self.take_begun(),
            false => beside::told(self.session.apply(line)),
        }
    }

    /// The line of a consumer that reads topics from their beginnings, in a group of its own.
    fn reader_line(&self, topics: &str) -> String {
        let like = self.session.next_consumer();
        let name = like.split_whitespace().nth(1).unwrap_or("reader");
        let first = topics.split(',').next().unwrap_or_default();
        format!("consumer {name} group={first}-readers topics={topics} reset=earliest process=2ms")
    }

    fn run(&mut self, text: &str) -> Vec<Told> {
        match self.session.run(text) {
            Ok(()) => {
                let mut told = vec![Told::Opened];
                told.extend(self.set_playing(true));
                told
            }
            Err(errors) => {
                let errors: Rc<[ParseError]> = errors.into();
                vec![Told::NotAStory(errors)]
            }
        }
    }

    fn load(&mut self, name: Rc<str>, bytes: Rc<[u8]>, options: LoadOptions) -> Vec<Told> {
        if self.session.begin_load(&name, &bytes, &options) {
            return self.take_begun();
        }
        let done = self.session.load_file(&name, bytes, &options);
        beside::loaded(name, done)
    }

    fn backups(&mut self, ask: Ask) -> Vec<Told> {
        match ask {
            Ask::Import(name, archive, sha256) => self.import(&name, archive, sha256),
            Ask::Export(label) => self.export(label),
            Ask::Exported(labels, at_ms) => {
                self.session.exported(&labels, at_ms);
                Vec::new()
            }
            Ask::Verify(label) => {
                self.session.ask_verify(&label);
                Vec::new()
            }
            Ask::NoVerify(label) => {
                self.session.stop_verify(label.as_deref());
                Vec::new()
            }
            Ask::Delete(label) => {
                // It is kept, so that one click takes the deletion back.
                let deleted = self.session.keepsake(&label);
                let told = self.line(&format!("backup delete {label}"));
                if !matches!(told[..], [Told::Done(_)]) {
                    return told;
                }
                self.deleted = deleted;
                told.into_iter().chain([Told::Deleted(label)]).collect()
            }
            Ask::Restore(label) => {
                self.session.choose_restore(label.as_deref());
                Vec::new()
            }
            Ask::Plan(line) => {
                self.session.plan_restore(&line);
                Vec::new()
            }
            Ask::OffsetMap => {
                self.session.offset_map().into_iter().map(|(name, bytes)| Told::File(name, bytes)).collect()
            }
            Ask::NoDryRun => {
                self.session.forget_dry_run();
                Vec::new()
            }
            Ask::Undelete => match self.deleted.take().and_then(|deleted| deleted.archive()) {
                Some((name, archive)) => self.import(&name, archive, None),
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}
