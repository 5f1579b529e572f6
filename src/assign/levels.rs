//! Members ordered by how many partitions they have, then by rank (for `sticky`, Kafka's `TreeSet` with
//! `SubscriptionComparator`; for `uniform`, what `MemberAssignmentBalancer` sorts).
//!
//! The order is asked for thousands of times "who is the first of those that subscribe to this topic". So the members
//! with the same number of partitions form a level, a set with a bit for each member by rank, and a topic's subscribers
//! are such a set as well: the answer is the lowest bit that both have, at the lowest level where there is one.

use crate::assign::bits::Bits;

/// No row.
const EMPTY: u32 = u32::MAX;

/// Members, by rank, at levels: how many partitions each has.
pub(super) struct Levels {
    counts: Vec<u32>,
    /// How many words a row has.
    width: u32,
    /// For each level its row of words, or [`EMPTY`].
    rows: Vec<u32>,
    /// How many members are at each level.
    members: Vec<u32>,
    words: Vec<u64>,
    /// Rows that no level uses.
    free: Vec<u32>,
    /// No member is below this level.
    lowest: u32,
}

impl Levels {
    /// `counts`: how many partitions each member has.
    pub fn new(counts: Vec<u32>) -> Levels {
        let mut levels = Levels {
            width: (counts.len() as u32).div_ceil(64),
            counts: Vec::new(),
            rows: Vec::new(),
            members: Vec::new(),
            words: Vec::new(),
            free: Vec::new(),
            lowest: 0,
        };
        for (member, &count) in (0..).zip(&counts) {
            levels.put(member, count);
        }
        levels.lowest = counts.iter().copied().min().unwrap_or(0);
        levels.counts = counts;
        levels
    }

    /// How many partitions the member has.
    #[inline]
    pub fn count(&self, member: u32) -> u32 {
        self.counts[member as usize]
    }

    /// How many partitions each has.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Changes how many partitions a member has.
    pub fn set(&mut self, member: u32, count: u32) {
        self.take(member);
        self.put(member, count);
        self.counts[member as usize] = count;
        self.lowest = self.lowest.min(count);
    }

    /// Takes a member out of the order; how many it has is still known.
    pub fn take(&mut self, member: u32) {
        let level = self.counts[member as usize] as usize;
        let row = self.rows[level];
        self.words[row as usize * self.width as usize + member as usize / 64] &= !(1 << (member % 64));
        self.members[level] -= 1;
        if self.members[level] == 0 {
            self.rows[level] = EMPTY;
            self.free.push(row);
        }
    }

    fn put(&mut self, member: u32, level: u32) {
        let level = level as usize;
        if level >= self.rows.len() {
            self.rows.resize(level + 1, EMPTY);
            self.members.resize(level + 1, 0);
        }
        if self.rows[level] == EMPTY {
            self.rows[level] = self.free.pop().unwrap_or_else(|| {
                let row = self.words.len() as u32 / self.width;
                self.words.resize(self.words.len() + self.width as usize, 0);
                row
            });
        }
        self.members[level] += 1;
        let row = self.rows[level] as usize * self.width as usize;
        self.words[row + member as usize / 64] |= 1 << (member % 64);
    }

    /// The first member in order that is in `these`.
    #[inline]
    pub fn first(&mut self, these: &Bits) -> Option<u32> {
        while self.rows.get(self.lowest as usize) == Some(&EMPTY) {
            self.lowest += 1;
        }
        self.find(these, |_| true)
    }

    /// The first member in order that is in `these` and suits.
    pub fn find(&self, these: &Bits, suits: impl Fn(u32) -> bool) -> Option<u32> {
        for &row in self.rows[self.lowest as usize..].iter().filter(|&&row| row != EMPTY) {
            let row = row as usize * self.width as usize;
            let words = &self.words[row..row + self.width as usize];
            for ((a, b), base) in words.iter().zip(these.words()).zip((0..).step_by(64)) {
                let mut both = a & b;
                while both != 0 {
                    let member = base + both.trailing_zeros();
                    if suits(member) {
                        return Some(member);
                    }
                    both &= both - 1;
                }
            }
        }
        None
    }
}

/// Walks members of a set in order, or backwards.
pub(super) struct Cursor<'a> {
    levels: &'a Levels,
    these: &'a Bits,
    upwards: bool,
    /// The level and the word in hand, and what is left of it.
    level: u32,
    word: u32,
    left: u64,
}

impl Levels {
    /// Walks `these` from the one with least.
    pub fn upwards<'a>(&'a self, these: &'a Bits) -> Cursor<'a> {
        let mut cursor = Cursor { levels: self, these, upwards: true, level: self.lowest, word: 0, left: 0 };
        cursor.seek();
        cursor
    }

    /// Walks `these` from the one with most, the last rank first.
    pub fn downwards<'a>(&'a self, these: &'a Bits) -> Cursor<'a> {
        let level = (self.rows.len() as u32).wrapping_sub(1);
        let mut cursor = Cursor { levels: self, these, upwards: false, level, word: self.width, left: 0 };
        cursor.seek();
        cursor
    }
}

impl Cursor<'_> {
    /// The level of the next member; `None` at the end.
    #[inline]
    pub fn level(&self) -> Option<u32> {
        (self.left != 0).then_some(self.level)
    }

    /// The next member.
    #[inline]
    pub fn next(&mut self) -> Option<u32> {
        if self.left == 0 {
            return None;
        }
        let bit = if self.upwards { self.left.trailing_zeros() } else { 63 - self.left.leading_zeros() };
        let word = if self.upwards { self.word - 1 } else { self.word };
        self.left &= !(1 << bit);
        if self.left == 0 {
            self.seek();
        }
        Some(word * 64 + bit)
    }

    /// Goes to the next word with members of the set. `word` is the next one upwards, the last one downwards.
    fn seek(&mut self) {
        while let Some(&row) = self.levels.rows.get(self.level as usize) {
            if row != EMPTY {
                let row = row as usize * self.levels.width as usize;
                let words = &self.levels.words[row..row + self.levels.width as usize];
                while self.word != if self.upwards { self.levels.width } else { 0 } {
                    let word = if self.upwards { self.word } else { self.word - 1 };
                    self.word = if self.upwards { self.word + 1 } else { word };
                    self.left = words[word as usize] & self.these.words()[word as usize];
                    if self.left != 0 {
                        return;
                    }
                }
            }
            self.level = if self.upwards { self.level + 1 } else { self.level.wrapping_sub(1) };
            self.word = if self.upwards { 0 } else { self.levels.width };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_the_one_with_least_then_the_lowest_rank() {
        let mut all = Bits::new(100);
        (0..100).for_each(|member| assert!(all.add(member)));
        let mut some = Bits::new(100);
        [3, 70, 71].iter().for_each(|&member| assert!(some.add(member)));
        let mut levels = Levels::new((0..100).map(|member| if member == 80 { 1 } else { 5 }).collect());
        assert_eq!([&all, &some].map(|these| levels.first(these)), [Some(80), Some(3)]);
        levels.set(3, 6);
        levels.set(80, 9000);
        assert_eq!([&all, &some].map(|these| levels.first(these)), [Some(0), Some(70)]);
        levels.take(70);
        assert_eq!(levels.find(&some, |member| member != 71), Some(3));
        levels.set(71, 0);
        assert_eq!((levels.first(&all), levels.count(71), levels.counts()[80]), (Some(71), 0, 9000));
        assert_eq!(levels.first(&Bits::new(100)), None);
    }

    #[test]
    fn a_walk_meets_all_members_of_a_set_in_order_both_ways() {
        let levels = Levels::new((0..200).map(|member| member * 7 % 13).collect());
        let mut some = Bits::new(200);
        (0..200).filter(|member| member % 3 != 0).for_each(|member| assert!(some.add(member)));
        let mut expected: Vec<(u32, u32)> =
            (0..200).filter(|m| m % 3 != 0).map(|m| (m * 7 % 13, m)).collect();
        expected.sort_unstable();
        let walked = |mut cursor: Cursor| {
            let step = || Some((cursor.level()?, cursor.next()?));
            std::iter::from_fn(step).collect::<Vec<_>>()
        };
        assert_eq!(walked(levels.upwards(&some)), expected);
        expected.reverse();
        assert_eq!(walked(levels.downwards(&some)), expected);
        assert_eq!(walked(levels.downwards(&Bits::new(200))), []);
    }
}
