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

/// A step under way.
#[derive(Clone, Copy)]
pub(super) struct Stepping {
    kind: StepKind,
    /// Up to where it goes at most.
    stop: Time,
    /// Entries of the trace that were looked at, and events that there were at its beginning.
    seen: u64,
    events: usize,
    /// Events that it may still pass.
    left: u32,
}

impl Session {
    /// Takes one step: time goes on to the moment that `kind` looks for, at most ten minutes, and to the end of that
    /// moment's millisecond, so that the clock on the screen names the state exactly. A backup that the run takes on the
    /// way is taken as in [`Session::advance_to`], and then the step goes on.
    pub fn step(&mut self, kind: StepKind) {
        self.finish_next();
        let (seen, events) = (self.runner.world().trace().len(), self.runner.events().len());
        self.go_on(Stepping { kind, stop: self.now() + STEP_MAX, seen, events, left: EVENTS_MAX });
    }

    /// Goes on with a step, first with the backup that it came upon, if that was taken meanwhile.
    pub(super) fn go_on(&mut self, mut stepping: Stepping) {
        let mut reached = self.reached(&mut stepping);
        while !reached && stepping.left > 0 && self.runner.next_at().is_some_and(|at| at <= stepping.stop) {
            stepping.left -= 1;
            if let Some(backup) = self.runner.reach_backup()
                && self.begin_next(&backup, Some(stepping))
            {
                return;
            }
            if self.runner.step().is_none() {
                break;
            }
            reached = self.reached(&mut stepping);
        }
        let to_its_end = Stepping { left: 0, ..stepping };
        self.advance(whole_ms(self.now()), Some(to_its_end));
    }

    /// Whether the step is at its end.
    fn reached(&self, stepping: &mut Stepping) -> bool {
        let trace = self.runner.world().trace();
        let reached = match stepping.kind {
            StepKind::Event => stepping.left < EVENTS_MAX,
            StepKind::Rebalance => trace
                .since(stepping.seen)
                .any(|entry| matches!(entry.what, Happening::Stable(..) | Happening::Reconciled(..))),
            StepKind::Interesting => {
                self.runner.events().len() > stepping.events
                    || trace.since(stepping.seen).any(|entry| is_interesting(&entry.what))
            }
        };
        stepping.seen = trace.len();
        reached
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
