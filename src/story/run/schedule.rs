//! Backups that are taken again and again, in virtual time.
//!
//! A backup that is due at a moment is taken after all events up to and including it, and before the lines of that
//! moment. Of several that are due, the most complete is taken and the others wait for their next time.

use super::{Act, Refusal, Runner};
use crate::backup::manifest::KindName;
use crate::base::{Span, Time, limit};

/// The most schedules at once.
pub const SCHEDULES_MAX: u64 = 16;

/// A backup that is taken again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Its kind.
    pub kind: KindName,
    /// How long it waits between two.
    pub every: Span,
    /// When it is due.
    pub next: Time,
}

impl Runner {
    /// The schedules that are in force.
    pub fn schedules(&self) -> &[Schedule] {
        &self.schedules
    }

    pub(super) fn schedule(&mut self, kind: KindName, every: Span) -> Result<(), Refusal> {
        self.schedules.retain(|known| known.kind != kind || known.every != every);
        if self.schedules.len() as u64 >= SCHEDULES_MAX {
            return Err(Refusal::new(format!(
                "there are {SCHEDULES_MAX} schedules already: backup schedule off ends them"
            )));
        }
        let next = self.now() + every;
        self.schedules.push(Schedule { kind, every, next });
        Ok(())
    }

    /// When the next scheduled backup is due.
    pub(super) fn backup_due(&self) -> Option<Time> {
        let within = |at: &Time| *at <= Time::ZERO + limit::RUN_MAX;
        self.schedules.iter().map(|schedule| schedule.next).min().filter(within)
    }

    /// When the next line or scheduled backup comes.
    pub(super) fn next_act_at(&self) -> Option<Time> {
        self.pending().map(|(_, at)| at).into_iter().chain(self.backup_due()).min()
    }

    /// The backup to be taken of those that are due by then: full, differential, incremental, in this order.
    pub(super) fn due_by(&self, time: Time) -> Option<KindName> {
        self.schedules.iter().filter(|schedule| schedule.next <= time).map(|schedule| schedule.kind).min()
    }

    /// Takes the backup that is due now.
    pub(super) fn take_due(&mut self) {
        let now = self.now();
        let due = self.due_by(now);
        for schedule in self.schedules.iter_mut().filter(|schedule| schedule.next <= now) {
            schedule.next = now + schedule.every;
        }
        if let Some(kind) = due
            && let Err(refusal) = self.take(kind, &[])
        {
            self.push(Act::Refused(format!("backup {kind}").into(), refusal.reason));
        }
    }
}
