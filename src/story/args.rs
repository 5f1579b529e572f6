//! The words of one command, taken one after the other; what is wrong with them is collected.
//!
//! Every `take` answers with a value even when the word is wrong (then an error is kept, and the command is dropped as
//! a whole), so that one look finds all errors of a line.

use super::error::{ParseError, nearest};
use super::token::Word;
use super::unit;
use crate::base::limit::RUN_MAX;
use crate::base::small;
use crate::base::{Span, Time, TopicPartition};
use std::rc::Rc;

/// A name in a story: of a topic, a group, a consumer, a producer, a file.
pub type Name = Rc<str>;

/// The longest name.
pub const NAME_CHARS_MAX: usize = 249;

/// The words of a command that have not been taken yet.
pub struct Args<'a> {
    line: u32,
    end: u32,
    names: Vec<&'a Word>,
    pairs: Vec<(Word, Word)>,
    asked: Vec<&'static str>,
    errors: Vec<ParseError>,
}

impl<'a> Args<'a> {
    /// Sorts `words` (after the command's own) into names and `key=value` pairs.
    pub fn new(words: &'a [Word], line: u32, end: u32) -> Args<'a> {
        let (mut names, mut pairs) = (Vec::new(), Vec::new());
        for word in words {
            // A comparison (`==`, `<=`) has no key.
            match word.split_once('=').filter(|(key, _)| key.text().contains(|c: char| !"=!<>".contains(c))) {
                Some(pair) => pairs.push(pair),
                None => names.push(word),
            }
        }
        names.reverse();
        Args { line, end, names, pairs, asked: Vec::new(), errors: Vec::new() }
    }

    /// Keeps an error at a column; at column 0 stands a word that was missing, which is an error already.
    pub fn error(&mut self, column: u32, found: impl Into<Rc<str>>, expected: impl Into<Rc<str>>) {
        if column == 0 {
            return;
        }
        let (found, expected) = (found.into(), expected.into());
        self.errors.push(ParseError { line: self.line, column, found, expected, nearest: None });
    }

    /// The next word that is no pair; an error naming `what` when there is none.
    pub fn word(&mut self, what: &str) -> Word {
        self.names.pop().cloned().unwrap_or_else(|| {
            self.missing(what);
            Word::default()
        })
    }

    /// The next word that is no pair, if there is one.
    pub fn maybe_word(&mut self) -> Option<Word> {
        self.names.pop().cloned()
    }

    /// The next name.
    pub fn name(&mut self, what: &str) -> Name {
        let word = self.word(what);
        self.as_name(&word, what)
    }

    /// All names that are left: one at least.
    pub fn names(&mut self, what: &str) -> Vec<Name> {
        let mut names = vec![self.name(what)];
        while let Some(word) = self.maybe_word() {
            let name = self.as_name(&word, what);
            if names.contains(&name) {
                self.error(word.column, format!("{name} a second time"), "every name once");
            }
            names.push(name);
        }
        names
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, choices: &[(&'static str, T)]) -> T {
        let word = self.word(&one_of(choices));
        self.as_choice(&word, choices)
    }

    /// The value of `key`, if it is given. A second one is an error.
    pub fn value(&mut self, key: &'static str) -> Option<Word> {
        self.asked.push(key);
        self.any_value(&[key]).map(|(_, word)| word)
    }

    /// The value of one of `keys` (all name the same setting), and which one was given.
    pub fn any_value(&mut self, keys: &[&'static str]) -> Option<(&'static str, Word)> {
        let mut taken: Option<(&'static str, Word)> = None;
        while let Some(at) = self.pairs.iter().position(|(key, _)| keys.contains(&key.text().as_str())) {
            let (key, value) = self.pairs.remove(at);
            if let Some((first, _)) = &taken {
                self.error(key.column, format!("{}= a second time", key.shown()), format!("{first}= once"));
                continue;
            }
            let text = key.text();
            taken = keys.iter().find(|key| **key == text).map(|key| (*key, value));
        }
        taken
    }

    /// Remembers a key for the suggestion of the nearest name.
    pub fn ask(&mut self, key: &'static str) {
        self.asked.push(key);
    }

    /// The value of a key that must be given; `what` is its form, such as `topic=NAME`.
    pub fn required(&mut self, key: &'static str, what: &str) -> Option<Word> {
        let value = self.value(key);
        if value.is_none() {
            self.missing(what);
        }
        value
    }

    /// A required name.
    pub fn required_name(&mut self, key: &'static str, what: &str) -> Name {
        match self.required(key, what) {
            Some(word) => self.as_name(&word, what),
            None => Name::default(),
        }
    }

    /// A required duration.
    pub fn required_span(&mut self, key: &'static str) -> Span {
        match self.required(key, &format!("{key}= and {}", unit::A_DURATION)) {
            Some(word) => self.as_span(&word),
            None => Span::ZERO,
        }
    }

    /// A number that may be given, within `range`.
    pub fn number(&mut self, key: &'static str, range: (u64, u64)) -> Option<u64> {
        self.value(key).map(|word| self.as_number(&word, range))
    }

    /// A number that must be given, within `range`.
    pub fn required_number(&mut self, key: &'static str, range: (u64, u64)) -> u64 {
        let what = format!("{key}= and a number");
        self.required(key, &what).map_or(0, |word| self.as_number(&word, range))
    }

    /// A duration that may be given.
    pub fn span(&mut self, key: &'static str) -> Option<Span> {
        self.value(key).map(|word| self.as_span(&word))
    }

    /// Reads a name: not empty, of bounded length, without a line end.
    pub fn as_name(&mut self, word: &Word, what: &str) -> Name {
        let text = word.text();
        if word.column > 0 && text.is_empty() {
            self.error(word.column, "nothing", what);
        } else if text.chars().count() > NAME_CHARS_MAX {
            let found = format!("a name of {} characters", text.chars().count());
            self.error(word.column, found, format!("at most {NAME_CHARS_MAX}"));
        }
        text.into()
    }

    /// The name of a file, without a folder.
    pub fn as_file(&mut self, word: &Word) -> Name {
        let name = self.as_name(word, "a file's name");
        if name.contains(['/', '\\']) || matches!(&*name, "." | "..") {
            self.error(word.column, word.shown(), "a file's name without a folder");
        }
        name
    }

    /// Reads a file's name, or one in a folder beside the story.
    pub fn as_path(&mut self, word: &Word) -> Name {
        let name = self.as_name(word, "a file's name");
        if !is_path(&name) {
            self.error(word.column, word.shown(), "a file's name, or FOLDER/NAME beside the story");
        }
        name
    }

    /// A SHA-256: 64 hexadecimal digits.
    pub fn as_digest(&mut self, word: &Word) -> Name {
        let text = word.text();
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            self.error(word.column, word.shown(), "64 hexadecimal digits in lower case");
        }
        text.into()
    }

    /// Reads a topic's name, by Kafka's rules.
    pub fn as_topic(&mut self, word: &Word) -> Name {
        let text = word.text();
        let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let length = 1..=crate::base::limit::TOPIC_NAME_MAX;
        if word.column > 0
            && (!text.chars().all(legal) || !length.contains(&text.len()) || text == "." || text == "..")
        {
            let rule = "a topic name: at most 249 of the characters a-z A-Z 0-9 . _ -";
            self.error(word.column, word.shown(), rule);
        }
        text.into()
    }

    /// The next word as a topic's name.
    pub fn topic(&mut self) -> Name {
        let word = self.word("a topic name");
        self.as_topic(&word)
    }

    /// A required topic.
    pub fn required_topic(&mut self) -> Name {
        self.required("topic", "topic=NAME").map_or_else(Name::default, |word| self.as_topic(&word))
    }

    /// Reads topics' names between commas.
    pub fn as_topics(&mut self, word: &Word) -> Vec<Name> {
        word.split(',').iter().map(|part| self.as_topic(part)).collect()
    }

    /// Reads names between commas.
    pub fn as_names(&mut self, word: &Word, what: &str) -> Vec<Name> {
        word.split(',').iter().map(|part| self.as_name(part, what)).collect()
    }

    /// Reads a partition such as `orders:0`.
    pub fn as_partition(&mut self, word: &Word) -> TopicPartition {
        let parts = word.split_last(':');
        let number = parts.as_ref().and_then(|(_, number)| unit::integer(&number.text()));
        match (parts, number.map(i32::try_from)) {
            (Some((topic, _)), Some(Ok(partition))) => TopicPartition::new(self.as_topic(&topic), partition),
            _ => {
                self.error(word.column, word.shown(), "a partition such as orders:0");
                TopicPartition::new("", 0)
            }
        }
    }

    /// Whether something was wrong so far, or is left that may be.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty() || !self.pairs.is_empty()
    }

    /// Keeps an error at the end of the line: `what` is missing.
    pub fn missing(&mut self, what: &str) {
        self.error(self.end, "the end of the line", what);
    }

    /// Reads a moment as [`Args::as_time`] does; a word that was missing is no second error.
    pub fn as_moment(&mut self, word: &Word) -> Time {
        if word.column == 0 { Time::ZERO } else { self.as_time(word) }
    }

    /// Reads a duration of at most the longest run.
    pub fn as_span(&mut self, word: &Word) -> Span {
        match unit::span(&word.text()) {
            Some(span) if span <= RUN_MAX => return span,
            Some(_) => {
                self.error(word.column, word.shown(), format!("at most {}h", RUN_MAX.us() / 3_600_000_000))
            }
            None => self.error(word.column, word.shown(), unit::A_DURATION),
        }
        Span::ZERO
    }

    /// Reads a moment: virtual time from the start.
    pub fn as_time(&mut self, word: &Word) -> Time {
        Time::from_us(self.as_span(word).us())
    }

    /// Reads a number within `range`.
    pub fn as_number(&mut self, word: &Word, (least, most): (u64, u64)) -> u64 {
        match unit::integer(&word.text()) {
            Some(number) if (least..=most).contains(&number) => return number,
            _ if most == u64::MAX => {
                self.error(word.column, word.shown(), format!("a whole number from {least}"));
            }
            _ => self.error(word.column, word.shown(), format!("a whole number from {least} to {most}")),
        }
        least
    }

    /// Reads one of a few words.
    pub fn as_choice<T: Copy>(&mut self, word: &Word, choices: &[(&'static str, T)]) -> T {
        let text = word.text();
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text) {
            return *value;
        }
        if word.column > 0 {
            self.error(word.column, word.shown(), one_of(choices));
            let near = nearest(&text, choices.iter().map(|(name, _)| *name));
            self.suggest(near.map(Rc::from));
        }
        choices[0].1
    }

    /// Gives the newest error its nearest name.
    pub fn suggest(&mut self, near: Option<Rc<str>>) {
        if let Some(error) = self.errors.last_mut() {
            error.nearest = near;
        }
    }

    /// All errors, those of words that nobody took included.
    pub fn finish(mut self) -> Vec<ParseError> {
        let expected = match self.asked.as_slice() {
            [] => "the end of the line".to_owned(),
            asked => format!(
                "the end of the line or {}",
                asked.iter().map(|k| format!("{k}=")).collect::<Vec<_>>().join(" ")
            ),
        };
        let unused: Vec<(u32, String)> =
            self.names.iter().map(|w| (w.column, w.shown().to_string())).collect();
        for (column, found) in unused {
            self.error(column, found, expected.as_str());
        }
        for (key, _) in std::mem::take(&mut self.pairs) {
            self.error(key.column, format!("{}=", key.shown()), expected.as_str());
            let near = nearest(&key.text(), self.asked.iter().copied()).map(|key| format!("{key}=").into());
            self.suggest(near);
        }
        small::sort_by_key(&mut self.errors, |error| error.column);
        self.errors
    }
}

/// `auto, sync or none`.
fn one_of<T>(choices: &[(&'static str, T)]) -> String {
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    match names.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        all => all.join(""),
    }
}

/// Whether a name is one of a file, or of one in one folder.
pub fn is_path(name: &str) -> bool {
    let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\\');
    name.split('/').count() <= 2 && name.split('/').all(plain)
}
