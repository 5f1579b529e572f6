//! Layer 9: everything a user can do and see, without a browser: commands in, views out.
//!
//! A [`Session`] holds one run and the backups. Whatever a person does goes in as a line of text ([`Session::apply`]);
//! whatever a person sees comes out as a [`view::LabView`]. Nothing here knows of a browser or a wall clock; whoever
//! holds the session says how far time goes ([`Session::advance_to`]).

mod look;
pub mod view;

pub use crate::backup::{Contents, Transaction};

use crate::base::{Span, Time};
use std::rc::Rc;
use view::{Focus, LabView, StoryError};

/// How far one step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// To the next event, whatever it is.
    Event,
    /// To the next heartbeat of a consumer.
    Heartbeat,
    /// To the end of the next rebalance.
    Rebalance,
    /// To the next thing worth a sentence.
    Interesting,
}

impl StepKind {
    /// All of them, the smallest first.
    pub const ALL: &[StepKind] =
        &[StepKind::Event, StepKind::Heartbeat, StepKind::Rebalance, StepKind::Interesting];
}

/// A story that comes with the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// Its name: the file's, without its end.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// How a file becomes records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// The topic; created when there is none of that name.
    pub topic: Rc<str>,
    /// Its partitions when it is created.
    pub partitions: Option<i32>,
    /// `text`, `csv` or `jsonl`; `None`: told from the name and the content.
    pub format: Option<Rc<str>>,
    /// Column or field of the key; `None`: null keys.
    pub key: Option<Rc<str>>,
    /// Column or field of the timestamp; `None`: the time of writing.
    pub time: Option<Rc<str>>,
    /// Records a second; `None`: all at once.
    pub rate: Option<u64>,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadSummary {
    /// The line of the command, with the file's digest.
    pub line: Rc<str>,
    /// Records written or on their way.
    pub records: u64,
    /// Lines that could not be used.
    pub refused: u64,
    /// The first of those: line number and reason.
    pub named: Vec<(u64, Rc<str>)>,
}

/// One run and the backups.
pub struct Session {}

impl Session {
    /// The stories that come with the page; the first one is the default scene.
    pub fn examples() -> Vec<Example> {
        todo!()
    }

    /// A session at time 0 of the story `text`, without backups.
    ///
    /// # Errors
    /// All that is wrong with the text.
    pub fn open(_text: &str) -> Result<Session, Vec<StoryError>> {
        todo!()
    }

    /// Starts the story `text` from its beginning in place of this run; backups and loaded files stay.
    ///
    /// # Errors
    /// All that is wrong with the text; then this run goes on.
    pub fn run(&mut self, _text: &str) -> Result<(), Vec<StoryError>> {
        todo!()
    }

    /// Carries a command out now: one line, without a time. Answers with its canonical line.
    ///
    /// # Errors
    /// Why the line cannot be read, or why the command was refused, in words. Then nothing changed.
    pub fn apply(&mut self, _line: &str) -> Result<Rc<str>, Rc<str>> {
        todo!()
    }

    /// The line that adds one more consumer like those that are there: `consumer c4 group=checkout …`.
    pub fn next_consumer(&self) -> Rc<str> {
        todo!()
    }

    /// The present.
    pub fn now(&self) -> Time {
        todo!()
    }

    /// Lets everything happen that is due up to and including `time`.
    pub fn advance_to(&mut self, _time: Time) {
        todo!()
    }

    /// Takes one step.
    pub fn step(&mut self, _kind: StepKind) {
        todo!()
    }

    /// How much of the run the pictures over time show: the last `width`, or all of it.
    pub fn set_window(&mut self, _width: Option<Span>) {
        todo!()
    }

    /// Everything that the page shows now.
    pub fn view(&mut self, _focus: &Focus) -> LabView {
        todo!()
    }

    /// Opens the restore of a backup, before its first step: the view shows who still runs. `None` puts it away.
    /// Nothing changes in the run.
    pub fn choose_restore(&mut self, _label: Option<&str>) {
        todo!()
    }

    /// Writes the lines of a file to a topic, as a `load` command.
    ///
    /// # Errors
    /// Why the file is refused, in words. Then nothing changed.
    pub fn load_file(
        &mut self,
        _name: &str,
        _bytes: Vec<u8>,
        _options: &LoadOptions,
    ) -> Result<LoadSummary, Rc<str>> {
        todo!()
    }

    /// The archive of a backup and the name of its file, `rejoin-<label>.zip`.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn export(&self, _label: &str) -> Result<(Rc<str>, Vec<u8>), Rc<str>> {
        todo!()
    }

    /// Takes in the backups of an archive; their labels.
    ///
    /// # Errors
    /// Why the archive is refused, in words. Then nothing changed.
    pub fn import(&mut self, _name: &str, _bytes: &[u8]) -> Result<Vec<Rc<str>>, Rc<str>> {
        todo!()
    }

    /// All changes of the backups that storage does not hold yet, as one transaction; `None` when there are none or
    /// the last one is still on its way. Whoever takes it answers with [`Session::saved`].
    pub fn take_transaction(&mut self) -> Option<Transaction> {
        todo!()
    }

    /// Storage completed the transaction that was taken (`Ok`), or why it did not, in words: then its changes are part
    /// of the next one.
    pub fn saved(&mut self, _result: Result<(), Rc<str>>) {
        todo!()
    }

    /// A file with this backup was handed to the browser, at this wall clock (milliseconds since 1970).
    pub fn exported(&mut self, _label: &str, _at_ms: i64) {
        todo!()
    }

    /// Takes over what storage held when the page was opened, with the times of the last exports. Everything is
    /// verified again; what is damaged is shown as such.
    ///
    /// # Errors
    /// Why it cannot be read at all, in words.
    pub fn adopt(&mut self, _contents: Contents, _exported: &[(Rc<str>, i64)]) -> Result<(), Rc<str>> {
        todo!()
    }
}
