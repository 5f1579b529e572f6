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
use crate::base::small;

/// The ends of a ladder as far as they were asked for, and what changed on it: lists that one topic after the other uses.
#[derive(Default)]
pub(super) struct Ends {
    /// Members from the bottom.
    low: Vec<u32>,
    /// Members from the top.
    high: Vec<u32>,
    /// By how much members' numbers of partitions change.
    changes: Vec<(u32, i32)>,
}

impl Ends {
    /// Takes over what changed.
    pub fn apply(&mut self, levels: &mut Levels) {
        small::sort_unstable(&mut self.changes);
        for same in self.changes.chunk_by(|a, b| a.0 == b.0) {
            let by: i32 = same.iter().map(|&(_, by)| by).sum();
            if by != 0 {
                levels.set(same[0].0, levels.count(same[0].0).wrapping_add_signed(by));
            }
        }
    }

    /// The members that were asked from below when each got one, and how many each has now.
    pub fn raised(&self, (next, level): (usize, u32)) -> impl Iterator<Item = (u32, u32)> {
        self.low.iter().enumerate().map(move |(i, &member)| (member, level + u32::from(i < next)))
    }
}

/// One topic's ladder.
pub(super) struct Ladder<'a> {
    ends: &'a mut Ends,
    /// The next of the lower end to be asked.
    low_next: usize,
    /// Where the lower end stands.
    low_level: i64,
    from_below: Cursor<'a>,
    high_next: usize,
    /// How many of the upper end, its first ones, are excluded.
    excluded: usize,
    /// Where the upper end stands.
    high_level: i64,
    from_above: Cursor<'a>,
    spread: i64,
}

impl<'a> Ladder<'a> {
    /// A ladder of `members`; `None` when there are none.
    pub fn new(levels: &'a Levels, members: &'a Bits, ends: &'a mut Ends) -> Option<Ladder<'a>> {
        let (from_below, from_above) = (levels.upwards(members), levels.downwards(members));
        let (lowest, highest) = (from_below.level()?, from_above.level()?);
        ends.low.clear();
        ends.high.clear();
        ends.changes.clear();
        Some(Ladder {
            ends,
            low_next: 0,
            low_level: i64::from(lowest) - 1,
            from_below,
            high_next: 0,
            excluded: 0,
            high_level: i64::from(highest) + 1,
            from_above,
            spread: i64::from(highest) - i64::from(lowest),
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
            if let Some(&member) = self.ends.low.get(self.low_next) {
                self.low_next += 1;
                return member;
            }
            if self.from_below.level().map(i64::from) == Some(self.low_level)
                && let Some(member) = self.from_below.next()
            {
                self.ends.low.push(member);
                continue;
            }
            self.low_level += 1;
            self.low_next = 0;
        }
    }

    /// The next member that may give one; `None` when nobody is left.
    pub fn most(&mut self) -> Option<u32> {
        loop {
            if let Some(&member) = self.ends.high.get(self.high_next) {
                self.high_next += 1;
                return Some(member);
            }
            let next = self.from_above.level().map(i64::from);
            if next == Some(self.high_level) {
                self.ends.high.extend(self.from_above.next());
                continue;
            }
            if self.ends.high.len() > self.excluded {
                self.high_level -= 1;
            } else {
                self.high_level = next?;
            }
            self.high_next = self.excluded;
        }
    }

    /// The member that was asked last has nothing to give.
    pub fn exclude(&mut self) {
        self.ends.high.swap(self.high_next - 1, self.excluded);
        self.excluded += 1;
    }

    /// A member gets or gives.
    pub fn change(&mut self, member: u32, by: i32) {
        self.ends.changes.push((member, by));
    }

    /// How far the lower end came, for [`Ends::raised`].
    pub fn lower_end(&self) -> (usize, u32) {
        (self.low_next, self.low_level as u32)
    }
}
