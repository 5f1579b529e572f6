//! What the page shows beside the lab's views: which tab, which dialog, what was said last.

use super::broken;
use super::intent::{Chosen, Follow, Keeping, Refusal, Show, Tab, Told};
use super::store::Space;
use crate::base::Span;
use crate::session::broker::{Folder, FolderSummary};
use crate::session::view::{Focus, LabView, ParseError, RestoreStep};
use crate::session::{Form, LoadSummary, StepKind};
use std::rc::Rc;
use yew::Reducible;

/// How much of the run is shown at first.
pub const WINDOW: Span = Span::from_secs(30);

/// The state of the page.
#[derive(Clone, PartialEq)]
pub struct Page {
    /// How the lab is; `None` before its first view.
    pub view: Option<Rc<LabView>>,
    /// The same for what is read rather than watched: it follows a few times a second.
    pub calm: Option<Rc<LabView>>,
    /// Whether time goes on.
    pub playing: bool,
    /// Virtual milliseconds in a second of the page's clock.
    pub speed: u32,
    /// The size of a step.
    pub step: StepKind,
    /// How much of the run the pictures over time show.
    pub window: Option<Span>,
    /// What the inspector shows.
    pub focus: Option<Focus>,
    /// The open tab of the drawer.
    pub tab: Option<Tab>,
    /// The stage as tables.
    pub table: bool,
    /// The times as a table.
    pub time_table: bool,
    /// The inspector's sheet is open.
    pub sheet: bool,
    /// The edited story.
    pub draft: Option<Rc<str>>,
    /// What is wrong with the edited story.
    pub errors: Rc<[ParseError]>,
    /// The restore that is shown.
    pub wizard: Option<Wizard>,
    /// The file that is to be loaded.
    pub file: Option<Chosen>,
    /// Files that are to be loaded after it.
    pub waiting: Vec<Chosen>,
    /// The broker's folder that is looked at.
    pub folder: Option<Rc<Folder>>,
    /// What came of it.
    pub folder_loaded: Option<Rc<FolderSummary>>,
    /// What came of the last file.
    pub loaded: Option<(Rc<str>, Rc<LoadSummary>)>,
    /// The form that is filled in.
    pub form: Option<Rc<Form>>,
    /// What was refused last.
    pub alert: Option<(Refusal, Rc<str>)>,
    /// Labels that were imported last.
    pub imported: Vec<Rc<str>>,
    /// The backup that was deleted last and can be taken back.
    pub deleted: Option<Rc<str>>,
    /// How many hundredths of an archive have gone between the page and a file.
    pub handing: Option<u32>,
    /// Where backups are kept.
    pub keeping: Keeping,
    /// How much of the browser's storage is used.
    pub space: Space,
}

/// The restore that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wizard {
    /// Of which backup.
    pub label: Rc<str>,
    /// Another restore had been done when this one was asked for.
    pub again: bool,
}

/// What changes the page.
#[derive(Clone, PartialEq)]
pub enum Change {
    /// The lab told something.
    Told(Told),
    /// The person wants to see something.
    Show(Show),
    /// The person chose what the inspector shows.
    Focus(Focus),
    /// The person chose a speed.
    Speed(u32),
    /// The person chose how much of the run is shown.
    Window(Option<Span>),
}

impl Page {
    /// The page as it is opened.
    pub fn opened() -> Page {
        Page {
            view: None,
            calm: None,
            playing: true,
            speed: 1000,
            step: StepKind::Event,
            window: Some(WINDOW),
            focus: None,
            tab: None,
            table: false,
            time_table: false,
            sheet: false,
            draft: None,
            errors: Rc::from([]),
            wizard: None,
            file: None,
            waiting: Vec::new(),
            folder: None,
            folder_loaded: None,
            loaded: None,
            form: None,
            alert: None,
            imported: Vec::new(),
            deleted: None,
            handing: None,
            keeping: Keeping::Unknown,
            space: Space::default(),
        }
    }

    /// Whether a dialog is open: it shows what was refused itself.
    pub fn has_dialog(&self) -> bool {
        self.file.is_some() || self.folder.is_some() || self.form.is_some()
    }

    fn told(&mut self, told: Told) {
        match told {
            Told::View(view, follow) => {
                let done = restore_done(&view);
                if let Some(wizard) = self.wizard.as_mut().filter(|_| !done) {
                    wizard.again = false;
                }
                if follow == Follow::All || self.calm.is_none() {
                    broken::remember(&view.story.text);
                    self.calm = Some(view.clone());
                }
                self.view = Some(view);
            }
            Told::Playing(playing) => self.playing = playing,
            Told::Done(_) => {
                self.alert = None;
                self.form = None;
            }
            Told::Form(form) => {
                self.form = Some(form);
                self.alert = None;
            }
            Told::Refused(what, why) => self.alert = Some((what, why)),
            Told::NotAStory(errors) => self.errors = errors,
            Told::Opened => {
                self.draft = None;
                self.errors = Rc::from([]);
                self.wizard = None;
                self.alert = None;
                self.loaded = None;
            }
            Told::Loaded(name, summary) => {
                self.loaded = Some((name, summary));
                self.alert = None;
            }
            Told::LoadedFolder(summary) => {
                self.folder_loaded = Some(summary);
                self.alert = None;
            }
            Told::Focus(focus) => self.focus = Some(focus),
            // The bytes go to the person or to storage; the page keeps nothing of them.
            Told::Archive(..) | Told::File(..) | Told::Store(_) => {}
            Told::Imported(labels) => {
                self.imported = labels;
                self.deleted = None;
                self.alert = None;
                self.tab = Some(Tab::Backups);
            }
            Told::Deleted(label) => {
                self.deleted = Some(label);
                self.imported = Vec::new();
            }
            Told::Space(space) => self.space = space,
            Told::Kept(keeping) => {
                // What was not saved is now.
                if keeping == Keeping::Browser && matches!(self.alert, Some((Refusal::Save, _))) {
                    self.alert = None;
                }
                self.keeping = keeping;
            }
        }
    }

    fn show(&mut self, show: Show) {
        match show {
            Show::StepSize(kind) => self.step = kind,
            Show::Tab(tab) => self.tab = tab,
            Show::Table(on) => self.table = on,
            Show::TimeTable(on) => self.time_table = on,
            Show::Sheet(open) => self.sheet = open,
            Show::Draft(draft) => {
                if draft.is_none() {
                    self.errors = Rc::from([]);
                }
                self.draft = draft;
            }
            Show::Wizard(label) => {
                let again = self.view.as_deref().is_some_and(restore_done);
                self.wizard = label.map(|label| Wizard { label, again });
            }
            Show::Files(files) => {
                self.waiting.extend(files);
                if self.file.is_none() {
                    self.next_file();
                }
            }
            Show::NextFile => self.next_file(),
            Show::Folder(folder) => {
                self.folder = folder;
                self.folder_loaded = None;
                self.alert = None;
            }
            Show::NoForm => {
                self.form = None;
                self.alert = None;
            }
            Show::Dismiss => self.alert = None,
            Show::Alert(what, why) => self.alert = Some((what, why)),
            Show::Handing(percent) => self.handing = percent,
        }
    }
}

impl Page {
    fn next_file(&mut self) {
        self.file = (!self.waiting.is_empty()).then(|| self.waiting.remove(0));
        self.alert = None;
        self.loaded = None;
    }
}

/// Whether the last restore is done.
fn restore_done(view: &LabView) -> bool {
    view.backups.restore.as_ref().is_some_and(|restore| restore.step == RestoreStep::Done)
}

impl Reducible for Page {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        let mut page = (*self).clone();
        match change {
            Change::Told(told) => page.told(told),
            Change::Show(show) => page.show(show),
            Change::Focus(focus) => page.focus = Some(focus),
            Change::Speed(speed) => page.speed = speed,
            Change::Window(window) => page.window = window,
        }
        Rc::new(page)
    }
}
