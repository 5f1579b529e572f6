//! A story: the text of a run, line by line.
//!
//! It keeps comments and blank lines, and times: `at T` stands before a command whose time is not 0; a command without
//! it has the time of the one before. Reading goes on after an error, so that all of them are found.

use super::command::Command;
use super::error::{ERRORS_MAX, ParseError};
use super::token::{Tokens, tokens};
use super::unit;
use crate::base::Time;
use crate::base::limit::RUN_MAX;
use std::fmt;
use std::rc::Rc;

/// Bytes of a story.
pub const STORY_BYTES_MAX: usize = 4 << 20;
/// Lines of a story.
pub const STORY_LINES_MAX: usize = 50_000;
/// Characters of a line.
pub const LINE_CHARS_MAX: usize = 20_000;

/// A text that could be read as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// Its lines, in order; comments and blank lines as well.
    pub lines: Vec<Line>,
}

/// A line of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its command and the time at which it happens; `None` for a blank line and one that only has a comment.
    pub step: Option<Step>,
    /// What follows `#`, without the spaces around it.
    pub comment: Option<Rc<str>>,
}

/// A command at its time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// When it happens.
    pub at: Time,
    /// What happens.
    pub command: Command,
}

impl Story {
    /// Reads a text. All errors are given (at most [`ERRORS_MAX`], the last of which counts the rest).
    pub fn parse(text: &str) -> Result<Story, Vec<ParseError>> {
        let mut reader = Reader::default();
        if text.len() > STORY_BYTES_MAX {
            reader.error(
                1,
                1,
                format!("a text of {} bytes", text.len()),
                format!("at most {STORY_BYTES_MAX}"),
            );
            return Err(reader.errors);
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            if index == STORY_LINES_MAX {
                let found = format!("{} lines", text.lines().count());
                reader.error(index as u32 + 1, 1, found, format!("at most {STORY_LINES_MAX}"));
                break;
            }
            reader.line(line, index as u32 + 1);
        }
        reader.finish()
    }

    /// The title: the first comment, if it stands before the first command.
    pub fn title(&self) -> Option<&Rc<str>> {
        let head = self.lines.iter().take_while(|line| line.step.is_none());
        head.filter_map(|line| line.comment.as_ref()).find(|comment| !comment.is_empty())
    }

    /// The commands in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.lines.iter().filter_map(|line| line.step.as_ref())
    }

    /// The moment of its `end` line.
    pub fn end(&self) -> Option<Time> {
        self.steps().find_map(|step| match &step.command {
            Command::End(end) => Some(end.at),
            _ => None,
        })
    }
}

/// The canonical text: parsing it gives the story back.
impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// The canonical line, with its time and its comment.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(step) = &self.step {
            write!(f, "{step}{}", if self.comment.is_some() { "  " } else { "" })?;
        }
        match self.comment.as_deref() {
            None => Ok(()),
            Some("") => f.write_str("#"),
            Some(comment) => write!(f, "# {comment}"),
        }
    }
}

/// The canonical line of the command with its time.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at > Time::ZERO && !matches!(self.command, Command::End(_)) {
            write!(f, "at {} ", self.at)?;
        }
        self.command.fmt(f)
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    story: Story,
    errors: Vec<ParseError>,
    left_out: u32,
    now: Time,
    ended: Option<u32>,
}

impl Reader {
    fn error(&mut self, line: u32, column: u32, found: impl Into<Rc<str>>, expected: impl Into<Rc<str>>) {
        let (found, expected) = (found.into(), expected.into());
        self.keep(ParseError { line, column, found, expected, nearest: None });
    }

    fn keep(&mut self, error: ParseError) {
        if self.errors.len() + 1 < ERRORS_MAX {
            self.errors.push(error);
        } else {
            self.left_out += 1;
        }
    }

    fn line(&mut self, text: &str, number: u32) {
        let length = text.chars().count();
        if length > LINE_CHARS_MAX {
            let found = format!("a line of {length} characters");
            return self.error(number, 1, found, format!("at most {LINE_CHARS_MAX}"));
        }
        let tokens = match tokens(text, number) {
            Ok(tokens) => tokens,
            Err(error) => return self.keep(error),
        };
        let step = self.step(&tokens, number);
        self.story.lines.push(Line { step, comment: tokens.comment });
    }

    fn step(&mut self, tokens: &Tokens, line: u32) -> Option<Step> {
        let first = tokens.words.first()?;
        if let Some(ended) = self.ended {
            self.error(line, first.column, first.shown(), format!("nothing after the end in line {ended}"));
        }
        let mut words = tokens.words.as_slice();
        if first.text() == "at" {
            self.time(words, line, tokens.end);
            words = words.get(2..)?;
        }
        match Command::read(words, line, tokens.end) {
            Ok(command) => Some(self.placed(command, line, first.column)),
            Err(errors) => {
                errors.into_iter().for_each(|error| self.keep(error));
                None
            }
        }
    }

    /// Reads `at TIME`, the first two of `words`.
    fn time(&mut self, words: &[super::token::Word], line: u32, end: u32) {
        let Some(word) = words.get(1) else {
            return self.error(line, end, "the end of the line", "a moment such as 30s");
        };
        match unit::span(&word.text()) {
            None => self.error(line, word.column, word.shown(), "a moment such as 30s"),
            Some(span) if span > RUN_MAX => {
                let most = format!("at most {}h", RUN_MAX.us() / 3_600_000_000);
                self.error(line, word.column, word.shown(), most);
            }
            Some(span) if Time::ZERO + span < self.now => {
                let expected = format!("{} or later: times never go back", self.now);
                self.error(line, word.column, word.shown(), expected);
            }
            Some(span) => self.now = Time::ZERO + span,
        }
    }

    fn placed(&mut self, command: Command, line: u32, column: u32) -> Step {
        let early = matches!(command, Command::Seed(_) | Command::Cluster(_) | Command::Network(_));
        if early && self.now > Time::ZERO {
            self.error(
                line,
                column,
                format!("{command} at {}", self.now),
                "it at the beginning, without a time",
            );
        }
        let same = |step: &Step| std::mem::discriminant(&step.command) == std::mem::discriminant(&command);
        if early && self.story.steps().any(same) {
            self.error(line, column, format!("{command} as well"), "one such line");
        }
        if let Command::End(end) = &command {
            if end.at < self.now {
                let expected = format!("{} or later: times never go back", self.now);
                self.error(line, column, format!("end {}", end.at), expected);
            }
            self.now = self.now.max(end.at);
            self.ended.get_or_insert(line);
        }
        Step { at: self.now, command }
    }

    fn finish(mut self) -> Result<Story, Vec<ParseError>> {
        if self.left_out > 0 {
            let found = format!("{} more errors", self.left_out);
            let line = self.errors.last().map_or(1, |error| error.line);
            let expected = format!("at most {}", ERRORS_MAX - 1).into();
            self.errors.push(ParseError { line, column: 1, found: found.into(), expected, nearest: None });
        }
        if self.errors.is_empty() { Ok(self.story.plain()) } else { Err(self.errors) }
    }
}
