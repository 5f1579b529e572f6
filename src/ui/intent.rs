//! What a person can want: of the lab, or of the page itself.

use super::store::Space;
use crate::base::{Span, same};
use crate::session::broker::{Folder, FolderSummary};
use crate::session::view::{Focus, LabView, ParseError};
use crate::session::{
    Contents, Digest, Form, LoadOptions, LoadSummary, Making, Pieces, StepKind, Transaction,
};
use std::rc::Rc;

/// What a person wants.
#[derive(Clone, PartialEq)]
pub enum Intent {
    /// Of the lab.
    Ask(Ask),
    /// Of the page.
    Show(Show),
}

/// What the page asks of the lab: a message, as it could be sent to a worker.
#[derive(Clone, PartialEq)]
pub enum Ask {
    /// Let time go on.
    Play,
    /// Let time stand still.
    Pause,
    /// Virtual milliseconds in a second of the page's clock.
    Speed(u32),
    /// One step.
    Step(StepKind),
    /// Carry out a command, given as its line.
    Line(Rc<str>),
    /// Add a consumer like those that are there.
    AddConsumer,
    /// Give a form for making this.
    Form(Making),
    /// Add a consumer that reads these topics, with commas between them, from their beginnings.
    AddReader(Rc<str>),
    /// Show the details of this.
    Focus(Focus),
    /// Run this story from its start.
    Run(Rc<str>),
    /// Load a file of records: its name, its bytes, how to read it.
    Load(Rc<str>, Rc<[u8]>, LoadOptions),
    /// Load topics of a broker's folder: each by its name there, and the one it gets here.
    LoadFolder(Rc<Folder>, Vec<(Rc<str>, Rc<str>)>),
    /// Take these bytes as an archive: the file's name, its bytes and, where it is known, their digest.
    Import(Rc<str>, Pieces, Option<Digest>),
    /// How much of the run the pictures over time show: the last so much, or all of it.
    Window(Option<Span>),
    /// Give the archive of this backup, or of every one.
    Export(Rc<str>),
    /// An archive with these backups was given to the person, at this moment of the page's clock.
    Exported(Rc<[Rc<str>]>, i64),
    /// Verify this backup, beside everything else.
    Verify(Rc<str>),
    /// Give up the verification of this backup, or all that were asked for.
    NoVerify(Option<Rc<str>>),
    /// Delete this backup, and keep its archive until the next one is deleted.
    Delete(Rc<str>),
    /// Show what the restore of this backup would begin with, or none.
    Restore(Option<Rc<str>>),
    /// Plan the restore whose first step is this line.
    Plan(Rc<str>),
    /// Give the offset map of the restore under way.
    OffsetMap,
    /// Put away what retention would do.
    NoDryRun,
    /// Take over what storage held, with the times of the last exports, and give it all changes from now on.
    Adopt(Rc<Contents>, Vec<(Rc<str>, i64)>),
    /// Storage completed the last change, or why it did not.
    Saved(Result<(), Rc<str>>),
    /// Take back the last deletion.
    Undelete,
}

impl Ask {
    /// Whether it may change the run or the backups, or needs them as they will be.
    pub fn changes(&self) -> bool {
        let shown =
            matches!(self, Ask::Form(_) | Ask::Focus(_) | Ask::Window(_) | Ask::Restore(_) | Ask::NoDryRun);
        let moved = matches!(self, Ask::Play | Ask::Pause | Ask::Speed(_));
        let beside = matches!(self, Ask::Verify(_) | Ask::NoVerify(_) | Ask::Exported(..) | Ask::Saved(_));
        !(shown || moved || beside)
    }
}

/// What the lab tells the page.
#[derive(Clone, PartialEq)]
pub enum Told {
    /// How it is now, and whether what is read rather than watched shall follow: figures, records, tables.
    View(Rc<LabView>, Follow),
    /// Whether time goes on.
    Playing(bool),
    /// A command was carried out: its canonical line with its time.
    Done(Rc<str>),
    /// Something was refused: what, and why.
    Refused(Refusal, Rc<str>),
    /// A text is not a story; nothing was changed.
    NotAStory(Rc<[ParseError]>),
    /// A form to be filled in.
    Form(Rc<Form>),
    /// A story runs from its start.
    Opened,
    /// A file was loaded: its name and what came of it.
    Loaded(Rc<str>, Rc<LoadSummary>),
    /// Topics of a broker's folder were loaded: what came of it.
    LoadedFolder(Rc<FolderSummary>),
    /// An archive: the backups that it holds, the file's name and its bytes.
    Archive(Rc<[Rc<str>]>, Rc<str>, Pieces),
    /// A file for the person: its name and its bytes.
    File(Rc<str>, Rc<[u8]>),
    /// What is selected now, when what was selected is gone.
    Focus(Focus),
    /// Backups were imported: their labels.
    Imported(Vec<Rc<str>>),
    /// A backup was deleted; it can be taken back.
    Deleted(Rc<str>),
    /// A change for storage, which answers with [`Ask::Saved`].
    Store(Transaction),
    /// What the browser keeps of the backups.
    Kept(Keeping),
    /// How much of its storage is used.
    Space(Space),
}

/// Which parts of the page follow a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// All of it.
    All,
    /// Only what moves: the clock, the stage, the pictures over time. Figures that change thirty times a second cannot
    /// be read.
    Moving,
}

/// What was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A command.
    Command,
    /// An import.
    Import,
    /// A file of records.
    Load,
    /// An export.
    Export,
    /// Writing to the browser's storage.
    Save,
}

/// Where backups are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Keeping {
    /// Not known yet.
    #[default]
    Unknown,
    /// In this browser's storage.
    Browser,
    /// In memory only, and why.
    Memory(Rc<str>),
}

/// What a person wants of the page.
#[derive(Clone, PartialEq)]
pub enum Show {
    /// The size of a step.
    StepSize(StepKind),
    /// A tab of the drawer, or none.
    Tab(Option<Tab>),
    /// The stage as tables.
    Table(bool),
    /// The times as a table.
    TimeTable(bool),
    /// The inspector's sheet, on a phone.
    Sheet(bool),
    /// The edited story; `None` follows the run again.
    Draft(Option<Rc<str>>),
    /// The restore of this backup, or none.
    Wizard(Option<Rc<str>>),
    /// Files to be loaded, one after the other.
    Files(Vec<Chosen>),
    /// The next of the files to be loaded, or none.
    NextFile,
    /// A broker's folder, or none.
    Folder(Option<Rc<Folder>>),
    /// No form.
    NoForm,
    /// No alert.
    Dismiss,
    /// An alert of the page's own.
    Alert(Refusal, Rc<str>),
    /// How many hundredths of an archive have gone between the page and a file; `None`: that is over.
    Handing(Option<u32>),
}

/// A file that was chosen to be loaded.
#[derive(Clone)]
pub struct Chosen {
    /// Its name.
    pub name: Rc<str>,
    /// Its bytes.
    pub bytes: Rc<[u8]>,
}

/// It stands in the props of what is drawn again and again: its bytes are not to be read each time.
impl PartialEq for Chosen {
    fn eq(&self, other: &Chosen) -> bool {
        self.name == other.name && same(&self.bytes, &other.bytes)
    }
}

/// The tabs of the drawer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Backups and restore.
    Backups,
    /// The run as text.
    Story,
    /// What happened.
    Events,
}

impl Tab {
    /// All of them, in order.
    pub const ALL: [Tab; 3] = [Tab::Backups, Tab::Story, Tab::Events];
}
