//! A set of offsets, kept as the ranges that it consists of: one range as long as nothing goes wrong.

/// A set of offsets: disjoint ranges `from..to`, in order, with gaps between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ranges {
    ranges: Vec<(i64, i64)>,
}

impl Ranges {
    /// Adds one offset; whether it was new.
    pub fn insert(&mut self, offset: i64) -> bool {
        match self.ranges.last_mut() {
            Some(last) if last.1 == offset => last.1 += 1,
            Some(last) if last.1 < offset => self.ranges.push((offset, offset + 1)),
            None => self.ranges.push((offset, offset + 1)),
            Some(_) => return self.insert_within(offset),
        }
        true
    }

    /// The offset after the last one; `None` when there is none.
    pub fn end(&self) -> Option<i64> {
        self.ranges.last().map(|range| range.1)
    }

    /// Adds the offsets `from..to`, none of which lies below its end.
    pub fn append(&mut self, from: i64, to: i64) {
        assert!(self.end().is_none_or(|end| end <= from), "what is appended comes last");
        match self.ranges.last_mut() {
            _ if from >= to => {}
            Some(last) if last.1 == from => last.1 = to,
            _ => self.ranges.push((from, to)),
        }
    }

    /// Adds one offset below the end of the last range.
    fn insert_within(&mut self, offset: i64) -> bool {
        let at = self.ranges.partition_point(|range| range.1 < offset);
        let (from, to) = self.ranges[at];
        if (from..to).contains(&offset) {
            return false;
        }
        if to == offset {
            self.ranges[at].1 = offset + 1;
            if let Some(next) = self.ranges.get(at + 1).copied()
                && next.0 == offset + 1
            {
                self.ranges[at].1 = next.1;
                self.ranges.remove(at + 1);
            }
        } else if from == offset + 1 {
            self.ranges[at].0 = offset;
        } else {
            self.ranges.insert(at, (offset, offset + 1));
        }
        true
    }

    /// Whether an offset is in it.
    pub fn contains(&self, offset: i64) -> bool {
        match self.ranges.last() {
            Some(last) if last.1 > offset => {
                last.0 <= offset || self.within(offset, offset + 1).next().is_some()
            }
            _ => false,
        }
    }

    /// How many offsets of `from..to` are in it.
    pub fn count(&self, from: i64, to: i64) -> i64 {
        self.within(from, to).map(|(a, b)| b - a).sum()
    }

    /// The parts of its ranges that lie in `from..to`, in order.
    pub fn within(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let first = self.ranges.partition_point(move |range| range.1 <= from);
        let tail = self.ranges[first..].iter();
        tail.take_while(move |range| range.0 < to).map(move |range| (range.0.max(from), range.1.min(to)))
    }

    /// The parts of `from..to` that are not in it, in order.
    pub fn missing(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let mut missing = Vec::new();
        let mut next = from;
        for (a, b) in self.within(from, to) {
            if a > next {
                missing.push((next, a));
            }
            next = b;
        }
        if next < to {
            missing.push((next, to));
        }
        missing
    }

    /// Takes out everything at or above `offset`.
    pub fn truncate(&mut self, offset: i64) {
        while let Some(last) = self.ranges.last_mut() {
            if last.0 >= offset {
                self.ranges.pop();
            } else {
                last.1 = last.1.min(offset);
                return;
            }
        }
    }

    /// Its ranges, in order.
    pub fn iter(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.ranges.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Rng;

    #[test]
    fn ranges_are_the_set_that_they_stand_for() {
        for seed in 0..50 {
            let mut rng = Rng::new(seed);
            let mut ranges = Ranges::default();
            let mut set = [false; 64];
            for _ in 0..80 {
                let offset = rng.below(64);
                assert_eq!(ranges.insert(offset as i64), !set[offset as usize], "seed {seed}");
                set[offset as usize] = true;
                let (a, b) = (rng.below(64) as usize, rng.below(64) as usize);
                let (from, to) = (a.min(b), a.max(b));
                let expected = set[from..to].iter().filter(|&&in_it| in_it).count() as i64;
                assert_eq!(ranges.count(from as i64, to as i64), expected, "seed {seed}");
                let missing: i64 = ranges.missing(from as i64, to as i64).iter().map(|(a, b)| b - a).sum();
                assert_eq!(missing, (to - from) as i64 - expected, "seed {seed}");
                assert_eq!(ranges.contains(a as i64), set[a], "seed {seed}");
                let listed: Vec<(i64, i64)> = ranges.iter().collect();
                assert!(listed.windows(2).all(|pair| pair[0].1 < pair[1].0), "seed {seed}: {listed:?}");
            }
            ranges.truncate(30);
            assert_eq!(ranges.count(0, 64), set[..30].iter().filter(|&&in_it| in_it).count() as i64);
        }
    }
}
