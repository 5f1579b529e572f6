//! Steps: how far time goes at one press of a button.

use super::Session;
use crate::base::{Span, Time};
use crate::sim::trace::Happening;

/// How far one step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// To the next event, whatever it is.
    Event,
    /// To the end of the next rebalance.
    Rebalance,
    /// To the next thing worth a sentence.
    Interesting,
}

impl StepKind {
    /// All of them, the smallest first.
    pub const ALL: &[StepKind] = &[StepKind::Event, StepKind::Rebalance, StepKind::Interesting];
}

/// The most events that one step passes: a bound for a run in which what it looks for never comes.
const EVENTS_MAX: u32 = 2_000_000;
/// The longest that one step goes on.
const STEP_MAX: Span = Span::from_secs(600);

impl Session {
    /// Takes one step: time goes on to the moment that `kind` looks for, at most ten minutes, and to the end of that
    /// moment's millisecond, so that the clock on the screen names the state exactly.
    pub fn step(&mut self, kind: StepKind) {
        let stop = self.now() + STEP_MAX;
        let mut seen = self.runner.world().trace().len();
        let events = self.runner.events().len();
        for _ in 0..EVENTS_MAX {
            if self.runner.next_at().is_none_or(|at| at > stop) || self.runner.step().is_none() {
                break;
            }
            let trace = self.runner.world().trace();
            let reached = match kind {
                StepKind::Event => true,
                StepKind::Rebalance => trace
                    .since(seen)
                    .any(|entry| matches!(entry.what, Happening::Stable(..) | Happening::Reconciled(..))),
                StepKind::Interesting => {
                    self.runner.events().len() > events
                        || trace.since(seen).any(|entry| is_interesting(&entry.what))
                }
            };
            if reached {
                break;
            }
            seen = trace.len();
        }
        self.advance_to(whole_ms(self.now()));
    }
}

/// The end of this millisecond.
fn whole_ms(time: Time) -> Time {
    Time::from_ms(time.us().div_ceil(1000))
}

/// Whether a person would want to look.
fn is_interesting(what: &Happening) -> bool {
    !matches!(
        what,
        Happening::MemberId(..)
            | Happening::Generation(..)
            | Happening::Synced(..)
            | Happening::WireError(..)
            | Happening::Told(..)
            | Happening::Epoch(..)
    )
}
