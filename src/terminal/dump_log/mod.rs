//! `kafka-dump-log.sh`: what is in the files of a partition's folder.
//!
//! Answers as the tool of Kafka 4.3.1 does, to the byte and with the same exit status, broken files included. Where that
//! tool ends with a Java exception, standard error has the exception's class and message, without the stack.
//!
//! | module | what it is |
//! |---|---|
//! | [`options`] | the options |
//! | [`window`], [`batch`], [`record`], [`legacy`] | the bytes of a log, read as leniently as Kafka's tool reads them |
//! | [`log`], [`control`] | logs and their records |
//! | [`index`], [`producer`] | the files beside a log |
//! | [`decoder`], [`schema`], [`tables`] | records of internal topics |
//! | [`json_lines`] | the same truth for programs: `--json`, which Kafka's tool does not have |
//! | [`java`], [`output`] | Java's manners, and what is printed |

pub mod batch;
pub mod control;
pub mod decoder;
pub mod index;
pub mod java;
pub mod json_lines;
pub mod legacy;
pub mod log;
pub mod options;
pub mod output;
pub mod producer;
pub mod record;
pub mod schema;
pub mod tables;
pub mod window;

use crate::base::{JavaMap, Map};
use index::TimeFindings;
use options::{DESCRIPTION, Options, TABLE, VERSION};
use output::{Done, Output, Stop, thrown};
use std::io::{self, ErrorKind, Read, Write};
use std::rc::Rc;

/// Where the tool finds files.
pub trait Files {
    /// A file and its length; the path is as it was given.
    fn open(&self, path: &str) -> io::Result<(Box<dyn Read>, u64)>;

    /// The folder that paths start from.
    fn folder(&self) -> String;
}

/// Runs the tool. The answer is its exit status: that of Kafka's, or 2 for what is refused here by name.
///
/// # Errors
/// Only when output cannot be written.
pub fn run(
    arguments: &[String],
    files: &dyn Files,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let mut out = Output::new(out);
    let mut found = Findings::new(files, err);
    let ended = answer(arguments, &mut found, &mut out);
    let flushed = out.flush();
    match ended {
        Ok(status) => {
            flushed?;
            Ok(status)
        }
        Err(Stop::Thrown(exception)) => {
            flushed?;
            writeln!(found.err, "Exception in thread \"main\" {exception}")?;
            Ok(1)
        }
        Err(Stop::Refused(what)) => {
            flushed?;
            writeln!(found.err, "rejoin: {what}")?;
            Ok(2)
        }
        Err(Stop::Output(error)) => Err(error),
    }
}

fn answer(arguments: &[String], found: &mut Findings<'_>, out: &mut Output<'_>) -> Done<u8> {
    let (ours, theirs): (Vec<String>, Vec<String>) =
        arguments.iter().cloned().partition(|argument| argument == "--json");
    let options = Options::parse(&theirs)?;
    if arguments.is_empty() || options.has("help") {
        write!(found.err, "{DESCRIPTION}\n{TABLE}")?;
        return Ok(1);
    }
    if options.has("version") {
        out.text(VERSION).end_line()?;
        return Ok(0);
    }
    if !options.has("files") {
        write!(found.err, "Missing required argument \"[files]\"\n{TABLE}")?;
        return Ok(1);
    }
    for file in options.files()? {
        let path = java::file_path(file);
        if !ours.is_empty() {
            json_lines::dump(&path, found, out)?;
            continue;
        }
        out.text("Dumping ").text(&path).end_line()?;
        dump(&path, &options, found, out)?;
    }
    out.flush()?;
    found.report()?;
    Ok(0)
}

fn dump(path: &str, options: &Options, found: &mut Findings<'_>, out: &mut Output<'_>) -> Done {
    let name = java::file_name(path);
    match name.rfind('.').map(|at| &name[at..]) {
        Some(".log" | ".checkpoint") => log::dump(path, options, found, out),
        Some(".index") => index::dump_offsets(path, options, found, out),
        Some(".timeindex") => index::dump_times(path, options, found, out),
        Some(".snapshot") => producer::dump_snapshot(path, found, out),
        Some(".txnindex") => producer::dump_aborted(path, found, out),
        _ => found.complain(&format!("Ignoring unknown file {path}"), out),
    }
}

/// The files, and what was found in them that is printed at the end, by absolute path.
pub struct Findings<'a> {
    files: &'a dyn Files,
    err: &'a mut dyn Write,
    mismatches: JavaMap<Rc<str>, Map<i64, i64>>,
    time_mismatches: JavaMap<Rc<str>, Vec<(i64, i64)>>,
    time_disorder: JavaMap<Rc<str>, Vec<(i64, i64)>>,
    missing: JavaMap<Rc<str>, Vec<(i64, i64)>>,
    gaps: JavaMap<Rc<str>, Map<i64, i64>>,
}

impl<'a> Findings<'a> {
    fn new(files: &'a dyn Files, err: &'a mut dyn Write) -> Findings<'a> {
        Findings {
            files,
            err,
            mismatches: JavaMap::new(),
            time_mismatches: JavaMap::new(),
            time_disorder: JavaMap::new(),
            missing: JavaMap::new(),
            gaps: JavaMap::new(),
        }
    }

    fn absolute(&self, path: &str) -> String {
        java::absolute(&self.files.folder(), path)
    }

    /// A log and its length.
    fn open(&self, path: &str) -> Done<(Box<dyn Read>, u64)> {
        let (file, length) = self.files.open(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => thrown("java.nio.file.NoSuchFileException", path),
            _ => thrown("java.io.IOException", format_args!("{path}: {error}")),
        })?;
        if i32::try_from(length).is_err() {
            let what = format!(
                "The size of segment {path} ({length}) is larger than the maximum allowed segment size of {}",
                i32::MAX
            );
            return Err(thrown("org.apache.kafka.common.KafkaException", what));
        }
        Ok((file, length))
    }

    /// A whole file.
    fn read(&self, path: &str) -> Done<Vec<u8>> {
        let (mut file, length) = self.open(path)?;
        let mut bytes = Vec::with_capacity(length as usize);
        file.read_to_end(&mut bytes)
            .map_err(|error| thrown("java.io.IOException", format_args!("{path}: {error}")))?;
        Ok(bytes)
    }

    /// An index: where there is none, Kafka's tool tries to make one, and fails.
    fn read_index(&self, path: &str) -> Done<Vec<u8>> {
        match self.read_if_there(path)? {
            Some(file) => Ok(file),
            None => Err(thrown("java.lang.IllegalArgumentException", "Invalid max index size: -1")),
        }
    }

    fn read_if_there(&self, path: &str) -> Done<Option<Vec<u8>>> {
        match self.files.open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            _ => self.read(path).map(Some),
        }
    }

    /// A line on standard error at once, after what was printed so far.
    fn complain(&mut self, what: &str, out: &mut Output<'_>) -> Done {
        out.flush()?;
        writeln!(self.err, "{what}")?;
        Ok(())
    }

    fn add_gaps(&mut self, path: &str, pairs: Vec<(i64, i64)>) {
        let key: Rc<str> = self.absolute(path).into();
        add(&mut self.gaps, key, pairs);
    }

    fn add_mismatches(&mut self, path: &str, pairs: Vec<(i64, i64)>) {
        let key: Rc<str> = self.absolute(path).into();
        add(&mut self.mismatches, key, pairs);
    }

    fn add_times(&mut self, path: &str, times: TimeFindings) {
        let key: Rc<str> = self.absolute(path).into();
        for (to, pairs) in [
            (&mut self.time_mismatches, times.mismatches),
            (&mut self.time_disorder, times.disorder),
            (&mut self.missing, times.missing),
        ] {
            if pairs.is_empty() {
                continue;
            }
            to.compute_if_absent(key.clone(), Vec::new).extend(pairs);
        }
    }

    /// What was found, in Kafka's order.
    fn report(&mut self) -> io::Result<()> {
        let err = &mut self.err;
        for (path, pairs) in self.mismatches.iter() {
            writeln!(err, "Mismatches in :{path}")?;
            for (index, log) in pairs.iter().rev() {
                writeln!(err, "  Index offset: {index}, log offset: {log}")?;
            }
        }
        for (path, pairs) in self.time_mismatches.iter() {
            writeln!(err, "Found timestamp mismatch in :{path}")?;
            for (index, log) in pairs {
                writeln!(err, "  Index timestamp: {index}, log timestamp: {log}")?;
            }
        }
        for (path, pairs) in self.time_disorder.iter() {
            writeln!(err, "Found out of order timestamp in :{path}")?;
            for (index, before) in pairs {
                writeln!(err, "  Index timestamp: {index}, Previously indexed timestamp: {before}")?;
            }
        }
        for (path, pairs) in self.missing.iter() {
            writeln!(err, "The following indexed offsets are not found in :{path}")?;
            for (index, log) in pairs {
                writeln!(err, "Indexed offset: {index}, found log offset: {log}")?;
            }
        }
        for (path, pairs) in self.gaps.iter() {
            writeln!(err, "Non-consecutive offsets in {path}")?;
            for (before, after) in pairs.iter() {
                writeln!(err, "  {before} is followed by {after}")?;
            }
        }
        err.flush()
    }
}

/// Adds pairs to the sorted map of a file: of two with the same key the later one stays.
fn add(to: &mut JavaMap<Rc<str>, Map<i64, i64>>, key: Rc<str>, pairs: Vec<(i64, i64)>) {
    if pairs.is_empty() {
        return;
    }
    let map = to.compute_if_absent(key, Map::new);
    for (before, after) in pairs {
        map.insert(before, after);
    }
}
