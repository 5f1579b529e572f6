//! Subscribers of a topic on a ladder of how many partitions they have (`MemberAssignmentBalancer`).
//!
//! ```text
//! most   ↓      takes from the highest rung, last member first; when the rung is through, all stand one lower
//! least  ↑      gives to the lowest rung, first member first; when the rung is through, all stand one higher
//! ```
//! Kafka sorts all subscribers first. Only few of them are ever asked for, so here both ends are unrolled as far as
//! needed, from [`Levels`], which stay as they are until the topic is done.

use crate::assign::bits::Bits;
use crate::assign::levels::{Cursor, Levels};

/// One topic's ladder.
pub(super) struct Ladder<'a> {
    levels: &'a Levels,
    /// Members from the bottom, as far as they were asked for, and the next of them to be asked.
    low: Vec<u32>,
    low_next: usize,
    /// Where the lower end stands.
    low_level: i64,
    from_below: Cursor<'a>,
    /// Members from the top, as far as they were asked for.
    high: Vec<u32>,
    high_next: usize,
    /// How many of `high`, its first ones, are excluded.
    excluded: usize,
    /// Where the upper end stands.
    high_level: i64,
    from_above: Cursor<'a>,
    spread: i64,
    changes: Changes,
}

/// By how much members' numbers of partitions change.
#[derive(Default)]
pub(super) struct Changes(Vec<(u32, i32)>);

impl Changes {
    /// Takes the changes over.
    pub fn apply(self, levels: &mut Levels) {
        let mut changes = self.0;
        changes.sort_unstable();
        for same in changes.chunk_by(|a, b| a.0 == b.0) {
            let by: i32 = same.iter().map(|&(_, by)| by).sum();
            if by != 0 {
                levels.set(same[0].0, levels.count(same[0].0).wrapping_add_signed(by));
            }
        }
    }
}

impl<'a> Ladder<'a> {
    /// A ladder of `members`; `None` when there are none.
    pub fn new(levels: &'a Levels, members: &'a Bits) -> Option<Ladder<'a>> {
        let (from_below, from_above) = (levels.upwards(members), levels.downwards(members));
        let (lowest, highest) = (from_below.level()?, from_above.level()?);
        Some(Ladder {
            levels,
            low: Vec::new(),
            low_next: 0,
            low_level: i64::from(lowest) - 1,
            from_below,
            high: Vec::new(),
            high_next: 0,
            excluded: 0,
            high_level: i64::from(highest) + 1,
            from_above,
            spread: i64::from(highest) - i64::from(lowest),
            changes: Changes::default(),
        })
    }

    /// How many partitions more the first has than the last, at the start.
    pub fn spread(&self) -> i64 {
        self.spread
    }

    /// Whether both ends met.
    pub fn balanced(&self) -> bool {
        self.high_level - self.low_level <= 1
    }

    /// The next member that may get one.
    pub fn least(&mut self) -> u32 {
        loop {
            if let Some(&member) = self.low.get(self.low_next) {
                self.low_next += 1;
                return member;
            }
            if self.from_below.level().map(i64::from) == Some(self.low_level)
                && let Some(member) = self.from_below.next()
            {
                self.low.push(member);
                continue;
            }
            self.low_level += 1;
            self.low_next = 0;
        }
    }

    /// The next member that may give one; `None` when nobody is left.
    pub fn most(&mut self) -> Option<u32> {
        loop {
            if let Some(&member) = self.high.get(self.high_next) {
                self.high_next += 1;
                return Some(member);
            }
            let next = self.from_above.level().map(i64::from);
            if next == Some(self.high_level) {
                self.high.extend(self.from_above.next());
                continue;
            }
            if self.high.len() > self.excluded {
                self.high_level -= 1;
            } else {
                self.high_level = next?;
            }
            self.high_next = self.excluded;
        }
    }

    /// The member that was asked last has nothing to give.
    pub fn exclude(&mut self) {
        self.high.swap(self.high_next - 1, self.excluded);
        self.excluded += 1;
    }

    /// A member gets or gives.
    pub fn change(&mut self, member: u32, by: i32) {
        self.changes.0.push((member, by));
    }

    /// The members that were asked from below when each got one, and how many each has now.
    pub fn raised(self) -> impl Iterator<Item = (u32, u32)> {
        let (next, level) = (self.low_next, self.low_level as u32);
        self.low.into_iter().enumerate().map(move |(i, member)| (member, level + u32::from(i < next)))
    }

    /// What has changed.
    pub fn finish(self) -> Changes {
        debug_assert!(
            self.changes.0.iter().all(|(member, _)| (*member as usize) < self.levels.counts().len())
        );
        self.changes
    }
}
