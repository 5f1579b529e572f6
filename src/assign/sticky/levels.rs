//! Members ordered by how many partitions they have, then by id (Kafka's `TreeSet` with `SubscriptionComparator`).
//!
//! The order is asked for thousands of times "who is the first of those that subscribe to this topic". So the members
//! with the same number of partitions form a level, a set with a bit for each member by rank of id, and a topic's
//! subscribers are such a set as well: the answer is the lowest bit that both have, at the lowest level where there is one.

use crate::assign::bits::Bits;

/// No row.
const EMPTY: u32 = u32::MAX;

/// Members, by rank of id, at levels: how many partitions each has.
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
}
