//! Layer 9: everything a user can do and see, without a browser: commands in, views out.
//!
//! A [`Session`] holds one run and the backups. Whatever a person does goes in as a line of text ([`Session::apply`]);
//! whatever a person sees comes out as a [`view::LabView`]. Nothing here knows of a browser or a wall clock; whoever
//! holds the session says how far time goes ([`Session::advance_to`]).

pub mod broker;
mod chronicle;
mod dump;
mod files;
mod form;
mod plan;
mod shelf;
mod step;
mod taking;
mod verifying;
pub mod view;

pub use crate::backup::archive::Intake;
pub use crate::backup::digest::sha256;
pub use crate::backup::{ChunkKey, Contents, Digest, FileBytes, Progress, Step, Transaction, garbage};
pub use crate::base::Pieces;
pub use crate::base::limit::{IMPORT_BYTES_MAX, LOAD_BYTES_MAX};
pub use crate::story::Example;
pub use crate::story::command::EVERY;
pub use crate::story::run::Exported;
pub use crate::story::token::quote;
pub use dump::{Dump, dump};
pub use files::Keepsake;
pub use form::{Field, Filled, Form, Making, Values, group_settings};
pub use step::StepKind;
use step::Stepping;
pub use taking::Taken;

use crate::backup::MemoryStore;
use crate::base::{Span, Time, hash};
use crate::sim::query::TopicFacts;
use crate::story::command::{Consumer, Source};
use crate::story::run::{Files, Options, Runner};
use crate::story::settings::Settings;
use crate::story::{Command, LIBRARY, Story};
use chronicle::Chronicle;
use form::OfTopic;
use shelf::Shelf;
use std::rc::Rc;
use taking::Taking;
use view::{
    BackupsView, DryRun, Focus, InspectorView, LabView, ParseError, PlanView, RunView, StageView, StoryView,
};

/// How a file becomes records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// The topic; created when there is none of that name.
    pub topic: Rc<str>,
    /// Its partitions when it is created.
    pub partitions: Option<i32>,
    /// The partition that a broker's segment goes to; `None`: 0. Only for segments.
    pub partition: Option<i32>,
    /// Where the partition's log starts; `None`: at its first batch. Only for segments.
    pub start: Option<i64>,
    /// `text`, `csv`, `jsonl` or `segment`; `None`: told from the name and the content.
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

/// How much of the run the pictures over time show at first.
const WINDOW: Span = Span::from_secs(60);

/// One run and the backups.
pub struct Session {
    runner: Runner,
    title: Rc<str>,
    shelf: Shelf,
    chronicle: Chronicle,
    chosen: Option<Rc<str>>,
    window: Option<Span>,
    plan: Option<Rc<PlanView>>,
    /// With the catalog's generation that it was made of.
    dry_run: Option<(u64, Rc<DryRun>)>,
    last: Option<LabView>,
    /// What is being taken.
    taking: Option<Taking>,
}

/// Runs.
impl Session {
    /// The stories that come with the page; the first one is the default scene.
    pub fn examples() -> &'static [Example] {
        LIBRARY
    }

    /// A session at time 0 of the story `text`, without backups.
    ///
    /// # Errors
    /// All that is wrong with the text.
    pub fn open(text: &str) -> Result<Session, Vec<ParseError>> {
        let runner = runner(text, MemoryStore::new(), Files::default())?;
        let mut session = Session {
            runner,
            title: view::title(text),
            shelf: Shelf::default(),
            chronicle: Chronicle::default(),
            chosen: None,
            window: Some(WINDOW),
            plan: None,
            dry_run: None,
            last: None,
            taking: None,
        };
        session.settle();
        Ok(session)
    }

    /// Starts the story `text` from its beginning in place of this run; backups and loaded files stay.
    ///
    /// # Errors
    /// All that is wrong with the text; then this run goes on.
    pub fn run(&mut self, text: &str) -> Result<(), Vec<ParseError>> {
        self.runner = runner(text, self.runner.store().clone(), self.runner.files().clone())?;
        self.shelf.queue.forget_asked();
        self.taking = None;
        self.title = view::title(text);
        self.chronicle = Chronicle::default();
        self.chosen = None;
        (self.plan, self.dry_run) = (None, None);
        self.settle();
        Ok(())
    }

    /// Carries a command out now: one line, without a time. Answers with its canonical line.
    ///
    /// # Errors
    /// Why the line cannot be read, or why the command was refused, in words. Then nothing changed.
    pub fn apply(&mut self, line: &str) -> Result<Rc<str>, Rc<str>> {
        let command = Command::parse(line).map_err(|error| Rc::from(sentence(&error.reason())))?;
        self.command(command)
    }

    fn command(&mut self, command: Command) -> Result<Rc<str>, Rc<str>> {
        self.finish_next();
        let done = self.runner.apply(command);
        self.settle();
        match done {
            Ok(command) => {
                if let Command::Backup(backup) = &command {
                    self.backed_up(backup);
                }
                Ok(command.to_string().into())
            }
            Err(refusal) => Err(sentence(&refusal.reason).into()),
        }
    }

    /// The line that adds one more consumer like the last one that was added: `consumer c4 group=checkout …`. A group
    /// that was named since is where it goes.
    pub fn next_consumer(&self) -> Rc<str> {
        self.another_consumer().to_string().into()
    }

    fn another_consumer(&self) -> Command {
        let taken: Vec<Rc<str>> = self.runner.world().consumers().into_iter().map(|c| c.name).collect();
        let mut number = taken.len() + 1;
        while taken.iter().any(|name| **name == *format!("c{number}")) {
            number += 1;
        }
        let name: Rc<str> = format!("c{number}").into();
        let mut named = None;
        for line in self.runner.story().lines.iter().rev() {
            match line.step.as_ref().map(|step| &step.command) {
                Some(Command::Group(group)) if named.is_none() => named = Some(group.name.clone()),
                Some(Command::Consumer(consumer)) if consumer.group.is_some() => {
                    let mut consumer = consumer.clone();
                    consumer.names = vec![name];
                    consumer.settings.client.instance = None;
                    if named.is_some() && named != consumer.group {
                        let process = consumer.settings.client.process;
                        consumer.settings = Settings::default();
                        consumer.settings.client.process = process;
                        consumer.group = named;
                    }
                    return Command::Consumer(consumer);
                }
                _ => {}
            }
        }
        let topic = self.runner.world().topics().first().map(|topic| topic.name.clone());
        Command::Consumer(Consumer {
            names: vec![name],
            group: Some(named.unwrap_or_else(|| "group".into())),
            source: Source::Subscribe(vec![topic.unwrap_or_else(|| "orders".into())]),
            settings: Settings::default(),
        })
    }

    /// A form for making something; one for a consumer begins with another like the last.
    pub fn form(&self, making: Making) -> Form {
        let world = self.runner.world();
        let of = |topic: TopicFacts| OfTopic {
            configs: world.configs(&topic.name),
            name: topic.name,
            partitions: topic.partitions,
        };
        let topics = world.topics().into_iter().map(of).collect();
        let form = Form::new(making, topics, &world.groups());
        if making == Making::Consumer { form.like(&self.another_consumer()) } else { form }
    }

    /// The present.
    pub fn now(&self) -> Time {
        self.runner.now()
    }

    /// Lets everything happen that is due up to and including `time`. Where things are done in parts
    /// ([`Session::verify_in_parts`]), time stops at a backup that the run takes: it is being taken then.
    pub fn advance_to(&mut self, time: Time) {
        self.finish_next();
        self.advance(time, None);
    }

    fn advance(&mut self, time: Time, stepping: Option<Stepping>) {
        while let Some(backup) = self.runner.advance_to_backup(time) {
            if self.begin_next(&backup, stepping) {
                break;
            }
            self.runner.next_act();
        }
        self.settle();
    }

    /// What a run did to the backups goes to the shelf.
    fn settle(&mut self) {
        let changes = self.runner.take_transactions();
        if !changes.is_empty() {
            self.shelf.push(changes);
            self.shelf.verify(self.runner.store());
        }
    }
}

/// Views.
impl Session {
    /// How much of the run the pictures over time show: the last `width`, or all of it.
    pub fn set_window(&mut self, width: Option<Span>) {
        self.window = width;
    }

    /// Everything that the page shows now.
    pub fn view(&mut self, focus: &Focus) -> LabView {
        self.chronicle.update(&self.runner);
        let backups = self.shelf.views(self.runner.store());
        let bytes = backups.iter().map(|backup| backup.bytes_own).sum();
        let restore = view::restore(&self.runner, self.chosen.as_ref());
        let run = RunView {
            now: self.runner.now(),
            seed: self.runner.seed(),
            hash: hash::hex(self.runner.hash()).into(),
            engine: env!("CARGO_PKG_VERSION"),
            title: self.title.clone(),
            end: self.runner.end(),
        };
        let (world, ledger) = self.runner.world_and_ledger();
        let view = LabView {
            run: Rc::new(run),
            measures: Rc::new(ledger.measures(world, None)),
            stage: Rc::new(StageView::of(world)),
            time: Rc::new(view::time(world, ledger, self.window, self.chronicle.marks())),
            inspector: Rc::new(InspectorView::of(world, focus, |topic, partition| {
                self.shelf.pins(topic, partition)
            })),
            backups: Rc::new(BackupsView {
                backups,
                restore,
                plan: self.plan.clone(),
                dry_run: self.dry_run(),
                schedules: self.runner.schedules().iter().map(|s| (s.kind.name(), s.every, s.next)).collect(),
                bytes,
                taking: self.taking.as_ref().map(Taking::percent),
            }),
            story: Rc::new(StoryView::of(&self.runner)),
            happened: Rc::new(self.chronicle.view()),
        };
        let view = match self.last.take() {
            Some(last) => shared(last, view),
            None => view,
        };
        self.last = Some(view.clone());
        view
    }
}

/// The new view, with every part that did not change being the old one's, so that it compares by its pointer.
fn shared(old: LabView, new: LabView) -> LabView {
    fn keep<T: PartialEq>(old: Rc<T>, new: Rc<T>) -> Rc<T> {
        if *old == *new { old } else { new }
    }
    LabView {
        run: keep(old.run, new.run),
        measures: keep(old.measures, new.measures),
        stage: keep(old.stage, new.stage),
        time: keep(old.time, new.time),
        inspector: keep(old.inspector, new.inspector),
        backups: keep(old.backups, new.backups),
        story: keep(old.story, new.story),
        happened: keep(old.happened, new.happened),
    }
}

fn runner(text: &str, store: MemoryStore, files: Files) -> Result<Runner, Vec<ParseError>> {
    let story = Story::parse(text)?;
    Ok(Runner::new(&story, Options { store, files, ..Options::default() }))
}

/// A reason as a sentence: `there is no topic x` becomes `There is no topic x.`
fn sentence(reason: &str) -> String {
    let end = if reason.ends_with(['.', '?', '!']) { "" } else { "." };
    capital(reason) + end
}

/// A text with a capital letter, unless it begins with a name: `photo.jpg is not loaded` stays as it is.
pub fn capital(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default();
    let mut capital = text.to_owned();
    if word.bytes().all(|byte| byte.is_ascii_lowercase() || b",:;'-".contains(&byte)) && !word.is_empty() {
        capital[..1].make_ascii_uppercase();
    }
    capital
}

#[cfg(test)]
mod tests {
    use super::capital;

    #[test]
    fn a_sentence_begins_with_a_capital_letter_and_a_name_keeps_its_own() {
        for (text, sentence) in [
            ("there is no topic x", "There is no topic x"),
            ("end: too early", "End: too early"),
            ("photo.jpg is not loaded", "photo.jpg is not loaded"),
            ("c9 is no consumer", "c9 is no consumer"),
            ("Kafka takes no such name", "Kafka takes no such name"),
            ("", ""),
        ] {
            assert_eq!(capital(text), sentence);
        }
    }
}
