//! What a person sees of a consumer: the newest lines of its output, its newest messages, how busy it is.
//!
//! Only places and numbers are kept; keys and values are made when somebody looks.

use crate::base::{Span, Time};
use crate::group::ErrorCode;
use std::collections::VecDeque;
use std::rc::Rc;

/// Lines of output kept.
const LINES: usize = 40;
/// Messages kept.
const MESSAGES: usize = 40;
/// A second in steps.
const STEPS: u64 = 10;
const STEP_US: u64 = 100_000;

/// A line of the poll loop's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct Line {
    pub at: Time,
    pub log: u32,
    pub again: bool,
    /// Of a share consumer: which delivery it was, from 1; else 0.
    pub delivery: u16,
    pub offset: i64,
}

/// What matters in a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) enum Note {
    Generation(i32),
    /// A member epoch, or what stands for one on the wire.
    Epoch(i32),
    Partitions(u32),
    Members(u32),
    Text(Rc<str>),
}

/// A request to the coordinator and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct Exchange {
    token: u64,
    pub sent: Time,
    pub answered: Option<Time>,
    pub api: &'static str,
    pub error: ErrorCode,
    pub note: Note,
}

/// What a person sees.
#[derive(Clone, Debug, Default, Hash)]
pub(in crate::sim) struct Desk {
    /// Oldest first.
    pub lines: VecDeque<Line>,
    /// Oldest first.
    pub messages: VecDeque<Exchange>,
    /// Records processed by all processes.
    pub total: u64,
    /// The step of the second that is being filled, counted from time 0.
    step: u64,
    counts: [u32; 10],
    busy_us: [u32; 10],
}

impl Desk {
    /// A new process: its output and messages begin anew.
    pub fn started(&mut self) {
        self.lines.clear();
        self.messages.clear();
    }

    /// A record was processed, which took `busy`.
    pub fn processed(&mut self, now: Time, log: u32, offset: i64, again: bool, busy: Span) {
        self.line(Line { at: now, log, offset, again, delivery: 0 }, busy);
    }

    /// A record was processed by a share consumer.
    pub fn shared(&mut self, now: Time, (log, offset): (u32, i64), delivery: u16, busy: Span) {
        self.line(Line { at: now, log, offset, again: delivery > 1, delivery }, busy);
    }

    fn line(&mut self, line: Line, busy: Span) {
        let now = line.at;
        if self.lines.len() == LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
        self.total += 1;
        let step = now.us() / STEP_US;
        if step != self.step {
            self.turn(step);
        }
        let place = (step % STEPS) as usize;
        self.counts[place] += 1;
        self.busy_us[place] = self.busy_us[place].saturating_add(busy.us() as u32);
    }

    /// Empties the steps between the last one and this.
    fn turn(&mut self, step: u64) {
        let from = (self.step + 1).max((step + 1).saturating_sub(STEPS));
        for passed in from..=step {
            self.counts[(passed % STEPS) as usize] = 0;
            self.busy_us[(passed % STEPS) as usize] = 0;
        }
        self.step = step;
    }

    /// Records processed in the last second, and how much of it went into them, in thousandths.
    pub fn rate(&self, now: Time) -> (u64, u32) {
        let mut copy = (self.step, self.counts, self.busy_us);
        let step = now.us() / STEP_US;
        for passed in (copy.0 + 1).max((step + 1).saturating_sub(STEPS))..=step {
            copy.1[(passed % STEPS) as usize] = 0;
            copy.2[(passed % STEPS) as usize] = 0;
        }
        let count = copy.1.iter().map(|n| u64::from(*n)).sum();
        let busy: u64 = copy.2.iter().map(|n| u64::from(*n)).sum();
        (count, (busy / 1000).min(1000) as u32)
    }

    /// A request was sent.
    pub fn asked(&mut self, now: Time, token: u64, api: &'static str, note: Note) {
        if self.messages.len() == MESSAGES {
            self.messages.pop_front();
        }
        let exchange = Exchange { token, sent: now, answered: None, api, error: ErrorCode::NONE, note };
        self.messages.push_back(exchange);
    }

    /// It was answered.
    pub fn answered(&mut self, now: Time, token: u64, error: ErrorCode) {
        if let Some(exchange) = self.messages.iter_mut().rev().find(|exchange| exchange.token == token) {
            exchange.answered = Some(now);
            exchange.error = error;
        }
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Note::Generation(generation) => write!(f, "generation {generation}"),
            Note::Epoch(0) => f.write_str("joins"),
            Note::Epoch(-1) => f.write_str("leaves"),
            Note::Epoch(-2) => f.write_str("leaves, and may come back"),
            Note::Epoch(epoch) => write!(f, "member epoch {epoch}"),
            Note::Partitions(1) => write!(f, "1 partition"),
            Note::Partitions(count) => write!(f, "{count} partitions"),
            Note::Members(1) => write!(f, "assignment of 1 member"),
            Note::Members(count) => write!(f, "assignment of {count} members"),
            Note::Text(text) => f.write_str(text),
        }
    }
}
