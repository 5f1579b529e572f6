//! The run as text.

use crate::base::Time;
use std::rc::Rc;

/// The run as text, its errors and its checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoryView {
    /// The story with every act of the person at its time, in canonical lines.
    pub text: Rc<str>,
    /// The newest act of the person as its line, with its time.
    pub last_act: Option<(Time, Rc<str>)>,
    /// The checks that were due so far.
    pub checks: Vec<CheckView>,
}

/// A check of the story and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckView {
    /// When it was judged.
    pub at: Time,
    /// Its canonical line.
    pub line: Rc<str>,
    /// What was found.
    pub found: Rc<str>,
    /// Whether it holds.
    pub holds: bool,
}

/// Why a text is not a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryError {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// What was found.
    pub found: Rc<str>,
    /// What was expected.
    pub expected: Rc<str>,
    /// The nearest name, when there is one.
    pub nearest: Option<Rc<str>>,
}
