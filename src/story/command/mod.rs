//! Commands: the only things that change a run. One file a command: its fields, how it is read, how it is written, its
//! help.
//!
//! To add one: a file here with a struct, `SPEC`, `parse` and `Display`; a variant of [`Command`]; a line in [`ALL`].

mod backup;
mod check;
mod close;
mod cluster;
mod configure;
mod connect;
mod consumer;
mod delete;
mod delete_records;
mod disconnect;
mod end;
mod export;
mod group;
mod grow;
mod import;
mod kill;
mod load;
mod network;
mod pause;
mod produce;
mod producer;
mod reset;
mod restore;
mod seed;
mod slow;
mod start;
mod stop;
mod subscribe;
mod topic;
mod unsubscribe;

pub use backup::Backup;
pub use check::{Check, Op, Value};
pub use close::{Close, CloseOption};
pub use cluster::Cluster;
pub use configure::Configure;
pub use connect::Connect;
pub use consumer::{Consumer, Source};
pub use delete::Delete;
pub use delete_records::DeleteRecords;
pub use disconnect::Disconnect;
pub use end::End;
pub use export::{EVERY, Export};
pub use group::Group;
pub use grow::Grow;
pub use import::Import;
pub use kill::Kill;
pub use load::{FORMATS, LOAD_PARTITIONS, LOAD_RECORDS_MAX, Load, LoadFormat};
pub use network::Network;
pub use pause::Pause;
pub use produce::Produce;
pub use producer::Producer;
pub use reset::{Reset, ResetTo};
pub use restore::{Restore, Target};
pub use seed::Seed;
pub use slow::Slow;
pub use start::Start;
pub use stop::Stop;
pub use subscribe::Subscribe;
pub use topic::Topic;
pub use unsubscribe::Unsubscribe;

use super::args::Args;
use super::error::{ParseError, nearest};
use super::token::{Word, tokens};
use std::fmt;

/// What there is to know of a command without one at hand.
pub struct Spec {
    /// Its first word.
    pub word: &'static str,
    /// Its form.
    pub syntax: &'static str,
    /// What it does, in a sentence or two.
    pub help: &'static str,
    /// Reads the words after the first.
    pub parse: fn(&mut Args) -> Command,
}

/// All commands, in the order in which help lists them.
pub const ALL: &[Spec] = &[
    seed::SPEC,
    cluster::SPEC,
    network::SPEC,
    topic::SPEC,
    grow::SPEC,
    configure::SPEC,
    delete_records::SPEC,
    delete::SPEC,
    produce::SPEC,
    producer::SPEC,
    stop::SPEC,
    load::SPEC,
    group::SPEC,
    consumer::SPEC,
    kill::SPEC,
    close::SPEC,
    start::SPEC,
    pause::SPEC,
    slow::SPEC,
    disconnect::SPEC,
    connect::SPEC,
    subscribe::SPEC,
    unsubscribe::SPEC,
    reset::SPEC,
    backup::SPEC,
    export::SPEC,
    import::SPEC,
    restore::SPEC,
    check::SPEC,
    end::SPEC,
];

/// Something that changes a run, or states what must hold in it. [`Display`](fmt::Display) writes its canonical line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Command {
    Seed(Seed),
    Cluster(Cluster),
    Network(Network),
    Topic(Topic),
    Grow(Grow),
    Configure(Configure),
    DeleteRecords(DeleteRecords),
    Delete(Delete),
    Produce(Produce),
    Producer(Producer),
    Stop(Stop),
    Load(Load),
    Group(Group),
    Consumer(Consumer),
    Kill(Kill),
    Close(Close),
    Start(Start),
    Pause(Pause),
    Slow(Slow),
    Disconnect(Disconnect),
    Connect(Connect),
    Subscribe(Subscribe),
    Unsubscribe(Unsubscribe),
    Reset(Reset),
    Backup(Backup),
    Export(Export),
    Import(Import),
    Restore(Restore),
    Check(Check),
    End(End),
}

impl Command {
    /// Reads one line without a time, as a person types it. The first error is given.
    pub fn parse(line: &str) -> Result<Command, ParseError> {
        Command::parse_whole(line).map_err(|mut errors| errors.swap_remove(0))
    }

    /// The same; all errors are given, one at least.
    pub fn parse_whole(line: &str) -> Result<Command, Vec<ParseError>> {
        let tokens = tokens(line, 1).map_err(|error| vec![error])?;
        Command::read(&tokens.words, 1, tokens.end)
    }

    /// Reads a command from its words; `end` is the column after the line. All errors are given, one at least.
    pub(super) fn read(words: &[Word], line: u32, end: u32) -> Result<Command, Vec<ParseError>> {
        let (column, found) =
            words.first().map_or((end, "nothing".into()), |word| (word.column, word.shown()));
        let spec = words.first().and_then(|word| ALL.iter().find(|spec| spec.word == word.text()));
        let Some(spec) = spec else {
            let expected = match &*found {
                "at" => "a command without a time: it happens now",
                word if word.starts_with('$') => {
                    "a command of the lab: Kafka's command lines are not available in this version"
                }
                _ => "a command (rejoin help commands lists them)",
            };
            let near = nearest(&found, ALL.iter().map(|spec| spec.word)).map(Into::into);
            return Err(vec![ParseError { line, column, found, expected: expected.into(), nearest: near }]);
        };
        let mut args = Args::new(&words[1..], line, end);
        let command = (spec.parse)(&mut args);
        match args.finish() {
            errors if errors.is_empty() => Ok(command),
            errors => Err(errors),
        }
    }
}

/// The canonical line: parsing it gives the command back; defaults are left out.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Seed(c) => c.fmt(f),
            Command::Cluster(c) => c.fmt(f),
            Command::Network(c) => c.fmt(f),
            Command::Topic(c) => c.fmt(f),
            Command::Grow(c) => c.fmt(f),
            Command::Configure(c) => c.fmt(f),
            Command::DeleteRecords(c) => c.fmt(f),
            Command::Delete(c) => c.fmt(f),
            Command::Produce(c) => c.fmt(f),
            Command::Producer(c) => c.fmt(f),
            Command::Stop(c) => c.fmt(f),
            Command::Load(c) => c.fmt(f),
            Command::Group(c) => c.fmt(f),
            Command::Consumer(c) => c.fmt(f),
            Command::Kill(c) => c.fmt(f),
            Command::Close(c) => c.fmt(f),
            Command::Start(c) => c.fmt(f),
            Command::Pause(c) => c.fmt(f),
            Command::Slow(c) => c.fmt(f),
            Command::Disconnect(c) => c.fmt(f),
            Command::Connect(c) => c.fmt(f),
            Command::Subscribe(c) => c.fmt(f),
            Command::Unsubscribe(c) => c.fmt(f),
            Command::Reset(c) => c.fmt(f),
            Command::Backup(c) => c.fmt(f),
            Command::Export(c) => c.fmt(f),
            Command::Import(c) => c.fmt(f),
            Command::Restore(c) => c.fmt(f),
            Command::Check(c) => c.fmt(f),
            Command::End(c) => c.fmt(f),
        }
    }
}
