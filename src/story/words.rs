//! A canonical line as it is written: words and pairs, defaults left out.

use super::args::Name;
use super::token::quote;
use std::fmt::{self, Display};

/// A line under way.
pub struct Words<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
    result: fmt::Result,
}

impl<'a, 'f> Words<'a, 'f> {
    /// Begins with the command's own word (or words).
    pub fn new(out: &'a mut fmt::Formatter<'f>, command: &str) -> Words<'a, 'f> {
        let result = out.write_str(command);
        Words { out, result }
    }

    /// A word that is part of the language.
    pub fn word(mut self, word: impl Display) -> Self {
        self.result = self.result.and_then(|()| write!(self.out, " {word}"));
        self
    }

    /// A name, in quotes when it must be.
    pub fn name(self, name: &str) -> Self {
        self.word(quote(name))
    }

    /// Names.
    pub fn names(self, names: &[Name]) -> Self {
        names.iter().fold(self, |words, name| words.name(name))
    }

    /// `key=value`.
    pub fn pair(self, key: &str, value: impl Display) -> Self {
        self.word(format_args!("{key}={value}"))
    }

    /// `key=value`, unless there is none.
    pub fn maybe(self, key: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.pair(key, value),
            None => self,
        }
    }

    /// `key=value`, unless it is the default.
    pub fn unless<T: Display + PartialEq>(self, default: T, key: &str, value: T) -> Self {
        if value == default { self } else { self.pair(key, value) }
    }

    /// `key=name`, in quotes when it must be.
    pub fn named(self, key: &str, name: &str) -> Self {
        self.pair(key, quote(name))
    }

    /// `key=name,name`.
    pub fn list(self, key: &str, names: &[Name]) -> Self {
        self.pair(key, join(names))
    }

    /// The line is written.
    pub fn end(self) -> fmt::Result {
        self.result
    }
}

/// Names between commas.
pub fn join(names: &[Name]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(",")
}
