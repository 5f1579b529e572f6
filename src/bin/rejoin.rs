//! The command line: a thin shell over the library.
//!
//! Exit status: 0 all well; 1 looked, and found wrong; 2 could not do it (then a message on standard error, and nothing
//! was written).

#[path = "rejoin/archive.rs"]
mod archive;
#[cfg(feature = "bench")]
#[path = "rejoin/bench_assign.rs"]
mod bench_assign;
#[cfg(feature = "bench")]
#[path = "rejoin/bench_input.rs"]
mod bench_input;
#[path = "rejoin/folder.rs"]
mod folder;
#[path = "rejoin/verify.rs"]
mod verify;

use folder::Folder;
use rejoin::backup::{Contents, MemoryStore};
use rejoin::base::limit::{IMPORT_BYTES_MAX, RUN_MAX};
use rejoin::base::lines::LineError;
use rejoin::base::{Map, Pieces, Time};
use rejoin::story::args::is_path;
use rejoin::story::report::{self, Report};
use rejoin::story::run::{self, unloadable};
use rejoin::story::{Options, Runner, Story, help, unit};
use rejoin::terminal::{self, dump_log::Files};
use std::io::{self, BufWriter, ErrorKind, Read, Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

const USAGE: &str = "\
usage: rejoin COMMAND …

  run STORY [--seed N] [--until TIME] [--store DIR] [--json] [--happened] [--text]
      runs a story to its end and prints its measures and checks; exit 1 when a check fails.
      --store: backups are those of this folder, and stay there; without it they end with the run.
      --json: one object. --happened: all that happened, a line each. --text: the run as a story of canonical lines.
  run STORY --facts [--member-ids FILE]
      prints the facts of the run; FILE maps processes (c2#1) to member ids
  assign            lines of input for assignors on standard input, assignments on standard output
  coordinate        requests to a coordinator on standard input, replies and records on standard output
  verify PATH…      reads every byte of archives of backups, of the folders of --store, of a broker's files (.log .index
                    .timeindex .txnindex .snapshot, checkpoints, partition.metadata) and of all in a folder; exit 1 when
                    one is damaged.
                    A file of a broker is held against those beside it; an offset gap is a remark and no damage.
                    Nothing there tells of a leader epoch that is not below the one before it when no
                    leader-epoch-checkpoint is beside the log, nor of timestamps, keys, values and a producer's first
                    number that are others and as sound.
  ls ARCHIVE        lists the backups of an archive and their files; exit 1 when it is damaged
  extract ARCHIVE --to DIR [--label L] [--for-cluster]
      writes the files of a backup (the newest, or L) as partition folders; exit 1, and nothing written, when the archive
      is damaged. --for-cluster: batches with leader epoch 0, and without the files that a cluster keeps of its own.
  dump-log --files F,… [options]
      what is in the files of partitions' folders: options, output and exit status are those of kafka-dump-log.sh
      (--help prints them). --json: one object a batch and a record of a log.
  help [commands]   this text, or the grammar of stories

STORY may be - for standard input. Files that a story loads are looked for beside it.
";

/// Why a call could not be carried out: the message for standard error.
#[derive(Debug)]
struct Failure(String);

/// What a call answers: its exit status, or why it could not be done.
type Answer = Result<u8, Failure>;

impl From<String> for Failure {
    fn from(message: String) -> Failure {
        Failure(message)
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|text| text.to_string_lossy().into_owned()).collect();
    let (command, rest) =
        arguments.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let asked = rest.iter().any(|word| word == "--help" || word == "-h");
    let usage = usage_of(command).filter(|_| asked && command != "dump-log");
    let answer = match command {
        _ if usage.is_some() => print(&usage.unwrap_or_default()).map(|()| 0),
        "run" => run(rest),
        "assign" => {
            none(rest).and_then(|()| pipe(|input, output| rejoin::assign::wire::answer(input, output)))
        }
        "coordinate" => {
            none(rest).and_then(|()| pipe(|input, output| rejoin::group::wire::coordinate(input, output)))
        }
        "verify" => verify::verify(rest),
        "ls" => archive::ls(rest),
        "extract" => archive::extract(rest),
        "dump-log" => dump_log(rest),
        #[cfg(feature = "bench")]
        "bench-assign" => bench_assign::run(rest),
        "help" | "--help" | "-h" => match rest {
            [] => print(USAGE).map(|()| 0),
            [topic] if topic == "commands" => print(&help::commands()).map(|()| 0),
            _ => Err(Failure(format!("there is no help on {}\n\n{USAGE}", rest.join(" ")))),
        },
        "--version" | "-V" => print(&format!("rejoin {}\n", env!("CARGO_PKG_VERSION"))).map(|()| 0),
        "" => Err(Failure(USAGE.to_owned())),
        other => Err(Failure(format!("there is no command {other}\n\n{USAGE}"))),
    };
    match answer {
        Ok(status) => ExitCode::from(status),
        Err(Failure(message)) => {
            // Standard error may be closed as well; there is nobody left to tell.
            let _ = writeln!(io::stderr(), "rejoin: {}", message.trim_end());
            ExitCode::from(2)
        }
    }
}

/// The part of the usage that is about a command.
fn usage_of(command: &str) -> Option<String> {
    let begins = |line: &str| line.starts_with("  ") && !line.starts_with("   ");
    let mut inside = false;
    let of = USAGE.lines().filter(|line| {
        if begins(line) || line.is_empty() {
            inside = line.split_whitespace().next() == Some(command);
        }
        inside
    });
    let lines: Vec<&str> = of.collect();
    (!lines.is_empty()).then(|| format!("usage: rejoin COMMAND …\n\n{}\n", lines.join("\n")))
}

/// An argument as the name of an option and its value behind `=`; a word is all name.
fn named(argument: &str) -> (&str, Option<&str>) {
    match argument.split_once('=').filter(|_| argument.starts_with("--")) {
        Some((name, value)) => (name, Some(value)),
        None => (argument, None),
    }
}

/// The value of an option: behind `=`, else the next argument.
fn valued(
    name: &str,
    inline: Option<&str>,
    rest: &mut std::slice::Iter<'_, String>,
) -> Result<String, Failure> {
    let value = inline.or_else(|| rest.next().map(String::as_str));
    value.map(str::to_owned).ok_or_else(|| Failure(format!("{name} needs a value")))
}

/// What `run` was asked for.
#[derive(Default)]
struct RunArguments {
    story: Option<String>,
    seed: Option<u64>,
    until: Option<Time>,
    json: bool,
    happened: bool,
    text: bool,
    facts: bool,
    member_ids: Option<PathBuf>,
    store: Option<PathBuf>,
}

impl RunArguments {
    fn parse(arguments: &[String]) -> Result<RunArguments, Failure> {
        let mut parsed = RunArguments::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let (name, inline) = named(argument);
            let mut value = || valued(name, inline, &mut rest);
            match name {
                "--seed" => parsed.seed = Some(number(&value()?)?),
                "--until" => parsed.until = Some(moment(&value()?)?),
                "--store" => parsed.store = Some(value()?.into()),
                "--member-ids" => parsed.member_ids = Some(value()?.into()),
                "--json" | "--happened" | "--text" | "--facts" if inline.is_some() => {
                    return Err(Failure(format!("{name} takes no value")));
                }
                "--json" => parsed.json = true,
                "--happened" => parsed.happened = true,
                "--text" => parsed.text = true,
                "--facts" => parsed.facts = true,
                _ if name.starts_with("--") => {
                    return Err(Failure(format!("run has no option {name}\n\n{USAGE}")));
                }
                _ if parsed.story.is_none() => parsed.story = Some(argument.clone()),
                _ => return Err(Failure(format!("run takes one story, and {argument} is a second one"))),
            }
        }
        Ok(parsed)
    }
}

fn run(arguments: &[String]) -> Answer {
    let arguments = RunArguments::parse(arguments)?;
    let path = arguments.story.as_ref().ok_or_else(|| Failure(format!("run needs a story\n\n{USAGE}")))?;
    let text = read_text(path)?;
    let story = Story::parse(&text).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(|error| format!("{path}: {error}")).collect();
        let count = match errors.len() {
            1 => "1 error".to_owned(),
            n => format!("{n} errors"),
        };
        Failure(format!("{path} is no story ({count})\n{}", lines.join("\n")))
    })?;
    let files = beside(Path::new(path));
    let bad = unloadable(&story, &files);
    if !bad.is_empty() {
        let lines: Vec<String> =
            bad.iter().map(|(line, why)| format!("{path}: Line {line}: {why}")).collect();
        return Err(Failure(lines.join("\n")));
    }
    let folder = arguments.store.as_deref().map(Folder::open).transpose()?;
    let contents = folder.as_ref().map_or_else(|| Ok(Contents::default()), Folder::contents)?;
    let options = Options {
        seed: arguments.seed,
        store: MemoryStore::from_contents(contents),
        member_ids: arguments.member_ids.as_deref().map_or_else(|| Ok(Map::new()), member_ids)?,
        files,
    };
    let mut runner = Runner::new(&story, options);
    runner.finish(arguments.until);
    if let Some(folder) = &folder {
        runner.take_transactions().iter().try_for_each(|transaction| folder.apply(transaction))?;
    }
    for exported in runner.take_exports() {
        let target = Path::new(path).with_file_name(&*exported.file);
        write(&target, &exported.bytes)
            .map_err(|error| Failure(format!("{} is not written: {error}", target.display())))?;
    }
    let report = Report::of(&mut runner);
    let status = u8::from(!report.holds());
    if arguments.facts {
        let facts = rejoin::measure::facts::facts(runner.world(), &acts(&story, &text), &report.refusals);
        print(&format!("{facts}\n"))?;
        return Ok(status);
    }
    let mut out = String::new();
    if arguments.text {
        out.push_str(&runner.text());
    }
    if arguments.happened {
        let lines = report::happened(&runner).into_iter();
        out.extend(lines.map(|(at, sentence)| format!("{:>12}  {sentence}\n", at.to_string())));
    }
    if arguments.json {
        out.push_str(&format!("{}\n", report::json(&report)));
    } else if !arguments.text && !arguments.happened {
        out.push_str(&report::text(&report));
    }
    print(&out)?;
    Ok(status)
}

/// Writes an archive, whole or not at all, in the place of an older one: never in that of anything else.
fn write(target: &Path, archive: &Pieces) -> io::Result<()> {
    let mut begin = [0; ZIP_BEGINS.len()];
    match std::fs::File::open(target).and_then(|mut file| file.read_exact(&mut begin)) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Ok(()) if begin == *ZIP_BEGINS => {}
        _ => return Err(io::Error::other("there is a file of that name already, and it is no archive")),
    }
    let part = target.with_added_extension("part");
    let mut file = std::fs::File::create(&part)?;
    archive.iter().try_for_each(|piece| file.write_all(piece))?;
    file.sync_all()?;
    std::fs::rename(&part, target)
}

/// How every archive begins.
const ZIP_BEGINS: &[u8; 4] = b"PK\x03\x04";

/// The commands as they stand in the text, with their times: what a recording calls an act.
fn acts(story: &Story, text: &str) -> Vec<(Time, String)> {
    let lines = story.lines.iter().zip(text.lines());
    lines.filter_map(|(line, raw)| Some((line.step.as_ref()?.at, raw.trim().to_owned()))).collect()
}

/// The files of the system, paths as the shell gives them.
struct System;

impl Files for System {
    fn open(&self, path: &str) -> io::Result<(Box<dyn Read>, u64)> {
        let file = std::fs::File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        Ok((Box::new(file), metadata.len()))
    }

    fn folder(&self) -> String {
        std::env::current_dir()
            .map_or_else(|_| ".".to_owned(), |folder| folder.to_string_lossy().into_owned())
    }
}

fn dump_log(arguments: &[String]) -> Answer {
    match terminal::dump_log::run(arguments, &System, &mut stdout().lock(), &mut io::stderr().lock()) {
        Ok(status) => Ok(status),
        // Whoever closed it has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(Failure(format!("cannot write: {error}"))),
    }
}

/// Runs a filter from standard input to standard output.
fn pipe(filter: impl FnOnce(io::StdinLock, BufWriter<io::StdoutLock>) -> Result<(), LineError>) -> Answer {
    match filter(stdin().lock(), BufWriter::new(stdout().lock())) {
        Ok(()) => Ok(0),
        Err(error) => Err(Failure(error.to_string())),
    }
}

/// Prints to standard output. Whoever closed it has seen enough.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure(format!("cannot write: {error}"))),
        _ => Ok(()),
    }
}

fn none(arguments: &[String]) -> Result<(), Failure> {
    match arguments.first() {
        None => Ok(()),
        Some(argument) => Err(Failure(format!("{argument} is too much: there are no arguments\n\n{USAGE}"))),
    }
}

fn number(text: &str) -> Result<u64, Failure> {
    unit::integer(text).ok_or_else(|| Failure(format!("found {text}, expected a whole number")))
}

fn moment(text: &str) -> Result<Time, Failure> {
    let span = unit::span(text).filter(|&span| span <= RUN_MAX);
    span.map(|span| Time::ZERO + span)
        .ok_or_else(|| Failure(format!("found {text}, expected {}", unit::A_DURATION)))
}

/// A text file, or standard input for `-`.
fn read_text(path: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = match path {
        "-" => stdin().lock().read_to_end(&mut bytes).map(drop),
        _ => std::fs::read(path).map(|read| bytes = read),
    };
    read.map_err(|error| Failure(format!("{path}: {}", reason(&error))))?;
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        Failure(format!("{path}: Line {line}: found a byte that is no UTF-8, expected a text"))
    })
}

fn member_ids(path: &Path) -> Result<Map<Rc<str>, Rc<str>>, Failure> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| Failure(format!("{shown}: {}", reason(&error))))?;
    let ids: std::collections::BTreeMap<String, String> = serde_json::from_slice(&bytes)
        .map_err(|error| Failure(format!("{shown}: expected an object of names and member ids: {error}")))?;
    Ok(ids.into_iter().map(|(name, id)| (name.into(), id.into())).collect())
}

/// Finds files in the folder of a story.
fn beside(story: &Path) -> run::Files {
    let folder = story.parent().map(Path::to_path_buf).unwrap_or_default();
    run::Files::found_by(Rc::new(move |name| {
        if !is_path(name) {
            return Err("it is looked for beside the story, or in a folder there: FOLDER/NAME".to_owned());
        }
        let path = folder.join(name);
        let size = match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            Ok(_) => return Err("it is no file".to_owned()),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(reason(&error)),
        };
        if size > IMPORT_BYTES_MAX {
            return Err(format!("it has {size} bytes, and at most {IMPORT_BYTES_MAX} are taken"));
        }
        std::fs::read(&path).map(|bytes| Some(bytes.into())).map_err(|error| reason(&error))
    }))
}

/// Why the system refused, without its error number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
