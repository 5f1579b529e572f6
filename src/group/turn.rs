//! One input on its way through a group.

use super::config::Config;
use super::event::{Batch, Event, Outcome};
use super::ids::MemberIds;
use super::record::Record;
use super::reply::Reply;
use super::timer::{Task, TimerKey, Timers};
use crate::base::{Span, Time};

/// What a group may touch besides itself while it works on an input.
pub(super) struct Turn<'a> {
    pub now: Time,
    pub config: &'a Config,
    pub ids: &'a mut MemberIds,
    pub timers: &'a mut Timers,
    pub out: &'a mut Outcome,
}

impl Turn<'_> {
    /// The wall clock, in milliseconds since 1970.
    pub fn clock_ms(&self) -> i64 {
        self.config.epoch_ms + self.now.ms() as i64
    }

    pub fn reply(&mut self, token: u64, reply: Reply) {
        self.out.reply(token, reply);
    }

    pub fn event(&mut self, event: Event) {
        self.out.event(event);
    }

    /// Writes a record that says what memory already holds.
    pub fn append(&mut self, record: Record) {
        self.out.append(Batch { producer: None, records: vec![record] });
    }

    pub fn arm_ms(&mut self, after_ms: i32, key: TimerKey, task: Task) {
        self.timers.arm(self.now, Span::from_ms(after_ms.max(0) as u64), key, task);
    }
}
