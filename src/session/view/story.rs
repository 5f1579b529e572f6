//! The run as text.

use crate::base::Time;
use crate::story::run::{Act, CheckResult, Runner};
use std::rc::Rc;

/// The run as text, and its checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoryView {
    /// The story with every act of the person at its time, in canonical lines.
    pub text: Rc<str>,
    /// The newest act of the person as its line, with its time.
    pub last_act: Option<(Time, Rc<str>)>,
    /// The checks that were due so far.
    pub checks: Vec<CheckResult>,
    /// The newest commands that were refused, oldest first: when, the line, and why.
    pub refused: Vec<(Time, Rc<str>, Rc<str>)>,
}

/// As many refusals are shown.
const REFUSED_MAX: usize = 50;

impl StoryView {
    /// The story with every act, its checks.
    pub(in crate::session) fn of(runner: &Runner) -> StoryView {
        let refused = runner.events().iter().rev().filter_map(|event| match &event.what {
            Act::Refused(line, why) => Some((event.at, line.clone(), super::super::sentence(why).into())),
            _ => None,
        });
        let mut refused: Vec<_> = refused.take(REFUSED_MAX).collect();
        refused.reverse();
        StoryView {
            refused,
            text: runner.text().into(),
            last_act: runner.last_act().cloned(),
            checks: runner.checks().to_vec(),
        }
    }
}

/// The title of a story: its first comment.
pub(in crate::session) fn title(text: &str) -> Rc<str> {
    let comment = text.lines().find_map(|line| line.trim().strip_prefix('#'));
    comment.map(|title| title.trim().trim_end_matches('.')).unwrap_or_default().into()
}
