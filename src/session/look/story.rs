//! The run as text.

use crate::session::view::{CheckView, StoryError, StoryView};
use crate::story::ParseError;
use crate::story::run::Runner;
use std::rc::Rc;

/// The story with every act, its checks.
pub fn story(runner: &Runner) -> StoryView {
    StoryView {
        text: runner.text().into(),
        last_act: runner.last_act().cloned(),
        checks: runner
            .checks()
            .iter()
            .map(|check| CheckView {
                at: check.at,
                line: check.line.clone(),
                found: check.found.clone(),
                holds: check.holds,
            })
            .collect(),
    }
}

/// The title of a story: its first comment.
pub fn title(text: &str) -> Rc<str> {
    let comment = text.lines().find_map(|line| line.trim().strip_prefix('#'));
    comment.map(|title| title.trim().trim_end_matches('.')).unwrap_or_default().into()
}

/// What is wrong with a text.
pub fn errors(errors: Vec<ParseError>) -> Vec<StoryError> {
    errors
        .into_iter()
        .map(|error| StoryError {
            line: error.line,
            column: error.column,
            found: error.found,
            expected: error.expected,
            nearest: error.nearest,
        })
        .collect()
}
